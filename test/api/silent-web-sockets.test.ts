import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { get } from 'node:http';
import { WebSocket } from 'ws';
import { startServerWith, type TestServer } from './support';

/** A WebSocket from an address whose client says nothing, or what its handshake was answered. */
async function open(
  server: TestServer,
  from: string,
): Promise<WebSocket | { status: number | undefined; body: string }> {
  const { promise, resolve } = Promise.withResolvers<Awaited<ReturnType<typeof open>>>();
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
    headers: { 'x-forwarded-for': from },
  });
  socket.once('open', () => resolve(socket));
  socket.once('unexpected-response', async (_request, response) => {
    let body = '';
    for await (const part of response) body += part;
    resolve({ status: response.statusCode, body });
  });
  return promise;
}

/** What a handshake is answered that is of another version. */
async function answerToOtherVersion({ url }: TestServer, from: string): Promise<number | undefined> {
  const headers = {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '12',
    'sec-websocket-key': randomBytes(16).toString('base64'),
    'x-forwarded-for': from,
  };
  const [response] = await once(get(`${url}/graphql`, { headers }), 'response');
  response.resume();
  return response.statusCode;
}

const tooMany = (what: string) => ({
  status: 429,
  body: JSON.stringify({
    errors: [
      {
        message: `${what}, which is the most; try again when one has ended`,
        extensions: { code: 'RATE_LIMITED' },
      },
    ],
  }),
});

describe('WebSockets whose client does not say who it is', () => {
  let server: TestServer;
  let sockets: WebSocket[];
  beforeEach(async () => {
    sockets = [];
    server = await startServerWith({ trustedProxies: ['127.0.0.1'] });
  });
  afterEach(async () => {
    for (const socket of sockets) socket.terminate();
    await server.close();
    expect(server.internalErrors).toEqual([]);
  });

  /** Opens them until one is refused, which is what it was answered. */
  async function untilRefused(addressOf: (count: number) => string): Promise<unknown> {
    // More than there may be of them and of those that have said who they are.
    for (let count = 0; count < 1_300; count += 1) {
      const opened = await open(server, addressOf(count));
      if (!(opened instanceof WebSocket)) return opened;
      sockets.push(opened);
    }
    return 'none was refused';
  }

  it('are few for one address, and keep no other from following', async () => {
    expect(await untilRefused(() => '192.0.2.1')).toEqual(
      tooMany('20 connections without a connection_init of this sender are open'),
    );
    const other = await open(server, '192.0.2.2');
    expect(other).toBeInstanceOf(WebSocket);
    // Who has gone makes room.
    for (const socket of sockets) socket.terminate();
    let again = await open(server, '192.0.2.1');
    while (!(again instanceof WebSocket)) again = await open(server, '192.0.2.1');
    sockets.push(other as WebSocket, again);
  });

  it('are of the address that connects where who names another is not trusted', async () => {
    await server.close();
    server = await startServerWith({});
    expect(await untilRefused((count) => `192.0.2.${count}`)).toEqual(
      tooMany('20 connections without a connection_init of this sender are open'),
    );
  });

  it('are few of all together', async () => {
    expect(await untilRefused((count) => `192.0.2.${count % 100}`)).toEqual(
      tooMany('200 connections without a connection_init are open'),
    );
  });

  it('take no place where the handshake fails, nor when they have said it', async () => {
    // With no proxy before it, a server takes tokens for trying out.
    await server.close();
    server = await startServerWith({});
    for (let count = 0; count < 21; count += 1)
      expect(await answerToOtherVersion(server, '192.0.2.3')).toBe(400);
    const opened = async () => (await open(server, '192.0.2.3')) as WebSocket;
    const said = await Promise.all(Array.from({ length: 10 }, opened));
    const authorization = `Bearer ${await server.token({ roles: ['reader'] })}`;
    for (const socket of said) {
      socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization } }));
      expect(String((await once(socket, 'message'))[0])).toBe('{"type":"connection_ack"}');
    }
    const silent = await Promise.all(Array.from({ length: 20 }, opened));
    expect(silent.filter((socket) => socket instanceof WebSocket)).toHaveLength(20);
    sockets.push(...said, ...silent);
  });
});
