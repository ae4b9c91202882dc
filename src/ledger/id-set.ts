const FIRST_CAPACITY = 1 << 12;

/**
 * The ids of all events, in 16 to 32 bytes each: a set of strings would take several times as much, for a large
 * log more than the process has. It tells them apart by 64 bits of the UUID, so that it may, by a rare chance,
 * take a new id for one that is there: whoever is told so makes sure.
 */
export class IdSet {
  #slots = new Uint32Array(2 * FIRST_CAPACITY);
  #size = 0;

  /** Takes in an id; false where it was there. */
  add(id: string): boolean {
    if (this.#size * 2 >= this.#slots.length / 2) this.#grow();
    const [high, low] = keyOf(id);
    const added = insert(this.#slots, high, low);
    if (added) this.#size += 1;
    return added;
  }

  has(id: string): boolean {
    const [high, low] = keyOf(id);
    return this.#slots[find(this.#slots, high, low)] !== 0;
  }

  #grow(): void {
    const larger = new Uint32Array(this.#slots.length * 2);
    for (let at = 0; at < this.#slots.length; at += 2) {
      const high = this.#slots[at] ?? 0;
      if (high !== 0) insert(larger, high, this.#slots[at + 1] ?? 0);
    }
    this.#slots = larger;
  }
}

/** Two words of the UUID, of those digits that differ between any two; the first is never 0, which says empty. */
function keyOf(id: string): [high: number, low: number] {
  return [parseInt(id.slice(0, 8), 16) || 1, parseInt(id.slice(28, 36), 16) >>> 0];
}

/** Where the key lies, or the free slot where it would. */
function find(slots: Uint32Array, high: number, low: number): number {
  const mask = slots.length / 2 - 1;
  let at = (high ^ low) & mask;
  while (slots[2 * at] !== 0 && (slots[2 * at] !== high || slots[2 * at + 1] !== low)) at = (at + 1) & mask;
  return 2 * at;
}

function insert(slots: Uint32Array, high: number, low: number): boolean {
  const at = find(slots, high, low);
  if (slots[at] !== 0) return false;
  slots[at] = high;
  slots[at + 1] = low;
  return true;
}
