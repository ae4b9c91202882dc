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
  known.delete(database);
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

/** What was read of a framework: for its versions, in order, the positions of their events, and lines up to them. */
interface KnownFramework {
  readonly versions: readonly { readonly version: number; readonly position: number }[];
  /** By latest version: what a version holds never changes. */
  readonly lines: Map<number, FrameworkLine>;
}

/** By database and code, until a version is added: hardly anything changes less, and every verdict needs it. */
const known = new WeakMap<ReadDatabase, Map<string, KnownFramework>>();

/** A framework with its versions known up to a position; without versions where there is none. */
export function frameworkLine(database: ReadDatabase, code: string, upTo: number): FrameworkLine {
  const { versions, lines } = knownFramework(database, code);
  const latest = versions.findLast(({ position }) => position <= upTo)?.version;
  if (latest === undefined) return new FrameworkLine();
  let line = lines.get(latest);
  if (line === undefined) {
    line = readLine(database, code, latest);
    lines.set(latest, line);
  }
  return line;
}

function knownFramework(database: ReadDatabase, code: string): KnownFramework {
  const frameworks = known.get(database) ?? new Map<string, KnownFramework>();
  known.set(database, frameworks);
  let framework = frameworks.get(code);
  if (framework === undefined) {
    const versions = database.all<KnownFramework['versions'][number]>(
      'SELECT version, position FROM framework_events WHERE code = ? ORDER BY version',
      code,
    );
    framework = { versions, lines: new Map() };
    // Callers choose codes: what is not there is looked for each time.
    if (versions.length > 0) frameworks.set(code, framework);
  }
  return framework;
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
