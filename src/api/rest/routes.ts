import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { GraphQLError } from 'graphql';
import { challenge } from '../access';
import { traceOf } from '../actions';
import { AuthenticationError } from '../authentication-error';
import type { TraceContext } from '../trace-context';
import type { Downloads } from './downloads';
import { API_VERSION, type Contact, openApi } from './openapi';
import { invalidParameters, readParameters } from './parameters';
import { PROBLEM_JSON, type Problem, problem, problemOfError } from './problem';
import { notFound, type Representation, type Resource } from './resource';

/** Says in every answer which snapshot it was read from; `?snapshot=` with it gives the same answer again. */
export const SNAPSHOT_HEADER = 'toetsspoor-snapshot';

export interface RestOptions {
  /** In the order of the description. */
  readonly resources: readonly Resource[];
  readonly contact: Contact;
  readonly downloads: Downloads;
  /** Told of errors that callers only see as INTERNAL_SERVER_ERROR. */
  readonly onError: (error: unknown, trace: TraceContext) => void;
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
  const { resources, contact, downloads, onError } = options;
  const description = JSON.stringify(openApi(resources, contact));
  app.addHook('onRequest', async (_request, reply) => {
    reply.headers(HEADERS);
  });
  app.setNotFoundHandler((request, reply) => send(reply, notServed(request, resources)));
  app.setErrorHandler<FastifyError>((error, request, reply) => {
    if (error instanceof AuthenticationError) {
      if (error.challenge !== null) reply.header('www-authenticate', error.challenge);
      return send(reply, problem(error.statusCode, error.message, error.code));
    }
    const status = error.statusCode ?? 500;
    if (status >= 400 && status < 500) return send(reply, problem(status, error.message, error.code));
    onError(error, traceOf(request));
    return send(reply, problem(500, 'Internal server error', 'INTERNAL_SERVER_ERROR'));
  });
  app.get('/openapi.json', { config: { isForAnyOrigin: true } }, (_request, reply) =>
    // Pages of others show it, as the rules ask.
    reply
      .header('access-control-allow-origin', '*')
      .type('application/json; charset=utf-8')
      .send(description),
  );
  for (const resource of resources) {
    const url = resource.path.replaceAll(/\{(\w+)\}/g, ':$1');
    app.get(url, async (request, reply) => {
      const answer = await represent(resource, request);
      if (answer.snapshot !== undefined) reply.header(SNAPSHOT_HEADER, answer.snapshot);
      if ('problem' in answer)
        return send(reply.headers(Object.fromEntries(answer.headers ?? [])), answer.problem);
      reply.type(`${resource.type}; charset=utf-8`);
      if ('chunks' in answer) return download(reply, answer, downloads);
      if (answer.next !== null) reply.header('link', `<${answer.next}>; rel="next"`);
      return reply.send(answer.body);
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

function download(
  reply: FastifyReply,
  { chunks, fileName }: { readonly chunks: AsyncIterable<string>; readonly fileName: string },
  downloads: Downloads,
): FastifyReply {
  try {
    return downloads.send(reply.header('content-disposition', `attachment; filename="${fileName}"`), chunks);
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    const { problem: what, headers = [] } = refused(error);
    return send(reply.removeHeader('content-disposition').headers(Object.fromEntries(headers)), what);
  }
}

/** An error for the caller, with what HTTP is to be told beside it. */
function refused(error: GraphQLError): Extract<Representation, { problem: Problem }> {
  const { headers = [] } = (error.extensions.http ?? {}) as { headers?: Iterable<[string, string]> };
  return { problem: problemOfError(error.toJSON()), headers };
}

async function represent(resource: Resource, request: FastifyRequest): Promise<Representation> {
  const { params, query } = request as { params: Record<string, unknown>; query: Record<string, unknown> };
  const read = readParameters(resource.parameters, params, query);
  if (!('invalid' in read)) {
    try {
      return await resource.answer(read.values, request);
    } catch (error) {
      if (error instanceof GraphQLError) return refused(error);
      throw error;
    }
  }
  const isNoAddress = read.invalid.some((one) => one.in === 'path');
  return isNoAddress ? notFound() : { problem: invalidParameters(read.invalid) };
}

function notServed({ method, url }: FastifyRequest, resources: readonly Resource[]): Problem {
  const served = resources.map(({ path }) => `/v1${path}`).join(', ');
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
