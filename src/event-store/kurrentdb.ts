import { NO_STREAM } from '@kurrent/kurrentdb-client';
import { InvalidEventError, type PortableEvent, type Position, type RecordedEvent } from '../domain/events';
import {
  type AppendResult,
  AppendTooLargeError,
  type EventStore,
  type ExpectedRevision,
  LogClosedError,
  LogInUseError,
  type NewEvent,
  WrongExpectedRevisionError,
} from './event-store';
import { KnownIds, placeOfIds } from './known-ids';
import { Connection, Repetition, WAITS, type Waits } from './kurrentdb-connection';
import { givenUp, isStreamDeleted, isWrongVersion, mostBytes } from './kurrentdb-errors';
import { OwnReader } from './kurrentdb-reader';
import { type Draft, draftOfNew, draftOfRestored } from './kurrentdb-records';
import { restoreBehind } from './kurrentdb-restore';
import { OwnStreams } from './kurrentdb-streams';

/** What a server takes in one append unless it was told otherwise (its option `MaxAppendSize`). */
const MAX_APPEND_BYTES = 1_048_576;

export interface KurrentDBEventStoreOptions {
  /** `kurrentdb://[USER:PASSWORD@]HOST[:PORT][,HOST…][?tls=false&…]` */
  readonly url: string;
  /**
   * What the names of our streams begin with on the server, so that other applications may use it too. What else
   * begins with it is not ours, other registers' streams among them.
   */
  readonly prefix: string;
  readonly waits?: Partial<Waits>;
}

/**
 * The log on a KurrentDB server or cluster: the adapter of {@link EventStore} for several processes at once. It
 * connects when it is first used; a log that cannot be used is an UnusableLogError then, in one sentence.
 *
 * A position is the place of the event in the server's log, in bytes: exact as a number up to 2^53, nine
 * petabytes. What passes (a node that goes away, a new leader) is tried again for a while, an append with the
 * same ids and the same expected revision; a subscription goes on for ever.
 */
export function openKurrentDBEventStore(options: KurrentDBEventStoreOptions): EventStore {
  return new KurrentDBEventStore(options);
}

class KurrentDBEventStore implements EventStore {
  readonly #connection: Connection;
  readonly #reader: OwnReader;
  readonly #streams: OwnStreams;
  readonly #waits: Waits;
  readonly #known = new KnownIds();
  readonly #closing = new AbortController();
  readonly #appending = new Set<Promise<unknown>>();
  #seenLast: Promise<unknown> | undefined;
  #isRestoring = false;
  #closed: Promise<void> | undefined;

  constructor({ url, prefix, waits }: KurrentDBEventStoreOptions) {
    this.#waits = { ...WAITS, ...waits };
    this.#streams = new OwnStreams(prefix);
    this.#connection = new Connection(url, this.#waits);
    this.#reader = new OwnReader(this.#connection, this.#streams, this.#waits, this.#closing.signal);
  }

  async append(
    stream: string,
    events: readonly [NewEvent, ...NewEvent[]],
    expected: ExpectedRevision,
  ): Promise<AppendResult> {
    this.#assertOpen();
    this.#assertNotRestoring();
    const appending = this.#append(stream, draftOfNew(stream, events), expected);
    this.#appending.add(appending);
    try {
      return await appending;
    } finally {
      this.#appending.delete(appending);
    }
  }

  async restore(pages: AsyncIterable<readonly PortableEvent[]>): Promise<Position | undefined> {
    this.#assertOpen();
    this.#assertNotRestoring();
    this.#isRestoring = true;
    try {
      const end = await restoreBehind(
        (after) => this.readAll(after),
        pages,
        MAX_APPEND_BYTES,
        (stream, events) => {
          this.#assertOpen();
          const [{ revision }] = events;
          return this.#append(stream, draftOfRestored(events), revision === 0 ? 'NO_STREAM' : revision - 1);
        },
      );
      return end;
    } finally {
      this.#seenLast = undefined;
      this.#isRestoring = false;
    }
  }

