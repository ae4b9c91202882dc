import type { Position } from '../domain/events';
import type { Fact } from '../domain/facts';

/**
 * Free texts, read without a promise: the first that is asked for is read together with all others that were
 * expected by then, so that an answer takes one read and one without texts takes none.
 */
export class Texts {
  readonly #read: (positions: readonly Position[]) => ReadonlyMap<Position, string>;
  readonly #known = new Map<Position, string>();
  #expected: (() => Iterable<Fact>)[] = [];

  /** @param read the texts of the events at these positions, and of others if that is as cheap */
  constructor(read: (positions: readonly Position[]) => ReadonlyMap<Position, string>) {
    this.#read = read;
  }

  /**
   * Tells of facts whose texts may be asked for. For a list of approaches to be read together, each must
   * have told of its own before the first text is asked for: so it is done in resolvers that give a promise.
   */
  expect(facts: () => Iterable<Fact>): void {
    this.#expected.push(facts);
  }

  /** The text of the event that the fact was recorded by; empty where it has none. */
  of({ position }: Fact): string {
    return this.#known.get(position) ?? this.#readExpectedAnd(position);
  }

  #readExpectedAnd(position: Position): string {
    const wanted = new Set([position]);
    for (const facts of this.#expected) for (const fact of facts()) wanted.add(fact.position);
    this.#expected = [];
    const positions = [...wanted].filter((one) => !this.#known.has(one));
    const texts = this.#read(positions);
    for (const one of positions) this.#known.set(one, texts.get(one) ?? '');
    return this.#known.get(position) ?? '';
  }
}
