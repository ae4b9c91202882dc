// type-graphql, by way of the cursors, needs it first.
import 'reflect-metadata';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { GraphQLError } from 'graphql';
import type { Position } from '../domain/events';
import { toCursor } from './connection';
import { userError } from './errors';
import { reachOf } from './event-cursors';
import { parsed, record } from './record';

/** What became of waiting: `beyond` where the log itself does not go that far. */
export type Awaited = 'reached' | 'late' | 'beyond';

export interface PositionSources<Asked = FastifyRequest> {
  /** The position that the read models have reached. */
  readonly position: () => Position;
  /** Waits, for a bounded time that what was asked still has, until the read models have reached a position. */
  readonly waitFor: (position: Position, asked: Asked) => Promise<Awaited>;
  /**
   * Takes what waiting costs off what the sender may ask.
   * @throws GraphQLError with code RATE_LIMITED
   */
  readonly charge: (asked: Asked) => void;
}

/**
 * Carries the position that an answer was given at, and asks for one that is no older: so a caller reads their own
 * writes, and never goes back in time, whichever replica answers.
 */
export const POSITION_HEADER = 'toetsspoor-position';

/**
 * Says in the header of every answer what position it was given at, and lets a request with that header wait until
 * it is reached.
 * @param refuse sends the answer that it was not
 */
export function awaitPositionOfHeader(
  app: FastifyInstance,
  sources: PositionSources,
  refuse: (reply: FastifyReply, error: GraphQLError) => void,
): void {
  let said = { position: -1, cursor: '' };
  // With callbacks, as most requests wait for nothing.
  app.addHook('onRequest', (request, reply, done) => {
    const wanted = request.headers[POSITION_HEADER];
    if (wanted === undefined) return done();
    awaitPosition(String(wanted), request, sources).then(
      () => done(),
      (error) => (error instanceof GraphQLError ? refuse(reply, error) : done(error)),
    );
  });
  app.addHook('onSend', (_request, reply, payload, done) => {
    const position = sources.position();
    if (position !== said.position) said = { position, cursor: toCursor(position) };
    reply.header(POSITION_HEADER, said.cursor);
    done(null, payload);
  });
}

/** The same for a request that names the position in GraphQL's own way, as `extensions.position`. */
export async function awaitPositionOfExtensions(
  request: FastifyRequest,
  sources: PositionSources,
): Promise<void> {
  const { method, body, query } = request;
  const given = method === 'GET' ? query : body;
  const { position } = record(parsed(record(given).extensions));
  if (position === undefined) return;
  if (typeof position !== 'string') throw notAPosition('extensions.position is no text');
  await awaitPosition(position, request, sources);
}

/** @throws GraphQLError with code BAD_USER_INPUT, RATE_LIMITED, POSITION_UNKNOWN or POSITION_NOT_REACHED */
async function awaitPosition(
  wanted: string,
  request: FastifyRequest,
  sources: PositionSources,
): Promise<void> {
  await untilReached(readPosition(wanted), request, sources, {
    beyond:
      'the log does not go as far as the position that is waited for; expected one of an answer of this register',
    late: 'this replica has not reached the position in time: ask again, or without it for what is here now',
  });
}

/**
 * Waits, for a bounded time, until the read models have reached a position.
 * @param told what is said where the log does not go that far, and where it takes too long
 * @throws GraphQLError with code RATE_LIMITED, POSITION_UNKNOWN or POSITION_NOT_REACHED
 */
export async function untilReached<Asked>(
  wanted: Position,
  asked: Asked,
  { position, waitFor, charge }: PositionSources<Asked>,
  told: Readonly<Record<Exclude<Awaited, 'reached'>, string>>,
): Promise<void> {
  if (position() >= wanted) return;
  // The log is asked where it ends, on behalf of whoever comes.
  charge(asked);
  switch (await waitFor(wanted, asked)) {
    case 'reached':
      return;
    case 'beyond':
      throw userError(told.beyond, 'POSITION_UNKNOWN', 400);
    case 'late':
      throw userError(told.late, 'POSITION_NOT_REACHED', 503);
  }
}

function readPosition(wanted: string): Position {
  try {
    // Those of events are taken too: an answer that had one was given at such a position.
    return reachOf(wanted);
  } catch {
    throw notAPosition(`"${wanted}" is not a position`);
  }
}

function notAPosition(what: string): GraphQLError {
  const expected = `expected one as answers have it in the header ${POSITION_HEADER}`;
  return userError(`${what}; ${expected}`, 'BAD_USER_INPUT', 400);
}
