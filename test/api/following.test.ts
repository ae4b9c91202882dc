import Ajv2020 from 'ajv/dist/2020';
import { CloudEvent } from 'cloudevents';
import { type Client, createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { assessment } from '../factsheet/builder';
import { AUDIENCE, newKey, startIssuer, type TestIssuer } from '../support/issuer';
import { facts, SAMPLE_2013, SAMPLE_2014, startServer, startServerWith, type TestServer } from './support';

interface FollowedEvent {
  readonly specversion: string;
  readonly id: string;
  readonly type: string;
  readonly subject: string;
  readonly dataref: string;
  readonly position: string;
  readonly data?: {
    readonly stream: string;
    readonly revision: number;
    readonly source: { readonly line: number } | null;
    readonly event: Readonly<Record<string, unknown>>;
    readonly approach: object | null;
    readonly verdictChanges: readonly {
      readonly indicator: { readonly code: string };
      readonly before: object | null;
      readonly after: object | null;
    }[];
  };
}

let server: TestServer;
let token: string;
const get = async (path: string, bearer: string | null = token) =>
  fetch(`${server.url}${path}`, { headers: bearer === null ? {} : { authorization: `Bearer ${bearer}` } });
const feed = async (path: string) => {
  const response = await get(path);
  expect([path, response.status]).toEqual([path, 200]);
  return {
    events: (await response.json()) as FollowedEvent[],
    next: /^<(.+)>; rel="next"$/.exec(response.headers.get('link') ?? '')?.[1] ?? '',
    type: response.headers.get('content-type'),
  };
};
/** Ids of the whole log, in order, as a query gives them. */
const logged = async (): Promise<string[]> => {
  const ids: string[] = [];
  let after: string | null = null;
  do {
    const page: {
      events: { nodes: { id: string }[]; pageInfo: { hasNextPage: boolean; endCursor: string } };
    } = await server
      .as({ roles: ['auditor'] })
      .ask(
        'query ($after: String) { events(first: 100, after: $after) { nodes { id } pageInfo { hasNextPage endCursor } } }',
        { after },
      );
    ids.push(...page.events.nodes.map(({ id }) => id));
    after = page.events.pageInfo.hasNextPage ? page.events.pageInfo.endCursor : null;
  } while (after !== null);
  return ids;
};

beforeAll(async () => {
  server = await startServer(SAMPLE_2013, SAMPLE_2014);
  token = await server.token({ roles: ['auditor'] });
});
afterAll(() => server.close());

describe('The feed of events', () => {
  test('gives the whole log in order, page by page, each event once', async () => {
    const ids: string[] = [];
    let path = '/v1/events?first=7';
    for (;;) {
      const { events, next } = await feed(path);
      if (events.length === 0) break;
      ids.push(...events.map(({ id }) => id));
      path = next;
    }
    expect(ids).toEqual(await logged());
  });

  test('gives CloudEvents that the library of that name takes, by the national profile', async () => {
    const { events, type } = await feed('/v1/events?first=100');
    expect(type).toBe('application/cloudevents-batch+json; charset=utf-8');
    for (const event of events) {
      expect(new CloudEvent({ ...event }).validate()).toBe(true);
      expect(event).toMatchObject({
        source: 'urn:nld:oin:00000001823288444000:systeem:toetsspoor',
        type: expect.stringMatching(/^nl\.toetsspoor\.[a-z]+(-[a-z]+)*$/),
        dataref: `https://toetsspoor.example.nl/v1/events/${event.position}`,
        datacontenttype: 'application/json',
      });
    }
    expect(events[0]?.type).toBe('nl.toetsspoor.framework-published');
  });

  test('is described by OpenAPI as it is', async () => {
    const description = (await (await get('/v1/openapi.json', null)).json()) as object;
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    ajv.addSchema(description, 'description');
    const valid = ajv.compile({
      type: 'array',
      items: { $ref: 'description#/components/schemas/CloudEvent' },
    });
    valid((await feed('/v1/events?first=100')).events);
    expect(valid.errors).toBeNull();
    expect(valid([{ specversion: '1.0' }])).toBe(false);
  });

  test('tells with a conclusion which verdicts it changed, each before and after', async () => {
    const { events } = await feed('/v1/events?first=100&types=AssessmentConcluded');
    expect(events.map(({ data }) => data?.verdictChanges.length)).toEqual([30, 1]);
    expect(events[1]?.data?.verdictChanges).toEqual([
      {
        indicator: { code: '4.2.2', name: expect.any(String) },
        before: { status: 'IMPROVEMENT_NEEDED', basis: 'ASSESSED', assessedIn: 2013 },
        after: { status: 'MET', basis: 'REPORTED', assessedIn: 2014 },
      },
    ]);
    expect(events[0]?.data?.verdictChanges.every(({ before }) => before === null)).toBe(true);
  });

  test('tells of approach and verdicts what a query tells', async () => {
    const { events } = await feed('/v1/events?first=100');
    const told = await server.as({ roles: ['auditor'] }).ask<{ events: { nodes: unknown[] } }>(
      `{ events(first: 100) { nodes {
        approach { id: approachId municipality slug }
        verdictChanges { indicator { code name } before { ...State } after { ...State } }
      } } }
      fragment State on VerdictState { status basis assessedIn }`,
    );
    expect(told.events.nodes).toEqual(
      events.map(({ data }) => ({ approach: data?.approach, verdictChanges: data?.verdictChanges })),
    );
  });

  test('tells everybody of the verdicts that are there for them, in the events behind one too', async () => {
    const { approach } = await server.ask<{ approach: { verdicts: { explanation: unknown[] }[] } }>(
      `{ approach(municipality: "GM0935", slug: "integrale-aanpak") { verdicts(theme: "4") {
        explanation { type approach { slug } verdictChanges { indicator { code } after { status assessedIn } } }
      } } }`,
    );
    const explained = approach.verdicts.flatMap(({ explanation }) => explanation);
    const own = { slug: 'integrale-aanpak' };
    // What was judged changes nothing before it is concluded.
    expect(explained).toContainEqual({ type: 'FollowUpAssessed', approach: own, verdictChanges: [] });
    expect(explained).toContainEqual({
      type: 'AssessmentConcluded',
      approach: own,
      verdictChanges: [{ indicator: { code: '4.2.2' }, after: { status: 'MET', assessedIn: 2014 } }],
    });
  });

  test('takes several types with commas between, and says so to who repeats the parameter', async () => {
    const { events } = await feed('/v1/events?first=100&types=AssessmentOpened,AssessmentConcluded');
    expect(new Set(events.map(({ type }) => type))).toEqual(
      new Set(['nl.toetsspoor.assessment-opened', 'nl.toetsspoor.assessment-concluded']),
    );
    const repeated = await get('/v1/events?types=AssessmentOpened&types=AssessmentConcluded');
    expect(await repeated.json()).toMatchObject({
      status: 400,
      detail: expect.stringMatching(
        /^types is there more than once; expected it once, as types with commas between, such as FindingRecorded,FindingCorrected, each one of /,
      ),
    });
  });

  test('leads from each event to the whole of it, with the line of the document', async () => {
    const { events } = await feed('/v1/events?first=3&types=FindingRecorded');
    for (const event of events) {
      const response = await get(new URL(event.dataref).pathname);
      expect(response.headers.get('content-type')).toBe('application/cloudevents+json; charset=utf-8');
      expect(await response.json()).toEqual(event);
      expect(event.data?.source?.line).toBeGreaterThan(1);
    }
  });

  test('waits for something to happen, and gives it when it does', async () => {
    const { next } = await feed('/v1/events?first=100');
    const waiting = feed(`${next}&wait=30`);
    await server.import(assessment(facts({ approach: 'Wachten' })));
    const { events } = await waiting;
    expect(events[0]).toMatchObject({ subject: 'approach-GM0935-wachten' });
  });

  test('waits no longer than is asked, and then goes on from where it was', async () => {
    let { events, next } = await feed('/v1/events?first=100');
    while (events.length > 0) ({ events, next } = await feed(next));
    const again = await feed(`${next}&wait=1`);
    expect(again.events).toEqual([]);
    await server.import(assessment(facts({ approach: 'Daarna' })));
    expect((await feed(again.next.replace('wait=1', 'wait=0'))).events[0]?.subject).toBe(
      'approach-GM0935-daarna',
    );
  });

  test('leaves out data that would make an event too large, and has them behind its reference', async () => {
    const long = facts({ approach: 'Lang' });
    // No finding may be so long, but the event that has the whole document is.
    const mark = { verdict: 'MET' as const, narrative: `${'Lang verhaal. '.repeat(1_400)}Einde.`, notes: [] };
    const rows = long.rows.map((row, index) => (index < 4 ? { ...row, marks: [mark] } : row));
    await server.import(assessment({ ...long, rows }));
    const { results } = (await (await get('/v1/approaches?municipality=GM0935')).json()) as {
      results: { id: string; slug: string }[];
    };
    const id = results.find(({ slug }) => slug === 'lang')?.id;
    const { events } = await feed(`/v1/events?first=100&approach=${id}`);
    const large = events.filter(({ data }) => data === undefined);
    expect(large.map(({ type }) => type)).toContain('nl.toetsspoor.factsheet-imported');
    expect(Math.max(...events.map((event) => JSON.stringify(event).length))).toBeLessThanOrEqual(64 * 1024);
    const whole = (await (await get(new URL(large[0]?.dataref ?? '').pathname)).json()) as FollowedEvent;
    expect(JSON.stringify(whole.data).length).toBeGreaterThan(64 * 1024);
  });

  test.each([
    ['/v1/events', 401, 'UNAUTHENTICATED'],
    ['/v1/events/WzFd', 401, 'UNAUTHENTICATED'],
  ])('is not for who is not signed in: %s', async (path, status, code) => {
    const response = await get(path, null);
    expect([response.status, await response.json()]).toEqual([
      status,
      expect.objectContaining({ status, code }),
    ]);
    expect(response.headers.get('www-authenticate')).toContain('Bearer');
  });

  test.each([
    [
      'a type that is none',
      '/v1/events?types=Nothing',
      'types is "Nothing": no type of event is "Nothing"; expected types with commas between',
    ],
    ['a cursor that is none', '/v1/events?after=x', 'after is "x": it is not a position'],
    ['an approach that is none', '/v1/events?approach=x', 'approach is "x": it is not the id of an approach'],
    ['too long a wait', '/v1/events?wait=31', 'a whole number from 0 to 30'],
  ])('refuses %s, and says what is expected', async (_what, path, detail) => {
    const response = await get(path);
    const problem = (await response.json()) as { detail: string };
    expect(response.status).toBe(400);
    expect(problem.detail).toContain(detail);
  });

  test('has no event where none is', async () => {
    expect((await get(`/v1/events/${Buffer.from('[999999]').toString('base64url')}`)).status).toBe(404);
  });
});

describe('The subscription', () => {
  const EVENTS = 'subscription ($after: String) { events(after: $after) { id position type stream } }';
  type Next = { events: { id: string; position: string; type: string; stream: string } };
  const connect = (
    connectionParams: Record<string, unknown> = { authorization: `Bearer ${token}` },
  ): Client =>
    createClient({
      url: `${server.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams,
      retryAttempts: 0,
    });
  const subscribe = (client: Client, after: string | null) =>
    client.iterate<Next>({ query: EVENTS, variables: { after } });
  const failure = async (client: Client, query: string): Promise<unknown> => {
    try {
      for await (const { errors } of client.iterate({ query })) return errors?.[0];
      return 'ended';
    } catch (error) {
      return Array.isArray(error) ? error[0] : error;
    }
  };

  test('gives what is there already and then what comes, in order, none missed and none twice', async () => {
    const client = connect();
    const ids: string[] = [];
    const stream = subscribe(client, null);
    const before = (await logged()).length;
    let imported: Promise<void> | undefined;
    for await (const { data } of stream) {
      ids.push(data?.events.id ?? '');
      if (ids.length === before) imported = server.import(assessment(facts({ approach: 'Levend' })));
      if (data?.events.type === 'AssessmentConcluded' && data.events.stream.endsWith('levend')) break;
    }
    await imported;
    expect(ids).toEqual(await logged());
    await client.dispose();
  });

  test('goes on behind the last event, however often it is cut', async () => {
    const all = await logged();
    const ids: string[] = [];
    let after: string | null = null;
    let cuts = 0;
    while (ids.length < all.length) {
      const client = connect();
      const stream = subscribe(client, after);
      // Some events are on their way to who is cut, and are sent again.
      for (let taken = 0; taken <= cuts % 2 && ids.length < all.length; taken += 1) {
        const { value } = await stream.next();
        ids.push(value?.data?.events.id ?? 'none');
        after = value?.data?.events.position ?? null;
      }
      client.terminate();
      cuts += 1;
    }
    expect(cuts).toBeGreaterThanOrEqual(100);
    expect(ids).toEqual(all);
  });

  test('gives only the types and the approach that are asked for', async () => {
    const client = connect();
    const query =
      'subscription { events(types: ["AssessmentConcluded"]) { type stream source { line } data } }';
    const stream = client.iterate<{ events: { type: string; stream: string } }>({ query });
    const got = [await stream.next(), await stream.next()].map(({ value }) => value?.data?.events);
    expect(got.map((event) => [event?.type, event?.stream])).toEqual([
      ['AssessmentConcluded', 'approach-GM0935-integrale-aanpak'],
      ['AssessmentConcluded', 'approach-GM0935-integrale-aanpak'],
    ]);
    await client.dispose();
  });

  test('is not for who is not signed in, and tells so', async () => {
    expect(await failure(connect({}), EVENTS)).toMatchObject({
      code: 4403,
      reason: expect.stringMatching(/token/),
    });
  });

  test.each([
    [
      'that is not believed',
      { authorization: 'Bearer a.b.c' },
      'the token is not accepted; expected one Auth',
    ],
    ['without the word Bearer', { authorization: 'a.b.c' }, 'Authorization: Bearer TOKEN'],
    ['that is no text', { authorization: { Bearer: 'a.b.c' } }, 'Authorization: Bearer TOKEN'],
  ])('is refused to who comes with a token %s, and says what was expected', async (_what, params, reason) => {
    const before = server.warnings.length;
    expect(await failure(connect(params), EVENTS)).toMatchObject({
      code: 4403,
      reason: expect.stringContaining(reason),
    });
    expect(server.internalErrors).toEqual([]);
    expect(server.warnings.length - before).toBeLessThanOrEqual(1);
  });

  test('says as a WebSocket what it says over HTTP, where a token is refused', async () => {
    const authorization = 'Bearer a.b.c';
    const { reason } = (await failure(connect({ authorization }), EVENTS)) as CloseEvent;
    const response = await fetch(`${server.url}/graphql?query={__typename}`, { headers: { authorization } });
    expect(await response.json()).toMatchObject({ errors: [{ message: reason }] });
  });

  test.each([
    ['PERSISTED_QUERY_NOT_SUPPORTED', { persistedQuery: { version: 1, sha256Hash: 'a'.repeat(64) } }],
  ])('that is named as Apollo does is told %s', async (code, extensions) => {
    const client = connect();
    await expect(client.iterate({ query: '', extensions }).next()).rejects.toMatchObject([
      { message: 'PersistedQueryNotSupported', extensions: { code } },
    ]);
    await client.dispose();
  });

  test('behind what is no position is refused, and told what a follower holds', async () => {
    const expected = 'expected the position of an event, the position that an answer of this register had';
    const client = connect();
    expect((await subscribe(client, 'zz').next()).value).toMatchObject({
      errors: [{ message: expect.stringContaining(expected), extensions: { code: 'BAD_USER_INPUT' } }],
    });
    await client.dispose();
    const response = await get('/v1/events?after=zz');
    expect([response.status, JSON.stringify(await response.json())]).toEqual([
      400,
      expect.stringContaining('one that an event of this feed has, or the header toetsspoor-position'),
    ]);
  });

  test.each([
    ['a query', '{ frameworks { code } }', 'BAD_USER_INPUT'],
    ['two events at once', 'subscription { a: events { id } b: events { id } }', undefined],
    ['a document that is none', 'subscription {', undefined],
  ])('refuses %s', async (_what, query, code) => {
    const client = connect();
    const error = (await failure(client, query)) as { message: string; extensions?: { code?: string } };
    expect(error.message).toBeTruthy();
    if (code !== undefined) expect(error.extensions?.code).toBe(code);
    await client.dispose();
  });

  test('takes the token from the header of the request too', async () => {
    class WithToken extends WebSocket {
      constructor(url: string, protocols: string | string[]) {
        super(url, protocols, { headers: { authorization: `Bearer ${token}` } });
      }
    }
    const client = createClient({
      url: `${server.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WithToken,
      retryAttempts: 0,
    });
    expect((await subscribe(client, null).next()).value?.data?.events.type).toBe('FrameworkPublished');
    await client.dispose();
  });
});

