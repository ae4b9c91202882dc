import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { SAMPLE_2013, SAMPLE_2014, Workplace } from './support';

describe('backup', () => {
  let place: Workplace;
  let archive: string;
  beforeEach(async () => {
    place = new Workplace();
    archive = join(place.folder, 'backup.tar');
    await place.run('import', SAMPLE_2013, SAMPLE_2014);
  });
  afterEach(() => place.dispose());

  /** As `docs/operations.md` says it. */
  function restore(): string {
    const folder = join(place.folder, 'restored');
    mkdirSync(folder);
    execFileSync('tar', ['-xf', archive, '-C', folder]);
    return folder;
  }

  it('is restored in one step while the server runs on, and then verify passes against an older checkpoint', async () => {
    const server = await place.serve();
    const kept = place.document('kept.checkpoint', (await place.run('checkpoint')).stdout);
    const answer = await (await fetch(`${server.url}/graphql?query={checkpoint{note}}`)).json();
    expect(answer).toMatchObject({ data: { checkpoint: { note: readFileSync(kept, 'utf8') } } });
    expect(await place.run('backup', archive)).toMatchObject({ status: 0, stdout: '' });
    server.child.kill('SIGTERM');
    await server.ended;
    rmSync(place.data, { recursive: true });

    const elsewhere = { DATA_DIR: restore() };
    const verified = await place.start(['verify', '--checkpoint', kept], elsewhere).ended;
    expect(verified).toMatchObject({ status: 0, stderr: '' });
    expect(verified.stdout).toContain('fits: the ledger: 53 events as recorded when they came');
    // The register goes on, and signs with the same key.
    expect((await place.start(['checkpoint'], elsewhere).ended).stdout).toBe(readFileSync(kept, 'utf8'));
    expect((await place.start(['import', SAMPLE_2014], elsewhere).ended).stdout).toContain('imported before');
    expect(
      readdirSync(place.folder).filter((name) => name.startsWith('.') || name.endsWith('.part')),
    ).toEqual([]);
  });

  it('is for its owner alone, as it holds the key', async () => {
    await place.run('backup', archive);
    expect(statSync(archive).mode & 0o777).toBe(0o600);
    expect(statSync(join(restore(), 'ledger.key')).mode & 0o777).toBe(0o600);
  });

  it('gives what it holds to nobody who may not read the original', async () => {
    chmodSync(place.log, 0o600);
    chmodSync(join(place.data, 'ledger.db'), 0o640);
    await place.run('backup', archive);
    const listed = execFileSync('tar', ['-tvf', archive], { encoding: 'utf8' }).split('\n');
    expect(listed.map((line) => line.slice(0, 10))).toEqual(['-rw-------', '-rw-r-----', '-rw-------', '']);
  });

  it('takes no place of an earlier one where the log was tampered with, or it cannot be written', async () => {
    await place.run('backup', archive);
    const earlier = readFileSync(archive);
    const database = new DatabaseSync(place.log);
    database.exec('DELETE FROM events WHERE position > 50');
    database.close();
    expect(await place.run('backup', archive)).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('the log ends before index 52'),
    });
    expect(readFileSync(archive)).toEqual(earlier);
    const nowhere = join(place.folder, 'none', 'backup.tar');
    writeFileSync(place.log, readFileSync(join(restore(), 'events.db')));
    for (const end of ['-wal', '-shm']) rmSync(`${place.log}${end}`, { force: true });
    expect(await place.run('backup', nowhere)).toMatchObject({
      status: 1,
      stderr: `${nowhere} cannot be written: ENOENT: no such file or directory\n`,
    });
  });
});
