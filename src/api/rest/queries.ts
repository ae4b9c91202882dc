import type { FastifyRequest } from 'fastify';
import type { GraphQLFormattedError, GraphQLSchema } from 'graphql';
import { fromCursor } from '../connection';
import { TrendGroupingEnum } from '../enums';
import { keyOfNode } from '../node-id';
import { record } from '../record';
import { APPROACH_ID, CLOCKS, type Parameter, readAs, SNAPSHOT, type Values } from './parameters';
import { problemOfError } from './problem';
import { addressOf, notFound, type Representation, type Resource } from './resource';
import { type JsonSchema, schemasOfQuery } from './schema-of-query';

/**
 * A resource that is a query on the GraphQL API under an address of its own. So both give the same answers, by
 * the same rules of access.
 */
interface QueryResource {
  readonly path: string;
  readonly operationId: string;
  readonly summary: string;
  readonly tag: string;
  readonly parameters: readonly Parameter[];
  /** Its named fragments become schemas of those names in the description. */
  readonly document: string;
  readonly variables: (values: Values) => Readonly<Record<string, unknown>>;
  /** Where in the answer the representation lies; where that is null, there is no such resource. */
  readonly body: readonly string[];
  /** Whether what lies there is a list, a page of one, or one thing. */
  readonly holds: 'list' | 'page' | 'one';
}

const ID: Parameter = {
  name: 'id',
  in: 'path',
  required: true,
  description:
    'Opaque id of the approach, as the list of approaches and the GraphQL API give it. From which point it is read, the clocks say, whatever point the id was read from.',
  schema: { type: 'string', examples: ['QXBwcm9hY2g6R00wOTM1L2ludGVncmFsZS1hYW5wYWs'] },
  form: APPROACH_ID,
};

const MUNICIPALITY: Parameter = {
  name: 'municipality',
  in: 'query',
  required: false,
  description: 'Only this municipality, by its CBS code.',
  schema: { type: 'string', pattern: '^GM\\d{4}$', examples: ['GM0935'] },
  form: { expected: 'a CBS code: GM and four digits, such as GM0935' },
};

const year = (name: string, description: string, required = true): Parameter => ({
  name,
  in: 'query',
  required,
  description,
  schema: { type: 'integer', minimum: 1800, maximum: 9999, examples: [2013] },
});

const asOf = ({ reference, publishedBy, recordedBy }: Values) => ({
  asOf: { reference, publishedBy, recordedBy },
});

function ofApproach(values: Values): Record<string, unknown> {
  const [municipality, slug] = keyOfNode(String(values.id), 'Approach').split('/');
  return { municipality, slug, ...asOf(values) };
}

const APPROACH = `
  fragment Approach on Approach {
    id slug name description
    municipality { code name validFrom validUntil successor { code name } }
  }`;
const INDICATOR = `
  fragment Indicator on Indicator { code name criterion { code name theme { code name } } }`;
const STANDING_VERDICT = `
  fragment StandingVerdict on IndicatorVerdict {
    status basis assessedIn carriedForward
    findings { id verdict narrative source { document line } }
    attentionPoints { id text raisedIn }
  }`;

const APPROACHES: QueryResource = {
  path: '/approaches',
  operationId: 'getApproaches',
  summary: 'The approaches, in order of municipality code and slug, in pages',
  tag: 'approaches',
  parameters: [
    MUNICIPALITY,
    {
      name: 'framework',
      in: 'query',
      required: false,
      description: 'Only those assessed against this framework, by its code.',
      schema: { type: 'string', examples: ['GGSR'] },
    },
    {
      name: 'first',
      in: 'query',
      required: false,
      description: 'At most so many on a page.',
      schema: { type: 'integer', minimum: 1, maximum: 100, default: 20 },
    },
    {
      name: 'after',
      in: 'query',
      required: false,
      description: 'Behind this cursor; `next` of a page has it already.',
      schema: { type: 'string' },
      form: readAs('a cursor of this list', 'the one that next of a page has', (cursor) =>
        fromCursor(cursor, [['string', 'string']]),
      ),
    },
    ...CLOCKS,
  ],
  document: `
    query ($first: Int!, $after: String, $municipality: String, $framework: String, $asOf: AsOf) {
      approaches(first: $first, after: $after, municipality: $municipality, framework: $framework, asOf: $asOf) {
        nodes { ...Approach }
        pageInfo { hasNextPage endCursor }
      }
    }${APPROACH}`,
  variables: ({ first, after, municipality, framework, ...clocks }) => ({
    ...{ first, after, municipality, framework },
    ...asOf(clocks),
  }),
  body: ['approaches'],
  holds: 'page',
};

