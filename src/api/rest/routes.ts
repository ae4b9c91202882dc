import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { GraphQLError } from 'graphql';
import type { Deadline } from '../deadline';
import { headersOfRefusal } from '../errors';
import { SNAPSHOT_HEADER } from '../snapshots';
import { accepts } from './accept';
import type { Downloads } from './downloads';
import { type Contact, openApi } from './openapi';
import { invalidParameters, readParameters } from './parameters';
import { type Problem, problem, problemOfError, sendProblem } from './problem';
import { notFound, publicPath, type Representation, type Resource } from './resource';

export interface RestOptions {
  /** In the order of the description. */
  readonly resources: readonly Resource[];
  readonly contact: Contact;
  readonly downloads: Downloads;
  /** Until when a request is worked on. */
  readonly deadlineOf: (request: FastifyRequest) => Deadline;
  /** Where this register is reached from outside. */
  readonly publicUrl: string;
}

/**
 * The REST façade, below `/v1`: read-only, by the NL API Design Rules 2.1
 * (https://gitdocumentatie.logius.nl/publicatie/api/adr/). What every answer has, errors that come before it too,
 * is in `http-errors.ts`; what methods but GET are answered, in `methods.ts`.
 */
export async function restRoutes(app: FastifyInstance, options: RestOptions): Promise<void> {
  const { resources, contact, downloads, deadlineOf, publicUrl } = options;
  const root = publicPath(publicUrl);
  const description = JSON.stringify(openApi(resources, contact, root));
  const tag = tagOf(description);
  const tellNotServed = (request: FastifyRequest, reply: FastifyReply): FastifyReply =>
    sendProblem(reply, notServed(request, resources, root));
  app.setNotFoundHandler(tellNotServed);
  // Before its body is looked at.
  app.addHook('onRequest', (request, reply, done) => {
    if (request.is404) tellNotServed(request, reply);
    else done();
  });
  // Pages of others show it, as the rules ask.
  app.get('/openapi.json', { config: { isForAnyOrigin: true } }, (request, reply) => {
    const refused = notAcceptable(request, 'application/vnd.oai.openapi+json');
    if (refused !== null) return sendProblem(reply, refused);
    return sendText(request, reply.type('application/json; charset=utf-8'), description, tag);
  });
  for (const resource of resources) {
    const url = resource.path.replaceAll(/\{(\w+)\}/g, ':$1');
    app.get(url, async (request, reply) => {
      const deadline = deadlineOf(request);
      const answer = await represent(resource, request, deadline);
      if (answer.snapshot !== undefined) reply.header(SNAPSHOT_HEADER, answer.snapshot);
      if ('problem' in answer)
        return sendProblem(reply.headers(Object.fromEntries(answer.headers ?? [])), answer.problem);
      reply.type(`${resource.type}; charset=utf-8`);
      if ('chunks' in answer) return download(reply, answer, downloads, deadline);
      if (answer.next !== null) reply.header('link', `<${answer.next}>; rel="next"`);
      return sendText(request, reply, answer.body);
    });
  }
}

/** Sends a text, or that it is still the one that the request says is known (RFC 9110, 13.1.2). */
function sendText(
  { headers }: FastifyRequest,
  reply: FastifyReply,
  text: string,
  tag = tagOf(text),
): FastifyReply {
  reply.header('etag', tag);
  const known = headers['if-none-match']?.split(',').map((one) => one.trim().replace(/^W\//, '')) ?? [];
  return known.includes(tag) || known.includes('*')
    ? reply.removeHeader('content-type').code(304).send()
    : reply.send(text);
}

function tagOf(text: string): string {
  return `"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"`;
}

async function download(
  reply: FastifyReply,
  { chunks, fileName }: { readonly chunks: AsyncIterable<string>; readonly fileName: string },
  downloads: Downloads,
  deadline: Deadline,
): Promise<FastifyReply> {
  try {
    reply.header('content-disposition', `attachment; filename="${fileName}"`);
    return await downloads.send(reply, chunks, deadline);
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    const { problem: what, headers = [] } = refused(error);
    return sendProblem(reply.removeHeader('content-disposition').headers(Object.fromEntries(headers)), what);
  }
}

/** An error for the caller, with what HTTP is to be told beside it. */
function refused(error: GraphQLError): Extract<Representation, { problem: Problem }> {
  return { problem: problemOfError(error.toJSON()), headers: Object.entries(headersOfRefusal(error)) };
}

async function represent(
  resource: Resource,
  request: FastifyRequest,
  deadline: Deadline,
): Promise<Representation> {
  const { params, query } = request as { params: Record<string, unknown>; query: Record<string, unknown> };
  const read = readParameters(resource.parameters, params, query);
  if ('invalid' in read) {
    const isNoAddress = read.invalid.some((one) => one.in === 'path');
    return isNoAddress ? notFound() : { problem: invalidParameters(read.invalid) };
  }
  const unfit = notAcceptable(request, resource.type);
  if (unfit !== null) return { problem: unfit };
  try {
    deadline.extend(resource.waitSeconds?.(read.values) ?? 0);
    return await deadline.over(resource.answer(read.values, request));
  } catch (error) {
    if (error instanceof GraphQLError) return refused(error);
    throw error;
  }
}

/** Why it is not to be had as what the request accepts; null where it is. Every JSON is JSON to who asks for that. */
function notAcceptable({ headers: { accept } }: FastifyRequest, type: string): Problem | null {
  const types = type.endsWith('+json') ? [type, 'application/json'] : [type];
  if (types.some((one) => accepts(accept, one))) return null;
  const detail = `the header Accept leaves nothing that this comes as; expected ${types.join(' or ')}`;
  return problem(406, detail, 'NOT_ACCEPTABLE');
}

function notServed({ method, url }: FastifyRequest, resources: readonly Resource[], root: string): Problem {
  const served = resources.map(({ path }) => `${root}/v1${path}`).join(', ');
  const asked = JSON.stringify(`${root}${url.split('?')[0]}`);
  const detail = `${method} ${asked} is not served; expected GET of ${served} or ${root}/v1/openapi.json`;
  return problem(404, detail, 'NOT_FOUND');
}
