import { everythingUpTo } from '../src/domain/as-of';
import { type ImprovementPointStatus, improvementPointsAt } from '../src/domain/improvement';
import { visibleTests } from '../src/domain/verdicts';
import type { ReadDatabase } from './database';
import { derivedWriter } from './derived';
import type { Projection } from './projection';

/**
 * The improvement points of all approaches with their status now: what a list of them is found by. The
 * status is null where the point went with the finding that opened it.
 */
export const improvementPoints: Projection = {
  name: 'improvement-points',
  version: 1,
  tables: {
    improvement_points: `CREATE TABLE improvement_points (
      municipality TEXT NOT NULL,
      slug TEXT NOT NULL,
      ordinal INTEGER NOT NULL,
      status TEXT,
      PRIMARY KEY (municipality, slug, ordinal)
    ) WITHOUT ROWID`,
  },
  writer: derivedWriter(
    {
      FrameworkPublished: false,
      FrameworkRevised: false,
      ApproachRegistered: false,
      FactsheetImported: false,
      AssessmentOpened: false,
      SourceConsulted: false,
      FindingRecorded: false,
      AttentionPointRaised: false,
      ImprovementPointIdentified: true,
      DevelopmentNoted: false,
      AssessmentConcluded: true,
      FollowUpReported: true,
      FollowUpAssessed: true,
      CommitmentMade: false,
      CommitmentSettled: false,
      FindingCorrected: true,
      FindingWithdrawn: true,
    },
    (database, { municipality, slug, history }, frameworks) => {
      const asOf = everythingUpTo(Number.MAX_SAFE_INTEGER);
      const readings = improvementPointsAt(history, visibleTests(history, asOf), frameworks, asOf);
      const statuses = new Map(readings.map(({ fact, status }) => [fact, status]));
      history.improvementPoints.forEach((fact, ordinal) => {
        database.run(
          `INSERT INTO improvement_points (municipality, slug, ordinal, status) VALUES (?, ?, ?, ?)
           ON CONFLICT DO UPDATE SET status = excluded.status`,
          municipality,
          slug,
          ordinal,
          statuses.get(fact) ?? null,
        );
      });
    },
  ),
};

/** An improvement point in the list: its approach, and its place among the approach's points. */
export interface ImprovementPointPlace {
  readonly municipality: string;
  readonly slug: string;
  readonly ordinal: number;
}

/** Where a page begins, and which points are wanted; null sets no limit. */
export interface ImprovementPointFilter {
  readonly after: ImprovementPointPlace | null;
  readonly municipality: string | null;
  /** The status now: not to be used for another point in time. */
  readonly status: ImprovementPointStatus | null;
  readonly limit: number;
}

/** A page of improvement points in order of municipality code, slug and when they were opened. */
export function improvementPointPlaces(
  database: ReadDatabase,
  { after, municipality, status, limit }: ImprovementPointFilter,
): ImprovementPointPlace[] {
  return database.all<ImprovementPointPlace>(
    `SELECT municipality, slug, ordinal FROM improvement_points
     WHERE (municipality, slug, ordinal) > (?1, ?2, ?3)
       AND (?4 IS NULL OR municipality = ?4) AND (?5 IS NULL OR status = ?5)
     ORDER BY municipality, slug, ordinal LIMIT ?6`,
    after?.municipality ?? '',
    after?.slug ?? '',
    after?.ordinal ?? -1,
    municipality,
    status,
    limit,
  );
}
