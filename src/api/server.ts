import { ApolloServer, type ApolloServerPlugin } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
} from '@apollo/server/plugin/disabled';
import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import type { Position, RecordedEvent } from '../domain/events';
import { accessPlugin } from './access';
import { type Action, knowWhatIsAsked, tellActions } from './actions';
import { awaitedCursors } from './awaited-cursors';
import { type Awaited, awaitPositionOfHeader, type PositionSources } from './awaited-position';
import type { Bounds } from './bounded-reads';
import { apolloLogger, tellInternalErrors, withoutInternals } from './caller-errors';
import { compiledQueries } from './compiled-queries';
import type { ApiContext } from './context';
import { guardOrigins } from './cross-origin';
import { Deadline } from './deadline';
import { Documents, unanswerable } from './documents';
import { headersOfRefusal, userError } from './errors';
import { explorerRoutes, whyNoExplorer } from './explorer';
import type { CloudEventOptions } from './following/cloud-events';
import { eventResources } from './following/event-routes';
import { eventTypeResources } from './following/event-type-routes';
import { LongPolls } from './following/long-polls';
import { serveSubscriptions } from './following/subscriptions';
import { graphqlRoute } from './graphql-route';
import { boundedAnswers, HeldCharacters, letGoOfAnswers } from './held-characters';
import { answerBadAddress, answerErrors, answerUnreadable, headersOf } from './http-errors';
import { noIntrospection } from './introspection';
import { keepableAnswers } from './kept-answers';
import { keptDocuments } from './kept-documents';
import { LIMITS, limits } from './limits';
import { refuseOtherMethods } from './methods';
import { LONGEST_ID } from './node-id';
import { boundConnections, trackConnections } from './open-connections';
import { partialAnswers } from './partial-answers';
import { pinnedAnswers } from './pinned-answers';
import { audienceOf } from './principal';
import { COST_OF_ASKING, RateLimit } from './rate-limit';
import { ReadScope } from './read-scope';
import type { ReadSources } from './read-sources';
import { isReadyFor, type Readiness } from './readiness';
import { RefusedTokens } from './refused-tokens';
import { Downloads } from './rest/downloads';
import { exportResources } from './rest/exports';
import type { Contact } from './rest/openapi';
import { problemOfError, sendProblem } from './rest/problem';
import { type Ask, queryResources } from './rest/queries';
import { publicPath, type ScopeOf } from './rest/resource';
import { restRoutes } from './rest/routes';
import { buildApiSchema } from './schema';
import { knowSenders } from './senders';
import { LedgerScope, type SignedLog } from './signed-log';
import { Snapshots } from './snapshots';
import { tileRoutes } from './tile-routes';
import { timedOutAnswers } from './timed-out-answers';
import { Authenticator, type TokenRules } from './tokens';
import type { TraceContext } from './trace-context';
import { checkVariables } from './variables';
import type { WebhookStatus } from './webhook-status';
import type { WriteSources } from './write-sources';

export interface ServerOptions extends Readiness {
  readonly sources: ReadSources;
  readonly signedLog: SignedLog;
  /** All events of the log, in pages. */
  readonly readLog: () => AsyncIterable<readonly RecordedEvent[]>;
  readonly writes: WriteSources;
  /** Who is told of what happens, and how that goes. */
  readonly webhooks: () => Promise<readonly WebhookStatus[]>;
  /** Which tokens are believed. */
  readonly tokens: TokenRules;
  /** Whom developers turn to. */
  readonly contact: Contact;
  /** Waits, at most so many milliseconds, until the read models have reached a position. */
  readonly waitFor: (position: Position, atMostMs: number) => Promise<Awaited>;
  /** How this register is known to those who follow it. */
  readonly cloudEvents: CloudEventOptions;
  /** The only documents that may be asked, by the SHA-256 of their text; null: any. */
  readonly documents: ReadonlyMap<string, string> | null;
  readonly introspection: boolean;
  /** Whether the explorer is wanted; it is served where the schema may be asked for, and any document. */
  readonly explorer: boolean;
  /** How much cost a sender may ask a minute; 0: no limit. */
  readonly costPerMinute: number;
  /** How long a request may take, in seconds. */
  readonly requestSeconds: number;
  /** Origins whose pages may ask. */
  readonly origins: readonly string[];
  /** Addresses of proxies that are believed about whom they ask for. */
  readonly trustedProxies: readonly string[];
  /** Told of every request that was answered. */
  readonly tell: readonly ((action: Action) => void)[];
  /** Told of errors that callers only see as INTERNAL_SERVER_ERROR. */
  readonly onError: (error: unknown, trace: TraceContext | null) => void;
  /** Told why tokens are refused. */
  readonly onWarning: (message: string, trace: TraceContext | null) => void;
}

/** How long a request may take to come in, its body included, in milliseconds. */
const REQUEST_WITHIN_MS = 60_000;
/** How long an answer may take to be taken when the server stops, beyond what it takes to make it. */
const GOODBYE_SECONDS = 2;

