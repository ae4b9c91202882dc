import fc from 'fast-check';
import type { Factsheet } from '../../src/factsheet/factsheet';
import { assessment, built, followUp } from './builder';
import { read } from './samples';

function rowsOf({ rows }: Factsheet) {
  return rows.map(({ indicators, marks }) => ({
    indicators,
    marks: marks.map(({ verdict, narrative, attentionPoints }) => ({
      verdict,
      narrative,
      notes: attentionPoints.map(({ value }) => value),
    })),
  }));
}

describe('any factsheet', () => {
  it('of an assessment reads back to what was written down', () => {
    fc.assert(
      fc.property(built, (facts) => {
        const factsheet = read(assessment(facts));
        expect(rowsOf(factsheet)).toEqual(facts.rows);
        expect(factsheet).toMatchObject({
          kind: 'BASELINE',
          municipality: { value: facts.municipality },
          approach: { value: facts.approach },
          reference: { value: String(facts.year) },
          publishedOn: { value: `${facts.year}-11` },
          familiesReached: { value: facts.families },
          notUnderstood: [],
        });
        expect(factsheet.sources.slice(2).map(({ value }) => value.name)).toEqual(facts.partners);
      }),
      { numRuns: 60 },
    );
  });

  it('of a follow-up reads back to what was written down, whichever year comes first', () => {
    fc.assert(
      fc.property(built, fc.boolean(), (facts, swapped) => {
        const factsheet = read(followUp(facts, swapped));
        expect(rowsOf(factsheet)).toEqual(
          facts.rows.map((row) => ({ ...row, marks: row.marks.map((mark) => ({ ...mark, notes: [] })) })),
        );
        expect(factsheet).toMatchObject({
          kind: 'FOLLOW_UP',
          municipality: { value: facts.municipality },
          approach: { value: facts.approach },
          baselineReference: { value: String(facts.year) },
          reference: { value: String(facts.year + 2) },
          statement: { value: { on: `${facts.year + 2}-04-03` } },
          notUnderstood: [],
        });
        expect(factsheet.rows.flatMap(({ quoted }) => quoted.map(({ verdict }) => verdict))).toEqual(
          facts.rows.map(() => 'IMPROVEMENT_NEEDED'),
        );
      }),
      { numRuns: 60 },
    );
  });
});
