// Decorators write their types with it, so it comes before all that has some.
import 'reflect-metadata';
import type { ApolloServerPlugin } from '@apollo/server';
import {
  type ArgumentNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLError,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isInterfaceType,
  isListType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  SchemaMetaFieldDef,
  type SelectionSetNode,
  TypeMetaFieldDef,
} from 'graphql';
import { MAX_PAGE_SIZE } from './connection';
import type { ApiContext } from './context';
import { tooLarge } from './errors';
import type { RateLimit } from './rate-limit';
import { countValues } from './variables';

/** What a request may ask. One approach with everything takes less than a tenth of the cost. */
export const LIMITS = {
  bodyBytes: 256 * 1024,
  /** Of the document alone, comments included. */
  documentBytes: 64 * 1024,
  tokens: 2_000,
  aliases: 100,
  directives: 50,
  /** In variables: scalars, lists and objects. A framework of a thousand indicators has some 3,500. */
  values: 5_000,
  /** The same, in extensions. */
  extensionValues: 100,
  /** The introspection of the usual tools is 15 deep. */
  depth: 15,
  rootFields: 20,
  cost: 100_000,
} as const;

/** Beyond this a figure is told as more than this: fragments in fragments give some of hundreds of digits. */
const MAX_TOLD = 1_000_000_000;

/** How many items a list holds, roughly; a page of a connection holds `first`. */
const LIST_SIZES: Readonly<Record<string, number>> = {
  'Approach.verdicts': 30,
  'Approach.assessments': 10,
  'Approach.improvementPoints': 10,
  'Approach.attentionPoints': 10,
  'Assessment.findings': 30,
  'Development.rows': 30,
  'Comparison.verdicts': 30,
  'Comparison.improvementPoints': 10,
  'Comparison.attentionPoints': 10,
  'VerdictDifference.events': 15,
  'ImprovementPointDifference.events': 15,
  'AttentionPointDifference.events': 5,
  'IndicatorVerdict.explanation': 15,
  'IndicatorVerdict.findings': 2,
  'IndicatorVerdict.attentionPoints': 2,
  'Finding.indicators': 2,
  'Finding.attentionPoints': 2,
  // A conclusion changes 30 or so, a correction one, and most events none.
  'Event.verdictChanges': 2,
  'Query.trend': 100,
  '__Schema.types': 60,
  '__Type.fields': 8,
  '__Type.inputFields': 3,
  '__Type.interfaces': 1,
  '__Type.possibleTypes': 2,
  '__Field.args': 2,
};
const LIST_SIZE = 5;

/** What a field takes by itself; 1 where not named here. */
const FIELD_COSTS: Readonly<Record<string, number>> = {
  // It reads the years of all approaches.
  'Query.trend': 20_000,
  // A tile of hashes is read and its inner nodes are computed.
  'Event.proof': 10,
  // All that stood before it and all that stands by it is read.
  'Event.verdictChanges': 10,
};

/**
 * What a field takes beside that where it is asked with any of these arguments: then every approach may be looked
 * at until a page is full.
 */
const SCAN_COSTS: Readonly<Record<string, { readonly cost: number; readonly arguments: readonly string[] }>> =
  {
    'Query.approaches': { cost: 5_000, arguments: ['framework', 'asOf'] },
    'Query.improvementPoints': { cost: 20_000, arguments: ['asOf'] },
  };

/** What a selection asks, fragments filled in. */
interface Measures {
  /** Fields nested in one another. */
  readonly depth: number;
  /** Fields beside one another at the top, aliases included. */
  readonly fieldsHere: number;
  /** Fields as written, at all depths. */
  readonly fields: number;
  /** Fields to be answered: those in a list once for each of its items. */
  readonly cost: number;
}

/** Of operations whose measures are the same whatever the variables: documents that come again are kept. */
const measured = new WeakMap<OperationDefinitionNode, Measures>();

/**
 * Measures a valid operation.
 * @param variables as they were sent
 */
