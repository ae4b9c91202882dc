import type { ApolloServerPlugin } from '@apollo/server';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type DocumentNode, Kind, type OperationDefinitionNode, type SelectionSetNode } from 'graphql';
import type { ApiContext } from './context';
import { actorOf } from './principal';
import { type TraceContext, traceContextOf } from './trace-context';

/** What was asked: never its arguments and variables, which may tell of people. */
export interface Asked {
  readonly kind: 'query' | 'mutation' | 'subscription';
  /** The name that its sender gave it; null where it has none. */
  readonly name: string | null;
  /** Its fields at the top, such as `approach`, in order. */
  readonly fields: readonly string[];
}

/** A request that was answered: who did what, when, and how it ended. */
export interface Action {
  readonly trace: TraceContext;
  /** Who signed in (issuer and subject); null for anybody. */
  readonly actor: string | null;
  readonly method: string;
  /** The address as it is served, such as `/v1/approaches/:id`; without what was filled in. */
  readonly route: string;
  /** Null where it was no GraphQL, or none that could be run. */
  readonly asked: Asked | null;
  /** True where the answer was kept from before. */
  readonly isKept: boolean;
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
          const { operation: kind, name } = operation;
          request.asked = { kind, name: name?.value ?? null, fields: fieldsAtTheTop(document, operation) };
        },
      };
    },
  };
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
  app.addHook('onResponse', (request, reply, done) => {
    const end = now().getTime();
    const { principal, asked, isKept } = request;
    const action: Action = {
      trace: traceOf(request),
      // Nobody is known where a token was refused.
      actor: principal?.kind === 'SIGNED_IN' ? actorOf(principal) : null,
      method: request.method,
      route: request.routeOptions.url ?? '(none)',
      asked,
      isKept,
      status: reply.statusCode,
      start: end - reply.elapsedTime,
      end,
    };
    for (const one of tell) one(action);
    done();
  });
}
