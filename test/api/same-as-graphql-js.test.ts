import { getIntrospectionQuery, graphql } from 'graphql';
import { buildApiSchema } from '../../src/api/schema';
import { EVERYTHING } from '../../src/domain/audience';
import { assessment } from '../factsheet/builder';
import {
  facts,
  maastricht,
  SAMPLE_2013,
  SAMPLE_2014,
  scopeOn,
  signedIn,
  startServer,
  type TestServer,
} from './support';

const NODE = Buffer.from('Approach:GM0935/integrale-aanpak').toString('base64url');
const VERDICTS = 'verdicts(theme: "4") { status indicator { code criterion { theme { name } } } }';

type Case = readonly [query: string, variables?: Readonly<Record<string, unknown>>];

const CASES: readonly Case[] = [
  ['{ __typename }'],
  [getIntrospectionQuery({ inputValueDeprecation: true })],
  ['{ __type(name: "Approach") { name kind fields { name type { kind ofType { name } } } } }'],
  [maastricht(`__typename id name ${VERDICTS}`)],
  [maastricht('a: slug b: slug slug x: verdicts(status: MET) { s: status } y: verdicts { status }')],
  // Fragments, nested and merged.
  [
    `query A($slug: String!) { approach(municipality: "GM0935", slug: $slug) { ...F municipality { code } } }
     fragment F on Approach { slug municipality { name ...M } ...G }
     fragment G on Approach { name slug }
     fragment M on Municipality { successor { name } validFrom }`,
    { slug: 'integrale-aanpak' },
  ],
  [`{ node(id: "${NODE}") { id __typename ... on Approach { slug } ... on ImprovementPoint { text } } }`],
  [`{ node(id: "${NODE}") { ... on Node { id } ... { __typename } ... on ImprovementPoint { text } } }`],
  ['query Q($id: ID!) { node(id: $id) { id ... on Approach { name } } }', { id: NODE }],
  ['query Q($id: ID!) { node(id: $id) { id } }', { id: 12 }],
  ['query Q($id: ID!) { node(id: $id) { id } }', {}],
  // Directives.
  ...[{ x: true }, { x: false }, { x: null }, {}].flatMap((variables): Case[] => [
    [`query($x: Boolean = true) ${maastricht('slug name @include(if: $x)')}`, variables],
    [`query($x: Boolean = true) ${maastricht('slug name @skip(if: $x)')}`, variables],
    [`query($x: Boolean) ${maastricht('slug name @include(if: $x)')}`, variables],
    [`query($x: Boolean! = false) ${maastricht('slug ... @include(if: $x) { name }')}`, variables],
    [
      `query($x: Boolean!) ${maastricht('slug ...N @skip(if: $x)')} fragment N on Approach { name }`,
      variables,
    ],
  ]),
  // Numbers, with and without defaults.
  ...[{ f: 2 }, { f: null }, {}, { f: 0 }, { f: 'x' }, { f: 1.5 }, { f: 3_000_000_000 }].flatMap(
    (variables): Case[] => [
      ['query($f: Int! = 1) { approaches(first: $f) { nodes { slug } } }', variables],
      ['query($f: Int = 1) { approaches(first: $f) { nodes { slug } pageInfo { hasNextPage } } }', variables],
      ['query($f: Int!) { approaches(first: $f) { nodes { slug } } }', variables],
      ['query($f: Int = 2014) { trend(framework: "GGSR", from: $f) { year code met } }', variables],
    ],
  ),
  // Enums.
  ...[{ b: 'THEME' }, { b: 'CRITERION' }, { b: null }, {}, { b: 'PROVINCE' }, { b: 1 }].flatMap(
    (variables): Case[] => [
      ['query($b: TrendGrouping! = THEME) { trend(framework: "GGSR", by: $b) { code met } }', variables],
      ['query($b: TrendGrouping = CRITERION) { trend(framework: "GGSR", by: $b) { code } }', variables],
    ],
  ),
  ...[{ s: 'MET' }, { s: null }, {}].flatMap((variables): Case[] => [
    [`query($s: Verdict) ${maastricht('verdicts(status: $s) { status }')}`, variables],
    [`query($s: Verdict = IMPROVEMENT_NEEDED) ${maastricht('verdicts(status: $s) { status }')}`, variables],
  ]),
  // Lists.
  ...[
    { t: ['FrameworkPublished'] },
    { t: 'FactsheetImported' },
    { t: [] },
    { t: null },
    {},
    { t: [null] },
  ].map(
    (variables): Case => [
      'query($t: [String!]) { events(types: $t, first: 3) { nodes { type data } } }',
      variables,
    ],
  ),
  [
    'query($t: String!) { events(types: [$t, "FactsheetImported"]) { nodes { type } } }',
    { t: 'FindingRecorded' },
  ],
  // Input objects with scalars of our own.
  ...[
    { a: { publishedBy: '2014-12-31' } },
    { a: { reference: 2013 } },
    { a: { reference: '2013~', recordedBy: null } },
    { a: { recordedBy: '2020-01-01T01:00:00+01:00' } },
    { a: { recordedBy: '2020-01-01' } },
    { a: {} },
    { a: null },
    {},
    { a: { nope: 1 } },
    { a: { reference: '2999' } },
  ].map(
    (variables): Case => [
      `query($a: AsOf) { approach(municipality: "GM0935", slug: "integrale-aanpak", asOf: $a) { slug ${VERDICTS} } }`,
      variables,
    ],
  ),
  ...[{ d: '2013' }, { d: 2014 }, { d: null }, {}].flatMap((variables): Case[] => [
    [`query($d: EDTF) { approaches(asOf: { reference: $d }) { nodes { slug } } }`, variables],
    [`query($d: EDTF = 2013) { approaches(asOf: { reference: $d }) { nodes { slug } } }`, variables],
  ]),
  // Errors, alone and in the middle.
  [`{ a: municipality(code: "GM0935") { name } b: municipality(code: "x") { name } c: frameworks { code } }`],
  [maastricht('slug development(from: 2014, to: 2013) { from } name')],
  [maastricht('slug history(first: 0) { nodes { id } }')],
  ['{ approaches(first: 2) { nodes { slug history(first: 1, after: "x") { nodes { id } } } } }'],
  ['query A { __typename } query B { frameworks { code } }'],
  ['mutation { x }'],
];