export function measure(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>> = {},
): Measures {
  const known = measured.get(operation);
  if (known !== undefined) return known;
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const root = schema.getRootType(operation.operation) ?? undefined;
  const measurement = new Measurement(schema, operation, fragments, variables);
  const measures = measurement.of(operation.selectionSet, root);
  if (!measurement.restsOnVariables) measured.set(operation, measures);
  return measures;
}

/** The measuring of one operation; each fragment is measured once, however often it is spread. */
class Measurement {
  readonly #schema: GraphQLSchema;
  readonly #operation: OperationDefinitionNode;
  readonly #fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly #variables: Readonly<Record<string, unknown>>;
  readonly #measured = new Map<string, Measures>();
  /** True where other variables might measure otherwise. */
  restsOnVariables = false;

  constructor(
    schema: GraphQLSchema,
    operation: OperationDefinitionNode,
    fragments: ReadonlyMap<string, FragmentDefinitionNode>,
    variables: Readonly<Record<string, unknown>>,
  ) {
    this.#schema = schema;
    this.#operation = operation;
    this.#fragments = fragments;
    this.#variables = variables;
  }

  of({ selections }: SelectionSetNode, parent: GraphQLNamedType | undefined): Measures {
    const sum = { depth: 0, fieldsHere: 0, fields: 0, cost: 0 };
    for (const selection of selections) {
      const one = this.#ofSelection(selection, parent);
      sum.depth = Math.max(sum.depth, one.depth);
      sum.fieldsHere += one.fieldsHere;
      sum.fields += one.fields;
      sum.cost += one.cost;
    }
    return sum;
  }

  #ofSelection(
    selection: SelectionSetNode['selections'][number],
    parent: GraphQLNamedType | undefined,
  ): Measures {
    if (selection.kind === Kind.FIELD) return this.#ofField(selection, parent);
    if (selection.kind === Kind.FRAGMENT_SPREAD) return this.#ofFragment(selection.name.value);
    const type = selection.typeCondition && this.#schema.getType(selection.typeCondition.name.value);
    return this.of(selection.selectionSet, type ?? parent);
  }

  #ofFragment(name: string): Measures {
    let measures = this.#measured.get(name);
    if (measures === undefined) {
      const fragment = this.#fragments.get(name);
      measures =
        fragment === undefined
          ? { depth: 0, fieldsHere: 0, fields: 0, cost: 0 }
          : this.of(fragment.selectionSet, this.#schema.getType(fragment.typeCondition.name.value));
      this.#measured.set(name, measures);
    }
    return measures;
  }

  #ofField(node: FieldNode, parent: GraphQLNamedType | undefined): Measures {
    const field = fieldOf(node.name.value, parent);
    const name = `${parent?.name}.${node.name.value}`;
    const own = (FIELD_COSTS[name] ?? 1) + this.#scanCost(node, name);
    if (node.selectionSet === undefined) return { depth: 1, fieldsHere: 1, fields: 1, cost: own };
    const inner = this.of(node.selectionSet, field && getNamedType(field.type));
    return {
      depth: 1 + inner.depth,
      fieldsHere: 1,
      fields: 1 + inner.fields,
      cost: own + this.#sizeOf(node, field, name) * inner.cost,
    };
  }

  /** How many times what is selected in a field will be answered. */
  #sizeOf(node: FieldNode, field: GraphQLField<unknown, unknown> | undefined, name: string): number {
    if (field === undefined) return 1;
    const first = field.args.find((arg) => arg.name === 'first');
    if (first !== undefined) {
      const asked = this.#number(node) ?? first.defaultValue;
      return typeof asked === 'number' ? Math.min(Math.max(asked, 1), MAX_PAGE_SIZE) : MAX_PAGE_SIZE;
    }
    // Its page is counted where `first` is.
    if (!isListType(getNullableType(field.type)) || /Connection\.(nodes|edges)$/.test(name)) return 1;
    return LIST_SIZES[name] ?? LIST_SIZE;
  }

  #scanCost(node: FieldNode, name: string): number {
    const scan = SCAN_COSTS[name];
    const isGiven = ({ name: { value: argument }, value }: ArgumentNode): boolean =>
      scan?.arguments.includes(argument) === true &&
      value.kind !== Kind.NULL &&
      (value.kind !== Kind.VARIABLE || this.#valueOf(value.name.value) != null);
    return scan !== undefined && node.arguments?.some(isGiven) ? scan.cost : 0;
  }

  /** The value of a variable: as sent, or its default in the document. */
  #valueOf(name: string): unknown {
    this.restsOnVariables = true;
    const given = this.#variables[name];
    if (given !== undefined) return given;
    const definition = this.#operation.variableDefinitions?.find((one) => one.variable.name.value === name);
    return definition?.defaultValue?.kind === Kind.NULL ? null : definition?.defaultValue;
  }

  /** The argument `first`; undefined where it is left out. */
  #number(node: FieldNode): unknown {
    const value = node.arguments?.find((argument) => argument.name.value === 'first')?.value;
    if (value?.kind === Kind.INT) return Number(value.value);
    if (value?.kind !== Kind.VARIABLE) return undefined;
    this.restsOnVariables = true;
    const name = value.name.value;
    const given = this.#variables[name];
    if (given !== undefined) return given;
    const definition = this.#operation.variableDefinitions?.find((one) => one.variable.name.value === name);
    return definition?.defaultValue?.kind === Kind.INT ? Number(definition.defaultValue.value) : undefined;
  }
}