const ONE_APPROACH: QueryResource = {
  path: '/approaches/{id}',
  operationId: 'getApproach',
  summary: 'One approach',
  tag: 'approaches',
  parameters: [ID, ...CLOCKS],
  document: `
    query ($municipality: String!, $slug: String!, $asOf: AsOf) {
      approach(municipality: $municipality, slug: $slug, asOf: $asOf) { ...Approach }
    }${APPROACH}`,
  variables: ofApproach,
  body: ['approach'],
  holds: 'one',
};

const VERDICTS: QueryResource = {
  path: '/approaches/{id}/verdicts',
  operationId: 'getVerdicts',
  summary: 'The verdict that stands for each indicator, in framework order',
  tag: 'approaches',
  parameters: [
    ID,
    {
      name: 'theme',
      in: 'query',
      required: false,
      description: 'Only this theme, by its code.',
      schema: { type: 'string', examples: ['4'] },
    },
    {
      name: 'status',
      in: 'query',
      required: false,
      description: 'Only this verdict.',
      schema: { type: 'string', enum: ['MET', 'IMPROVEMENT_NEEDED'] },
    },
    ...CLOCKS,
  ],
  document: `
    query ($municipality: String!, $slug: String!, $theme: String, $status: Verdict, $asOf: AsOf) {
      approach(municipality: $municipality, slug: $slug, asOf: $asOf) {
        verdicts(theme: $theme, status: $status) { indicator { ...Indicator } ...StandingVerdict }
      }
    }${INDICATOR}${STANDING_VERDICT}`,
  variables: ({ theme, status, ...values }) => ({ ...ofApproach(values), theme, status }),
  body: ['approach'],
  holds: 'one',
};

const DEVELOPMENTS: QueryResource = {
  path: '/approaches/{id}/developments',
  operationId: 'getDevelopments',
  summary: 'How the verdicts developed between two reference years',
  tag: 'approaches',
  parameters: [
    ID,
    year('from', 'The earlier reference year.'),
    year('to', 'The later reference year.'),
    ...CLOCKS,
  ],
  document: `
    query ($municipality: String!, $slug: String!, $from: Int!, $to: Int!, $asOf: AsOf) {
      approach(municipality: $municipality, slug: $slug, asOf: $asOf) {
        development(from: $from, to: $to) {
          from to
          summary { change count }
          rows { indicator { ...Indicator } change before { ...StandingVerdict } after { ...StandingVerdict } }
        }
      }
    }${INDICATOR}${STANDING_VERDICT}`,
  variables: ({ from, to, ...values }) => ({ ...ofApproach(values), from, to }),
  body: ['approach', 'development'],
  holds: 'one',
};

const TRENDS: QueryResource = {
  path: '/trends',
  operationId: 'getTrends',
  summary: 'How many indicators of how many approaches were tested and met, by year and group, in that order',
  tag: 'trends',
  parameters: [
    {
      name: 'framework',
      in: 'query',
      required: true,
      description: 'Code of the framework.',
      schema: { type: 'string', examples: ['GGSR'] },
    },
    {
      name: 'by',
      in: 'query',
      required: false,
      description: 'What the points are drawn for.',
      schema: { type: 'string', enum: Object.keys(TrendGroupingEnum), default: 'THEME' },
    },
    year('from', 'No year before this; without it from the first with a test.', false),
    year(
      'to',
      'No year behind this. There are no points behind the last year with a test, whatever it is.',
      false,
    ),
    MUNICIPALITY,
    ...CLOCKS,
  ],
  document: `
    query ($framework: String!, $by: TrendGrouping!, $from: Int, $to: Int, $municipality: String, $asOf: AsOf) {
      trend(framework: $framework, by: $by, from: $from, to: $to, municipality: $municipality, asOf: $asOf) {
        ...TrendPoint
      }
    }
    fragment TrendPoint on TrendPoint {
      year code name frameworkVersion approaches tested met improvementNeeded carriedForward attentionPoints
    }`,
  variables: ({ framework, by, from, to, municipality, ...clocks }) => ({
    ...{ framework, by, from, to, municipality },
    ...asOf(clocks),
  }),
  body: ['trend'],
  holds: 'list',
};

