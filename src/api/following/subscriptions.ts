import type { IncomingMessage, Server } from 'node:http';
import { all, compile } from '@fastify/proxy-addr';
import {
  type DocumentNode,
  type ExecutionArgs,
  type FormattedExecutionResult,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  OperationTypeNode,
  parse,
  specifiedRules,
  validate,
} from 'graphql';
import { CloseCode, type Context, makeServer, type SubscribePayload } from 'graphql-ws';
import { decodeJwt } from 'jose';
import type { Position } from '../../domain/events';
import { accessRefusal, refusalOf } from '../access';
import { type Action, askedOf, knownActor, NOT_SERVED } from '../actions';
import { AtOnce } from '../at-once';
import { AuthenticationError } from '../authentication-error';
import { awaitCursor } from '../awaited-cursors';
import type { Awaited } from '../awaited-position';
import { charactersOf } from '../characters';
import type { Documents } from '../documents';
import { type ErrorCode, userError } from '../errors';
import { assertHoldable } from '../held-characters';
import { noIntrospection } from '../introspection';
import { LIMITS, limitRefusal } from '../limits';
import { ANONYMOUS, audienceOf, type Principal } from '../principal';
import { COST_OF_ASKING, type RateLimit, type Sender, senderOf } from '../rate-limit';
import { ReadScope } from '../read-scope';
import type { ReadSources } from '../read-sources';
import { BrokenRule, type RefusedTokens } from '../refused-tokens';
import type { LogFilter, ReleasePoint } from '../released-events';
import { problemOfError } from '../rest/problem';
import { LedgerScope, type SignedLog } from '../signed-log';
import type { Authenticator } from '../tokens';
import { type TraceContext, traceContextOf } from '../trace-context';
import { EventObject } from '../types/event-type';
import { variableErrors } from '../variables';
import { withCheckedMessages } from './client-messages';
import { conditionalRootRefusal } from './conditional-root';
import { releasedEvents } from './follow';
import { type FollowerContext, Subscription, toldToCaller } from './subscription';
import type { Connected } from './web-socket';
import { serveWebSockets } from './web-sockets';

/** Subscriptions of one sender at once, and of all together, over however many connections. */
const MAX_SUBSCRIPTIONS = [20, 1_000] as const;
/** Connections of one sender at once, and of all together. */
const MAX_CONNECTIONS = [10, 1_000] as const;
/** Connections of one address at once, and of all together, that have not yet said who they are. */
const MAX_WAITING = [20, 200] as const;
/** How long a connection may take to say who it is, in milliseconds. */
const INIT_WITHIN_MS = 5_000;
/** The longest delay that a timer takes, in milliseconds. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;
/** How a connection is closed that may be tried again later (registered with IANA). */
const TRY_AGAIN_LATER = 1013;
/** What who brings no token is told, in the frame that closes the connection. */
const NO_TOKEN =
  'this is for those who are signed in; expected a token: header Authorization, or authorization in connection_init';

export interface SubscriptionOptions {
  readonly schema: GraphQLSchema;
  readonly sources: ReadSources;
  readonly signedLog: SignedLog;
  readonly authenticator: Authenticator;
  readonly documents: Documents;
  readonly rate: RateLimit;
  readonly introspection: boolean;
  /** Origins whose pages may follow. */
  readonly origins: readonly string[];
  /** Addresses of proxies that are believed whom they ask for. */
  readonly trustedProxies: readonly string[];
  readonly isReady: () => boolean;
  /** Waits, for a bounded time, until the read models have reached a position. */
  readonly waitFor: (position: Position) => Promise<Awaited>;
  readonly refusedTokens: RefusedTokens;
  /** Told of every subscription, and of every connection that was refused. */
  readonly tell: readonly ((action: Action) => void)[];
  /** Told of errors that callers only see as INTERNAL_SERVER_ERROR. */
  readonly onError: (error: unknown, trace: TraceContext | null) => void;
}

type Connection = Context<Record<string, unknown> | undefined, Connected>;

/**
 * Serves subscriptions at `/graphql` by the protocol graphql-transport-ws
 * (https://github.com/graphql/graphql-over-http/blob/main/rfcs/GraphQLOverWebSocket.md): the token comes in the
 * header `Authorization`, or as `authorization` in what the client sends first. Events are read as the client takes
 * them. The connection ends when its token does.
 * @returns ends all of them, and is done when nothing is read for them any more
 */