/** Whatever runs a query, the answer is the one of graphql-js. */
describe('An answer is that of graphql-js, the first time and each time after', () => {
  const schema = buildApiSchema();
  let server: TestServer;
  beforeAll(async () => {
    const other = assessment(facts({ municipality: 'Nijmegen' }));
    server = (await startServer(SAMPLE_2013, SAMPLE_2014, other)).asAuditor();
  });
  afterAll(async () => {
    await server.close();
  });

  it.each(
    CASES.map(([query, variables = {}]) => ({
      name: query.replace(/\s+/g, ' ').slice(0, 100),
      query,
      variables,
    })),
  )('to $name with $variables', async ({ query, variables }) => {
    const scope = scopeOn(server, [EVERYTHING]);
    const expected = await graphql({
      schema,
      source: query,
      variableValues: variables,
      contextValue: { scope, principal: signedIn({ roles: ['auditor'] }), request: {} },
    });
    // A variable that is not used parts the answers that are kept, but not the document that is compiled.
    for (const round of [1, 2, 3]) {
      const { data, errors } = await server.post<unknown>(query, { ...variables, round });
      const plain = errors?.map(({ extensions: _, ...error }) => error);
      const seen = { ...(data === undefined ? {} : { data }), ...(plain && { errors: withoutTime(plain) }) };
      expect(JSON.stringify(seen)).toBe(
        JSON.stringify({
          ...(expected.data === undefined ? {} : { data: expected.data }),
          ...(expected.errors && {
            errors: withoutTime(
              expected.errors.map((error) => {
                const { extensions: _, ...rest } = error.toJSON();
                return rest;
              }),
            ),
          }),
        }),
      );
      for (const error of errors ?? []) {
        expect(error.extensions.code).toMatch(
          /^(BAD_USER_INPUT|AS_OF_IN_FUTURE|GRAPHQL_VALIDATION_FAILED|OPERATION_RESOLUTION_FAILURE)$/,
        );
      }
    }
    expect(server.internalErrors).toEqual([]);
  });
});

/** Errors say up to which instant is accepted, which is another each time. */
function withoutTime(errors: unknown): unknown {
  return JSON.parse(JSON.stringify(errors).replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'now'));
}
