import { randomUUID } from 'node:crypto';
import * as fc from 'fast-check';
import { fromNodeId, LONGEST_ID, toNodeId } from '../../src/api/node-id';
import { LONGEST_SLUG } from '../../src/domain/streams';
import { assessment } from '../factsheet/builder';
import { withoutPoints } from '../support/node-ids';
import { textOf } from '../support/questions';
import { Sender } from './mutations/support';
import { facts, maastricht, SAMPLE_2013, SAMPLE_2014, startServer, type TestServer } from './support';

const APPROACH = { municipality: 'GM0935', slug: 'integrale-aanpak' };
const KEY = 'GM0935/integrale-aanpak';
const ID = 'QXBwcm9hY2g6R00wOTM1L2ludGVncmFsZS1hYW5wYWs';
const FIELDS = `... on Node { __typename id
  ... on Approach { name verdicts { indicator { code } status carriedForward explanation { id } } improvementPoints { id status } }
  ... on ImprovementPoint { status text openedIn followUps { verdict } commitments { text } } }`;

interface State {
  readonly id: string;
}

let server: TestServer;
let afterBaseline: { readonly recordedBy: string; readonly snapshot: string };
beforeAll(async () => {
  server = await startServer(SAMPLE_2013);
  const { snapshot } = await server.ask<{ snapshot: { token: string; recordedAt: string } }>(
    '{ snapshot { token recordedAt } }',
  );
  afterBaseline = { recordedBy: snapshot.recordedAt, snapshot: snapshot.token };
  await server.import(SAMPLE_2014);
});
afterAll(() => server.close());

const approachAsOf = (asOf: object | null): Promise<{ approach: State & { improvementPoints: State[] } }> =>
  server.ask(
    `query ($asOf: AsOf) { approach(municipality: "GM0935", slug: "integrale-aanpak", asOf: $asOf) { ${FIELDS} } }`,
    { asOf },
  );
const node = (id: string): Promise<{ node: State | null }> =>
  server.ask(`query ($id: ID!) { node(id: $id) { ${FIELDS} } }`, { id });
/** Points of which each shows the ✗ that was resolved since. */
const points = (): object[] => [
  { reference: '2013' },
  { publishedBy: '2014-12-31' },
  { recordedBy: afterBaseline.recordedBy },
  { snapshot: afterBaseline.snapshot },
  { reference: '2014', publishedBy: '2014~', ...afterBaseline },
];

describe('The id of what was read', () => {
  it('without a point is the one that it has always been', async () => {
    const { approach } = await approachAsOf(null);
    expect(approach.id).toBe(ID);
    const [point] = approach.improvementPoints;
    expect(Buffer.from(String(point?.id), 'base64url').toString()).toMatch(
      /^ImprovementPoint:GM0935\/integrale-aanpak\/[0-9a-f-]{36}$/,
    );
  });

  it('as of no limit at all is the one without a point', async () => {
    const now = await approachAsOf(null);
    for (const asOf of [{}, { reference: null, snapshot: null }])
      expect(await approachAsOf(asOf)).toEqual(now);
  });

  it('as of a point is another one for each point, of what is nested too, and gives that state again', async () => {
    const ids = new Set([ID]);
    for (const asOf of points()) {
      const { approach } = await approachAsOf(asOf);
      const [point] = approach.improvementPoints;
      expect(point).toMatchObject({ status: 'OPEN' });
      expect(await node(approach.id)).toEqual({ node: approach });
      expect(await node(String(point?.id))).toMatchObject({ node: point });
      expect(withoutPoints(approach.id)).toBe(ID);
      ids.add(approach.id).add(String(point?.id));
    }
    expect(ids.size).toBe(1 + 2 * points().length);
  });

  it('is the same wherever that point is asked for', async () => {
    for (const asOf of points()) {
      const { approach } = await approachAsOf(asOf);
      const [point] = approach.improvementPoints;
      const lists = await server.ask<{
        approaches: { nodes: State[] };
        improvementPoints: { nodes: State[] };
      }>(
        `query ($asOf: AsOf) {
          approaches(asOf: $asOf) { nodes { id } } improvementPoints(asOf: $asOf) { nodes { id } }
          compare(municipality: "GM0935", slug: "integrale-aanpak", from: $asOf) {
            improvementPoints { before { id status } after { id status } }
          }
        }`,
        { asOf },
      );
      expect(lists).toEqual({
        approaches: { nodes: [{ id: approach.id }] },
        improvementPoints: { nodes: [{ id: point?.id }] },
        compare: {
          improvementPoints: [
            {
              before: { id: point?.id, status: 'OPEN' },
              after: { id: withoutPoints(point?.id), status: 'RESOLVED' },
            },
          ],
        },
      });
    }
  });

  it('has nothing of the snapshot that a whole request reads', async () => {
    const { snapshot } = afterBaseline;
    const pinned = JSON.parse(await textOf(server, maastricht(FIELDS), {}, { snapshot }));
    expect(pinned.data.approach).toMatchObject({ id: ID, improvementPoints: [{ status: 'OPEN' }] });
    // And there `node` reads as of the point in its id.
    const { approach } = await approachAsOf({ reference: '2013' });
    const asked = `{ node(id: "${approach.id}") { id } }`;
    expect(JSON.parse(await textOf(server, asked, {}, { snapshot })).data).toEqual({
      node: { id: approach.id },
    });
  });
});