/** What a query answers. */
export interface QueryAnswer {
  readonly data?: Readonly<Record<string, unknown>> | null | undefined;
  readonly errors?: readonly GraphQLFormattedError[] | undefined;
  readonly extensions?: Readonly<Record<string, unknown>> | undefined;
  /** What HTTP is to be told beside it. */
  readonly headers: Iterable<readonly [name: string, value: string]>;
}

/** Runs a query for who sends the request, by the rules that hold for `/graphql`. */
export type Ask = (
  document: string,
  variables: Readonly<Record<string, unknown>>,
  request: FastifyRequest,
) => Promise<QueryAnswer>;

/** The resources that are queries, in the order of the description. */
export function queryResources(schema: GraphQLSchema, ask: Ask, publicUrl: string): Resource[] {
  return [APPROACHES, ONE_APPROACH, VERDICTS, DEVELOPMENTS, TRENDS].map((query) => {
    const { path, operationId, summary, tag, document, body, holds } = query;
    const parameters = [...query.parameters, SNAPSHOT];
    const { answer, components } = schemasOfQuery(schema, document, body);
    return {
      ...{ path, operationId, summary, tag, parameters, components },
      description: `${summary}. The same answer as \`${body.join('.')}\` of the GraphQL API.`,
      needsToken: false,
      type: 'application/json',
      schema: representation(answer, holds),
      isPaged: holds === 'page',
      answer: (values, request) => represent(query, values, request, ask, publicUrl),
    };
  });
}

async function represent(
  { document, variables, body, holds }: QueryResource,
  values: Values,
  request: FastifyRequest,
  ask: Ask,
  publicUrl: string,
): Promise<Representation> {
  const { data, errors = [], extensions, headers } = await ask(document, variables(values), request);
  if (errors[0] !== undefined) return { problem: problemOfError(errors[0]), headers };
  const snapshot = String(extensions?.snapshot);
  const found = body.reduce<unknown>((value, name) => record(value)[name], data);
  if (found == null) return { ...notFound(), snapshot };
  if (holds === 'one') return { body: JSON.stringify(found), next: null, snapshot };
  if (holds === 'list') return { body: JSON.stringify({ results: found }), next: null, snapshot };
  const { nodes, pageInfo } = record(found);
  const { hasNextPage, endCursor } = record(pageInfo);
  const next =
    hasNextPage === true ? addressOf(publicUrl, request, { after: String(endCursor), snapshot }) : null;
  return { body: JSON.stringify({ results: nodes, next }), next, snapshot };
}

/** What is answered, by the schema of what the query answers: of a list, that of one of it. */
function representation(answer: JsonSchema, holds: QueryResource['holds']): JsonSchema {
  if (holds === 'one') return answer;
  if (holds === 'list')
    return {
      type: 'object',
      required: ['results'],
      properties: { results: { type: 'array', items: answer } },
    };
  const { nodes } = answer.properties as Readonly<Record<string, JsonSchema>>;
  return {
    type: 'object',
    required: ['results', 'next'],
    properties: {
      results: nodes,
      next: {
        type: ['string', 'null'],
        description: 'Address of the next page, read from the same snapshot; null on the last.',
        examples: ['/v1/approaches?after=WyJHTTA5MzUiXQ&snapshot=MSBlbXB0eQ'],
      },
    },
  };
}
