import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { GraphQLFormattedError, GraphQLSchema } from 'graphql';
import { challenge } from '../access';
import { AuthenticationError } from '../authentication-error';
import { API_VERSION, type Contact, openApi } from './openapi';
import { invalidParameters, readParameters } from './parameters';
import { PROBLEM_JSON, type Problem, problem, problemOfError } from './problem';
import { RESOURCES, type Resource } from './resources';

/** What a query answers. */
export interface QueryAnswer {
  readonly data?: Readonly<Record<string, unknown>> | null | undefined;
  readonly errors?: readonly GraphQLFormattedError[] | undefined;
}

export interface RestOptions {
  readonly schema: GraphQLSchema;
  /** Runs a query for who sends the request, by the rules that hold for `/graphql`. */
  readonly ask: (
    document: string,
    variables: Readonly<Record<string, unknown>>,
    request: FastifyRequest,
  ) => Promise<QueryAnswer>;
  readonly contact: Contact;
  /** Told of errors that callers only see as INTERNAL_SERVER_ERROR. */
  readonly onError: (error: unknown) => void;
}

/** What the design rules ask of every answer. */
const HEADERS = {
  'api-version': API_VERSION,
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'strict-transport-security': 'max-age=31536000',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

/**
 * The REST façade, below `/v1`: read-only, by the NL API Design Rules 2.1
 * (https://gitdocumentatie.logius.nl/publicatie/api/adr/).
 */
export async function restRoutes(app: FastifyInstance, options: RestOptions): Promise<void> {
  const { schema, ask, contact, onError } = options;
  const description = JSON.stringify(openApi(schema, contact));
  app.addHook('onRequest', async (_request, reply) => {
    reply.headers(HEADERS);
  });
  app.setNotFoundHandler((request, reply) => send(reply, notServed(request)));
  app.setErrorHandler<FastifyError>((error, _request, reply) => {
    if (error instanceof AuthenticationError) {
      if (error.challenge !== null) reply.header('www-authenticate', error.challenge);
      return send(reply, problem(error.statusCode, error.message, error.code));
    }
    const status = error.statusCode ?? 500;
    if (status >= 400 && status < 500) return send(reply, problem(status, error.message, error.code));
    onError(error);
    return send(reply, problem(500, 'Internal server error', 'INTERNAL_SERVER_ERROR'));
  });
  app.get('/openapi.json', { config: { isForAnyOrigin: true } }, (_request, reply) =>
    // Pages of others show it, as the rules ask.
    reply
      .header('access-control-allow-origin', '*')
      .type('application/json; charset=utf-8')
      .send(description),
  );
  for (const resource of RESOURCES) {
    const url = resource.path.replaceAll(/\{(\w+)\}/g, ':$1');
    app.get(url, async (request, reply) => {
      const answer = await represent(resource, request, ask);
      if ('problem' in answer) return send(reply, answer.problem);
      if (answer.next !== null) reply.header('link', `<${answer.next}>; rel="next"`);
      return reply.type('application/json; charset=utf-8').send(answer.body);
    });
    app.route({
      url,
      method: ['POST', 'PUT', 'PATCH', 'DELETE'],
      handler: (request, reply) => {
        reply.header('allow', 'GET, HEAD');
        const detail = `${request.method} is not accepted here; expected GET. What is to be written goes to /graphql`;
        return send(reply, problem(405, detail, 'METHOD_NOT_ALLOWED'));
      },
    });
  }
}

type Representation = { readonly problem: Problem } | { readonly body: string; readonly next: string | null };

async function represent(
  { parameters, document, variables, body }: Resource,
  request: FastifyRequest,
  ask: RestOptions['ask'],
): Promise<Representation> {
  const read = readParameters(parameters, record(request.params), record(request.query));
  if ('invalid' in read) {
    const isNoAddress = read.invalid.some((one) => one.in === 'path');
    return { problem: isNoAddress ? notFound() : invalidParameters(read.invalid) };
  }
  const wanted = variables(read.values);
  if (wanted === null) return { problem: notFound() };
  const { data, errors = [] } = await ask(document, wanted, request);
  if (errors[0] !== undefined) return { problem: problemOfError(errors[0]) };
  const found = body.reduce<unknown>((value, name) => record(value)[name], data);
  if (found == null) return { problem: notFound() };
  const { nodes, pageInfo } = record(found);
  if (pageInfo === undefined) return { body: JSON.stringify(found), next: null };
  const { hasNextPage, endCursor } = record(pageInfo);
  const next = hasNextPage === true ? nextPage(request, String(endCursor)) : null;
  return { body: JSON.stringify({ results: nodes, next }), next };
}

/** The same page address, behind the cursor. */
function nextPage(request: FastifyRequest, after: string): string {
  const [path = '', query] = request.url.split('?');
  const parameters = new URLSearchParams(query);
  parameters.set('after', after);
  return `${path}?${parameters}`;
}

function notFound(): Problem {
  return problem(404, 'there is no such resource, or none at that point', 'NOT_FOUND');
}

function notServed({ method, url }: FastifyRequest): Problem {
  const served = RESOURCES.map(({ path }) => `/v1${path}`).join(', ');
  const detail = `${method} ${JSON.stringify(url.split('?')[0])} is not served; expected GET of ${served} or /v1/openapi.json`;
  return problem(404, detail, 'NOT_FOUND');
}

/** Problems and errors before them are told alike. */
export function send(reply: FastifyReply, what: Problem): FastifyReply {
  const { status } = what;
  if ((status === 401 || status === 403) && !reply.hasHeader('www-authenticate'))
    reply.header('www-authenticate', challenge(status));
  return reply.code(what.status).type(PROBLEM_JSON).send(JSON.stringify(what));
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
