import { createHash } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { TEXT_LEFT_OUT } from '../../src/domain/free-text';
import { openKurrentDBEventStore } from '../../src/event-store/kurrentdb';
import { openSqliteEventStore } from '../../src/event-store/sqlite';
import { collect } from '../event-store/sample-events';
import { describeOnKurrentDB, ownLog } from '../support/kurrentdb';
import { SAMPLE_2013, SAMPLE_2014, Workplace } from './support';

interface Copied {
  readonly events: number;
  readonly root: string;
  readonly textsLeftOut: number;
}

let place: Workplace;
let from: string;
let to: string;
beforeEach(async () => {
  place = new Workplace();
  from = `sqlite:${place.log}`;
  to = `sqlite:${join(place.folder, 'copy.db')}`;
  await place.run('import', SAMPLE_2013);
});
afterEach(() => place.dispose());

async function copy(environment: Record<string, string>, ...args: string[]): Promise<Copied> {
  const { status, stdout, stderr } = await place.start(['copy', ...args, '--json'], environment).ended;
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return JSON.parse(stdout);
}

async function eventsOf(url: string) {
  const store = openSqliteEventStore({ path: url.replace('sqlite:', ''), mode: 'read' });
  try {
    return (await collect(store.readAll())).map(({ position: _, ...event }) => event);
  } finally {
    await store.close();
  }
}

