import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { audienceKey } from '../../src/api/audience-key';
import { awaitCursor } from '../../src/api/awaited-cursors';
import { type Audience, EVERYTHING } from '../../src/domain/audience';
import { Sender } from './mutations/support';
import { SAMPLE_2013, type Somebody, startServer, type TestServer } from './support';

const STJ = 'Samenwerkend Toezicht Jeugd';
const INSPECTOR: Somebody = { roles: ['inspector'], inspectorates: [STJ] };
const READER: Somebody = { roles: ['reader'] };

type Page = { events: { nodes: { position: string }[]; pageInfo: { endCursor: string } } };
const EVENTS = `query ($after: String) { events(after: $after, first: 100) {
  nodes { position } pageInfo { endCursor } } }`;

describe('A place in the order of events', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer(SAMPLE_2013);
  });
  afterAll(async () => {
    expect(server.internalErrors).toEqual([]);
    await server.close();
  });

  it.each([
    ['lost a role', INSPECTOR, READER],
    ['got one', READER, INSPECTOR],
    ['has another inspectorate', INSPECTOR, { ...INSPECTOR, inspectorates: ['Een andere inspectie'] }],
    ['sees everything now', READER, { roles: ['auditor'] } as Somebody],
  ])('is refused to who %s since, rather than to miss events', async (_, before, since) => {
    const { events } = await server.as(before).ask<Page>(EVENTS);
    const places = [events.pageInfo.endCursor, events.nodes.at(-1)?.position ?? ''];
    for (const after of places) {
      expect(await server.as(since).refusal(EVENTS, { after })).toMatch(
        /^CURSOR_OF_OTHER_RIGHTS: after ".*" was given to somebody with other rights, or does not say to whom; .* leave it out to begin again/,
      );
      const feed = await fetch(`${server.url}/v1/events?after=${after}`, {
        headers: await server.as(since).headers(),
      });
      expect([feed.status, await feed.json()]).toEqual([
        400,
        expect.objectContaining({ code: 'CURSOR_OF_OTHER_RIGHTS' }),
      ]);
      expect(await server.as(before).ask<Page>(EVENTS, { after })).toMatchObject({ events: { nodes: [] } });
    }
  });

  it('that does not say to whom it was given is refused, as those of earlier versions', async () => {
    const after = Buffer.from('[10,44]').toString('base64url');
    expect(await server.as(READER).refusal(EVENTS, { after })).toMatch(/^CURSOR_OF_OTHER_RIGHTS: /);
  });

  it.each(['[99999999999999999999999999]', '[-1]', '[1.5,"public"]'])('cannot be %s', async (text) => {
    const after = Buffer.from(text).toString('base64url');
    expect(await server.as(READER).refusal(EVENTS, { after })).toMatch(
      /^BAD_USER_INPUT: .* is not a cursor of this list; expected the position of an event/,
    );
  });

  it('is the same for who sees the same, and an event is found by it whatever one sees', async () => {
    const { events } = await server.as({ ...READER, subject: 'anna' }).ask<Page>(EVENTS);
    const after = events.nodes.at(4)?.position;
    const bert = server.as({ ...READER, subject: 'bert' });
    expect((await bert.ask<Page>(EVENTS, { after })).events.nodes).toEqual(events.nodes.slice(5));
    const auditor = await server.as({ roles: ['auditor'] }).headers();
    expect((await fetch(`${server.url}/v1/events/${after}`, { headers: auditor })).status).toBe(200);
  });

  it('may be the position of an answer: behind all that was there by then', async () => {
    const written = async () => {
      const admin = new Sender(server.as({ roles: ['admin'] }));
      const { data } = await admin.post('registerApproach', {
        municipality: 'GM0363',
        name: `Aanpak ${count++}`,
      });
      return String(data?.registerApproach?.position);
    };
    let count = 1;
    const after = await written();
    const admin = server.as({ roles: ['admin'] });
    expect((await admin.ask<Page>(EVENTS, { after })).events.nodes).toEqual([]);
    expect((await server.as(READER).ask<Page>(EVENTS, { after })).events.nodes).toEqual([]);
    await written();
    expect((await admin.ask<Page>(EVENTS, { after })).events.nodes).toHaveLength(1);
  });
});