  async *readStream(stream: string, from = 0): AsyncGenerator<readonly RecordedEvent[]> {
    this.#assertOpen();
    // Behind our prefix it may be a stream of another register.
    if (!this.#streams.hasName(stream)) return;
    yield* this.#whileOpen(this.#readAndKnow(stream, Math.max(from, 0)));
  }

  async *readAll(after: Position = 0): AsyncGenerator<readonly RecordedEvent[]> {
    yield* this.#whileOpen(this.#reader.all(after, this.#closing.signal));
  }

  async *subscribeAll(
    after: Position | undefined,
    signal: AbortSignal,
  ): AsyncGenerator<readonly RecordedEvent[]> {
    this.#assertOpen();
    const stop = AbortSignal.any([signal, this.#closing.signal]);
    if (!stop.aborted) yield* this.#reader.follow(after ?? 0, stop);
  }

  async lastPosition(): Promise<Position | undefined> {
    this.#assertOpen();
    return (await this.#reader.lastPosition()) || undefined;
  }

  close(): Promise<void> {
    this.#closed ??= (async () => {
      this.#closing.abort();
      await Promise.allSettled(this.#appending);
      await this.#connection.close();
    })();
    return this.#closed;
  }

  async #append(stream: string, draft: Draft, expected: ExpectedRevision): Promise<AppendResult> {
    if (!this.#streams.hasName(stream)) throw notOurs(stream);
    if (draft.bytes > MAX_APPEND_BYTES) throw new AppendTooLargeError(stream, draft.bytes, MAX_APPEND_BYTES);
    await this.#reader.open();
    const repetition = new Repetition(this.#waits, this.#waits.patience);
    for (;;) {
      const head = await this.#headToExpect(stream, expected);
      const there = await this.#there(stream, draft, expected);
      if (there !== undefined) return there;
      if (expected === 'STREAM_EXISTS' && head < 0) throw await this.#refusal(stream, expected);
      try {
        await this.#seeLast();
        const { revision, position } = await this.#connection.append(
          this.#streams.prefix + stream,
          draft.records(this.#reader.latest),
          head < 0 ? NO_STREAM : BigInt(head),
        );
        if (revision !== head + draft.ids.length) throw wasCut(stream, head, revision);
        for (const [index, id] of draft.ids.entries()) this.#known.add(stream, head + 1 + index, id);
        if (position !== undefined) return { revision, position: Number(position.commit) };
        return { revision, position: (await this.#reader.eventAt(stream, revision)).position };
      } catch (error) {
        if (isStreamDeleted(error)) throw wasDeleted(stream);
        const maxBytes = mostBytes(error);
        if (maxBytes !== undefined) throw new AppendTooLargeError(stream, draft.bytes, maxBytes);
        let passing = error;
        if (isWrongVersion(error)) {
          // The stream has other events behind that revision; or ours, from an attempt that was said to have failed.
          await this.#learn(stream);
          const nowThere = await this.#there(stream, draft, expected);
          if (nowThere !== undefined) return nowThere;
          if (expected !== 'STREAM_EXISTS') throw await this.#refusal(stream, expected);
          passing = new Error(`stream ${stream} was never where it had just been read to end`);
        }
        await repetition.afterOneMore(passing, this.#connection.place, this.#closing.signal);
        if (this.#closing.signal.aborted) throw givenUp(passing, this.#connection.place);
      }
    }
  }

  /** Before the first append, and after a restoring: no instant may lie before the log's last one. */
  #seeLast(): Promise<unknown> {
    this.#seenLast ??= this.#reader.lastPosition().catch((error: unknown) => {
      this.#seenLast = undefined;
      throw error;
    });
    return this.#seenLast;
  }

  /**
   * The revision that the append goes behind; -1 for a new stream. The ids of the stream are then known up to
   * there, because the server would append an event again that stands further down.
   */
  async #headToExpect(stream: string, expected: ExpectedRevision): Promise<number> {
    const isNew = expected === 'NO_STREAM';
    if (!isNew && (expected === 'STREAM_EXISTS' || this.#known.of(stream).head < expected)) {
      await this.#learn(stream);
    }
    const { head } = this.#known.of(stream);
    // The server would take it, behind what is not there any more.
    const loss = isNew || head < 0 ? await this.#reader.loss(stream) : undefined;
    if (loss === 'cut') throw wasDeleted(stream);
    if (loss !== undefined) throw losesEvents(stream, loss);
    if (isNew) return -1;
    return expected === 'STREAM_EXISTS' ? head : expected;
  }

  /** The answer to an append that was made already, as far as the stream is known. */
  async #there(stream: string, draft: Draft, expected: ExpectedRevision): Promise<AppendResult | undefined> {
    const place = placeOfIds(this.#known.of(stream), draft.ids);
    if (place === 'absent') return undefined;
    if (place === 'mixed') throw await this.#refusal(stream, expected);
    return { revision: place, position: (await this.#reader.eventAt(stream, place)).position };
  }

  async #refusal(stream: string, expected: ExpectedRevision): Promise<WrongExpectedRevisionError> {
    await this.#learn(stream);
    const { head } = this.#known.of(stream);
    return new WrongExpectedRevisionError(stream, expected, head < 0 ? undefined : head);
  }

  /** Reads what is not known yet of a stream. */
  async #learn(stream: string): Promise<void> {
    const pages = this.#readAndKnow(stream, this.#known.of(stream).head + 1);
    while (!(await pages.next()).done);
  }

  async *#readAndKnow(stream: string, from: number): AsyncGenerator<readonly RecordedEvent[]> {
    const { head } = this.#known.of(stream);
    let next = from;
    try {
      for await (const page of this.#reader.stream(stream, from)) {
        for (const { id, revision } of page) this.#known.add(stream, revision, id);
        next += page.length;
        yield page;
      }
    } catch (error) {
      if (error instanceof InvalidEventError) this.#known.forget(stream);
      throw error;
    }
    // It was deleted on the server: what was known of it is not there any more.
    if (next <= head) this.#known.forget(stream);
  }

  async *#whileOpen(
    pages: AsyncGenerator<readonly RecordedEvent[]>,
  ): AsyncGenerator<readonly RecordedEvent[]> {
    this.#assertOpen();
    try {
      for await (const page of pages) {
        this.#assertOpen();
        yield page;
      }
    } catch (error) {
      // What fails because the log is being closed ends as all else does then.
      this.#assertOpen();
      throw error;
    }
    this.#assertOpen();
  }

  #assertNotRestoring(): void {
    if (!this.#isRestoring) return;
    throw new LogInUseError(`the log at ${this.#connection.place} is being restored: wait until that ends`);
  }

  #assertOpen(): void {
    if (this.#closed === undefined) return;
    throw new LogClosedError(`the log at ${this.#connection.place} is closed`);
  }
}

function notOurs(stream: string): InvalidEventError {
  return new InvalidEventError(
    `${JSON.stringify(stream)} is no name of a stream: expected that of an approach or a framework, as approach-GM0935-integrale-aanpak or framework-GGSR`,
  );
}

function wasDeleted(stream: string): InvalidEventError {
  return new InvalidEventError(
    `stream ${stream} was deleted or cut on the server: nothing can be appended to it any more`,
  );
}

function losesEvents(stream: string, by: string): InvalidEventError {
  return new InvalidEventError(
    `stream ${stream} loses events on the server by the ${by} in its metadata: nothing can be appended to it until that is taken away`,
  );
}

/** Who writes to a stream at the moment at which it is deleted is let in as to a new one, but behind what was deleted. */
function wasCut(stream: string, head: number, revision: number): InvalidEventError {
  return new InvalidEventError(
    `stream ${stream} was deleted or cut on the server: what was appended behind revision ${head} stands at revision ${revision} now`,
  );
}