describe('node', () => {
  const encode = (text: string) => Buffer.from(text).toString('base64url');

  it.each([
    '?',
    '?reference',
    '?reference=',
    '?reference=2013&',
    '?reference=2013-13',
    '?reference=2013/2014',
    '?reference=2013&reference=2013',
    '?reference=2013=2014',
    '?publishedBy=2013&reference=2013',
    '?recordedBy=2013',
    '?recordedBy=2026-01-31T12:00:00Z',
    '?recordedBy=2026-02-30T12:00:00.000Z',
    '?snapshot=x',
    // A snapshot of the empty log, and more behind it.
    '?snapshot=MSBlbXB0eQ==',
    '?upTo=5',
    '?__proto__=x',
    '?audience=all',
    ' ?reference=2013',
  ])('refuses as no id at all one with the point %j', async (point) => {
    const id = encode(`Approach:${point.startsWith(' ') ? 'GM0935' : KEY}${point}`);
    expect(await server.refusal('query ($id: ID!) { node(id: $id) { id } }', { id })).toBe(
      `BAD_USER_INPUT: "${id}" is not an id of this register; expected the id of a node in one of its answers`,
    );
  });

  it('refuses a point as asOf does', async () => {
    const empty = Buffer.from(`1 ${'0'.repeat(32)} 7 ${'0'.repeat(32)}`).toString('base64url');
    for (const asOf of [
      { reference: '2999' },
      { recordedBy: '2999-01-01T00:00:00.000Z' },
      { snapshot: empty },
    ]) {
      // Up to when instants are accepted differs from one request to the next.
      const stable = (refusal: string) => refusal.replace(/(?<=the latest accepted is ).*T.*/, '…');
      const refusal = await server.refusal(
        'query ($asOf: AsOf) { approach(municipality: "GM0935", slug: "integrale-aanpak", asOf: $asOf) { id } }',
        { asOf },
      );
      expect(refusal).toMatch(/^(AS_OF_IN_FUTURE|SNAPSHOT_OF_ANOTHER_LOG): /);
      for (const key of [KEY, 'GM0363/niets'])
        expect(
          stable(await server.refusal(`{ node(id: "${toNodeId('Approach', key, asOf)}") { id } }`)),
        ).toBe(stable(refusal));
    }
  });

  it('is null for what was not there at that point', async () => {
    const { approach } = await approachAsOf(null);
    const point = fromNodeId(String(approach.improvementPoints[0]?.id))?.key ?? '';
    for (const asOf of [{ publishedBy: '2010' }, { recordedBy: '2010-01-01T00:00:00.000Z' }]) {
      expect(await node(toNodeId('Approach', KEY, asOf))).toEqual({ node: null });
      expect(await node(toNodeId('ImprovementPoint', point, asOf))).toEqual({ node: null });
    }
  });
});

