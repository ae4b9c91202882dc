import type { GraphQLError } from 'graphql';
import { contentOf } from '../../command-digest';
import { commandKey } from '../../command-key';
import type { ApproachCommand } from '../../domain/approach-commands';
import type { Audience } from '../../domain/audience';
import type { Position } from '../../domain/events';
import type { FrameworkCommand } from '../../domain/framework';
import { Rejection } from '../../domain/rejection';
import { approachStream, frameworkStream } from '../../domain/streams';
import {
  assertMayWriteFramework,
  assertMayWriteMunicipality,
  OutsideLimitsError,
} from '../../domain/write-limits';
import {
  type ApproachKey,
  type CommandContext,
  type CommandResult,
  RevisionConflictError,
  reused,
  stableId,
} from '../../handle-command';
import { Turns } from '../../turns';
import type { ApiContext } from '../context';
import { userError } from '../errors';
import { actorOf, limitsOf, WRITERS } from '../principal';
import { assertSensible } from './acceptable-values';
import type { CommandInput } from './command-input';
import {
  type ApproachWritten,
  type CommandAccepted,
  type CommandAnswer,
  type CommandProblem,
  CommandRejected,
  RevisionConflict,
} from './command-result';
import { withPointIds } from './new-values';
import { WrittenApproach } from './written-approach';

/** The type that a mutation answers with where it is accepted. */
type AcceptedClass<Accepted> = new (commandId: string, result: CommandResult) => Accepted;
/** What it shows of what was written. */
type Shown<Accepted> = Omit<Accepted, keyof ApproachWritten>;

/** What an input says of how it is sent: no part of what the command says. */
export const ABOUT_SENDING = ['commandId', 'expectedRevision'] as const;

/** Commands with the same id one after the other, so that one on another stream is seen, whenever it comes. */
const byCommandId = new Turns();
type NameOf = (field: string) => string;

/** The id of a new thing, by its name: it follows from the command, so the command sent again means the same thing. */
export type NewId = (thing: string) => string;
/** Who sends a command, and what it is known by, before it is known to what it goes. */
type Sent = Omit<CommandContext, 'key' | 'onRead'> & Required<Pick<CommandContext, 'onRead'>>;

/**
 * Sends a command to an approach, and answers with what became of it.
 * @param commandOf the command, with ids for what it makes
 * @param show what was written, as of the command, with the same ids
 */
export function onApproach<Accepted extends ApproachWritten>(
  context: ApiContext,
  AcceptedType: AcceptedClass<Accepted>,
  input: CommandInput,
  approach: ApproachKey,
  commandOf: (newId: NewId) => ApproachCommand,
  show: (written: WrittenApproach, newId: NewId) => Promise<Shown<Accepted>> | Shown<Accepted>,
): Promise<CommandAnswer> {
  const stream = approachStream(approach.municipality, approach.slug);
  let key = commandKey(stream, input.commandId);
  const newId: NewId = (thing) => stableId(key, thing);
  return answer(
    context,
    input,
    async (sent, limits, usedIn) => {
      assertMayWriteMunicipality(limits, approach.municipality);
      assertUnused(usedIn, stream, input);
      if (usedIn !== null) key = await context.writes.keyOfCommand(stream, input.commandId);
      const command = commandOf(newId);
      assertSensible(command, context.scope.now());
      const content = contentOf(AcceptedType.name, withPointIds(approach, input), ABOUT_SENDING);
      return context.writes.onApproach(approach, command, { ...sent, key, limits, content });
    },
    async (result) => {
      const written = await WrittenApproach.read(context.scope, approach);
      const things = { approach: written.approach, ...(await show(written, newId)) };
      return Object.assign(new AcceptedType(input.commandId, result), things);
    },
    (field) => ({ reference: 'year', corrects: 'findingId', developments: 'notes' })[field] ?? field,
  );
}

