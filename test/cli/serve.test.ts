import { existsSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { SAMPLE_2013, SAMPLE_2014, Workplace } from './support';

describe('A server', () => {
  let place: Workplace;
  beforeEach(() => {
    place = new Workplace();
  });
  afterEach(() => place.dispose());

  const verdicts = async (url: string): Promise<unknown> => {
    const query = '{ approaches { nodes { verdicts { status } } } }';
    const response = await fetch(`${url}/graphql?query=${encodeURIComponent(query)}`);
    return response.json();
  };
  /** Each line to try, tried as it stands: its answer says something of an approach. */
  const answersToTry = async ({ url, said }: { url: string; said: () => string }): Promise<unknown[]> => {
    const bodies = [...said().matchAll(/ -d '(.*)'$/gm)].map(([, body = '']) => body);
    return Promise.all(
      bodies.map(async (body) => {
        const headers = { 'content-type': 'application/json' };
        const answer = await (await fetch(`${url}/graphql`, { method: 'POST', headers, body })).json();
        expect(answer).toMatchObject({ data: { approach: expect.any(Object) } });
        expect(answer).not.toHaveProperty('errors');
        return answer;
      }),
    );
  };
  const THIRTY = { data: { approaches: { nodes: [{ verdicts: Array(30).fill({ status: 'MET' }) }] } } };

  it('is started with the samples where the log is empty, says so on one screen, and stops when told', async () => {
    const server = await place.serve('start');
    expect(await verdicts(server.url)).toMatchObject(THIRTY);
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
    const screen = server.said();
    expect(screen).toContain(`${server.url}/graphql`);
    expect(screen).toContain(`The log: sqlite:${place.log}\n`);
    expect(screen.split('\n').length).toBeLessThan(25);
    expect(screen).toContain('How did 2013 develop into 2014?\n');
    expect(screen).toContain(`${server.url}/explorer/\n`);
    expect(screen).not.toMatch(/warning|error| {4}at /i);

    expect(await answersToTry(server)).toHaveLength(3);

    const since = performance.now();
    server.child.kill('SIGTERM');
    expect(await server.ended).toMatchObject({ status: 0, signal: null, stdout: '', stderr: screen });
    expect(performance.now() - since).toBeLessThan(5_000);
    expect(place.events()).toHaveLength(53);
  });

  it('shows what may be asked of what was assessed once', async () => {
    const document = readFileSync(SAMPLE_2013, 'utf8').replaceAll('2013', '2011');
    await place.run('import', place.document('2011.txt', document));
    const server = await place.serve();
    await server.says(/Stop with/);
    expect(server.said()).toContain('What is to be improved?\n');
    expect(server.said()).not.toMatch(/develop|201[34]/);
    expect(await answersToTry(server)).toHaveLength(3);
  });

  it('shows no example that has no answer, where nothing is published', async () => {
    const first = await place.serve();
    const { stdout: token } = await place.run('token', '--role', 'admin');
    const response = await fetch(`${first.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token.trim()}` },
      body: JSON.stringify({
        query: `mutation { registerApproach(input: {
          commandId: "d7f5c1de-3a5e-4f0e-9d0e-0f4f3a1f2f10", municipality: "GM0363", name: "Aanpak" }) {
          ... on ApproachRegistered { position } } }`,
      }),
    });
    expect(await response.json()).toMatchObject({
      data: { registerApproach: { position: expect.any(String) } },
    });
    first.child.kill('SIGTERM');
    await first.ended;
    const server = await place.serve();
    await server.says(/Stop with/);
    expect(server.said()).toMatch(/approaches: 1; [\s\S]*Nothing of it is published yet/);
    expect(server.said()).not.toContain('curl');
  });

  it('is started without the samples where the log holds something', async () => {
    await place.run('import', SAMPLE_2013);
    const server = await place.serve('start');
    server.child.kill('SIGINT');
    expect(await server.ended).toMatchObject({ status: 0, stdout: '' });
    expect(place.events()).toHaveLength(44);
  });

  it('serves an empty log as it is', async () => {
    const server = await place.serve();
    expect(await verdicts(server.url)).toMatchObject({ data: { approaches: { nodes: [] } } });
    expect(server.said()).toContain('import FILE');
    server.child.kill('SIGTERM');
    expect(await server.ended).toMatchObject({ status: 0, stdout: '' });
    expect(place.events()).toEqual([]);
  });

  it('of an empty log says that it holds nothing yet, and answers', async () => {
    const running = place.start(['serve']);
    const [, url = ''] = await running.says(/(http:\/\/[\d.:]+)\/graphql and holds nothing yet\./);
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
  });

  it('shows nothing to try that is refused, where only some documents may be asked', async () => {
    await place.run('import', SAMPLE_2013);
    const documents = { PERSISTED_DOCUMENTS: place.document('documents.json', '{}') };
    const running = place.start(['serve'], documents);
    await running.says(/only the documents of \S*documents\.json are answered[\s\S]*Stop with/);
    expect(running.said()).not.toContain('curl');
  });

  it('says in one sentence that its port is taken, and which variable names another', async () => {
    const port = new URL((await place.serve()).url).port;
    for (const command of ['serve', 'start']) {
      const own = { PORT: port, DATA_DIR: join(place.folder, command) };
      expect(await place.start([command], own).ended).toMatchObject({
        status: 1,
        stdout: '',
        stderr: `PORT: another process listens on 127.0.0.1:${port} already; stop that one, or set PORT to a port that is free\n`,
      });
    }
    const metrics = { METRICS_PORT: port, DATA_DIR: join(place.folder, 'metrics') };
    expect((await place.start(['serve'], metrics).ended).stderr).toMatch(/^METRICS_PORT: [^\n]*\n$/);
  });

  it.each([
    [
      'HOST',
      'no-such-host.invalid',
      /^HOST is "no-such-host\.invalid", which is no address of this machine; /,
    ],
    ['METRICS_HOST', '192.0.2.1', /^METRICS_HOST is "192\.0\.2\.1", which is no address of this machine; /],
    ['LEDGER_KEY', tmpdir(), /is a folder; expected the file of the signing key, such as \S+ledger\.key\n$/],
    [
      'EVENT_STORE_URL',
      `sqlite:${tmpdir()}`,
      /is a folder; expected the file of a log, such as \S+events\.db\n$/,
    ],
  ])('says in one sentence that it cannot use %s=%s', async (name, value, message) => {
    const { status, stderr } = await place.start(['serve'], { METRICS_PORT: '0', [name]: value }).ended;
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/^[^\n]+\n$/);
    expect(status).toBe(1);
  });

  // Elsewhere there is no folder in which none can be made, whoever asks.
  (process.platform === 'linux' ? it : it.skip)(
    'ends where a folder cannot be made, and says which variable names it (on Linux)',
    async () => {
      for (const [command, name, value] of [
        ['serve', 'DATA_DIR', '/proc/nope/data'],
        ['token --role reader', 'DATA_DIR', '/proc/nope/data'],
        ['serve', 'LEDGER_KEY', '/proc/nope/data/ledger.key'],
        ['serve', 'EVENT_STORE_URL', 'sqlite:/proc/nope/data/events.db'],
      ] as const)
        expect(await place.start(command.split(' '), { [name]: value }).ended).toMatchObject({
          status: 1,
          stderr: `${name}: the folder /proc/nope/data cannot be made: ENOENT: no such file or directory, mkdir '/proc/nope'\n`,
        });
    },
  );

  (process.platform === 'linux' ? it : it.skip)(
    'serves and stops all the same where its access log finds no place, and tells so once (on Linux)',
    async () => {
      const running = place.start(['serve'], { ACCESS_LOG: '/dev/full' });
      const [, url = ''] = await running.says(/(http:\/\/[\d.:]+)\/graphql/);
      const ask = async () => (await fetch(`${url}/healthz`)).status;
      for (let asked = 0; asked < 100; asked += 1) expect(await ask()).toBe(200);
      const [line] = await running.says(/^\{.*access log.*\}$/m);
      expect(JSON.parse(line)).toMatchObject({
        level: 'error',
        msg: 'the access log /dev/full cannot be written: what is asked is answered all the same, and lines beyond the next 4 MiB are lost',
        cause: 'ENOSPC: no space left on device, write',
      });
      for (let asked = 0; asked < 100; asked += 1) expect(await ask()).toBe(200);
      running.child.kill('SIGTERM');
      const { status, stderr } = await running.ended;
      expect(status).toBe(0);
      const told = stderr.split('\n').filter((one) => one.startsWith('{'));
      expect(told.map((one) => JSON.parse(one).msg)).toEqual([
        expect.stringContaining('cannot be written'),
        'the access log /dev/full could not be written to its end; lines lost: 200',
      ]);
    },
  );

  it('tells of a variable that was misspelt, and goes on with the log that it names', async () => {
    const running = place.start(['serve'], { EVENT_STORE_URI: 'kurrentdb://elsewhere' });
    await running.says(
      /^EVENT_STORE_URI is set, but there is no such variable .*EVENT_STORE_URL\n(.*\n)*Toetsspoor serves/,
    );
    expect(running.said()).toContain(`The log: sqlite:${place.log}\n`);
  });

  it('lists all that is wrong with what is set, in the files that it names too', async () => {
    const wrong = {
      PORT: 'abc',
      PERSISTED_DOCUMENTS: 'none.json',
      WEBHOOKS_FILE: place.document('webhooks.json', '[{}]'),
      ACCESS_LOG: place.folder,
    };
    for (const command of ['serve', 'start']) {
      const { status, stderr } = await place.start([command], wrong).ended;
      expect(status).toBe(1);
      const lines = stderr.trimEnd().split('\n');
      expect(lines[0]).toMatch(/^PORT is "abc"; expected /);
      expect(lines[1]).toMatch(/^PERSISTED_DOCUMENTS: none\.json cannot be used: ENOENT/);
      expect(lines.at(-1)).toBe(
        `ACCESS_LOG: ${place.folder} cannot be written: EISDIR: illegal operation on a directory, open '${place.folder}'; expected a file, or - for standard output`,
      );
      expect(lines.slice(2, -1)).toEqual(
        lines.slice(2, -1).map(() => expect.stringMatching(/^WEBHOOKS_FILE: .*webhooks\.json at \/0\//)),
      );
      expect(lines.length).toBeGreaterThan(4);
    }
    expect(existsSync(place.data)).toBe(false);
  });

  it('tells its operator in lines of JSON, with what is behind an error', async () => {
    const running = place.start(['serve'], { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' });
    const [, url = ''] = await running.says(/(http:\/\/[\d.:]+)\/graphql/);
    await fetch(`${url}/healthz`);
    const [line] = await running.says(/^\{.*collector.*\}$/m);
    expect(JSON.parse(line)).toMatchObject({
      level: 'error',
      msg: '1 traces could not be sent to the collector 127.0.0.1:1 and are left out',
      cause: expect.stringMatching(/^fetch failed: ./),
    });
  });

  it('is the only writer: an import, another server and a replay are refused beside it', async () => {
    await place.run('import', SAMPLE_2013);
    const server = await place.serve();
    for (const args of [['import', SAMPLE_2014], ['serve']]) {
      const { status, stdout, stderr } = await place.run(...args);
      expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
      expect(stderr).toMatch(/^[^\n]*events\.db[^\n]*\n$/);
    }
    expect(place.events()).toHaveLength(44);

    expect(await place.run('replay')).toMatchObject({
      status: 1,
      stdout: '',
      stderr: expect.stringMatching(/read-model\.db are in use by another process .*stop it first\n$/),
    });
    const { stdout } = await place.run('token', '--role', 'auditor');
    const response = await fetch(`${server.url}/graphql?query={events(first:100){nodes{id}}}`, {
      headers: { authorization: `Bearer ${stdout.trim()}` },
    });
    expect(await response.json()).toMatchObject({ data: { events: { nodes: { length: 44 } } } });
  });

  it('ends with the event that it cannot read, rather than serve without it', async () => {
    await place.run('import', SAMPLE_2013);
    rmSync(join(place.data, 'read-model.db'));
    const log = new DatabaseSync(place.log);
    log.exec("UPDATE events SET data = '{}' WHERE position = 20");
    log.close();
    const { status, stdout, stderr } = await place.run('serve');
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(/^[^\n]*FindingRecorded[^\n]*\n$/);
  });
});
