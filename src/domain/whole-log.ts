import { InvalidEventError, type PortableEvent, parseEvent } from './events';

/**
 * What must hold from event to event over a whole log, checked one by one in the log's order. An id that
 * comes twice is left to the engine, which knows all ids anyway.
 */
export class WholeLogCheck {
  readonly #revisions = new Map<string, number>();
  #recordedAt = '';

  /** @throws InvalidEventError that names the event and what was expected. */
  check(event: PortableEvent): void {
    const { id, stream, revision, type, data, metadata } = event;
    const refuse = (what: string): never => {
      throw new InvalidEventError(`event ${id} (${stream} revision ${revision}) ${what}`);
    };
    parseEvent({ id, stream, revision, position: 0, type, data, metadata });
    if (!UUID.test(id)) refuse('has an id that is not a UUID in lower case');
    if (!isStreamName(stream)) refuse('stands in a stream without a proper name');
    const expected = this.#revisions.get(stream) ?? 0;
    if (revision !== expected) refuse(`should be revision ${expected} of its stream`);
    if (metadata.recordedAt < this.#recordedAt) {
      refuse(`was recorded at ${metadata.recordedAt}, before the event that precedes it`);
    }
    this.#revisions.set(stream, revision + 1);
    this.#recordedAt = metadata.recordedAt;
  }
}

/** An id as events have it. */
export const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

export function isStreamName(stream: string): boolean {
  return stream !== '' && !stream.includes('\0') && stream.isWellFormed();
}
