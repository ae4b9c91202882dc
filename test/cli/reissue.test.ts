import { existsSync, readFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { SAMPLE_2013, SAMPLE_2014, Workplace } from './support';

const BASELINE = readFileSync(SAMPLE_2013, 'utf8');
const FOLLOW_UP = readFileSync(SAMPLE_2014, 'utf8');
const CORRECTED = BASELINE.replace('✗ Sinds', '✓ Sinds').replace('- Mondriaan', '- MEE');
const lineOf = (text: string) => CORRECTED.split('\n').findIndex((line) => line.includes(text)) + 1;

describe('import --reissue', () => {
  let place: Workplace;
  let first: ReturnType<Workplace['events']>;
  beforeEach(async () => {
    place = new Workplace();
    await place.run('import', SAMPLE_2013, SAMPLE_2014);
    first = place.events();
  });
  afterEach(() => place.dispose());
  const added = () => place.events().slice(first.length);

  it('prints what a new issue changes, and appends that in one go behind its document', async () => {
    const path = place.document('again.txt', CORRECTED);
    const { status, stdout, stderr } = await place.run('import', '--reissue', '--published', '2014-09', path);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toBe(`${path} changes
  line 7: the assessment corrected: sources
  line ${lineOf('✓ Sinds')}: 4.2.2 corrected: ✗ became ✓
  line ${lineOf('✓ Sinds')}: 4.2.2: its improvement point goes with it
${path}
  Maastricht (GM0935), Integrale Aanpak: assessment for 2013, published 2013-12
  30 indicators in 25 rows; 27 findings: 27 ✓, 0 ✗; 6 attention points; 5 sources; 316 families
  warning, line 5: bears the date of an earlier issue (2013-12): its corrections are public from 2014-09
  3 events appended: 1 FactsheetImported, 1 AssessmentCorrected, 1 FindingCorrected
`);
    expect(place.events().slice(0, first.length)).toEqual(first);
    expect(added().map(({ type }) => type)).toEqual([
      'FactsheetImported',
      'AssessmentCorrected',
      'FindingCorrected',
    ]);
    expect(JSON.parse(added()[2]?.data ?? '')).toMatchObject({
      verdict: 'MET',
      reason: { text: '[heruitgave / new issue] again.txt' },
      publishedOn: '2014-09',
    });
    const [document, , correction] = metadataOf(place).slice(first.length);
    expect(correction?.source).toEqual({ ...document?.source, line: lineOf('✓ Sinds') });
    expect(correction?.correlationId).toBe(document?.correlationId);
  });

  it('the second time changes nothing, with other flags it is refused, and its ids are always the same', async () => {
    const path = place.document('again.txt', CORRECTED);
    await place.run('import', '--reissue', path);
    const once = place.events();
    for (const args of [['--reissue', path], [path], [SAMPLE_2013]]) {
      const { status, stdout } = await place.run('import', ...args);
      expect(status).toBe(0);
      expect(stdout).toMatch(/imported before: nothing appended\n$/);
    }
    const other = await place.run('import', '--reissue', '--published', '2014-09', path);
    expect(other.status).toBe(1);
    expect(other.stderr).toMatch(/imported already, with publishedOn unknown instead of 2014-09/);
    expect(place.events()).toEqual(once);
    const elsewhere = new Workplace();
    try {
      await elsewhere.run('import', SAMPLE_2013, SAMPLE_2014);
      await elsewhere.run('import', '--reissue', elsewhere.document('other name.txt', CORRECTED));
      expect(elsewhere.events().map(({ id }) => id)).toEqual(once.map(({ id }) => id));
    } finally {
      await elsewhere.dispose();
    }
  });

  it('the original again brings back what stood, once, and keeps all three', async () => {
    const path = place.document('again.txt', CORRECTED);
    await place.run('import', '--reissue', path);
    const swung = await place.run('import', '--reissue', SAMPLE_2013);
    expect(swung).toMatchObject({ status: 1, stdout: '' });
    expect(swung.stderr).toMatch(
      /imported before, and again\.txt came over it since; expected .*--published/,
    );
    const back = await place.run('import', '--reissue', '--published', '2015-02', SAMPLE_2013);
    expect(back).toMatchObject({ status: 0, stderr: '' });
    expect(back.stdout).toMatch(/4\.2\.2: its improvement point is back\n/);
    expect(added().map(({ type }) => type)).toEqual([
      'FactsheetImported',
      'AssessmentCorrected',
      'FindingCorrected',
      'FactsheetImported',
      'AssessmentCorrected',
      'FindingCorrected',
    ]);
    const once = place.events();
    const again = await place.run('import', '--reissue', path, SAMPLE_2013);
    expect(again.stdout).toMatch(/nothing appended\n.*\n(.*\n)*.*nothing appended\n$/);
    expect(place.events()).toEqual(once);
    const third = ['import', '--reissue', '--published', '2015-03', path];
    expect((await place.run(...third)).stdout).toMatch(/4\.2\.2 corrected: ✗ became ✓/);
    const all = place.events();
    for (const args of [third, ['import', SAMPLE_2013], ['import', path], ['import', '--reissue', path]])
      expect((await place.run(...args)).stdout).toMatch(/imported before: nothing appended\n$/);
    expect(place.events()).toEqual(all);
  });

  it('of what says the same appends nothing, and says so', async () => {
    const path = place.document('same.txt', BASELINE.replaceAll('\n', '\r\n'));
    const { status, stdout } = await place.run('import', '--reissue', path);
    expect(status).toBe(0);
    expect(stdout).toMatch(/\n {2}says what the register holds already: nothing to append\n$/);
    expect(stdout).not.toContain('changes');
    expect(added()).toEqual([]);
  });

  it('of two new issues together leaves what they leave in turn', async () => {
    const undated = BASELINE.replace('December 2013\n', '\n');
    const issues = [
      ['march.txt', undated.replace('Integrale Aanpak\n', 'Integrale Aanpak\n\nMaart 2014\n')],
      [
        'june.txt',
        undated.replace('Integrale Aanpak\n', 'Integrale Aanpak\n\nJuni 2014\n').replace('✗', '✓'),
      ],
    ] as const;
    const importedAs = async (...turns: readonly (readonly (typeof issues)[number][])[]) => {
      const elsewhere = new Workplace();
      try {
        const first = await elsewhere.run('import', elsewhere.document('undated.txt', undated));
        expect(first).toMatchObject({ status: 0, stderr: '' });
        for (const turn of turns) {
          const paths = turn.map(([name, content]) => elsewhere.document(name, content));
          expect(await elsewhere.run('import', '--reissue', ...paths)).toMatchObject({
            status: 0,
            stderr: '',
          });
        }
        return elsewhere.events().map(({ id, type, data }) => [id, type, data.replace(/"salt":"\w+"/g, '')]);
      } finally {
        await elsewhere.dispose();
      }
    };
    const inTurn = await importedAs(...issues.map((issue) => [issue]));
    expect(inTurn.filter(([, type]) => type === 'AssessmentCorrected')).toHaveLength(1);
    expect(await importedAs(issues)).toEqual(inTurn);
  });

  it.each([
    ['a document that says it', 'Januari 2014', [], '2014-01', null],
    ['a document that says an earlier one', 'November 2013', [], '2013-11', null],
    ['one beside it', 'Januari 2014', ['--published', '2014-09'], '2014-01', '2014-09'],
  ])('corrects the day of publication by %s, where nothing else differs', async (_, said, args, on, from) => {
    const path = place.document('dated.txt', BASELINE.replace('December 2013', said));
    const because = ['--reason', 'Een verkeerde datum.', ...args, path];
    const dry = await place.run('import', '--reissue', '--dry-run', ...because);
    expect(dry.stdout).toContain(
      `${path} changes\n  line 5: the assessment corrected: published 2013-12 became ${on}\n`,
    );
    expect(added()).toEqual([]);
    expect(await place.run('import', '--reissue', ...because)).toMatchObject({ status: 0, stderr: '' });
    expect(added().map(({ type }) => type)).toEqual(['FactsheetImported', 'AssessmentCorrected']);
    expect(JSON.parse(added()[1]?.data ?? '')).toMatchObject({
      familiesReached: 316,
      assessmentPublishedOn: on,
      reason: { text: 'Een verkeerde datum.' },
      publishedOn: from,
    });
    const once = place.events();
    for (const again of [['--reissue', ...because], [path], [SAMPLE_2013]])
      expect((await place.run('import', ...again)).stdout).toMatch(/imported before: nothing appended\n$/);
    expect(place.events()).toEqual(once);
    // What comes next comes behind the day that was corrected.
    const next = place.document('next.txt', CORRECTED.replace('December 2013', 'Februari 2014'));
    expect((await place.run('import', '--reissue', next)).stdout).toContain('4.2.2 corrected: ✗ became ✓');
    expect(JSON.parse(place.events().at(-1)?.data ?? '').publishedOn).toBe('2014-02');
  });

  it('corrects the day of publication again, until an issue has changed more', async () => {
    const dated = (name: string, said: string, text = BASELINE) =>
      place.run('import', '--reissue', place.document(name, text.replace('December 2013', said)));
    await dated('first.txt', 'Januari 2014');
    for (const [said, change] of [
      ['Februari 2014', 'published 2014-01 became 2014-02'],
      ['Oktober 2013', 'published 2014-02 became 2013-10'],
    ] as const) {
      expect((await dated(`${said}.txt`, said)).stdout).toContain(`the assessment corrected: ${change}\n`);
    }
    expect((await dated('more.txt', 'Maart 2014', CORRECTED)).stdout).toContain('4.2.2 corrected');
    const all = place.events();
    await dated('same.txt', 'April 2014', CORRECTED);
    expect(place.events()).toEqual(all);
  });

  it('corrects the day of publication that was given beside the document, by the document itself', async () => {
    const elsewhere = new Workplace();
    try {
      const undated = elsewhere.document('undated.txt', BASELINE.replace('December 2013\n', '\n'));
      await elsewhere.run('import', '--published', '2014-12', undated);
      const { stdout } = await elsewhere.run('import', '--reissue', '--published', '2013-12', undated);
      expect(stdout).toContain('the assessment corrected: published 2014-12 became 2013-12');
    } finally {
      await elsewhere.dispose();
    }
  });

  it('takes the reason that is given', async () => {
    const path = place.document('again.txt', CORRECTED);
    await place.run('import', '--reissue', '--reason', 'De gemeente wees op een fout.', path);
    expect(JSON.parse(added()[2]?.data ?? '').reason.text).toBe('De gemeente wees op een fout.');
  });

  it('of an assessment and its follow-up together is decided in that order, all or none', async () => {
    const both = [
      place.document('2014.txt', FOLLOW_UP.replace('✓ De afspraken', 'X De afspraken')),
      place.document('2013.txt', CORRECTED),
    ];
    const { stdout } = await place.run('import', '--reissue', '--json', ...both);
    expect(JSON.parse(stdout)).toMatchObject([
      { kind: 'BASELINE', changes: [{}, {}, {}], events: { FindingCorrected: 1 } },
      {
        kind: 'FOLLOW_UP',
        changes: [{}, {}, {}],
        events: { FindingCorrected: 1, ImprovementPointIdentified: 1 },
      },
    ]);
    const before = place.events();
    const bad = place.document('bad.txt', CORRECTED.replaceAll('2013', '2012'));
    const { status } = await place.run(
      'import',
      '--reissue',
      bad,
      place.document('third.txt', `${BASELINE}\n`),
    );
    expect(status).toBe(1);
    expect(place.events()).toEqual(before);
  });

  describe('refuses, and appends nothing:', () => {
    const refused = async (args: readonly string[], message: RegExp) => {
      const { status, stdout, stderr } = await place.run('import', ...args);
      expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
      expect(stderr).toMatch(message);
      expect(added()).toEqual([]);
    };

    it('another document for an assessment that there is, without the flag, which it names', async () => {
      const path = place.document('again.txt', CORRECTED);
      await refused([path], /again\.txt:7: there is a BASELINE assessment for 2013 .*--reissue\n$/);
    });

    it('a new issue of nothing', async () => {
      const other = place.document('2012.txt', BASELINE.replaceAll('2013', '2012'));
      await refused(
        ['--reissue', other],
        /2012\.txt:3: there is no assessment for 2012 of Integrale Aanpak in Maastricht .*without --reissue\n$/,
      );
    });

    it('one that was published before the first', async () => {
      const early = place.document('early.txt', CORRECTED.replace('December 2013', 'Oktober 2013'));
      await refused(['--reissue', early], /early\.txt:5: published on 2013-10, before .*\(2013-12\)/);
    });

    it('one that leaves indicators out, unless it may be partial', async () => {
      const lines = CORRECTED.split('\n').filter((line) => !line.startsWith('\tDe doorzettingsmacht'));
      const half = place.document('half.txt', lines.join('\n'));
      await refused(['--reissue', half], /half\.txt: a baseline covers all 30 indicators/);
    });

    it('a reason that is empty, or without a new issue', async () => {
      const path = place.document('again.txt', CORRECTED);
      await refused(['--reissue', '--reason', ' ', path], /--reason is empty/);
      await refused(['--reason', 'Omdat.', path], /expected it with --reissue/);
    });
  });

  it('--dry-run tells all of it, and appends nothing', async () => {
    const path = place.document('again.txt', CORRECTED);
    const dry = await place.run('import', '--reissue', '--dry-run', path);
    expect(dry).toMatchObject({ status: 0, stderr: '' });
    expect(added()).toEqual([]);
    const { stdout } = await place.run('import', '--reissue', path);
    expect(dry.stdout).toBe(stdout.replace('3 events appended', '3 events would be appended'));
    const again = await place.run('import', '--reissue', '--dry-run', path);
    expect(again.stdout).toMatch(/imported before: nothing to append\n$/);
  });
});

describe('import --dry-run', () => {
  it('only reads: it runs beside a server, and names itself in JSON', async () => {
    const place = new Workplace();
    try {
      await place.run('import', SAMPLE_2013, SAMPLE_2014);
      const server = await place.serve();
      const path = place.document('again.txt', CORRECTED);
      const dry = await place.run('import', '--reissue', '--dry-run', '--json', path);
      expect(dry).toMatchObject({ status: 0, stderr: '' });
      expect(JSON.parse(dry.stdout)).toMatchObject([{ dryRun: true, events: { FindingCorrected: 1 } }]);
      expect((await place.run('import', '--reissue', path)).stderr).toMatch(/already open for writing/);
      server.child.kill('SIGTERM');
      await server.ended;
      const done = await place.run('import', '--reissue', '--json', path);
      expect(JSON.parse(done.stdout)[0]).not.toHaveProperty('dryRun');
    } finally {
      await place.dispose();
    }
  });

  it('knows a document that another approach has', async () => {
    const place = new Workplace();
    try {
      const anywhere = place.document('anywhere.txt', BASELINE.replaceAll('Maastricht', 'de gemeente'));
      const asOf = (name: string) => ['--municipality', name, '--dry-run', anywhere];
      expect(await place.run('import', ...asOf('Heerlen'))).toMatchObject({ status: 0, stderr: '' });
      await place.run('import', '--municipality', 'Maastricht', anywhere);
      const { status, stderr } = await place.run('import', ...asOf('Heerlen'));
      expect({ status, stderr }).toEqual({
        status: 1,
        stderr: expect.stringContaining('imported already, for approach integrale-aanpak of GM0935'),
      });
    } finally {
      await place.dispose();
    }
  });

  it('leaves nothing where there was nothing, nor does an import that is refused', async () => {
    const place = new Workplace();
    try {
      const lines = ['import', '--reissue', SAMPLE_2013];
      expect((await place.run(...lines)).stderr).toMatch(/there is no assessment for 2013/);
      expect((await place.run(...lines, '--dry-run')).status).toBe(1);
      expect((await place.run('import', SAMPLE_2014)).status).toBe(1);
      expect((await place.run('import', '--dry-run', SAMPLE_2013)).status).toBe(0);
      expect(existsSync(place.data)).toBe(false);
    } finally {
      await place.dispose();
    }
  });

  it('tells of a first import what would be appended, and appends nothing', async () => {
    const place = new Workplace();
    try {
      const { status, stdout } = await place.run('import', '--dry-run', SAMPLE_2014, SAMPLE_2013);
      expect(status).toBe(0);
      expect(stdout).toMatch(/43 events would be appended: 1 FactsheetImported.*\n/);
      expect(stdout).toMatch(/9 events would be appended: 1 FactsheetImported.*\n$/);
      expect(place.events()).toEqual([]);
    } finally {
      await place.dispose();
    }
  });
});

function metadataOf({ log }: Workplace) {
  const database = new DatabaseSync(log, { readOnly: true });
  try {
    const rows = database.prepare('SELECT metadata FROM events ORDER BY position').all();
    return rows.map(
      ({ metadata }): { source: { document: string; line: number } | null; correlationId: string } =>
        JSON.parse(String(metadata)),
    );
  } finally {
    database.close();
  }
}
