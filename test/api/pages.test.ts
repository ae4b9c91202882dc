import { assessment, followUp } from '../factsheet/builder';
import { facts, SAMPLE_2013, startServer, type TestServer } from './support';

interface PageOf<Node> {
  readonly edges: readonly { readonly cursor: string; readonly node: Node }[];
  readonly nodes: readonly Node[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
}

const PAGE = 'pageInfo { hasNextPage hasPreviousPage startCursor endCursor }';
const GEZIN = facts({ municipality: 'Utrecht', improve: ['1.1.1', '4.2.2'] });
const DOCUMENTS = [
  SAMPLE_2013,
  assessment(facts({ improve: ['2.1.1'] })),
  assessment(facts({ municipality: 'Zwolle', approach: 'Eén Gezin, Eén Plan', improve: ['1.1.1'] })),
  assessment(facts({ municipality: 'Zwolle' })),
  assessment(GEZIN),
  followUp({ ...GEZIN, rows: met(['1.1.1']) }, false),
  assessment(facts({ municipality: 'Spijkenisse', improve: ['1.2.1', '1.2.2', '5.1.1'] })),
];

function met(codes: readonly string[]) {
  return facts({}).rows.filter(({ indicators }) => indicators.some((code) => codes.includes(code)));
}

describe('Lists', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = (await startServer(...DOCUMENTS)).asAuditor();
  });
  afterAll(() => server.close());

  /** All nodes, read page by page; each page is checked against its edges. */
  async function readThrough<Node>(
    list: string,
    args: string,
    selection: string,
    first: number,
  ): Promise<Node[]> {
    const found: Node[] = [];
    let after: string | null = null;
    for (let pages = 1; ; pages += 1) {
      const query = `query ($after: String) {
        page: ${list}(first: ${first}, after: $after${args}) { edges { cursor node { ${selection} } } nodes { ${selection} } ${PAGE} }
      }`;
      const { page }: { page: PageOf<Node> } = await server.ask(query, { after });
      expect(page.nodes).toEqual(page.edges.map(({ node }) => node));
      expect(page.pageInfo).toMatchObject({
        hasPreviousPage: pages > 1,
        startCursor: page.edges[0]?.cursor ?? null,
        endCursor: page.edges.at(-1)?.cursor ?? null,
      });
      found.push(...page.nodes);
      if (!page.pageInfo.hasNextPage) return found;
      expect(page.nodes).toHaveLength(first);
      after = page.pageInfo.endCursor;
    }
  }

  it.each([
    ['approaches', '', 'slug municipality { code }', 6],
    ['approaches', ', municipality: "GM0193"', 'slug', 2],
    ['approaches', ', framework: "GGSR"', 'slug municipality { code }', 6],
    ['improvementPoints', '', 'id', 8],
    ['improvementPoints', ', status: OPEN', 'id', 7],
    ['improvementPoints', ', status: OPEN, asOf: { publishedBy: "2016" }', 'id', 8],
    ['improvementPoints', ', municipality: "GM0344"', 'id', 2],
    ['events', ', types: ["AttentionPointRaised", "FindingWithdrawn"]', 'id', 6],
  ])('%s%s come once each, whatever the size of the pages', async (list, args, selection, count) => {
    const all = await readThrough(list, args, selection, 100);
    expect(all).toHaveLength(count);
    expect(new Set(all.map((node) => JSON.stringify(node))).size).toBe(count);
    for (const first of [1, 2, count, count + 1]) {
      expect(await readThrough(list, args, selection, first)).toEqual(all);
    }
  });

  it('give approaches by code and slug, and points by approach and when they were opened', async () => {
    expect(await readThrough('approaches', '', 'slug municipality { code }', 4)).toEqual([
      { slug: 'een-gezin-een-plan', municipality: { code: 'GM0193' } },
      { slug: 'gezinscoaching', municipality: { code: 'GM0193' } },
      { slug: 'gezinscoaching', municipality: { code: 'GM0344' } },
      { slug: 'gezinscoaching', municipality: { code: 'GM0612' } },
      { slug: 'gezinscoaching', municipality: { code: 'GM0935' } },
      { slug: 'integrale-aanpak', municipality: { code: 'GM0935' } },
    ]);
    const points = await readThrough<{ indicators: { code: string }[]; status: string }>(
      'improvementPoints',
      '',
      'indicators { code } status',
      3,
    );
    expect(points.map(({ indicators, status }) => `${indicators.map(({ code }) => code)} ${status}`)).toEqual(
      [
        '1.1.1 OPEN',
        '1.1.1 RESOLVED',
        '4.2.2 OPEN',
        '1.2.1 OPEN',
        '1.2.2 OPEN',
        '5.1.1 OPEN',
        '2.1.1 OPEN',
        '4.2.2 OPEN',
      ],
    );
  });

  it('are empty, and not an error, where nothing is', async () => {
    const empty = {
      nodes: [],
      pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
    };
    expect(
      await server.ask(`{
        none: approaches(municipality: "GM0363") { nodes { id } ${PAGE} }
        points: improvementPoints(municipality: "GM0363") { nodes { id } ${PAGE} }
        events(types: []) { nodes { id } ${PAGE} }
        framework(code: "KADER") { code }
        municipality(code: "GM9999") { code }
        approach(municipality: "GM0935", slug: "nope") { id }
        trend(framework: "GGSR", municipality: "GM0363") { year }
      }`),
    ).toEqual({
      none: empty,
      points: empty,
      events: empty,
      framework: null,
      municipality: null,
      approach: null,
      trend: [],
    });
  });

  it.each([
    'approaches(framework: "ggsr") { nodes { id } }',
    'approaches(framework: "ggsr", asOf: { reference: "2013" }) { nodes { id } }',
    'trend(framework: "ggsr") { year }',
    'trend(framework: "ggsr", by: MUNICIPALITY, municipality: "GM0344") { year }',
  ])('%s of a framework that is not there is refused, with those that are', async (list) => {
    expect(await server.refusal(`{ ${list} }`)).toBe(
      'BAD_USER_INPUT: framework "ggsr" is not there at that point; expected one of GGSR',
    );
  });

  it.each([
    'approaches(municipality: "GM9999") { nodes { id } }',
    'improvementPoints(municipality: "GM9999") { nodes { id } }',
    'trend(framework: "GGSR", municipality: "GM9999") { year }',
  ])('%s of a municipality that never was is refused', async (list) => {
    expect(await server.refusal(`{ ${list} }`)).toBe(
      'BAD_USER_INPUT: municipality "GM9999" is not there; expected the CBS code of one that exists or was merged',
    );
  });

  it('take null for what is left out', async () => {
    const lists = (args: { approaches: string; points: string; events: string; trend: string }) =>
      server.ask(`{
        approaches${args.approaches} { nodes { id history${args.approaches && '(after: null)'} { nodes { id } } } ${PAGE} }
        improvementPoints${args.points} { nodes { id } ${PAGE} }
        events${args.events} { nodes { id } ${PAGE} }
        trend(framework: "GGSR"${args.trend}) { year code }
      }`);
    expect(
      await lists({
        approaches: '(after: null, municipality: null, framework: null, asOf: null)',
        points: '(status: null, municipality: null, after: null, asOf: null)',
        events: '(after: null, types: null, approach: null)',
        trend: ', from: null, to: null, municipality: null, asOf: null',
      }),
    ).toEqual(await lists({ approaches: '', points: '', events: '', trend: '' }));
  });

  it('give the events of one approach, which are its history', async () => {
    const { approach } = await server.ask<{ approach: { id: string; history: PageOf<{ id: string }> } }>(
      `{ approach(municipality: "GM0344", slug: "gezinscoaching") { id history(first: 100) { nodes { id } } } }`,
    );
    const args = `, approach: "${approach.id}"`;
    expect(await readThrough('events', args, 'id', 7)).toEqual(approach.history.nodes);
    expect(await readThrough('events', `${args}, types: ["FollowUpAssessed"]`, 'type', 2)).toEqual([
      { type: 'FollowUpAssessed' },
    ]);
  });

  it('let a follower go on behind an event, by its position', async () => {
    const all = await readThrough<{ id: string; position: string; stream: string }>(
      'events',
      '',
      'id position stream',
      50,
    );
    const at = all[30];
    const rest = await readThrough('events', '', 'id position stream', 100);
    expect(rest).toEqual(all);
    const { events } = await server.ask<{ events: PageOf<{ id: string }> }>(
      `{ events(after: "${at?.position}", first: 1) { nodes { id } } }`,
    );
    expect(events.nodes).toEqual([{ id: all[31]?.id }]);
    expect(all[0]?.stream).toBe('framework-GGSR');
  });

  it('give nodes that are had again by their id', async () => {
    const { approaches, improvementPoints } = await server.ask<Record<string, PageOf<{ id: string }>>>(
      '{ approaches { nodes { id } } improvementPoints { nodes { id } } }',
    );
    const selection =
      '__typename id ... on Approach { slug } ... on ImprovementPoint { status openedIn text }';
    for (const { id } of approaches?.nodes ?? []) {
      expect(await server.ask(`{ node(id: "${id}") { ${selection} } }`)).toMatchObject({
        node: { __typename: 'Approach', id, slug: expect.any(String) },
      });
    }
    for (const { id } of improvementPoints?.nodes ?? []) {
      expect(await server.ask(`{ node(id: "${id}") { ${selection} } }`)).toMatchObject({
        node: { __typename: 'ImprovementPoint', id, openedIn: 2013 },
      });
    }
    expect(improvementPoints?.nodes).toHaveLength(8);
  });
});
