import fc from 'fast-check';
import { type Factsheet, FactsheetError } from '../../src/factsheet/factsheet';
import { assessment, type Built, built, followUp } from './builder';
import { problemsOf, read, SAMPLE_2013, SAMPLE_2014 } from './samples';

function readOrRefused(text: string): Factsheet | null {
  try {
    return read(text);
  } catch (error) {
    if (error instanceof FactsheetError) return null;
    throw error;
  }
}

/** What the rows say: `1.1.1,1.1.2 MET Er is …`, a line each. */
function rowsOf({ rows }: Factsheet): string[] {
  return rows.map(({ indicators, marks }) =>
    [indicators, ...marks.map((mark) => `${mark.verdict} ${mark.narrative}`)].join(' '),
  );
}

/**
 * All rows of what is read before the cut are rows of the whole. Only the last may say less, and only where
 * the cut is behind a whole sentence: what remains is then a whole document to any reader.
 */
function expectNothingHalf(whole: string, length: number): void {
  const begin = whole.slice(0, length);
  const factsheet = readOrRefused(begin);
  if (factsheet === null) return;
  const truth = rowsOf(read(whole));
  const found = rowsOf(factsheet);
  expect(truth.slice(0, found.length - 1)).toEqual(found.slice(0, -1));
  if (found.at(-1) === truth[found.length - 1]) return;
  expect(truth[found.length - 1]?.startsWith(found.at(-1) ?? '-')).toBe(true);
  expect(begin.replace(/<[^<>]*>/g, '').trimEnd()).toMatch(/[.!?…]['’"”)]*$/);
}

describe('a document that is cut off', () => {
  it.each([
    ['behind a word', 'staan nu op '],
    ['within a word', 'De afspraken over de samenwer'],
    ['within a promise', 'Zij worden omstreeks 1 mei 2015 als (Privacy)'],
    ['behind its mark and a word', '✓ De'],
  ])('%s is refused, with the line and what was expected', (_, last) => {
    const cut = SAMPLE_2014.slice(0, SAMPLE_2014.indexOf(last) + last.length);
    for (const end of ['', '\n', ' \n\n', '</p>', '\n\n3\n', '\t']) {
      expect(problemsOf(`${cut}${end}`)).toContainEqual(
        expect.stringMatching(
          /^27: the table seems to be cut off behind ".*"; expected its last cell to end a sentence/,
        ),
      );
    }
  });

  it.each(['o.', 'o.a.', 'm.b.', 'bijv.', 'dhr.'])('behind %s is refused', (abbreviation) => {
    const cut = SAMPLE_2014.replace(/staan nu op papier.*\s*$/, `staan op papier, ${abbreviation}`);
    expect(problemsOf(cut)).toEqual([expect.stringMatching(/^27: the table seems to be cut off behind/)]);
  });

  it.each(['.', '!', '?', '…', '. ', ".'", '.”', ".')", '. ”', '.</p>', '.<br>', '.**', '.\t', '.\n\n\n'])(
    'is not what ends in %j',
    (end) => {
      const document = SAMPLE_2014.replace(/aangeboden\.\s*$/, `aangeboden${end}`);
      expect(read(document).rows[0].marks).toHaveLength(1);
    },
  );

  it.each([
    ['an assessment', SAMPLE_2013],
    ['a follow-up', SAMPLE_2014],
  ])('at any character of the table of %s gives no row of which a sentence is incomplete', (_, sample) => {
    const last = sample.lastIndexOf('\n', sample.length - 2);
    for (let length = last; length <= sample.length; length += 1) expectNothingHalf(sample, length);
    fc.assert(
      fc.property(fc.nat(sample.length), (length) => expectNothingHalf(sample, length)),
      { numRuns: 100 },
    );
  });

  const layouts: [string, (facts: Built) => string][] = [
    ['an assessment', assessment],
    ['a follow-up', (facts) => followUp(facts, false)],
    ['a follow-up, latest year first,', (facts) => followUp(facts, true)],
  ];
  it.each(layouts)('and is %s of any content gives no row of which a sentence is incomplete', (_, write) => {
    fc.assert(
      fc.property(built, fc.nat(), (facts, at) => {
        const whole = write(facts);
        expectNothingHalf(whole, at % (whole.length + 1));
      }),
      { numRuns: 60 },
    );
  });
});

describe('the statement of the municipality', () => {
  it.each(['31 februari 2015', '0 maart 2015', '31-04-2015', '2015-02-30', 'maandag 31 juni 2015'])(
    'on a day that does not exist is refused with its line: %s',
    (day) => {
      const document = SAMPLE_2014.replace('Op 2 maart 2015', `Op ${day}`);
      expect(document).not.toBe(SAMPLE_2014);
      expect(problemsOf(document)).toEqual([
        expect.stringMatching(/^15: ".*2015.*" is no day that exists; expected the date of the municip/),
      ]);
    },
  );

  it('is found with its day where the municipality is named first, and holds the promise behind it', () => {
    const document = SAMPLE_2014.replace(
      /Op 2 maart 2015 heeft de gemeente/,
      'De gemeente heeft op 2 maart 2015',
    );
    const { statement, rows } = read(document);
    expect(statement?.value).toEqual({ by: 'Gemeente Maastricht', on: '2015-03-02' });
    expect(rows[0].marks[0].commitments).toHaveLength(1);
    expect(problemsOf(document.replace('2 maart', '31 februari'))).toHaveLength(1);
  });
});
