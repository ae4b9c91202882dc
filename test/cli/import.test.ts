import { readFileSync } from 'node:fs';
import { facts } from '../api/support';
import { assessment } from '../factsheet/builder';
import { SAMPLE_2013, SAMPLE_2014, Workplace } from './support';

/** Events of an import that hold no free text, which is salted anew each time. */
const untexted = (place: Workplace) =>
  place
    .events()
    .map(({ id, type, data }) => ({ id, type, data: data.replace(/"salt":"[0-9a-f]+"/g, '"salt":""') }));

describe('import', () => {
  let place: Workplace;
  beforeEach(() => {
    place = new Workplace();
  });
  afterEach(() => place.dispose());

  it('prints what it read and the events that it appended, and the second time that there were none', async () => {
    const first = await place.run('import', SAMPLE_2013, SAMPLE_2014);
    expect(first).toMatchObject({ status: 0, stderr: '' });
    expect(first.stdout).toBe(`${SAMPLE_2013}
  Maastricht (GM0935), Integrale Aanpak: assessment for 2013, published 2013-12
  30 indicators in 25 rows; 27 findings: 26 ✓, 1 ✗; 6 attention points; 5 sources; 316 families
  43 events appended: 1 FactsheetImported, 1 ApproachRegistered, 1 AssessmentOpened, 5 SourceConsulted, 27 FindingRecorded, 6 AttentionPointRaised, 1 ImprovementPointIdentified, 1 AssessmentConcluded
${SAMPLE_2014}
  Maastricht (GM0935), Integrale Aanpak: follow-up for 2014, published 2015-06
  1 indicators in 1 rows; 1 findings: 1 ✓, 0 ✗; 0 attention points; 1 sources
  9 events appended: 1 FactsheetImported, 1 AssessmentOpened, 1 SourceConsulted, 2 DevelopmentNoted, 1 FollowUpReported, 1 FollowUpAssessed, 1 CommitmentMade, 1 AssessmentConcluded
`);
    const events = place.events();
    expect(events.map(({ type }) => type).slice(0, 3)).toEqual([
      'FrameworkPublished',
      'FactsheetImported',
      'ApproachRegistered',
    ]);
    expect(events).toHaveLength(53);

    const again = await place.run('import', SAMPLE_2013, SAMPLE_2014);
    expect(again.status).toBe(0);
    expect(again.stdout.match(/imported before: nothing appended/g)).toHaveLength(2);
    expect(place.events()).toEqual(events);
  });

  it('prints one line of JSON for machines', async () => {
    const { status, stdout, stderr } = await place.run('import', '--json', SAMPLE_2014, SAMPLE_2013);
    expect({ status, stderr, lines: stdout.split('\n').length }).toEqual({ status: 0, stderr: '', lines: 2 });
    expect(JSON.parse(stdout)).toEqual([
      {
        file: SAMPLE_2013,
        municipality: { code: 'GM0935', name: 'Maastricht' },
        approach: { slug: 'integrale-aanpak', name: 'Integrale Aanpak' },
        kind: 'BASELINE',
        year: 2013,
        publishedOn: '2013-12',
        rows: 25,
        indicators: 30,
        findings: 27,
        met: 26,
        improvementNeeded: 1,
        attentionPoints: 6,
        sources: 5,
        familiesReached: 316,
        warnings: [],
        events: expect.objectContaining({ FindingRecorded: 27 }),
        position: 44,
      },
      expect.objectContaining({ file: SAMPLE_2014, kind: 'FOLLOW_UP', publishedOn: '2015-06', position: 53 }),
    ]);
    const again = JSON.parse((await place.run('import', '--json', SAMPLE_2013)).stdout);
    expect(again).toEqual([expect.objectContaining({ events: {}, position: null })]);
  });

  it('appends the same in whatever order, at once or one by one, under whatever file name', async () => {
    const other = new Workplace();
    try {
      await Promise.all([
        place.run('import', SAMPLE_2014, SAMPLE_2013),
        other.run('import', SAMPLE_2013).then(() => other.run('import', SAMPLE_2014)),
      ]);
      expect(untexted(place)).toHaveLength(53);
      expect(untexted(other)).toEqual(untexted(place));
      const renamed = place.document('renamed.txt', readFileSync(SAMPLE_2013));
      expect(await place.run('import', renamed, renamed)).toMatchObject({ status: 0 });
      expect(place.events()).toHaveLength(53);
    } finally {
      await other.dispose();
    }
  });

  it('fills with flags only what the document does not say', async () => {
    const flags = ['--municipality', 'Zwolle', '--year', '1999', '--published', '2001'];
    const { status, stdout } = await place.run('import', ...flags, SAMPLE_2013);
    expect(status).toBe(0);
    expect(stdout).toContain('Maastricht (GM0935), Integrale Aanpak: assessment for 2013, published 2013-12');

    const silent = readFileSync(SAMPLE_2013, 'utf8')
      .replace('# Uitkomsten toezichtonderzoek Maastricht', '# Uitkomsten toezichtonderzoek')
      .replace('December 2013', '')
      .replace(
        'In 2013 heeft Samenwerkend Toezicht Jeugd (STJ) in Maastricht de aanpak: Integrale Aanpak getoetst',
        'De aanpak is getoetst',
      );
    const path = place.document('silent.txt', silent);
    const filled = await place.run(
      'import',
      '--municipality',
      'GM0193',
      '--year',
      '2012',
      '--published',
      '2013-02-01~',
      path,
    );
    expect(filled).toMatchObject({ status: 0, stderr: '' });
    expect(filled.stdout).toContain(
      'Zwolle (GM0193), Integrale Aanpak: assessment for 2012, published 2013-02-01~',
    );
    const unpublished = await place.run(
      'import',
      '--municipality',
      'Utrecht',
      '--year',
      '2012',
      place.document('other.txt', silent.replace('Momenteel', 'Nu')),
    );
    expect(unpublished).toMatchObject({ status: 0 });
    expect(unpublished.stdout).toContain('published on a date not known');
  });

  it('takes a baseline that covers part of the indicators only with --partial', async () => {
    const built = facts({});
    const part = place.document('part.txt', assessment({ ...built, rows: built.rows.slice(0, 4) }));
    const refused = await place.run('import', part);
    expect(refused.status).toBe(1);
    expect(refused.stderr).toMatch(
      /part\.txt:\d+: .* 2\.1\.1 .*leaves indicators out is imported with --partial$/m,
    );
    expect(place.events()).toEqual([]);

    const taken = await place.run('import', '--partial', part);
    expect(taken).toMatchObject({ status: 0, stderr: '' });
    expect(taken.stdout).toContain('4 indicators in 4 rows');
  });

  it('knows who imported', async () => {
    await place.run('import', '--actor', 'inspecteur Jansen', SAMPLE_2013);
    const server = await place.serve();
    const token = await place.run('token', '--role', 'auditor');
    const response = await fetch(`${server.url}/graphql?query={events(first:2){nodes{actor}}}`, {
      headers: { authorization: `Bearer ${token.stdout.trim()}` },
    });
    expect(await response.json()).toMatchObject({
      data: { events: { nodes: [{ actor: 'inspecteur Jansen' }, { actor: 'inspecteur Jansen' }] } },
    });
  });
});
