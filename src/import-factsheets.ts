import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { decide } from './domain/approach';
import type { Position } from './domain/events';
import { type Framework, FrameworkLine } from './domain/framework';
import { GGSR } from './domain/ggsr';
import { type ApproachHistory, evolve } from './domain/history';
import { Rejection } from './domain/rejection';
import { approachStream } from './domain/streams';
import type { EventStore } from './event-store/event-store';
import { decodeFactsheet } from './factsheet/decode';
import { type Factsheet, FactsheetError, type Said } from './factsheet/factsheet';
import { readFactsheet } from './factsheet/read-factsheet';
import { type FactsheetSubject, type ImportFlags, subjectOf } from './factsheet/subject';
import { type FactsheetCommand, type FactsheetFile, toCommand } from './factsheet/to-command';
import {
  type ApproachKey,
  handleApproachCommand,
  handleFrameworkCommand,
  loadApproach,
  loadFramework,
  stableId,
} from './handle-command';

/** The framework of every factsheet of this class; built in, and published when the first one needs it. */
const FRAMEWORK: Framework = GGSR;

/** What was made of one document. */
export interface ImportedFactsheet {
  readonly file: string;
  readonly factsheet: Factsheet;
  readonly subject: FactsheetSubject;
  readonly approach: ApproachKey;
  readonly warnings: readonly Said<string>[];
  /** The events appended, by type; empty where the document was imported before. */
  readonly events: Readonly<Record<string, number>>;
  readonly position: Position | null;
}

/** A document cannot be imported, and none of those named with it was. */
export class ImportError extends Error {
  override readonly name = 'ImportError';
}

export interface ImportOptions {
  readonly flags: ImportFlags;
  readonly now: () => Date;
  readonly actor: string;
  /** The stream that holds a document already, by its SHA-256; null where none does. */
  readonly streamOfDocument: (digest: string) => string | null;
}

/**
 * Imports documents: reads all of them and decides on all of them before the first event is appended, so
 * that one that cannot be imported leaves nothing behind. Baselines go before the follow-ups that need them.
 * @throws ImportError that names file, line and what was expected, for every problem found.
 */
export async function importFactsheets(
  store: EventStore,
  paths: readonly string[],
  options: ImportOptions,
): Promise<ImportedFactsheet[]> {
  const documents = await readAll(paths, options.flags, options.now().toISOString().slice(0, 10));
  const plans = await planAll(store, documents, options);

  const result: ImportedFactsheet[] = [];
  for (const { document, approach, key, planned } of plans) {
    const context = {
      actor: options.actor,
      correlationId: stableId(key, 'command'),
      key,
      document: document.file.digest,
    };
    await publishFramework(store, options.actor);
    const { events, isRepeated, position } = await handleApproachCommand(
      store,
      approach,
      planned.command,
      context,
    );
    const counts: Record<string, number> = {};
    if (!isRepeated) for (const { type } of events) counts[type] = (counts[type] ?? 0) + 1;
    result.push({
      file: document.path,
      factsheet: document.factsheet,
      subject: document.subject,
      approach,
      warnings: planned.warnings,
      events: counts,
      position: isRepeated ? null : position,
    });
  }
  return result;
}

/** Publishes the built-in framework where the log does not have it yet; the same command for every import. */
async function publishFramework(store: EventStore, actor: string): Promise<void> {
  if ((await loadFramework(store, FRAMEWORK.code)).line.latest !== undefined) return;
  const key = `${FRAMEWORK.code}/${FRAMEWORK.version}`;
  const context = { actor, correlationId: stableId(key, 'command'), key, document: null };
  await handleFrameworkCommand(store, { type: 'PublishFramework', framework: FRAMEWORK }, context);
}

interface ReadDocument {
  readonly path: string;
  readonly file: FactsheetFile;
  readonly factsheet: Factsheet;
  readonly subject: FactsheetSubject;
}

