import type { Problem } from './problem';

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
    readonly default?: number;
    readonly format?: string;
    readonly pattern?: string;
    readonly examples?: readonly (string | number)[];
  };
}

/** The clocks as the façade has them. */
export const CLOCKS: readonly Parameter[] = [
  {
    name: 'reference',
    in: 'query',
    required: false,
    description: 'The reference clock: nothing that speaks of a later period than this.',
    schema: { type: 'string', examples: ['2013'] },
  },
  {
    name: 'publishedBy',
    in: 'query',
    required: false,
    description: 'The publication clock: nothing that was not public by the end of this date, in EDTF.',
    schema: { type: 'string', examples: ['2014-12-31'] },
  },
  {
    name: 'recordedBy',
    in: 'query',
    required: false,
    description: 'The recorded clock: nothing that this register learned after this instant.',
    schema: { type: 'string', format: 'date-time', examples: ['2026-01-31T12:00:00Z'] },
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

function problemOf({ required, schema }: Parameter, value: unknown): string | null {
  if (value === undefined) return required ? `is missing; expected ${wanted(schema)}` : null;
  if (typeof value !== 'string') return `is there more than once; expected ${wanted(schema)}`;
  return fits(schema, value) ? null : `is ${JSON.stringify(value)}; expected ${wanted(schema)}`;
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
