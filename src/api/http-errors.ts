import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { GraphQLError } from 'graphql';
import { traceOf } from './actions';
import { AuthenticationError } from './authentication-error';
import { isOfAwayLog } from './caller-errors';
import { type ErrorCode, errorBody, headersOfRefusal, LOG_UNAVAILABLE } from './errors';
import { LIMITS } from './limits';
import type { RefusedTokens } from './refused-tokens';
import { API_VERSION } from './rest/openapi';
import { PROBLEM_JSON, problem, sendProblem } from './rest/problem';
import type { TraceContext } from './trace-context';

/**
 * An answer is data and nothing that a browser should show, frame, guess at or keep; and where it came by TLS, nothing
 * is to be asked for without. The design rules ask for all of these below `/v1`; they are as right elsewhere.
 */
const SECURITY_HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=31536000',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

/** What the design rules ask of every answer below `/v1` beside that. */
const REST_HEADERS = { ...SECURITY_HEADERS, 'api-version': API_VERSION };

/** What every answer says, whatever becomes of it. */
export function headersOf(url: string): Readonly<Record<string, string>> {
  return isBelowV1(url) ? REST_HEADERS : SECURITY_HEADERS;
}

export function isBelowV1(url: string): boolean {
  return /^\/v1(?:[/?]|$)/.test(url);
}

/** Sends an error in the form of what was asked for: below `/v1` a problem, else that of GraphQL. */
export function sendError(
  reply: FastifyReply,
  status: number,
  message: string,
  code: ErrorCode,
): FastifyReply {
  const { url, headers } = reply.request;
  if (isBelowV1(url)) return sendProblem(reply, problem(status, message, code));
  return reply.code(status).type(graphqlTypeFor(headers)).send(errorBody(message, code));
}

/** Sends why a request is refused, with what HTTP is to be told of that. */
export function answerRefusal(reply: FastifyReply, error: GraphQLError): FastifyReply {
  const { message, extensions } = error;
  const { status = 400 } = (extensions.http ?? {}) as { status?: number };
  return sendError(reply.headers(headersOfRefusal(error)), status, message, extensions.code as ErrorCode);
}

/** The media type of an error in the form of GraphQL: that of its own where it is asked for first. */
function graphqlTypeFor({ accept = '' }: IncomingMessage['headers']): string {
  const [type = 'application/json'] = /application\/(?:graphql-response\+)?json/.exec(accept) ?? [];
  return `${type}; charset=utf-8`;
}

/** What an error says of what is there. */
const served = (hasExplorer: boolean): string =>
  `expected GET or POST of /graphql, or GET of a resource below /v1 (all are in /v1/openapi.json), ${hasExplorer ? 'of the page /explorer/, ' : ''}of /checkpoint, below /tile, or of /healthz or /readyz`;

/** Answers what fails before what was asked for sees it. */
export function answerErrors(
  app: FastifyInstance,
  {
    hasExplorer,
    refusedTokens,
    onError,
  }: {
    readonly hasExplorer: boolean;
    readonly refusedTokens: RefusedTokens;
    readonly onError: (error: unknown, trace: TraceContext | null) => void;
  },
): void {
  app.setNotFoundHandler((request, reply) => {
    const message = `${request.method} is not served here; ${served(hasExplorer)}`;
    return sendError(reply, 404, message, 'NOT_FOUND');
  });
  app.setErrorHandler<FastifyError>((error, request, reply) => {
    if (error instanceof AuthenticationError) {
      const { statusCode, challenge, message, code } = error;
      if (challenge !== null) reply.header('www-authenticate', challenge);
      refusedTokens.tell(error, () => traceOf(request));
      return sendError(reply, statusCode, message, code);
    }
    if (error instanceof GraphQLError) return answerRefusal(reply, error);
    if (isOfAwayLog(error)) return sendError(reply, 503, LOG_UNAVAILABLE, 'LOG_UNAVAILABLE');
    // The address of a request is put together with its header Host, which may be anything.
    const status = error.statusCode ?? (error.code === 'ERR_INVALID_URL' ? 400 : 500);
    const [message, code] = refusal(status, request.headers);
    if (code !== 'INTERNAL_SERVER_ERROR') return sendError(reply, status, message, code);
    onError(error, traceOf(request));
    return sendError(reply, 500, message, code);
  });
}

/** Answers what has an address that leads nowhere, before any hook is asked. */
export function answerBadAddress(
  { code }: FastifyError,
  { url }: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  reply.headers(headersOf(url));
  return code === 'FST_ERR_MAX_PARAM_LENGTH'
    ? sendError(reply, 414, 'the address has an id that is longer than any that is given out', 'URI_TOO_LONG')
    : sendError(
        reply,
        400,
        'the address cannot be read; expected UTF-8, with a % only before two hexadecimal digits',
        'BAD_REQUEST',
      );
}

/** What Node could not read as a request, as far as that is known, is answered without it. */
export function answerUnreadable(
  error: Error & { readonly code?: string; readonly rawPacket?: unknown },
  socket: Socket,
): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  if (socket.writable) {
    const [status, message, code] = unreadable(error.code);
    const begin = Buffer.isBuffer(error.rawPacket) ? error.rawPacket.toString('latin1', 0, 100) : '';
    const [, url = ''] = /^[A-Z]+ (\S+)/.exec(begin) ?? [];
    const [type, body] = isBelowV1(url)
      ? [PROBLEM_JSON, problem(status, message, code)]
      : ['application/json; charset=utf-8', errorBody(message, code)];
    const text = JSON.stringify(body);
    const headers = {
      ...headersOf(url),
      'content-type': type,
      'content-length': Buffer.byteLength(text),
      connection: 'close',
    };
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.write(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${text}`);
  }
  socket.destroy(error);
}

function unreadable(code: string | undefined): [status: number, message: string, code: ErrorCode] {
  if (code === 'HPE_HEADER_OVERFLOW')
    return [431, 'the address and the headers are longer than what is read of them', 'HEADERS_TOO_LARGE'];
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return [408, 'the request did not come to its end in time', 'TIMEOUT'];
  return [400, 'the request cannot be read; expected HTTP/1.1', 'BAD_REQUEST'];
}

function refusal(status: number, headers: IncomingMessage['headers']): [message: string, code: ErrorCode] {
  if (status === 413) {
    const measured = headers['content-length'] ?? `more than ${LIMITS.bodyBytes}`;
    return [`the body has ${measured} bytes; accepted is at most ${LIMITS.bodyBytes}`, 'BODY_TOO_LARGE'];
  }
  if (status === 415) {
    const type = headers['content-type'] ?? '';
    return [
      `content-type ${JSON.stringify(type)} is not accepted; expected application/json`,
      'UNSUPPORTED_MEDIA_TYPE',
    ];
  }
  if (status >= 400 && status < 500)
    return ['the request cannot be read; expected JSON of {"query": "…", "variables": {…}}', 'BAD_REQUEST'];
  return ['Internal server error', 'INTERNAL_SERVER_ERROR'];
}
