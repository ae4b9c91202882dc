import type { ApolloServerPlugin } from '@apollo/server';
import type { FastifyRequest } from 'fastify';
import { GraphQLError } from 'graphql';
import { isOfAwayLog } from './caller-errors';
import type { ApiContext } from './context';
import { type ErrorCode, LOG_UNAVAILABLE, userError } from './errors';

/** Errors that another time would not give: with one of these there is no answer that could be had again. */
export const PASSING: readonly unknown[] = [
  'AS_OF_IN_FUTURE',
  'NOT_READY',
  'LEDGER_MISFIT',
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'RATE_LIMITED',
  'TIMEOUT',
  'LOG_UNAVAILABLE',
  'SNAPSHOT_NOT_REACHED',
  'POSITION_UNKNOWN',
  'POSITION_NOT_REACHED',
  'INTERNAL_SERVER_ERROR',
] satisfies ErrorCode[];

/**
 * Says in `extensions.snapshot` of every answer what it was read from, for a mutation with all that the request
 * has written, and lets a request with that token as the parameter `snapshot` of its address read the same again,
 * and so be answered the same, byte by byte.
 */
export function pinnedAnswers(): ApolloServerPlugin<ApiContext> {
  return {
    // Before the document is looked at: what is refused of it is read from the snapshot too.
    async requestDidStart({ contextValue: { scope, request } }) {
      const token = wantedSnapshot(request);
      const refusal = token === null ? null : await scope.pin(token).then(() => null, refusalOf);
      return {
        async didResolveOperation({ operation }) {
          if (refusal !== null) throw refusal;
          if (token !== null && operation?.operation !== 'query') {
            throw userError('a snapshot is only to be read from; expected a query', 'BAD_USER_INPUT', 400);
          }
        },
        async willSendResponse({ response: { body, http }, contextValue: { written, isOfNow } }) {
          if (body.kind !== 'single' || isOfNow) return;
          if (refusal !== null) {
            const { http: _, ...extensions } = refusal.extensions;
            http.status = statusOf(refusal);
            body.singleResult = { errors: [{ message: refusal.message, extensions }] };
          }
          const { errors = [] } = body.singleResult;
          if (errors.some(({ extensions }) => PASSING.includes(extensions?.code))) return;
          const snapshot = await (written === undefined ? scope : scope.at(written))
            .snapshotAt()
            .catch(nullWhileLogIsAway);
          if (snapshot === null) return;
          body.singleResult.extensions = { snapshot: snapshot.token, ...body.singleResult.extensions };
        },
      };
    },
  };
}

/** The parameter `snapshot` of the address; what is given twice is one that nothing fits. */
function wantedSnapshot({ query }: FastifyRequest): string | null {
  const snapshot = (query as Readonly<Record<string, unknown>>).snapshot;
  return snapshot === undefined ? null : String(snapshot);
}

/** The whole request is refused, before anything of it is run. */
function refusalOf(error: unknown): GraphQLError {
  if (isOfAwayLog(error)) return userError(LOG_UNAVAILABLE, 'LOG_UNAVAILABLE', 503);
  if (!(error instanceof GraphQLError)) throw error;
  return new GraphQLError(error.message, {
    extensions: { ...error.extensions, http: { status: statusOf(error) } },
  });
}

function statusOf({ extensions }: GraphQLError): number {
  return extensions.code === 'SNAPSHOT_NOT_REACHED' || extensions.code === 'LOG_UNAVAILABLE' ? 503 : 400;
}

/** What was read, or recorded, is answered, also where it cannot be said from which snapshot. */
function nullWhileLogIsAway(error: unknown): null {
  if (isOfAwayLog(error)) return null;
  throw error;
}