/** Sends a command to a framework, and answers with what became of it. */
export function onFramework<Accepted extends CommandAccepted>(
  context: ApiContext,
  AcceptedType: AcceptedClass<Accepted>,
  input: CommandInput,
  command: FrameworkCommand,
  show: () => Shown<Accepted>,
): Promise<CommandAnswer> {
  const stream = frameworkStream(command.framework.code);
  return answer(
    context,
    input,
    async (sent, limits, usedIn) => {
      assertMayWriteFramework(limits, command.framework.code);
      assertUnused(usedIn, stream, input);
      const key = commandKey(stream, input.commandId);
      const content = contentOf(AcceptedType.name, input, ABOUT_SENDING);
      return context.writes.onFramework(command, { ...sent, key, content });
    },
    async (result) => Object.assign(new AcceptedType(input.commandId, result), show()),
    (field) => (field === 'framework' ? 'code' : field),
  );
}

/**
 * Sends a command, and answers with what became of it.
 * @param send is given the limits of the sender, and the stream that a command with this id wrote to before
 * @param show what was written, read as of the command
 * @param nameOf what a field of an event is called in the input
 * @param problemOf why the command is not accepted, where that is no reason that every command may have; else null
 */
export async function answer(
  context: ApiContext,
  { commandId, expectedRevision = null }: CommandInput,
  send: (sent: Sent, limits: Audience, usedIn: string | null) => Promise<CommandResult>,
  show: (result: CommandResult) => Promise<CommandAccepted>,
  nameOf: NameOf,
  problemOf: (error: unknown, decidedAt: Position) => CommandProblem | null = () => null,
): Promise<CommandAnswer> {
  const { principal, writes } = context;
  if (principal.kind === 'ANONYMOUS') throw userError('writing takes a token', 'UNAUTHENTICATED');
  const actor = actorOf(principal);
  const limits = limitsOf(principal, WRITERS);
  // How far the log went where it is decided: all of it at first, and then what came to the stream meanwhile.
  let decidedAt = context.scope.cameAt;
  const onRead = (position: Position): void => {
    decidedAt = Math.max(decidedAt, position);
  };
  const command = { actor, correlationId: commandId, document: null, expectedRevision, onRead };
  let result: CommandResult;
  try {
    result = await byCommandId.take(commandId, async () => {
      // What other replicas have written counts too.
      if (!(await writes.level())) throw notReady('nothing was recorded; try again shortly');
      onRead(context.scope.anew().cameAt);
      return send(command, limits, writes.streamOfCommand(commandId));
    });
  } catch (error) {
    if (error instanceof OutsideLimitsError) throw userError(error.message, 'FORBIDDEN');
    const problem =
      error instanceof RevisionConflictError
        ? new RevisionConflict(decidedAt, error)
        : error instanceof Rejection
          ? new CommandRejected(decidedAt, inWordsOfInput(error, nameOf))
          : problemOf(error, decidedAt);
    if (problem === null) throw error;
    if (!(await writes.reached(decidedAt)))
      throw notReady('the command was refused, and nothing was recorded: send it again to be told why');
    answerAsOf(context, decidedAt);
    return problem;
  }
  if (!(await writes.reached(result.position))) {
    throw notReady('the command was accepted: send it again, with the same commandId, for its answer');
  }
  answerAsOf(context, result.position);
  return show(result);
}

/** Everything nested in the answer is read as of the command, its own write included and nothing later. */
function answerAsOf(context: ApiContext, position: Position): void {
  context.scope = context.scope.at(position);
  context.written = Math.max(position, context.written ?? 0);
  context.ledger = context.ledger.at(context.scope);
}

/** @throws Rejection where the id of the command was used on another stream. */
function assertUnused(usedIn: string | null, stream: string, { commandId }: CommandInput): void {
  if (usedIn !== null && usedIn !== stream) throw reused(commandId);
}

/** The rejection in the words of the input. */
function inWordsOfInput(rejection: Rejection, nameOf: NameOf): Rejection {
  const { code, field, message, accepted, line } = rejection;
  if (field === null) return rejection;
  const name = nameOf(field);
  const said = message.startsWith(`${field} `) ? `${name}${message.slice(field.length)}` : message;
  return new Rejection(code, said, name, { accepted, line });
}

function notReady(what: string): GraphQLError {
  return userError(`the read models are behind the log; ${what}`, 'NOT_READY');
}
