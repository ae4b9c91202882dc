import { type ASTVisitor, GraphQLError, type ValidationContext } from 'graphql';

/** What who asks for the schema is told where that is switched off. */
export const INTROSPECTION_OFF = 'introspection is switched off here; the schema is in the documentation';

/** A rule of validation, over HTTP and over a WebSocket: the schema is not asked for. */
export function noIntrospection(context: ValidationContext): ASTVisitor {
  return {
    Field(node) {
      if (node.name.value === '__schema' || node.name.value === '__type')
        context.reportError(new GraphQLError(INTROSPECTION_OFF, { nodes: node }));
    },
  };
}
