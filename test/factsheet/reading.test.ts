import fc from 'fast-check';
import { findDates, wholeDate } from '../../src/factsheet/dates';
import { FactsheetError } from '../../src/factsheet/factsheet';
import { IssuedApproach } from '../support/issues';
import { lineOf, problemsOf, read, SAMPLE_2013, SAMPLE_2014 } from './samples';

/** What is read where the findings cell of indicator 4.1.1 holds the text. */
function cell(text: string) {
  const document = SAMPLE_2013.replace(/(De gemeente voert regie op de aanpak voor GGSR\t).*/, `$1${text}`);
  const row = read(document).rows.find(({ indicators }) => indicators.includes('4.1.1'));
  return row?.marks.map(({ verdict, narrative, attentionPoints }) =>
    [verdict === 'MET' ? '✓' : '✗', narrative, ...attentionPoints.map(({ value }) => `! ${value}`)].join(' '),
  );
}

/** The promises that are read where the follow-up's later year holds the text. */
function promises(text: string) {
  const { rows } = read(SAMPLE_2014.replace(/✓ De afspraken.*/, text));
  return rows[0].marks.flatMap(({ commitments }) => commitments.map(({ value }) => value.dueOn));
}

describe('the marks of a cell', () => {
  it.each([
    [
      'a cross that begins a paragraph',
      '<p>✓ Er is beleid.</p> <p>X Een plan ontbreekt.</p>',
      ['✓ Er is beleid.', '✗ Een plan ontbreekt.'],
    ],
    [
      'a cross behind a break',
      '✓ Er is beleid<br>x Een plan ontbreekt',
      ['✓ Er is beleid', '✗ Een plan ontbreekt'],
    ],
    [
      'a cross behind a sentence',
      '✓ Er is beleid. X Een plan ontbreekt.',
      ['✓ Er is beleid.', '✗ Een plan ontbreekt.'],
    ],
    ['a sign on a line of its own', '✓\nEr is beleid.', ['✓ Er is beleid.']],
    [
      'a mark on the next line',
      '✓ Er is beleid.\n✗ Een plan ontbreekt.',
      ['✓ Er is beleid.', '✗ Een plan ontbreekt.'],
    ],
    ['a sign in brackets at the beginning', '(✗) Een plan ontbreekt.', ['✗ Een plan ontbreekt.']],
    [
      'a list',
      '<ul><li>✓ Er is beleid.</li><li>✗ Een plan ontbreekt.</li></ul>',
      ['✓ Er is beleid.', '✗ Een plan ontbreekt.'],
    ],
    [
      'numeric entities',
      '&#10003; Er is beleid. &#x2717; Een plan ontbreekt.',
      ['✓ Er is beleid.', '✗ Een plan ontbreekt.'],
    ],
  ])('are told apart: %s', (_, text, marks) => {
    expect(cell(text)).toEqual(marks);
  });

  it.each([
    'Volgens model X is er beleid. X wordt zelden gebruikt.',
    'Dit gebeurt 3 x per week, en x is onbekend.',
    'De X-factor en het gezin X. Zie ook bijlage x.',
    'Xylofoons komen niet voor.',
  ])('are not made of the letter x in a sentence: %s', (prose) => {
    expect(cell(`✓ ${prose}`)).toEqual([`✓ ${prose}`]);
  });

  it.each([
    ['a sign within a sentence', '✓ In 2011 kreeg dit punt een ✗ van STJ.', /in the middle of a sentence/],
    ['a sign in brackets within a sentence', '✓ Er is beleid (✗ in 2011).', /in the middle of a sentence/],
    [
      'a cross that begins a broken line',
      '✓ Er is beleid volgens model\nX Limburg.',
      /may be a mark or a word/,
    ],
    ['a sign of another kind', '✓ Er is beleid. ❌ Een plan ontbreekt.', /no known mark/],
    ['two signs for one text', '✓ ✗ Er is beleid.', /a mark without a text/],
  ])('are not guessed: %s', (_, text, says) => {
    expect(() => cell(text)).toThrow(says);
  });

  it('have their notes with them, each with the mark before it', () => {
    expect(cell('✓ A. LET OP: b. ✗ C. Let op : d. let op: e.')).toEqual(['✓ A. ! b.', '✗ C. ! d. ! e.']);
    expect(cell('✓ A. Let op; b. ✗ C. LET OP; d.')).toEqual(['✓ A. ! b.', '✗ C. ! d.']);
    expect(cell('✓ Men moet hier let op; geven.')).toEqual(['✓ Men moet hier let op; geven.']);
    expect(cell('<p>✓ A.</p> <p>LET OP: b.</p> <p>C.</p>')).toEqual(['✓ A.\n\nC. ! b.']);
    expect(cell('✓ Men moet hier let op: geven.')).toEqual(['✓ Men moet hier let op: geven.']);
  });

  it('lose no text where a cell is broken over lines or pages', () => {
    expect(cell('✓ Er is beleid voor\nde hele doel-\ngroep.\nLET OP: niet\nvoor allen.')).toEqual([
      '✓ Er is beleid voor de hele doel-groep. ! niet voor allen.',
    ]);
    expect(
      cell('✓ Er is beleid dat\n\n\f12\n\nVervolg bevindingen toezichtonderzoek\n\nvoor allen geldt.'),
    ).toEqual(['✓ Er is beleid dat voor allen geldt.']);
  });
});

