import dns from 'node:dns/promises';
import { once } from 'node:events';
import { connect } from 'node:net';
import { WebSocket } from 'ws';
import { startServerWith } from './support';

// Elsewhere a machine has no other address of its own that all have.
(process.platform === 'linux' ? describe : describe.skip)(
  'A server at a name of several addresses (on Linux)',
  () => {
    const ADDRESSES = ['127.0.0.1', '127.0.0.2', '127.0.0.1', '192.0.2.1'];
    const start = () => {
      const found = ADDRESSES.map((address) => ({ address, family: 4 }));
      jest.spyOn(dns, 'lookup').mockResolvedValue(found as never);
      return startServerWith({ host: 'localhost', requestSeconds: 600 });
    };
    afterEach(() => jest.restoreAllMocks());

    it('is one server at all of them that are of this machine, for WebSockets too', async () => {
      const server = await start();
      const { port } = new URL(server.url);
      for (const address of ['127.0.0.1', '127.0.0.2']) {
        expect((await fetch(`http://${address}:${port}/healthz`)).status).toBe(200);
        const socket = new WebSocket(`ws://${address}:${port}/graphql`, 'graphql-transport-ws');
        await once(socket, 'open');
        socket.terminate();
      }
      await server.close();
      await expect(fetch(`http://127.0.0.2:${port}/healthz`)).rejects.toThrow();
    });

    it('waits for nobody who is silent, at any of them, when it stops', async () => {
      const server = await start();
      const { port } = new URL(server.url);
      const silent = ['127.0.0.1', '127.0.0.2'].flatMap((address) =>
        ['', 'POST /graphql HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n{'].map((text) => {
          const socket = connect(Number(port), address, () => socket.write(text)).resume();
          return new Promise((resolve) => socket.on('error', () => {}).once('close', resolve));
        }),
      );
      // Asked on connections that were opened after them: by then theirs are known.
      for (const address of ['127.0.0.1', '127.0.0.2']) await fetch(`http://${address}:${port}/healthz`);
      await server.close();
      await Promise.all(silent);
    });
  },
);
