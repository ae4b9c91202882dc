import type { ApolloServer } from '@apollo/server';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type DocumentNode, GraphQLError, parse } from 'graphql';
import { awaitPositionOfExtensions, awaitPositionOfHeader, type PositionSources } from './awaited-position';
import type { ApiContext } from './context';
import type { Deadline } from './deadline';
import { type DocumentParameters, type Documents, persistedQuery, withoutPersistedQuery } from './documents';
import { tooLarge } from './errors';
import { conditionalRootRefusal } from './following/conditional-root';
import { answerRefusal } from './http-errors';
import { keepAnswers } from './kept-answers';
import { LIMITS } from './limits';
import { COST_OF_ASKING, type RateLimit } from './rate-limit';
import { parsed, record } from './record';
import { countValues } from './variables';

export interface GraphqlRouteOptions {
  readonly apollo: ApolloServer<ApiContext>;
  readonly documents: Documents;
  readonly rate: RateLimit;
  readonly positions: PositionSources;
  readonly deadlineOf: (request: FastifyRequest) => Deadline;
  readonly contextOf: (request: FastifyRequest, deadline: Deadline) => ApiContext;
  readonly hasExplorer: boolean;
}

/** `/graphql`: answers that are kept go out at once; what else is asked must be let in before it is parsed. */
export async function graphqlRoute(app: FastifyInstance, options: GraphqlRouteOptions): Promise<void> {
  const { apollo, documents, rate, positions, deadlineOf, contextOf } = options;
  awaitPositionOfHeader(app, positions, answerRefusal);
  keepAnswers(app, positions.position);
  app.addHook('preHandler', (request, reply, done) => {
    try {
      rate.charge(request, COST_OF_ASKING);
      admit(request, documents);
      done();
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error;
      answerRefusal(reply, error);
    }
  });
  const handler = fastifyApolloHandler(apollo, {
    context: async (request) => {
      await awaitPositionOfExtensions(request, positions);
      return contextOf(request, deadlineOf(request));
    },
  });
  app.route({
    url: '/graphql',
    bodyLimit: LIMITS.bodyBytes,
    method: ['GET', 'POST'],
    exposeHeadRoute: false,
    async handler(request, reply) {
      if (options.hasExplorer && isVisit(request)) return reply.redirect('explorer/', 303);
      try {
        return await deadlineOf(request).over(Promise.resolve(handler.call(app, request, reply)));
      } catch (error) {
        if (!(error instanceof GraphQLError)) throw error;
        return answerRefusal(reply, error);
      }
    },
  });
}

/** Whether somebody has come with a browser, to see what is here. */
function isVisit({ method, query, headers }: FastifyRequest): boolean {
  const isPage = method === 'GET' && headers['sec-fetch-mode'] === 'navigate';
  return isPage && Object.keys(query as object).length === 0;
}

/** Puts the text of the document that a request asks for in its place. */
function admit(request: FastifyRequest, documents: Documents): void {
  const isGet = request.method === 'GET';
  const parameters = (isGet ? request.query : request.body) as DocumentParameters | null;
  // Neither is anything that Apollo would answer, but with what is wrong.
  if (typeof parameters !== 'object' || parameters === null || Array.isArray(parameters)) return;
  assertFewExtensions(parameters.extensions);
  const text = documents.textOf(parameters);
  if (text !== undefined) {
    assertUnconditional(text);
    Object.assign(parameters, { query: text });
    // It has been dealt with, and Apollo would look for it in a list of its own.
    if (persistedQuery(parameters.extensions) !== undefined)
      Object.assign(parameters, { extensions: withoutPersistedQuery(parameters.extensions) });
  }
  // Apollo reads the address itself, and what is written in an odd way it would read otherwise than was looked at.
  if (isGet) request.raw.url = `/graphql?${addressOf(parameters)}`;
}

/**
 * What lies in one another a hundred thousand times can be read, but neither written nor walked through.
 * @throws GraphQLError with code QUERY_TOO_LARGE
 */
function assertFewExtensions(extensions: unknown): void {
  const most = LIMITS.extensionValues;
  if (countValues(record(parsed(extensions)), most) > most)
    throw tooLarge(`the extensions hold more than ${most} values`, `${most}`);
}

/**
 * Apollo gives up where a rule of graphql-js throws: see {@link conditionalRootRefusal}.
 * @throws GraphQLError with code BAD_USER_INPUT
 */
function assertUnconditional(text: string): void {
  if (!text.includes('subscription') || !/skip|include/.test(text)) return;
  let document: DocumentNode;
  try {
    document = parse(text, { maxTokens: LIMITS.tokens });
  } catch {
    // Apollo says where it fails.
    return;
  }
  const refusal = conditionalRootRefusal(document);
  if (refusal !== null) throw refusal;
}

/** Parameters as an address has them; one that is given several times as often. */
function addressOf(parameters: object): string {
  const address = new URLSearchParams();
  for (const [name, given] of Object.entries(parameters))
    for (const value of Array.isArray(given) ? given : [given]) address.append(name, String(value));
  return address.toString();
}