export function serveSubscriptions(server: Server, options: SubscriptionOptions): () => Promise<void> {
  const { schema, authenticator, sources, onError, tell } = options;
  const principals = new WeakMap<Connection, Principal>();
  const waiting = new AtOnce('connections without a connection_init', ...MAX_WAITING);
  const connections = new AtOnce('connections', ...MAX_CONNECTIONS);
  const subscriptions = new AtOnce('subscriptions', ...MAX_SUBSCRIPTIONS);
  const isTrusted = compile([...options.trustedProxies]);
  const senderAt = (request: IncomingMessage, principal: Principal): string =>
    senderOf({ principal, ip: all(request, isTrusted).at(-1) ?? '' });
  const running = new WeakMap<ExecutionArgs, Subscription>();

  const refused = (request: IncomingMessage, status: number, principal: Principal = ANONYMOUS): void => {
    const end = sources.now().getTime();
    const action: Action = {
      trace: traceContextOf(request.headers),
      actor: knownActor(principal),
      method: 'GET',
      route: status === 404 ? NOT_SERVED : '/graphql',
      ...{ asked: null, isKept: false, followed: null, status, start: end, end },
    };
    for (const one of tell) one(action);
  };

  /** Lets somebody in, or not: told as `/graphql` says it, as the reason in the frame that closes the connection. */
  const connect = async (connection: Connection): Promise<boolean> => {
    const { request, close, letIn } = connection.extra;
    let known: { readonly principal: Principal; readonly expiresAtMs: number | null };
    try {
      known = await principalOf(connection, authenticator);
    } catch (error) {
      if (!(error instanceof AuthenticationError)) throw error;
      options.refusedTokens.tell(error, () => traceContextOf(request.headers));
      // It might be believed later on: then it is not for who connects to find another token.
      close(error.challenge === null ? TRY_AGAIN_LATER : CloseCode.Forbidden, error.message);
      refused(request, error.statusCode);
      return false;
    }
    const { principal, expiresAtMs } = known;
    const nothing = nothingFor(principal, schema);
    if (nothing !== null) {
      close(CloseCode.Forbidden, principal.kind === 'ANONYMOUS' ? NO_TOKEN : nothing.message);
      refused(request, problemOfError(nothing.toJSON()).status, principal);
      return false;
    }
    try {
      const leave = connections.enter(senderAt(request, principal));
      const expiry = expiresAtMs === null ? undefined : endAt(close, expiresAtMs);
      letIn(() => {
        clearTimeout(expiry);
        leave();
      });
      principals.set(connection, principal);
      return true;
    } catch (error) {
      close(TRY_AGAIN_LATER, (error as Error).message);
      refused(request, 429, principal);
      return false;
    }
  };

  const begin = (
    connection: Connection,
    payload: SubscribePayload,
  ): ExecutionArgs | readonly GraphQLError[] => {
    const principal = principals.get(connection) as Principal;
    let leave = (): void => {};
    const trace = traceContextOf(connection.extra.request.headers);
    const subscription = new Subscription(trace, principal, { tell, onError, now: sources.now }, () =>
      leave(),
    );
    // Who follows has signed in, and has a limit wherever the proxy before us runs.
    const sender: Sender = { principal, ip: '' };
    try {
      options.rate.charge(sender, COST_OF_ASKING);
      leave = subscriptions.enter(senderOf(sender));
      // While it waits for a place in the log, what the client says next need not.
      const waitFor = (position: Position): Promise<Awaited> => {
        connection.extra.goOn();
        return options.waitFor(position);
      };
      const args = checkedArgs(payload, sender, subscription, { ...options, waitFor });
      running.set(args, subscription);
      return args;
    } catch (error) {
      if (error instanceof InvalidRequest) return subscription.refuse(error.errors);
      return error instanceof GraphQLError ? subscription.refuse([error]) : subscription.fail(error);
    }
  };

  const protocol = makeServer<Record<string, unknown> | undefined, Connected>({
    schema,
    connectionInitWaitTimeout: INIT_WITHIN_MS,
    onConnect: connect,
    onSubscribe: (connection, _id, payload) => begin(connection, payload),
    subscribe: (args) => (running.get(args) as Subscription).run(args),
    onOperation({ extra }, _id, _payload, _args, result) {
      if (Symbol.asyncIterator in result) extra.goOn();
    },
    onError: (_connection, _id, _payload, errors) => errors.map(toldToCaller),
    onNext: (_connection, _id, _payload, _args, { errors, ...result }) => {
      const refusal = refusalOfLarge(result.data);
      if (refusal !== null) return { errors: [toldToCaller(refusal)] };
      return errors === undefined
        ? undefined
        : ({ ...result, errors: errors.map(toldToCaller) } as FormattedExecutionResult);
    },
  });
  const sockets = serveWebSockets(server, withCheckedMessages(protocol), {
    origins: options.origins,
    enter: (request) => waiting.enter(senderAt(request, ANONYMOUS)),
    onRefused: refused,
    onError: (error) => onError(error, null),
  });
  return () => sockets.close();
}

