import { everythingUpTo } from '../src/domain/as-of';
import { PUBLIC } from '../src/domain/audience';
import { type ApproachYear, approachYears } from '../src/domain/trend';
import type { ReadDatabase } from './database';
import type { Derived } from './derived';

/**
 * For each approach and framework, the years in which something was tested: what a trend over all
 * approaches adds up without reading their histories.
 */
export const trend: Derived = {
  name: 'trend',
  version: 4,
  tables: {
    approach_years: `CREATE TABLE approach_years (
      framework TEXT NOT NULL,
      municipality TEXT NOT NULL,
      slug TEXT NOT NULL,
      years TEXT NOT NULL,
      PRIMARY KEY (framework, municipality, slug)
    ) WITHOUT ROWID`,
  },
  changes: {
    FrameworkPublished: false,
    FrameworkRevised: false,
    ApproachRegistered: false,
    FactsheetImported: false,
    AssessmentOpened: false,
    SourceConsulted: false,
    FindingRecorded: true,
    AttentionPointRaised: true,
    ImprovementPointIdentified: false,
    DevelopmentNoted: false,
    AssessmentConcluded: true,
    AssessmentAbandoned: false,
    FollowUpReported: false,
    FollowUpAssessed: true,
    CommitmentMade: false,
    CommitmentSettled: false,
    FindingCorrected: true,
    FindingWithdrawn: true,
    FollowUpCorrected: false,
    FollowUpWithdrawn: false,
    // It may change when the assessment became public, and so which one is the latest.
    AssessmentCorrected: true,
    AttentionPointWithdrawn: true,
    ImprovementPointCorrected: false,
    CommitmentWithdrawn: false,
    TextsLeftOut: false,
  },
  write(database, { municipality, slug, history }, frameworks) {
    const asOf = everythingUpTo(Number.MAX_SAFE_INTEGER, PUBLIC);
    for (const framework of new Set(history.assessments.map((assessment) => assessment.framework))) {
      const years = approachYears(history, framework, frameworks, asOf);
      // No row without a year: whether there is one then depends on the years alone.
      if (years.length === 0) {
        database.run(
          'DELETE FROM approach_years WHERE framework = ? AND municipality = ? AND slug = ?',
          framework,
          municipality,
          slug,
        );
      } else {
        database.run(
          `INSERT INTO approach_years (framework, municipality, slug, years) VALUES (?, ?, ?, ?)
           ON CONFLICT DO UPDATE SET years = excluded.years`,
          framework,
          municipality,
          slug,
          JSON.stringify(years.map(packYear)),
        );
      }
    }
  },
};

/** A year as it is stored: without the names of its fields, and without attention points where there are none. */
type PackedYear = [
  year: number,
  version: number,
  cells: string,
  attentionPoints?: ApproachYear['attentionPoints'],
];

function packYear({ year, version, cells, attentionPoints }: ApproachYear): PackedYear {
  return attentionPoints.length === 0 ? [year, version, cells] : [year, version, cells, attentionPoints];
}

function unpackYear([year, version, cells, attentionPoints = []]: PackedYear): ApproachYear {
  return { year, version, cells, attentionPoints };
}

/**
 * The years of every approach under a framework as everybody sees them now, in order of municipality and slug.
 * @param municipality only this one; null: all
 */
export function* yearsOfApproaches(
  database: ReadDatabase,
  framework: string,
  municipality: string | null,
): Generator<{ municipality: string; slug: string; years: ApproachYear[] }> {
  const rows = database.iterate<{ municipality: string; slug: string; years: string }>(
    `SELECT municipality, slug, years FROM approach_years
     WHERE framework = ? ${municipality === null ? '' : 'AND municipality = ?'} ORDER BY municipality, slug`,
    framework,
    ...(municipality === null ? [] : [municipality]),
  );
  for (const { years, ...approach } of rows) {
    const packed: PackedYear[] = JSON.parse(years);
    yield { ...approach, years: packed.map(unpackYear) };
  }
}
