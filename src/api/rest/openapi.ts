import { SNAPSHOT } from './parameters';
import type { Resource } from './resource';
import { type JsonSchema, reference } from './schema-of-query';

/** Version of the REST façade, by Semantic Versioning; its major number is in the address. */
export const API_VERSION = '1.1.0';

/** Who answers for this register: whom developers turn to. */
export interface Contact {
  readonly name: string;
  readonly email: string;
  readonly url: string;
}

const VERSION_HEADER = {
  'API-Version': {
    description: 'Full version of this API.',
    schema: { type: 'string', examples: [API_VERSION] },
  },
};

const SNAPSHOT_OF_ANSWER = {
  'Toetsspoor-Snapshot': {
    description:
      'Token of the snapshot that it was read from; as the parameter `snapshot` it gives the same answer again.',
    schema: { type: 'string', examples: ['MSBlbXB0eQ'] },
  },
};

const FILE_NAME = {
  'Content-Disposition': {
    description: 'What to keep it as.',
    schema: { type: 'string', examples: ['attachment; filename="toetsspoor-verdicts-20260131T120000Z.csv"'] },
  },
};

const PROBLEM: JsonSchema = {
  type: 'object',
  description: 'What went wrong (RFC 9457).',
  required: ['status', 'title', 'detail', 'code'],
  properties: {
    status: { type: 'integer', format: 'int32', description: 'The HTTP status.', examples: [400] },
    title: { type: 'string', description: 'The HTTP status in words.', examples: ['Bad Request'] },
    detail: { type: 'string', description: 'What was wrong, and what would be accepted.' },
    code: { type: 'string', description: 'What clients branch on.', examples: ['BAD_USER_INPUT'] },
    errors: {
      type: 'array',
      description: 'Each parameter that was wrong.',
      items: {
        type: 'object',
        required: ['in', 'location', 'detail'],
        properties: {
          in: { type: 'string', enum: ['path', 'query'] },
          location: { type: 'object', required: ['name'], properties: { name: { type: 'string' } } },
          detail: { type: 'string' },
        },
      },
    },
  },
};

const problemResponse = (description: string) => ({
  description,
  headers: VERSION_HEADER,
  content: { 'application/problem+json': { schema: reference('Problem') } },
});

/** The description of the façade by OpenAPI 3.1, drawn from the resources themselves. */
export function openApi(resources: readonly Resource[], contact: Contact): JsonSchema {
  const paths: Record<string, JsonSchema> = {};
  const schemas: Record<string, JsonSchema> = { Problem: PROBLEM };
  for (const resource of resources) {
    Object.assign(schemas, resource.components);
    paths[resource.path] = { get: operation(resource) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Toetsspoor',
      version: API_VERSION,
      description:
        'The history of inspection assessments: what stands for each indicator, what it rests on and how it developed, as of any moment. Everything here, and more, is served as GraphQL at `/graphql`.',
      contact,
      license: { name: 'EUPL-1.2', identifier: 'EUPL-1.2' },
    },
    servers: [{ url: '/v1' }],
    tags: [
      { name: 'approaches', description: 'Approaches and what was assessed of them' },
      { name: 'events', description: 'What happened, in the order of the log' },
      { name: 'exports', description: 'What can be downloaded whole' },
    ],
    paths,
    components: {
      securitySchemes: {
        token: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: 'A token of an issuer that is trusted here.',
        },
      },
      schemas,
      responses: {
        BadRequest: problemResponse('A parameter is missing, unknown, or has a value that is not accepted.'),
        Unauthorized: problemResponse('There is no token, or it is not accepted.'),
        Forbidden: problemResponse('The token does not give the right to it.'),
        NotFound: problemResponse('There is no such resource, or none at that point.'),
        NotAcceptable: problemResponse('It comes as nothing that the header Accept allows.'),
        TooManyRequests: {
          ...problemResponse('The sender has asked too much for now.'),
          headers: {
            ...VERSION_HEADER,
            'Retry-After': { description: 'When to try again, in seconds.', schema: { type: 'integer' } },
          },
        },
        NotReady: problemResponse('The read models are still catching up with the log; try again shortly.'),
      },
    },
  };
}

function operation({ operationId, summary, description, tag, ...resource }: Resource): JsonSchema {
  const { parameters, needsToken, type, schema, isDownload = false } = resource;
  const response = (name: string) => ({ $ref: `#/components/responses/${name}` });
  return {
    ...{ operationId, summary, description, parameters },
    tags: [tag],
    // What is published is for everybody; a token may let see more.
    security: needsToken ? [{ token: [] }] : [{}, { token: [] }],
    responses: {
      200: {
        description: summary,
        headers: {
          ...VERSION_HEADER,
          ...(parameters.includes(SNAPSHOT) && SNAPSHOT_OF_ANSWER),
          ...(isDownload && FILE_NAME),
        },
        content: { [type]: { schema } },
      },
      400: response('BadRequest'),
      401: response('Unauthorized'),
      ...(needsToken && { 403: response('Forbidden') }),
      404: response('NotFound'),
      ...(tag === 'exports' && { 406: response('NotAcceptable') }),
      429: response('TooManyRequests'),
      503: response('NotReady'),
    },
  };
}
