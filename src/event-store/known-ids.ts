/** Ids that are kept over all streams: some megabytes. */
const MAX_IDS = 50_000;

/** What a stream holds, as far as it was read. */
export interface KnownStream {
  /** The last revision that was read; -1 where there is none yet. */
  head: number;
  /** Revision by event id. */
  readonly ids: Map<string, number>;
}

/**
 * The event ids of the streams that were read or written last. A server compares ids only at the place where it
 * is told to append; to find an event that stands elsewhere in its stream, one must know the stream.
 */
export class KnownIds {
  readonly #streams = new Map<string, KnownStream>();
  #count = 0;

  /** What is known of a stream, which then was used last. */
  of(stream: string): KnownStream {
    const known = this.#streams.get(stream) ?? { head: -1, ids: new Map() };
    this.#streams.delete(stream);
    this.#streams.set(stream, known);
    return known;
  }

  /** Knows nothing of a stream any more. */
  forget(stream: string): void {
    this.#count -= this.of(stream).ids.size;
    this.#streams.delete(stream);
  }

  /** Takes in the next event of a stream; one that does not follow on what is known is passed over. */
  add(stream: string, revision: number, id: string): void {
    const known = this.of(stream);
    if (revision !== known.head + 1) return;
    known.head = revision;
    known.ids.set(id, revision);
    this.#count += 1;
    for (const [name, { ids }] of this.#streams) {
      if (this.#count <= MAX_IDS || name === stream) return;
      this.#streams.delete(name);
      this.#count -= ids.size;
    }
  }
}

/**
 * Where the events of an append stand: `absent`, whole and next to each other up to a revision, or only some of
 * them or in another order (`mixed`).
 */
export function placeOfIds(known: KnownStream, ids: readonly string[]): number | 'absent' | 'mixed' {
  const revisions = ids.map((id) => known.ids.get(id));
  const start = revisions.find((revision) => revision !== undefined);
  if (start === undefined) return 'absent';
  const isWhole = revisions.every((revision, index) => revision === start + index);
  return isWhole ? start + ids.length - 1 : 'mixed';
}
