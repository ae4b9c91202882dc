import { InvalidEventError, type Position, type RecordedEvent } from '../domain/events';
import { type Connection, type Message, Repetition, type Waits } from './kurrentdb-connection';
import { givenUp, isStreamDeleted, NoAnswerError, untilDeleted, unusable } from './kurrentdb-errors';
import { LastEvent } from './kurrentdb-last';
import {
  checkpoints,
  createdAt,
  endsAppend,
  eventOf,
  FirstOfAppendNeeded,
  type Loss,
  latestInstantOf,
  lossOf,
  positionOf,
  recordsOf,
  type StoredRecord,
} from './kurrentdb-records';
import { backwardsRequest, metadataRequest, type ReadRequest, readRequest } from './kurrentdb-requests';
import type { OwnStreams } from './kurrentdb-streams';

type Pages = AsyncGenerator<RecordedEvent[], void>;

/** Reads the streams that are ours. What is interrupted goes on behind what was read. */
export class OwnReader {
  readonly #connection: Connection;
  readonly #streams: OwnStreams;
  readonly #waits: Waits;
  readonly #closing: AbortSignal;
  readonly #last: LastEvent;
  #opened: Promise<void> | undefined;
  #latest = '';

  /** @param closing ends all that waits for what passes */
  constructor(connection: Connection, streams: OwnStreams, waits: Waits, closing: AbortSignal) {
    this.#connection = connection;
    this.#streams = streams;
    this.#last = new LastEvent(connection, streams);
    this.#waits = waits;
    this.#closing = closing;
  }

  /** The latest instant that was seen in the log. */
  get latest(): string {
    return this.#latest;
  }

