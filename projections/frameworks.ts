import type { Recorded, RecordedEvent } from '../src/domain/events';
import { evolveFramework, FrameworkLine } from '../src/domain/framework';
import type { ReadDatabase } from './database';
import type { Projection } from './projection';

type FrameworkEvent = Recorded<'FrameworkPublished' | 'FrameworkRevised'>;

/** The frameworks with all their versions: the events that made them, in order. */
export const frameworks: Projection = {
  name: 'frameworks',
  version: 1,
  tables: {
    framework_events: `CREATE TABLE framework_events (
      code TEXT NOT NULL,
      version INTEGER NOT NULL,
      position INTEGER NOT NULL,
      recorded_at TEXT NOT NULL,
      event TEXT NOT NULL,
      PRIMARY KEY (code, version)
    ) WITHOUT ROWID`,
  },
  writer: (database) => ({
    apply(event: RecordedEvent) {
      switch (event.type) {
        case 'FrameworkPublished':
        case 'FrameworkRevised':
          insert(database, event);
          break;
        case 'ApproachRegistered':
        case 'FactsheetImported':
        case 'AssessmentOpened':
        case 'SourceConsulted':
        case 'FindingRecorded':
        case 'AttentionPointRaised':
        case 'ImprovementPointIdentified':
        case 'DevelopmentNoted':
        case 'AssessmentConcluded':
        case 'AssessmentAbandoned':
        case 'FollowUpReported':
        case 'FollowUpAssessed':
        case 'CommitmentMade':
        case 'CommitmentSettled':
        case 'FindingCorrected':
        case 'FindingWithdrawn':
        case 'FollowUpCorrected':
        case 'FollowUpWithdrawn':
        case 'AssessmentCorrected':
        case 'AttentionPointWithdrawn':
        case 'ImprovementPointCorrected':
        case 'CommitmentWithdrawn':
        case 'TextsLeftOut':
          break;
        default:
          event satisfies never;
      }
    },
    finish() {},
  }),
};

function insert(database: ReadDatabase, { type, data, position, metadata }: FrameworkEvent): void {
  database.run(
    'INSERT INTO framework_events (code, version, position, recorded_at, event) VALUES (?, ?, ?, ?, ?)',
    data.framework,
    data.version,
    position,
    metadata.recordedAt,
    JSON.stringify({ type, data }),
  );
}

/** The codes of all frameworks known up to a position, in order. */
export function frameworkCodes(database: ReadDatabase, upTo: number): string[] {
  return database
    .all<{ code: string }>(
      'SELECT DISTINCT code FROM framework_events WHERE position <= ? ORDER BY code',
      upTo,
    )
    .map(({ code }) => code);
}

/** Lines that were read, by database and then by code and latest version: what a version holds never changes. */
const known = new WeakMap<ReadDatabase, Map<string, FrameworkLine>>();

/** A framework with its versions known up to a position; without versions where there is none. */
export function frameworkLine(database: ReadDatabase, code: string, upTo: number): FrameworkLine {
  const latest = database.get<{ version: number | null }>(
    'SELECT max(version) AS version FROM framework_events WHERE code = ? AND position <= ?',
    code,
    upTo,
  )?.version;
  if (latest == null) return new FrameworkLine();
  const lines = known.get(database) ?? new Map<string, FrameworkLine>();
  known.set(database, lines);
  const key = `${code} ${latest}`;
  let line = lines.get(key);
  if (line === undefined) {
    line = readLine(database, code, latest);
    lines.set(key, line);
  }
  return line;
}

function readLine(database: ReadDatabase, code: string, latest: number): FrameworkLine {
  const line = new FrameworkLine();
  const rows = database.all<{ event: string }>(
    'SELECT event FROM framework_events WHERE code = ? AND version <= ? ORDER BY version',
    code,
    latest,
  );
  for (const { event } of rows) evolveFramework(line, JSON.parse(event));
  return line;
}
