import { InMemoryCache, type TypePolicies } from '@apollo/client/cache';
import * as fc from 'fast-check';
import { isInterfaceType, isObjectType, Kind, parse, print, visit } from 'graphql';
import { buildApiSchema } from '../../src/api/schema';
import { EVERY_FIELD } from '../support/every-field';
import { isRecord, readPage } from '../support/page-examples';
import { randomHistory } from '../support/random-history';
import { appendAll } from '../support/temporary-log';
import { Sender } from './mutations/support';
import { level, SAMPLE_2013, SAMPLE_2014, startServer, type TestClient, type TestServer } from './support';

type Told = Readonly<Record<string, unknown>>;
/** An object of an answer that has an id. */
type Identified = Told & { readonly __typename: string; readonly id: string };

const schema = buildApiSchema();
const node = schema.getType('Node');
const NODES = isInterfaceType(node)
  ? schema
      .getPossibleTypes(node)
      .map(({ name }) => name)
      .sort()
  : [];
const WITH_ID = Object.values(schema.getTypeMap())
  .flatMap((type) => (isObjectType(type) && 'id' in type.getFields() ? type.name : []))
  .sort();

/** What the page for dashboards tells to set, as a client that is set so has it. */
const [APOLLO = '', RELAY = ''] = readPage('docs/dashboards.md').settings;
function settingOf<Setting>(code: string, name: string, known: Readonly<Record<string, unknown>>): Setting {
  return new Function(...Object.keys(known), `${code}\nreturn ${name};`)(...Object.values(known));
}
const cacheAsTold = () => settingOf<InMemoryCache>(APOLLO, 'cache', { InMemoryCache });

/** A query with the type of each object, as clients send it, and what it is answered. */
async function ask(client: TestClient, query: string, variables: Told = {}) {
  const document = new InMemoryCache().transformDocument(parse(query));
  return { query: document, variables, data: await client.ask<Told>(print(document), variables) };
}
type Asked = Awaited<ReturnType<typeof ask>>;

/** A query with the type of each object of which it asks the id. */
function withTypes(query: string): string {
  const type = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } } as const;
  const hasId = (one: object) => 'name' in one && (one.name as { value: string }).value === 'id';
  return print(
    visit(parse(query), {
      SelectionSet: (set) =>
        set.selections.some(hasId) ? { ...set, selections: [...set.selections, type] } : undefined,
    }),
  );
}

/** What the client shows of each answer, when it has them all. */
function shown(cache: InMemoryCache, ...answers: readonly Asked[]): unknown[] {
  for (const answer of answers) cache.writeQuery(answer);
  return answers.map(({ query, variables }) => cache.readQuery({ query, variables }));
}

/** All objects with an id in what was told. */
function identified(told: unknown): Identified[] {
  if (Array.isArray(told)) return told.flatMap(identified);
  if (!isRecord(told)) return [];
  const own = typeof told.__typename === 'string' && typeof told.id === 'string' ? [told as Identified] : [];
  return [...own, ...Object.values(told).flatMap(identified)];
}

const POINT = 'id text status openedIn finding { id verdict supersededBy { id } } followUps { id verdict }';
const APPROACH = `id name description
  verdicts { indicator { code } status carriedForward findings { id attentionPoints { id } } }
  assessments { id state findings { id } withdrawnFindings { id } } attentionPoints { id }
  improvementPoints { ${POINT} commitments { id status } }`;
const OF_APPROACH = 'municipality: "GM0935", slug: "integrale-aanpak"';
/** All that is there at a point. */
const AT_A_POINT = `query ($a: AsOf) {
  approaches(first: 3, asOf: $a) { nodes { ${APPROACH} } }
  improvementPoints(first: 5, asOf: $a) { nodes { ${POINT} } }
}`;
/** One approach as of now and of two points, and what differs between these. */
const TWO_POINTS = `query ($a: AsOf, $b: AsOf) {
  now: approach(${OF_APPROACH}) { ${APPROACH} }
  a: approach(${OF_APPROACH}, asOf: $a) { ${APPROACH} }
  b: approach(${OF_APPROACH}, asOf: $b) { ${APPROACH} }
  compare(${OF_APPROACH}, from: $a, to: $b) { improvementPoints { before { ${POINT} } after { ${POINT} } } }
}`;

