import {
  type FragmentDefinitionNode,
  type GraphQLNamedType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  parse,
  type SelectionSetNode,
} from 'graphql';

/** A JSON Schema of 2020-12, as OpenAPI 3.1 has it. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** What a query answers, as JSON Schemas. */
export interface QuerySchemas {
  /** The type of the data, or of what lies in it under a path. */
  readonly answer: JsonSchema;
  /** Those of its named fragments. */
  readonly components: Readonly<Record<string, JsonSchema>>;
}

const SCALARS: Readonly<Record<string, JsonSchema>> = {
  String: { type: 'string' },
  ID: { type: 'string' },
  Int: { type: 'integer', format: 'int32' },
  Float: { type: 'number' },
  Boolean: { type: 'boolean' },
  DateTime: { type: 'string', format: 'date-time' },
  EDTF: { type: 'string', examples: ['2013'] },
};

/** The JSON Schemas of what a query answers: each field with the description that it has in GraphQL. */
export function schemasOfQuery(
  schema: GraphQLSchema,
  document: string,
  path: readonly string[],
): QuerySchemas {
  const { definitions } = parse(document);
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }

  const fieldsOf = (type: GraphQLOutputType, selection: SelectionSetNode): JsonSchema => {
    const object = getNamedType(type);
    if (!isObjectType(object)) throw new Error(`${object.name} is not a type of objects`);
    const properties: Record<string, JsonSchema> = {};
    const parts: JsonSchema[] = [];
    for (const node of selection.selections) {
      if (node.kind === Kind.INLINE_FRAGMENT) throw new Error('a resource names its fragments');
      if (node.kind === Kind.FRAGMENT_SPREAD) parts.push(reference(node.name.value));
      else {
        const field = object.getFields()[node.name.value];
        if (field === undefined) throw new Error(`${object.name} has no field ${node.name.value}`);
        const described = ofType(field.type, node.selectionSet);
        properties[node.name.value] = {
          ...(field.description && { description: field.description }),
          ...described,
        };
      }
    }
    const names = Object.keys(properties);
    const own: JsonSchema[] = names.length === 0 ? [] : [{ type: 'object', required: names, properties }];
    const all = [...parts, ...own];
    return all.length === 1 && all[0] !== undefined ? all[0] : { allOf: all };
  };

  const ofType = (type: GraphQLOutputType, selection: SelectionSetNode | undefined): JsonSchema => {
    if (isNonNullType(type)) return ofNonNull(type.ofType, selection);
    return { anyOf: [ofNonNull(type, selection), { type: 'null' }] };
  };
  const ofNonNull = (type: GraphQLOutputType, selection: SelectionSetNode | undefined): JsonSchema => {
    if (isListType(type)) return { type: 'array', items: ofType(type.ofType, selection) };
    if (selection !== undefined) return fieldsOf(type, selection);
    const named = getNamedType(type);
    if (isEnumType(named)) return { type: 'string', enum: named.getValues().map(({ name }) => name) };
    return SCALARS[named.name] ?? {};
  };

  const operation = definitions.find((one) => one.kind === Kind.OPERATION_DEFINITION);
  let type: GraphQLOutputType | null | undefined = schema.getQueryType();
  let selection = operation?.selectionSet;
  for (const name of path) {
    const object: GraphQLNamedType | null | undefined = type && getNamedType(type);
    type = isObjectType(object) ? object.getFields()[name]?.type : null;
    const field = selection?.selections
      .filter((node) => node.kind === Kind.FIELD)
      .find((node) => node.name.value === name);
    selection = field?.selectionSet;
  }
  if (!type || selection === undefined) throw new Error(`the query answers nothing under ${path.join('.')}`);
  const components = [...fragments].map(([name, { typeCondition, selectionSet }]) => {
    const on = schema.getType(typeCondition.name.value);
    if (!isObjectType(on)) throw new Error(`${name} is not on a type of objects`);
    return [name, fieldsOf(on, selectionSet)] as const;
  });
  return { answer: fieldsOf(type, selection), components: Object.fromEntries(components) };
}

/** A reference to a schema among the components of the description. */
export function reference(name: string): JsonSchema {
  return { $ref: `#/components/schemas/${name}` };
}