/** The HTTP server, not listening yet: `/graphql`, `/explorer/`, `/v1`, `/checkpoint`, `/tile`, `/healthz`, `/readyz`. */
export async function createServer(options: ServerOptions): Promise<FastifyInstance> {
  const { sources, signedLog, writes, contact, cloudEvents, isReady, onError } = options;
  const app = Fastify({
    trustProxy: [...options.trustedProxies],
    bodyLimit: LIMITS.bodyBytes,
    requestTimeout: REQUEST_WITHIN_MS,
    routerOptions: { maxParamLength: LONGEST_ID },
    schemaController: { compilersFactory: { buildValidator: noSchemas, buildSerializer: noSchemas } },
    frameworkErrors: answerBadAddress,
    clientErrorHandler: answerUnreadable,
  });
  boundConnections(app.server);
  const schema = buildApiSchema();
  const ownRules = options.introspection ? [] : [noIntrospection];
  for (const warning of unanswerable(options.documents ?? new Map(), schema, ownRules))
    options.onWarning(warning, null);
  const snapshots = new Snapshots(sources);
  const rate = new RateLimit(options.costPerMinute);
  const deadlines = new WeakMap<FastifyRequest, Deadline>();
  // One for all that is done for a request, from when it waits for a position.
  const deadlineOf = (request: FastifyRequest): Deadline => {
    const isGone = (): boolean => request.raw.socket.destroyed;
    const deadline =
      deadlines.get(request) ?? new Deadline(options.requestSeconds, isGone, options.isLogAway);
    deadlines.set(request, deadline);
    return deadline;
  };
  const positions: PositionSources = {
    position: sources.position,
    waitFor: (position, request) => options.waitFor(position, deadlineOf(request).leftMs),
    charge: (request) => rate.charge(request, COST_OF_ASKING),
  };
  const held = new HeldCharacters();
  const downloads = new Downloads({ rate, seconds: options.requestSeconds, onError });
  const apollo = new ApolloServer<ApiContext>({
    schema,
    logger: apolloLogger(onError),
    // Refused by a rule of our own, which holds over a WebSocket too.
    introspection: true,
    validationRules: ownRules,
    documentStore: keptDocuments(),
    // Documents that are known by their digest are found before Apollo is asked: see `documents.ts`.
    persistedQueries: false,
    includeStacktraceInErrorResponses: false,
    // Pages of other sites are held up before Apollo is asked, and GET queries must work without a special
    // header (GraphQL over HTTP): see `cross-origin.ts`.
    csrfPrevention: false,
    stopOnTerminationSignals: false,
    formatError: withoutInternals,
    plugins: [
      ApolloServerPluginLandingPageDisabled(),
      // It wraps every field, and no answer here is kept by others.
      ApolloServerPluginCacheControlDisabled(),
      // It is of use to subgraphs of a federation only, and takes a while to load.
      ApolloServerPluginInlineTraceDisabled(),
      boundedAnswers(held),
      accessPlugin(schema),
      limits(schema, rate),
      notReadyPlugin(isReady),
      awaitedCursors(schema, positions),
      noSubscriptions(),
      pinnedAnswers(),
      knowWhatIsAsked(),
      tellInternalErrors(onError),
      timedOutAnswers(),
      partialAnswers(),
      keepableAnswers(),
      checkVariables(schema),
      compiledQueries(schema),
    ],
  });
  await apollo.start();

  const contextOf = (request: FastifyRequest, deadline: Deadline): ApiContext => {
    const { principal } = request;
    const bounds: Bounds = { check: () => deadline.check(), hold: held.of(request).hold };
    const scope = new ReadScope(sources, audienceOf(principal), snapshots, bounds);
    const ledger = new LedgerScope(signedLog, scope);
    const { webhooks } = options;
    return { scope, ledger, writes, webhooks, principal, request, deadline };
  };

  const scopeOf: ScopeOf = async ({ principal }, snapshot, goOn) => {
    // Texts are sent as they are read, or not read at all; events are loaded some at a time.
    const bounds = goOn && { check: goOn, hold: () => {} };
    const scope = new ReadScope(sources, audienceOf(principal), snapshots, bounds);
    if (snapshot !== undefined) await scope.pin(String(snapshot));
    return scope;
  };

  const noExplorer = whyNoExplorer(options);
  const refusedTokens = new RefusedTokens(options);
  answerErrors(app, { hasExplorer: noExplorer === null, refusedTokens, onError });
  tellActions(app, options.tell, sources.now);
  letGoOfAnswers(app, held, options.requestSeconds);
  app.addHook('onRequest', (request, reply, done) => {
    reply.headers(headersOf(request.url));
    done();
  });
  guardOrigins(app, options.origins);
  refuseOtherMethods(app, publicPath(cloudEvents.publicUrl));
  const authenticator = new Authenticator(options.tokens, sources.now);
  knowSenders(app, authenticator);
  const documents = new Documents(options.documents);
  const polls = new LongPolls();
  app.addHook('preClose', async () => polls.stop());
  const endSubscriptions = serveSubscriptions(app.server, {
    ...{ schema, sources, signedLog, authenticator, documents, rate, isReady, onError },
    waitFor: (position) => options.waitFor(position, options.requestSeconds * 1000),
    ...{ introspection: options.introspection, origins: options.origins, tell: options.tell },
    trustedProxies: options.trustedProxies,
    refusedTokens,
  });
  app.addHook('preClose', endSubscriptions);
  app.addHook('preClose', async () => downloads.stop());
  await app.register((graphql) =>
    graphqlRoute(graphql, {
      ...{ apollo, documents, rate, positions, deadlineOf, contextOf },
      hasExplorer: noExplorer === null,
    }),
  );
  await app.register(
    async (rest) => {
      awaitPositionOfHeader(rest, positions, (reply, error) => {
        sendProblem(reply.headers(headersOfRefusal(error)), problemOfError(error.toJSON()));
      });
      const ask: Ask = async (query, variables, request) => {
        const contextValue = contextOf(request, deadlineOf(request));
        const { body, http } = await apollo.executeOperation({ query, variables }, { contextValue });
        if (body.kind !== 'single') throw new Error('a query of the façade has one answer');
        return { ...body.singleResult, headers: http.headers };
      };
      await restRoutes(rest, {
        resources: [
          ...queryResources(schema, ask, cloudEvents.publicUrl),
          ...eventResources({
            ...{ sources, positions, scopeOf, cloudEvents, rate, polls, isReady, deadlineOf },
            hold: (request, characters) => held.of(request).hold(characters),
          }),
          ...eventTypeResources(cloudEvents.publicUrl),
          ...exportResources({
            ...{ scopeOf, signedLog, rate, isReady, publicUrl: cloudEvents.publicUrl },
            readLog: options.readLog,
            stepSeconds: options.requestSeconds,
          }),
        ],
        ...{ contact, downloads, deadlineOf, publicUrl: cloudEvents.publicUrl },
      });
    },
    { prefix: '/v1' },
  );
  explorerRoutes(app, noExplorer);
  tileRoutes(app, signedLog);
  app.get('/healthz', async () => ({ status: 'ok' }));
  app.get('/readyz', async (_request, reply) => {
    const lagSeconds = options.lagSeconds();
    // JSON knows no infinity: before the first time there is no lag to tell.
    const lag = { lagSeconds: Number.isFinite(lagSeconds) ? lagSeconds : null };
    const isClose = isReadyFor('all', options);
    if (!isClose) reply.code(503);
    const status = isClose ? 'ready' : whyNotReady(options);
    return { status, ...lag };
  });
  app.get('/readyz/reads', async (_request, reply) => {
    const maySay = isReadyFor('reads', options);
    if (!maySay) reply.code(503);
    return { status: maySay ? 'ready' : 'catching up with the log' };
  });
  app.addHook('onClose', () => apollo.stop());
  closeConnectionsWhenStopping(app, options.requestSeconds);
  return app;
}

