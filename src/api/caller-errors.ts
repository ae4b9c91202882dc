import { unwrapResolverError } from '@apollo/server/errors';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import type { ErrorCode } from './errors';
import { LIMITS } from './limits';

/** What callers see of an error: theirs with what was wrong, any other with nothing but its code. */
export function withoutInternals(
  formatted: GraphQLFormattedError,
  error: unknown,
  onError: (error: unknown) => void,
): GraphQLFormattedError {
  const original = unwrapResolverError(error);
  const rest = {
    ...(formatted.locations === undefined ? {} : { locations: formatted.locations }),
    ...(formatted.path === undefined ? {} : { path: formatted.path }),
  };
  if (original instanceof GraphQLError) {
    if (/contains more tha[nt] \d+ tokens/.test(original.message)) {
      return {
        message: `the query has more than ${LIMITS.tokens} tokens; accepted is at most ${LIMITS.tokens}`,
        extensions: { code: 'QUERY_TOO_LARGE' satisfies ErrorCode },
      };
    }
    if (hasCode(original) || hasCode(error)) return formatted;
    // Without a code it is of graphql-js itself: about the query where it points into it, else about an answer.
    if (original.nodes !== undefined)
      return { ...formatted, extensions: { code: 'BAD_USER_INPUT' satisfies ErrorCode } };
  }
  onError(original);
  return {
    message: 'Internal server error',
    extensions: { code: 'INTERNAL_SERVER_ERROR' satisfies ErrorCode },
    ...rest,
  };
}

function hasCode(error: unknown): boolean {
  return error instanceof GraphQLError && error.extensions.code !== undefined;
}
