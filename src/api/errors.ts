import { GraphQLError } from 'graphql';

/** Codes in `extensions.code`; clients branch on them, so they are never renamed. */
export type ErrorCode =
  | 'BAD_USER_INPUT'
  | 'GRAPHQL_PARSE_FAILED'
  | 'GRAPHQL_VALIDATION_FAILED'
  | 'AS_OF_IN_FUTURE'
  | 'CURSOR_OF_OTHER_RIGHTS'
  | 'CURSOR_OF_ANOTHER_LOG'
  | 'SNAPSHOT_MALFORMED'
  | 'SNAPSHOT_OF_ANOTHER_LOG'
  | 'SNAPSHOT_NOT_REACHED'
  | 'POSITION_UNKNOWN'
  | 'POSITION_NOT_REACHED'
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'ISSUER_UNREACHABLE'
  | 'NOT_READY'
  | 'LEDGER_MISFIT'
  | 'QUERY_TOO_LARGE'
  | 'DOCUMENT_NOT_FOUND'
  | 'PERSISTED_QUERY_NOT_SUPPORTED'
  | 'PERSISTED_QUERY_NOT_FOUND'
  | 'INTROSPECTION_OFF'
  | 'RATE_LIMITED'
  | 'TIMEOUT'
  | 'LOG_UNAVAILABLE'
  | 'CROSS_SITE'
  | 'BAD_REQUEST'
  | 'NOT_FOUND'
  | 'NOT_ACCEPTABLE'
  | 'METHOD_NOT_ALLOWED'
  | 'URI_TOO_LONG'
  | 'HEADERS_TOO_LARGE'
  | 'BODY_TOO_LARGE'
  | 'UNSUPPORTED_MEDIA_TYPE'
  | 'INTERNAL_SERVER_ERROR';

/** Whatever of an answer needs the log, while that is away. */
export const LOG_UNAVAILABLE =
  'the log does not answer at present, so try again shortly; of a mutation it is unknown whether it was recorded: send it again, with the same commandId';

/** Why no command is taken, while the disk takes nothing. */
export const LOG_UNWRITABLE =
  'nothing can be written at present, so try again later; a mutation that is sent again with the same commandId is recorded once';

/**
 * An error for the caller: the message says what was wrong and what is accepted.
 * @param status of HTTP, where the request is refused as a whole
 */
export function userError(
  message: string,
  code: ErrorCode = 'BAD_USER_INPUT',
  status?: 200 | 400 | 503,
): GraphQLError {
  return new GraphQLError(message, {
    extensions: { code, ...(status !== undefined && { http: { status } }) },
  });
}

/** A query that asks more than is accepted: what was measured, and the most that is accepted. */
export function tooLarge(measured: string, accepted: string): GraphQLError {
  return userError(`${measured}; accepted is at most ${accepted}`, 'QUERY_TOO_LARGE', 400);
}

/** What HTTP is to be told beside an error for the caller. */
export function headersOfRefusal({ extensions }: GraphQLError): Record<string, string> {
  const { headers = [] } = (extensions.http ?? {}) as { headers?: Iterable<[string, string]> };
  return Object.fromEntries(headers);
}

/** An answer that is an error and nothing else, in the form of GraphQL. */
export function errorBody(message: string, code: ErrorCode) {
  return { errors: [{ message, extensions: { code } }] };
}
