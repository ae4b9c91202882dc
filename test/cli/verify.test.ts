import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type Ended, SAMPLE_2013, SAMPLE_2014, Workplace } from './support';

const SCRIPT = join(__dirname, '../../tools/verify.mjs');
/** How many events the first sample makes, and both. */
const FIRST = 44;
const BOTH = 53;

/** Renumbers positions and the revisions of each stream, so that nothing is missing to the eye. */
const RENUMBER = `
  CREATE TEMP TABLE places AS SELECT id, row_number() OVER (ORDER BY position) AS position,
    row_number() OVER (PARTITION BY stream_id ORDER BY position) - 1 AS revision FROM events;
  UPDATE events SET position = -position, revision = -1 - revision;
  UPDATE events SET (position, revision) = (SELECT position, revision FROM places WHERE places.id = events.id)`;

describe('verify', () => {
  let place: Workplace;
  /** The checkpoint kept after the first document, and the one kept after both. */
  let first: string;
  let both: string;
  let key: string;
  let old: string;
  /** The register as it was before a test tampers with it. */
  let untouched: string;

  beforeAll(async () => {
    place = new Workplace();
    await place.run('import', SAMPLE_2013);
    first = place.document('first.checkpoint', (await place.run('checkpoint')).stdout);
    old = join(place.folder, 'old');
    cpSync(place.data, old, { recursive: true });
    await place.run('import', SAMPLE_2014);
    both = place.document('both.checkpoint', (await place.run('checkpoint')).stdout);
    key = place.document('log.key', (await place.run('checkpoint', '--public-key')).stdout);
    untouched = join(place.folder, 'untouched');
    cpSync(place.data, untouched, { recursive: true });
  });
  beforeEach(() => {
    rmSync(place.data, { recursive: true });
    cpSync(untouched, place.data, { recursive: true });
  });
  afterAll(() => place.dispose());

  const sql = (statements: string, file = 'events.db') => {
    const database = new DatabaseSync(join(place.data, file));
    database.exec(`BEGIN; ${statements}; COMMIT`);
    database.close();
  };
  const verify = (...args: string[]) => place.run('verify', '--checkpoint', both, '--key', key, ...args);
  const audited = async (...args: string[]): Promise<Ended> => {
    const { stdout, status } = await place.run('export', 'events', '--out', 'events.ndjson');
    expect({ stdout, status }).toEqual({ stdout: '', status: 0 });
    return audit(...args);
  };
  const audit = (...args: string[]) =>
    new Promise<Ended>((resolve) => {
      const all = ['events.ndjson', '--checkpoint', both, '--key', key, ...args];
      const child = execFile(process.execPath, [SCRIPT, ...all], { cwd: place.folder }, (_, stdout, stderr) =>
        resolve({ status: child.exitCode, signal: null, stdout, stderr }),
      );
    });
  /** Position and index of the first event of that type: of the log they differ by one. */
  const positionOf = (type: string) => place.events().findIndex((event) => event.type === type) + 1;

  it('says what it checked where all fits, and so does the auditor’s script', async () => {
    const { status, stdout, stderr } = await verify('--checkpoint', first);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/^fits: the log: 53 events \(root \S{44}\)$/m);
    expect(stdout.split('\n').slice(0, -1)).toEqual([
      `verifying the log sqlite:${place.log}`,
      expect.stringMatching(/^fits: the log: 53 events/),
      'fits: the ledger: 53 events as recorded when they came',
      `fits: ${both}: the first 53 events are those signed`,
      `fits: ${first}: the first 44 events are those signed`,
      'fits: checkpoints kept by the ledger: 2',
      'fits: order: positions without gaps, revisions of 2 streams without gaps, instants not decreasing, each event id once',
      'fits: texts: 41 as their digests say, 0 left out of this copy; 2 documents as imported',
      expect.stringMatching(/^fits: references between events: \d{3}$/),
      'fits: the read models: as rebuilt from 53 events',
    ]);
    expect(await audited('--checkpoint', first)).toMatchObject({ status: 0, stderr: '' });
  });

  it('needs neither checkpoint nor key to find what the ledger knows', async () => {
    sql(
      `UPDATE events SET data = replace(data, '"MET"', '"IMPROVEMENT_NEEDED"') WHERE type = 'FollowUpAssessed'`,
    );
    const { status, stdout } = await place.run('verify', '--json');
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toEqual({
      log: `sqlite:${place.log}`,
      fits: false,
      checked: [],
      notChecked: [],
      misfit: expect.stringMatching(
        /^index \d+ \(event .+ revision \d+\): it is not the event that the ledger recorded$/,
      ),
    });
  });

  it('writes nothing', async () => {
    rmSync(join(place.data, 'ledger.db'));
    rmSync(join(place.data, 'ledger.key'));
    rmSync(join(place.data, 'read-model.db'));
    const { status, stdout } = await verify();
    expect(status).toBe(0);
    expect(stdout).toContain('not checked: whether the events are as they came: there is no ledger yet');
    expect(stdout).toContain(
      'not checked: the read models: there are none yet (the next import, replay or start of the server makes them',
    );
    expect((await place.run('verify', '--checkpoint', both)).stdout).toContain(
      `(there is no key here, ${join(place.data, 'ledger.key')}: name its file in LEDGER_KEY, or give it with --key)`,
    );
  });

  describe('finds in the log', () => {
    it('a verdict that was flipped', async () => {
      const position = positionOf('FindingRecorded');
      sql(
        `UPDATE events SET data = replace(data, '"MET"', '"IMPROVEMENT_NEEDED"') WHERE position = ${position}`,
      );
      await expectFirstWrong(position - 1);
    });

    it('a text that was changed', async () => {
      const position = positionOf('AttentionPointRaised');
      sql(
        `UPDATE events SET data = json_set(data, '$.text.text', 'Niets aan de hand.') WHERE position = ${position}`,
      );
      await expectFirstWrong(position - 1);
    });

    it('two events that were swapped', async () => {
      sql(`UPDATE events SET position = -1 WHERE position = 20; UPDATE events SET position = 20 WHERE position = 23;
        UPDATE events SET position = 23 WHERE position = -1; ${RENUMBER}`);
      await expectFirstWrong(19);
    });

    it('an event that was removed in the middle, and all behind it moved up', async () => {
      sql(`DELETE FROM events WHERE position = 20; ${RENUMBER}`);
      await expectFirstWrong(19);
    });

    it('an event that was removed in the middle, leaving a gap: of that log there is no export either', async () => {
      sql('DELETE FROM events WHERE position = 20');
      expect((await verify()).stdout).toBe(
        `verifying the log sqlite:${place.log}\ndoes not fit: index 19: the log has lost its event at position 20\ndoes not fit: ${both}: signed over 53 events, and the log cannot be read behind index 18\n`,
      );
      expect(await place.run('export', 'events', '--out', 'gap.ndjson')).toMatchObject({
        status: 1,
        stderr: 'the log has lost its event at position 20\n',
      });
    });

    it('an event that is no longer JSON', async () => {
      sql(`UPDATE events SET data = '{' WHERE position = 31`);
      expect((await verify()).stdout).toMatch(/^does not fit: index 30: event \S+ .* is corrupt/m);
    });

    it('events that were removed at the end', async () => {
      sql('DELETE FROM events WHERE position > 50');
      expect((await verify()).stdout).toContain('does not fit: index 50: missing');
      expect((await audited()).stdout).toContain('does not fit: index 50: missing');
    });

    it('an older one put back, with its ledger or without', async () => {
      for (const file of ['events.db', 'ledger.db', 'read-model.db']) {
        for (const end of ['-wal', '-shm']) rmSync(join(place.data, file + end), { force: true });
        cpSync(join(old, file), join(place.data, file));
        expect((await verify()).stdout).toContain(`does not fit: index ${FIRST}: missing`);
      }
      expect((await audited()).stdout).toContain(`does not fit: index ${FIRST}: missing`);
    });

    it('a history that was rewritten as a whole and signed with the real key', async () => {
      await rewrite(readFileSync(SAMPLE_2013, 'utf8').replace('X ', '✓ '), SAMPLE_2014);
      const { status, stdout } = await verify();
      expect(status).toBe(1);
      expect(stdout).toContain('the first 53 events are not those that were signed in');
      expect(stdout).toContain('Which event is the first cannot be known from this');
      expect((await audited()).stdout).toContain('The first wrong index cannot be known from this');
    });

    it('one that was rewritten from some point on, between the checkpoints that were kept', async () => {
      const followUp = readFileSync(SAMPLE_2014, 'utf8').replace('✓', '✘');
      rmSync(place.data, { recursive: true });
      cpSync(old, place.data, { recursive: true });
      await place.run('import', place.document('changed.txt', followUp));
      const { status, stdout } = await verify('--checkpoint', first);
      expect({ status, stdout }).toMatchObject({ status: 1 });
      const events = place.events().length;
      if (events === BOTH)
        expect(stdout).toContain(`The first wrong index lies from ${FIRST} to ${BOTH - 1}`);
      else expect(stdout).toContain(`index ${events}: missing`);
      expect((await audited('--checkpoint', first)).status).toBe(1);
    });

    it('a reference to what is not there, though all was signed', async () => {
      // Under the ledger's eyes nothing is wrong: it recorded the log as it came.
      sql(`UPDATE events SET data = json_set(data, '$.findingId', 'aaaaaaaa-0000-4000-8000-000000000000')
           WHERE position = ${positionOf('AttentionPointRaised')}`);
      forgetLedger();
      const { status, stdout } = await place.run('verify');
      expect(status).toBe(1);
      expect(stdout).toMatch(
        new RegExp(
          `^does not fit: index ${positionOf('AttentionPointRaised') - 1} .*refers to finding aaaaaaaa`,
          'm',
        ),
      );
    });

    it('a revision that is missing, an instant that goes back, an id that comes twice', async () => {
      const cases: [statements: string, problem: string][] = [
        [
          'UPDATE events SET revision = revision + 10 WHERE position = 53',
          'index 52 .*expected was revision',
        ],
        [
          `UPDATE events SET metadata = json_set(metadata, '$.recordedAt', '2020-01-01T00:00:00.000Z') WHERE position = 12`,
          'index 11 .*recorded at 2020-01-01',
        ],
        [
          `UPDATE events SET metadata = json_set(metadata, '$.causationId', 'aaaaaaaa-0000-4000-8000-000000000000') WHERE position = 12`,
          'index 11 .*follows from event aaaaaaaa',
        ],
        [
          `UPDATE events SET data = json_set(data, '$.text.text', 'Een ander document.') WHERE type = 'FactsheetImported'`,
          'index 1 .*does not have the digest',
        ],
        [
          `CREATE TABLE loose AS SELECT * FROM events; DROP TABLE events; ALTER TABLE loose RENAME TO events;
           UPDATE events SET id = (SELECT id FROM events WHERE position = 5) WHERE position = 40`,
          'index 39 .*an earlier event has the same id',
        ],
      ];
      for (const [statements, problem] of cases) {
        rmSync(place.data, { recursive: true });
        cpSync(untouched, place.data, { recursive: true });
        sql(statements);
        forgetLedger();
        expect((await place.run('verify')).stdout).toMatch(new RegExp(`^does not fit: ${problem}`, 'm'));
      }
    });
  });

  it('says of each checkpoint that was asked for whether the log holds it, where all of it does not fit', async () => {
    sql(`UPDATE events SET metadata = json_set(metadata, '$.actor', 'anna') WHERE position = 50`);
    const { status, stdout } = await verify('--checkpoint', first);
    expect({ status, lines: stdout.split('\n').slice(1, -1) }).toEqual({
      status: 1,
      lines: [
        expect.stringMatching(/^does not fit: index 49 .*: it is not the event that the ledger recorded$/),
        `does not fit: ${both}: the first 53 events are not those that were signed`,
        `fits: ${first}: the first 44 events are those signed`,
      ],
    });
    const { misfit, checked } = JSON.parse((await verify('--checkpoint', first, '--json')).stdout);
    expect(checked).toEqual([`${first}: the first 44 events are those signed`]);
    expect(misfit).toMatch(/ledger recorded; .*the first 53 events are not those that were signed$/);

    sql('DELETE FROM events WHERE position > 47');
    expect((await verify()).stdout).toContain(
      `does not fit: index 47: missing; the log ends here, the ledger recorded 53 events\ndoes not fit: ${both}: signed over 53 events, and the log ends before index 47\n`,
    );
  });

  it('finds a ledger that was changed, and one that lost what it recorded', async () => {
    sql(
      'UPDATE tiles SET hashes = CAST(zeroblob(32) || substr(hashes, 33) AS BLOB) WHERE level = 0',
      'ledger.db',
    );
    expect((await verify()).stdout).toMatch(
      /^does not fit: index 0 .* it is not the event that the ledger recorded/m,
    );
    sql('DELETE FROM tiles', 'ledger.db');
    expect((await verify()).stdout).toMatch(
      /^does not fit: index 0 .* the ledger has lost what it recorded of it/m,
    );
  });

  it('finds read models that differ from the log, or are damaged', async () => {
    sql(`UPDATE texts SET text = 'Er is niets gevonden.' WHERE position = 12`, 'read-model.db');
    expect(await verify()).toMatchObject({
      status: 1,
      stdout: expect.stringContaining(
        'does not fit: the read models differ from what the log gives, in texts',
      ),
    });
    const path = join(place.data, 'read-model.db');
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.fill(7, 4_096));
    expect((await verify()).stdout).toContain('does not fit: the read models');
    expect(readFileSync(path)).toEqual(bytes);
  });

  it('refuses a checkpoint that is not signed by the key, altered, or of another log', async () => {
    const note = readFileSync(both, 'utf8');
    const altered = place.document('altered.checkpoint', note.replace('\n53\n', '\n52\n'));
    const other = place.document(
      'other.key',
      'example.org/other+3ee42a53+AfSHZNg7BdtzQxHNbOQ8EXfD0u6A7v4rWCIpOLTA8+pj\n',
    );
    expect((await verify('--checkpoint', altered)).stdout).toContain(
      `does not fit: ${altered}: the signature`,
    );
    expect(await place.run('verify', '--checkpoint', both, '--key', other)).toMatchObject({ status: 1 });
    expect(await place.run('verify', '--checkpoint', 'none')).toMatchObject({
      status: 1,
      stdout: '',
      stderr: expect.stringContaining('none cannot be read'),
    });
  });

  it('runs beside a server that keeps the log growing, and so does checkpoint', async () => {
    const server = await place.serve();
    const signed = place.document('served.checkpoint', (await place.run('checkpoint')).stdout);
    expect(readFileSync(signed, 'utf8')).toBe(readFileSync(both, 'utf8'));
    expect(await verify('--checkpoint', signed)).toMatchObject({ status: 0, stderr: '' });
    server.child.kill('SIGTERM');
    expect(await server.ended).toMatchObject({ status: 0 });
  });

  async function expectFirstWrong(index: number): Promise<void> {
    const operator = await verify();
    expect(operator.stdout).toMatch(new RegExp(`^does not fit: index ${index} `, 'm'));
    expect(operator.status).toBe(1);
    const auditor = await audited();
    expect(auditor.stdout).toMatch(new RegExp(`^does not fit: index ${index} `));
    expect(auditor.status).toBe(1);
  }

  /** Another register, of changed documents, with the key of the real one. */
  async function rewrite(...documents: string[]): Promise<void> {
    const ownKey = readFileSync(join(place.data, 'ledger.key'));
    rmSync(place.data, { recursive: true });
    mkdirSync(place.data);
    writeFileSync(join(place.data, 'ledger.key'), ownKey, { mode: 0o600 });
    const files = documents.map((document, index) =>
      document.includes('\n') ? place.document(`rewritten-${index}.txt`, document) : document,
    );
    expect(await place.run('import', ...files)).toMatchObject({ status: 0 });
    expect((await place.run('checkpoint')).status).toBe(0);
  }

  function forgetLedger(): void {
    for (const end of ['', '-wal', '-shm']) rmSync(join(place.data, `ledger.db${end}`), { force: true });
  }
});