interface Plan {
  readonly document: ReadDocument;
  readonly approach: ApproachKey;
  readonly key: string;
  readonly planned: FactsheetCommand;
}

async function readAll(paths: readonly string[], flags: ImportFlags, today: string): Promise<ReadDocument[]> {
  const documents: ReadDocument[] = [];
  const problems: string[] = [];
  for (const path of paths) {
    try {
      const bytes = await readFile(path);
      const text = decodeFactsheet(bytes);
      const factsheet = readFactsheet(text, FRAMEWORK);
      const digest = createHash('sha256').update(bytes).digest('hex');
      const file = { name: basename(path), text, digest };
      documents.push({ path, file, factsheet, subject: subjectOf(factsheet, flags, today) });
    } catch (error) {
      problems.push(describe(path, error));
    }
  }
  if (problems.length > 0) throw new ImportError(problems.join('\n'));
  return documents.sort(
    (a, b) =>
      a.factsheet.kind.localeCompare(b.factsheet.kind, 'en') ||
      a.subject.year.localeCompare(b.subject.year, 'en'),
  );
}

/** Decides on every document in turn, each on what those before it would leave. */
async function planAll(
  store: EventStore,
  documents: readonly ReadDocument[],
  options: ImportOptions,
): Promise<Plan[]> {
  const { line: stored } = await loadFramework(store, FRAMEWORK.code);
  const line = stored.latest === undefined ? new FrameworkLine().add(FRAMEWORK, []) : stored;
  const ahead = new Map<string, ApproachHistory>();
  const plans: Plan[] = [];
  for (const document of documents) {
    const { factsheet, subject, file, path } = document;
    const approach = { municipality: subject.municipality.code, slug: subject.slug };
    const key = `${file.digest}/${approach.municipality}/${approach.slug}/${subject.year}`;
    const stream = `${approach.municipality}/${approach.slug}`;
    const history = ahead.get(stream) ?? (await loadApproach(store, approach)).history;
    ahead.set(stream, history);
    try {
      assertNotElsewhere(options.streamOfDocument(file.digest), approach, history, file.digest);
      const planned = toCommand(factsheet, subject, file, FRAMEWORK, history, options.flags.partial, (name) =>
        stableId(key, name),
      );
      for (const { event, line: from } of decide(planned.command, history, () => line)) {
        const source = from === null ? null : { document: file.digest, line: from };
        evolve(history, event, { revision: -1, position: -1, recordedAt: '', source });
      }
      plans.push({ document, approach, key, planned });
    } catch (error) {
      throw new ImportError(describe(path, error));
    }
  }
  return plans;
}

/** The same document for another approach is the same document with other flags. */
function assertNotElsewhere(
  stream: string | null,
  approach: ApproachKey,
  history: ApproachHistory,
  digest: string,
): void {
  if (stream === null || stream === approachStream(approach.municipality, approach.slug)) return;
  if (history.factsheets.some((known) => known.digest === digest)) return;
  throw new Rejection('FACTSHEET_REUSED', `this document was imported already, into ${stream}`);
}

/** What went wrong with a document, a line a problem: `FILE:LINE: what, and what was expected`. */
function describe(path: string, error: unknown): string {
  if (error instanceof FactsheetError) {
    return error.problems.map(({ line, message }) => `${at(path, line)}: ${message}`).join('\n');
  }
  if (error instanceof Rejection) return `${at(path, error.line)}: ${error.message}`;
  if (error instanceof Error && 'code' in error) {
    if (error.code === 'ENOENT') return `${path}: there is no such file; expected the path of a factsheet`;
    if (error.code === 'EISDIR') return `${path}: is a folder; expected the path of a factsheet`;
    if (error.code === 'EACCES') return `${path}: may not be read`;
  }
  throw error;
}

function at(path: string, line: number | null): string {
  return line === null ? path : `${path}:${line}`;
}
