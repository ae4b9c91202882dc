import { GraphQLError } from 'graphql';

/** Codes in `extensions.code`; clients branch on them, so they are never renamed. */
export type ErrorCode = 'BAD_USER_INPUT' | 'AS_OF_IN_FUTURE' | 'NOT_READY';

/** An error for the caller: the message says what was wrong and what is accepted. */
export function userError(message: string, code: ErrorCode = 'BAD_USER_INPUT'): GraphQLError {
  return new GraphQLError(message, { extensions: { code } });
}