describe('the cells before the marks', () => {
  it('may be broken over lines, the first cell as well', () => {
    const broken = SAMPLE_2013.replace('Een toegeruste regisseur\t', 'Een toegeruste\nregisseur\t')
      .replace('zicht op de populatie', 'zicht\nop de popu-\nlatie')
      .replace('\tDe resultaten van de aanpak worden', '\tDe resultaten van\nde aanpak worden');
    expect(
      read(broken).rows.map(({ indicators, marks }) => [indicators, marks.map((mark) => mark.narrative)]),
    ).toEqual(
      read(SAMPLE_2013).rows.map(({ indicators, marks }) => [
        indicators,
        marks.map((mark) => mark.narrative),
      ]),
    );
  });
});

describe('a name that is misspelt a little', () => {
  it('is read as the one it must be, and that is told with its line', () => {
    const document = SAMPLE_2013.replace('zicht op de populatie GGSR', 'zicht op de populaties GGSR').replace(
      'Een toegeruste regisseur\t',
      'Een toegeruste regiseur\t',
    );
    expect(read(document).rows).toEqual(read(SAMPLE_2013).rows);
    expect(read(document).misspelt).toEqual([
      {
        value:
          '"De gemeente heeft zicht op de populaties GGSR" was read as "De gemeente heeft zicht op de populatie GGSR"',
        line: lineOf(document, 'populaties'),
      },
      {
        value: '"Een toegeruste regiseur" was read as "Een toegeruste regisseur"',
        line: lineOf(document, 'regiseur\t'),
      },
    ]);
  });

  it('is a warning of its import; case, white space and signs are no mistakes', () => {
    const document = SAMPLE_2013.replace('zicht op de populatie GGSR', 'zicht op de populaties GGSR');
    expect(new IssuedApproach().planned(document, false).warnings).toEqual(read(document).misspelt);
    const other = SAMPLE_2013.replace('zicht op de populatie GGSR', 'Zicht op de  populatie (GGSR)');
    expect(read(other).misspelt).toEqual([]);
  });
});

