import { isObjectType } from 'graphql';
import { POLICIES } from '../../src/api/policies';
import { ROLES, type Role } from '../../src/api/principal';
import { buildApiSchema } from '../../src/api/schema';
import type { DomainEvent } from '../../src/domain/events';
import { approachStream } from '../../src/domain/streams';
import {
  assessment,
  attention,
  confidential,
  found,
  identified,
  noted,
  opened,
  promised,
  record,
  registered,
  reported,
} from '../support/events';
import { IS_SECOND_ROUND } from '../support/kurrentdb';
import { appendAll } from '../support/temporary-log';
import {
  maastricht,
  SAMPLE_2013,
  SAMPLE_2014,
  startServer,
  type TestClient,
  type TestServer,
} from './support';

describe('The policies', () => {
  const schema = buildApiSchema();
  const fieldsOf = (type: string): string[] => {
    const found = schema.getType(type);
    return isObjectType(found) ? Object.keys(found.getFields()).map((field) => `${type}.${field}`) : [];
  };

  it('say of every root field and every mutation who may ask for it', () => {
    const roots = ['Query', 'Mutation', 'Subscription'].flatMap(fieldsOf);
    expect(roots.filter((field) => !(field in POLICIES))).toEqual([]);
    expect(roots.length).toBeGreaterThan(8);
  });

  it('are about fields that there are, and never about one of an interface, which has several', () => {
    for (const coordinate of Object.keys(POLICIES)) {
      const [type = ''] = coordinate.split('.');
      expect(fieldsOf(type)).toContain(coordinate);
    }
    const isOfInterface = (coordinate: string): boolean => {
      const [name = '', field = ''] = coordinate.split('.');
      const type = schema.getType(name);
      return isObjectType(type) && type.getInterfaces().some((one) => field in one.getFields());
    };
    const restricted = Object.keys(POLICIES).filter((field) => POLICIES[field] !== 'EVERYBODY');
    expect(restricted.filter(isOfInterface)).toEqual([]);
  });

  it('let nobody write who is not signed in, nor a reader or an auditor', () => {
    for (const field of fieldsOf('Mutation')) {
      const policy = POLICIES[field];
      expect([field, policy === 'EVERYBODY']).toEqual([field, false]);
      for (const role of ['reader', 'auditor'] as const) expect([field, policy]).not.toContain(role);
    }
  });
});

const IGJ = 'Inspectie Gezondheidszorg en Jeugd';
const SECRET = { municipality: 'GM0363', slug: 'wijkteams' };
const DRAFT = { municipality: 'GM0344', slug: 'concept' };

/** Events of an approach behind those that are there. */
async function append(
  server: TestServer,
  { municipality, slug }: { municipality: string; slug: string },
  events: readonly DomainEvent[],
): Promise<void> {
  const { store, projector } = server.register;
  const stream = approachStream(municipality, slug);
  let after = 0;
  for await (const page of store.readStream(stream)) after += page.length;
  await appendAll(store, record(events, { stream, after }));
  await projector.waitFor((await store.lastPosition()) ?? 0, 10_000);
}

const GGSR = { framework: 'GGSR', frameworkVersion: 1 };
const approachOf = (approach: typeof SECRET, name: string) => registered({ ...approach, name });

