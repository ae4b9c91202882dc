import { GraphQLError } from 'graphql';
import { ACCEPTED_DATES, whyNotEdtf } from '../../domain/edtf';
import { approachOfStream, approachStream } from '../../domain/streams';
import { fromNodeId } from '../node-id';
import { ACCEPTED_INSTANTS, DateTimeScalar } from '../scalars';
import type { Problem } from './problem';

/** What the values of a parameter must be beside what a JSON Schema says. */
export interface Form {
  readonly expected: string;
  /** Why a value is none, in a few words; null where it is one. Left out where the JSON Schema says it all. */
  readonly whyNot?: (value: string) => string | null;
}

const DATE: Form = { expected: ACCEPTED_DATES, whyNot: whyNotEdtf };

const INSTANT: Form = readAs('a date-time', ACCEPTED_INSTANTS, (value) => DateTimeScalar.parseValue(value));

/** The id of an approach. */
export const APPROACH_ID: Form = {
  expected: 'one that /v1/approaches gives',
  whyNot(value) {
    const node = fromNodeId(value);
    const [municipality = '', slug = ''] = node?.key.split('/') ?? [];
    const isOne = node?.kind === 'Approach' && approachOfStream(approachStream(municipality, slug)) !== null;
    return isOne ? null : 'it is not the id of an approach';
  },
};

/**
 * What another part of this register reads.
 * @param read throws a GraphQLError where the value is none
 */
export function readAs(what: string, expected: string, read: (value: string) => unknown): Form {
  return {
    expected,
    whyNot(value) {
      try {
        read(value);
        return null;
      } catch (error) {
        if (error instanceof GraphQLError) return `it is not ${what}`;
        throw error;
      }
    },
  };
}

/** A parameter of a resource, from which both the check and the OpenAPI description are drawn. */
export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query';
  readonly required: boolean;
  readonly description: string;
  /** A JSON Schema. */
  readonly schema: {
    readonly type: 'string' | 'integer';
    readonly enum?: readonly string[];
    readonly minimum?: number;
    readonly maximum?: number;
    readonly default?: string | number;
    readonly format?: string;
    readonly pattern?: string;
    readonly examples?: readonly (string | number)[];
  };
  /** What its values must be beside that; the description tells of it in words. */
  readonly form?: Form;
}

/** The clocks as the façade has them. */
export const CLOCKS: readonly Parameter[] = [
  {
    name: 'reference',
    in: 'query',
    required: false,
    description: 'The reference clock: nothing that speaks of a later period than this, in EDTF.',
    schema: { type: 'string', examples: ['2013'] },
    form: DATE,
  },
  {
    name: 'publishedBy',
    in: 'query',
    required: false,
    description: 'The publication clock: nothing that was not public by the end of this date, in EDTF.',
    schema: { type: 'string', examples: ['2014-12-31'] },
    form: DATE,
  },
  {
    name: 'recordedBy',
    in: 'query',
    required: false,
    description: 'The recorded clock: nothing that this register learned after this instant.',
    schema: { type: 'string', format: 'date-time', examples: ['2026-01-31T12:00:00Z'] },
    form: INSTANT,
  },
];

/** Every resource takes it. */
export const SNAPSHOT: Parameter = {
  name: 'snapshot',
  in: 'query',
  required: false,
  description:
    'Read from this snapshot, by its token: the same answer as then, byte by byte, whatever was added since. Answers name theirs in the header Toetsspoor-Snapshot; it is the same as `extensions.snapshot` in GraphQL.',
  schema: { type: 'string', examples: ['MSBlbXB0eQ'] },
};

/** How much of a value an error repeats, in characters. */
const LONGEST_SHOWN = 100;

export type Values = Readonly<Record<string, string | number | undefined>>;

/** What is wrong with one parameter, and what would be accepted. */
export interface InvalidParameter {
  readonly in: 'path' | 'query';
  readonly name: string;
  readonly detail: string;
}

/**
 * The values of a request's parameters, numbers as such.
 * @returns all that is wrong with them, where anything is
 */
export function readParameters(
  parameters: readonly Parameter[],
  path: Readonly<Record<string, unknown>>,
  query: Readonly<Record<string, unknown>>,
): { readonly values: Values } | { readonly invalid: readonly InvalidParameter[] } {
  const values: Record<string, string | number | undefined> = {};
  const invalid: InvalidParameter[] = [];
  for (const parameter of parameters) {
    const value = (parameter.in === 'path' ? path : query)[parameter.name];
    const detail = problemOf(parameter, value);
    if (detail !== null) invalid.push({ in: parameter.in, name: parameter.name, detail });
    else if (typeof value !== 'string') values[parameter.name] = parameter.schema.default;
    else values[parameter.name] = parameter.schema.type === 'integer' ? Number(value) : value;
  }
  const known = parameters.filter((parameter) => parameter.in === 'query').map(({ name }) => name);
  for (const name of Object.keys(query)) {
    if (known.includes(name)) continue;
    const expected = known.length === 0 ? 'no parameters' : known.join(', ');
    invalid.push({ in: 'query', name, detail: `is not known here; expected ${expected}` });
  }
  return invalid.length > 0 ? { invalid } : { values };
}

function problemOf({ required, schema, form }: Parameter, value: unknown): string | null {
  const expected = form?.expected ?? wanted(schema);
  if (value === undefined) return required ? `is missing; expected ${expected}` : null;
  if (typeof value !== 'string') return `is there more than once; expected it once, as ${expected}`;
  const why = form?.whyNot?.(value) ?? null;
  if (why !== null) return `is ${shown(value)}: ${why}; expected ${expected}`;
  return fits(schema, value) ? null : `is ${shown(value)}; expected ${expected}`;
}

function shown(value: string): string {
  return JSON.stringify(value.length > LONGEST_SHOWN ? `${value.slice(0, LONGEST_SHOWN)}…` : value);
}

function fits({ type, enum: names, minimum, maximum, pattern }: Parameter['schema'], value: string): boolean {
  if (type === 'string') {
    if (names !== undefined) return names.includes(value);
    return value !== '' && (pattern === undefined || new RegExp(pattern).test(value));
  }
  const number = Number(value);
  return /^\d{1,9}$/.test(value) && number >= (minimum ?? 0) && number <= (maximum ?? number);
}

function wanted({ type, enum: names, minimum, maximum, examples }: Parameter['schema']): string {
  if (names !== undefined) return `one of ${names.join(', ')}`;
  if (minimum !== undefined) return `a whole number from ${minimum} to ${maximum}`;
  const kind = type === 'integer' ? 'a whole number' : 'a text';
  return examples === undefined ? kind : `${kind} such as ${examples[0]}`;
}

/** All that is wrong with a request's parameters, as one problem. */
export function invalidParameters(invalid: readonly InvalidParameter[]): Problem {
  return {
    status: 400,
    title: 'Bad Request',
    detail: invalid.map(({ name, detail }) => `${name} ${detail}`).join('; '),
    code: 'BAD_USER_INPUT',
    errors: invalid.map(({ in: place, name, detail }) => ({ in: place, location: { name }, detail })),
  };
}