describe('A copy', () => {
  it('holds every event as it was recorded, and gives the same root; made again it stays as it is', async () => {
    const copied = await copy({}, '--from', from, '--to', to);
    expect(copied).toEqual({ events: 44, root: expect.any(String), textsLeftOut: 0 });
    // As a checkpoint has it: name, size, root.
    expect((await place.run('checkpoint')).stdout.split('\n')[2]).toBe(copied.root);
    expect(await eventsOf(to)).toEqual(await eventsOf(from));
    expect(await copy({}, '--from', from, '--to', to)).toEqual(copied);
    expect(await eventsOf(to)).toHaveLength(44);
  });

  it('goes on where the log has grown', async () => {
    const { root } = await copy({}, '--from', from, '--to', to);
    await place.run('import', SAMPLE_2014);
    const copied = await copy({}, '--from', from, '--to', to);
    expect(copied.events).toBe(53);
    expect(copied.root).not.toBe(root);
    expect(await eventsOf(to)).toEqual(await eventsOf(from));
  });

  it('is refused into a log that holds something else, which stays as it is', async () => {
    await copy({}, '--from', from, '--to', to);
    rmSync(place.data, { recursive: true });
    await place.run('import', SAMPLE_2013, '--actor', 'iemand anders');
    const before = await eventsOf(to);
    const { status, stdout, stderr } = await place.run('copy', '--from', from, '--to', to);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(/^the log holds other events already[^\n]*\n$/);
    expect(await eventsOf(to)).toEqual(before);
  });

  it('leaves out the texts that a file names, keeps the root, and says behind it what it leaves out', async () => {
    await place.run('import', SAMPLE_2014);
    const log = await eventsOf(from);
    const note = log.find(({ type }) => type === 'AttentionPointRaised');
    const document = createHash('sha256').update(readFileSync(SAMPLE_2014)).digest('hex');
    const file = place.document('weg.txt', `# wat weg moet\n${note?.id}\n\n${document} # het hele stuk\n`);
    const without = ['--without-texts', file, '--reason', 'Op verzoek gewist.', '--actor', 'archivaris'];

    const { root } = await copy({}, '--from', from, '--to', `${to}-whole`);
    const copied = await copy({}, '--from', from, '--to', to, ...without);
    expect(copied).toMatchObject({ events: 53, root });
    expect(copied.textsLeftOut).toBeGreaterThan(5);

    const events = await eventsOf(to);
    expect(events.slice(0, 53).map(({ id, metadata }) => ({ id, metadata }))).toEqual(
      log.map(({ id, metadata }) => ({ id, metadata })),
    );
    const [said, ...more] = events.slice(53);
    expect(more).toEqual([]);
    expect(said).toMatchObject({
      type: 'TextsLeftOut',
      stream: 'texts-left-out',
      data: { grounds: 'Op verzoek gewist.', texts: { length: copied.textsLeftOut } },
      metadata: { actor: 'archivaris' },
    });
    expect(JSON.stringify(said)).toContain(`"eventId":"${note?.id}"`);

    // The words of neither are in the file any more, not in the document of the note either; all others are.
    const file2013 = readFileSync(place.log, 'utf8');
    const bytes = readFileSync(to.replace('sqlite:', ''), 'utf8');
    const textOfNote = (note as { data: { text: { text: string } } }).data.text.text;
    expect([file2013.includes(textOfNote), bytes.includes(textOfNote)]).toEqual([true, false]);
    const narratives = log.flatMap(({ data, metadata: { source } }) =>
      'narrative' in data && data.narrative !== null && 'text' in data.narrative
        ? [{ isLeftOut: source?.document === document, text: JSON.stringify(data.narrative.text) }]
        : [],
    );
    expect(narratives.length).toBeGreaterThan(25);
    for (const { isLeftOut, text } of narratives) expect(bytes.includes(text)).toBe(!isLeftOut);

    // It is served as any log, and made again it stays as it is.
    expect(await copy({}, '--from', from, '--to', to, ...without)).toEqual(copied);
    expect(await eventsOf(to)).toEqual(events);
    const server = place.start(['serve'], { EVENT_STORE_URL: to, DATA_DIR: join(place.folder, 'served') });
    const [, url] = await server.says(/(http:\/\/[\d.:]+)\/graphql/);
    const query =
      '{ approach(municipality: "GM0935", slug: "integrale-aanpak") { attentionPoints { text } } }';
    const response = await fetch(`${url}/graphql?query=${encodeURIComponent(query)}`);
    expect(JSON.stringify(await response.json())).toContain(TEXT_LEFT_OUT);
  });

  it.each([
    ['a line that is neither', 'kladje', /weg\.txt:1: "kladje" is neither; expected the id of an event/],
    ['nothing', '# niets\n', /weg\.txt: names nothing/],
    [
      'an event that is not there',
      '00000000-0000-4000-8000-000000000000',
      /no event 00000000-0000-4000-8000-000000000000/,
    ],
    ['a document that is not there', 'ab'.repeat(32), /no document abab/],
  ])('that is to leave out %s is refused, and nothing is copied', async (_, lines, message) => {
    const file = place.document('weg.txt', lines);
    const args = ['--from', from, '--to', to, '--without-texts', file, '--reason', 'x'];
    const { status, stdout, stderr } = await place.run('copy', ...args);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/^[^\n]+\n$/);
    expect(await eventsOf(to).catch(() => [])).toEqual([]);
  });

  it('takes its logs from the environment too, where no list of processes shows a password', async () => {
    const copied = await copy({ COPY_FROM: from, COPY_TO: to });
    expect(copied.events).toBe(44);
    expect(await eventsOf(to)).toEqual(await eventsOf(from));
    for (const [environment, message] of [
      [{ COPY_FROM: from }, /^--to is missing, and COPY_TO is not set; expected sqlite:PATH or/],
      [{ COPY_FROM: 'postgres://user:geheim@host', COPY_TO: to }, /^COPY_FROM begins with "postgres:"/],
    ] as const) {
      const { status, stderr } = await place.start(['copy'], environment).ended;
      expect(status).toBe(1);
      expect(stderr).toMatch(message);
      expect(stderr).not.toContain('geheim');
    }
  });

  it('needs a reason to leave texts out, two logs, and URLs of logs', async () => {
    const file = place.document('weg.txt', 'x');
    for (const [args, message] of [
      [['--from', from, '--to', to, '--without-texts', file], /--without-texts needs --reason/],
      [['--from', from, '--to', from], /the same log/],
      [['--from', from, '--to', from, '--to-prefix', 'other-'], /the same log/],
      [['--from', from, '--to', to, '--to-prefix', '$x'], /^--to-prefix is "\$x"; expected letters/],
      [['--from', from, '--to', 'postgres://user:geheim@host'], /^--to is no log; expected sqlite:PATH or/],
    ] as const) {
      const { status, stderr } = await place.run('copy', ...args);
      expect(status).toBe(1);
      expect(stderr).toMatch(message);
      expect(stderr).not.toContain('geheim');
    }
  });
});

describeOnKurrentDB('A copy to KurrentDB and back', () => {
  it('holds every event as it was recorded, and gives the same root all the way', async () => {
    await place.run('import', SAMPLE_2014);
    const { url, prefix } = ownLog();
    const environment = { EVENT_STORE_PREFIX: prefix };
    const there = await copy(environment, '--from', from, '--to', url);
    expect(there.events).toBe(53);
    expect(await copy(environment, '--from', from, '--to', url)).toEqual(there);
    expect(await copy(environment, '--from', url, '--to', to)).toEqual(there);
    expect(await eventsOf(to)).toEqual(await eventsOf(from));
    const store = openKurrentDBEventStore({ url, prefix });
    expect(await collect(store.readAll())).toHaveLength(53);
    await store.close();
  });
});

