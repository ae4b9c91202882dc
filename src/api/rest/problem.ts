import { STATUS_CODES } from 'node:http';
import type { FastifyReply } from 'fastify';
import type { GraphQLFormattedError } from 'graphql';
import { challenge } from '../access';

/** What went wrong, as RFC 9457 tells it. */
export interface Problem {
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  /** The code of the same error in GraphQL. */
  readonly code: string;
  readonly errors?: readonly object[];
}

/** The media type of a {@link Problem}. */
export const PROBLEM_JSON = 'application/problem+json; charset=utf-8';

const STATUS_OF_CODE: Readonly<Record<string, number>> = {
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  NOT_READY: 503,
  LEDGER_MISFIT: 503,
  SNAPSHOT_NOT_REACHED: 503,
  NOT_ACCEPTABLE: 406,
  RATE_LIMITED: 429,
  TIMEOUT: 503,
  LOG_UNAVAILABLE: 503,
  INTERNAL_SERVER_ERROR: 500,
};

export function problem(status: number, detail: string, code: string): Problem {
  return { status, title: STATUS_CODES[status] ?? 'Error', detail, code };
}

/** While an answer could lack what was acknowledged long ago. */
export const NOT_READY = problem(
  503,
  'the read models are still catching up with the log; try again shortly',
  'NOT_READY',
);

/** What the register says of a value begins with the name that its parameter has; clocks are fields of `asOf`. */
const OF_PARAMETER = /^(?:asOf\.(?=\w)|(?=(?:framework|municipality|after) "|from is ))(\w+) (.*)$/s;

/**
 * An error of GraphQL as a problem: the caller's, unless it is known to be ours. Where only the register knows that
 * a parameter's value is none, it names that parameter.
 */
export function problemOfError({ message, extensions }: GraphQLFormattedError): Problem {
  const code = String(extensions?.code ?? 'INTERNAL_SERVER_ERROR');
  const { status } = (extensions?.http ?? {}) as { status?: number };
  const at = STATUS_OF_CODE[code] ?? status ?? 400;
  const [, name, detail] = OF_PARAMETER.exec(message) ?? [];
  const errorsOf = (parameter: string, said: string | undefined) =>
    at === 400 ? { errors: [{ in: 'query', location: { name: parameter }, detail: said }] } : {};
  if (name !== undefined) return { ...problem(at, `${name} ${detail}`, code), ...errorsOf(name, detail) };
  const isOfSnapshot = code.startsWith('SNAPSHOT_');
  return { ...problem(at, message, code), ...(isOfSnapshot && errorsOf('snapshot', message)) };
}

/** Sends a problem, and where a token would help how to come with one. */
export function sendProblem(reply: FastifyReply, what: Problem): FastifyReply {
  const { status, code } = what;
  const isAboutTokens = code === 'UNAUTHENTICATED' || code === 'FORBIDDEN';
  if (isAboutTokens && !reply.hasHeader('www-authenticate'))
    reply.header('www-authenticate', challenge(code === 'FORBIDDEN' ? 403 : 401));
  return reply.code(status).type(PROBLEM_JSON).send(JSON.stringify(what));
}
