import { type ApolloServerPlugin, HeaderMap } from '@apollo/server';
import {
  type DocumentNode,
  defaultFieldResolver,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isInterfaceType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
  type ValueNode,
} from 'graphql';
import type { ApiContext } from './context';
import type { ErrorCode } from './errors';
import { POLICIES, type Policy } from './policies';
import { hasRole, type Principal } from './principal';

/**
 * Why somebody may not ask for a field; null where they may.
 * @param field its coordinate, such as `Query.events`
 * @param what what it is called where they ask
 */
export function refusalOf(field: string, principal: Principal, what = field): GraphQLError | null {
  return refusalBy(POLICIES[field] ?? 'EVERYBODY', what, principal);
}

/** Why somebody may not have what that policy is about; null where they may. */
export function refusalBy(policy: Policy, what: string, principal: Principal): GraphQLError | null {
  if (policy === 'EVERYBODY' || hasRole(principal, policy)) return null;
  if (principal.kind === 'ANONYMOUS') {
    return refusal(
      401,
      `${what} is for those who are signed in; expected a token in the header Authorization`,
      'UNAUTHENTICATED',
    );
  }
  return refusal(
    403,
    `${what} is for the roles ${policy.join(', ')}; the token has none of these`,
    'FORBIDDEN',
  );
}

function refusal(status: 401 | 403, message: string, code: ErrorCode): GraphQLError {
  return new GraphQLError(message, {
    extensions: { code, http: { status, headers: new HeaderMap([['www-authenticate', challenge(status)]]) } },
  });
}

/** What `WWW-Authenticate` says (RFC 6750): how to come in, or that the token does not give the right. */
export function challenge(status: 401 | 403): string {
  return status === 401
    ? 'Bearer realm="toetsspoor"'
    : 'Bearer realm="toetsspoor", error="insufficient_scope"';
}

/**
 * Refuses a request whole, before anything of it runs, where it asks for a field that its sender may not ask
 * for. So a mutation never runs by halves.
 */
export function accessPlugin(schema: GraphQLSchema): ApolloServerPlugin<ApiContext> {
  return {
    async requestDidStart() {
      return {
        async didResolveOperation({ document, operation, request, contextValue }) {
          if (operation === undefined) return;
          const refused = accessRefusal(
            schema,
            document,
            operation,
            request.variables,
            contextValue.principal,
          );
          if (refused !== null) throw refused;
        },
      };
    },
  };
}

/** Operations that ask for nothing that has a policy but `EVERYBODY`. */
const open = new WeakSet<OperationDefinitionNode>();

/**
 * Why somebody may not run a valid operation; null where they may.
 * @param variables as they were sent
 */
export function accessRefusal(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>> | undefined,
  principal: Principal,
): GraphQLError | null {
  if (open.has(operation)) return null;
  const restricted = (fields: Iterable<string>): string[] =>
    [...fields].filter((field) => (POLICIES[field] ?? 'EVERYBODY') !== 'EVERYBODY');
  if (restricted(fieldsOf(schema, document, operation, null)).length === 0) {
    open.add(operation);
    return null;
  }
  for (const field of restricted(fieldsOf(schema, document, operation, variables ?? {}))) {
    const refused = refusalOf(field, principal);
    if (refused !== null) return refused;
  }
  return null;
}

/**
 * The coordinates of the fields that an operation asks for.
 * @param variables as they were sent: fields that are skipped by them are left out; null: none is
 */
function fieldsOf(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>> | null,
): Set<string> {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const fields = new Set<string>();
  const spread = new Set<string>();
  const isSkipped = (node: SelectionNode): boolean =>
    variables !== null &&
    (conditionOf(node, 'skip', operation, variables) === true ||
      conditionOf(node, 'include', operation, variables) === false);
  const add = ({ selections }: SelectionSetNode, parent: GraphQLNamedType | undefined): void => {
    for (const node of selections) {
      if (isSkipped(node)) continue;
      if (node.kind === Kind.FIELD) {
        fields.add(`${parent?.name}.${node.name.value}`);
        const field =
          isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[node.name.value] : undefined;
        if (node.selectionSet !== undefined) add(node.selectionSet, field && getNamedType(field.type));
      } else if (node.kind === Kind.INLINE_FRAGMENT) {
        const type = node.typeCondition && schema.getType(node.typeCondition.name.value);
        add(node.selectionSet, type ?? parent);
      } else if (!spread.has(node.name.value)) {
        spread.add(node.name.value);
        const fragment = fragments.get(node.name.value);
        if (fragment !== undefined)
          add(fragment.selectionSet, schema.getType(fragment.typeCondition.name.value));
      }
    }
  };
  add(operation.selectionSet, schema.getRootType(operation.operation) ?? undefined);
  return fields;
}

/**
 * What `@skip` or `@include` of a selection is given; undefined where that is no boolean, or there is none. Looked up
 * and not coerced: whoever may ask for nothing must not have all that they sent looked through.
 */
function conditionOf(
  { directives = [] }: SelectionNode,
  name: 'skip' | 'include',
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): unknown {
  const given = directives.find((directive) => directive.name.value === name)?.arguments?.[0]?.value;
  const literal = (value: ValueNode | undefined): boolean | undefined =>
    value?.kind === Kind.BOOLEAN ? value.value : undefined;
  if (given?.kind !== Kind.VARIABLE) return literal(given);
  const variable = given.name.value;
  if (Object.hasOwn(variables, variable)) return variables[variable];
  const definitions = operation.variableDefinitions ?? [];
  return literal(definitions.find((one) => one.variable.name.value === variable)?.defaultValue);
}

/**
 * Makes every field that not everybody may ask for refuse by itself as well, whichever way it is reached. The
 * check before is for a request as a whole; this one no transport can forget.
 */
export function guardFields(schema: GraphQLSchema): void {
  for (const [coordinate, policy] of Object.entries(POLICIES)) {
    if (policy === 'EVERYBODY') continue;
    const [typeName = '', fieldName = ''] = coordinate.split('.');
    const type = schema.getType(typeName);
    const field = isObjectType(type) ? type.getFields()[fieldName] : undefined;
    if (field === undefined)
      throw new RangeError(`there is no field ${coordinate} that a policy could be for`);
    const { resolve = defaultFieldResolver, subscribe } = field;
    const check = (context: ApiContext): void => {
      const refused = refusalOf(coordinate, context.principal);
      if (refused !== null) throw refused;
    };
    field.resolve = (source, args, context, info) => {
      check(context);
      return resolve(source, args, context, info);
    };
    if (subscribe === undefined) continue;
    field.subscribe = (source, args, context, info) => {
      check(context);
      return subscribe(source, args, context, info);
    };
  }
}
