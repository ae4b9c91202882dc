import fc from 'fast-check';
import { FactsheetError } from '../../src/factsheet/factsheet';
import { assessment, built } from './builder';
import { lineOf, problemsOf, read, SAMPLE_2013, SAMPLE_2014, verdicts } from './samples';

interface Damage {
  readonly what: string;
  readonly apply: (text: string) => string;
  /** What stands on the line that the error names, in the damaged document. */
  readonly at: string;
  readonly says: RegExp;
}

const COVENANT = 'Er zijn samenwerkingsafspraken gemaakt over de aanpak\t';

const DAMAGED_2013: readonly Damage[] = [
  {
    what: 'an unknown indicator',
    apply: (t) =>
      t.replace('De gemeente heeft zicht op de populatie GGSR', 'De gemeente kent het aantal fietsers'),
    at: 'aantal fietsers',
    says: /unknown indicator "De gemeente kent het aantal fietsers"; expected .*nearest: "De gemeente/,
  },
  {
    what: 'an indicator turned into its opposite',
    apply: (t) => t.replace('De gemeente heeft beleid voor', 'De gemeente heeft geen beleid voor'),
    at: 'geen beleid',
    says: /unknown indicator/,
  },
  {
    what: 'an unknown criterion',
    apply: (t) => t.replace('\nSamenhangend\t', '\nVeelkleurig\t'),
    at: 'Veelkleurig',
    says: /unknown criterion "Veelkleurig"; expected a criterion of theme Aanpak/,
  },
  {
    what: 'an unknown theme',
    apply: (t) => t.replace('\nContinu\t', '\nDuurzaam\t'),
    at: 'Duurzaam',
    says: /"Duurzaam" is no theme; expected one of the themes Toeleiding, /,
  },
  {
    what: 'an indicator under another theme',
    apply: (t) => t.replace('\nContinu\t', '\nSamenwerking\t'),
    at: 'De duur van de aanpak',
    says: /under theme Samenwerking; expected it under theme Continu/,
  },
  {
    what: 'an indicator under another criterion',
    apply: (t) => t.replace('\nSamenhangend\t', '\n\t'),
    at: 'gezamenlijk plan per gezin\t',
    says: /under criterion "Een toegeruste regisseur"; expected it under "Samenhangend"/,
  },
  {
    what: 'an indicator twice',
    apply: (t) =>
      t.replace(
        '\tDe doorzettingsmacht voor de regisseur is geregeld\t',
        '\tDe regisseur is voldoende toegerust om zijn functie uit te oefenen\t',
      ),
    at: 'LET OP: Hoeveel gezinnen',
    says: /stands in two rows, on line \d+ and on line \d+; expected one/,
  },
  {
    what: 'a row without its findings cell',
    apply: (t) => t.replace(/(\tDe gemeente heeft zicht op de populatie GGSR)\t.*/, '$1'),
    at: 'zicht op de populatie',
    says: /expected a findings cell that begins with ✓ .*found none/,
  },
  {
    what: 'a finding without a mark',
    apply: (t) => t.replace('✗ Sinds', 'Sinds'),
    at: COVENANT,
    says: /expected a findings cell that begins with ✓ or ✔/,
  },
  {
    what: 'a mark without a text',
    apply: (t) => t.replace(/✗ Sinds[^<]*/, '✗'),
    at: COVENANT,
    says: /a mark without a text; expected the finding/,
  },
  {
    what: 'a mark that was never seen before',
    apply: (t) => t.replace('✗ Sinds', '☒ Sinds'),
    at: COVENANT,
    says: /a sign that is no known mark .*expected ✓ or ✔/,
  },
  {
    what: 'LET OP before any mark',
    apply: (t) => t.replace('<p>✗ Sinds', '<p>LET OP: eerst.</p> <p>✗ Sinds'),
    at: COVENANT,
    says: /LET OP before any mark; expected .* before it/,
  },
  ...['LET OPP', 'LETT OP', 'LETOPP'].map((slip) => ({
    what: `a slip, ${slip}`,
    apply: (t: string) => t.replace('LET OP: Hoeveel gezinnen', `${slip} Hoeveel gezinnen`),
    at: `${slip} Hoeveel gezinnen`,
    says: new RegExp(`"${slip}" in .*; expected LET OP where an attention point begins`),
  })),
  {
    what: 'LET OP without a note',
    apply: (t) => t.replace('Scholen zijn geen partij in het convenant.', ''),
    at: 'Alle partijen die relevant zijn',
    says: /LET OP without a text/,
  },
  {
    what: 'a row without its indicator',
    apply: (t) => t.replace(/\tEr zijn samenwerkingsafspraken gemaakt over de aanpak\t/, '\t\t'),
    at: '✗ Sinds',
    says: /a row without an indicator; expected/,
  },
  {
    what: 'a row without tabs',
    apply: (t) => t.replace(`\t${COVENANT}`, COVENANT.replace('\t', ' ')),
    at: '✗ Sinds',
    says: /looks like a row whose cells ran together; expected/,
  },
  {
    what: 'two rows on one line',
    apply: (t) => t.replace(`\n\t${COVENANT}`, `\t${COVENANT}`),
    at: '✗ Sinds',
    says: /a row of 5 cells; expected 3/,
  },
  {
    what: 'a theme without a header row',
    apply: (t) => t.replace('Continu\t\t\nCriteria\tIndicatoren\tBevindingen\n', 'Continu\t\t\n'),
    at: 'Continu\t',
    says: /theme "Continu" without its table; expected the header row/,
  },
  {
    what: 'a header row without a theme',
    apply: (t) => t.replace('Toeleiding\t\t\n', ''),
    at: 'Criteria\tIndicatoren',
    says: /a table without a theme; expected one of the themes/,
  },
  {
    what: 'a header row without rows',
    apply: (t) => t.replace(/(?<=Continu\t\t\n)[\s\S]*/, 'Criteria\tIndicatoren\t Bevindingen\n'),
    at: '\t Bevindingen',
    says: /a header row without rows/,
  },
  {
    what: 'a damaged header row',
    apply: (t) => t.replace('Criteria\tIndicatoren\tBevindingen', 'Criteria\tIndicatoren'),
    at: 'Criteria\tIndicatoren',
    says: /a damaged header row; expected "Criteria", "Indicatoren" and "Bevindingen"/,
  },
  {
    what: 'a header row with spaces for tabs',
    apply: (t) => t.replace('Criteria\tIndicatoren\tBevindingen', 'Criteria  Indicatoren  Bevindingen'),
    at: 'Criteria  Indicatoren',
    says: /a damaged header row; expected .* parted by tabs/,
  },
  {
    what: 'a mark outside a table',
    apply: (t) => t.replace('\nVervolg bevindingen toezichtonderzoek\n', '\n✗ Er mankeert iets.\n'),
    at: '✗ Er mankeert iets.',
    says: /a mark outside a table; expected/,
  },
  {
    what: 'no name of the approach',
    apply: (t) =>
      t.replace('Aanpak: Integrale Aanpak\n', '').replace('de aanpak: Integrale Aanpak ', 'de aanpak '),
    at: '# Uitkomsten',
    says: /no approach is named; expected a line "Aanpak: "/,
  },
  {
    what: 'two names of the approach',
    apply: (t) => t.replace('Aanpak: Integrale Aanpak\n', 'Aanpak: Gezinscoaching\n'),
    at: 'In 2013 heeft',
    says: /approach "Integrale Aanpak" contradicts "Gezinscoaching" on line 3/,
  },
  {
    what: 'two municipalities',
    apply: (t) => t.replace('toezichtonderzoek Maastricht', 'toezichtonderzoek Roermond'),
    at: 'In 2013 heeft',
    says: /municipality "Maastricht" contradicts "Roermond" on line 1/,
  },
  {
    what: 'a document that breaks off within a row',
    apply: (t) => t.slice(0, t.indexOf('Een instructie die hen bindt')),
    at: 'De doorzettingsmacht',
    says: /the text of a row breaks off; expected "<\/p>"/,
  },
];

