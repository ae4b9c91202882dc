import type { ReadDatabase } from './database';
import type { Derived } from './derived';

/**
 * The approaches with an assessment that was concluded and not made public. The lists over all approaches
 * hold what everybody sees; for somebody who sees more, these few are read from their histories instead.
 */
export const confidential: Derived = {
  name: 'confidential',
  version: 1,
  tables: {
    confidential_approaches: `CREATE TABLE confidential_approaches (
      municipality TEXT NOT NULL,
      slug TEXT NOT NULL,
      PRIMARY KEY (municipality, slug)
    ) WITHOUT ROWID`,
  },
  changes: {
    FrameworkPublished: false,
    FrameworkRevised: false,
    ApproachRegistered: false,
    FactsheetImported: false,
    AssessmentOpened: false,
    SourceConsulted: false,
    FindingRecorded: false,
    AttentionPointRaised: false,
    ImprovementPointIdentified: false,
    DevelopmentNoted: false,
    AssessmentConcluded: true,
    AssessmentAbandoned: false,
    FollowUpReported: false,
    FollowUpAssessed: false,
    CommitmentMade: false,
    CommitmentSettled: false,
    FindingCorrected: false,
    FindingWithdrawn: false,
    FollowUpCorrected: false,
    FollowUpWithdrawn: false,
    AssessmentCorrected: false,
    AttentionPointWithdrawn: false,
    ImprovementPointCorrected: false,
    CommitmentWithdrawn: false,
    TextsLeftOut: false,
  },
  write(database, { municipality, slug, history }) {
    if (!history.assessments.some(({ concluded }) => concluded?.public === false)) return;
    database.run(
      'INSERT INTO confidential_approaches (municipality, slug) VALUES (?, ?) ON CONFLICT DO NOTHING',
      municipality,
      slug,
    );
  },
};

/** These approaches, in order of municipality and slug. */
export function confidentialApproaches(database: ReadDatabase): { municipality: string; slug: string }[] {
  return database.all<{ municipality: string; slug: string }>(
    'SELECT municipality, slug FROM confidential_approaches ORDER BY municipality, slug',
  );
}
