import type { FastifyRequest } from 'fastify';
import type { ReadScope } from '../read-scope';
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
  /** True where it comes in pages, each with the address of the next one in the header `Link`. */
  readonly isPaged?: boolean;
  /** True where it is sent in chunks, to be kept as a file. */
  readonly isDownload?: boolean;
  /** Schemas that it refers to. */
  readonly components: Readonly<Record<string, JsonSchema>>;
  /** How long it may wait for something to happen before it is answered, in seconds; left out: it does not wait. */
  readonly waitSeconds?: (values: Values) => number;
  readonly answer: (values: Values, request: FastifyRequest) => Promise<Representation>;
}

/** What is answered: a problem, the text of the resource, or what is too long to be had as one. */
export type Representation = (
  | { readonly problem: Problem; readonly headers?: Iterable<readonly [name: string, value: string]> }
  /** `next` is the address of the next page, of a page that is not the last. */
  | { readonly body: string; readonly next: string | null }
  /** `chunks` are made as they are taken; `fileName` is what to keep them under. */
  | { readonly chunks: AsyncIterable<string>; readonly fileName: string }
) & {
  /** Token of the snapshot that it was read from; none where it rests on none. */
  readonly snapshot?: string | undefined;
};

/**
 * What a request reads from: the snapshot that it names, or else all there is now.
 * @param goOn called between the steps of what is read; throws where no further step is to be made
 * @throws GraphQLError for a token that is not accepted
 */
export type ScopeOf = (
  request: FastifyRequest,
  snapshot: Values[string],
  goOn?: () => void,
) => Promise<ReadScope>;

export function notFound(): { readonly problem: Problem } {
  return { problem: problem(404, 'there is no such resource, or none at that point', 'NOT_FOUND') };
}

/**
 * What an address has in front where this register is reached from outside: the path of `PUBLIC_URL`, such as `/api`.
 * Addresses lead from the root of the host, whichever it is, so that whoever comes by another name of it stays there.
 */
export function publicPath(publicUrl: string): string {
  return (URL.parse(publicUrl)?.pathname ?? '').replace(/\/+$/, '');
}

/**
 * The address, from outside, of a request with other values of these parameters, which go last, in this order: so it
 * does not matter for the address which of them the request had.
 */
export function addressOf(
  publicUrl: string,
  { url }: Pick<FastifyRequest, 'url'>,
  changes: Readonly<Record<string, string | undefined>>,
): string {
  const [path = '', query] = url.split('?');
  const parameters = new URLSearchParams(query);
  for (const [name, value] of Object.entries(changes)) {
    parameters.delete(name);
    if (value !== undefined) parameters.append(name, value);
  }
  return `${publicPath(publicUrl)}${path}?${parameters}`;
}