const DAMAGED_2014: readonly Damage[] = [
  {
    what: 'a row without its later year',
    apply: (t) => t.replace(/\t✓ De afspraken.*/, ''),
    at: COVENANT,
    says: /expected a cell for 2014 .*found none/,
  },
  {
    what: 'a row without a mark in its earlier year',
    apply: (t) => t.replace('X Sinds', 'Sinds'),
    at: COVENANT,
    says: /expected a cell for 2013 that begins with/,
  },
  {
    what: 'a header row with one year',
    apply: (t) => t.replace('Indicator\t2013\t2014', 'Indicator\t2013'),
    at: 'Indicator\t',
    says: /a damaged header row; expected "Indicator" and two different years/,
  },
  {
    what: 'a header row with the same year twice',
    apply: (t) => t.replace('Indicator\t2013\t2014', 'Indicator\t2014\t2014'),
    at: 'Indicator\t',
    says: /two different years/,
  },
  {
    what: 'a heading that names another year than the table',
    apply: (t) => t.replace('Ontwikkeling 2014', 'Ontwikkeling 2015'),
    at: 'Indicator\t',
    says: /year of the follow-up "2014" contradicts "2015" on line 13/,
  },
  {
    what: 'an introduction that names another year than the table',
    apply: (t) => t.replace('In 2013 heeft', 'In 2012 heeft'),
    at: 'Indicator\t',
    says: /year of the earlier assessment "2013" contradicts "2012"/,
  },
  {
    what: 'the title of the other layout',
    apply: (t) => t.replace('Uitkomsten verbeterpunten toezichtonderzoek', 'Uitkomsten toezichtonderzoek'),
    at: '# Uitkomsten toezicht',
    says: /the title of an assessment above the table of a follow-up/,
  },
];

