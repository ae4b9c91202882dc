import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse as uuidBytes, v5 as uuidv5 } from 'uuid';
import { type Decided, decide } from './domain/approach';
import type { ApproachCommand } from './domain/approach-commands';
import { type Position, SCHEMA_VERSION } from './domain/events';
import { decideFramework, evolveFramework, type FrameworkCommand, FrameworkLine } from './domain/framework';
import { type ApproachHistory, emptyHistory, evolve } from './domain/history';
import { approachStream, frameworkStream } from './domain/streams';
import { type EventStore, type NewEvent, WrongExpectedRevisionError } from './event-store/event-store';

/** How often a command is decided anew when another write came first. */
const MAX_ATTEMPTS = 8;
/** Longest wait before deciding anew the first time, in milliseconds; random, to part the competitors, and doubled each time. */
const FIRST_BACKOFF_MS = 20;

/** Who sends a command, and what it is known by. */
export interface CommandContext {
  /** The signed-in principal, or the system user on the command line. */
  readonly actor: string;
  /** UUID that all events of the command share. */
  readonly correlationId: string;
  /** The event ids are UUIDv5 of this and the event's ordinal: the same key means the same events. */
  readonly key: string;
  /** SHA-256 of the document that the command comes from; its events then know their line. */
  readonly document: string | null;
}

export interface CommandResult {
  /** What was appended; empty where all of it was there already. */
  readonly events: readonly NewEvent[];
  /** Position of the last event appended; undefined where none was. */
  readonly position: Position | undefined;
}

/** Namespace of the UUIDv5 ids of events and of what they create; part of the storage format. */
const NAMESPACE = uuidBytes('8a0fd0a6-6f0e-5d0b-9f64-0d6b1f0c2b57');

/** The id that a key and a name in it always give. */
export function stableId(key: string, name: string | number): string {
  return uuidv5(`${key}/${name}`, NAMESPACE);
}

/**
 * Decides a command on an approach and appends what it gives: all of it or nothing.
 * @throws Rejection where the domain refuses it.
 * @throws WrongExpectedRevisionError where others kept coming first, {@link MAX_ATTEMPTS} times.
 */
export function handleApproachCommand(
  store: EventStore,
  approach: ApproachKey,
  command: ApproachCommand,
  context: CommandContext,
): Promise<CommandResult> {
  return appendDecision(store, approachStream(approach.municipality, approach.slug), context, async () => {
    const { history, revision } = await loadApproach(store, approach);
    const steps = command.type === 'RecordAssessment' ? command.steps : [command];
    const opened = steps.flatMap((step) => (step.type === 'OpenAssessment' ? [step.data.framework] : []));
    const frameworks = new Map<string, FrameworkLine>();
    for (const code of [...opened, ...history.assessments.map(({ framework }) => framework)]) {
      if (!frameworks.has(code)) frameworks.set(code, (await loadFramework(store, code)).line);
    }
    return {
      decided: decide(command, history, (code) => frameworks.get(code) ?? new FrameworkLine()),
      revision,
    };
  });
}

/**
 * Decides a command on a framework and appends what it gives.
 * @throws Rejection where the domain refuses it.
 */
export function handleFrameworkCommand(
  store: EventStore,
  command: FrameworkCommand,
  context: CommandContext,
): Promise<CommandResult> {
  const { code } = command.framework;
  return appendDecision(store, frameworkStream(code), context, async () => {
    const { line, revision } = await loadFramework(store, code);
    return { decided: decideFramework(command, line).map((event) => ({ event, line: null })), revision };
  });
}

export interface ApproachKey {
  readonly municipality: string;
  readonly slug: string;
}

/** The history of an approach as its stream tells it, and the stream's last revision; -1 where there is none. */
export async function loadApproach(
  store: EventStore,
  { municipality, slug }: ApproachKey,
): Promise<{ history: ApproachHistory; revision: number }> {
  const history = emptyHistory();
  let revision = -1;
  for await (const page of store.readStream(approachStream(municipality, slug))) {
    for (const event of page) {
      evolve(history, event, { ...event, ...event.metadata });
      revision = event.revision;
    }
  }
  return { history, revision };
}

/** The framework as its stream tells it, and the stream's last revision; -1 where there is none. */
export async function loadFramework(
  store: EventStore,
  code: string,
): Promise<{ line: FrameworkLine; revision: number }> {
  const line = new FrameworkLine();
  let revision = -1;
  for await (const page of store.readStream(frameworkStream(code))) {
    for (const event of page) {
      evolveFramework(line, event);
      revision = event.revision;
    }
  }
  return { line, revision };
}

/** The one way in which a command is handled: load, decide, append; anew on a conflict, bounded. */
async function appendDecision(
  store: EventStore,
  stream: string,
  context: CommandContext,
  loadAndDecide: () => Promise<{ decided: Decided[]; revision: number }>,
): Promise<CommandResult> {
  for (let attempt = 1; ; attempt += 1) {
    const { decided, revision } = await loadAndDecide();
    try {
      return await appendDecided(store, stream, revision, decided, context);
    } catch (error) {
      if (!(error instanceof WrongExpectedRevisionError) || attempt === MAX_ATTEMPTS) throw error;
      await sleep(randomInt(FIRST_BACKOFF_MS * 2 ** (attempt - 1)));
    }
  }
}

/**
 * Appends what was decided on the state at `revision` (-1 where the stream was not there).
 * @throws WrongExpectedRevisionError where that is no longer the state.
 */
export async function appendDecided(
  store: EventStore,
  stream: string,
  revision: number,
  decided: readonly Decided[],
  context: CommandContext,
): Promise<CommandResult> {
  const [first, ...rest] = decided.map((one, ordinal) => newEvent(one, ordinal, context));
  if (first === undefined) return { events: [], position: undefined };
  const events = [first, ...rest] as const;
  const { position } = await store.append(stream, [...events], revision < 0 ? 'NO_STREAM' : revision);
  return { events, position };
}

function newEvent({ event, line }: Decided, ordinal: number, context: CommandContext): NewEvent {
  return {
    ...event,
    id: stableId(context.key, ordinal),
    metadata: {
      schemaVersion: SCHEMA_VERSION,
      actor: context.actor,
      correlationId: context.correlationId,
      causationId: null,
      source: context.document === null || line === null ? null : { document: context.document, line },
    },
  };
}
