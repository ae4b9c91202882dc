import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { SAMPLE_2013, SAMPLE_2014, Workplace } from './support';

const BASELINE = readFileSync(SAMPLE_2013, 'utf8');
const FOLLOW_UP = readFileSync(SAMPLE_2014, 'utf8');
const called = (text: string, name: string) => text.replaceAll('Maastricht', name);
const undated = (text: string) => text.replace('December 2013', '').replace(/^In 2013 heeft.*$/m, '');

describe('import', () => {
  let place: Workplace;
  beforeEach(() => {
    place = new Workplace();
  });
  afterEach(() => place.dispose());

  const types = (): Record<string, number> => {
    const database = new DatabaseSync(join(place.data, 'events.db'), { readOnly: true });
    const rows = database.prepare('SELECT type, count(*) AS count FROM events GROUP BY type').all();
    database.close();
    return Object.fromEntries(rows.map(({ type, count }) => [String(type), Number(count)]));
  };

  it('takes in a follow-up that finds a ✓ turned ✗, which opens an improvement point', async () => {
    const row =
      'De gemeente voert regie op de aanpak voor GGSR\t✓ Dat was op orde.\tX De regie is weggevallen.\n';
    const regressed = place.document('regressed.txt', `${FOLLOW_UP.trimEnd()}\n${row}`);
    expect((await place.run('import', SAMPLE_2013, regressed)).status).toBe(0);
    expect(types()).toMatchObject({ FollowUpAssessed: 2, ImprovementPointIdentified: 2 });
  });

  it('warns where a follow-up quotes another verdict than the baseline has, and goes on', async () => {
    const row = 'De gemeente voert regie op de aanpak voor GGSR\tX Dat was niet op orde.\t✓ Nu wel.\n';
    const quoting = place.document('quoting.txt', `${FOLLOW_UP.trimEnd()}\n${row}`);
    const { status, stdout } = await place.run('import', SAMPLE_2013, quoting);
    expect(status).toBe(0);
    expect(stdout).toMatch(/warning, line \d+: quotes IMPROVEMENT_NEEDED for 4\.1\.1, .* says MET/);
  });

  it('lets a code decide where the name in the document fits several municipalities', async () => {
    const bergen = place.document('bergen.txt', called(BASELINE, 'Bergen'));
    const { status, stderr } = await place.run('import', bergen);
    expect([status, stderr]).toEqual([
      1,
      expect.stringMatching(
        /^\S+bergen\.txt:1: "Bergen" is ambiguous in 2013: Bergen \(NH\) \(GM0373\), Bergen \(L\) \(GM0893\)/,
      ),
    ]);
    const { stdout } = await place.run('import', bergen, '--municipality', 'GM0893');
    expect(stdout).toContain('Bergen (L) (GM0893)');
  });

  it('knows a municipality by what everybody calls it', async () => {
    const { stdout } = await place.run(
      'import',
      place.document('den-haag.txt', called(BASELINE, 'Den Haag')),
    );
    expect(stdout).toContain("'s-Gravenhage (GM0518)");
  });

  it('says so where a flag is not used because the document knows better', async () => {
    const { stdout } = await place.run('import', SAMPLE_2013, '--municipality', 'Utrecht');
    expect(stdout).toContain('Maastricht (GM0935)');
    expect(stdout).toMatch(
      /warning, line 1: is about Maastricht \(GM0935\); --municipality Utrecht is not used/,
    );
  });

  it.each([
    [['--year', '0000'], '0000 cannot be the reference year; expected a year from 1900 to'],
    [['--year', '2999'], '2999 cannot be the reference year; expected a year from 1900 to'],
    [['--year', 'MMXIII'], '--year is "MMXIII"; expected a year from 1900 to'],
    [['--year', '2013', '--published', '2001'], 'published on 2001, before the year 2013 that it is about'],
    [['--year', '2013', '--published', '2999-01'], 'published on 2999-01 lies in the future'],
    [['--year', '2013', '--published', 'soon'], '--published is "soon"; expected a date such as'],
  ])('refuses what cannot be: %j', async (flags, message) => {
    const document = place.document('undated.txt', undated(BASELINE));
    const { status, stderr } = await place.run('import', document, ...flags);
    expect([status, stderr]).toEqual([1, expect.stringContaining(`undated.txt: ${message}`)]);
    expect(place.events()).toEqual([]);
  });

  it('goes on where the read models were damaged: they are made anew', async () => {
    await place.run('import', SAMPLE_2013);
    writeFileSync(join(place.data, 'read-model.db'), 'this is no database');
    expect((await place.run('import', SAMPLE_2014)).status).toBe(0);
    expect((await place.run('replay')).stdout).toContain('nothing differed');
  });
});
