import { STATUS_CODES } from 'node:http';
import { SNAPSHOT } from './parameters';
import type { Resource } from './resource';
import { type JsonSchema, reference } from './schema-of-query';

/** Version of the REST façade, by Semantic Versioning; its major number is in the address. */
export const API_VERSION = '1.2.0';

/** Who answers for this register: whom developers turn to. */
export interface Contact {
  readonly name: string;
  readonly email: string;
  readonly url: string;
}

/** Where the NL API Design Rules are not followed, and why: they are to be complied with, or explained. */
const DEPARTURES = `By the NL API Design Rules 2.1, but for two things. Dates that speak of what documents say are EDTF (ISO 8601-2), such as \`2013\`, \`2015-06\`, \`2015-03-02\` or \`2015-05-01~\`, and have no \`format: date\` (\`/core/date-time/format\`): a document often knows no day, and none may be made up; instants are of \`format: date-time\`. Ids, positions and types of event in paths have capitals and dots that matter (\`/core/path-segments-kebab-case\`): they are those of GraphQL and of CloudEvents, and the first two are opaque; all other segments are kebab-case.`;

/** Headers of answers, by the names that responses below refer to. */
const HEADERS: Readonly<Record<string, JsonSchema>> = {
  'API-Version': {
    description: 'Full version of this API.',
    schema: { type: 'string', examples: [API_VERSION] },
  },
  'Toetsspoor-Position': {
    description:
      'The position that the register had reached; a request with this header waits until it is reached again. Where that takes too long it is refused with `POSITION_NOT_REACHED`, and where the log does not go that far with `POSITION_UNKNOWN`.',
    schema: { type: 'string', examples: ['WzcxXQ'] },
  },
  'Toetsspoor-Snapshot': {
    description:
      'Token of the snapshot that it was read from; as the parameter `snapshot` it gives the same answer again.',
    schema: { type: 'string', examples: ['MSBlbXB0eQ'] },
  },
  ETag: {
    description: 'What tells this answer from others of the same address; `If-None-Match` takes it.',
    schema: { type: 'string', examples: ['"47DEQpj8HBSa-_TImW-5JC"'] },
  },
  Link: {
    description:
      'Address of the next page, from the root of this host, with `rel="next"`; not there where none follows.',
    schema: { type: 'string', examples: ['</v1/approaches?after=WyJHTTA5MzUiXQ>; rel="next"'] },
  },
  'Content-Disposition': {
    description: 'What to keep it as.',
    schema: { type: 'string', examples: ['attachment; filename="toetsspoor-verdicts-20260131T120000Z.csv"'] },
  },
  Allow: {
    description: 'The methods that are served there.',
    schema: { type: 'string', examples: ['GET, HEAD, OPTIONS'] },
  },
  'WWW-Authenticate': {
    description: 'How to come with a token that is accepted (RFC 6750); not there where none would help.',
    schema: { type: 'string', examples: ['Bearer realm="toetsspoor"'] },
  },
  'Retry-After': {
    description: 'When to try again, in seconds.',
    schema: { type: 'integer', examples: [12] },
  },
  RateLimit: {
    description: 'What is left of the allowance, and in how many seconds there is enough of it.',
    schema: { type: 'string', examples: ['"cost";r=40;t=12'] },
  },
  'RateLimit-Policy': {
    description: 'The allowance: so much cost in so many seconds.',
    schema: { type: 'string', examples: ['"cost";q=100000;w=60'] },
  },
};

/** Those of every answer. */
const EVERYWHERE = ['API-Version', 'Toetsspoor-Position'];

const headers = (...names: readonly string[]): JsonSchema =>
  Object.fromEntries(
    [...EVERYWHERE, ...names].map((name) => [name, { $ref: `#/components/headers/${name}` }]),
  );

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

const problemResponse = (description: string, ...names: readonly string[]): JsonSchema => ({
  description,
  headers: headers(...names),
  content: { 'application/problem+json': { schema: reference('Problem') } },
});

