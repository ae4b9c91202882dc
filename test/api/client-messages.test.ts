import { once } from 'node:events';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { SAMPLE_2013, startServer, startServerWith, type TestServer } from './support';

/** As deep as a message has room for. */
const DEEP = `${'['.repeat(120_000)}${']'.repeat(120_000)}`;
const subscribe = (payload: unknown, id: unknown = '1') => JSON.stringify({ type: 'subscribe', id, payload });
const EVENTS = { query: 'subscription { events { id } }' };

const KNOWN = 'type is not known; expected connection_init, subscribe, complete, ping or pong';

const address = ({ url }: TestServer): string => `${url.replace('http', 'ws')}/graphql`;

async function open(server: TestServer): Promise<WebSocket> {
  const socket = new WebSocket(address(server), 'graphql-transport-ws');
  await once(socket, 'open');
  return socket;
}

/** A WebSocket of somebody who is signed in. */
async function openSignedIn(server: TestServer): Promise<WebSocket> {
  const authorization = `Bearer ${await server.token({ roles: ['reader'] })}`;
  const socket = await open(server);
  expect(await answer(socket, JSON.stringify({ type: 'connection_init', payload: { authorization } }))).toBe(
    '{"type":"connection_ack"}',
  );
  return socket;
}

/** What comes first when that was said: a message, or why the connection is closed. */
async function answer(socket: WebSocket, ...said: readonly string[]): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  socket.once('message', (data) => resolve(String(data)));
  socket.once('close', (code, reason) => resolve(`${code} ${reason}`));
  for (const text of said) socket.send(text);
  return promise;
}

describe('What a client says over a WebSocket', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer(SAMPLE_2013);
  });
  // A fault of theirs is none of ours.
  afterEach(() => expect(server.internalErrors).toEqual([]));
  afterAll(() => server.close());

  it.each([
    ['something', '{"x":"here"}'],
    ['something nested without end', `{"x":${DEEP}}`],
  ])('as a ping is answered, without what it holds: %s', async (_what, payload) => {
    const socket = await open(server);
    expect(await answer(socket, `{"type":"ping","payload":${payload}}`)).toBe('{"type":"pong"}');
    expect(await answer(socket, '{"type":"ping"}')).toBe('{"type":"pong"}');
    socket.terminate();
  });

  it.each([
    ['that is no JSON', '{"type"', 'a message is no JSON'],
    ['that is no object', '[]', 'a message is no object'],
    ['that only a server says', '{"type":"next","id":"1","payload":{}}', KNOWN],
    ['that nobody says', `{"type":${DEEP}}`, KNOWN],
    ['with no payload', '{"type":"connection_init","payload":"x"}', 'payload is no object'],
    [
      'whose document is none',
      subscribe({ query: 1 }),
      'query in payload is no string; expected the document',
    ],
    [
      'whose variables are a list',
      subscribe({ ...EVENTS, variables: [] }),
      'variables in payload is no object',
    ],
    [
      'whose operation is nested',
      `{"type":"subscribe","id":"1","payload":{"query":"","operationName":${DEEP}}}`,
      /^op.* no string$/,
    ],
    [
      'whose variables are few, and nested',
      `{"type":"subscribe","id":"1","payload":{"query":"","variables":{"x":${'['.repeat(4_999)}${']'.repeat(4_999)}}}}`,
      'variables in payload are nested more deeply than any that are asked for',
    ],
    ['without an id', subscribe(EVENTS, ''), 'id is no string of 1 to 255 characters'],
    ['with a long id', subscribe(EVENTS, 'x'.repeat(256)), 'id is no string of 1 to 255 characters'],
    ['that completes nothing', '{"type":"complete","id":{}}', 'id is no string of 1 to 255 characters'],
  ])('closes it with what is wrong where it is a message %s', async (_what, said, reason) => {
    const [code, ...words] = (await answer(await open(server), said)).split(' ');
    expect(code).toBe('4400');
    if (typeof reason === 'string') expect(words.join(' ')).toBe(reason);
    else expect(words.join(' ')).toMatch(reason);
  });

  it.each(['["x"]', DEEP])('as a token ends it where it is no text: %.9s', async (token) => {
    const said = `{"type":"connection_init","payload":{"Authorization":${token}}}`;
    expect(await answer(await open(server), said)).toMatch(/^4403 the token is not accepted; expected/);
  });

  it('may have an id that is too long to be told', async () => {
    const socket = await openSignedIn(server);
    const id = 'x'.repeat(255);
    expect(await answer(socket, subscribe(EVENTS, id))).toMatch(/"type":"next"/);
    const closed = once(socket, 'close');
    socket.send(subscribe(EVENTS, id));
    expect([(await closed)[0], String((await closed)[1])]).toEqual([
      4409,
      `Subscriber for ${'x'.repeat(123 - 'Subscriber for '.length)}`,
    ]);
  });

  it('in too many variables is refused as over HTTP', async () => {
    const socket = await openSignedIn(server);
    const said = `{"type":"subscribe","id":"1","payload":{"query":"${EVENTS.query}","variables":{"x":${DEEP}}}}`;
    // But for what is meant for HTTP alone.
    expect(JSON.parse(await answer(socket, said))).toEqual({
      ...{ id: '1', type: 'error' },
      payload: [{ message: expect.stringMatching(/5000/), extensions: { code: 'QUERY_TOO_LARGE' } }],
    });
    socket.terminate();
  });

  it('is kept alive by pings, while it follows', async () => {
    const client = createClient({
      url: address(server),
      webSocketImpl: WebSocket,
      connectionParams: { authorization: `Bearer ${await server.token({ roles: ['reader'] })}` },
      keepAlive: 1,
      retryAttempts: 0,
    });
    let pongs = 0;
    const kept = new Promise<void>((resolve) =>
      client.on('pong', (isReceived) => {
        pongs += isReceived ? 1 : 0;
        if (pongs === 3) resolve();
      }),
    );
    const events = client.iterate(EVENTS);
    expect((await events.next()).value?.data).toBeTruthy();
    await kept;
    expect((await events.next()).value?.data).toBeTruthy();
    await client.dispose();
  });

  it.each([
    [
      'brings no token',
      {},
      '4403 this is for those who are signed in; expected a token: header Authorization, or authorization in connection_init',
    ],
    [
      'has none of the roles',
      { roles: [] },
      '4403 Subscription.events is for the roles reader, inspector, auditor, integration, admin; the token has none of these',
    ],
  ])('ends where nothing is for them: who %s', async (_who, somebody, reason) => {
    const socket = await open(server);
    const authorization =
      'roles' in somebody ? `Bearer ${await server.token({ roles: somebody.roles })}` : undefined;
    expect(
      await answer(socket, JSON.stringify({ type: 'connection_init', payload: { authorization } })),
    ).toBe(reason);
  });
});

it('Where introspection is switched off it is refused over a WebSocket as over HTTP', async () => {
  const server = await startServerWith({ introspection: false }, SAMPLE_2013);
  const socket = await openSignedIn(server);
  for (const query of [
    '{ __schema { queryType { name } } }',
    'subscription { __type(name: "Query") { name } }',
  ]) {
    const { payload } = JSON.parse(await answer(socket, subscribe({ query })));
    expect(payload).toContainEqual(
      expect.objectContaining({
        message: 'introspection is switched off here; the schema is in the documentation',
        extensions: { code: 'INTROSPECTION_OFF' },
      }),
    );
  }
  socket.terminate();
  await server.close();
});
