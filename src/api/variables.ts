import { type ApolloServerPlugin, HeaderMap } from '@apollo/server';
import {
  type GraphQLError,
  type GraphQLSchema,
  getVariableValues,
  type OperationDefinitionNode,
} from 'graphql';
import { withoutInternals } from './caller-errors';
import type { ApiContext } from './context';
import { userError } from './errors';

/** Errors that an answer tells of the values of variables: each repeats what was sent. */
export const MAX_VARIABLE_ERRORS = 5;

/**
 * How many values are in the variables of a request: every scalar, list, object and null.
 * @param most where to stop counting
 */
export function countValues(variables: Readonly<Record<string, unknown>>, most: number): number {
  let count = 0;
  // Without calls within calls, as a list may lie in a list a hundred thousand times.
  const left: unknown[] = [variables];
  for (let value = left.pop(); value !== undefined && count <= most; value = left.pop()) {
    if (typeof value !== 'object' || value === null) continue;
    const inner = Object.values(value);
    count += inner.length;
    if (count <= most) left.push(...inner.filter((one) => typeof one === 'object' && one !== null));
  }
  return count;
}

/** What is wrong with the variables of an operation, the first few errors of it; null where nothing is. */
export function variableErrors(
  schema: GraphQLSchema,
  { variableDefinitions = [] }: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): readonly GraphQLError[] | null {
  if (variableDefinitions.length === 0) return null;
  const { errors } = getVariableValues(schema, variableDefinitions, variables, {
    maxErrors: MAX_VARIABLE_ERRORS,
    hideSuggestions: true,
  });
  // The one that says that there are more has neither a code nor a place in the document.
  const coded = (error: GraphQLError): GraphQLError =>
    error.nodes === undefined ? userError('the variables hold more that is wrong than is told here') : error;
  return errors?.map(coded) ?? null;
}

/**
 * Answers a request whose variables are not what its document says, with the first few errors. By graphql-js
 * alone it would be fifty, each with all that was sent.
 */
export function checkVariables(schema: GraphQLSchema): ApolloServerPlugin<ApiContext> {
  return {
    async requestDidStart() {
      return {
        async responseForOperation({ operation, request }) {
          const errors = operation && variableErrors(schema, operation, request.variables ?? {});
          if (errors == null) return null;
          const told = errors.map((error) => withoutInternals(error.toJSON(), error));
          return {
            http: { status: 400, headers: new HeaderMap() },
            body: { kind: 'single', singleResult: { errors: told } },
          };
        },
      };
    },
  };
}