/** What only few may know, in three places: beside what is published, alone, and under way. */
async function addSecrets(server: TestServer): Promise<void> {
  const maastricht = { municipality: 'GM0935', slug: 'integrale-aanpak' };
  const marks = { '4.1.1': '✗', '4.1.2': '✓' } as const;
  const ofIgj = { ...GGSR, assessor: IGJ };
  await append(server, maastricht, [
    ...confidential(assessment('2015', '2015', null, marks, ofIgj)),
    reported('gemeld', ['point 4.1.1'], { reportedBy: 'GEHEIM' }),
    promised('GEHEIM beloofd', ['point 4.1.1']),
  ]);
  await append(server, SECRET, [
    approachOf(SECRET, 'GEHEIM Wijkteams'),
    opened('stil', { ...ofIgj, reference: '2012' }),
    found('GEHEIM', 'stil', { indicators: ['1.1.1'], verdict: 'IMPROVEMENT_NEEDED' }),
    attention('GEHEIM let op', 'GEHEIM'),
    identified('GEHEIM punt', 'GEHEIM'),
    ...confidential(assessment('stil', '2012', null, {}, ofIgj)).slice(1),
  ]);
  await append(server, DRAFT, [
    approachOf(DRAFT, 'GEHEIM Concept'),
    opened('onderweg', { ...ofIgj, reference: '2016' }),
    noted('onderweg', 'GEHEIM'),
    found('GEHEIM bevinding', 'onderweg', { indicators: ['1.1.1'] }),
  ]);
}

const VERDICT =
  'indicator { code } status basis assessedIn carriedForward findings { id narrative } attentionPoints { text }';
const APPROACH = `id slug name description
  assessments { id state year assessor publishedOn sources { name } findings { id narrative } notes }
  verdicts { ${VERDICT} explanation { id type data } }
  development(from: 2012, to: 2016) { summary { change count } rows { indicator { code } change } }
  improvementPoints { ...Point } attentionPoints { text }`;
const POINT = `fragment Point on ImprovementPoint {
  id text status openedIn indicators { code } finding { narrative }
  followUps { reportedBy narrative } commitments { text status }
}`;
const PAGE = 'pageInfo { hasNextPage hasPreviousPage startCursor endCursor }';
const idOf = (kind: string, key: string) => Buffer.from(`${kind}:${key}`).toString('base64url');

/** Whatever can be asked of what is published, and of what is not. */
const QUESTIONS: readonly string[] = [
  maastricht(APPROACH) + POINT,
  maastricht(`${APPROACH} `, 'reference: "2015"') + POINT,
  ...[SECRET, DRAFT].flatMap(({ municipality, slug }) => [
    `{ approach(municipality: "${municipality}", slug: "${slug}") { ${APPROACH} } } ${POINT}`,
    `{ approach(municipality: "${municipality}", slug: "${slug}", asOf: { publishedBy: "2030" }) { id } }`.replace(
      '2030',
      '2026',
    ),
    ...['', '?reference=2015', '?publishedBy=2016&recordedBy=2026-01-01T00:00:00.000Z'].map(
      (point) =>
        `{ node(id: "${idOf('Approach', `${municipality}/${slug}${point}`)}") { id ... on Approach { name } } }`,
    ),
  ]),
  `{ approaches(first: 100) { edges { cursor node { ${APPROACH} } } ${PAGE} } } ${POINT}`,
  `{ approaches(first: 1) { nodes { id } ${PAGE} } }`,
  `{ approaches(framework: "GGSR") { nodes { id assessments { year } } ${PAGE} } }`,
  `{ approaches(municipality: "GM0363") { nodes { id } ${PAGE} } }`,
  ...['THEME', 'CRITERION', 'INDICATOR', 'MUNICIPALITY'].flatMap((by) =>
    ['', ', asOf: { reference: "2015" }', ', from: 2010, to: 2020'].map(
      (more) =>
        `{ trend(framework: "GGSR", by: ${by}${more}) {
            year code name approaches tested met improvementNeeded carriedForward attentionPoints } }`,
    ),
  ),
  `{ improvementPoints(first: 100) { edges { cursor node { ...Point } } ${PAGE} } } ${POINT}`,
  ...['OPEN', 'REPORTED', 'RESOLVED', 'PERSISTENT'].map(
    (status) => `{ improvementPoints(status: ${status}, first: 1) { nodes { id } ${PAGE} } }`,
  ),
  '{ frameworks { code version } framework(code: "GGSR") { name } }',
  ...['integrale-aanpak', 'wijkteams'].map(
    (slug) => `{ compare(municipality: "${slug === 'wijkteams' ? 'GM0363' : 'GM0935'}", slug: "${slug}",
        from: { publishedBy: "2014-12-31" }) {
      verdicts { indicator { code } before { assessedIn } after { assessedIn } events { id } }
      improvementPoints { before { id } after { id } } attentionPoints { before { id } after { id } } } }`,
  ),
];
/** The same of the histories, for those who are signed in. */
const HISTORIES: readonly string[] = [
  `{ events(first: 100) { edges { cursor node { id type stream revision position data source { line } } } ${PAGE} } }`,
  `{ events(first: 2) { nodes { id } ${PAGE} } }`,
  '{ events(first: 100, types: ["CommitmentMade", "FindingRecorded", "ApproachRegistered"]) { nodes { id data } } }',
  ...[SECRET, DRAFT].map(
    ({ municipality, slug }) =>
      `{ events(approach: "${idOf('Approach', `${municipality}/${slug}`)}") { nodes { id } ${PAGE} } }`,
  ),
  maastricht(`history(first: 100) { edges { cursor node { id type data } } ${PAGE} }`),
];

