import type { Position } from '../domain/events';
import type { Connection } from './kurrentdb-connection';
import { positionOf, recordsOf, type StoredRecord } from './kurrentdb-records';
import { backwardsRequest, readRequest } from './kurrentdb-requests';
import type { OwnStreams } from './kurrentdb-streams';

/** How many events are looked at at once where the last one that begins as ours do is another register's. */
const NEXT_SEARCHED = 500;

/**
 * Where our last event is. Others may have written much behind it, so it is searched for once at most; from then on
 * only what nobody has looked through is.
 */
export class LastEvent {
  readonly #connection: Connection;
  readonly #streams: OwnStreams;
  #upTo: Position = 0;
  #position: Position = 0;

  constructor(connection: Connection, streams: OwnStreams) {
    this.#connection = connection;
    this.#streams = streams;
  }

  /** The position up to which it is known; 0 before anything was looked at. */
  get upTo(): Position {
    return this.#upTo;
  }

  /** The position of our last event up to there; 0 where there is none. */
  get position(): Position {
    return this.#position;
  }

  /** @param last the last of our events that was seen from `from` to `upTo` */
  lookedThrough(from: Position, upTo: Position, last: Position | undefined): void {
    if (upTo <= this.#upTo) return;
    // What lies before `from` is only known where it was looked through too.
    if (last === undefined && from > this.#upTo) return;
    this.#upTo = upTo;
    this.#position = Math.max(last ?? 0, this.#position);
  }

  /**
   * Looks through what lies between there and the end of the server's log. One attempt.
   * @returns our last event of that, if there is one
   */
  async lookUpTo(end: Position): Promise<StoredRecord | undefined> {
    if (end < this.#upTo) {
      // The log is an older one than it was: nothing of it is known.
      this.#upTo = 0;
      this.#position = 0;
    }
    const from = this.#upTo;
    if (end <= from) return undefined;
    const record = from === 0 ? await this.#searchBackwards() : await this.#searchBehind(from);
    const last = positionOf(record);
    this.lookedThrough(from, Math.max(end, last ?? 0), last);
    return record;
  }

  async #searchBehind(after: Position): Promise<StoredRecord | undefined> {
    const request = readRequest({ beginnings: this.#streams.beginnings, after }, Number.MAX_SAFE_INTEGER);
    let last: StoredRecord | undefined;
    for await (const messages of this.#connection.readToEnd(request)) {
      last = this.#streams.among(recordsOf(messages)).at(-1) ?? last;
    }
    return last;
  }

  async #searchBackwards(): Promise<StoredRecord | undefined> {
    let before: Position | 'end' = 'end';
    for (;;) {
      // Nearly always the first one is ours; to look for more would be to look through all that lies before it.
      const count = before === 'end' ? 1 : NEXT_SEARCHED;
      const request = backwardsRequest(before, count, this.#streams.beginnings);
      let passed: Position | undefined;
      for await (const messages of this.#connection.readToEnd(request)) {
        const records = recordsOf(messages);
        const own = this.#streams.among(records)[0];
        if (own !== undefined) return own;
        passed = positionOf(records.at(-1)) ?? passed;
      }
      if (passed === undefined) return undefined;
      before = passed;
    }
  }
}
