import { request as httpRequest } from 'node:http';
import { connect as connectTo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type GraphQLNamedType, getNamedType, isObjectType } from 'graphql';
import { type Client, createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { buildApiSchema } from '../../src/api/schema';
import { newKey, startIssuer, type TestIssuer } from '../support/issuer';
import { SAMPLE_2013, SAMPLE_2014, startServer, startServerWith, type TestServer } from './support';

const EVENTS = 'subscription ($after: String) { events(after: $after) { id position } }';

/** A client of the library of the protocol; it does not try again. */
const connect = async (server: TestServer, subject = 'anna', isLazy = true): Promise<Client> =>
  clientWith(server, await server.token({ roles: ['auditor'], subject }), isLazy);
const clientWith = (server: TestServer, token: string, isLazy = true): Client =>
  createClient({
    url: address(server),
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${token}` },
    retryAttempts: 0,
    lazy: isLazy,
    onNonLazyError: () => {},
  });
const address = ({ url }: TestServer): string => `${url.replace('http', 'ws')}/graphql`;

interface ToldError {
  readonly message: string;
  readonly extensions: Readonly<Record<string, unknown>>;
}

/** The error that a subscription is refused with. */
async function refusal(client: Client, query: string): Promise<ToldError> {
  try {
    for await (const { errors } of client.iterate({ query })) return errors?.[0] as unknown as ToldError;
  } catch (error) {
    return (error as readonly ToldError[])[0] as ToldError;
  }
  throw new Error('it ended');
}

/** A connection by hand, that has said who it is. */
async function socketOf(
  server: TestServer,
  headers: Readonly<Record<string, string>> = {},
): Promise<WebSocket> {
  const token = await server.token({ roles: ['auditor'], subject: 'anna' });
  const socket = new WebSocket(address(server), 'graphql-transport-ws', { headers });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  socket.on('error', reject);
  socket.on('close', (code, reason) => reject(new Error(`${code} ${reason}`)));
  socket.once('message', () => resolve());
  socket.on('open', () =>
    socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } })),
  );
  await promise;
  return socket;
}

/** The selection of every field of a type, and of all below it; what leads back to a type above is left out. */
function everything(type: GraphQLNamedType, above: readonly GraphQLNamedType[] = []): string {
  if (!isObjectType(type)) return '';
  const fields = Object.values(type.getFields()).map((field) => ({ field, of: getNamedType(field.type) }));
  return `{ ${fields
    .filter(({ of }) => of !== type && !above.includes(of))
    .map(({ field, of }) => `${field.name} ${everything(of, [...above, type])}`)
    .join(' ')} }`;
}

describe('A subscription', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer(SAMPLE_2013, SAMPLE_2014);
  });
  afterAll(() => server.close());

  it('gives every field of an event as a query does, proofs too', async () => {
    const event = buildApiSchema().getType('Event');
    if (event === undefined) throw new Error('there is no Event');
    const selection = everything(event);
    expect(selection).toContain('proof { index');
    expect(selection).toContain('before { status');
    const { events } = await server
      .as({ roles: ['auditor'] })
      .ask<{ events: { nodes: unknown[] } }>(`{ events(first: 100) { nodes ${selection} } }`);
    const client = await connect(server);
    const got: unknown[] = [];
    for await (const { data, errors } of client.iterate({ query: `subscription { events ${selection} }` })) {
      expect(errors).toBeUndefined();
      got.push(data?.events);
      if (got.length === events.nodes.length) break;
    }
    expect(got).toEqual(events.nodes);
    expect(server.internalErrors).toEqual([]);
    await client.dispose();
  });

  it('that is sent by POST is a request that cannot be answered, not a fault', async () => {
    const { status, errors } = await server.as({ roles: ['auditor'] }).post('subscription { events { id } }');
    expect([status, errors?.[0]?.extensions]).toEqual([400, { code: 'BAD_USER_INPUT' }]);
  });

  it.each([
    ['is skipped by a variable', 'subscription ($s: Boolean!) { events @skip(if: $s) { id } }'],
    [
      'stands beside what is asked',
      'query A { __typename } subscription B($s: Boolean!) { ... @include(if: $s) { events { id } } }',
    ],
    ['spells it across lines', 'subscription ($s: Boolean!) { events @,#\nskip(if: $s) { id } }'],
  ])('that may leave its field out is told so over HTTP too: one that %s', async (_what, query) => {
    for (const operationName of ['A', 'B']) {
      const response = await fetch(`${server.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json' },
        body: JSON.stringify({ query, operationName, variables: { s: true } }),
      });
      expect(response.headers.get('content-type')).toBe('application/graphql-response+json; charset=utf-8');
      expect([response.status, await response.json()]).toEqual([
        400,
        {
          errors: [
            {
              message: expect.stringMatching(
                /^a subscription has @skip or @include at its top level; expected/,
              ),
              extensions: { code: 'BAD_USER_INPUT' },
            },
          ],
        },
      ]);
    }
    expect(server.internalErrors).toEqual([]);
  });

  it.each([
    ['is no GraphQL', 'subscription {', 'GRAPHQL_PARSE_FAILED', /^Syntax Error: /],
    [
      'asks what there is not',
      'subscription { events { nothing } }',
      'GRAPHQL_VALIDATION_FAILED',
      /"nothing"/,
    ],
    [
      'lacks a variable',
      'subscription ($to: String!) { events(after: $to) { id } }',
      'BAD_USER_INPUT',
      /"\$to"/,
    ],
    [
      'skips its field',
      'subscription { events @skip(if: true) { id } }',
      'BAD_USER_INPUT',
      /@skip or @include/,
    ],
    [
      'skips its field by a variable',
      'subscription ($s: Boolean!) { events @skip(if: $s) { id } }',
      'BAD_USER_INPUT',
      /@skip or @include/,
    ],
    [
      'leaves its field out by a variable, in a fragment',
      'subscription ($is: Boolean!) { ...A } fragment A on Subscription { ... @include(if: $is) { events { id } } }',
      'BAD_USER_INPUT',
      /@skip or @include/,
    ],
    [
      'skips a fragment of itself',
      'subscription { ...A } fragment A on Subscription { events { id } ...A @skip(if: true) }',
      'BAD_USER_INPUT',
      /@skip or @include/,
    ],
    ['has a cursor that is none', 'subscription { events(after: "x") { id } }', 'BAD_USER_INPUT', /x/],
  ])('that %s is told so, and nobody else is', async (_what, query, code, message) => {
    const client = await connect(server);
    expect(await refusal(client, query)).toMatchObject({
      message: expect.stringMatching(message),
      extensions: { code },
    });
    expect(server.internalErrors).toEqual([]);
    await client.dispose();
  });

  it('that skips its field keeps no place and closes no connection, whoever sends it, however often', async () => {
    const client = await connect(server);
    for (let time = 0; time < 21; time += 1) {
      const { extensions } = await refusal(client, 'subscription { events @skip(if: true) { id } }');
      expect(extensions).toEqual({ code: 'BAD_USER_INPUT' });
    }
    await client.dispose();
    expect(server.internalErrors).toEqual([]);
  });

  it('may be had over as many connections, and as often, as is enough for one sender', async () => {
    const clients = await Promise.all(Array.from({ length: 10 }, () => connect(server, 'bert', false)));
    const streams = Array.from({ length: 20 }, (_, index) =>
      (clients[index % 10] as Client).iterate<{ events: { id: string } }>({ query: EVENTS }),
    );
    for (const stream of streams) expect((await stream.next()).value?.data?.events.id).toBeTruthy();
    expect(await refusal(clients[0] as Client, EVENTS)).toEqual({
      message: '20 subscriptions of this sender are open, which is the most; try again when one has ended',
      extensions: { code: 'RATE_LIMITED' },
    });
    const one = await connect(server, 'bert');
    const closed = new Promise((resolve) => one.on('closed', resolve));
    one.subscribe({ query: EVENTS }, { next() {}, error() {}, complete() {} });
    expect(await closed).toMatchObject({
      code: 1013,
      reason: '10 connections of this sender are open, which is the most; try again when one has ended',
    });
    // Not others; and what has ended makes room.
    await (await socketOf(server)).terminate();
    await streams[0]?.return?.();
    const again = async () => (await (clients[0] as Client).iterate({ query: EVENTS }).next()).value?.data;
    while ((await again().catch(() => undefined)) === undefined) await sleep(10);
    await Promise.all(clients.map((client) => client.dispose()));
  });

  it('whose client cuts the connection, or sends too much, ends and is no error of ours', async () => {
    const said = jest.spyOn(console, 'error').mockImplementation(() => {});
    for (let cut = 0; cut < 10; cut += 1) {
      const socket = await socketOf(server);
      socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query: EVENTS } }));
      await new Promise((resolve) => socket.once('message', resolve));
      socket.removeAllListeners('close').terminate();
    }
    const socket = await socketOf(server);
    socket.removeAllListeners('close');
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.send('x'.repeat(300 * 1024));
    expect(await closed).toBe(1009);
    await server.ask('{ __typename }');
    expect(server.internalErrors).toEqual([]);
    expect(said).not.toHaveBeenCalled();
    said.mockRestore();
  });
});

