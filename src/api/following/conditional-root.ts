import {
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLError,
  Kind,
  OperationTypeNode,
  type SelectionSetNode,
} from 'graphql';
import { userError } from '../errors';

/**
 * Refuses a subscription with `@skip` or `@include` at its top level, as GraphQL does since September 2025 (section
 * 5.2.4.1, Single Root Field): who skips its only field follows nothing, which graphql-js 16 takes for a fault. It
 * throws where its own rule meets such a condition too, so this comes before the rules: the document may be invalid.
 * @returns null where there is none
 */
export function conditionalRootRefusal({ definitions }: DocumentNode): GraphQLError | null {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const seen = new Set<string>();
  const hasCondition = ({ selections }: SelectionSetNode): boolean =>
    selections.some((node) => {
      if (node.directives?.some(({ name }) => name.value === 'skip' || name.value === 'include')) return true;
      if (node.kind === Kind.INLINE_FRAGMENT) return hasCondition(node.selectionSet);
      if (node.kind === Kind.FIELD || seen.has(node.name.value)) return false;
      seen.add(node.name.value);
      const fragment = fragments.get(node.name.value);
      return fragment !== undefined && hasCondition(fragment.selectionSet);
    });
  const isConditional = definitions.some(
    (one) =>
      one.kind === Kind.OPERATION_DEFINITION &&
      one.operation === OperationTypeNode.SUBSCRIPTION &&
      hasCondition(one.selectionSet),
  );
  return isConditional
    ? userError(
        'a subscription has @skip or @include at its top level; expected neither there, as one without its field follows nothing',
      )
    : null;
}
