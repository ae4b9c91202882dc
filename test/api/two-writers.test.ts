import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Workplace } from '../cli/support';
import { describeOnKurrentDB, IS_SECOND_ROUND, ownLog } from '../support/kurrentdb';
import { type Input, Sender } from './mutations/support';
import { type Answer, SAMPLE_2013, startServerWith, type TestServer, tokenOf } from './support';

const MUNICIPALITIES = ['GM0599', 'GM0518'] as const;

// The first round takes the server that is named here; the second one would do the same again.
(IS_SECOND_ROUND ? describe.skip : describeOnKurrentDB)('Two replicas that take a command at once', () => {
  let server: TestServer;
  let senders: readonly Sender[];
  let place: Workplace;
  let environment: Record<string, string>;
  beforeEach(async () => {
    const { url, prefix } = ownLog();
    environment = { EVENT_STORE_URL: url, EVENT_STORE_PREFIX: prefix };
    server = await startServerWith({ eventStoreUrl: url, eventStorePrefix: prefix });
    place = new Workplace();
    // A process of its own: within one, commands with the same id take turns.
    const replica = place.start(['serve'], environment);
    const [, address = ''] = await replica.says(/(http:\/\/[\d.:]+)\/graphql/);
    senders = await Promise.all(
      [[server.url, server.config.dataDir] as const, [address, place.data] as const].map(
        async ([at, dataDir]) => senderAt(at, await tokenOf(dataDir, { roles: ['admin'] })),
      ),
    );
  });
  afterEach(async () => {
    await place.dispose();
    await server.close();
  });

  const run = (args: readonly string[], changes: Readonly<Record<string, string>> = {}) =>
    place.start(args, { ...environment, ...changes }).ended;

  /** Sends it to each replica for another municipality, until both accept it at the same instant; false where none do. */
  async function untilBothAccept(mutation: string, inputOf: (round: number) => Input): Promise<boolean> {
    for (let round = 1; round <= 50; round += 1) {
      const input = inputOf(round);
      const answers = await Promise.all(
        senders.map((sender, at) => sender.send(mutation, { ...input, municipality: MUNICIPALITIES[at] })),
      );
      const refused = answers.filter(({ message }) => message !== undefined);
      if (refused.length === 0) return true;
      expect(refused).toMatchObject([{ reason: expect.stringMatching(/_REUSED$/) }]);
    }
    return false;
  }

  /** What it takes for the log to be trusted, and to be moved. */
  async function assertLogIsWhole(): Promise<void> {
    const verified = await run(['verify'], { DATA_DIR: join(place.folder, 'other') });
    expect(verified).toMatchObject({ status: 0, stdout: expect.stringContaining('each event id once') });
    const to = `sqlite:${join(place.folder, 'copy.db')}`;
    const copied = await run(['copy', '--from', environment.EVENT_STORE_URL ?? '', '--to', to]);
    expect(copied).toMatchObject({ status: 0, stderr: '' });
    const exported = await run(['export', 'events']);
    const events = place.document('events.ndjson', exported.stdout);
    const restored = { EVENT_STORE_PREFIX: ownLog().prefix, DATA_DIR: join(place.folder, 'restored') };
    expect(await run(['import', events], restored)).toMatchObject({ status: 0, stderr: '' });
    expect((await run(['export', 'events'], restored)).stdout).toBe(exported.stdout);
  }

  it('with one id, on two approaches, leave a log that verifies and can be copied and restored', async () => {
    const input = (round: number): Input => ({ commandId: randomUUID(), name: `Aanpak ${round}` });
    expect(await untilBothAccept('registerApproach', input)).toBe(true);
    await assertLogIsWhole();
  });

  it('of one document, into two approaches, leave a log that verifies and can be copied and restored, whoever comes first', async () => {
    const text = readFileSync(SAMPLE_2013, 'utf8');
    await untilBothAccept('importFactsheet', (round) => ({
      commandId: randomUUID(),
      name: 'factsheet.txt',
      // It does not say of which municipality it is, and is of another approach each round.
      text: text
        .replace('# Uitkomsten toezichtonderzoek Maastricht', '# Uitkomsten')
        .replaceAll('Integrale Aanpak', `Aanpak ${round}`),
    }));
    await assertLogIsWhole();
  });
});

function senderAt(url: string, token: string): Sender {
  return new Sender({
    async post<Data>(query: string, variables = {}) {
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify({ query, variables }),
      });
      return { status: response.status, ...((await response.json()) as Omit<Answer<Data>, 'status'>) };
    },
  });
}
