import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import type { WebSocket as Adapted } from 'graphql-ws';
import { WebSocket } from 'ws';
import { serveWebSockets, type WebSockets } from '../../src/api/following/web-sockets';

describe('WebSockets', () => {
  let server: Server;
  let sockets: WebSockets;
  let client: WebSocket;
  let errors: unknown[];
  let opened: Adapted;
  let deal: () => Promise<void>;
  beforeEach(async () => {
    errors = [];
    deal = async () => {};
    server = createServer();
    // A protocol of which each test says what it does.
    const protocol = {
      opened(socket: Adapted) {
        opened = socket;
        socket.onMessage(() => deal());
        return async () => {};
      },
    };
    sockets = serveWebSockets(server, protocol, {
      origins: [],
      enter: () => () => {},
      onRefused: () => {},
      onError: (error) => errors.push(error),
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    client = new WebSocket(`ws://127.0.0.1:${port}/graphql`, 'graphql-transport-ws');
    await new Promise((resolve) => client.once('open', resolve));
  });
  afterEach(async () => {
    client.terminate();
    await sockets.close();
    await new Promise((resolve) => server.close(resolve));
  });

  it('are closed when what came over them has been dealt with, and not before', async () => {
    const begun = Promise.withResolvers<void>();
    const dealt = Promise.withResolvers<void>();
    deal = () => {
      begun.resolve();
      return dealt.promise;
    };
    client.send('something');
    await begun.promise;
    let isClosed = false;
    const closing = sockets.close().then(() => {
      isClosed = true;
    });
    const [code] = await new Promise<[number]>((resolve) =>
      client.once('close', (...ended) => resolve([ended[0]])),
    );
    for (let turns = 0; turns < 100; turns += 1) await turn();
    expect([code, isClosed]).toEqual([1001, false]);
    dealt.resolve();
    await closing;
  });

  it('whose client leaves while something is sent have sent it, and no error is told', async () => {
    client.pause();
    const sending = opened.send('x'.repeat(50_000_000));
    client.terminate();
    await expect(sending).resolves.toBeUndefined();
    expect(errors).toEqual([]);
  });

  it('that cannot go on say so to their client, and what it was to the operator', async () => {
    deal = async () => {
      throw new Error('broken');
    };
    client.send('something');
    const ended = new Promise((resolve) =>
      client.once('close', (code, reason) => resolve([code, String(reason)])),
    );
    expect(await ended).toEqual([4500, 'Internal server error']);
    expect(errors).toEqual([new Error('broken')]);
  });
});
