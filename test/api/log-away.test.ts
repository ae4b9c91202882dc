import { status } from '@grpc/grpc-js';
import { Peer } from '../support/kurrentdb-peer';
import { type Replica, SAMPLE_2013, startReplica, startServerWith, type TestServer } from './support';

const READ = '{ approaches { nodes { slug assessments { year } } } }';
const WRITE = `mutation { registerApproach(input: {
  commandId: "0197a0e4-5c3f-7d60-a41e-000000000001", municipality: "GM0363", name: "Aanpak"
}) { __typename } }`;

describe('While the log is away', () => {
  let peer: Peer;
  let server: TestServer;
  let replica: Replica;
  let isClosed: boolean;
  async function start(requestSeconds: number): Promise<void> {
    isClosed = false;
    peer = await new Peer().start();
    const changes = { eventStoreUrl: peer.url, maxLagSeconds: 1, requestSeconds };
    server = await startServerWith(changes, SAMPLE_2013);
    replica = await startReplica(server.config);
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

  it('the server stops at once, and answers those who wait for the log', async () => {
    await start(600);
    await goAway();
    const waiting = [admin().post(WRITE), server.asAuditor().post('{ events(first: 1) { nodes { id } } }')];
    await new Promise((resolve) => setTimeout(resolve, 100));
    await close();
    for (const { errors } of await Promise.all(waiting))
      expect(errors).toMatchObject([{ extensions: { code: 'LOG_UNAVAILABLE' } }]);
  });
});
