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
