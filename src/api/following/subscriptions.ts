import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import {
  createSourceEventStream,
  type ExecutionArgs,
  type ExecutionResult,
  execute,
  type FormattedExecutionResult,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  NoSchemaIntrospectionCustomRule,
  OperationTypeNode,
  parse,
  specifiedRules,
  validate,
} from 'graphql';
import { CloseCode, type Context, type SubscribePayload } from 'graphql-ws';
import { type Extra, useServer } from 'graphql-ws/use/ws';
import { decodeJwt } from 'jose';
import { WebSocketServer } from 'ws';
import type { Audience } from '../../domain/audience';
import { accessRefusal } from '../access';
import { withoutInternals } from '../caller-errors';
import type { ApiContext } from '../context';
import type { Documents } from '../documents';
import { userError } from '../errors';
import { LIMITS, limitRefusal } from '../limits';
import { audienceOf, type Principal } from '../principal';
import type { RateLimit } from '../rate-limit';
import { ReadScope } from '../read-scope';
import type { ReadSources } from '../read-sources';
import type { LogFilter, ReleasePoint } from '../released-events';
import type { Authenticator } from '../tokens';
import { EventObject } from '../types/event-type';
import { releasedEvents } from './follow';

/** How many subscriptions one connection may have at once. */
const MAX_SUBSCRIPTIONS = 10;
/** How long a connection may take to say who it is, in milliseconds. */
const INIT_WITHIN_MS = 5_000;
/** The longest delay that a timer takes, in milliseconds. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** What the subscriptions of one connection are given. */
export interface FollowerContext extends Pick<ApiContext, 'scope' | 'principal'> {
  readonly follow: (behind: ReleasePoint, filter: LogFilter) => AsyncIterable<EventObject>;
}

export interface SubscriptionOptions {
  readonly schema: GraphQLSchema;
  readonly sources: ReadSources;
  readonly authenticator: Authenticator;
  readonly documents: Documents;
  readonly rate: RateLimit;
  readonly introspection: boolean;
  readonly isReady: () => boolean;
  /** Told of errors that callers only see as INTERNAL_SERVER_ERROR. */
  readonly onError: (error: unknown) => void;
}

/** What is known of a connection. */
interface Follower extends Record<PropertyKey, unknown> {
  principal?: Principal;
  /** Aborted when the connection ends. */
  gone?: AbortController;
  expiry?: NodeJS.Timeout;
}

type FollowerConnection = Context<Record<string, unknown> | undefined, Extra & Partial<Follower>>;

/**
 * Serves subscriptions at `/graphql` by the protocol graphql-transport-ws
 * (https://github.com/graphql/graphql-over-http/blob/main/rfcs/GraphQLOverWebSocket.md): the token comes in the
 * header `Authorization`, or as `authorization` in what the client sends first. Events are read as the client takes
 * them. The connection ends when its token does.
 * @returns closes all connections
 */
export function serveSubscriptions(server: Server, options: SubscriptionOptions): () => Promise<void> {
  const { schema, authenticator, onError } = options;
  const sockets = new WebSocketServer({ noServer: true, maxPayload: LIMITS.bodyBytes, clientTracking: true });
  const told = (errors: readonly GraphQLError[]) =>
    errors.map((error) => {
      const formatted = withoutInternals(error.toJSON(), error);
      if (formatted.extensions?.code === 'INTERNAL_SERVER_ERROR') onError(error.originalError ?? error);
      return formatted;
    });
  const disposable = useServer<Record<string, unknown> | undefined, Follower>(
    {
      schema,
      connectionInitWaitTimeout: INIT_WITHIN_MS,
      async onConnect(connection) {
        const principal = await principalOf(connection, authenticator).catch(() => null);
        // Told with code 4403 and nothing more: what was wrong with a token is for `/graphql` to say.
        if (principal === null) return false;
        connection.extra.principal = principal.principal;
        connection.extra.gone = new AbortController();
        if (principal.expiresAtMs !== null) endAt(connection, principal.expiresAtMs);
        return true;
      },
      onDisconnect: end,
      onClose: end,
      onSubscribe: (connection, _id, payload) => executionArgs(connection, payload, options),
      subscribe: (args) => each(args),
      execute,
      onError: (_connection, _id, _payload, errors) => told(errors),
      onNext: (_connection, _id, _payload, _args, { errors, ...result }) =>
        errors === undefined ? undefined : ({ ...result, errors: told(errors) } as FormattedExecutionResult),
    },
    sockets,
  );
  const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    if (request.url?.split('?')[0] !== '/graphql') {
      socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n');
      return;
    }
    sockets.handleUpgrade(request, socket, head, (client) => sockets.emit('connection', client, request));
  };
  server.on('upgrade', upgrade);
  return async () => {
    server.off('upgrade', upgrade);
    await disposable.dispose();
  };
}