describe('A client that keeps objects by their id', () => {
  let server: TestServer;
  beforeAll(async () => {
    const started = await startServer(SAMPLE_2013, SAMPLE_2014);
    server = { ...started, ...started.as({ roles: ['admin'] }) };
  });
  afterAll(() => server.close());

  it('shows then and now beside each other as they were answered, by its defaults', async () => {
    const verdicts = 'id verdicts(status: IMPROVEMENT_NEEDED) { indicator { code } }';
    const answer = await ask(
      server,
      `{
        before: approach(${OF_APPROACH}, asOf: { reference: "2013" }) { ${verdicts} }
        now: approach(${OF_APPROACH}) { ${verdicts} }
        compare(${OF_APPROACH}, from: { reference: "2013" }) {
          improvementPoints { before { id status } after { id status } }
        }
      }`,
    );
    expect(answer.data).toMatchObject({
      before: { verdicts: [{ indicator: { code: '4.2.2' } }] },
      now: { verdicts: [] },
      compare: { improvementPoints: [{ before: { status: 'OPEN' }, after: { status: 'RESOLVED' } }] },
    });
    expect(shown(new InMemoryCache(), answer)).toEqual([answer.data]);
  });

  it('shows facts as they stood at two points only where it is set as the page for dashboards tells', async () => {
    const found = await server.ask<{
      approach: { verdicts: { findings: { id: string; narrative: string }[] }[] };
      snapshot: { token: string };
    }>(
      `{ approach(${OF_APPROACH}) { verdicts(theme: "1") { findings { id narrative } } } snapshot { token } }`,
    );
    const [finding] = found.approach.verdicts[0]?.findings ?? [];
    await new Sender(server).accepted('correctFinding', {
      municipality: 'GM0935',
      slug: 'integrale-aanpak',
      findingId: finding?.id,
      indicators: ['1.1.1'],
      verdict: 'IMPROVEMENT_NEEDED',
      basis: 'ASSESSED',
      narrative: finding?.narrative,
      reason: 'Verkeerd overgenomen',
    });
    const one = `{ finding(id: "${finding?.id}") { id supersededBy { id } } }`;
    const answer = await ask(
      server,
      `query ($a: AsOf) { before: approach(${OF_APPROACH}, asOf: $a) ${one} now: approach(${OF_APPROACH}) ${one} }`,
      { a: { snapshot: found.snapshot.token } },
    );
    expect(answer.data).toMatchObject({
      before: { finding: { supersededBy: null } },
      now: { finding: { supersededBy: { id: expect.any(String) } } },
    });
    expect(shown(new InMemoryCache(), answer)).not.toEqual([answer.data]);
    expect(shown(cacheAsTold(), answer)).toEqual([answer.data]);
  });

  it('never finds one id under two types, in all that the sample answers', async () => {
    const ids = await ask(server, '{ approaches { nodes { id } } improvementPoints { nodes { id } } }');
    const [id, point] = identified(ids.data).map((one) => one.id);
    const answers = [
      await server.ask(withTypes(EVERY_FIELD), { id, point }),
      await server.ask(withTypes(`{ approach(${OF_APPROACH}) { ${APPROACH} } }`)),
      await server.ask(withTypes('{ events(first: 100) { nodes { id type } } }')),
    ];
    const types = Map.groupBy(identified(answers), (one) => one.id);
    expect(types.size).toBeGreaterThan(90);
    const several = [...types].map(([one, objects]) => [one, ...new Set(objects.map((o) => o.__typename))]);
    expect(several.filter(([, ...names]) => names.length > 1)).toEqual([]);
    expect(new Set(several.flatMap(([, ...names]) => names))).toEqual(
      new Set(WITH_ID.filter((name) => name !== 'Webhook')),
    );
  });

  it('is told on the page for dashboards of every type that it must not keep so', () => {
    let policies: TypePolicies = {};
    class Asked {
      constructor(options: { typePolicies: TypePolicies }) {
        policies = options.typePolicies;
      }
    }
    settingOf(APOLLO, 'cache', { InMemoryCache: Asked });
    const others = WITH_ID.filter((name) => !NODES.includes(name));
    expect(policies).toEqual(Object.fromEntries(others.map((name) => [name, { keyFields: false }])));

    class Environment {
      readonly getDataID!: (object: { id: string }, type: string) => string | undefined;
      constructor(options: object) {
        Object.assign(this, options);
      }
    }
    const { getDataID } = settingOf<Environment>(RELAY, 'environment', { Environment, network: 1, store: 2 });
    const kept = WITH_ID.filter((name) => getDataID({ id: 'x' }, name) !== undefined);
    expect(kept).toEqual(NODES);
    expect(NODES).toEqual(['Approach', 'ImprovementPoint']);
  });
});

it('For every log and two points, what has the same type and id is the same wherever answers show it', async () => {
  const date = fc.constantFrom('2012', '2013-12-31', '2014-05', '2016-06~');
  const clocks = fc.record(
    { reference: date, publishedBy: date, recorded: fc.constantFrom('recordedBy', 'snapshot') },
    { requiredKeys: [] },
  );
  await fc.assert(
    fc.asyncProperty(
      randomHistory,
      fc.double({ min: 0, max: 1, noNaN: true }),
      clocks,
      clocks,
      async ({ log }, cut, ...points) => {
        const server = (await startServer()).asAuditor();
        try {
          const begin = log.slice(0, Math.ceil(cut * log.length));
          await appendAll(server.register.store, begin);
          await level(server.register);
          const { snapshot } = await server.ask<{ snapshot: { token: string; recordedAt: string | null } }>(
            '{ snapshot { token recordedAt } }',
          );
          await appendAll(server.register.store, log.slice(begin.length));
          await level(server.register);
          const [a, b] = points.map(({ recorded, ...others }) => ({
            ...others,
            ...(recorded === 'snapshot' && { snapshot: snapshot.token }),
            ...(recorded === 'recordedBy' && { recordedBy: snapshot.recordedAt }),
          }));
          const answers = [
            await ask(server, TWO_POINTS, { a, b }),
            ...(await Promise.all([a, b, null].map((asOf) => ask(server, AT_A_POINT, { a: asOf })))),
          ];
          const nodes = identified(answers.map(({ data }) => data)).filter(({ __typename }) =>
            NODES.includes(__typename),
          );
          for (const same of Map.groupBy(nodes, (one) => `${one.__typename} ${one.id}`).values()) {
            const known = Object.assign({}, ...same);
            for (const one of same) expect(known).toMatchObject(one);
          }
          expect(shown(cacheAsTold(), ...answers)).toEqual(answers.map(({ data }) => data));
        } finally {
          await server.close();
        }
      },
    ),
    { numRuns: 15 },
  );
});
