import fc from 'fast-check';
import { read, SAMPLE_2013, SAMPLE_2014, verdicts, withoutLines } from './samples';
import { VARIATIONS } from './tolerance';

const SAMPLES = [
  ['the assessment', SAMPLE_2013],
  ['the follow-up', SAMPLE_2014],
] as const;

/**
 * Where a cell has paragraphs, a variation may make them lines, and the other way round. That a name is
 * misspelt is told beside what was read.
 */
function comparable(text: string): unknown {
  const factsheet = { ...read(text), misspelt: [] };
  return JSON.parse(JSON.stringify(withoutLines(factsheet)).replace(/\\n\\n|\\n/g, ' '));
}

describe.each(SAMPLES)('%s reads the same', (_, sample) => {
  it.each(VARIATIONS)('with $name', ({ apply, lines }) => {
    const varied = apply(sample);
    expect(comparable(varied)).toEqual(comparable(sample));
    if (lines !== true)
      expect(read(varied).rows.map(({ line }) => line)).toEqual(read(sample).rows.map(({ line }) => line));
  });

  it('as to verdicts, with any combination of variations', () => {
    // A row that is broken over lines is put together by its tabs, with no blank line in it: some variations
    // take the tabs away or let a line break at one, and others make blank lines, as two kinds of line end together do.
    const combination = fc.subarray([...VARIATIONS], { maxLength: 6 }).filter((chosen) => {
      const names = chosen.map(({ name }) => name).join();
      const lineEnds = chosen.filter(({ name }) => name.includes('as line end')).length;
      return (
        lineEnds < 2 &&
        (!names.includes('lines broken') ||
          !/Markdown|white space cut|blank lines|spaces around tabs/.test(names))
      );
    });
    fc.assert(
      fc.property(combination, (variations) => {
        const varied = variations
          // Line ends come last: the other variations look for line feeds.
          .toSorted((a, b) => Number(a.name.includes('as line end')) - Number(b.name.includes('as line end')))
          .reduce((text, { apply }) => apply(text), sample);
        expect(verdicts(read(varied))).toEqual(verdicts(read(sample)));
      }),
      { numRuns: 80 },
    );
  });
});
