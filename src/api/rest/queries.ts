import type { FastifyRequest } from 'fastify';
import type { GraphQLFormattedError, GraphQLSchema } from 'graphql';
import { fromNodeId } from '../node-id';
import { CLOCKS, type Parameter, SNAPSHOT, type Values } from './parameters';
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
  readonly parameters: readonly Parameter[];
  /** Its named fragments become schemas of those names in the description. */
  readonly document: string;
  /** Null where the address cannot be one of a resource. */
  readonly variables: (values: Values) => Readonly<Record<string, unknown>> | null;
  /** Where in the answer the representation lies; where that is null, there is no such resource. */
  readonly body: readonly string[];
}

const ID: Parameter = {
  name: 'id',
  in: 'path',
  required: true,
  description: 'Opaque id of the approach, as the list of approaches and the GraphQL API give it.',
  schema: { type: 'string', examples: ['QXBwcm9hY2g6R00wOTM1L2ludGVncmFsZS1hYW5wYWs'] },
};

const year = (name: string, description: string): Parameter => ({
  name,
  in: 'query',
  required: true,
  description,
  schema: { type: 'integer', minimum: 1800, maximum: 9999, examples: [2013] },
});

const asOf = ({ reference, publishedBy, recordedBy }: Values) => ({
  asOf: { reference, publishedBy, recordedBy },
});

function ofApproach(values: Values): Record<string, unknown> | null {
  const node = fromNodeId(String(values.id));
  if (node?.kind !== 'Approach') return null;
  const [municipality, slug] = node.key.split('/');
  return { municipality, slug, ...asOf(values) };
}

const also = (variables: Record<string, unknown> | null, more: Record<string, unknown>) =>
  variables && { ...variables, ...more };

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
  parameters: [
    {
      name: 'municipality',
      in: 'query',
      required: false,
      description: 'Only this municipality, by its CBS code.',
      schema: { type: 'string', pattern: '^GM\\d{4}$', examples: ['GM0935'] },
    },
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
};

const ONE_APPROACH: QueryResource = {
  path: '/approaches/{id}',
  operationId: 'getApproach',
  summary: 'One approach',
  parameters: [ID, ...CLOCKS],
  document: `
    query ($municipality: String!, $slug: String!, $asOf: AsOf) {
      approach(municipality: $municipality, slug: $slug, asOf: $asOf) { ...Approach }
    }${APPROACH}`,
  variables: ofApproach,
  body: ['approach'],
};

const VERDICTS: QueryResource = {
  path: '/approaches/{id}/verdicts',
  operationId: 'getVerdicts',
  summary: 'The verdict that stands for each indicator, in framework order',
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
  variables: ({ theme, status, ...values }) => also(ofApproach(values), { theme, status }),
  body: ['approach'],
};

const DEVELOPMENTS: QueryResource = {
  path: '/approaches/{id}/developments',
  operationId: 'getDevelopments',
  summary: 'How the verdicts developed between two reference years',
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
  variables: ({ from, to, ...values }) => also(ofApproach(values), { from, to }),
  body: ['approach', 'development'],
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
export function queryResources(schema: GraphQLSchema, ask: Ask): Resource[] {
  return [APPROACHES, ONE_APPROACH, VERDICTS, DEVELOPMENTS].map((query) => {
    const { path, operationId, summary, document, body } = query;
    const parameters = [...query.parameters, SNAPSHOT];
    const { answer, components } = schemasOfQuery(schema, document, body);
    return {
      ...{ path, operationId, summary, parameters, components },
      description: `${summary}. The same answer as \`${body.join('.')}\` of the GraphQL API.`,
      tag: 'approaches',
      needsToken: false,
      type: 'application/json',
      schema: representation(answer),
      answer: (values, request) => represent(query, values, request, ask),
    };
  });
}

async function represent(
  { document, variables, body }: QueryResource,
  values: Values,
  request: FastifyRequest,
  ask: Ask,
): Promise<Representation> {
  const wanted = variables(values);
  if (wanted === null) return notFound();
  const { data, errors = [], extensions, headers } = await ask(document, wanted, request);
  if (errors[0] !== undefined) return { problem: problemOfError(errors[0]), headers };
  const snapshot = String(extensions?.snapshot);
  const found = body.reduce<unknown>((value, name) => record(value)[name], data);
  if (found == null) return { ...notFound(), snapshot };
  const { nodes, pageInfo } = record(found);
  if (pageInfo === undefined) return { body: JSON.stringify(found), next: null, snapshot };
  const { hasNextPage, endCursor } = record(pageInfo);
  const next = hasNextPage === true ? addressOf(request, { after: String(endCursor), snapshot }) : null;
  return { body: JSON.stringify({ results: nodes, next }), next, snapshot };
}

/** A connection is told as a page; all else as it is. */
function representation(answer: JsonSchema): JsonSchema {
  const { nodes } = (answer.properties ?? {}) as Readonly<Record<string, JsonSchema>>;
  if (nodes === undefined) return answer;
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

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
