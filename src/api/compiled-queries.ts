import { type ApolloServerPlugin, HeaderMap } from '@apollo/server';
import {
  type DocumentNode,
  type GraphQLSchema,
  getVariableValues,
  Kind,
  type OperationDefinitionNode,
  visit,
} from 'graphql';
import type { CompiledQuery } from 'graphql-jit';
import type { ApiContext } from './context';
import { measure } from './limits';
import { Lru } from './lru';
import { MAX_VARIABLE_ERRORS } from './variables';

/** Compiling costs milliseconds, and what it gives some hundred kilobytes: it pays for what is asked often. */
const MAX_COMPILED = 30;
/** Documents beyond these sizes are not compiled; they are few, and take what many others would. */
const MAX_CHARACTERS = 8_000;
const MAX_FIELDS = 400;
/** A document is compiled when it comes again while this many others are remembered. */
const MAX_SEEN = 1_000;

/**
 * Runs queries by code compiled from their document, which spares most of what executing them costs. A
 * document that comes for the first time or cannot be compiled, and a run that gives an error, is left to
 * graphql-js: its answers and errors are those that clients know.
 */
export function compiledQueries(schema: GraphQLSchema): ApolloServerPlugin<ApiContext> {
  const compiled = new Lru<CompiledQuery | 'not compiled'>(MAX_COMPILED);
  const seen = new Lru<true>(MAX_SEEN);

  const compile = (
    key: string,
    document: DocumentNode,
    operation: OperationDefinitionNode,
  ): CompiledQuery | 'not compiled' => {
    const known = compiled.get(key);
    if (known !== undefined) return known;
    if (seen.get(key) === undefined) {
      seen.set(key, true);
      return 'not compiled';
    }
    // Loaded when the first document comes again: no start waits for it.
    const { compileQuery, isCompiledQuery } = require('graphql-jit') as typeof import('graphql-jit');
    const query = isCompilable(schema, document, operation)
      ? compileQuery(schema, document, operation.name?.value, { disableLeafSerialization: true })
      : null;
    const result = query !== null && isCompiledQuery(query) ? query : 'not compiled';
    compiled.set(key, result);
    return result;
  };

  return {
    async requestDidStart() {
      return {
        async responseForOperation({ document, operation, queryHash, source, request, contextValue }) {
          if (operation?.operation !== 'query' || source.length > MAX_CHARACTERS) return null;
          const query = compile(`${queryHash} ${operation.name?.value ?? ''}`, document, operation);
          if (query === 'not compiled') return null;
          // Compiled code fills in defaults otherwise than graphql-js; of values that are filled in, it keeps all.
          const variables = getVariableValues(
            schema,
            operation.variableDefinitions ?? [],
            request.variables ?? {},
            { maxErrors: MAX_VARIABLE_ERRORS, hideSuggestions: true },
          );
          if (variables.coerced === undefined) return null;
          const result = await query.query(undefined, contextValue, variables.coerced);
          if (result.errors !== undefined) return null;
          return {
            http: { headers: new HeaderMap() },
            body: { kind: 'single', singleResult: { data: result.data ?? null } },
          };
        },
      };
    },
  };
}

function isCompilable(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): boolean {
  return measure(schema, document, operation).fields <= MAX_FIELDS && !isNullSkipped(document, operation);
}

/** True where `@skip` or `@include` may get null, which graphql-js refuses and compiled code takes for false. */
function isNullSkipped(document: DocumentNode, operation: OperationDefinitionNode): boolean {
  const nullable = new Set<string>();
  for (const { variable, type } of operation.variableDefinitions ?? []) {
    if (type.kind !== Kind.NON_NULL_TYPE) nullable.add(variable.name.value);
  }
  let found = false;
  visit(document, {
    Directive: ({ arguments: given = [] }) => {
      found ||= given.some(({ value }) => value.kind === Kind.VARIABLE && nullable.has(value.name.value));
    },
  });
  return found;
}