/** In the place of what Fastify would check and write routes by, by a schema: none has one, and it takes a while to load. */
function noSchemas(): never {
  throw new Error('no route here is checked or written by a schema of Fastify');
}

/**
 * Answers under way are sent when the server stops, within the time that a request may take; what is on a connection
 * besides ends at once.
 */
function closeConnectionsWhenStopping(app: FastifyInstance, requestSeconds: number): void {
  const connections = trackConnections(app.server);
  let last: NodeJS.Timeout | undefined;
  app.addHook('preClose', async () => {
    connections.endIdle();
    last = setTimeout(() => connections.endAll(), (requestSeconds + GOODBYE_SECONDS) * 1000);
  });
  app.addHook('onSend', (_request, reply, payload, done) => {
    if (connections.isEnding) reply.header('connection', 'close');
    done(null, payload);
  });
  app.addHook('onClose', async () => {
    if (connections.isEnding) await connections.ended();
    clearTimeout(last);
  });
}

function whyNotReady({ isLogAway, isWritable }: Readiness): string {
  if (isLogAway()) return 'the log is away';
  return isWritable() ? 'catching up with the log' : 'nothing can be written';
}

/** Subscriptions go over a WebSocket, and nothing else goes there: see `following/subscriptions.ts`. */
function noSubscriptions(): ApolloServerPlugin<ApiContext> {
  return {
    async requestDidStart() {
      return {
        async didResolveOperation({ operation }) {
          if (operation?.operation !== 'subscription') return;
          throw userError(
            'a subscription is served over a WebSocket, by the protocol graphql-transport-ws',
            'BAD_USER_INPUT',
            400,
          );
        },
      };
    },
  };
}

/** Until the read models are level with the log, an answer could lack what was acknowledged long ago. */
function notReadyPlugin(isReady: () => boolean): ApolloServerPlugin<ApiContext> {
  return {
    async requestDidStart() {
      return {
        async didResolveOperation() {
          if (isReady()) return;
          throw userError(
            'the read models are still catching up with the log; try again shortly',
            'NOT_READY',
            503,
          );
        },
      };
    },
  };
}
