import { DatabaseSync } from 'node:sqlite';
import type { EventData, RecordedEvent } from '../../src/domain/events';
import type { EventStore } from '../../src/event-store/event-store';
import { openSqliteEventStore } from '../../src/event-store/sqlite';
import type { ApproachName } from '../queries';
import { foldApproach, type Reading } from './fold';
import { TABLES } from './tables';

/** A version of the framework: its indicators in order, with their rows, and how to get here from before. */
interface Version {
  readonly indicators: readonly { readonly code: string; readonly id: number }[];
  readonly equivalents: ReadonlyMap<string, string>;
}

/** Fills the stock peer's tables from the log, approach by approach, so that a large log needs little memory. */
export async function fillStock(
  log: string,
  path: string,
  approaches: readonly ApproachName[],
): Promise<void> {
  const store = openSqliteEventStore({ path: log, mode: 'read' });
  const db = new DatabaseSync(path);
  try {
    // Filling need not survive a crash; serving only reads.
    db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; ${TABLES}; BEGIN`);
    const versions = fillFramework(db, await eventsOf(store, 'framework-SYNTH'));
    const write = approachWriter(db, versions);
    for (const approach of approaches) {
      write(approach, await eventsOf(store, `approach-${approach.municipality}-${approach.slug}`));
    }
    db.exec('COMMIT; PRAGMA optimize');
  } finally {
    db.close();
    await store.close();
  }
}

async function eventsOf(store: EventStore, stream: string): Promise<RecordedEvent[]> {
  const events: RecordedEvent[] = [];
  for await (const page of store.readStream(stream)) events.push(...page);
  return events;
}

function fillFramework(db: DatabaseSync, events: readonly RecordedEvent[]): Map<number, Version> {
  const theme = db.prepare('INSERT INTO themes (code, name) VALUES (?, ?)');
  const criterion = db.prepare('INSERT INTO criteria (theme_id, code, name) VALUES (?, ?, ?)');
  const indicator = db.prepare('INSERT INTO indicators (criterion_id, code, name) VALUES (?, ?, ?)');

  const indicatorsOf = (themes: EventData<'FrameworkPublished'>['themes']) =>
    themes.flatMap((oneTheme) => {
      const themeId = theme.run(oneTheme.code, oneTheme.name).lastInsertRowid;
      return oneTheme.criteria.flatMap((oneCriterion) => {
        const criterionId = criterion.run(themeId, oneCriterion.code, oneCriterion.name).lastInsertRowid;
        return oneCriterion.indicators.map(({ code, name }) => ({
          code,
          id: Number(indicator.run(criterionId, code, name).lastInsertRowid),
        }));
      });
    });

  const versions = new Map<number, Version>();
  for (const { type, data } of events) {
    if (type !== 'FrameworkPublished' && type !== 'FrameworkRevised') continue;
    const equivalents = type === 'FrameworkRevised' ? data.equivalents : [];
    versions.set(data.version, {
      indicators: indicatorsOf(data.themes),
      equivalents: new Map(equivalents.map(({ from, to }) => [from, to])),
    });
  }
  return versions;
}

function approachWriter(
  db: DatabaseSync,
  versions: ReadonlyMap<number, Version>,
): (approach: ApproachName, events: readonly RecordedEvent[]) => void {
  const approachRow = db.prepare('INSERT INTO approaches (municipality, slug, name) VALUES (?, ?, ?)');
  const verdictRow = db.prepare(
    `INSERT INTO verdicts (approach_id, indicator_id, status, basis, assessed_in, carried_forward)
     VALUES (?, ?, ?, ?, ?, ?)`,
  );
  const findingRow = db.prepare('INSERT INTO findings (approach_id, verdict, narrative) VALUES (?, ?, ?)');
  const linkRow = db.prepare('INSERT INTO verdict_findings (verdict_id, finding_id) VALUES (?, ?)');
  const attentionRow = db.prepare('INSERT INTO attention_points (finding_id, text) VALUES (?, ?)');

  return ({ municipality, slug }, events) => {
    const { name, lastYear, readings } = foldApproach(events);
    const approachId = approachRow.run(municipality, slug, name).lastInsertRowid;
    const findingIds = new Map<Reading, number | bigint>();
    for (const reading of readings) {
      const findingId = findingRow.run(approachId, reading.verdict, reading.narrative).lastInsertRowid;
      for (const text of reading.attentionPoints) attentionRow.run(findingId, text);
      findingIds.set(reading, findingId);
    }
    const version = readings.at(-1)?.version ?? 0;
    const latest = latestByIndicator(readings, versions, version);
    for (const { code, id } of versions.get(version)?.indicators ?? []) {
      const tests = latest.get(code);
      const [first] = tests ?? [];
      if (tests === undefined || first === undefined) continue;
      const verdictId = verdictRow.run(
        approachId,
        id,
        tests.every(({ verdict }) => verdict === 'MET') ? 'MET' : 'IMPROVEMENT_NEEDED',
        tests.some(({ basis }) => basis === 'REPORTED') ? 'REPORTED' : 'ASSESSED',
        first.year,
        first.year < lastYear ? 1 : 0,
      ).lastInsertRowid;
      for (const test of tests) linkRow.run(verdictId, findingIds.get(test) ?? null);
    }
  };
}

/** For each indicator of that version, the tests of the last year that has any. */
function latestByIndicator(
  readings: readonly Reading[],
  versions: ReadonlyMap<number, Version>,
  version: number,
): Map<string, Reading[]> {
  const latest = new Map<string, Reading[]>();
  for (const reading of readings) {
    for (const tested of reading.indicators) {
      let code: string | undefined = tested;
      for (let next = reading.version + 1; next <= version && code !== undefined; next += 1) {
        code = versions.get(next)?.equivalents.get(code);
      }
      if (code === undefined) continue;
      const tests = latest.get(code);
      if (tests?.[0]?.year === reading.year) tests.push(reading);
      else latest.set(code, [reading]);
    }
  }
  return latest;
}