describe('A WebSocket', () => {
  let server: TestServer;
  const DASHBOARD = 'https://dashboard.example.nl';
  beforeAll(async () => {
    server = await startServerWith({ origins: [DASHBOARD] }, SAMPLE_2013);
  });
  afterAll(() => server.close());

  it.each([
    ['a page of another site', { origin: 'https://elsewhere.example' }],
    ['a page of a site beside it', { origin: 'https://x.example', 'sec-fetch-site': 'same-site' }],
    ['a page that hides where it is from', { origin: 'null' }],
  ])('is not opened for %s', async (_what, headers) => {
    const { status, body } = await handshake(server, headers);
    expect([status, JSON.parse(body).errors[0].extensions.code]).toEqual([403, 'CROSS_SITE']);
  });

  it('is opened for pages of an origin that is allowed, for its own, and for what is no browser', async () => {
    const own = { origin: server.url, 'sec-fetch-site': 'same-origin' };
    for (const headers of [{ origin: DASHBOARD, 'sec-fetch-site': 'cross-site' }, own, {}])
      expect((await handshake(server, headers)).status).toBe(101);
  });

  it('is not opened elsewhere', async () => {
    expect((await handshake(server, {}, '/other')).status).toBe(404);
  });

  it('of another protocol is closed with what that protocol says', async () => {
    const socket = new WebSocket(address(server), 'graphql-ws');
    const ended = new Promise((resolve) => {
      socket.on('close', resolve);
      socket.on('error', (error) => resolve(error.message));
    });
    expect(await ended).toEqual(expect.stringMatching(/subprotocol/i));
    expect(server.internalErrors).toEqual([]);
  });
});