  /** Connects, once: where it fails then, it is for the operator to put right. Later it passes. */
  open(): Promise<void> {
    this.#opened ??= this.#readTail()
      .then(() => {})
      .catch((error: unknown) => {
        this.#opened = undefined;
        throw unusable(error, this.#connection.place);
      });
    return this.#opened;
  }

  async *stream(stream: string, from: number): Pages {
    let next = from;
    const rest = () =>
      this.#readOnce(
        readRequest({ stream: this.#streams.prefix + stream, revision: next }, Number.MAX_SAFE_INTEGER),
      );
    for await (const page of this.#untilDone(() => untilDeleted(rest()))) {
      const gap = page.findIndex(({ revision }, index) => revision !== next + index);
      const whole = gap < 0 ? page : page.slice(0, gap);
      next += whole.length;
      if (whole.length > 0) yield whole;
      if (gap >= 0) throw lost(stream, next);
    }
  }

  async eventAt(stream: string, revision: number): Promise<RecordedEvent> {
    const request = readRequest({ stream: this.#streams.prefix + stream, revision }, 1);
    const attempt = () => untilDeleted(this.#readExactly(request, stream, revision));
    for await (const [event] of this.#untilDone(attempt)) {
      if (event !== undefined) return event;
    }
    throw lost(stream, revision);
  }

  /** By what the stream has lost events on the server, or loses them: what is appended may not begin it then. */
  async loss(stream: string): Promise<Loss | undefined> {
    for await (const loss of this.#untilDone(() => this.#askForLoss(stream))) return loss;
    return undefined;
  }

  /** The position of our last event, 0 before the first; its instant, which may lie ahead of the clock, is seen then. */
  async lastPosition(): Promise<Position> {
    let attempt = () => {
      attempt = () => this.#followAndLook();
      return this.#lookOnce();
    };
    for await (const position of this.#untilDone(() => attempt())) return position;
    return 0;
  }

  /** What lies behind a position, up to the end. */
  all(after: Position, stop: AbortSignal): Pages {
    const reached = { position: after };
    let attempt = () => {
      attempt = () => this.#untilLevel(reached, stop);
      return this.#readAllOnce(reached, stop);
    };
    return this.#untilDone(() => attempt());
  }

  /** What lies behind a position and what comes, until it is stopped; an empty page where it is level. */
  follow(after: Position, stop: AbortSignal): Pages {
    const reached = { position: after };
    let attempt = () => {
      attempt = () => this.#followOnce(reached, stop);
      return this.#readAndFollowOnce(reached, stop);
    };
    return this.#untilDone(() => attempt(), Number.POSITIVE_INFINITY, stop);
  }

  /** Repeats what breaks for a reason that passes; each attempt goes on where the one before it ended. */
  async *#untilDone<Found>(
    attempt: () => AsyncGenerator<Found, void>,
    patienceMs = this.#waits.patience,
    stop?: AbortSignal,
  ): AsyncGenerator<Found, void> {
    let repetition = new Repetition(this.#waits, patienceMs);
    for (;;) {
      try {
        await this.open();
        for await (const page of attempt()) {
          repetition = new Repetition(this.#waits, patienceMs);
          yield page;
        }
        return;
      } catch (error) {
        if (stop?.aborted) return;
        await repetition.afterOneMore(error, this.#connection.place, stop ?? this.#closing);
        if (stop?.aborted) return;
        if (this.#closing.aborted) throw givenUp(error, this.#connection.place);
      }
    }
  }

  /** One reading, until it ends or breaks. */
  async *#readOnce(request: ReadRequest, quietMs?: number, stop?: AbortSignal): Pages {
    let last: RecordedEvent | undefined;
    for await (const messages of this.#connection.readToEnd(request, quietMs, stop)) {
      for await (const page of this.#events(messages, last)) {
        last = page.at(-1);
        if (page.length > 0) yield page;
      }
    }
  }

  async *#askForLoss(stream: string): AsyncGenerator<Loss | undefined, void> {
    try {
      for await (const messages of this.#connection.readToEnd(
        metadataRequest(this.#streams.prefix + stream),
      )) {
        for (const record of recordsOf(messages)) yield lossOf(record);
      }
    } catch (error) {
      if (!isStreamDeleted(error)) throw error;
      yield 'cut';
    }
  }

  /** One event. A stream that was cut begins later, and what is there instead may need the one that is missing. */
  async *#readExactly(request: ReadRequest, stream: string, revision: number): Pages {
    for await (const messages of this.#connection.readToEnd(request)) {
      for (const record of recordsOf(messages)) {
        if (Number(record.getStreamRevision()) !== revision) throw lost(stream, revision);
      }
      yield* this.#events(messages, undefined);
    }
  }

  /**
   * All in one plain reading, which is the fastest. While the server looks through what is not ours it is silent,
   * though, and silence looks like a fault: then a subscription goes on, which tells how far it is.
   */
  async *#readAllOnce(reached: { position: Position }, stop: AbortSignal): Pages {
    const from = reached.position;
    const end = await this.#readTail();
    const request = readRequest(
      { beginnings: this.#streams.beginnings, after: from },
      Number.MAX_SAFE_INTEGER,
    );
    let last: Position | undefined;
    for await (const page of this.#readOnce(request, this.#waits.answer, stop)) {
      last = page.at(-1)?.position ?? last;
      this.#last.lookedThrough(from, last ?? from, last);
      // It begins with the event at that position.
      const behind = page.filter(({ position }) => position > reached.position);
      reached.position = behind.at(-1)?.position ?? reached.position;
      if (behind.length > 0) yield behind;
    }
    if (stop.aborted) return;
    // What others wrote up to there need not be looked through again.
    reached.position = Math.max(reached.position, end);
    this.#last.lookedThrough(from, reached.position, last);
  }

  async *#readAndFollowOnce(reached: { position: Position }, stop: AbortSignal): Pages {
    yield* this.#readAllOnce(reached, stop);
    yield* this.#followOnce(reached, stop);
  }

  /** A subscription that is left when it is level. */
  async *#untilLevel(reached: { position: Position }, stop: AbortSignal): Pages {
    for await (const page of this.#followOnce(reached, stop)) {
      if (page.length === 0) return;
      yield page;
    }
  }

  /** One subscription, until it is stopped or breaks. `reached` goes on over what is not ours too. */
  async *#followOnce(reached: { position: Position }, stop: AbortSignal): Pages {
    const request = readRequest(
      { beginnings: this.#streams.beginnings, after: reached.position },
      'subscribe',
    );
    const from = reached.position;
    let page: RecordedEvent[] = [];
    let last: RecordedEvent | undefined;
    let hasCaughtUp = false;
    let saidSo = false;
    let quietTimes = 0;
    for await (const messages of this.#connection.read(request, this.#waits.watch, stop)) {
      quietTimes = messages.length === 0 ? quietTimes + 1 : 0;
      await this.#assertNotStalled(quietTimes, reached.position);

      try {
        for await (const events of this.#events(messages, page.at(-1) ?? last)) page.push(...events);
      } catch (error) {
        if (error instanceof InvalidEventError && page.length > 0) yield page;
        throw error;
      }
      // What one append has brought is given together.
      const lastRecord = this.#streams.among(recordsOf(messages)).at(-1);
      if (lastRecord !== undefined && !endsAppend(lastRecord)) continue;
      last = page.at(-1) ?? last;
      reached.position = Math.max(reached.position, last?.position ?? 0, ...checkpoints(messages));
      this.#last.lookedThrough(from, reached.position, last?.position);
      if (page.length > 0) {
        saidSo = false;
        yield page;
        page = [];
      }
      for (const message of messages) {
        if (message.hasCaughtUp()) hasCaughtUp = true;
        if (message.hasFellBehind()) hasCaughtUp = false;
      }
      if (hasCaughtUp && !saidSo) {
        saidSo = true;
        yield [];
      }
    }
    if (!stop.aborted) throw new Error('the server ended the subscription');
  }

  /** A silent subscription is in order where nothing of ours lies behind what it gave. */
  async #assertNotStalled(quietTimes: number, position: Position): Promise<void> {
    // Quiet once, an event may have been on its way.
    if (quietTimes < 2) return;
    const request = readRequest({ beginnings: this.#streams.beginnings, after: position }, 2);
    for await (const messages of this.#connection.readToEnd(request)) {
      for (const message of messages) {
        // A reading begins with the event at its position.
        if (Number(message.getEvent()?.getEvent()?.getCommitPosition() ?? 0) <= position) continue;
        throw new NoAnswerError(`the subscription to ${this.#connection.place} has stalled`);
      }
    }
  }

  /** The events of messages in one page. Where one of them is corrupt, what precedes it is given before the error. */
  async *#events(messages: readonly Message[], last: RecordedEvent | undefined): Pages {
    const events: RecordedEvent[] = [];
    try {
      for (const record of this.#streams.among(recordsOf(messages))) {
        const event = eventOf(record, this.#streams.prefix, events.at(-1) ?? last);
        events.push(
          event instanceof FirstOfAppendNeeded ? await this.#eventOfCutAppend(record, event) : event,
        );
      }
    } catch (error) {
      if (events.length > 0) yield events;
      throw error;
    }
    this.#saw(events.at(-1)?.metadata.recordedAt);
    yield events;
  }

  /** An event of an append that the reading began in the middle of. */
  async #eventOfCutAppend(record: StoredRecord, needed: FirstOfAppendNeeded): Promise<RecordedEvent> {
    const first = (await this.#firstOfAppend(record, needed)) ?? 'gone';
    return eventOf(record, this.#streams.prefix, first) as RecordedEvent;
  }

  /** The events of an append lie next to each other in the log, also where their stream was deleted or cut. */
  async #firstOfAppend(record: StoredRecord, { stream, revision }: FirstOfAppendNeeded) {
    const count = Number(record.getStreamRevision()) - revision;
    for await (const messages of this.#connection.readToEnd(backwardsRequest(positionOf(record), count))) {
      for (const one of this.#streams.among(recordsOf(messages))) {
        if (Number(one.getStreamRevision()) !== revision) continue;
        const event = eventOf(one, this.#streams.prefix, 'gone') as RecordedEvent;
        if (event.stream === stream) return event;
      }
    }
    return undefined;
  }

  async *#lookOnce(): AsyncGenerator<Position, void> {
    const record = await this.#last.lookUpTo(await this.#readTail());
    if (record !== undefined) this.#saw(latestInstantOf(record));
    yield this.#last.position;
  }

  /** Where so much is to be looked through that the server was silent too long: a subscription tells how far it is. */
  async *#followAndLook(): AsyncGenerator<Position, void> {
    const pages = this.#untilLevel({ position: this.#last.upTo }, this.#closing);
    while (!(await pages.next()).done);
    yield* this.#lookOnce();
  }

  /**
   * Whatever was written last, by whomever: it shows that we may read, and where the log's clock is.
   * @returns its position, 0 where there is nothing
   */
  async #readTail(): Promise<Position> {
    let end = 0;
    for await (const messages of this.#connection.readToEnd(backwardsRequest('end', 1))) {
      for (const record of recordsOf(messages)) {
        this.#saw(createdAt(record));
        end = Number(record.getCommitPosition());
      }
    }
    return end;
  }

  #saw(instant: string | undefined): void {
    if (instant !== undefined && instant > this.#latest) this.#latest = instant;
  }
}

function lost(stream: string, revision: number): InvalidEventError {
  return new InvalidEventError(
    `stream ${stream} has lost its event of revision ${revision}: was it deleted or cut on the server?`,
  );
}
