import { lineOf, problemsOf, read, SAMPLE_2013, SAMPLE_2014, verdicts } from './samples';

const REGIE = 'De gemeente voert regie op de aanpak voor GGSR\t';

/** The assessment in which the findings cell of indicator 4.1.1 holds the text. */
function assessmentWith(text: string): string {
  return SAMPLE_2013.replace(new RegExp(`(${REGIE}).*`), `$1${text}`);
}

function findings(text: string): string[] {
  const row = read(assessmentWith(text)).rows.find(({ indicators }) => indicators.includes('4.1.1'));
  return (row?.marks ?? []).map(
    ({ verdict, narrative }) => `${verdict === 'MET' ? '✓' : '✗'} ${narrative.replace(/\s+/g, ' ')}`,
  );
}

describe('a ✓ or ✗ within a sentence', () => {
  it.each([
    'De afspraken staan, in 2013 nog ✗, en staan nu op papier.',
    'De afspraken staan (in 2013 nog ✗) nu op papier.',
    'De afspraken staan (zie ✗ hiernaast) nu op papier.',
    'De afspraken staan op papier. (Dat was zo niet. ✗ In 2013 ontbraken zij.)',
    'De afspraken staan op papier (✗ in 2013).',
    'De afspraken gingen van ✗ naar ✓.',
    'De afspraken staan op papier. Vorig oordeel: ✗.',
    'De afspraken staan op papier. Vorig oordeel: ✗ Nu is dat anders.',
    'De afspraken staan op papier. In 2013: ✗ Er was niets.',
    'In 2013 gaf STJ hier nog ✗, dat is nu opgelost.',
    'In 2013 gaf STJ hier nog<br>✗ Maastricht loste dat op.',
    'In 2013 gaf STJ hier nog een <b>✗</b> Maastricht loste dat op.',
    'STJ schreef: "Er is beleid. ✗ Een plan ontbreekt." Dat is opgelost.',
    'Er is beleid; ✗ en een plan.',
    'Er is beleid bijv. ✗ Een plan.',
  ])('is refused with its line, and never is a finding: %s', (sentences) => {
    const says = /^\d+: ".*" in the middle of a sentence, in ".*"; expected a mark only where/;
    const baseline = assessmentWith(`✓ ${sentences}`);
    expect(problemsOf(baseline)).toContainEqual(
      expect.stringMatching(new RegExp(`^${lineOf(baseline, REGIE)}${says.source.slice(4)}`)),
    );
    const later = SAMPLE_2014.replace(/✓ De afspraken.*/, `✓ ${sentences}`);
    expect(problemsOf(later)).toContainEqual(expect.stringMatching(says));
    const earlier = SAMPLE_2014.replace(/X Sinds[^\t]*/, `X ${sentences}`);
    expect(problemsOf(earlier)).toContainEqual(expect.stringMatching(says));
  });

  it('is refused where a finding before it has no full stop, on a line of its own as well', () => {
    for (const gap of [' ', '\n']) {
      const document = assessmentWith(`✓ Er is beleid${gap}✗ Een plan ontbreekt.`);
      expect(problemsOf(document)).toEqual([
        expect.stringMatching(new RegExp(`^${lineOf(document, '✗ Een plan')}: "✗" in the middle of a`)),
      ]);
    }
  });

  it('is refused with the line on which it stands where the sentence is broken over lines', () => {
    const document = assessmentWith('✓ De afspraken staan,\nin 2013 nog ✗,\nnu op papier.');
    expect(problemsOf(document)).toEqual([
      expect.stringMatching(new RegExp(`^${lineOf(document, 'in 2013 nog ✗')}: `)),
    ]);
    const first = assessmentWith('✓ De afspraken kregen in 2013 nog\n✗ Maastricht loste dat op.');
    expect(problemsOf(first)).toEqual([
      expect.stringMatching(new RegExp(`^${lineOf(first, '✗ Maastricht')}: `)),
    ]);
  });
});

describe('a ✓ or ✗ where a finding begins', () => {
  it.each(['.', '!', '?', '…', ':', ';', ' (zie 1)', ".'", '.”', ' uit ‘Leidraad’', ' van gezin B.'])(
    'is a mark behind a text that ends in %s',
    (end) => {
      expect(findings(`✓ Er is beleid${end} ✗ Een plan ontbreekt.`)).toEqual([
        `✓ Er is beleid${end}`,
        '✗ Een plan ontbreekt.',
      ]);
    },
  );

  it.each(['<br>', '</p> <p>', '</p><p>', ' <br/> ', '</li><li>', '.\n', '. **', '.'])(
    'is a mark behind %j',
    (gap) => {
      const [first, second] = findings(`✓ Er is beleid${gap}✗ Een plan ontbreekt.`);
      expect([first?.replace(/\.$/, ''), second]).toEqual(['✓ Er is beleid', '✗ Een plan ontbreekt.']);
    },
  );

  it('is a mark in lower case as well, where a sentence has ended', () => {
    expect(findings('✓ er is beleid. ✗ een plan ontbreekt.')).toEqual([
      '✓ er is beleid.',
      '✗ een plan ontbreekt.',
    ]);
  });

  it('is no reason to read another indicator differently', () => {
    const { '4.1.1': changed, ...others } = verdicts(
      read(assessmentWith('✓ Er is beleid. ✗ Een plan ontbreekt.')),
    );
    const { '4.1.1': _, ...truth } = verdicts(read(SAMPLE_2013));
    expect([changed, others]).toEqual(['MET IMPROVEMENT_NEEDED', truth]);
  });
});