function fieldOf(
  name: string,
  parent: GraphQLNamedType | undefined,
): GraphQLField<unknown, unknown> | undefined {
  if (name === SchemaMetaFieldDef.name) return SchemaMetaFieldDef;
  if (name === TypeMetaFieldDef.name) return TypeMetaFieldDef;
  return isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[name] : undefined;
}

/** Why a valid operation would take the server too much, null where it does not; and what it costs. */
export function limitRefusal(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>> | undefined,
): { readonly refusal: GraphQLError | null; readonly cost: number } {
  const { depth, fieldsHere, cost } = measure(schema, document, operation, variables);
  const refusal = (): GraphQLError | null => {
    if (countValues(variables ?? {}, LIMITS.values) > LIMITS.values)
      return tooLarge(`the variables hold more than ${LIMITS.values} values`, `${LIMITS.values}`);
    if (depth > LIMITS.depth) return tooLarge(`the query is nested ${depth} fields deep`, `${LIMITS.depth}`);
    if (fieldsHere > LIMITS.rootFields)
      return tooLarge(
        `the query has ${told(fieldsHere)} root fields, aliases included`,
        `${LIMITS.rootFields}`,
      );
    return cost > LIMITS.cost
      ? tooLarge(
          `the query costs ${told(cost)}, a field in a list counted for each of its items`,
          `${LIMITS.cost}`,
        )
      : null;
  };
  return { refusal: refusal(), cost };
}

function told(figure: number): string {
  return figure > MAX_TOLD ? `more than ${MAX_TOLD}` : String(figure);
}

/**
 * Refuses what would take the server too much, before anything of it is run, and takes its cost off what its
 * sender may ask. The cost stands in `extensions.cost` of the answer.
 */
export function limits(schema: GraphQLSchema, rate: RateLimit): ApolloServerPlugin<ApiContext> {
  return {
    async requestDidStart() {
      let measured: number | null = null;
      return {
        async didResolveOperation({ document, operation, request, contextValue }) {
          if (operation === undefined) return;
          const { refusal, cost } = limitRefusal(schema, document, operation, request.variables);
          if (refusal !== null) throw refusal;
          rate.charge(contextValue.request, cost);
          measured = cost;
        },
        async willSendResponse({ response: { body } }) {
          if (measured === null || body.kind !== 'single' || body.singleResult.errors !== undefined) return;
          body.singleResult.extensions = { ...body.singleResult.extensions, cost: measured };
        },
      };
    },
  };
}
