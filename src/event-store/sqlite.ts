import type { DatabaseSync } from 'node:sqlite';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { InvalidEventError, type PortableEvent, type Position, type RecordedEvent } from '../domain/events';
import {
  type AppendResult,
  EventIdTakenError,
  type EventStore,
  type ExpectedRevision,
  LogClosedError,
  LogInUseError,
  type NewEvent,
  UnusableLogError,
  WrongExpectedRevisionError,
} from './event-store';
import { checkedRows, type Row, withInstant } from './rows';
import { openForReading, openForWriting, writePageAgain } from './sqlite-file';
import { restoreInto } from './sqlite-restore';
import { prepareStatements } from './sqlite-statements';
import type { WriterLock } from './sqlite-writer-lock';

/** Appends that share a commit: enough to make its cost small, few enough not to keep the process busy. */
const GROUP_EVENTS = 4_000;
/** Streams of which is kept how they stand: some megabytes. */
const MAX_STREAMS = 20_000;
/** How often a reader beside a writer of another process looks for new events. */
const POLL_MS = 200;

export interface SqliteEventStoreOptions {
  /** The log's file, usually `events.db`. In mode `write` it is made, with its folder, where it is not there. */
  readonly path: string;
  /** `write` (default): the one writer, which reads too. `read`: beside a writer, or without one. */
  readonly mode?: 'write' | 'read';
  /** The clock of `recordedAt`, which goes on by a millisecond a commit where this one stands still or goes back. */
  readonly now?: () => Date;
}

/**
 * Opens the log in a SQLite file: the embedded adapter of {@link EventStore}. Positions are gapless from
 * 1, and reading checks that they are.
 *
 * Appends that arrive together share one transaction, and so one wait for the disk; each is still
 * checked on its own. A transaction that fails rejects all that shared it.
 *
 * @throws LogInUseError where another writer has it open, in this process or another.
 * @throws UnusableLogError where the file is missing (mode `read`), foreign, of a newer version, or not
 * accessible.
 */
export function openSqliteEventStore(options: SqliteEventStoreOptions): EventStore {
  if (options.mode === 'read') return new SqliteEventStore(openForReading(options.path), undefined, options);
  const { db, lock } = openForWriting(options.path);
  try {
    return new SqliteEventStore(db, lock, options);
  } catch (error) {
    db.close();
    lock.release();
    throw error;
  }
}

/** A stream as it stands: its number, and its last revision. */
interface Stream {
  readonly id: number;
  readonly head: number;
}

/** An append that waits for the next commit. */
interface Pending {
  readonly stream: string;
  readonly events: readonly Row[];
  readonly expected: ExpectedRevision;
  resolve(result: AppendResult): void;
  reject(reason: unknown): void;
}

