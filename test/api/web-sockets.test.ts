import { once } from 'node:events';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import type { WebSocket as Adapted } from 'graphql-ws';
import { type ClientOptions, WebSocket } from 'ws';
import type { Connected } from '../../src/api/following/web-socket';
import { serveWebSockets, type WebSockets } from '../../src/api/following/web-sockets';

describe('WebSockets', () => {
  let server: Server;
  let sockets: WebSockets;
  let client: WebSocket;
  let address: string;
  let errors: unknown[];
  let opened: Adapted;
  let connection: Connected;
  let deal: (text: string) => Promise<void>;
  beforeEach(async () => {
    errors = [];
    deal = async () => {};
    server = createServer();
    // A protocol of which each test says what it does.
    const protocol = {
      opened(socket: Adapted, connected: Connected) {
        opened = socket;
        connection = connected;
        socket.onMessage((text) => deal(text));
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
    address = `ws://127.0.0.1:${port}/graphql`;
    client = await connect();
  });
  afterEach(async () => {
    client.terminate();
    await sockets.close();
    await new Promise((resolve) => server.close(resolve));
  });

  async function connect(options: ClientOptions = {}): Promise<WebSocket> {
    const socket = new WebSocket(address, 'graphql-transport-ws', options);
    await once(socket, 'open');
    return socket;
  }
  /** The bytes of a connection themselves. */
  const connectRaw = () =>
    new Promise<Socket>((resolve) =>
      request(address.replace('ws', 'http'), {
        headers: {
          connection: 'Upgrade',
          upgrade: 'websocket',
          'sec-websocket-version': '13',
          'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
          'sec-websocket-protocol': 'graphql-transport-ws',
        },
      })
        .once('upgrade', (_response, socket) => resolve(socket as Socket))
        .end(),
    );
  /** What was opened meanwhile, and what tries each of them when it is time. */
  async function withTries<T>(open: () => Promise<T>): Promise<[opened: T, tryAll: () => void]> {
    const tries: (() => void)[] = [];
    const every = jest.spyOn(globalThis, 'setInterval').mockImplementation((each: () => void) => {
      tries.push(each);
      return undefined as never;
    });
    const result = await open();
    every.mockRestore();
    return [
      result,
      () => {
        for (const each of tries) each();
      },
    ];
  }
  const closeOf = (socket: WebSocket) =>
    new Promise<[code: number, reason: string]>((resolve) =>
      socket.once('close', (code, reason) => resolve([code, String(reason)])),
    );

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
    const [code] = await closeOf(client);
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
    expect(await closeOf(client)).toEqual([4500, 'Internal server error']);
    expect(errors).toEqual([new Error('broken')]);
  });

  it('are read no further while the answer to what came last is not taken, and on when it is', async () => {
    const begun = Promise.withResolvers<void>();
    const last = Promise.withResolvers<void>();
    let dealt = 0;
    deal = async () => {
      dealt += 1;
      begun.resolve();
      if (dealt === 1) await opened.send('x'.repeat(30_000_000));
      if (dealt === 201) last.resolve();
    };
    client.pause();
    for (let count = 0; count < 201; count += 1) client.send('y'.repeat(200_000));
    await begun.promise;
    for (let turns = 0; turns < 2_000; turns += 1) await turn();
    expect(dealt).toBe(1);
    // The rest is with the client, but for what lies in the system between.
    expect(client.bufferedAmount).toBeGreaterThan(20_000_000);
    client.resume();
    await last.promise;
  });

  it('that hold most of what nobody takes are cut where that is too much together', async () => {
    const first = opened;
    client.pause();
    const other = await connect();
    other.pause();
    const cut = first.send('x'.repeat(40_000_000));
    const taken = opened.send('x'.repeat(30_000_000));
    await cut;
    client.resume();
    expect(await closeOf(client)).toEqual([1006, '']);
    const received = once(other, 'message');
    other.resume();
    expect(String((await received)[0])).toHaveLength(30_000_000);
    await taken;
    // What was cut is forgotten, and so is what was taken.
    const again = opened.send('x'.repeat(50_000_000));
    expect(String((await once(other, 'message'))[0])).toHaveLength(50_000_000);
    await again;
    other.terminate();
  });

  it('over which more comes together than a client has to say are closed', async () => {
    const dealt = Promise.withResolvers<void>();
    deal = () => dealt.promise;
    const stream = await connectRaw();
    // One letter, masked with zeros; all in one packet, before anything of it is dealt with.
    const frame = Buffer.from([0x81, 0x81, 0, 0, 0, 0, 0x78]);
    stream.write(Buffer.concat(Array(600).fill(frame)));
    const [[_kind, _length, ...rest]] = (await once(stream, 'data')) as [Buffer];
    const [high = 0, low = 0, ...reason] = rest;
    expect([high * 256 + low, Buffer.from(reason).toString()]).toEqual([
      1008,
      'more than 500 messages came before the first was answered',
    ]);
    stream.destroy();
    dealt.resolve();
    expect(errors).toEqual([]);
  });

  it('whose reason is longer than a frame holds are closed with the beginning of it', async () => {
    opened.close(4400, `${'x'.repeat(122)}é and more`);
    expect(await closeOf(client)).toEqual([4400, 'x'.repeat(122)]);
  });

  it('take text in few parts, and nothing else', async () => {
    const other = await connect();
    for (let part = 0; part < 2_000; part += 1) client.send('x', { fin: false });
    expect(await closeOf(client)).toEqual([1008, '']);
    other.send(Buffer.from('something'));
    expect(await closeOf(other)).toEqual([1003, 'a message is binary; expected text']);
  });

  it('that are tried stay where the client has taken what it is asked, and end where it only says so', async () => {
    const [[liar, honest], tryAll] = await withTries(async () => [
      await connect({ autoPong: false }),
      await connect(),
    ]);
    liar.on('ping', () => liar.pong('what?'));
    const ended = closeOf(liar);
    for (let count = 0; count < 4; count += 1) {
      expect(liar.readyState).toBe(liar.OPEN);
      const asked = once(honest, 'ping');
      tryAll();
      await asked;
      // Behind its answer.
      const came = Promise.withResolvers<void>();
      deal = async () => came.resolve();
      honest.send('something');
      await came.promise;
    }
    expect(await ended).toEqual([1006, '']);
    expect(honest.readyState).toBe(honest.OPEN);
    honest.terminate();
  });

  it('that are tried stay while the client takes an answer, however slowly, and end where it takes nothing', async () => {
    const [stream, tryAll] = await withTries(connectRaw);
    const bytes = 40_000_000;
    const sending = opened.send('x'.repeat(bytes));
    let taken = 0;
    let tries = 0;
    const isTaken = Promise.withResolvers<void>();
    stream.on('data', (chunk: Buffer) => {
      const step = Math.floor(taken / 2_000_000);
      taken += chunk.length;
      if (taken >= bytes) isTaken.resolve();
      if (Math.floor(taken / 2_000_000) === step || taken >= bytes - 8_000_000) return;
      // Time for what was sent meanwhile to come.
      stream.pause();
      void (async () => {
        for (let turns = 0; turns < 50; turns += 1) await turn();
        tries += 1;
        tryAll();
        stream.resume();
      })();
    });
    const ended = once(stream, 'close').then(() => 'ended');
    expect(await Promise.race([isTaken.promise.then(() => 'taken'), ended])).toBe('taken');
    await sending;
    expect(tries).toBeGreaterThan(10);
    stream.pause();
    const untaken = opened.send('x'.repeat(bytes));
    for (let turns = 0; turns < 500; turns += 1) await turn();
    for (let count = 0; count < 5; count += 1) tryAll();
    stream.resume();
    expect(await ended).toBe('ended');
    await untaken;
  });

  it('deal with what comes next where a message says so, and it says so of itself alone', async () => {
    const first = Promise.withResolvers<void>();
    const second = Promise.withResolvers<void>();
    const secondBegan = Promise.withResolvers<void>();
    const thirdCame = Promise.withResolvers<void>();
    const saidAgain = Promise.withResolvers<void>();
    const dealt: string[] = [];
    deal = async (text) => {
      dealt.push(text);
      if (text === 'first') {
        connection.goOn();
        await first.promise;
        connection.goOn();
        saidAgain.resolve();
      } else if (text === 'second') {
        secondBegan.resolve();
        await second.promise;
      } else thirdCame.resolve();
    };
    for (const text of ['first', 'second', 'third']) client.send(text);
    await secondBegan.promise;
    first.resolve();
    await saidAgain.promise;
    for (let turns = 0; turns < 100; turns += 1) await turn();
    expect(dealt).toEqual(['first', 'second']);
    second.resolve();
    await thirdCame.promise;
  });
});
