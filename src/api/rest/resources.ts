import { fromNodeId } from '../node-id';
import type { Parameter, Values } from './parameters';

/**
 * A resource of the REST façade: a query on the GraphQL API under an address of its own. So both give the same
 * answers, by the same rules of access.
 */
export interface Resource {
  /** Below `/v1`, in the form of OpenAPI. */
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

const CLOCKS: readonly Parameter[] = [
  {
    name: 'reference',
    in: 'query',
    required: false,
    description: 'The reference clock: nothing that speaks of a later period than this.',
    schema: { type: 'string', examples: ['2013'] },
  },
  {
    name: 'publishedBy',
    in: 'query',
    required: false,
    description: 'The publication clock: nothing that was not public by the end of this date, in EDTF.',
    schema: { type: 'string', examples: ['2014-12-31'] },
  },
  {
    name: 'recordedBy',
    in: 'query',
    required: false,
    description: 'The recorded clock: nothing that this register learned after this instant.',
    schema: { type: 'string', format: 'date-time', examples: ['2026-01-31T12:00:00Z'] },
  },
];

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

const APPROACHES: Resource = {
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

const ONE_APPROACH: Resource = {
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

const VERDICTS: Resource = {
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

const DEVELOPMENTS: Resource = {
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

/** All of them, in the order of the description. */
export const RESOURCES: readonly Resource[] = [APPROACHES, ONE_APPROACH, VERDICTS, DEVELOPMENTS];
