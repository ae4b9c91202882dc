import { getIntrospectionQuery } from 'graphql';
import { maastricht, SAMPLE_2013, SAMPLE_2014, startServer, type TestServer } from './support';

const APPROACH = 'approach(municipality: "GM0935", slug: "integrale-aanpak")';
const VERDICT = `
  indicator { code name criterion { code theme { code name } } } status basis assessedIn carriedForward
  findings { narrative indicators { code } attentionPoints { text } source { line text } }
  attentionPoints { text finding { narrative } }
`;
const times = (count: number, what: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => what(index)).join(' ');
const nested = (depth: number, field: string, leaf: string): string =>
  `${`${field} { `.repeat(depth)}${leaf}${' }'.repeat(depth)}`;

describe('A query', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = (await startServer(SAMPLE_2013, SAMPLE_2014)).asAuditor();
  });
  afterAll(async () => {
    await server.close();
    expect(server.internalErrors).toEqual([]);
  });

  it.each([
    [
      'the introspection of tools',
      getIntrospectionQuery({
        inputValueDeprecation: true,
        specifiedByUrl: true,
        directiveIsRepeatable: true,
        schemaDescription: true,
        oneOf: true,
      }),
    ],
    [
      'one approach with everything',
      maastricht(`name description municipality { name successor { name } }
        assessments { notes description sources { name } findings { narrative source { text } } }
        verdicts { ${VERDICT} explanation { type data source { text } } }
        development(from: 2013, to: 2014) { summary { change } rows { before { ${VERDICT} } after { ${VERDICT} } } }
        improvementPoints { text followUps { narrative findings { narrative } } commitments { text } }
        attentionPoints { text finding { narrative source { text } } }
        history(first: 100) { nodes { type data source { text } } }`),
    ],
    [
      '100 approaches with what was found',
      `{ approaches(first: 100) { nodes { id slug name municipality { code name } verdicts {
         indicator { code name } status basis assessedIn carriedForward findings { id verdict narrative source { text } } } } } }`,
    ],
    ['20 root fields', `{ ${times(20, (index) => `a${index}: ${APPROACH} { name }`)} }`],
    ['15 levels', `{ municipality(code: "GM0935") { ${nested(13, 'successor', 'code')} } }`],
  ])('is answered: %s', async (_, query) => {
    expect(await server.refusal(query)).toBe('');
  });

  it.each([
    [
      'nested too deep',
      `{ municipality(code: "GM0935") { ${nested(14, 'successor', 'code')} } }`,
      'the query is nested 16 fields deep; accepted is at most 15',
    ],
    [
      'introspection without end',
      `{ __schema { types { fields { type { ${nested(250, 'ofType', 'name')} } } } } }`,
      'the query is nested 255 fields deep; accepted is at most 15',
    ],
    [
      'too many aliases',
      `{ ${times(21, (index) => `a${index}: ${APPROACH} { name }`)} }`,
      'the query has 21 root fields, aliases included; accepted is at most 20',
    ],
    [
      'too many aliases in fragments',
      `{ ...A ...B } fragment A on Query { ${times(15, (index) => `a${index}: ${APPROACH} { name }`)} }
       fragment B on Query { ... { ${times(6, (index) => `b${index}: ${APPROACH} { name }`)} } }`,
      'the query has 21 root fields, aliases included; accepted is at most 20',
    ],
    [
      'long lists in lists',
      `{ approaches(first: 100) { nodes { history(first: 100) { nodes { ${times(11, (i) => `a${i}: id`)} } } } } }`,
      'the query costs 120201, a field in a list counted for each of its items; accepted is at most 100000',
    ],
    [
      'fragments that double at each level',
      `{ municipality(code: "GM0935") { ...F0 } } ${times(
        12,
        (i) => `fragment F${i} on Municipality { ${times(4, (a) => `a${a}: successor { ...F${i + 1} }`)} }`,
      )} fragment F12 on Municipality { code }`,
      /^the query costs \d{7,}, a field in a list counted for each of its items; accepted is at most 100000$/,
    ],
    [
      'fragments that multiply at each level',
      `{ municipality(code: "GM0935") { ...F0 } } ${times(
        12,
        (i) => `fragment F${i} on Municipality { ${times(8, (a) => `a${a}: successor { ...F${i + 1} }`)} }`,
      )} fragment F12 on Municipality { code }`,
      /^the query costs more than 1000000000, a field in a list counted for each of its items; accepted is at most 100000$/,
    ],
    [
      'fragments that multiply fields at the top',
      `{ ...F0 } ${times(
        40,
        (i) => `fragment F${i} on Query { ${times(10, () => `...F${i + 1}`)} }`,
      )} fragment F40 on Query { __typename }`,
      'the query has more than 1000000000 root fields, aliases included; accepted is at most 20',
    ],
    [
      'looking through all approaches, many times',
      `{ ${times(20, (i) => `a${i}: approaches(framework: "NOPE") { nodes { id } }`)} }`,
      'the query costs 100820, a field in a list counted for each of its items; accepted is at most 100000',
    ],
    [
      'looking through all improvement points, many times',
      `{ ${times(5, (i) => `a${i}: improvementPoints(asOf: { reference: "2013" }) { nodes { id } }`)} }`,
      'the query costs 100205, a field in a list counted for each of its items; accepted is at most 100000',
    ],
    ['many trends', `{ ${times(6, (i) => `t${i}: trend(framework: "GGSR") { met }`)} }`, /^the query costs /],
    [
      'too long',
      `{ ${times(2_000, (index) => `a${index}: __typename`)} }`,
      'the query has more than 2000 tokens; accepted is at most 2000',
    ],
  ])('is refused: %s', async (_, query, message) => {
    const { status, errors } = await server.post(query);
    expect(errors).toEqual([
      { message: expect.stringMatching(message), extensions: { code: 'QUERY_TOO_LARGE' } },
    ]);
    expect(status).toBe(400);
  });

  it.each([
    ['as sent', '$first: Int!', { first: 100 }],
    ['by default', '$first: Int! = 100', {}],
  ])('counts a page of a variable, %s', async (_, definition, variables) => {
    const query = (first: string) =>
      `query (${definition}) { a: approaches(first: $first) { nodes { b: history(first: ${first}) { nodes {
        ${times(11, (index) => `a${index}: id`)} } } } } }`;
    expect(await server.refusal(query('$first'), variables)).toMatch(
      /^QUERY_TOO_LARGE: the query costs 120201,/,
    );
    expect(await server.refusal(query('1'), variables)).toBe('');
  });

  const costOf = async (query: string, variables: object): Promise<unknown> => {
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(await server.headers()) },
      body: JSON.stringify({ query, variables }),
    });
    return ((await response.json()) as { extensions: { cost: number } }).extensions.cost;
  };

  it('costs more where it looks through all approaches, by a variable too', async () => {
    const query = `query ($framework: String, $asOf: AsOf) {
      approaches(framework: $framework, asOf: $asOf, first: 1) { nodes { id } } }`;
    expect(await costOf(query, {})).toBe(3);
    expect(await costOf(query, { framework: null, asOf: null })).toBe(3);
    expect(await costOf(query, { framework: 'GGSR' })).toBe(5_003);
    expect(await costOf(query, { asOf: { reference: '2013' } })).toBe(5_003);
  });

  it('costs by the variables that are sent with it, each time', async () => {
    const query = 'query ($first: Int!) { approaches(first: $first) { nodes { id } } }';
    for (const first of [1, 50, 2]) expect(await costOf(query, { first })).toBe(1 + 2 * first);
  });

  it('of an address is read by all alike, in whatever way it is written', async () => {
    const aliases = `{ ${times(101, (index) => `a${index}: __typename`)} }`;
    const get = async (address: string) => {
      const response = await fetch(`${server.url}/graphql?${address}`);
      const { errors, data } = (await response.json()) as { errors?: { message: string }[]; data?: unknown };
      return { status: response.status, message: errors?.[0]?.message, data };
    };
    const refused = { status: 400, message: 'the query has 101 aliases; accepted is at most 100' };
    expect(await get(`query=${encodeURIComponent(`#\n${aliases}`)}`)).toMatchObject(refused);
    // What cannot be decoded is read as it stands, so this is no comment and no GraphQL.
    expect(await get(`query=%23%ff%0A${encodeURIComponent(aliases)}`)).toMatchObject({
      status: 400,
      message: expect.stringMatching(/^Syntax Error/),
      data: undefined,
    });
    expect(await get('query=%7B__typename%7D&query=%7B__typename%7D')).toMatchObject({
      status: 400,
      data: undefined,
    });
    expect(await get('query=%7B__typename%7D')).toMatchObject({ status: 200 });
  });

  it('that was answered is still refused with variables that make it too large', async () => {
    const query = `query ($first: Int!) { approaches(first: $first) { nodes { history(first: $first) { nodes {
      ${times(11, (index) => `a${index}: id`)} } } } } }`;
    for (const _ of [1, 2, 3]) expect(await server.refusal(query, { first: 5 })).toBe('');
    expect(await server.refusal(query, { first: 100 })).toMatch(/^QUERY_TOO_LARGE: /);
  });
});
