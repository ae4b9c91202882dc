import fc from 'fast-check';
import { IssuedApproach } from '../support/issues';
import { assessment, type Built, type BuiltMark, type BuiltRow, built, followUp } from './builder';

/** Another edition of a factsheet about the same: some of its marks and rows differ. */
const twoIssues: fc.Arbitrary<readonly [Built, Built]> = fc
  .tuple(built, built, fc.array(fc.nat(9), { minLength: 40, maxLength: 40 }))
  .map(([one, other, choices]) => {
    const first = { ...one, municipality: 'Maastricht' };
    const rows = first.rows.flatMap((row, index): BuiltRow[] => {
      const choice = choices[index % choices.length] ?? 9;
      const [mark, ...more] = row.marks;
      const elsewhere = other.rows[index % other.rows.length]?.marks[0];
      if (mark === undefined || elsewhere === undefined) return [row];
      const changed: Record<number, readonly BuiltRow[]> = {
        0: [withMarks(row, [turned(mark), ...more])],
        1: [withMarks(row, [{ ...mark, narrative: elsewhere.narrative }, ...more])],
        2: [withMarks(row, [{ ...mark, notes: elsewhere.notes }, ...more])],
        3: [withMarks(row, [...row.marks, elsewhere])],
        4: row.indicators.map((code) => ({ indicators: [code], marks: [mark] })),
        5: [withMarks(row, row.marks.toReversed())],
      };
      return [...(changed[choice] ?? [row])];
    });
    const { families, partners } = (choices[0] ?? 0) > 4 ? other : first;
    // Where all rows differ it is the other one, about the same subject.
    const all = (choices[1] ?? 0) === 0 ? other.rows : rows;
    return [first, { ...first, families, partners, rows: all }] as const;
  });

function withMarks({ indicators }: BuiltRow, marks: readonly BuiltMark[]): BuiltRow {
  return { indicators, marks };
}

function turned(mark: BuiltMark): BuiltMark {
  return { ...mark, verdict: mark.verdict === 'MET' ? 'IMPROVEMENT_NEEDED' : 'MET' };
}

/** The same document, in other bytes. */
const again = (document: string, ordinal = 1): string => `${document}${'\n'.repeat(ordinal)}`;

const RUNS = { numRuns: 60 };

describe('Of any two issues of an assessment', () => {
  it('the second, imported as a new issue, leaves what it would leave alone', () => {
    fc.assert(
      fc.property(twoIssues, ([first, second]) => {
        const reissued = new IssuedApproach().import(assessment(first));
        reissued.reissue(again(assessment(second)));
        expect(reissued.stands()).toEqual(new IssuedApproach().import(assessment(second)).stands());
      }),
      RUNS,
    );
  });

  it('the second once more, in other bytes, changes nothing', () => {
    fc.assert(
      fc.property(twoIssues, ([first, second]) => {
        const approach = new IssuedApproach().import(assessment(first));
        approach.reissue(again(assessment(second)));
        expect(approach.compare(again(assessment(second), 2))).toMatchObject({ command: null, changes: [] });
      }),
      RUNS,
    );
  });

  it('the first after the second brings back what stood', () => {
    fc.assert(
      fc.property(twoIssues, ([first, second]) => {
        const approach = new IssuedApproach().import(assessment(first));
        const before = approach.stands();
        approach.reissue(again(assessment(second)));
        approach.reissue(again(assessment(first), 2));
        expect(approach.stands()).toEqual(before);
      }),
      RUNS,
    );
  });

  it('the same one with nothing changed gives nothing, and with one verdict turned one correction', () => {
    fc.assert(
      fc.property(twoIssues, fc.nat(100), ([first], pick) => {
        const approach = new IssuedApproach().import(assessment(first));
        expect(approach.compare(again(assessment(first)))).toMatchObject({ command: null, changes: [] });
        const at = pick % first.rows.length;
        const rows = first.rows.map((row, index) => {
          const [mark, ...more] = row.marks;
          return index === at && mark !== undefined ? withMarks(row, [turned(mark), ...more]) : row;
        });
        const { command } = approach.compare(assessment({ ...first, rows }));
        expect(command?.steps.map(({ type }) => type)).toEqual(['CorrectFinding']);
      }),
      RUNS,
    );
  });
});

describe('Of any two issues of an assessment and of its follow-up', () => {
  it('the second ones, imported as new issues, leave what they would leave alone', () => {
    fc.assert(
      fc.property(twoIssues, twoIssues, fc.boolean(), ([first, second], [before, after], swapped) => {
        const about = (rows: readonly BuiltRow[]): string => followUp({ ...first, rows }, swapped);
        const some = (rows: readonly BuiltRow[]) => rows.filter((_, index) => index % 3 !== 1);
        const reissued = new IssuedApproach().import(assessment(first)).import(about(some(before.rows)));
        reissued.reissue(again(assessment(second)));
        reissued.reissue(again(about(some(after.rows))));
        const alone = new IssuedApproach().import(assessment(second)).import(about(some(after.rows)));
        expect(reissued.stands()).toEqual(alone.stands());
      }),
      RUNS,
    );
  });
});
