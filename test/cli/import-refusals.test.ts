import { readFileSync } from 'node:fs';
import { SAMPLE_2013, SAMPLE_2014, Workplace } from './support';

const BASELINE = readFileSync(SAMPLE_2013, 'utf8');
const TITLE = '# Uitkomsten toezichtonderzoek Maastricht';
const SAID =
  'In 2013 heeft Samenwerkend Toezicht Jeugd (STJ) in Maastricht de aanpak: Integrale Aanpak getoetst met het toetsingskader GGSR.';
const lineOf = (text: string) => BASELINE.split('\n').findIndex((line) => line.includes(text)) + 1;
const moved = (name: string, year = '2013') =>
  BASELINE.replaceAll('in Maastricht', `in ${name}`)
    .replaceAll(TITLE, TITLE.replace('Maastricht', name))
    .replaceAll('2013', year);

/** Bad input: exit 1, one problem a line with file, line and what was expected, and nothing appended. */
describe('import refuses', () => {
  let place: Workplace;
  beforeEach(() => {
    place = new Workplace();
  });
  afterEach(() => place.dispose());

  const refused = async (args: readonly string[], ...expected: (string | RegExp)[]) => {
    const before = place.events();
    const { status, stdout, stderr } = await place.run('import', ...args);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    for (const part of expected) expect(stderr).toMatch(part);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(place.events()).toEqual(before);
    return stderr;
  };

  it('a follow-up without its baseline', async () => {
    await refused(
      [SAMPLE_2014],
      /^\S+2014\.txt:\d+: a follow-up for 2014 needs the baseline of an earlier year/,
    );
  });

  it('a bad document among good ones, and says all that is wrong with all of them', async () => {
    const unknown = place.document(
      'unknown.txt',
      BASELINE.replace('De gemeente heeft zicht op de populatie GGSR', 'De gemeente telt de fietsen'),
    );
    const stderr = await refused(
      [SAMPLE_2013, unknown, 'nowhere.txt', place.folder, SAMPLE_2014],
      `unknown.txt:${lineOf('zicht op de populatie')}: `,
      'nowhere.txt: there is no such file; expected the path of a factsheet',
      `${place.folder}: is a folder; expected the path of a factsheet`,
    );
    expect(stderr).not.toContain('maastricht-integrale-aanpak');
  });

  it('what is no factsheet in UTF-8, or only half of one', async () => {
    const half = BASELINE.slice(0, BASELINE.indexOf('De resultaten van de aanpak worden'));
    const documents: Readonly<Record<string, Uint8Array>> = {
      'windows.txt': Buffer.from(BASELINE, 'latin1'),
      'utf16.txt': Buffer.from(`\ufeff${BASELINE}`, 'utf16le'),
      'empty.txt': Buffer.from(''),
      'notes.txt': Buffer.from('# Notulen\n\nGeen tabel.\n'),
      'picture.txt': Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 0, 0, 0]),
    };
    await refused(
      Object.entries(documents).map(([name, content]) => place.document(name, content)),
      /windows\.txt:\d+: wrong encoding: .*expected a plain text file in UTF-8/,
      /utf16\.txt:\d+: .*UTF-8/,
      /empty\.txt:1: .*expected/,
      /notes\.txt:\d+: .*expected/,
      /picture\.txt:1: /,
    );
    await refused([place.document('half.txt', half)], /half\.txt:\d+: /);
  });

  it('a municipality that is not there, or was not there that year, and names those that it could be', async () => {
    await refused(
      [
        place.document('nissewaard.txt', moved('Nissewaard')),
        place.document('typo.txt', moved('Maastrigt')),
        place.document('late.txt', moved('Spijkenisse', '2016')),
      ],
      /nissewaard\.txt:1: "Nissewaard" did not exist in 2013: Nissewaard \(GM1930, from 2015-01-01\)/,
      /typo\.txt:1: no municipality is called "Maastrigt"; in 2013 .*Maastricht \(GM0935/,
      /late\.txt:1: "Spijkenisse" did not exist in 2016: Spijkenisse \(GM0612, until 2015-01-01, then Nissewaard GM1930\)/,
    );
  });

  it('a document that says neither year nor municipality, without the flags for them', async () => {
    const silent = place.document(
      'silent.txt',
      BASELINE.replace(TITLE, '# Uitkomsten toezichtonderzoek')
        .replace(SAID, 'Getoetst.')
        .replace('December 2013', ''),
    );
    await refused(
      [silent],
      'silent.txt: the document does not say its reference year: give it with --year YYYY',
      'silent.txt: the document does not name its municipality: give it with --municipality NAME or CODE',
    );
    await refused(
      [silent, '--year', '13', '--published', '2013-02-30', '--municipality', 'Zwolle'],
      '--year is "13"; expected a year from 1900 to ',
      '--published is "2013-02-30"; expected a date such as 2015, 2015-06 or 2015-06-01',
    );
    await refused(
      [silent, '--year', '2013', '--municipality', 'GM9999'],
      'there is no municipality with the code "GM9999"',
    );
  });

  it('the same document with other flags, and another document for the same assessment', async () => {
    const unpublished = place.document('unpublished.txt', BASELINE.replace('December 2013', ''));
    expect(await place.run('import', unpublished, '--published', '2014')).toMatchObject({ status: 0 });
    await refused(
      [unpublished, '--published', '2015'],
      'unpublished.txt',
      /other flags|imported already|was imported/,
    );
    await refused([unpublished, '--published', '2014', '--partial'], 'unpublished.txt');
    await refused([SAMPLE_2013], /2013\.txt:\d+: .*2013/);

    const nameless = place.document(
      'nameless.txt',
      BASELINE.replace(TITLE, '# Uitkomsten toezichtonderzoek').replace(SAID, 'Getoetst.'),
    );
    expect(await place.run('import', nameless, '--year', '2012', '--municipality', 'Zwolle')).toMatchObject({
      status: 0,
    });
    await refused(
      [nameless, '--year', '2012', '--municipality', 'Utrecht'],
      /nameless\.txt: this document was imported already, for approach integrale-aanpak of GM0193/,
    );
  });
});