describe('What one may not see', () => {
  let server: TestServer;
  let without: TestServer;
  beforeAll(async () => {
    server = await startServer(SAMPLE_2013, SAMPLE_2014);
    without = await startServer(SAMPLE_2013, SAMPLE_2014);
    await addSecrets(server);
  });
  afterAll(async () => {
    expect([...server.internalErrors, ...without.internalErrors]).toEqual([]);
    await server.close();
    await without.close();
  });

  // But for the salts, which are drawn anew for each import, what cursors say of which log they are of, as another
  // one begins with another event, and the snapshot: that the log is longer is no secret.
  const answers = async (client: TestClient, questions: readonly string[]) =>
    Promise.all(
      questions.map(async (question) => {
        const answer = JSON.stringify(await client.post<unknown>(question));
        const alike = answer
          .replaceAll(/"(salt|snapshot)":"[^"]*"/g, '"$1":""')
          .replaceAll(/"(cursor|position|startCursor|endCursor)":"([^"]*)"/g, (_, name, cursor) => {
            const text = Buffer.from(cursor, 'base64url').toString();
            return JSON.stringify({ [name]: text.replace(/@[0-9a-f]{8}"]$/, '"]') });
          });
        return [question, alike];
      }),
    );

  // Cursors hold positions, which in KurrentDB are other bytes in each log.
  (IS_SECOND_ROUND ? it.skip : it).each<[string, (of: TestServer) => TestClient, readonly string[]]>([
    ['anybody', (of) => of, QUESTIONS],
    ['a reader', (of) => of.as({ roles: ['reader'] }), [...QUESTIONS, ...HISTORIES]],
    [
      'an integration of elsewhere',
      (of) => of.as({ roles: ['integration'], municipalities: ['GM0599'] }),
      [...QUESTIONS, ...HISTORIES],
    ],
    ['an inspector of nothing', (of) => of.as({ roles: ['inspector'] }), [...QUESTIONS, ...HISTORIES]],
  ])('is for %s as if it were not there, whichever way it is asked for', async (_, client, questions) => {
    const seen = await answers(client(server), questions);
    expect(seen).toEqual(await answers(client(without), questions));
    expect(JSON.stringify(seen)).not.toMatch(/GEHEIM|Gezondheidszorg/);
  });

  it('is for an inspector of others an approach of which nothing was found', async () => {
    const other = server.as({ roles: ['inspector'], inspectorates: ['Samenwerkend Toezicht Jeugd'] });
    for (const { municipality, slug } of [SECRET, DRAFT]) {
      expect(
        await other.ask(
          `{ approach(municipality: "${municipality}", slug: "${slug}") {
              assessments { id } drafts { id } verdicts { status } improvementPoints { id } history { nodes { type } } } }`,
        ),
      ).toEqual({
        approach: {
          ...{ assessments: [], drafts: [], verdicts: [], improvementPoints: [] },
          history: { nodes: [{ type: 'ApproachRegistered' }] },
        },
      });
    }
    const [trends] = QUESTIONS.filter((question) => question.includes('INDICATOR'));
    expect(await other.ask(trends ?? '')).toEqual(await without.ask(trends ?? ''));
  });

  it.each<
    [string, { roles: Role[]; inspectorates?: string[]; municipalities?: string[]; frameworks?: string[] }]
  >([
    ['an auditor', { roles: ['auditor'] }],
    ['an admin', { roles: ['admin'] }],
    ['an inspector of its inspectorate', { roles: ['inspector'], inspectorates: [IGJ] }],
    [
      'an integration of its municipalities',
      { roles: ['integration'], municipalities: ['GM0935', 'GM0363', 'GM0344'] },
    ],
    ['an integration of its framework', { roles: ['integration'], frameworks: ['GGSR'] }],
    [
      'somebody with two roles that complete each other',
      {
        roles: ['inspector', 'integration'],
        inspectorates: ['Samenwerkend Toezicht Jeugd'],
        municipalities: ['GM0363', 'GM0344', 'GM0935'],
      },
    ],
  ])('is there for %s, in every list and every count', async (_, principal) => {
    const insider = server.as(principal);
    type Answer = {
      approach: { assessments: object[]; drafts: object[]; verdicts: object[]; improvementPoints: object[] };
      other: { assessments: object[]; drafts: object[]; history: { nodes: object[] } };
      approaches: { nodes: { slug: string }[] };
      improvementPoints: { nodes: object[] };
      reported: { nodes: object[] };
      trend: { year: number; tested: number; improvementNeeded: number; approaches: number }[];
    };
    const answer = await insider.ask<Answer>(`{
      approach(municipality: "GM0935", slug: "integrale-aanpak") {
        assessments { year state } drafts { year }
        verdicts(status: IMPROVEMENT_NEEDED) { indicator { code } assessedIn }
        improvementPoints { text status commitments { text } followUps { reportedBy } } }
      other: approach(municipality: "GM0344", slug: "concept") {
        assessments { id } drafts { year state notes findings { narrative } } history { nodes { type } } }
      approaches { nodes { slug } }
      improvementPoints { nodes { text status } }
      reported: improvementPoints(status: REPORTED) { nodes { text } }
      trend(framework: "GGSR", by: MUNICIPALITY, from: 2012, to: 2015) { year code tested improvementNeeded approaches }
    }`);
    expect(answer).toEqual({
      approach: {
        assessments: [
          { year: 2013, state: 'PUBLISHED' },
          { year: 2014, state: 'PUBLISHED' },
          { year: 2015, state: 'CONFIDENTIAL' },
        ],
        drafts: [],
        verdicts: [{ indicator: { code: '4.1.1' }, assessedIn: 2015 }],
        improvementPoints: [
          expect.objectContaining({ status: 'RESOLVED' }),
          {
            text: 'point 4.1.1',
            status: 'REPORTED',
            commitments: [{ text: 'GEHEIM beloofd' }],
            followUps: [{ reportedBy: 'GEHEIM' }],
          },
        ],
      },
      other: {
        assessments: [],
        drafts: [
          {
            year: 2016,
            state: 'UNDER_WAY',
            notes: ['GEHEIM'],
            findings: [{ narrative: 'GEHEIM bevinding' }],
          },
        ],
        history: {
          nodes: ['ApproachRegistered', 'AssessmentOpened', 'DevelopmentNoted', 'FindingRecorded'].map(
            (type) => ({
              type,
            }),
          ),
        },
      },
      approaches: { nodes: [{ slug: 'concept' }, { slug: 'wijkteams' }, { slug: 'integrale-aanpak' }] },
      improvementPoints: {
        nodes: [
          { text: 'GEHEIM punt', status: 'OPEN' },
          { text: expect.any(String), status: 'RESOLVED' },
          { text: 'point 4.1.1', status: 'REPORTED' },
        ],
      },
      reported: { nodes: [{ text: 'point 4.1.1' }] },
      trend: [
        { year: 2012, code: 'GM0363', tested: 1, improvementNeeded: 1, approaches: 1 },
        { year: 2013, code: 'GM0363', tested: 0, improvementNeeded: 0, approaches: 1 },
        { year: 2013, code: 'GM0935', tested: 30, improvementNeeded: 1, approaches: 1 },
        { year: 2014, code: 'GM0363', tested: 0, improvementNeeded: 0, approaches: 1 },
        { year: 2014, code: 'GM0935', tested: 1, improvementNeeded: 0, approaches: 1 },
        { year: 2015, code: 'GM0363', tested: 0, improvementNeeded: 0, approaches: 1 },
        { year: 2015, code: 'GM0935', tested: 2, improvementNeeded: 1, approaches: 1 },
      ],
    });
    // What is drawn from the histories says the same as what is kept beside them.
    for (const by of ['THEME', 'CRITERION', 'INDICATOR', 'MUNICIPALITY']) {
      const points = 'year code approaches tested met improvementNeeded carriedForward attentionPoints';
      const { kept, drawn } = await insider.ask<{ kept: object[]; drawn: object[] }>(
        `{ kept: trend(framework: "GGSR", by: ${by}) { ${points} }
           drawn: trend(framework: "GGSR", by: ${by}, asOf: { reference: "2020" }) { ${points} } }`,
      );
      expect(kept).toEqual(drawn);
      expect(kept.length).toBeGreaterThan(3);
    }
  });

  it('was not public by any day', async () => {
    const auditor = server.as({ roles: ['auditor'] });
    const asOf = 'asOf: { publishedBy: "2026-01" }';
    expect(
      await auditor.ask(`{
        approach(municipality: "GM0363", slug: "wijkteams", ${asOf}) { id }
        trend(framework: "GGSR", by: MUNICIPALITY, ${asOf}) { year code tested } }`),
    ).toEqual(
      await without.ask(`{
        approach(municipality: "GM0363", slug: "wijkteams", ${asOf}) { id }
        trend(framework: "GGSR", by: MUNICIPALITY, ${asOf}) { year code tested } }`),
    );
  });
});