describe('What is followed by a sender with a limit', () => {
  let issuer: TestIssuer;
  let server: TestServer;
  beforeAll(async () => {
    issuer = await startIssuer(await newKey('ES256', 'one'));
    // This machine is a proxy here, that asks for others.
    const rules = { costPerMinute: 100_000, trustedProxies: ['127.0.0.1'], issuers: [issuer.url] };
    server = await startServerWith(rules, SAMPLE_2013, SAMPLE_2014);
  });
  afterAll(async () => {
    await server.close();
    await issuer.close();
  });
  const tokenOf = (subject: string): Promise<string> => issuer.token({ roles: ['auditor'], sub: subject });

  const get = async (path: string, subject: string, signal?: AbortSignal): Promise<Response> => {
    const authorization = `Bearer ${await tokenOf(subject)}`;
    const headers = { authorization, 'x-forwarded-for': '192.0.2.1' };
    return fetch(`${server.url}${path}`, { headers, ...(signal && { signal }) });
  };
  /** The status of an answer that is read to its end: else its connection stays open. */
  const statusOf = async (path: string, subject: string): Promise<number> => {
    const response = await get(path, subject);
    await response.arrayBuffer();
    return response.status;
  };

  it('costs for each event; a subscription that has used all up waits, and goes on in order', async () => {
    // Each costs 2,000, and 100,000 a minute were there: they last for 50 of the 53.
    const proof = 'proof { index path leafHash checkpoint { note origin size root } }';
    const proofs = Array.from({ length: 99 }, (_, index) => `p${index}: ${proof}`).join(' ');
    const query = `subscription { events { ${proofs} ${'id '.repeat(220)} } }`;
    const client = clientWith(server, await tokenOf('carla'));
    const ids: string[] = [];
    for await (const { data, errors } of client.iterate<{ events: { id: string } }>({ query })) {
      expect(errors).toBeUndefined();
      ids.push(data?.events.id ?? '');
      if (ids.length === 53) break;
    }
    const page = (await (await get('/v1/events?first=100', 'daan')).json()) as { id: string }[];
    expect(ids).toEqual(page.map(({ id }) => id));
    const trend = '/graphql?query={trend(framework:"GGSR",from:1900){year code tested met}}';
    const statuses: number[] = [];
    for (let asked = 0; asked < 3; asked += 1)
      statuses.push(await statusOf(trend.replace('1900', `${1900 + asked}`), 'carla'));
    expect(statuses).toContain(429);
    await client.dispose();
  });

  it('costs for each event of a page of the feed, and for one by itself', async () => {
    // Else some of what is used up would come back meanwhile, the more the slower the machine is.
    const clock = jest.spyOn(performance, 'now').mockReturnValue(performance.now());
    let pages = 0;
    let response = await get('/v1/events?first=100', 'dirk');
    let position = '';
    while (response.status === 200 && pages < 100) {
      pages += 1;
      position = ((await response.json()) as { position: string }[])[0]?.position ?? '';
      response = await get('/v1/events?first=100', 'dirk');
    }
    expect([response.status, await response.json()]).toEqual([
      429,
      expect.objectContaining({ code: 'RATE_LIMITED' }),
    ]);
    expect(pages).toBeGreaterThan(30);
    expect(response.headers.get('retry-after')).toMatch(/^\d+$/);
    let status = 200;
    for (let asked = 0; status === 200 && asked < 1_000; asked += 1)
      status = await statusOf(`/v1/events/${position}`, 'dirk');
    expect(status).toBe(429);
    clock.mockRestore();
  });

  it('may wait in as many requests as is enough', async () => {
    const last = (await get('/v1/events?first=100', 'els')).headers.get('link') ?? '';
    const path = `${/<(.*?)>/.exec(last)?.[1]}&wait=30`.replace('first=100', 'first=1');
    const gone = new AbortController();
    const waiting = Array.from({ length: 11 }, () => get(path, 'els', gone.signal));
    // All but one wait.
    const refused = await Promise.race(waiting);
    expect([refused.status, await refused.json()]).toEqual([
      429,
      expect.objectContaining({
        code: 'RATE_LIMITED',
        detail: '10 long polls of this sender are open, which is the most; try again when one has ended',
      }),
    ]);
    // Not others; and who leaves makes room.
    expect(await statusOf(path.replace('wait=30', 'wait=1'), 'frits')).toBe(200);
    gone.abort();
    await Promise.allSettled(waiting);
    let status = 429;
    while (status === 429) status = await statusOf(path.replace('wait=30', 'wait=1'), 'els');
    expect(status).toBe(200);
  });
});