describe('A connection', () => {
  let issuer: TestIssuer;
  let guarded: TestServer;
  beforeAll(async () => {
    issuer = await startIssuer(await newKey('ES256', 'one'));
    guarded = await startServerWith({ issuers: [issuer.url], audience: AUDIENCE }, SAMPLE_2013);
  });
  afterAll(async () => {
    await guarded.close();
    await issuer.close();
  });

  test('ends when the token does', async () => {
    const exp = Math.floor(Date.now() / 1000) + 3;
    const authorization = `Bearer ${await issuer.token({ exp })}`;
    const socket = new WebSocket(`${guarded.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    const closed = new Promise<number>((resolve) => socket.on('close', resolve));
    socket.on('open', () =>
      socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization } })),
    );
    const first = await new Promise<string>((resolve) =>
      socket.once('message', (data) => resolve(String(data))),
    );
    expect(JSON.parse(first)).toMatchObject({ type: 'connection_ack' });
    expect(await closed).toBe(4403);
    expect(Date.now() / 1000).toBeGreaterThanOrEqual(exp - 1);
  });

  test('to another address is refused', async () => {
    const socket = new WebSocket(`${guarded.url.replace('http', 'ws')}/other`, 'graphql-transport-ws');
    const error = await new Promise<Error>((resolve) => socket.on('error', resolve));
    expect(error.message).toContain('404');
  });
});
