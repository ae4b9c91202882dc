import type { ApolloServerOptions, ApolloServerPlugin } from '@apollo/server';
import { unwrapResolverError } from '@apollo/server/errors';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { LogClosedError, LogUnavailableError, LogUnwritableError } from '../event-store/event-store';
import { traceOf } from './actions';
import type { ApiContext } from './context';
import { type ErrorCode, LOG_UNAVAILABLE, LOG_UNWRITABLE } from './errors';
import { INTROSPECTION_OFF } from './introspection';
import { shortened } from './shortened';
import type { TraceContext } from './trace-context';

/** What callers see of an error: theirs with what was wrong, any other with nothing but its code. */
export function withoutInternals(formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError {
  const original = unwrapResolverError(error);
  const rest = {
    ...(formatted.locations === undefined ? {} : { locations: formatted.locations }),
    ...(formatted.path === undefined ? {} : { path: formatted.path }),
  };
  if (original instanceof GraphQLError && !isInternal(error)) {
    // What was meant instead would tell of parts of the schema that were not asked for.
    const message = shortened(formatted.message).replace(/ ?Did you mean .*$/s, '');
    if (message === INTROSPECTION_OFF)
      return { ...rest, message, extensions: { code: 'INTROSPECTION_OFF' satisfies ErrorCode } };
    if (hasCode(original) || hasCode(error)) return { ...formatted, message };
    return { ...formatted, message, extensions: { code: 'BAD_USER_INPUT' satisfies ErrorCode } };
  }
  if (isOfAwayLog(original)) {
    const extensions = { code: 'LOG_UNAVAILABLE' satisfies ErrorCode };
    const message = original instanceof LogUnwritableError ? LOG_UNWRITABLE : LOG_UNAVAILABLE;
    return { message, extensions, ...rest };
  }
  return {
    message: 'Internal server error',
    extensions: { code: 'INTERNAL_SERVER_ERROR' satisfies ErrorCode },
    ...rest,
  };
}

/** Tells of errors that callers only see as INTERNAL_SERVER_ERROR, with the trace that they belong to, once each. */
export function tellInternalErrors(
  onError: (error: unknown, trace: TraceContext | null) => void,
): ApolloServerPlugin<ApiContext> {
  return {
    async requestDidStart() {
      return {
        async didEncounterErrors({ errors, contextValue }) {
          for (const error of errors)
            if (isInternal(error)) onError(unwrapResolverError(error), traceOf(contextValue.request));
        },
      };
    },
    async unexpectedErrorProcessingRequest({ error, requestContext: { contextValue } }) {
      if (isInternal(error)) onError(error, traceOf(contextValue.request));
    },
  };
}

/** Where Apollo's own words go: to the operator. What it says of a request is told with its trace, above. */
export function apolloLogger(
  onError: (error: unknown, trace: TraceContext | null) => void,
): NonNullable<ApolloServerOptions<ApiContext>['logger']> {
  const tell = (message: unknown): void => {
    if (!String(message).startsWith('Unexpected error processing request: ')) onError(message, null);
  };
  return { debug() {}, info() {}, warn: tell, error: tell };
}

/** Without a code an error of graphql-js is about the query where it points into it, else about an answer. */
export function isInternal(error: unknown): boolean {
  const original = unwrapResolverError(error);
  // That the log is away is told the operator once, not for each who asks.
  if (isOfAwayLog(original)) return false;
  if (!(original instanceof GraphQLError)) return true;
  return !hasCode(original) && !hasCode(error) && original.nodes === undefined;
}

/** True where the log was away, or not waited for any longer because the server stops. */
export function isOfAwayLog(error: unknown): boolean {
  return error instanceof LogUnavailableError || error instanceof LogClosedError;
}

function hasCode(error: unknown): boolean {
  return error instanceof GraphQLError && error.extensions.code !== undefined;
}
