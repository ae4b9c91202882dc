import { hash, randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { commandDigest, saidTheSame } from './command-digest';
import type { Decided } from './domain/approach';
import { type ApproachCommand, stepsOf } from './domain/approach-commands';
import { assertMunicipality } from './domain/approach-rules';
import type { Audience } from './domain/audience';
import { decideWithin } from './domain/decide-within';
import {
  type DomainEvent,
  type Position,
  problemOf,
  type RecordedEvent,
  SCHEMA_VERSION,
} from './domain/events';
import { decideFramework, evolveFramework, type FrameworkCommand, FrameworkLine } from './domain/framework';
import { type ApproachHistory, emptyHistory, evolve } from './domain/history';
import { Rejection } from './domain/rejection';
import { asksForThese, eventsAskedFor } from './domain/repeated-command';
import { approachStream, frameworkStream } from './domain/streams';
import { assertMayOpen, isWithin } from './domain/write-limits';
import {
  type AppendResult,
  EventIdTakenError,
  type EventStore,
  type ExpectedRevision,
  type NewEvent,
  WrongExpectedRevisionError,
} from './event-store/event-store';

/** How often a command is decided anew when another write came first. */
const MAX_ATTEMPTS = 8;
/** Longest wait before deciding anew the first time, in milliseconds; random, to part the competitors, and doubled each time. */
const FIRST_BACKOFF_MS = 20;

/** Who sends a command, and what it is known by. */
export interface CommandContext {
  /** The signed-in principal, or the system user on the command line. */
  readonly actor: string;
  /** UUID of the command, which all its events share: by it a command is known that is sent again. */
  readonly correlationId: string;
  /** The event ids are UUIDv5 of this and the event's ordinal: the same key means the same events. */
  readonly key: string;
  /** SHA-256 of the document that the command comes from; its events then know their line. */
  readonly document: string | null;
  /** The revision that the stream must be at, -1 where it must not be there; null or left out: any. */
  readonly expectedRevision?: number | null;
  /** Within which the sender may write to approaches; left out: everywhere. */
  readonly limits?: Audience;
  /** All that the command says (`contentOf`); left out where it is known by what its events tell of it. */
  readonly content?: string;
  /** Told how far the stream went that it is decided on, also where it is then refused. */
  readonly onRead?: (position: Position) => void;
}

export interface CommandResult {
  /** The events of the command as they stand in the log; empty where others had said all of it before. */
  readonly events: readonly RecordedEvent[];
  /** True where nothing was appended: the command was sent again, or others had said all of it before. */
  readonly isRepeated: boolean;
  /** Position and revision of the last event of the command, or else of its stream. */
  readonly position: Position;
  readonly revision: number;
}

/** The stream is not at the revision that the command expected, or others kept coming first. */
export class RevisionConflictError extends Error {
  override readonly name = 'RevisionConflictError';
  constructor(
    stream: string,
    /** Null where the command expected none. */
    readonly expected: number | null,
    /** Last revision of the stream; -1 where it is not there. */
    readonly actual: number,
  ) {
    const is = actual < 0 ? 'is not there' : `is at revision ${actual}`;
    super(
      `${stream} ${is}${expected === null ? ': others kept writing to it' : `, expected was ${expected}`}`,
    );
  }
}

/** Namespace of the UUIDv5 ids of events and of what they create; part of the storage format. */
const NAMESPACE = Buffer.from('8a0fd0a66f0e5d0b9f640d6b1f0c2b57', 'hex');

/** The id that a key and a name in it always give: a UUIDv5 (RFC 9562, section 5.5). */
export function stableId(key: string, name: string | number): string {
  const digest = hash('sha1', Buffer.concat([NAMESPACE, Buffer.from(`${key}/${name}`)]));
  const variant = '89ab'[Number.parseInt(digest.charAt(16), 16) & 3];
  return `${digest.slice(0, 8)}-${digest.slice(8, 12)}-5${digest.slice(13, 16)}-${variant}${digest.slice(17, 20)}-${digest.slice(20, 32)}`;
}

/**
 * Decides a command on an approach and appends what it gives: all of it or nothing. Sent again, with the same
 * correlation id and content, it gives the first result, whatever has happened since.
 * @throws Rejection where the domain refuses it, or the correlation id is that of another command.
 * @throws OutsideLimitsError where the sender may not write that.
 * @throws RevisionConflictError where the stream is not at the expected revision, or others kept coming first,
 * {@link MAX_ATTEMPTS} times.
 */
export async function handleApproachCommand(
  store: EventStore,
  approach: ApproachKey,
  command: ApproachCommand,
  context: CommandContext,
): Promise<CommandResult> {
  assertAbout(approach, command);
  const { municipality } = approach;
  const { limits } = context;
  if (limits !== undefined) assertMayOpen(limits, municipality, eventsAskedFor(command));
  const stream = approachStream(municipality, approach.slug);
  return appendDecision(store, stream, command, context, {
    start: emptyHistory,
    fold: foldApproach,
    mayHaveSent: (history, sentBefore) =>
      limits === undefined || isWithin(limits, municipality, sentBefore, history),
    async decide(history) {
      const opened = stepsOf(command).flatMap((step) =>
        step.type === 'OpenAssessment' ? [step.data.framework] : [],
      );
      const frameworks = new Map<string, FrameworkLine>();
      for (const code of [...opened, ...history.assessments.map(({ framework }) => framework)]) {
        if (!frameworks.has(code)) frameworks.set(code, (await loadFramework(store, code)).line);
      }
      const frameworkOf = (code: string) => frameworks.get(code) ?? new FrameworkLine();
      return decideWithin(limits, municipality, command, history, frameworkOf);
    },
  });
}

/**
 * Decides a command on a framework and appends what it gives; sent again, it gives the first result.
 * @throws Rejection and RevisionConflictError as {@link handleApproachCommand}.
 */
export async function handleFrameworkCommand(
  store: EventStore,
  command: FrameworkCommand,
  context: CommandContext,
): Promise<CommandResult> {
  const stream = frameworkStream(command.framework.code);
  return appendDecision(store, stream, command, context, {
    start: () => new FrameworkLine(),
    fold: evolveFramework,
    mayHaveSent: () => true,
    decide: async (line) => decideFramework(command, line).map((event) => ({ event, line: null })),
  });
}

export interface ApproachKey {
  readonly municipality: string;
  readonly slug: string;
}

/** A log, as far as what is in one of its streams is read. */
export type LogReader = Pick<EventStore, 'readStream'>;

/** The history of an approach as its stream tells it, and where that ends; -1 and 0 where there is none. */
export async function loadApproach(
  store: EventStore,
  { municipality, slug }: ApproachKey,
): Promise<{ history: ApproachHistory; revision: number; position: Position }> {
  const stream = approachStream(municipality, slug);
  const { state, revision, position } = await load(store, stream, emptyHistory(), foldApproach);
  return { history: state, revision, position };
}

/** The framework as its stream tells it, and the stream's last revision; -1 where there is none. */
export async function loadFramework(
  store: LogReader,
  code: string,
): Promise<{ line: FrameworkLine; revision: number }> {
  const { state, revision } = await load(store, frameworkStream(code), new FrameworkLine(), evolveFramework);
  return { line: state, revision };
}

/** What a stream adds up to. */
interface Loaded<State> {
  readonly state: State;
  /** Of its last event; -1 and 0 where there is none. */
  readonly revision: number;
  readonly position: Position;
  /** Its events that belong to the command with the correlation id asked about. */
  readonly own: readonly RecordedEvent[];
}

async function load<State>(
  store: LogReader,
  stream: string,
  state: State,
  fold: (state: State, event: RecordedEvent) => unknown,
  correlationId: string | null = null,
): Promise<Loaded<State>> {
  const own: RecordedEvent[] = [];
  let last: RecordedEvent | undefined;
  for await (const page of store.readStream(stream)) {
    for (const event of page) {
      fold(state, event);
      if (event.metadata.correlationId === correlationId) own.push(event);
      last = event;
    }
  }
  return { state, revision: last?.revision ?? -1, position: last?.position ?? 0, own };
}

function foldApproach(history: ApproachHistory, event: RecordedEvent): void {
  evolve(history, event, { ...event, ...event.metadata });
}

/** @throws Rejection where there is no such municipality, or the command would write to the stream of another approach. */
function assertAbout({ municipality, slug }: ApproachKey, command: ApproachCommand): void {
  // A stream's name holds both: a code that is none could make of them the name of another approach's.
  assertMunicipality(municipality);
  for (const step of stepsOf(command)) {
    if (step.type !== 'RegisterApproach') continue;
    if (step.data.municipality === municipality && step.data.slug === slug) continue;
    throw new Rejection(
      'APPROACH_MISMATCH',
      `${step.data.municipality}/${step.data.slug} cannot be registered as ${municipality}/${slug}`,
      step.data.municipality === municipality ? 'slug' : 'municipality',
    );
  }
}

/** The one way in which a command is handled: load, decide, append; anew on a conflict, bounded. */
async function appendDecision<State>(
  store: EventStore,
  stream: string,
  command: ApproachCommand | FrameworkCommand,
  context: CommandContext,
  subject: {
    readonly start: () => State;
    readonly fold: (state: State, event: RecordedEvent) => unknown;
    /** Whether a command that left these events may be that of this sender. */
    readonly mayHaveSent: (state: State, sentBefore: readonly RecordedEvent[]) => boolean;
    readonly decide: (state: State) => Promise<readonly Decided[]>;
  },
): Promise<CommandResult> {
  const { correlationId, expectedRevision = null } = context;
  for (let attempt = 1; ; attempt += 1) {
    const loaded = await load(store, stream, subject.start(), subject.fold, correlationId);
    const { state, revision, position, own } = loaded;
    context.onRead?.(position);
    if (own.length > 0) {
      // What that other command was about is not told: it may be hidden.
      if (!subject.mayHaveSent(state, own)) throw reused(correlationId);
      return { ...resultOf(command, own, context), isRepeated: true };
    }
    const isAtOther = expectedRevision !== null && expectedRevision !== revision;
    if (isAtOther || attempt > MAX_ATTEMPTS)
      throw new RevisionConflictError(stream, expectedRevision, revision);
    const decided = await subject.decide(state);
    if (decided.length === 0) return { events: [], isRepeated: true, position, revision };
    for (const { event } of decided) assertAcceptable(event);
    try {
      const { revision: last } = await appendDecided(store, stream, revision, decided, context);
      // Read back, because at the same moment the same id may have come with other content.
      const events = await readCommand(store, stream, last - decided.length + 1);
      return { ...resultOf(command, events, context), isRepeated: false };
    } catch (error) {
      if (error instanceof EventIdTakenError) throw reused(correlationId);
      if (!(error instanceof WrongExpectedRevisionError)) throw error;
      await sleep(randomInt(FIRST_BACKOFF_MS * 2 ** (attempt - 1)));
    }
  }
}

/**
 * The result of the command that these events are of.
 * @throws Rejection where that is another command.
 */
function resultOf(
  command: ApproachCommand | FrameworkCommand,
  events: readonly RecordedEvent[],
  { correlationId, content }: CommandContext,
): Omit<CommandResult, 'isRepeated'> {
  const [first] = events;
  const last = events.at(-1);
  if (first === undefined || last === undefined)
    throw new RangeError(`there are no events of command ${correlationId}`);
  if (!(saidTheSame(content, first) ?? asksForThese(command, events))) throw reused(correlationId);
  return { events, position: last.position, revision: last.revision };
}

/** What is thrown where the id of a command is that of another one. It does not say which: that may be hidden. */
export function reused(commandId: string): Rejection {
  return new Rejection(
    'COMMAND_ID_REUSED',
    `a command with the id ${commandId} and other content was accepted before`,
    'commandId',
  );
}

/** @throws Rejection where the event may not enter the log. */
function assertAcceptable(event: DomainEvent): void {
  const problem = problemOf(event);
  if (problem === null) return;
  const { field, accepted } = problem;
  throw new Rejection('VALUE_NOT_ACCEPTED', `${field} is not accepted: expected ${accepted}`, field, {
    accepted,
  });
}

/**
 * Appends what was decided on the state at `revision` (-1 where the stream was not there).
 * @throws WrongExpectedRevisionError where that is no longer the state.
 */
export function appendDecided(
  store: EventStore,
  stream: string,
  revision: number,
  decided: readonly Decided[],
  context: CommandContext,
): Promise<AppendResult> {
  const [first, ...rest] = decided.map((one, ordinal) => newEvent(one, ordinal, context));
  if (first === undefined) throw new RangeError(`nothing was decided that could be appended to ${stream}`);
  return store.append(stream, [first, ...rest], orNoStream(revision));
}

function orNoStream(revision: number): ExpectedRevision {
  return revision < 0 ? 'NO_STREAM' : revision;
}

/** The events of the command that begins at that revision: they stand together. */
async function readCommand(store: EventStore, stream: string, from: number): Promise<RecordedEvent[]> {
  const events: RecordedEvent[] = [];
  for await (const page of store.readStream(stream, from)) {
    for (const event of page) {
      if (event.metadata.correlationId !== (events[0] ?? event).metadata.correlationId) return events;
      events.push(event);
    }
  }
  return events;
}

function newEvent({ event, line }: Decided, ordinal: number, context: CommandContext): NewEvent {
  const { content } = context;
  const digest = ordinal > 0 || content === undefined ? undefined : commandDigest(content, event.data);
  return {
    ...event,
    id: stableId(context.key, ordinal),
    metadata: {
      schemaVersion: SCHEMA_VERSION,
      actor: context.actor,
      correlationId: context.correlationId,
      causationId: null,
      source: context.document === null || line === null ? null : { document: context.document, line },
      ...(digest === undefined ? {} : { commandDigest: digest }),
    },
  };
}