/** Why there is nothing to follow for somebody, whatever they ask; null where there is something. */
function nothingFor(principal: Principal, schema: GraphQLSchema): GraphQLError | null {
  const fields = Object.keys(schema.getSubscriptionType()?.getFields() ?? {});
  const refusals = fields.map((field) => refusalOf(`Subscription.${field}`, principal));
  return refusals.includes(null) ? null : (refusals[0] ?? null);
}

/** Who connects, and until when that is believed (milliseconds since 1970). */
async function principalOf(
  { connectionParams, extra: { request } }: Connection,
  authenticator: Authenticator,
): Promise<{ principal: Principal; expiresAtMs: number | null }> {
  const named = connectionParams?.authorization ?? connectionParams?.Authorization;
  const inHeader = request.headers.authorization;
  if (named !== undefined && (typeof named !== 'string' || inHeader !== undefined))
    throw new AuthenticationError('NOT_ACCEPTED', {
      cause: new BrokenRule(
        'authorization',
        'it is no text, or comes in the connection_init and in the header',
      ),
    });
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

function endAt(close: Connected['close'], expiresAtMs: number): NodeJS.Timeout {
  const leftMs = Math.max(0, expiresAtMs - Date.now());
  return setTimeout(
    () => close(CloseCode.Forbidden, 'the token has expired; connect with a new one'),
    Math.min(leftMs, LONGEST_TIMER_MS),
  );
}

/** Why what an event gives is not sent, null where it is: a short document may ask for a long text many times. */
function refusalOfLarge(data: unknown): GraphQLError | null {
  try {
    assertHoldable(charactersOf(data));
    return null;
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    return error;
  }
}

/** A document or variables that break rules of the language. */
class InvalidRequest extends Error {
  readonly errors: readonly GraphQLError[];

  constructor(errors: readonly GraphQLError[]) {
    super('the request is not valid');
    this.errors = errors;
  }
}

/**
 * What is asked, checked as a query over HTTP is.
 * @throws GraphQLError where it is refused
 * @throws InvalidRequest
 */
function checkedArgs(
  payload: SubscribePayload,
  sender: Sender,
  subscription: Subscription,
  { schema, sources, signedLog, documents, rate, introspection, isReady, waitFor }: SubscriptionOptions,
): ExecutionArgs {
  const { operationName, variables } = payload;
  const { principal } = sender;
  if (!isReady())
    throw userError('the read models are still catching up with the log; try again shortly', 'NOT_READY');
  const document = parsed(documents.textOf(payload) ?? '');
  const conditional = conditionalRootRefusal(document);
  if (conditional !== null) throw conditional;
  const rules = introspection ? specifiedRules : [...specifiedRules, noIntrospection];
  const errors = validate(schema, document, rules);
  if (errors.length > 0)
    throw new InvalidRequest(errors.map((error) => withCode(error, 'GRAPHQL_VALIDATION_FAILED')));
  const operation = getOperationAST(document, operationName);
  if (operation != null) subscription.asked = askedOf(document, operation);
  if (operation?.operation !== OperationTypeNode.SUBSCRIPTION)
    throw userError('only a subscription is served over a WebSocket; send queries and mutations by POST');
  const { refusal, cost } = limitRefusal(schema, document, operation, variables ?? undefined);
  const refused = refusal ?? accessRefusal(schema, document, operation, variables ?? undefined, principal);
  if (refused !== null) throw refused;
  const wrong = variableErrors(schema, operation, variables ?? {});
  if (wrong !== null) throw new InvalidRequest(wrong);
  const audience = audienceOf(principal);
  const { signal } = subscription;
  const scope = new ReadScope(sources, audience);
  const contextValue: FollowerContext = {
    scope,
    ledger: new LedgerScope(signedLog, scope),
    principal,
    awaitCursor: (cursor) =>
      awaitCursor(cursor, sender, {
        position: sources.position,
        waitFor,
        charge: (who) => rate.charge(who, COST_OF_ASKING),
      }),
    // What an event costs is taken when it comes: who has spent it all waits, and misses nothing.
    async *follow(behind: ReleasePoint, filter: LogFilter) {
      for await (const { event } of releasedEvents(sources, audience, behind, filter, signal)) {
        await rate.spend(sender, cost, signal);
        if (signal.aborted) return;
        yield new EventObject(event);
      }
    },
  };
  return { schema, document, operationName, variableValues: variables, contextValue } as ExecutionArgs;
}

function parsed(text: string): DocumentNode {
  try {
    return parse(text, { maxTokens: LIMITS.tokens });
  } catch (error) {
    throw error instanceof GraphQLError ? withCode(error, 'GRAPHQL_PARSE_FAILED') : error;
  }
}

/** The error with the code that Apollo gives it over HTTP. */
function withCode(error: GraphQLError, code: ErrorCode): GraphQLError {
  error.extensions.code ??= code;
  return error;
}
