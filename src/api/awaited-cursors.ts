import type { ApolloServerPlugin } from '@apollo/server';
import {
  type DocumentNode,
  type GraphQLSchema,
  getNamedType,
  Kind,
  type OperationDefinitionNode,
  TypeInfo,
  type ValueNode,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { type PositionSources, untilReached } from './awaited-position';
import type { ApiContext } from './context';
import { pointOf, reachOf } from './event-cursors';
import type { ReadScope } from './read-scope';

/** What is said of a place behind the end of the log: to go on there would be to miss what comes before it. */
export const BEYOND =
  'lies behind the end of this log: it is of another log, or of what an older copy of it lacks';

/**
 * Waits, for a bounded time, until the read models hold the place of a cursor of events: another replica may be ahead
 * of this one.
 * @throws GraphQLError with code BAD_USER_INPUT, RATE_LIMITED, POSITION_UNKNOWN or POSITION_NOT_REACHED
 */
export async function awaitCursor<Asked>(
  cursor: string,
  asked: Asked,
  sources: PositionSources<Asked>,
): Promise<void> {
  await untilReached(reachOf(cursor), asked, sources, {
    beyond: `after "${cursor}" ${BEYOND}; leave it out to begin again: an event that you had is known by its id`,
    late: `this replica has not come as far as after "${cursor}" in time: ask again`,
  });
}

/** Has a query that goes on behind events wait for them, before anything is read, so that it is read as of one position. */
export function awaitedCursors(
  schema: GraphQLSchema,
  sources: PositionSources,
): ApolloServerPlugin<ApiContext> {
  return {
    async requestDidStart() {
      return {
        async didResolveOperation({ document, operation, request, contextValue }) {
          if (operation === undefined) return;
          const { scope } = contextValue;
          for (const value of cursorsIn(schema, document, operation)) {
            const cursor = textOf(value, operation, request.variables ?? {});
            if (cursor === null || !isBehind(cursor, scope)) continue;
            await awaitCursor(cursor, contextValue.request, sources);
            scope.catchUp();
          }
        },
      };
    },
  };
}

/** Of operations that came before, as documents that come again are kept. */
const known = new WeakMap<OperationDefinitionNode, readonly ValueNode[]>();

/** What an operation gives as `after` to fields that are pages of events. */
function cursorsIn(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): readonly ValueNode[] {
  const found = known.get(operation);
  if (found !== undefined) return found;
  const values: ValueNode[] = [];
  const types = new TypeInfo(schema);
  const visitor = visitWithTypeInfo(types, {
    Argument({ name, value }) {
      const field = types.getFieldDef();
      if (name.value === 'after' && field && getNamedType(field.type).name === 'EventConnection')
        values.push(value);
    },
  });
  for (const definition of document.definitions) {
    if (definition === operation || definition.kind === Kind.FRAGMENT_DEFINITION) visit(definition, visitor);
  }
  known.set(operation, values);
  return values;
}

/** The text that a value is, or the variable that it names; null where it is another one, or none. */
function textOf(
  value: ValueNode,
  { variableDefinitions = [] }: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): string | null {
  if (value.kind === Kind.STRING) return value.value;
  if (value.kind !== Kind.VARIABLE) return null;
  const name = value.name.value;
  const given = variables[name];
  if (given !== undefined) return typeof given === 'string' ? given : null;
  const initial = variableDefinitions.find(({ variable }) => variable.name.value === name)?.defaultValue;
  return initial?.kind === Kind.STRING ? initial.value : null;
}

/** Whether a cursor lies behind what is seen; one that is none, or not of who asks, is refused where it is used. */
function isBehind(cursor: string, scope: ReadScope): boolean {
  try {
    pointOf(cursor, scope);
    return reachOf(cursor) > scope.cameAt;
  } catch {
    return false;
  }
}