/** What can be answered where there is nothing to give, by status. */
const RESPONSES = {
  304: {
    description: 'It is still what the header `If-None-Match` names.',
    headers: headers('ETag', 'Link', 'Toetsspoor-Snapshot'),
  },
  400: problemResponse(
    'A parameter is missing, unknown, or has a value that is not accepted; or there is a token in the address.',
    'WWW-Authenticate',
  ),
  401: problemResponse('There is no token, or it is not accepted.', 'WWW-Authenticate'),
  403: problemResponse(
    'The token does not give the right to it; or a page asks of an origin that the operator has not allowed (`CROSS_SITE`).',
    'WWW-Authenticate',
  ),
  404: problemResponse('There is no such resource, or none at that point.', 'Toetsspoor-Snapshot'),
  405: problemResponse('It was asked for by another method than those of the header Allow.', 'Allow'),
  406: problemResponse('It comes as nothing that the header Accept allows.'),
  414: problemResponse('The address has an id that is longer than any that is given out.'),
  429: problemResponse(
    'The sender has asked too much for now.',
    ...['Retry-After', 'RateLimit', 'RateLimit-Policy'],
  ),
  431: problemResponse('The address and the headers are longer than what is read of them.'),
  500: problemResponse('Something went wrong here, which the operator is told of.'),
  503: problemResponse(
    'It cannot be answered now: the read models are still catching up with the log, or do not hold that snapshot or position yet; it took too long; or the issuer of the token cannot be reached. Try again shortly.',
  ),
} as const;

/**
 * The description of the façade by OpenAPI 3.1, drawn from the resources themselves.
 * @param root what addresses have in front where it is reached from outside
 */
export function openApi(resources: readonly Resource[], contact: Contact, root: string): JsonSchema {
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
      description: `The history of inspection assessments: what stands for each indicator, what it rests on and how it developed, as of any moment. Everything here, and more, is served as GraphQL at \`${root}/graphql\`.\n\n${DEPARTURES}`,
      contact,
      license: { name: 'EUPL-1.2', identifier: 'EUPL-1.2' },
    },
    servers: [{ url: `${root}/v1` }],
    tags: [
      { name: 'approaches', description: 'Approaches and what was assessed of them' },
      { name: 'trends', description: 'Counts over the years' },
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
      headers: HEADERS,
      responses: Object.fromEntries(
        Object.entries(RESPONSES).map(([status, response]) => [nameOf(status), response]),
      ),
    },
  };
}

/** Such as `NotFound`. */
function nameOf(status: string): string {
  return (STATUS_CODES[status] ?? status).replaceAll(/[^A-Za-z]/g, '');
}

function operation({ operationId, summary, description, tag, ...resource }: Resource): JsonSchema {
  const { parameters, needsToken, type, schema, isPaged = false, isDownload = false } = resource;
  const tellsOfLog = parameters.includes(SNAPSHOT);
  const isOneOfMany = parameters.some((parameter) => parameter.in === 'path');
  // What each can answer but for the reasons that not all have.
  const left = new Set<string>([
    ...(isDownload ? ['304'] : []),
    ...(isOneOfMany ? [] : ['404', '414']),
    ...(tellsOfLog ? [] : ['429']),
  ]);
  const others = Object.keys(RESPONSES).filter((status) => !left.has(status));
  return {
    ...{ operationId, summary, description },
    // Forms are told in words.
    parameters: parameters.map(({ form: _, ...parameter }) => parameter),
    tags: [tag],
    // What is published is for everybody; a token may let see more.
    security: needsToken ? [{ token: [] }] : [{}, { token: [] }],
    responses: {
      200: {
        description: summary,
        headers: headers(
          ...(tellsOfLog ? ['Toetsspoor-Snapshot'] : []),
          ...(isPaged ? ['Link'] : []),
          isDownload ? 'Content-Disposition' : 'ETag',
        ),
        content: { [type]: { schema } },
      },
      ...Object.fromEntries(
        others.map((status) => [status, { $ref: `#/components/responses/${nameOf(status)}` }]),
      ),
    },
  };
}
