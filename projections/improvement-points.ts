import { everythingUpTo } from '../src/domain/as-of';
import { PUBLIC } from '../src/domain/audience';
import { type ImprovementPointStatus, improvementPointsAt } from '../src/domain/improvement';
import { visibleTests } from '../src/domain/verdicts';
import type { ReadDatabase } from './database';
import type { Derived } from './derived';

/**
 * The improvement points of all approaches with the status that everybody sees now: what a list of them is
 * found by. The status is null where the point went with the finding that opened it, or is confidential.
 */
export const improvementPoints: Derived = {
  name: 'improvement-points',
  version: 5,
  tables: {
    improvement_points: `CREATE TABLE improvement_points (
      municipality TEXT NOT NULL,
      slug TEXT NOT NULL,
      revision INTEGER NOT NULL,
      id TEXT NOT NULL,
      status TEXT,
      PRIMARY KEY (municipality, slug, revision)
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
    AttentionPointRaised: false,
    ImprovementPointIdentified: true,
    DevelopmentNoted: false,
    AssessmentConcluded: true,
    AssessmentAbandoned: false,
    FollowUpReported: true,
    FollowUpAssessed: true,
    CommitmentMade: false,
    CommitmentSettled: false,
    FindingCorrected: true,
    FindingWithdrawn: true,
    FollowUpCorrected: true,
    FollowUpWithdrawn: true,
    // It may change when the assessment became public, and so which one is the latest.
    AssessmentCorrected: true,
    AttentionPointWithdrawn: false,
    ImprovementPointCorrected: false,
    CommitmentWithdrawn: false,
    TextsLeftOut: false,
  },
  write(database, { municipality, slug, history }, frameworks) {
    const asOf = everythingUpTo(Number.MAX_SAFE_INTEGER, PUBLIC);
    const readings = improvementPointsAt(history, visibleTests(history, asOf), frameworks, asOf);
    const statuses = new Map(readings.map(({ fact, status }) => [fact.id, status]));
    const rows = database.inserter(
      'improvement_points',
      ['municipality', 'slug', 'revision', 'id', 'status'],
      'ON CONFLICT DO UPDATE SET status = excluded.status',
    );
    for (const { id, revision } of history.assessments.flatMap(({ found }) => found.improvementPoints)) {
      rows.add(municipality, slug, revision, id, statuses.get(id) ?? null);
    }
    rows.flush();
  },
};

/** An improvement point in the list: its approach, and the revision of the event that opened it. */
export interface ImprovementPointPlace {
  readonly municipality: string;
  readonly slug: string;
  readonly revision: number;
}

/** An improvement point in the list as it is kept. */
export interface KeptImprovementPoint extends ImprovementPointPlace {
  readonly id: string;
  /** As everybody sees it now; null where not everybody does. */
  readonly status: ImprovementPointStatus | null;
}

/** Where a page begins, and which points are wanted; null sets no limit. */
export interface ImprovementPointFilter {
  readonly after: ImprovementPointPlace | null;
  readonly municipality: string | null;
  /** The status that everybody sees now: not to be used for another point in time. */
  readonly status: ImprovementPointStatus | null;
  /** Of an approach with a confidential assessment those of any status, as others may see another one. */
  readonly orConfidential: boolean;
  readonly limit: number;
}

/** A page of improvement points in order of municipality code, slug and when they were opened. */
export function improvementPointPlaces(
  database: ReadDatabase,
  { after, municipality, status, orConfidential, limit }: ImprovementPointFilter,
): KeptImprovementPoint[] {
  return database.all<KeptImprovementPoint>(
    `SELECT municipality, slug, revision, id, status FROM improvement_points
     WHERE (municipality, slug, revision) > (?1, ?2, ?3)
       AND (?4 IS NULL OR municipality = ?4)
       AND (?5 IS NULL OR status = ?5
         OR ?6 AND (municipality, slug) IN (SELECT municipality, slug FROM confidential_approaches))
     ORDER BY municipality, slug, revision LIMIT ?7`,
    after?.municipality ?? '',
    after?.slug ?? '',
    after?.revision ?? -1,
    municipality,
    status,
    Number(orConfidential),
    limit,
  );
}
