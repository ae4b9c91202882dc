import {
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isInterfaceType,
  isObjectType,
  isUnionType,
  parse,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';

/** The coordinates of the fields that a document selects, such as `Query.approach`. */
export function askedFields(schema: GraphQLSchema, document: string): Set<string> {
  const asked = new Set<string>();
  const info = new TypeInfo(schema);
  visit(
    parse(document),
    visitWithTypeInfo(info, {
      Field: () => void asked.add(`${info.getParentType()?.name}.${info.getFieldDef()?.name}`),
    }),
  );
  return asked;
}

/** The coordinates of the fields of all object types that mutations answer with and queries do not. */
export function fieldsOfMutations(schema: GraphQLSchema): string[] {
  const ofQueries = reached(schema, schema.getQueryType());
  return [...reached(schema, schema.getMutationType())]
    .filter((type) => !ofQueries.has(type))
    .flatMap(fieldsOf);
}

/** The coordinates of the fields of all object types that queries answer with. */
export function fieldsOfQueries(schema: GraphQLSchema): string[] {
  return [...reached(schema, schema.getQueryType())].flatMap(fieldsOf);
}

function fieldsOf(type: GraphQLNamedType): string[] {
  return isObjectType(type) ? Object.keys(type.getFields()).map((field) => `${type.name}.${field}`) : [];
}

function reached(schema: GraphQLSchema, root: GraphQLNamedType | null | undefined): Set<GraphQLNamedType> {
  const types = new Set<GraphQLNamedType>();
  const add = (type: GraphQLNamedType | null | undefined): void => {
    if (type == null || types.has(type)) return;
    types.add(type);
    if (isUnionType(type) || isInterfaceType(type)) schema.getPossibleTypes(type).forEach(add);
    if (isObjectType(type))
      for (const field of Object.values(type.getFields())) add(getNamedType(field.type));
  };
  add(root);
  return types;
}
