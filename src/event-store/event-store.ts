import type { EventMetadata } from '../domain/event-metadata';
import type { DomainEvent, PortableEvent, Position, RecordedEvent } from '../domain/events';

/** An event to be appended. The store adds stream, revision, position and `recordedAt`. */
export type NewEvent = DomainEvent & {
  readonly id: string;
  readonly metadata: Omit<EventMetadata, 'recordedAt'>;
};

/** The state of the stream that an append relies on: its last revision, or one of the two words. */
export type ExpectedRevision = number | 'NO_STREAM' | 'STREAM_EXISTS';

export interface AppendResult {
  /** Revision of the last event of the append. */
  readonly revision: number;
  /** Position of the last event of the append: a reader that has reached it sees the append. */
  readonly position: Position;
}

/**
 * An append-only log of events, in streams. What it promises, on every engine:
 *
 * - **Order.** All events have one order, by `position`; those of a stream also by `revision`, from 0
 *   without gaps. `recordedAt` never decreases along the log.
 * - **Durability.** When `append` resolves, the events are on disk (on a cluster: on a quorum).
 * - **Atomicity.** The events of one append stand in the log together, next to each other in their
 *   stream, or not at all. A refused append leaves nothing behind.
 * - **Optimistic concurrency.** An append against another state of the stream than the expected one is
 *   refused with {@link WrongExpectedRevisionError}.
 * - **Idempotence.** Repeating an append, same stream and same event ids in the same order, adds nothing
 *   and gives the first one's result, also when the stream has grown since, whatever revision is
 *   expected. Event ids alone are compared. An append of which only some ids are there is refused with
 *   {@link WrongExpectedRevisionError}; one whose ids stand in another stream with
 *   {@link EventIdTakenError} where the engine can know it.
 * - **Validity.** What comes out has passed `parseEvent`: a corrupt or unknown event is an error that
 *   names it, and comes when all events before it were given. What goes in has passed the same check, metadata and id included, before anything is
 *   stored: otherwise `append` is refused with `InvalidEventError`.
 *
 * The events of an append are taken as they are when `append` is called: changing them afterwards has no
 * effect on the log. After `close` every call is refused with {@link LogClosedError}, and iterations end
 * with it; subscriptions just end.
 */
export interface EventStore {
  append(
    stream: string,
    events: readonly [NewEvent, ...NewEvent[]],
    expected: ExpectedRevision,
  ): Promise<AppendResult>;

  /**
   * Fills the log, which is empty or holds a beginning of them, with the events of another one, verbatim and in
   * their order: ids,
   * revisions and `recordedAt` are theirs, positions this engine's. They pass the same checks as in an append,
   * and those of a whole log: an id once, revisions from 0 without gaps, `recordedAt` never decreasing.
   *
   * All of them or none, where one process has the log: where one is refused, or `pages` throws, the log stays as
   * it was. A cluster has no transaction over so many streams: there an event that is refused, `pages` that throw
   * and an interruption leave what precedes in the log, a beginning of them, behind which restoring the same events
   * again goes on. Until it ends, this process appends nothing; where another one does, it is refused in the end.
   * @returns the position of the last event, or undefined where there were none
   * @throws LogNotEmptyError, LogInUseError, InvalidEventError (names the event), or what `pages` throws
   */
  restore(pages: AsyncIterable<readonly PortableEvent[]>): Promise<Position | undefined>;

  /** The stream's events from revision `from` (default 0), in pages; nothing for a stream that is not there. */
  readStream(stream: string, from?: number): AsyncIterable<readonly RecordedEvent[]>;

  /** All events behind position `after` (default: from the first), in pages, up to the end of the log. */
  readAll(after?: Position): AsyncIterable<readonly RecordedEvent[]>;

  /**
   * All events behind position `after`, in pages, and then those to come: it ends only when `signal` is
   * aborted or the store closes. An empty page says that the reader is level with the log.
   */
  subscribeAll(after: Position | undefined, signal: AbortSignal): AsyncIterable<readonly RecordedEvent[]>;

  /** Position of the last event, or undefined where the log is empty. */
  lastPosition(): Promise<Position | undefined>;

  /**
   * Writes what changes nothing, to tell whether the disk takes an append; left out where the log lies elsewhere.
   * @throws what the disk makes it throw
   */
  tryWriting?(): Promise<void>;

  /** Finishes the appends under way, ends the subscriptions and releases the log. */
  close(): Promise<void>;
}

/** The stream is not in the state that the append relied on. */
export class WrongExpectedRevisionError extends Error {
  override readonly name = 'WrongExpectedRevisionError';
  constructor(
    readonly stream: string,
    readonly expected: ExpectedRevision,
    /** Last revision of the stream; undefined where it does not exist. */
    readonly actual: number | undefined,
  ) {
    const is = actual === undefined ? 'does not exist' : `is at revision ${actual}`;
    super(`stream ${stream} ${is}, expected was ${expected}`);
  }
}

/** An event id of the append stands in another stream. */
export class EventIdTakenError extends Error {
  override readonly name = 'EventIdTakenError';
  constructor(
    readonly id: string,
    readonly stream: string,
  ) {
    super(`event id ${id} is taken by an event of stream ${stream}`);
  }
}

/** Only an empty log can be restored into. */
export class LogNotEmptyError extends Error {
  override readonly name = 'LogNotEmptyError';
  constructor() {
    super(
      'the log holds other events already: another one is restored into an empty log, or behind a beginning of it',
    );
  }
}

/** The log has its one writer already; the message names the file and says what to do. */
export class LogInUseError extends Error {
  override readonly name = 'LogInUseError';
}

/** The log cannot be used: not there, not ours, or not writable. One sentence says which and what to do. */
export class UnusableLogError extends Error {
  override readonly name = 'UnusableLogError';
}

/**
 * The log could not be reached, or did not answer, for as long as is waited. Of an append it is then unknown
 * whether it was made: repeating it as it was is always right.
 */
export class LogUnavailableError extends Error {
  override readonly name: string = 'LogUnavailableError';
}

/** Nothing can be appended, as the disk is full or takes nothing for another reason; what is there is read. */
export class LogUnwritableError extends LogUnavailableError {
  override readonly name = 'LogUnwritableError';
}

/** An append is larger than the engine takes at once; nothing of it was stored. */
export class AppendTooLargeError extends Error {
  override readonly name = 'AppendTooLargeError';
  constructor(
    readonly stream: string,
    readonly bytes: number,
    readonly maxBytes: number,
  ) {
    super(
      `an append to ${stream} has ${bytes} bytes; this log takes at most ${maxBytes} at once: append it in parts`,
    );
  }
}

/** The store was closed before this call, or while it read. */
export class LogClosedError extends Error {
  override readonly name = 'LogClosedError';
}
