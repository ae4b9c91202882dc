import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { IS_SECOND_ROUND } from '../support/kurrentdb';
import { SAMPLE_2013, startServer, type TestServer } from './support';

/** What SQLite throws where the disk is full: by a limit on the pages of a file, as a test has no disk to fill. */
function sqliteFull(): unknown {
  const database = new DatabaseSync(':memory:');
  try {
    database.exec('PRAGMA max_page_count = 2; CREATE TABLE a (b)');
    database.exec('INSERT INTO a VALUES (hex(zeroblob(100000)))');
  } catch (error) {
    return error;
  }
  throw new Error('expected that it does not fit');
}

const register = (municipality: string) => `mutation { registerApproach(input: {
  commandId: "0197a0e4-5c3f-7d60-a41e-00000000${municipality}", municipality: "GM${municipality}", name: "Aanpak"
}) { __typename ... on CommandRejected { message } } }`;
const RECORDED = { registerApproach: { __typename: 'ApproachRegistered' } };
const REFUSED =
  'LOG_UNAVAILABLE: nothing can be written at present, so try again later; a mutation that is sent again with the same commandId is recorded once';

// The disk of a log on KurrentDB is its server's to tell of.
(IS_SECOND_ROUND ? describe.skip : describe)('While the disk is full', () => {
  let server: TestServer;
  beforeEach(async () => {
    server = await startServer(SAMPLE_2013);
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await server.close();
  });
  const admin = () => server.as({ roles: ['admin'] });
  const readyz = async (path = '/readyz') => {
    const response = await fetch(`${server.url}${path}`);
    return `${response.status} ${((await response.json()) as { status: string }).status}`;
  };
  const until = async (said: string) => {
    while ((await readyz()) !== said) await sleep(20);
  };
  const told = () => server.internalErrors.map((error) => [(error as Error).message, (error as Error).cause]);

  it('of the log, commands are refused with what to do, the operator knows why, once, and what is there is read', async () => {
    const full = sqliteFull();
    const { store } = server.register;
    jest.spyOn(store, 'append').mockRejectedValue(full);
    const trying = jest.spyOn(store, 'tryWriting').mockRejectedValue(full);
    for (const municipality of ['0363', '0344', '0518'])
      expect(await admin().refusal(register(municipality))).toBe(REFUSED);
    expect(told()).toEqual([[expect.stringMatching(/^the disk of \S+ takes nothing: /), full]]);
    expect([await readyz(), await readyz('/readyz/reads')]).toEqual([
      '503 nothing can be written',
      '200 ready',
    ]);
    expect(await server.ask('{ approaches { nodes { slug } } }')).toMatchObject({
      approaches: { nodes: [{ slug: 'integrale-aanpak' }] },
    });
    // It is there again when it can be written, though nobody sends anything.
    jest.spyOn(store, 'append').mockRestore();
    trying.mockRestore();
    await until('200 ready');
    expect(server.notices).toEqual([
      expect.stringMatching(/^the disk of \S+ can be written again, after \d+ s$/),
    ]);
    expect(await admin().ask(register('0363'))).toEqual(RECORDED);
  });

  it('of the read models and the ledger, these wait until they can go on, and the server stays', async () => {
    const full = sqliteFull();
    const { database, ledger, projector, store } = server.register;
    const failing = [jest.spyOn(database, 'transaction'), jest.spyOn(ledger, 'advance')];
    for (const one of failing)
      one.mockImplementation(() => {
        throw full;
      });
    const first = admin().ask(register('0344'));
    await until('503 nothing can be written');
    expect(await admin().refusal(register('0363'))).toBe(REFUSED);
    expect(await readyz('/readyz/reads')).toBe('200 ready');
    for (const one of failing) one.mockRestore();
    await until('200 ready');
    expect(projector.position).toBe(await store.lastPosition());
    expect(ledger.size).toBe(await store.lastPosition());
    expect(await first).toEqual(RECORDED);
    expect(told()).toEqual([[expect.stringMatching(/^the disk of \S+ takes nothing: /), full]]);
    expect(await admin().ask(register('0363'))).toEqual(RECORDED);
  });
});
