/** A map that holds up to so much; what was asked for longest ago goes first. */
export class Lru<Value> {
  readonly #values = new Map<string, Value>();
  readonly #capacity: number;
  readonly #sizeOf: (key: string, value: Value) => number;
  #size = 0;

  /** @param sizeOf what an entry takes of the capacity, always the same; 1 where left out */
  constructor(capacity: number, sizeOf: (key: string, value: Value) => number = () => 1) {
    this.#capacity = capacity;
    this.#sizeOf = sizeOf;
  }

  /** The sizes of all entries together. */
  get size(): number {
    return this.#size;
  }

  get(key: string): Value | undefined {
    const value = this.#values.get(key);
    if (value === undefined) return undefined;
    this.#values.delete(key);
    this.#values.set(key, value);
    return value;
  }

  /** Adds or replaces an entry; one that takes more than the whole capacity is not held. */
  set(key: string, value: Value): void {
    this.delete(key);
    this.#values.set(key, value);
    this.#size += this.#sizeOf(key, value);
    for (const oldest of this.#values.keys()) {
      if (this.#size <= this.#capacity) break;
      this.delete(oldest);
    }
  }

  delete(key: string): void {
    const value = this.#values.get(key);
    if (value === undefined) return;
    this.#values.delete(key);
    this.#size -= this.#sizeOf(key, value);
  }

  clear(): void {
    this.#values.clear();
    this.#size = 0;
  }
}
