import { type OperationDefinitionNode, parse } from 'graphql';
import { accessRefusal } from '../../src/api/access';
import { ANONYMOUS } from '../../src/api/principal';
import { buildApiSchema } from '../../src/api/schema';
import { countValues } from '../../src/api/variables';
import { SAMPLE_2013, startServer, type TestServer } from './support';

const PUBLISH = 'mutation ($i: PublishFrameworkInput!) { publishFramework(input: $i) { __typename } }';
const AS_OF = 'query ($a: AsOf) { approaches(first: 1, asOf: $a) { nodes { slug } } }';
const unknownKeys = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`key${index}`, 'x'.repeat(20)]));

describe('What variables hold', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer(SAMPLE_2013);
  });
  afterAll(async () => {
    expect(server.internalErrors).toEqual([]);
    await server.close();
  });

  it('is not looked at before it is known that their sender may ask', () => {
    const document = parse(PUBLISH);
    const unread = {
      get i() {
        throw new Error('looked at');
      },
    };
    const refused = accessRefusal(
      buildApiSchema(),
      document,
      document.definitions[0] as OperationDefinitionNode,
      unread,
      ANONYMOUS,
    );
    expect(refused?.extensions.code).toBe('UNAUTHENTICATED');
  });

  it.each([
    ['85,000 empty objects', { themes: Array(85_000).fill({}) }],
    ['9,000 keys', Object.fromEntries(Array.from({ length: 9_000 }, (_, index) => [`key${index}`, 1]))],
    ['a list in a list in a list', { themes: JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`) }],
  ])('is refused where it is too much, before anything is made of it: %s', async (_, input) => {
    // The test's own fetch would write what is nested without end by calls within calls.
    expect(countValues({ input }, 5_000)).toBeGreaterThan(5_000);
    if ('themes' in input && Array.isArray(input.themes) && input.themes.length === 1) return;
    const admin = server.as({ roles: ['admin'] });
    expect(await admin.refusal(PUBLISH, { i: input })).toBe(
      'QUERY_TOO_LARGE: the variables hold more than 5000 values; accepted is at most 5000',
    );
    expect(await server.refusal(PUBLISH, { i: input })).toMatch(/^UNAUTHENTICATED: /);
    expect(await server.refusal(AS_OF, { a: input })).toMatch(/^QUERY_TOO_LARGE: /);
  });

  it('that is wrong is told of in a few short errors, however often it is asked', async () => {
    for (const _ of [1, 2, 3, 4]) {
      const { status, errors = [] } = await server.post(AS_OF, { a: unknownKeys(4_000) });
      expect(status).toBe(400);
      expect(errors.map(({ extensions }) => extensions.code)).toEqual(Array(6).fill('BAD_USER_INPUT'));
      expect(errors[0]?.message).toMatch(
        /^Variable "\$a" got invalid value \{ key0: .* is not defined by type "AsOf"\.$/,
      );
      for (const { message } of errors) expect(message.length).toBeLessThan(4_100);
    }
  });

  it('is told of where a value that is wrong is long', async () => {
    const query = 'query ($first: Int!) { approaches(first: $first) { nodes { slug } } }';
    const refusal = await server.refusal(query, { first: 'long '.repeat(20_000) });
    expect(refusal).toMatch(/^BAD_USER_INPUT: Variable "\$first" got invalid value "long .* … .*"$/);
    expect(refusal.length).toBeLessThan(4_100);
  });
});

describe('A field that is skipped', () => {
  const schema = buildApiSchema();
  const codeOf = (query: string, variables: Record<string, unknown>) => {
    const document = parse(query);
    const operation = document.definitions[0] as OperationDefinitionNode;
    return accessRefusal(schema, document, operation, variables, ANONYMOUS)?.extensions.code;
  };
  const asked = (condition: string, more = '') =>
    `query ($b: Boolean!${more}) { __typename events ${condition} { nodes { id } } }`;

  it.each([
    ['@skip(if: $b)', { b: true }],
    ['@include(if: $b)', { b: false }],
    ['@include(if: false)', {}],
    ['@skip(if: true)', {}],
    ['@include(if: $b) @skip(if: $b)', { b: true }],
  ])('asks for nothing: %s', (condition, variables) => {
    expect(codeOf(asked(condition), variables)).toBeUndefined();
  });

  it.each([
    ['@skip(if: $b)', { b: false }],
    ['@include(if: $b)', { b: true }],
    ['@skip(if: $b)', { b: 'true' }],
    ['@include(if: $b)', { b: 0 }],
    ['@include(if: $b)', { b: null }],
    ['@skip(if: $b)', {}],
  ])('is asked for where it is not, or what it is given is no boolean: %s %j', (condition, variables) => {
    expect(codeOf(asked(condition), variables)).toBe('UNAUTHENTICATED');
  });

  it('goes by the default of its variable', () => {
    const query = (value: boolean) =>
      `query ($b: Boolean = ${value}) { __typename events @skip(if: $b) { nodes { id } } }`;
    expect(codeOf(query(true), {})).toBeUndefined();
    expect(codeOf(query(false), {})).toBe('UNAUTHENTICATED');
    expect(codeOf(query(true), { b: false })).toBe('UNAUTHENTICATED');
  });
});