describe.each([
  ['an assessment', SAMPLE_2013, DAMAGED_2013],
  ['a follow-up', SAMPLE_2014, DAMAGED_2014],
] as const)('%s is refused, with the line and what was expected,', (_, sample, damages) => {
  it.each(damages)('for $what', ({ apply, at, says }) => {
    const damaged = apply(sample);
    expect(damaged).not.toBe(sample);
    const line = lineOf(damaged, at);
    expect(problemsOf(damaged)).toContainEqual(
      expect.stringMatching(new RegExp(`^${line}: .*(?:${says.source})`)),
    );
  });
});

describe('a damaged document', () => {
  it('is refused with all that is wrong, in order of lines', () => {
    const damaged = SAMPLE_2013.replace('✗ Sinds', 'Sinds')
      .replace('\nPlanmatig\t', '\nPlanloos!!\t')
      .replace('\nContinu\t', '\nEeuwig\t');
    const lines = problemsOf(damaged).map((problem) => Number.parseInt(problem, 10));
    expect(lines.length).toBeGreaterThanOrEqual(3);
    expect(lines).toEqual(lines.toSorted((a, b) => a - b));
  });

  it.each(['', '\n\n', 'Zomaar een tekst.', 'Aanpak: Integrale Aanpak\n'])(
    'without a table is refused: %j',
    (text) => {
      expect(problemsOf(text).join('\n')).toContain('expected');
    },
  );

  /** An error, or fewer rows; never another verdict. */
  function neverWrong(damaged: string, whole: string): void {
    const truth = verdicts(read(whole));
    try {
      expect(truth).toMatchObject(verdicts(read(damaged)));
    } catch (error) {
      if (!(error instanceof FactsheetError)) throw error;
    }
  }

  it.each([
    ['an assessment', SAMPLE_2013],
    ['a follow-up', SAMPLE_2014],
  ])(
    'that is %s without one of its lines, or cut off after one, never gives a wrong verdict',
    (_, sample) => {
      const lines = sample.split('\n');
      for (const index of lines.keys()) {
        neverWrong(lines.toSpliced(index, 1).join('\n'), sample);
        neverWrong(lines.slice(0, index).join('\n'), sample);
        neverWrong(lines.slice(index).join('\n'), sample);
      }
    },
  );

  it.each([
    ['an assessment', SAMPLE_2013],
    ['a follow-up', SAMPLE_2014],
  ])(
    'that is %s and breaks off at any character never gives another verdict than the marks before it',
    (_, sample) => {
      const truth = verdicts(read(sample));
      fc.assert(
        fc.property(fc.nat(sample.length), (length) => {
          let found: Record<string, string>;
          try {
            found = verdicts(read(sample.slice(0, length)));
          } catch (error) {
            if (error instanceof FactsheetError) return;
            throw error;
          }
          for (const [code, verdict] of Object.entries(found))
            expect(truth[code]?.startsWith(verdict)).toBe(true);
        }),
        { numRuns: 120 },
      );
    },
  );

  it('of any content without some of its lines, or with two lines run together, never gives a wrong verdict', () => {
    fc.assert(
      fc.property(built, fc.nat(), fc.integer({ min: 1, max: 4 }), fc.boolean(), (facts, at, count, join) => {
        const whole = assessment(facts);
        const lines = whole.split('\n');
        const index = at % lines.length;
        const damaged = join
          ? lines.toSpliced(index, 2, lines.slice(index, index + 2).join(' '))
          : lines.toSpliced(index, count);
        neverWrong(damaged.join('\n'), whole);
      }),
      { numRuns: 80 },
    );
  });
});