describe('what is not understood', () => {
  it('is listed with its line, and changes no finding', () => {
    const document = `${SAMPLE_2013}\nDrukfouten voorbehouden aan de drukker.\n`;
    const lines = SAMPLE_2013.split('\n').length;
    expect(read(document).notUnderstood).toEqual([
      { value: 'Drukfouten voorbehouden aan de drukker.', line: lines + 1 },
    ]);
    expect(read(document).rows).toEqual(read(SAMPLE_2013).rows);
  });

  it.each([
    ['krijgen 1.316 gezinnen in de stad hulp', 1316],
    ['krijgen er in totaal 12 gezinnen begeleiding', 12],
    ['krijgen ruim 300 gezinnen hulp', null],
    ['kunnen 40 gezinnen hulp krijgen', null],
    ['wonen hier 400 gezinnen', null],
    ['krijgen 2147483647 gezinnen hulp', 2147483647],
    ['krijgen 2147483648 gezinnen hulp', null],
    ['krijgen 3 gezinnen hulp en krijgen 4 gezinnen begeleiding', null],
  ])('includes how many families are reached, unless said exactly: %s', (said, families) => {
    const { familiesReached } = read(SAMPLE_2013.replace(/krijgen 316 gezinnen in de stad hulp/, said));
    expect(familiesReached?.value ?? null).toBe(families);
  });
});

describe('a promise', () => {
  it.each([
    ['✓ Het convenant zal uiterlijk 1 juli 2015 klaar zijn.', ['2015-07-01']],
    ['✗ De gemeente verwacht dit medio 2015 af te ronden.', ['2015-06~']],
    ['✗ Op 1 april 2016 wordt dit besproken.', ['2016-04-01']],
    ['✓ Op 15 april 2015 is het convenant ondertekend.', []],
    ['✓ Op 1 februari 2015 wordt dit besproken.', []],
    ["✓ Dit wordt bekeken in het 'Plan 2016'.", []],
    ['✓ De afspraken worden nageleefd en zijn op 1 mei 2015 bekeken.', []],
  ])('speaks of a day later than the statement: %s', (text, due) => {
    expect(promises(text)).toEqual(due);
  });
});

describe('dates', () => {
  it('keep the precision with which they are said', () => {
    const text =
      'Juni 2015; 2 maart 2015; omstreeks 1 mei 2015; rond juli 2015; medio 2015; eind 2014; begin mei 2015; ' +
      'najaar 2015; 01-05-2015; 2015-05-01; 31 april 2015; OGGZ 2013-2015; in 2013';
    expect(findDates(text).map(({ date }) => date)).toEqual([
      '2015-06',
      '2015-03-02',
      '2015-05-01~',
      '2015-07~',
      '2015-06~',
      '2014-12~',
      '2015-05~',
      '2015',
      '2015-05-01',
      '2015-05-01',
      '2013',
    ]);
  });

  it('of publication stand on a line of their own, with a place or a label at most', () => {
    expect(
      ['Juni 2015', 'Utrecht, 2 juni 2015', 'Publicatiedatum: juni 2015', 'In juni 2015 is dit af'].map(
        wholeDate,
      ),
    ).toEqual(['2015-06', '2015-06-02', '2015-06', null]);
  });
});

describe('any text', () => {
  it('is read or refused with a FactsheetError, and never takes another way out', () => {
    const piece = fc.constantFrom(
      ...SAMPLE_2014.split(/(?<=[\n\t ])/),
      '✗ ',
      'X ',
      '|',
      '<p>',
      '**',
      'LET OP:',
      '\f',
      '\u00AD\n',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        try {
          read(pieces.join(''));
        } catch (error) {
          expect(error).toBeInstanceOf(FactsheetError);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('names every problem with its line', () => {
    expect(problemsOf('Aanpak: A\n\nContinu\nCriteria\tIndicatoren\tBevindingen\nX\tY\tZ\n')).toEqual([
      expect.stringMatching(/^5: the table seems to be cut off behind "Z"/),
      expect.stringMatching(/^5: unknown criterion "X"/),
      expect.stringMatching(/^5: unknown indicator "Y"/),
      expect.stringMatching(/^5: expected a findings cell .*found "Z"/),
    ]);
  });
});
