import type { FastifyRequest } from 'fastify';
import type { Parameter, Values } from './parameters';
import { type Problem, problem } from './problem';
import type { JsonSchema } from './schema-of-query';

/** What is served under an address: how it is described, and how it is answered. */
export interface Resource {
  /** Below `/v1`, in the form of OpenAPI. */
  readonly path: string;
  readonly operationId: string;
  readonly summary: string;
  readonly description: string;
  readonly tag: string;
  readonly parameters: readonly Parameter[];
  /** Whether it is there only for who is signed in. */
  readonly needsToken: boolean;
  /** The media type of the answer. */
  readonly type: string;
  readonly schema: JsonSchema;
  /** Schemas that it refers to. */
  readonly components: Readonly<Record<string, JsonSchema>>;
  readonly answer: (values: Values, request: FastifyRequest) => Promise<Representation>;
}

/** What is answered: a problem, or the text of the resource and, of a page, the address of the next. */
export type Representation =
  | { readonly problem: Problem }
  | { readonly body: string; readonly next: string | null };

export function notFound(): Representation {
  return { problem: problem(404, 'there is no such resource, or none at that point', 'NOT_FOUND') };
}

/** The address of a request, behind that cursor. */
export function behindCursor({ url }: Pick<FastifyRequest, 'url'>, after: string): string {
  const [path = '', query] = url.split('?');
  const parameters = new URLSearchParams(query);
  parameters.set('after', after);
  return `${path}?${parameters}`;
}
