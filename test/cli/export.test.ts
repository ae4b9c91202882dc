import { chmodSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { SAMPLE_2013, SAMPLE_2014, Workplace } from './support';

describe('export', () => {
  let place: Workplace;
  beforeAll(async () => {
    place = new Workplace();
    await place.run('import', SAMPLE_2013, SAMPLE_2014);
  });
  afterAll(() => place.dispose());

  /** The rows of a table by the names of its columns; no cell of these has a line end in it. */
  async function table(...args: string[]): Promise<Record<string, string>[]> {
    const { stdout, stderr, status } = await place.run('export', ...args);
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
    expect(stdout.startsWith('\ufeff')).toBe(true);
    const [head = [], ...rows] = stdout
      .slice(1)
      .split('\r\n')
      .slice(0, -1)
      .map((line) =>
        [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^",]*))/g)].map(([, a, b]) => a ?? b ?? ''),
      );
    return rows.map((row) => Object.fromEntries(head.map((name, at) => [name, row[at] ?? ''])));
  }

  describe('verdicts', () => {
    it('has a row for each indicator, in columns that stay', async () => {
      const rows = await table('verdicts');
      expect(rows).toHaveLength(30);
      expect(Object.keys(rows[0] ?? {})).toEqual([
        ...['municipality_code', 'municipality', 'approach', 'approach_name'],
        ...['framework', 'theme_code', 'theme', 'criterion_code', 'criterion', 'indicator_code', 'indicator'],
        ...['status', 'basis', 'assessed_in', 'carried_forward'],
        ...['as_of_reference', 'as_of_published', 'as_of_recorded'],
      ]);
      expect(rows.find((row) => row.indicator_code === '4.2.2')).toMatchObject({
        municipality_code: 'GM0935',
        municipality: 'Maastricht',
        approach: 'integrale-aanpak',
        theme: 'Samenwerking',
        status: 'MET',
        basis: 'REPORTED',
        assessed_in: '2014',
        carried_forward: 'false',
        as_of_reference: '',
        as_of_published: '',
      });
      expect(new Set(rows.map((row) => row.as_of_recorded)).size).toBe(1);
    });

    it('is read as of any of the clocks, and says of which', async () => {
      const published = await table('verdicts', '--as-of-published', '2014-12-31');
      expect(published.find((row) => row.indicator_code === '4.2.2')).toMatchObject({
        status: 'IMPROVEMENT_NEEDED',
        as_of_published: '2014-12-31',
      });
      const reference = await table('verdicts', '--as-of-reference', '2013');
      expect(
        reference.every((row) => row.carried_forward === 'false' && row.as_of_reference === '2013'),
      ).toBe(true);
      expect(await table('verdicts', '--as-of-recorded', '2020-01-01T00:00:00Z')).toEqual([]);
    });
  });

  it('developments: has a row for each indicator from one assessed year to the next', async () => {
    const rows = await table('developments');
    const changes = rows.map((row) => row.change);
    expect(changes.filter((change) => change === 'RESOLVED')).toHaveLength(1);
    expect(changes.filter((change) => change === 'NOT_RETESTED')).toHaveLength(29);
    expect(rows.find((row) => row.change === 'RESOLVED')).toMatchObject({
      from: '2013',
      to: '2014',
      before_status: 'IMPROVEMENT_NEEDED',
      before_basis: 'ASSESSED',
      after_status: 'MET',
      after_assessed_in: '2014',
    });
  });

  it('attention-points: has them with the passage that they come from', async () => {
    const rows = await table('attention-points');
    expect(rows).toHaveLength(6);
    expect(rows[0]).toMatchObject({
      raised_in: '2013',
      indicator_codes: '3.2.2',
      verdict: 'MET',
      text: 'Bij twee partners is niet bekend dat er doorzettingsmacht is.',
      document: 'maastricht-integrale-aanpak-2013.txt',
      line: '49',
    });
  });

  it('never gives a spreadsheet a formula out of a document', async () => {
    const other = new Workplace();
    try {
      const text = readFileSync(SAMPLE_2013, 'utf8').replace('Bij twee partners is', '=HYPERLINK("x") is');
      expect(text).not.toBe(readFileSync(SAMPLE_2013, 'utf8'));
      await other.run('import', other.document('formula.txt', text));
      const { stdout } = await other.run('export', 'attention-points');
      expect(stdout).toContain(`,"'=HYPERLINK(""x"") is`);
    } finally {
      await other.dispose();
    }
  });

  it.each([
    [
      ['indicators'],
      '"indicators" cannot be exported; expected events, verdicts, developments, attention-points',
    ],
    [['verdicts', '--as-of-published', '2014-13'], '"2014-13" is not an accepted date'],
    [['verdicts', '--as-of-recorded', 'gisteren'], '"gisteren" is not an accepted date-time'],
    [['verdicts', '--as-of-reference', '2999'], 'asOf.reference 2999 lies in the future'],
    [['events', '--as-of-reference', '2013'], 'events are exported whole'],
  ])('refuses %j and says what is accepted', async (args, message) => {
    expect(await place.run('export', ...args)).toMatchObject({
      status: 1,
      stdout: '',
      stderr: expect.stringContaining(message),
    });
  });

  it.each(['verdicts', 'developments', 'attention-points'])(
    '%s: has the columns that docs/exports.md names',
    async (name) => {
      const docs = readFileSync(join(__dirname, '../../docs/exports.md'), 'utf8');
      const [, , , documented = ''] =
        docs
          .split('\n')
          .find((line) => line.startsWith(`| \`${name}\``))
          ?.split('|') ?? [];
      const [head = ''] = (await place.run('export', name)).stdout.slice(1).split('\r\n');
      expect([...documented.matchAll(/`(\w+)`/g)].map(([, column]) => column)).toEqual(head.split(','));
    },
  );

  describe('--out', () => {
    it('writes the file whole, in place of what stood there, and leaves nothing beside it', async () => {
      const file = place.document('verdicts.csv', 'old');
      expect(await place.run('export', 'verdicts', '--out', file)).toMatchObject({ status: 0, stdout: '' });
      expect(readFileSync(file, 'utf8')).toBe((await place.run('export', 'verdicts')).stdout);
      expect(readdirSync(place.folder).filter((name) => name.endsWith('.part'))).toEqual([]);
    });

    it('leaves what stood there where the export fails on the way', async () => {
      const broken = new Workplace();
      try {
        await broken.run('import', SAMPLE_2013);
        const database = new DatabaseSync(broken.log);
        database.exec('DELETE FROM events WHERE position = 20');
        database.close();
        const file = broken.document('events.ndjson', 'old');
        expect(await broken.run('export', 'events', '--out', file)).toMatchObject({ status: 1 });
        expect(readFileSync(file, 'utf8')).toBe('old');
        expect(readdirSync(broken.folder).sort()).toEqual(['data', 'events.ndjson']);
      } finally {
        await broken.dispose();
      }
    });

    it('says in one sentence where it cannot write', async () => {
      const folder = join(place.folder, 'none', 'verdicts.csv');
      expect(await place.run('export', 'verdicts', '--out', folder)).toMatchObject({
        status: 1,
        stderr: `${folder} cannot be written: ENOENT: no such file or directory\n`,
      });
      expect(await place.run('export', 'verdicts', '--out', place.folder)).toMatchObject({
        status: 1,
        stderr: `${place.folder} is a folder: name a file\n`,
      });
    });
  });

  it('stops quietly where its reader has had enough', async () => {
    const running = place.start(['export', 'verdicts']);
    running.child.stdout?.destroy();
    expect(await running.ended).toMatchObject({ status: 0, stderr: '' });
  });

  it('reads beside a running server', async () => {
    const alone = await place.run('export', 'verdicts');
    const server = await place.serve();
    expect(await place.run('export', 'verdicts')).toEqual(alone);
    expect((await place.run('export', 'events')).stdout.split('\n')).toHaveLength(54);
    server.child.kill('SIGTERM');
    await server.ended;
  });
});

describe('import of an export of events', () => {
  let place: Workplace;
  let exported: string;
  let lines: string[];
  beforeAll(async () => {
    place = new Workplace();
    await place.run('import', SAMPLE_2013, SAMPLE_2014);
    exported = (await place.run('export', 'events')).stdout;
    lines = exported.split('\n').slice(0, -1);
  });
  afterAll(() => place.dispose());

  let other: Workplace;
  beforeEach(() => {
    other = new Workplace();
  });
  afterEach(() => other.dispose());

  it('restores it as it was, whatever the file is called: the same export, the same signed root', async () => {
    const { status, stdout, stderr } = await other.run('import', other.document('any.name', exported));
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain('53 events restored as they were; root ');
    expect((await other.run('export', 'events')).stdout).toBe(exported);
    const again = await other.run('import', other.document('any.name', exported));
    expect(again.stdout).toContain('nothing restored: the log holds these 53 events already; root ');
    expect((await other.run('export', 'events')).stdout).toBe(exported);
    const root = (note: string) => note.split('\n').slice(1, 3);
    expect(root((await other.run('checkpoint')).stdout)).toEqual(
      root((await place.run('checkpoint')).stdout),
    );
    expect(other.events()).toEqual(place.events());
    expect((await other.run('replay')).stdout).toContain('nothing differed');
    // The register goes on: what was imported there is known here.
    expect((await other.run('import', SAMPLE_2014)).stdout).toContain('imported before: nothing appended');
  });

  const altered = (index: number, alter: (line: string) => string) =>
    `${lines.map((line, at) => (at === index ? alter(line) : line)).join('\n')}\n`;
  it.each([
    [
      'a verdict changed',
      () => altered(9, (line) => line.replace(/"actor":"[^"]*"/, '"actor":"x"')),
      ':10: the event does not match its leafHash',
    ],
    [
      'a line removed',
      () => altered(9, () => '').replace('\n\n', '\n'),
      ':10: it says index 10, expected was 9',
    ],
    ['a line cut off', () => exported.slice(0, -40), ':53: not JSON'],
    [
      'a field more',
      () => altered(3, (line) => line.replace('{', '{"note":"x",')),
      ':4: "note" is no field of an exported event',
    ],
    [
      'a field less',
      () => altered(3, (line) => line.replace(/"leafHash":"[^"]*",/, '')),
      ':4: "leafHash" is missing',
    ],
    [
      'bytes of another encoding',
      () => Buffer.concat([Buffer.from(`${lines[0]}\n`), Buffer.from([0x7b, 0xe9, 0x7d])]),
      ':2: bytes that are not UTF-8',
    ],
  ])('with %s is refused, names the line, and restores nothing', async (_, content, message) => {
    const file = other.document('events.ndjson', content());
    const { status, stderr, stdout } = await other.run('import', file);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr.startsWith(file + message)).toBe(true);
    expect(stderr.split('\n')).toHaveLength(2);
    expect(other.events()).toEqual([]);
  });

  it('is refused where the log holds events, and beside documents or options', async () => {
    const file = other.document('events.ndjson', exported);
    await other.run('import', SAMPLE_2013);
    const before = other.events();
    expect(await other.run('import', file)).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('the log holds other events already'),
    });
    expect((await other.run('import', file, SAMPLE_2014)).stderr).toContain('import it alone');
    expect((await other.run('import', file, '--year', '2013')).stderr).toContain(
      'restored as it is, without options',
    );
    expect(other.events()).toEqual(before);
  });

  it('is held against a ledger that is there already: another log does not take its place', async () => {
    await other.run('import', SAMPLE_2013);
    for (const end of ['', '-wal', '-shm', '-writer']) {
      const path = `${other.log}${end}`;
      if (existsSync(path)) writeFileSync(path, '');
    }
    const file = other.document('events.ndjson', exported);
    expect(await other.run('import', file)).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('is another event than the ledger has recorded: nothing was restored'),
    });
    expect(other.events()).toEqual([]);
  });
});