describe('A place that is not in this log', () => {
  const AUDITOR: Somebody = { roles: ['auditor'] };
  const HISTORY = `query ($after: String) { approach(municipality: "GM0935", slug: "integrale-aanpak") {
    history(after: $after) { nodes { position } } } }`;
  const cursor = (...values: readonly unknown[]) => Buffer.from(JSON.stringify(values)).toString('base64url');
  /** As the cursor would have been given by versions that did not say in which log. */
  const unmarked = (text: string) =>
    Buffer.from(Buffer.from(text, 'base64url').toString().replace(/@\w+/, '')).toString('base64url');
  /** Behind the end of any log here, whatever it counts positions in. */
  const BEYOND = 2 ** 50;
  let server: TestServer;
  let other: TestServer;
  beforeAll(async () => {
    [server, other] = [await startServer(SAMPLE_2013), await startServer(SAMPLE_2013)];
  });
  afterAll(async () => {
    expect([server.internalErrors, other.internalErrors]).toEqual([[], []]);
    await server.close();
    await other.close();
  });

  /** The codes with which somebody is refused in all ways that lead along the log; null where they are not. */
  async function codes(somebody: Somebody, after: string): Promise<(string | null)[]> {
    const client = server.as(somebody);
    const literal = await client.post(`{ events(after: "${after}") { nodes { id } } }`);
    const initial = await client.post(EVENTS.replace('$after: String', `$after: String = "${after}"`));
    const given = await client.post(EVENTS, { after });
    const history = await client.post(HISTORY, { after });
    const feed = await fetch(`${server.url}/v1/events?after=${after}`, { headers: await client.headers() });
    const subscription = createClient({
      url: `${server.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: { authorization: `Bearer ${await server.token(somebody)}` },
      retryAttempts: 0,
    });
    const followed = await subscription
      .iterate({ query: `subscription { events(after: "${after}") { id } }` })
      .next()
      .then(
        ({ value }) => value?.errors,
        (errors) => errors,
      );
    await subscription.dispose();
    return [
      ...[literal, initial, given, history].map(({ errors }) => errors?.[0]?.extensions.code ?? null),
      feed.ok ? null : ((await feed.json()) as { code: string }).code,
      followed?.[0]?.extensions.code ?? null,
    ] as (string | null)[];
  }
  const all = (code: string) => Array(6).fill(code);

  it.each([
    ['a position', [BEYOND]],
    ['an event', [BEYOND, 'all']],
    ['an event that came with another', [10, BEYOND, 'all']],
    ['a page behind which nothing was', [Number.MAX_SAFE_INTEGER, BEYOND, 'all']],
  ])('as it lies behind the end is refused, rather than to miss what comes there: %s', async (_, values) => {
    expect(await codes(AUDITOR, cursor(...values))).toEqual(all('POSITION_UNKNOWN'));
  });

  it('is told what to do, and names no snapshot, as the log may yet come so far', async () => {
    const { errors, status, ...rest } = await server.as(AUDITOR).post(EVENTS, { after: cursor(BEYOND) });
    expect([status, errors?.[0]?.message]).toEqual([
      400,
      expect.stringMatching(/^after "\w+" lies behind the end of this log: .*; leave it out to begin again/),
    ]);
    expect(rest).not.toHaveProperty('extensions.snapshot');
  });

  it('as it was given in another is refused by name, to whoever asks, wherever it lies', async () => {
    for (const somebody of [AUDITOR, READER, INSPECTOR]) {
      const { events } = await other.as(somebody).ask<Page>(EVENTS);
      const places = [events.pageInfo.endCursor, events.nodes[3]?.position ?? ''];
      for (const after of places) expect(await codes(somebody, after)).toEqual(all('CURSOR_OF_ANOTHER_LOG'));
    }
    expect(await codes(AUDITOR, cursor(BEYOND, 'all@00000000'))).toEqual(all('CURSOR_OF_ANOTHER_LOG'));
  });

  it('but one that does not say in which log it was given, as those of earlier versions, is taken', async () => {
    for (const somebody of [AUDITOR, READER, INSPECTOR]) {
      const { events } = await server.as(somebody).ask<Page>(EVENTS);
      const places = [events.pageInfo.endCursor, events.nodes[3]?.position ?? ''];
      for (const after of places) {
        expect(unmarked(after)).not.toBe(after);
        const client = server.as(somebody);
        const { events: rest } = await client.ask<Page>(EVENTS, { after: unmarked(after) });
        expect(rest.nodes).toEqual(after === places[0] ? [] : events.nodes.slice(4));
      }
    }
  });

  it('may be in it on another replica, so it is waited for, and said where that is in vain', async () => {
    const asked: number[] = [];
    const sources = (answer: 'reached' | 'late' | 'beyond') => ({
      position: () => 5,
      waitFor: async (position: number) => {
        asked.push(position);
        return answer;
      },
      charge: () => {},
    });
    await awaitCursor(cursor(2, 5, 'all'), null, sources('beyond'));
    expect(asked).toEqual([]);
    await awaitCursor(cursor(6, 'all'), null, sources('reached'));
    await expect(awaitCursor(cursor(6, 'all'), null, sources('late'))).rejects.toMatchObject({
      message: expect.stringMatching(/^this replica has not come as far as after ".*" in time: ask again/),
      extensions: { code: 'POSITION_NOT_REACHED', http: { status: 503 } },
    });
    expect(asked).toEqual([6, 6]);
  });
});

describe('What tells audiences apart', () => {
  const key = (...limits: readonly Partial<Audience[number]>[]) =>
    audienceKey(limits.map((one) => ({ ...EVERYTHING, ...one })));
  it('is what they see, however it is said', () => {
    expect(key({ inspectorates: ['A', 'B'] })).toBe(key({ inspectorates: ['B', 'A', 'A'] }));
    expect(key({ frameworks: ['F'] }, { inspectorates: ['A'] })).toBe(
      key({ inspectorates: ['A'] }, { frameworks: ['F'] }),
    );
    expect(key({ inspectorates: ['A'] }, {})).toBe(key({}));
    expect(key({ inspectorates: [] })).toBe(key());
    expect(key({ inspectorates: ['A'] }, { municipalities: [] })).toBe(key({ inspectorates: ['A'] }));
  });

  it('differs wherever they see otherwise', () => {
    const keys = [
      key(),
      key({}),
      key({ inspectorates: ['A'] }),
      key({ municipalities: ['A'] }),
      key({ frameworks: ['A'] }),
      key({ inspectorates: ['A'], frameworks: ['A'] }),
      key({ inspectorates: ['A'] }, { frameworks: ['A'] }),
      key({ inspectorates: ['A', 'B'] }),
    ];
    expect(new Set(keys).size).toBe(keys.length);
  });
});
