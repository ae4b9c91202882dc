import { problemsOf, SAMPLE_2013 } from './samples';

describe('A document with more that is wrong than anybody mends', () => {
  it('is read no further, and told of by the first hundred', () => {
    const lines = SAMPLE_2013.split('\n');
    const row = lines.findIndex((line) => line.includes('\t✓'));
    const unknown = Array.from({ length: 1_500 }, (_, index) => `Onbekend ${index}\tNiets ${index}\t✓ Iets.`);
    const problems = problemsOf([...lines.slice(0, row), ...unknown, ...lines.slice(row)].join('\n'));
    expect(problems).toHaveLength(101);
    expect(problems.at(-1)).toBe(
      'null: more than 100 things are wrong, and reading ended here; expected a factsheet',
    );
  });

  it('is not read where it has more lines than any factsheet', () => {
    expect(problemsOf(`${SAMPLE_2013}${'✗ x\n'.repeat(50_000)}`)).toEqual([
      expect.stringMatching(/^null: the document has 50\d{3} lines; expected a factsheet, of at most 2000$/),
    ]);
  });
});