describe('A server that stops', () => {
  it('answers who waits with what there is, and ends subscriptions before the log is closed', async () => {
    const server = await startServer(SAMPLE_2013);
    const headers = await server.as({ roles: ['auditor'] }).headers();
    const first = await fetch(`${server.url}/v1/events?first=100`, { headers });
    const next = /<(.*?)>/.exec(first.headers.get('link') ?? '')?.[1];
    const waiting = fetch(`${server.url}${next}&wait=30`, { headers });
    // One that follows to the end and waits, one that takes nothing any more, and one that asks again and again.
    const live = await connect(server);
    const closed = new Promise((resolve) => live.on('closed', resolve));
    const stream = live.iterate<{ events: { id: string } }>({ query: EVENTS });
    for (let taken = 0; taken < 44; taken += 1) await stream.next();
    const deaf = await socketOf(server);
    deaf.removeAllListeners('close');
    const query = `subscription { events { data ${Array.from({ length: 90 }, (_, i) => `d${i}: data`).join(' ')} } }`;
    for (const id of ['1', '2', '3'])
      deaf.send(JSON.stringify({ id, type: 'subscribe', payload: { query } }));
    await new Promise((resolve) => deaf.once('message', resolve));
    deaf.pause();
    const begin = performance.now();
    await server.close();
    const answer = await waiting;
    expect([answer.status, await answer.json()]).toEqual([200, []]);
    expect(answer.headers.get('link')).toContain('rel="next"');
    expect(await closed).toMatchObject({ code: 1001 });
    expect(server.internalErrors).toEqual([]);
    // Far below what it waited for: else it was waited to its end.
    expect(performance.now() - begin).toBeLessThan(20_000);
    deaf.terminate();
  });

  it('waits for nobody who asks nothing, or never comes to an end with it', async () => {
    const server = await startServerWith({ requestSeconds: 600 });
    const sent = [
      '',
      'GET /healthz HT',
      'POST /graphql HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{',
    ];
    const { hostname, port } = new URL(server.url);
    const silent = sent.map((text) => {
      const socket = connectTo(Number(port), hostname, () => socket.write(text)).resume();
      return { socket, ended: new Promise((resolve) => socket.on('error', () => {}).once('close', resolve)) };
    });
    // Asked on a connection that was opened after them: by then theirs are known.
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
    await server.close();
    await Promise.all(silent.map(({ ended }) => ended));
  });
});

/** The answer to a handshake. */
function handshake(
  { url }: TestServer,
  headers: Readonly<Record<string, string>>,
  path = '/graphql',
): Promise<{ status: number; body: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; body: string }>();
  const request = httpRequest(`${url}${path}`, {
    headers: {
      connection: 'upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
      'sec-websocket-protocol': 'graphql-transport-ws',
      ...headers,
    },
  });
  request.on('error', reject);
  request.on('upgrade', (_response, socket) => {
    socket.destroy();
    resolve({ status: 101, body: '' });
  });
  request.on('response', (response) => {
    let body = '';
    response.on('data', (text) => {
      body += text;
    });
    response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
  });
  request.end();
  return promise;
}
