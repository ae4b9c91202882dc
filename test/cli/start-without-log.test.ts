import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { status } from '@grpc/grpc-js';
import { freePort } from '../support/free-port';
import { Peer } from '../support/kurrentdb-peer';
import { type Running, SAMPLE_2013, Workplace } from './support';

/** The address of the log, behind which there is a server, or nobody listens. */
class Place {
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  #port = 0;

  get port(): number {
    return this.#port;
  }

  async leadTo(peer: Peer): Promise<void> {
    this.#server = createServer((socket) => {
      const there = connect(peer.port, '127.0.0.1');
      for (const one of [socket, there]) {
        this.#sockets.add(one);
        one.on('error', () => {}).on('close', () => one.destroy());
      }
      socket.pipe(there).pipe(socket);
    }).listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  async goAway(): Promise<void> {
    const closed = this.#server && once(this.#server, 'close');
    this.#server?.close();
    this.#server = undefined;
    for (const socket of this.#sockets) socket.destroy();
    this.#sockets.clear();
    await closed;
  }
}

describe('A server that is started with read models while its log is away', () => {
  let peers: Peer[];
  let log: Place;
  let place: Workplace;
  let url: string;
  beforeEach(async () => {
    peers = [await new Peer().start(), await new Peer().start()];
    log = new Place();
    place = new Workplace();
    await log.leadTo(peers[0] as Peer);
    const imported = place.start(['import', SAMPLE_2013], { EVENT_STORE_URL: urlOfLog() });
    expect(await imported.ended).toMatchObject({ status: 0 });
    await log.goAway();
  });
  afterEach(async () => {
    await place.dispose();
    await log.goAway();
    for (const peer of peers) peer.stop();
  });

  const urlOfLog = (options = 'tls=false') => `kurrentdb://user:geheim@127.0.0.1:${log.port}?${options}`;
  async function serve(eventStoreUrl = urlOfLog()): Promise<Running> {
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    return place.start(['serve'], { EVENT_STORE_URL: eventStoreUrl, PORT: String(port) });
  }
  async function get(path: string): Promise<unknown> {
    const response = await fetch(url + path);
    return { status: response.status, body: await response.json() };
  }
  async function ready(): Promise<void> {
    while ((await fetch(`${url}/readyz`)).status !== 200) await sleep(50);
  }
  const READ = '/graphql?query={approaches{nodes{slug}}}';
  const HELD = { status: 200, body: { data: { approaches: { nodes: [{ slug: 'integrale-aanpak' }] } } } };

  it.each([
    ['nothing listens there', () => urlOfLog(), /nothing listens there/],
    [
      'no node of its cluster answers',
      () => 'kurrentdb://127.0.0.1:1,127.0.0.1:2?tls=false',
      /none of these hosts answers/,
    ],
    ['its host has no name', () => 'kurrentdb://nowhere.invalid?tls=false', /there is no such host/],
  ])('as %s, answers what they hold, tells its operator why, and stops when told to', async (_, at, why) => {
    const server = await serve(at());
    const [line] = await server.says(/.*does not answer.*\n/);
    expect(JSON.parse(line)).toMatchObject({ level: 'error', cause: expect.stringMatching(why) });
    expect(await get(READ)).toMatchObject(HELD);
    expect(await get('/readyz/reads')).toEqual({ status: 200, body: { status: 'ready' } });
    expect(await get('/readyz')).toEqual({
      status: 503,
      body: { status: 'the log is away', lagSeconds: null },
    });
    server.child.kill('SIGTERM');
    const { status, stderr } = await server.ended;
    expect(status).toBe(0);
    expect(stderr).toBe(line);
    expect(stderr).not.toContain('geheim');
  });

  it('says of writes that the log is away, and follows it once it is back', async () => {
    const server = await serve();
    await server.says(/does not answer/);
    const token = (await place.run('token', '--role', 'admin')).stdout.trim();
    const write = async (commandId: string) => {
      const query = `mutation { registerApproach(input: {
        commandId: "${commandId}", municipality: "GM0363", name: "Aanpak" }) { __typename } }`;
      const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
      const body = JSON.stringify({ query });
      return (await fetch(`${url}/graphql`, { method: 'POST', headers, body })).json();
    };
    const commandId = '0197a0e4-5c3f-7d60-a41e-000000000001';
    expect(await write(commandId)).toMatchObject({ errors: [{ extensions: { code: 'LOG_UNAVAILABLE' } }] });

    await log.leadTo(peers[0] as Peer);
    await server.says(/answers again, after \d+ s/);
    await ready();
    expect(await write(commandId)).toMatchObject({
      data: { registerApproach: { __typename: 'ApproachRegistered' } },
    });
    server.child.kill('SIGTERM');
    const { status, stderr } = await server.ended;
    expect(status).toBe(0);
    expect(stderr.match(/"msg":"[^"]*does not answer/g)).toHaveLength(1);
  });

  it('also where a node answers that cannot give what the log holds, as without a majority', async () => {
    const [peer] = peers as [Peer];
    await log.leadTo(peer);
    peer.refuses = status.UNAVAILABLE;
    const server = await serve();
    await server.says(/does not answer/);
    expect(await get(READ)).toMatchObject(HELD);
    peer.refuses = undefined;
    await ready();
  });

  it('ends where another log comes back, and builds them anew at its next start', async () => {
    const server = await serve();
    await server.says(/does not answer/);
    await log.leadTo(peers[1] as Peer);
    const { status, stderr } = await server.ended;
    expect(status).toBe(1);
    expect(stderr).toMatch(/\nthe log no longer holds the event at position \d+, .*\n$/);
    await serve();
    while (!(await get('/readyz').catch(() => null))) await sleep(50);
    await ready();
    expect(await get(READ)).toMatchObject({ body: { data: { approaches: { nodes: [] } } } });
  });

  it.each<[string, (peer: Peer) => string, RegExp]>([
    [
      'that refuses its password',
      (peer) => {
        peer.refuses = status.UNAUTHENTICATED;
        return urlOfLog();
      },
      /refuses user or password/,
    ],
    [
      'of a server that is too old',
      (peer) => {
        peer.version = '22.10.5';
        return urlOfLog();
      },
      /expected 23\.10 or newer/,
    ],
    ['of a server without TLS, with it', () => urlOfLog('tls=true'), /does not speak TLS/],
    ['of a URL that cannot be read', () => urlOfLog('tsl=true'), /option "tsl"/],
  ])('does not wait for a log %s', async (_, at, sentence) => {
    const [peer] = peers as [Peer];
    await log.leadTo(peer);
    const { status, stderr } = await (await serve(at(peer))).ended;
    expect(status).toBe(1);
    expect(stderr).toMatch(/^[^\n]+\n$/);
    expect(stderr).toMatch(sentence);
    expect(stderr).not.toContain('geheim');
  });

  it('ends with one sentence where there is nothing yet to be read', async () => {
    const server = new Workplace();
    try {
      const { status, stderr } = await server.start(['serve'], { EVENT_STORE_URL: urlOfLog() }).ended;
      expect({ status, stderr }).toEqual({
        status: 1,
        stderr: expect.stringMatching(/^[^\n]+nothing listens there\n$/),
      });
    } finally {
      await server.dispose();
    }
  });
});