describe('An id as an argument means the same thing, whatever point it was read from:', () => {
  const ids = async (): Promise<readonly State[]> =>
    Promise.all([null, ...points()].map(async (asOf) => (await approachAsOf(asOf)).approach));

  it('events of an approach, in GraphQL and in the feed', async () => {
    const auditor = server.asAuditor();
    const answers = await Promise.all(
      (await ids()).map(async ({ id }) => {
        const { events } = await auditor.ask<{ events: { nodes: State[] } }>(
          `{ events(approach: "${id}", first: 100) { nodes { id } } }`,
        );
        const feed = await fetch(`${server.url}/v1/events?first=100&approach=${id}`, {
          headers: await auditor.headers(),
        });
        const told: State[] = JSON.parse(await feed.text());
        expect(told.map((event) => event.id)).toEqual(events.nodes.map((event) => event.id));
        return events.nodes;
      }),
    );
    expect(answers[0]?.length).toBeGreaterThan(40);
    for (const answer of answers) expect(answer).toEqual(answers[0]);
  });

  it('resources of the REST façade, which read from the point that their parameters say', async () => {
    for (const path of ['', '/verdicts', '/verdicts?publishedBy=2014', '/developments?from=2013&to=2014']) {
      const [first, ...others] = await Promise.all(
        (await ids()).map(async ({ id }) => (await fetch(`${server.url}/v1/approaches/${id}${path}`)).text()),
      );
      expect(first).toMatch(/Integrale Aanpak|"verdicts"|"rows"/);
      for (const other of others) expect(other).toBe(first);
    }
  });

  it('commands, of which one that is sent again with another of its ids is the same command', async () => {
    const writer = new Sender(server.as({ roles: ['admin'] }));
    const input = { ...APPROACH, commandId: randomUUID(), madeBy: 'Gemeente', text: 'Een afspraak' };
    const answers = [];
    for (const asOf of [{ reference: '2013' }, null]) {
      const { approach } = await approachAsOf(asOf);
      const improvementPointIds = approach.improvementPoints.map(({ id }) => id);
      answers.push(await writer.accepted('makeCommitment', { ...input, improvementPointIds }));
    }
    expect(answers[0]).toMatchObject({ __typename: 'CommitmentMade', events: [{ type: 'CommitmentMade' }] });
    expect(answers[1]).toEqual(answers[0]);
  });

  it('also the longest one', async () => {
    const name = `${'lang '.repeat(40).trim()}e`;
    await server.import(assessment(facts({ municipality: 'Zwolle', approach: name })));
    const [approach] = JSON.parse(
      await (await fetch(`${server.url}/v1/approaches?municipality=GM0193`)).text(),
    ).results;
    expect(approach.slug).toHaveLength(LONGEST_SLUG);
    const longest = toNodeId('Approach', `GM0193/${approach.slug}`, {
      reference: '2013-12-31~',
      publishedBy: '2013-12-31~',
      recordedBy: '2026-01-31T12:00:00.000Z',
      snapshot: Buffer.from(`1 ${'0'.repeat(32)} 123456789012345 ${'0'.repeat(32)}`).toString('base64url'),
    });
    expect(longest).toHaveLength(LONGEST_ID);
    const response = await fetch(`${server.url}/v1/approaches/${longest}`);
    expect(JSON.parse(await response.text())).toEqual(approach);
  });
});

it('For every point, an id says what it was made of', () => {
  const two = (max: number) => fc.integer({ min: 1, max }).map((number) => String(number).padStart(2, '0'));
  const date = fc
    .tuple(fc.integer({ min: 1900, max: 2100 }), fc.option(two(12)), fc.option(two(28)), fc.boolean())
    .map(([year, month, day, isNear]) =>
      [year, ...(month === null ? [] : [month, ...(day === null ? [] : [day])])]
        .join('-')
        .concat(isNear ? '~' : ''),
    );
  const instant = fc.date({ noInvalidDate: true, min: new Date(0), max: new Date('9999-12-31') });
  const asOf = fc.record(
    {
      reference: date,
      publishedBy: date,
      recordedBy: instant.map((at) => at.toISOString()),
      snapshot: fc
        .tuple(fc.nat(), fc.bigInt({ min: 0n, max: 2n ** 128n - 1n }))
        .map(([events, hash]) =>
          hash
            .toString(16)
            .padStart(32, '0')
            .concat(` ${events + 1} `, '0'.repeat(32)),
        )
        .map((mark) => Buffer.from(`1 ${mark}`).toString('base64url')),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(asOf, (clocks) => {
      expect(fromNodeId(toNodeId('Approach', KEY, clocks))).toEqual({
        kind: 'Approach',
        key: KEY,
        asOf: expect.objectContaining(clocks),
      });
    }),
  );
});
