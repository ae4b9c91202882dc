import type { FastifyError, FastifyInstance } from 'fastify';
import { traceOf } from './actions';
import { AuthenticationError } from './authentication-error';
import { type ErrorCode, errorBody } from './errors';
import { LIMITS } from './limits';
import type { TraceContext } from './trace-context';

/** Answers what fails before GraphQL sees it, in the form of GraphQL. */
export function answerErrors(
  app: FastifyInstance,
  onError: (error: unknown, trace: TraceContext | null) => void,
): void {
  app.setNotFoundHandler((request, reply) => {
    const message = `${request.method} is not served here; expected GET or POST of /graphql, or GET of /healthz or /readyz`;
    return reply.code(404).send(errorBody(message, 'NOT_FOUND'));
  });
  app.setErrorHandler<FastifyError>((error, request, reply) => {
    if (error instanceof AuthenticationError) {
      const { statusCode, challenge, message, code } = error;
      if (challenge !== null) reply.header('www-authenticate', challenge);
      if (code === 'ISSUER_UNREACHABLE') onError(error, traceOf(request));
      return reply.code(statusCode).send(errorBody(message, code));
    }
    // The address of a request is put together with its header Host, which may be anything.
    const status = error.statusCode ?? (error.code === 'ERR_INVALID_URL' ? 400 : 500);
    const [message, code] = refusal(status, request.headers);
    if (code === 'INTERNAL_SERVER_ERROR') onError(error, traceOf(request));
    return reply.code(code === 'INTERNAL_SERVER_ERROR' ? 500 : status).send(errorBody(message, code));
  });
}

function refusal(
  status: number,
  headers: Readonly<Record<string, string | string[] | undefined>>,
): [message: string, code: ErrorCode] {
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
