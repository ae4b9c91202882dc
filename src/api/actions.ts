import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ApolloServerPlugin } from '@apollo/server';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type DocumentNode, Kind, type OperationDefinitionNode, type SelectionSetNode } from 'graphql';
import type { ApiContext } from './context';
import { actorOf, type Principal } from './principal';
import { type TraceContext, traceContextOf } from './trace-context';

/** What was asked: never its arguments and variables, which may tell of people. */
export interface Asked {
  readonly kind: 'query' | 'mutation' | 'subscription';
  /** The name that its sender gave it; null where it has none. */
  readonly name: string | null;
  /** Its fields at the top, such as `approach`, in order. */
  readonly fields: readonly string[];
}

/** What somebody who follows the log was given. */
export interface Followed {
  /** `begin`: told when a subscription begins, as it may last for months; `end`: when it has ended. */
  readonly moment: 'begin' | 'end';
  /** Events that were sent. */
  readonly events: number;
}

/** A request that was answered, or a subscription: who did what, when, and how it ended. */
export interface Action {
  readonly trace: TraceContext;
  /** Who signed in (issuer and subject); null for anybody. */
  readonly actor: string | null;
  readonly method: string;
  /** The address as it is served, such as `/v1/approaches/:id`, without what was filled in; `(none)`: not served. */
  readonly route: string;
  /** Null where it was no GraphQL, or none that could be run. */
  readonly asked: Asked | null;
  /** True where the answer was kept from before. */
  readonly isKept: boolean;
  /** Null where it was no subscription that ran. */
  readonly followed: Followed | null;
  /** Of the answer by HTTP; of what goes over a WebSocket the one that it would have. */
  readonly status: number;
  /** Milliseconds since 1970. */
  readonly start: number;
  readonly end: number;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** What it asks; null as long as that is not known. */
    asked: Asked | null;
    /** True where its answer was kept from before. */
    isKept: boolean;
    trace: TraceContext | null;
  }
}

/** Notes of every request what it asks. */
export function knowWhatIsAsked(): ApolloServerPlugin<ApiContext> {
  return {
    async requestDidStart() {
      return {
        async didResolveOperation({ document, operation, contextValue: { request } }) {
          if (operation === undefined) return;
          request.asked = askedOf(document, operation);
        },
      };
    },
  };
}

export function askedOf(document: DocumentNode, operation: OperationDefinitionNode): Asked {
  const { operation: kind, name } = operation;
  return { kind, name: name?.value ?? null, fields: fieldsAtTheTop(document, operation) };
}

function fieldsAtTheTop(document: DocumentNode, { selectionSet }: OperationDefinitionNode): string[] {
  const fields = new Set<string>();
  const spread = new Set<string>();
  const add = ({ selections }: SelectionSetNode): void => {
    for (const node of selections) {
      if (node.kind === Kind.FIELD) fields.add(node.name.value);
      else if (node.kind === Kind.INLINE_FRAGMENT) add(node.selectionSet);
      else if (!spread.has(node.name.value)) {
        spread.add(node.name.value);
        for (const definition of document.definitions) {
          if (definition.kind === Kind.FRAGMENT_DEFINITION && definition.name.value === node.name.value)
            add(definition.selectionSet);
        }
      }
    }
  };
  add(selectionSet);
  return [...fields];
}

/** The trace that a request is part of: the same each time it is asked. */
export function traceOf(request: FastifyRequest): TraceContext {
  request.trace ??= traceContextOf(request.headers);
  return request.trace;
}

/** Who is known to have signed in; null for anybody, and where a token was refused. */
export function knownActor(principal: Principal | undefined): string | null {
  return principal?.kind === 'SIGNED_IN' ? actorOf(principal) : null;
}

/** Tells of every action once it was answered. Without anybody to tell, it costs nothing. */
export function tellActions(
  app: FastifyInstance,
  tell: readonly ((action: Action) => void)[],
  now: () => Date,
): void {
  app.decorateRequest('asked', null);
  app.decorateRequest('isKept', false);
  app.decorateRequest('trace', null);
  if (tell.length === 0) return;
  const told = new WeakSet<IncomingMessage>();
  app.addHook('onResponse', (request, reply, done) => {
    told.add(request.raw);
    const end = now().getTime();
    const { principal, asked, isKept } = request;
    const action: Action = {
      trace: traceOf(request),
      actor: knownActor(principal),
      method: request.method,
      route: request.routeOptions.url ?? NOT_SERVED,
      asked,
      isKept,
      followed: null,
      status: reply.statusCode,
      start: end - reply.elapsedTime,
      end,
    };
    for (const one of tell) one(action);
    done();
  });
  tellOthers(app, told, tell, now);
}

export const NOT_SERVED = '(none)';

/**
 * Tells of what is answered before any of our own code is asked: by the router, as with an address that cannot be
 * decoded, and by Node.js, as with a request that cannot be read.
 */
function tellOthers(
  { server }: FastifyInstance,
  told: WeakSet<IncomingMessage>,
  tell: readonly ((action: Action) => void)[],
  now: () => Date,
): void {
  const tellOne = (
    { headers, method = NOT_SERVED }: Partial<IncomingMessage>,
    status: number,
    start: number,
  ) => {
    const action: Action = {
      trace: traceContextOf(headers ?? {}),
      actor: null,
      ...{ method, route: NOT_SERVED, asked: null, isKept: false, followed: null, status, start },
      end: now().getTime(),
    };
    for (const one of tell) one(action);
  };
  server.prependListener('request', (request: IncomingMessage, response: ServerResponse) => {
    const start = now().getTime();
    response.once('close', () => {
      // Where the client leaves, Fastify's hook comes behind this.
      setImmediate(() => {
        if (!told.has(request)) tellOne(request, response.statusCode, start);
      });
    });
  });
  server.prependListener('clientError', (error: NodeJS.ErrnoException, socket) => {
    // Of a client that has left there is nothing to answer.
    if (error.code === 'ECONNRESET' || socket.destroyed) return;
    tellOne({}, STATUS_OF_UNREADABLE[error.code ?? ''] ?? 400, now().getTime());
  });
}

/** What Fastify answers to what cannot be read; 400 where it is not named here. */
const STATUS_OF_UNREADABLE: Readonly<Record<string, number>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 408,
  HPE_HEADER_OVERFLOW: 431,
};
