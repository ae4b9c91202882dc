import { isDeepStrictEqual } from 'node:util';
import type { PortableEvent, Position, RecordedEvent } from '../domain/events';
import { LogNotEmptyError } from './event-store';

/** What a log holds already of the events that are restored into it: the same ones, from the first. */
export class Beginning {
  readonly #events: AsyncIterator<RecordedEvent, void> | Iterator<RecordedEvent, void>;
  #next: IteratorResult<RecordedEvent, void> | undefined;

  constructor(events: AsyncIterator<RecordedEvent, void> | Iterator<RecordedEvent, void>) {
    this.#events = events;
  }

  /**
   * Where the log holds the event that is next to be restored; undefined behind what it holds.
   * @throws LogNotEmptyError where it holds another one there
   */
  async positionOf(event: PortableEvent): Promise<Position | undefined> {
    const next = await this.#peek();
    if (next.done) return undefined;
    const { position, ...there } = next.value;
    const { id, stream, revision, type, data, metadata } = event;
    if (!isDeepStrictEqual(there, { id, stream, revision, type, data, metadata }))
      throw new LogNotEmptyError();
    this.#next = undefined;
    return position;
  }

  /** @throws LogNotEmptyError where the log holds more than what was restored */
  async assertOver(): Promise<void> {
    if (!(await this.#peek()).done) throw new LogNotEmptyError();
  }

  async #peek(): Promise<IteratorResult<RecordedEvent, void>> {
    this.#next ??= await this.#events.next();
    return this.#next;
  }
}
