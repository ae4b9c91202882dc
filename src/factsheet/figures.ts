import type { Factsheet } from './factsheet';

/** How much a factsheet says: what a person checks the reading by. */
export function figuresOf(factsheet: Factsheet) {
  const marks = factsheet.rows.flatMap((row) => row.marks);
  return {
    rows: factsheet.rows.length,
    indicators: factsheet.rows.flatMap(({ indicators }) => indicators).length,
    findings: marks.length,
    met: marks.filter(({ verdict }) => verdict === 'MET').length,
    improvementNeeded: marks.filter(({ verdict }) => verdict === 'IMPROVEMENT_NEEDED').length,
    attentionPoints: marks.flatMap(({ attentionPoints }) => attentionPoints).length,
    sources: factsheet.sources.length,
    familiesReached: factsheet.familiesReached?.value ?? null,
  };
}