/** Who connects, and until when that is believed (milliseconds since 1970). */
async function principalOf(
  { connectionParams, extra: { request } }: FollowerConnection,
  authenticator: Authenticator,
): Promise<{ principal: Principal; expiresAtMs: number | null }> {
  const named = connectionParams?.authorization ?? connectionParams?.Authorization;
  const inHeader = request.headers.authorization;
  if (named !== undefined && (typeof named !== 'string' || inHeader !== undefined))
    throw new Error('a token comes once');
  const authorization = named ?? inHeader;
  const query = Object.fromEntries(new URLSearchParams(request.url?.split('?')[1] ?? ''));
  const raw =
    named === undefined
      ? request
      : { headers: { authorization: named }, rawHeaders: ['authorization', named] };
  const principal = await authenticator.principalOf({ query, raw: raw as IncomingMessage });
  const { exp } = authorization === undefined ? {} : decodeJwt(authorization.replace(/^Bearer /i, ''));
  return { principal, expiresAtMs: exp === undefined ? null : exp * 1000 };
}

function endAt({ extra }: FollowerConnection, expiresAtMs: number): void {
  const leftMs = Math.max(0, expiresAtMs - Date.now());
  extra.expiry = setTimeout(
    () => extra.socket.close(CloseCode.Forbidden, 'the token has expired; connect with a new one'),
    Math.min(leftMs, LONGEST_TIMER_MS),
  );
}

function end({ extra }: FollowerConnection): void {
  clearTimeout(extra.expiry);
  extra.gone?.abort();
}

/** What is asked, checked as a query over HTTP is; errors where it is refused. */
function executionArgs(
  connection: FollowerConnection,
  payload: SubscribePayload,
  options: SubscriptionOptions,
): ExecutionArgs | readonly GraphQLError[] {
  try {
    return checkedArgs(connection, payload, options);
  } catch (error) {
    if (error instanceof GraphQLError) return [error];
    throw error;
  }
}

/** @throws GraphQLError where it is refused */
function checkedArgs(
  { extra, subscriptions }: FollowerConnection,
  payload: SubscribePayload,
  { schema, sources, documents, rate, introspection, isReady }: SubscriptionOptions,
): ExecutionArgs | readonly GraphQLError[] {
  const { operationName, variables } = payload;
  if (Object.keys(subscriptions).length > MAX_SUBSCRIPTIONS)
    throw userError(
      `there are ${MAX_SUBSCRIPTIONS} subscriptions already; accepted is at most ${MAX_SUBSCRIPTIONS}`,
      'QUERY_TOO_LARGE',
    );
  if (!isReady())
    throw userError('the read models are still catching up with the log; try again shortly', 'NOT_READY');
  const document = parse(documents.textOf(payload) ?? '', { maxTokens: LIMITS.tokens });
  const rules = introspection ? specifiedRules : [...specifiedRules, NoSchemaIntrospectionCustomRule];
  const errors = validate(schema, document, rules);
  if (errors.length > 0) return errors;
  const operation = getOperationAST(document, operationName);
  if (operation?.operation !== OperationTypeNode.SUBSCRIPTION)
    throw userError('only a subscription is served over a WebSocket; send queries and mutations by POST');
  const principal = extra.principal as Principal;
  const { refusal, cost } = limitRefusal(schema, document, operation, variables ?? undefined);
  const refused = refusal ?? accessRefusal(schema, document, operation, variables ?? undefined, principal);
  if (refused !== null) throw refused;
  // Who follows has signed in, and has a limit wherever the proxy before us runs.
  rate.charge({ principal, ip: '' }, cost);
  const audience = audienceOf(principal);
  const signal = (extra.gone as AbortController).signal;
  const contextValue: FollowerContext = {
    scope: new ReadScope(sources, audience),
    principal,
    follow: (behind, filter) => objects(sources, audience, behind, filter, signal),
  };
  return { schema, document, operationName, variableValues: variables, contextValue } as ExecutionArgs;
}

async function* objects(
  sources: ReadSources,
  audience: Audience,
  behind: ReleasePoint,
  filter: LogFilter,
  signal: AbortSignal,
): AsyncGenerator<EventObject> {
  for await (const { event } of releasedEvents(sources, audience, behind, filter, signal))
    yield new EventObject(event);
}

/**
 * The answers to a subscription. Each event is answered with reads of its own: what one keeps would otherwise grow
 * for as long as somebody follows.
 */
async function each(args: ExecutionArgs): Promise<AsyncIterable<ExecutionResult> | ExecutionResult> {
  const events = await createSourceEventStream(args);
  if (!(Symbol.asyncIterator in events)) return events;
  return answers(args, events as AsyncIterable<unknown>);
}

async function* answers(
  args: ExecutionArgs,
  events: AsyncIterable<unknown>,
): AsyncGenerator<ExecutionResult> {
  const { scope, ...context } = args.contextValue as FollowerContext;
  for await (const event of events)
    yield execute({ ...args, rootValue: event, contextValue: { ...context, scope: scope.anew() } });
}