class SqliteEventStore implements EventStore {
  readonly #db: DatabaseSync;
  readonly #lock: WriterLock | undefined;
  readonly #path: string;
  readonly #now: () => Date;
  readonly #sql: ReturnType<typeof prepareStatements>;
  /** Streams as they stand, of those appended to since the start: nobody else appends. */
  readonly #streams = new Map<string, Stream>();
  #queue: Pending[] = [];
  #flushing: NodeJS.Immediate | undefined;
  /** Of the last event, in milliseconds. */
  #recordedAt: number;
  #closed = false;
  #restoring: Promise<unknown> | undefined;
  #changed = Promise.withResolvers<void>();
  readonly tryWriting = async (): Promise<void> => writePageAgain(this.#db);

  constructor(db: DatabaseSync, lock: WriterLock | undefined, options: SqliteEventStoreOptions) {
    this.#db = db;
    this.#lock = lock;
    this.#path = options.path;
    this.#now = options.now ?? (() => new Date());
    this.#sql = prepareStatements(db);
    const last = lock && this.#sql.readAll(this.#lastPosition() - 1).at(-1);
    this.#recordedAt = last === undefined ? 0 : Date.parse(last.metadata.recordedAt);
  }

  append(
    stream: string,
    events: readonly [NewEvent, ...NewEvent[]],
    expected: ExpectedRevision,
  ): Promise<AppendResult> {
    return new Promise((resolve, reject) => {
      this.#assertWritable();
      this.#queue.push({ stream, events: checkedRows(stream, events), expected, resolve, reject });
      this.#flushing ??= setImmediate(() => this.#flush());
    });
  }

  async restore(pages: AsyncIterable<readonly PortableEvent[]>): Promise<Position | undefined> {
    this.#assertWritable();
    while (this.#queue.length > 0) this.#flush();
    const restoring = restoreInto(this.#path, pages, () => {
      this.#assertOpen();
      this.#lock?.assertHeld();
    });
    this.#restoring = restoring.catch(() => {});
    try {
      const end = await restoring;
      this.#streams.clear();
      if (end === undefined) return undefined;
      this.#recordedAt = Date.parse(end.recordedAt);
      this.#wake();
      return end.position;
    } finally {
      this.#restoring = undefined;
    }
  }

  async *readStream(stream: string, from = 0): AsyncGenerator<readonly RecordedEvent[]> {
    for (let next = Math.max(from, 0); ; ) {
      this.#assertOpen();
      const page = this.#sql.readStream(stream, next);
      if (page.length === 0) return;
      for (const { revision } of page) {
        if (revision !== next)
          throw new InvalidEventError(`stream ${stream} has lost its event of revision ${next}`);
        next += 1;
      }
      yield page;
    }
  }

  async *readAll(after: Position = 0): AsyncGenerator<readonly RecordedEvent[]> {
    this.#assertOpen();
    const end = this.#lastPosition();
    for (let reached = Math.max(after, 0); reached < end; ) {
      this.#assertOpen();
      const page = this.#pageAfter(reached);
      yield reached + page.length <= end ? page : page.slice(0, end - reached);
      reached += page.length;
      await nextTurn();
    }
  }

  async *subscribeAll(
    after: Position | undefined,
    signal: AbortSignal,
  ): AsyncGenerator<readonly RecordedEvent[]> {
    this.#assertOpen();
    // An abort wakes every subscription: to look again costs the others one empty read.
    const wake = () => this.#wake();
    signal.addEventListener('abort', wake);
    try {
      let reached = Math.max(after ?? 0, 0);
      let level = false;
      while (!signal.aborted && !this.#closed) {
        // Taken before reading: what is appended in between then still wakes us.
        const changed = this.#changed.promise;
        const page = this.#pageAfter(reached);
        if (page.length > 0) {
          reached += page.length;
          level = false;
          yield page;
          // A long catch-up of a consumer that never waits must not keep the process from all else.
          await nextTurn();
        } else if (!level) {
          level = true;
          yield page;
        } else {
          const poll = this.#lock === undefined ? setTimeout(wake, POLL_MS) : undefined;
          await changed;
          clearTimeout(poll);
        }
      }
    } finally {
      signal.removeEventListener('abort', wake);
    }
  }

  async lastPosition(): Promise<Position | undefined> {
    this.#assertOpen();
    return this.#lastPosition() || undefined;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#restoring;
    while (this.#queue.length > 0) this.#flush();
    this.#db.close();
    this.#lock?.release();
    this.#wake();
  }

  #flush(): void {
    clearImmediate(this.#flushing);
    this.#flushing = undefined;
    const group = this.#nextGroup();
    if (this.#queue.length > 0) this.#flushing = setImmediate(() => this.#flush());
    // Answers are given after the commit: until then nothing is certain, a refusal that rests on another
    // append of the group included.
    let outcomes: (readonly [Pending, AppendResult | Error])[];
    try {
      this.#lock?.assertHeld();
      this.#sql.begin.run();
      const recordedAt = this.#nextInstant();
      outcomes = group.map((pending) => [pending, this.#appended(pending, recordedAt)]);
      this.#sql.commit.run();
    } catch (error) {
      for (const pending of group) pending.reject(error);
      this.#rollBack();
      return;
    }
    for (const [{ resolve, reject }, outcome] of outcomes) {
      if (outcome instanceof Error) reject(outcome);
      else resolve(outcome);
    }
    this.#wake();
  }

  #nextGroup(): Pending[] {
    let events = 0;
    let appends = 0;
    for (const pending of this.#queue) {
      appends += 1;
      events += pending.events.length;
      if (events >= GROUP_EVENTS) break;
    }
    return this.#queue.splice(0, appends);
  }

  /** Of a commit: between two of them somebody may have read what was known by the instant of the first. */
  #nextInstant(): string {
    this.#recordedAt = Math.max(this.#now().getTime(), this.#recordedAt + 1);
    return new Date(this.#recordedAt).toISOString();
  }

  #rollBack(): void {
    this.#streams.clear();
    try {
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
    } catch {
      // The transaction stays open, so that SQLite refuses every later one: nothing is acknowledged falsely.
    }
  }

  /** Appends within the transaction: gives where the events stand, now or since they first came, or why they are refused. */
  #appended(pending: Pending, recordedAt: string): AppendResult | Error {
    const { stream, expected } = pending;
    const there = this.#streams.get(stream) ?? (this.#sql.stream.get(stream) as Stream | undefined);
    const isExpected =
      typeof expected === 'number'
        ? expected === there?.head
        : (expected === 'NO_STREAM') === (there === undefined);
    const refused = () => new WrongExpectedRevisionError(stream, expected, there?.head);
    return (isExpected && this.#insert(pending, there, recordedAt)) || this.#before(pending) || refused();
  }

  /** Undefined, and nothing is left of it, where one of the event ids is there already. */
  #insert(
    { stream, events }: Pending,
    there: Stream | undefined,
    recordedAt: string,
  ): AppendResult | undefined {
    const streamId = there?.id ?? this.#sql.insertStream.run(stream).lastInsertRowid;
    const head = there?.head ?? -1;
    let revision = head;
    let position: Position = 0;
    for (const { id, type, data, metadata } of events) {
      revision += 1;
      const row = [id, streamId, revision, type, data, withInstant(metadata, recordedAt)] as const;
      const { changes, lastInsertRowid } = this.#sql.insertEvent.run(null, ...row);
      if (changes === 0) {
        this.#sql.deleteBehind.run(streamId, head);
        if (there === undefined) this.#sql.deleteStream.run(streamId);
        return undefined;
      }
      position = Number(lastInsertRowid);
    }
    if (this.#streams.size >= MAX_STREAMS) this.#streams.clear();
    this.#streams.set(stream, { id: Number(streamId), head: revision });
    return { revision, position };
  }

  /** What the same append gave before; undefined where it did not come before, or not as it is now. */
  #before({ stream, events }: Pending): AppendResult | Error | undefined {
    const there = events.map((event) => this.#sql.byId.get(event.id));
    const first = there.find((row) => row !== undefined);
    if (first === undefined) return undefined;
    for (const row of there) {
      if (row && row.stream !== stream) return new EventIdTakenError(String(row.id), String(row.stream));
    }
    const start = first.revision as number;
    if (there.some((row, index) => row?.revision !== start + index)) return undefined;
    const last = there.at(-1) ?? first;
    return { revision: last.revision as number, position: last.position as number };
  }

  #lastPosition(): number {
    return (this.#sql.last.get()?.position as number | null) ?? 0;
  }

  #pageAfter(position: Position): RecordedEvent[] {
    // Asked before the page is read: beside a writer of another process the log may grow in between.
    const end = this.#lastPosition();
    const page = this.#sql.readAll(position);
    // Positions ascend, so none is left out where the last one is as far as there are events.
    const last = page.at(-1);
    if (last === undefined ? end <= position : last.position === position + page.length) return page;
    // What precedes a loss is given first: a reader then knows where it is.
    const gap = page.findIndex((event, index) => event.position !== position + 1 + index);
    if (gap > 0) return page.slice(0, gap);
    throw new InvalidEventError(`the log has lost its event at position ${position + 1}`);
  }

  #wake(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }

  #assertWritable(): void {
    this.#assertOpen();
    if (this.#lock === undefined) {
      throw new UnusableLogError(`the log ${this.#path} is open for reading only: nothing can be appended`);
    }
    if (this.#restoring !== undefined) {
      throw new LogInUseError(`the log ${this.#path} is being restored: append once that has ended`);
    }
  }

  #assertOpen(): void {
    if (this.#closed) throw new LogClosedError(`the log ${this.#path} is closed`);
  }
}
