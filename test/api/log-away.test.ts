import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { status } from '@grpc/grpc-js';
import type { Config } from '../../src/config';
import { freePort } from '../support/free-port';
import { Peer } from '../support/kurrentdb-peer';
import {
  type Answer,
  type Replica,
  SAMPLE_2013,
  SAMPLE_2014,
  startReplica,
  startServerWith,
  type TestServer,
} from './support';

const READ = '{ approaches { nodes { slug assessments { year } } } }';
const WRITE = `mutation { registerApproach(input: {
  commandId: "0197a0e4-5c3f-7d60-a41e-000000000001", municipality: "GM0363", name: "Aanpak"
}) { __typename } }`;

describe('While the log is away', () => {
  let peer: Peer;
  let server: TestServer;
  let replica: Replica;
  let isClosed: boolean;
  async function start(requestSeconds: number, more: Partial<Config> = {}): Promise<void> {
    isClosed = false;
    peer = await new Peer().start();
    const changes = { eventStoreUrl: peer.url, maxLagSeconds: 1, requestSeconds, ...more };
    server = await startServerWith(changes, SAMPLE_2013);
    replica = await startReplica({ ...server.config, metrics: null });
  }
  const readyz = async (path = '/readyz') => {
    const response = await fetch(`${server.url}${path}`);
    return { status: response.status, said: ((await response.json()) as { status: string }).status };
  };
  async function goAway(): Promise<void> {
    peer.refuses = status.UNAVAILABLE;
    peer.endSubscriptions();
    while ((await readyz()).said !== 'the log is away')
      await new Promise((resolve) => setTimeout(resolve, 50));
  }
  /** The token of a snapshot behind which the log went on. */
  async function moveOn(): Promise<string> {
    const response = await fetch(`${server.url}/v1/approaches`);
    await server.import(SAMPLE_2014);
    return response.headers.get('toetsspoor-snapshot') ?? '';
  }
  const admin = () => server.as({ roles: ['admin'] });
  async function close(): Promise<void> {
    isClosed = true;
    await Promise.all([replica.close(), server.close()]);
  }
  afterEach(async () => {
    if (!isClosed) await close();
    peer.stop();
  });

  it('every replica answers what it holds, also where it was never asked, by the token of the snapshot', async () => {
    await start(2);
    const before = await server.post<unknown>(READ);
    await goAway();
    for (const one of [server, replica]) {
      const { errors, data } = await one.post(READ);
      expect({ errors, data }).toEqual({ errors: undefined, data: before.data });
    }
    expect(await readyz('/readyz/reads')).toEqual({ status: 200, said: 'ready' });
    expect((await readyz()).status).toBe(503);
  });

  it('what needs it says so in time, and so does the operator’s log, once, until it is back', async () => {
    await start(2);
    await goAway();
    const written = await admin().post(WRITE);
    expect(written).toMatchObject({ status: 503, errors: [{ extensions: { code: 'LOG_UNAVAILABLE' } }] });
    expect(written.errors?.[0]?.message).toContain('unknown whether it was recorded');
    const headers = { 'toetsspoor-position': Buffer.from('[9999999]').toString('base64url') };
    const refused = ['/graphql?query={__typename}', '/v1/approaches'].map(async (path) => {
      const response = await fetch(`${server.url}${path}`, { headers });
      const body = await response.text();
      expect([response.status, body]).toEqual([503, expect.stringContaining('POSITION_NOT_REACHED')]);
    });
    await Promise.all(refused);
    expect(server.internalErrors).toMatchObject([{ name: 'LogUnavailableError' }]);

    peer.refuses = undefined;
    while ((await readyz()).status !== 200) await new Promise((resolve) => setTimeout(resolve, 50));
    expect(server.notices).toEqual([expect.stringMatching(/answers again, after \d+ s$/)]);
    expect(await admin().ask(WRITE)).toEqual({ registerApproach: { __typename: 'ApproachRegistered' } });
  });

  it('no resource takes longer than a request may, and each says why', async () => {
    const port = await freePort();
    await start(2, { metrics: { host: '127.0.0.1', port } });
    const headers = await server.asAuditor().headers();
    const get = async (path: string, more = {}) => {
      const response = await fetch(`${server.url}${path}`, { headers: { ...headers, ...more } });
      return { status: response.status, body: await response.text() };
    };
    const [one] = JSON.parse((await get('/v1/events?first=1')).body) as { position: string }[];
    const older = await moveOn();
    await goAway();
    // As long as the log itself is patient with what asks it, twice for what asks twice.
    const patience = server.register.store.readAll()[Symbol.asyncIterator]().next();
    const log = patience.then(
      () => 'the log',
      () => 'the log',
    );
    const needing = [
      '/v1/events?first=5',
      '/v1/events?first=5&wait=1',
      `/v1/events/${one?.position}`,
      '/v1/exports/events',
      `/v1/approaches?snapshot=${older}`,
      `/v1/exports?snapshot=${older}`,
    ];
    for (const answer of needing.map((path) => get(path))) {
      const first = await Promise.race([answer, log]);
      expect(first).toEqual({ status: 503, body: expect.stringContaining('LOG_UNAVAILABLE') });
    }
    for (const path of ['/v1/approaches', '/v1/event-types', '/v1/exports', '/v1/exports/verdicts'])
      expect(await Promise.race([get(path), log])).toMatchObject({ status: 200 });

    const figures = (await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()).split('\n');
    expect(figures).toContain('toetsspoor_ready 0');
    expect(figures).toContain('toetsspoor_ready_reads 1');
    expect(await Promise.race([log, 'still waiting'])).toBe('still waiting');
  });

  it('the server stops at once, and answers those who wait for the log', async () => {
    await start(600);
    const older = await moveOn();
    await goAway();
    const requests = new Set<unknown>();
    const onRequest = (request: unknown) => requests.add(request);
    subscribe('http.server.request.start', onRequest);
    const asked = jest.spyOn(server.register.store, 'readStream');
    const pinned = fetch(`${server.url}/graphql?query={__typename}&snapshot=${older}`);
    const waiting = [
      admin().post(WRITE),
      server.asAuditor().post('{ events(first: 1) { nodes { id } } }'),
      pinned.then((response) => response.json() as Promise<Answer<unknown>>),
    ];
    // One waits for the end of the log, and two for an event of it.
    while (requests.size < waiting.length || asked.mock.calls.length < 2)
      await new Promise((resolve) => setTimeout(resolve, 5));
    unsubscribe('http.server.request.start', onRequest);
    await close();
    for (const { errors } of await Promise.all(waiting))
      expect(errors).toMatchObject([{ extensions: { code: 'LOG_UNAVAILABLE' } }]);
  });
});