describe('A field that not everybody may ask for', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer(SAMPLE_2013);
  });
  afterAll(() => server.close());

  const get = async (query: string, token?: string, variables = {}) => {
    const parameters = new URLSearchParams({ query, variables: JSON.stringify(variables) });
    const response = await fetch(`${server.url}/graphql?${parameters}`, {
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    });
    const body = (await response.json()) as { data?: unknown; errors?: { extensions: { code: string } }[] };
    const { status, headers } = response;
    return {
      status,
      challenge: headers.get('www-authenticate'),
      codes: body.errors?.map(({ extensions }) => extensions.code),
      data: body.data,
    };
  };
  const UNAUTHENTICATED = {
    status: 401,
    challenge: 'Bearer realm="toetsspoor"',
    codes: ['UNAUTHENTICATED'],
    data: undefined,
  };

  it.each([
    '{ events { nodes { id } } }',
    `{ __typename ${maastricht('history { nodes { id } }').slice(1)}`,
    maastricht('drafts { id }'),
    `{ approaches { nodes { ...F } } } fragment F on Approach { slug ...G } fragment G on Approach { history { nodes { id } } }`,
    `{ node(id: "${idOf('Approach', 'GM0935/integrale-aanpak')}") { ... on Approach { history { nodes { id } } } } }`,
    `{ node(id: "${idOf('Approach', 'GM0363/niets')}") { ... on Approach { history { nodes { id } } } } }`,
    '{ approaches { edges { node { a: history { nodes { id } } } } } }',
    'query A { ...Q } fragment Q on Query { events { nodes { id } } }',
  ])('is refused to who is not signed in, before anything runs: %s', async (query) => {
    expect(await get(query)).toEqual(UNAUTHENTICATED);
  });

  it('is refused to who has no role for it', async () => {
    const FORBIDDEN = {
      status: 403,
      challenge: 'Bearer realm="toetsspoor", error="insufficient_scope"',
      codes: ['FORBIDDEN'],
      data: undefined,
    };
    expect(await get('{ events { nodes { id } } }', await server.token({ roles: [] }))).toEqual(FORBIDDEN);
    expect(await get(maastricht('drafts { id }'), await server.token({ roles: ['reader'] }))).toEqual(
      FORBIDDEN,
    );
    for (const role of ROLES)
      expect(await get('{ events { nodes { id } } }', await server.token({ roles: [role] }))).toMatchObject({
        status: 200,
        codes: undefined,
      });
  });

  it('may stand in a document of which another operation runs, or where it is skipped', async () => {
    const query = `query ($full: Boolean = false) { approach(municipality: "GM0935", slug: "integrale-aanpak") {
      slug history(first: 1) @include(if: $full) { nodes { type } } ... @skip(if: true) { drafts { id } } } }`;
    const slug = { data: { approach: { slug: 'integrale-aanpak' } }, status: 200 };
    expect(await get(query)).toMatchObject(slug);
    expect(await get(query, undefined, { full: false })).toMatchObject(slug);
    expect(await get(query, undefined, { full: true })).toEqual(UNAUTHENTICATED);
    expect(await get(query, await server.token({ roles: ['reader'] }), { full: true })).toMatchObject({
      data: { approach: { history: { nodes: [{ type: 'FactsheetImported' }] } } },
    });
    const two = 'query A { events { nodes { id } } } query B { __typename }';
    const response = await fetch(
      `${server.url}/graphql?${new URLSearchParams({ query: two, operationName: 'B' })}`,
    );
    expect(await response.json()).toMatchObject({ data: { __typename: 'Query' } });
  });

  it('leaves open what is explained, as of any moment', async () => {
    expect(
      await server.ask(maastricht('verdicts(theme: "1") { explanation { type } }', 'publishedBy: "2016"')),
    ).toHaveProperty('approach.verdicts');
  });
});