describe('checkpoint', () => {
  let place: Workplace;
  beforeEach(() => {
    place = new Workplace();
  });
  afterEach(() => place.dispose());

  it('makes a key that only its owner can read, named as asked, and keeps it', async () => {
    const named = { LEDGER_NAME: 'toezicht.example/register' };
    const first = await place.start(['checkpoint', '--public-key'], named).ended;
    expect(first.stdout).toMatch(/^toezicht\.example\/register\+[0-9a-f]{8}\+\S+\n$/);
    expect(statSync(join(place.data, 'ledger.key')).mode & 0o777).toBe(0o600);
    expect((await place.run('checkpoint', '--public-key')).stdout).toBe(first.stdout);
    const other = await place.start(['checkpoint', '--public-key'], { LEDGER_NAME: 'other' }).ended;
    expect(other).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('signs as toezicht.example/register'),
    });
  });

  it('signs the log, the same note for the same log', async () => {
    await place.run('import', SAMPLE_2013);
    const { stdout, stderr, status } = await place.run('checkpoint');
    expect(status).toBe(0);
    expect(stderr).toBe(`signed as toetsspoor: 44 events of the log sqlite:${place.log}\n`);
    expect(stdout).toMatch(/^toetsspoor\n44\n\S{44}\n\n\u2014 toetsspoor \S+\n$/);
    expect((await place.run('checkpoint')).stdout).toBe(stdout);
  });

  it('says what is wrong: no log, a key that others may read, a name that cannot be one', async () => {
    expect(await place.run('checkpoint')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('there is no log'),
    });
    await place.run('import', SAMPLE_2013);
    await place.run('checkpoint');
    chmodSync(join(place.data, 'ledger.key'), 0o644);
    expect((await place.run('checkpoint')).stderr).toContain('chmod 600 it');
    const odd = await place.start(['checkpoint'], { LEDGER_NAME: 'two words' }).ended;
    expect(odd).toMatchObject({ status: 1, stderr: expect.stringContaining('LEDGER_NAME is "two words"') });
  });

  it('shares a key by configuration', async () => {
    const key = join(place.folder, 'shared.key');
    const one = await place.start(['checkpoint', '--public-key'], { LEDGER_KEY: key }).ended;
    const two = await place.start(['checkpoint', '--public-key'], {
      LEDGER_KEY: key,
      DATA_DIR: join(place.folder, 'replica'),
    }).ended;
    expect(one.stdout).toBe(two.stdout);
  });
});
