import type { IncomingHttpHeaders } from 'node:http';
import { ApolloServer, type ApolloServerPlugin } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
} from '@apollo/server/plugin/disabled';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import { GraphQLError } from 'graphql';
import { awaitPositionOfExtensions, awaitPositionOfHeader, type PositionSources } from './awaited-position';
import { withoutInternals } from './caller-errors';
import { compiledQueries } from './compiled-queries';
import type { ApiContext } from './context';
import { type ErrorCode, errorBody } from './errors';
import { answerErrors } from './http-errors';
import { keepAnswers, keepableAnswers } from './kept-answers';
import { keptDocuments } from './kept-documents';
import { LIMITS, limits } from './limits';
import { pinnedAnswers } from './pinned-answers';
import { audienceOf, type Principal } from './principal';
import { ReadScope } from './read-scope';
import type { ReadSources } from './read-sources';
import type { Contact } from './rest/openapi';
import { PROBLEM_JSON, problemOfError } from './rest/problem';
import { restRoutes } from './rest/routes';
import { buildApiSchema } from './schema';
import { LedgerScope, type SignedLog } from './signed-log';
import { Snapshots } from './snapshots';
import { tileRoutes } from './tile-routes';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who sends it. */
    principal: Principal;
  }
}

export interface ServerOptions {
  readonly sources: ReadSources;
  readonly signedLog: SignedLog;
  /** Tells who sends a request with these headers. Throws where they name somebody that is not believed. */
  readonly authenticate: (headers: IncomingHttpHeaders) => Promise<Principal>;
  /** Whom developers turn to. */
  readonly contact: Contact;
  /** Waits, for a bounded time, until the read models have reached a position. */
  readonly waitFor: PositionSources['waitFor'];
  /** True once the read models are level with the log. */
  readonly isReady: () => boolean;
  /** Since when the read models are not known to hold all of the log, in seconds. */
  readonly lagSeconds: () => number;
  /** The lag up to which this replica calls itself ready. */
  readonly maxLagSeconds: number;
  /** Told of errors that callers only see as INTERNAL_SERVER_ERROR. */
  readonly onError: (error: unknown) => void;
}

/** The HTTP server, not listening yet: `/graphql`, `/v1`, `/checkpoint`, `/tile`, `/healthz`, `/readyz`. */
export async function createServer(options: ServerOptions): Promise<FastifyInstance> {
  const { sources, signedLog, authenticate, contact, isReady, onError } = options;
  const positions: PositionSources = { position: sources.position, waitFor: options.waitFor };
  const app = Fastify();
  const schema = buildApiSchema();
  const snapshots = new Snapshots(sources);
  const apollo = new ApolloServer<ApiContext>({
    schema,
    introspection: true,
    parseOptions: { maxTokens: LIMITS.tokens },
    documentStore: keptDocuments(),
    includeStacktraceInErrorResponses: false,
    // Nothing here rests on cookies, so a page of another origin has nothing to misuse; and GET queries
    // must work without a special header (GraphQL over HTTP).
    csrfPrevention: false,
    stopOnTerminationSignals: false,
    formatError: (formatted, error) => withoutInternals(formatted, error, onError),
    plugins: [
      ApolloServerPluginLandingPageDisabled(),
      // It wraps every field, and no answer here is kept by others.
      ApolloServerPluginCacheControlDisabled(),
      limits(schema),
      notReadyPlugin(isReady),
      pinnedAnswers(),
      keepableAnswers(),
      compiledQueries(schema),
    ],
  });
  await apollo.start();

  const authenticated = (routes: FastifyInstance): void => {
    routes.decorateRequest('principal');
    routes.addHook('onRequest', async (request) => {
      request.principal = await authenticate(request.headers);
    });
  };
  const contextOf = (request: FastifyRequest): ApiContext => {
    const { principal } = request;
    const scope = new ReadScope(sources, audienceOf(principal), snapshots);
    return { scope, ledger: new LedgerScope(signedLog, scope), principal, request };
  };

  answerErrors(app, onError);
  await app.register(async (graphql) => {
    authenticated(graphql);
    awaitPositionOfHeader(graphql, positions, (reply, error) => {
      const { status, code } = problemOfError(error.toJSON());
      reply.code(status).send(errorBody(error.message, code as ErrorCode));
    });
    keepAnswers(graphql, sources.position);
    graphql.route({
      url: '/graphql',
      bodyLimit: LIMITS.bodyBytes,
      method: ['GET', 'POST', 'OPTIONS'],
      handler: fastifyApolloHandler(apollo, {
        context: async (request) => {
          await awaitPositionOfExtensions(request, positions);
          return contextOf(request);
        },
      }),
    });
  });
  await app.register(
    async (rest) => {
      authenticated(rest);
      awaitPositionOfHeader(rest, positions, (reply, error) => {
        const problem = problemOfError(error.toJSON());
        reply.code(problem.status).type(PROBLEM_JSON).send(problem);
      });
      await restRoutes(rest, {
        schema,
        contact,
        onError,
        ask: async (query, variables, request) => {
          const { body } = await apollo.executeOperation(
            { query, variables },
            { contextValue: contextOf(request) },
          );
          if (body.kind !== 'single') throw new Error('a query of the façade has one answer');
          return body.singleResult;
        },
      });
    },
    { prefix: '/v1' },
  );
  tileRoutes(app, signedLog);
  app.get('/healthz', async () => ({ status: 'ok' }));
  app.get('/readyz', async (_request, reply) => {
    const lagSeconds = options.lagSeconds();
    // JSON knows no infinity: before the first time there is no lag to tell.
    const lag = { lagSeconds: Number.isFinite(lagSeconds) ? lagSeconds : null };
    const isClose = isReady() && lagSeconds <= options.maxLagSeconds;
    if (!isClose) reply.code(503);
    return { status: isClose ? 'ready' : 'catching up with the log', ...lag };
  });
  app.addHook('onClose', () => apollo.stop());
  closeConnectionsWhenStopping(app);
  return app;
}

/**
 * Connections that are idle when the server stops are closed by Fastify; those with a request under way are
 * closed here behind its answer. Else a client that keeps its connection would hold up the stop.
 */
function closeConnectionsWhenStopping(app: FastifyInstance): void {
  let isStopping = false;
  app.addHook('preClose', async () => {
    isStopping = true;
  });
  app.addHook('onSend', (_request, reply, payload, done) => {
    if (isStopping) reply.header('connection', 'close');
    done(null, payload);
  });
  app.addHook('onResponse', (_request, _reply, done) => {
    if (isStopping) app.server.closeIdleConnections();
    done();
  });
}

/** Until the read models are level with the log, an answer could lack what was acknowledged long ago. */
function notReadyPlugin(isReady: () => boolean): ApolloServerPlugin<ApiContext> {
  return {
    async requestDidStart() {
      return {
        async didResolveOperation() {
          if (isReady()) return;
          throw new GraphQLError('the read models are still catching up with the log; try again shortly', {
            extensions: { code: 'NOT_READY', http: { status: 503 } },
          });
        },
      };
    },
  };
}