describe('Kept answers', () => {
  it('are never those of another, over ten thousand requests of several that cross each other', async () => {
    const server = await startServer(SAMPLE_2013, SAMPLE_2014);
    await addSecrets(server);
    const clients: readonly TestClient[] = [
      server,
      server.as({ roles: ['reader'] }),
      server.as({ roles: ['auditor'] }),
      server.as({ roles: ['inspector'], inspectorates: [IGJ] }),
      server.as({ roles: ['integration'], municipalities: ['GM0344'] }),
      server.as({ roles: [] }),
    ];
    const questions = [
      '{ approaches { nodes { slug } } }',
      '{ trend(framework: "GGSR", by: MUNICIPALITY) { year code tested } }',
      '{ improvementPoints { nodes { text } } }',
      maastricht('verdicts(theme: "4") { status assessedIn }'),
      maastricht('slug history(first: 100) { nodes { type } }'),
    ];
    const asked = (client: TestClient, question: string) =>
      client.post<unknown>(question).then(JSON.stringify);
    try {
      const expected = await Promise.all(
        clients.map((client) => Promise.all(questions.map((question) => asked(client, question)))),
      );
      // But two of them, who see everything.
      expect(new Set(expected.map(String)).size).toBe(clients.length - 1);
      let sent = 0;
      const go = async (): Promise<void> => {
        while (sent < 10_000) {
          const [who, what] = [sent % clients.length, (sent * 7 + (sent >> 3)) % questions.length];
          sent += 1;
          const [client, question] = [clients[who], questions[what]];
          if (client === undefined || question === undefined) throw new Error('there is no such request');
          const answer = await asked(client, question);
          if (answer !== expected[who]?.[what]) expect(answer).toBe(expected[who]?.[what]);
        }
      };
      await Promise.all(Array.from({ length: 24 }, go));
      expect(sent).toBeGreaterThanOrEqual(10_000);
    } finally {
      await server.close();
    }
  }, 300_000);
});