describeOnKurrentDB('A copy on one server, from one prefix to another', () => {
  it('is the same log under another name', async () => {
    const { url, prefix } = ownLog();
    const other = ownLog().prefix;
    const first = await copy({ EVENT_STORE_PREFIX: prefix }, '--from', from, '--to', url);
    const both = { EVENT_STORE_PREFIX: prefix, COPY_FROM: url, COPY_TO: url };
    expect(await copy(both, '--to-prefix', other)).toEqual(first);
    expect(await copy({ COPY_FROM: url }, '--from-prefix', other, '--to', to)).toEqual(first);
    expect(await eventsOf(to)).toEqual(await eventsOf(from));
  });
});

it('A log that cannot be one is refused by the name under which it was given, and no password is printed', async () => {
  const bad = 'kurrentdb://user:geheim@h:99999';
  const cases: [args: string[], environment: Record<string, string>, name: string][] = [
    [['--from', bad, '--to', to], {}, '--from'],
    [['--from', from, '--to', bad], {}, '--to'],
    [['--to', to], { COPY_FROM: bad }, 'COPY_FROM'],
    [['--from', from], { COPY_TO: bad }, 'COPY_TO'],
  ];
  for (const [args, environment, name] of cases) {
    const { status, stderr } = await place.start(['copy', ...args], environment).ended;
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: `${name} has a port that is none; expected HOST:PORT with a number from 1 to 65535\n`,
    });
  }
});

describe('A register whose log is moved in place, to another file', () => {
  const differ = /the read models differ from what the log gives/;
  it('verifies before it was served: its read models are of the log before, which is no misfit', async () => {
    await place.run('import', SAMPLE_2014);
    // Behind the same document the copy has another event at that position.
    const other = new Workplace();
    await other.run('import', SAMPLE_2014);
    await other.run('import', SAMPLE_2013);
    for (const end of ['', '-wal', '-shm']) rmSync(join(place.data, `ledger.db${end}`), { force: true });
    const verify = () => place.start(['verify'], { EVENT_STORE_URL: `sqlite:${other.log}` }).ended;
    const { status, stdout } = await verify();
    expect(stdout).toContain(
      'not checked: the read models: made from another log (the next import, replay or start of the server makes them',
    );
    expect({ status, stdout }).toEqual({ status: 0, stdout: expect.not.stringMatching(differ) });
    other.dispose();
  });
});

describeOnKurrentDB('A register whose log is moved in place, to KurrentDB and back', () => {
  it('keeps its ledger: the same checkpoints, and what comes is recorded behind them', async () => {
    const { url, prefix } = ownLog();
    const there = { EVENT_STORE_URL: url, EVENT_STORE_PREFIX: prefix };
    const back = { EVENT_STORE_URL: to };
    const checkpoint = async (environment: Record<string, string>) => {
      const { status, stdout } = await place.start(['checkpoint'], environment).ended;
      expect(status).toBe(0);
      return stdout;
    };
    const verified = async (environment: Record<string, string>) => {
      const { status, stdout } = await place.start(['verify'], environment).ended;
      expect(status).toBe(0);
      return stdout;
    };
    const of44 = await checkpoint({});
    await copy(there, '--from', from, '--to', url);
    expect(await checkpoint(there)).toBe(of44);

    const server = place.start(['serve'], there);
    const [, address] = await server.says(/(http:\/\/[\d.:]+)\/graphql/);
    const served = async () => {
      for (;;) {
        const response = await fetch(`${address}/checkpoint`);
        // Read models of the other log are made anew first.
        if (response.status === 200) return response.text();
        expect(await response.text()).not.toContain('LEDGER_MISFIT');
        await setTimeout(50);
      }
    };
    expect(await served()).toBe(of44);
    server.child.kill('SIGTERM');
    expect(await server.ended).toMatchObject({ status: 0 });

    expect(await place.start(['import', SAMPLE_2014], there).ended).toMatchObject({ status: 0 });
    const of53 = await checkpoint(there);
    expect(of53.split('\n')[1]).toBe('53');
    expect(await verified(there)).toContain('fits: the ledger: 53 events as recorded when they came');

    await copy(there, '--from', url, '--to', to);
    expect(await checkpoint(back)).toBe(of53);
    expect(await place.start(['replay'], back).ended).toMatchObject({ status: 0 });
    expect(await verified(back)).toContain('fits: the ledger: 53 events as recorded when they came');
  });

  it('keeps its ledger from another log that is put there', async () => {
    await place.run('checkpoint');
    const { url, prefix } = ownLog();
    const there = { EVENT_STORE_URL: url, EVENT_STORE_PREFIX: prefix };
    const elsewhere = { ...there, DATA_DIR: join(place.folder, 'elsewhere') };
    await place.start(['import', SAMPLE_2013, '--actor', 'iemand anders'], elsewhere).ended;
    const { status, stdout, stderr } = await place.start(['checkpoint'], there).ended;
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(/the log has other events than those recorded in the ledger \(index 0\)[^\n]*\n$/);
    expect((await place.run('checkpoint')).status).toBe(0);
  });
});
