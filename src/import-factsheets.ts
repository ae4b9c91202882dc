import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import type { Position } from './domain/events';
import type { Framework } from './domain/framework';
import { GGSR } from './domain/ggsr';
import { Rejection } from './domain/rejection';
import type { EventStore } from './event-store/event-store';
import { decodeFactsheet } from './factsheet/decode';
import { FactsheetError } from './factsheet/factsheet';
import { readFactsheet } from './factsheet/read-factsheet';
import { type ImportFlags, subjectOf } from './factsheet/subject';
import {
  type CommandResult,
  handleApproachCommand,
  handleFrameworkCommand,
  type LogReader,
  loadFramework,
  RevisionConflictError,
  stableId,
} from './handle-command';
import { type PlannedImport, type PlanOptions, planImports, type ReadDocument } from './plan-imports';

/** The framework of every factsheet of this class; built in, and published when the first one needs it. */
const FRAMEWORK: Framework = GGSR;

/** What was made of one document. */
export interface ImportedFactsheet extends PlannedImport {
  /** Null where nothing was to be appended. */
  readonly result: CommandResult | null;
  /** Of its last event; null where nothing was appended. */
  readonly position: Position | null;
}

/** A document cannot be imported, and none of those named with it was; `cause` is what was wrong with the first. */
export class ImportError extends Error {
  override readonly name = 'ImportError';
}

/** A document that is to be imported. */
export interface ImportSource {
  /** Path or name of its file, by which errors call it. */
  readonly path: string;
  readonly read: () => Promise<Uint8Array>;
}

export interface ImportOptions extends PlanOptions {
  readonly actor: string;
  /** Is told what will be appended before it is. */
  readonly onPlanned?: (plans: readonly PlannedImport[]) => void;
}

/**
 * Imports documents: reads all of them and decides on all of them before the first event is appended, so
 * that one that cannot be imported leaves nothing behind. Baselines go before the follow-ups that need them.
 * @throws ImportError that names file, line and what was expected, for every problem found.
 */
export async function importFactsheets(
  store: EventStore,
  sources: readonly ImportSource[],
  options: ImportOptions,
): Promise<ImportedFactsheet[]> {
  const plans = await planFactsheets(store, sources, options);
  options.onPlanned?.(plans);
  const result: ImportedFactsheet[] = [];
  for (const plan of plans) result.push(await append(store, plan, options));
  return result;
}

/**
 * What an import of these documents would append: it only reads.
 * @throws ImportError as {@link importFactsheets}.
 */
export async function planFactsheets(
  store: LogReader,
  sources: readonly ImportSource[],
  options: PlanOptions,
): Promise<PlannedImport[]> {
  const documents = await readAll(sources, options.flags, options.now().toISOString().slice(0, 10));
  return planImports(
    store,
    documents,
    FRAMEWORK,
    options,
    (path, error) => new ImportError(describe(path, error), { cause: error }),
  );
}

async function append(
  store: EventStore,
  plan: PlannedImport,
  { actor, command: sent }: ImportOptions,
): Promise<ImportedFactsheet> {
  const { document, approach, key, command, expectedRevision } = plan;
  if (command === null) return { ...plan, result: null, position: null };
  const context = {
    actor,
    correlationId: sent?.correlationId ?? stableId(key, 'command'),
    key,
    document: document.file.digest,
    expectedRevision: sent?.expectedRevision ?? expectedRevision,
    ...(sent === undefined ? {} : { limits: sent.limits, content: sent.content, onRead: sent.onRead }),
  };
  await publishFramework(store, actor);
  try {
    const result = await handleApproachCommand(store, approach, command, context);
    const { events, isRepeated, position } = result;
    const counts: Record<string, number> = {};
    if (!isRepeated) for (const { type } of events) counts[type] = (counts[type] ?? 0) + 1;
    return { ...plan, events: counts, result, position: isRepeated ? null : position };
  } catch (error) {
    if (!(error instanceof RevisionConflictError)) throw error;
    throw new ImportError(
      `${document.path}: the approach was written to since this was compared with it; import it again`,
      { cause: error },
    );
  }
}

/** Publishes the built-in framework where the log does not have it yet; the same command for every import. */
async function publishFramework(store: EventStore, actor: string): Promise<void> {
  if ((await loadFramework(store, FRAMEWORK.code)).line.latest !== undefined) return;
  const key = `${FRAMEWORK.code}/${FRAMEWORK.version}`;
  const context = { actor, correlationId: stableId(key, 'command'), key, document: null };
  await handleFrameworkCommand(store, { type: 'PublishFramework', framework: FRAMEWORK }, context);
}

async function readAll(
  sources: readonly ImportSource[],
  flags: ImportFlags,
  today: string,
): Promise<ReadDocument[]> {
  const documents: ReadDocument[] = [];
  const problems: string[] = [];
  let cause: unknown;
  for (const { path, read } of sources) {
    try {
      const bytes = await read();
      const text = decodeFactsheet(bytes);
      const factsheet = readFactsheet(text, FRAMEWORK);
      const digest = createHash('sha256').update(bytes).digest('hex');
      const file = { name: basename(path), text, digest };
      documents.push({ path, file, factsheet, subject: subjectOf(factsheet, flags, today) });
    } catch (error) {
      problems.push(describe(path, error));
      cause ??= error;
    }
  }
  if (problems.length > 0) throw new ImportError(problems.join('\n'), { cause });
  return documents.sort(
    (a, b) =>
      a.factsheet.kind.localeCompare(b.factsheet.kind, 'en') ||
      a.subject.year.localeCompare(b.subject.year, 'en'),
  );
}

/** Which option takes what is refused without it. */
const HINTS: Partial<Record<Rejection['code'], string>> = {
  ASSESSMENT_EXISTS: '; a new issue of its document is imported with --reissue',
  INDICATOR_NOT_ASSESSED: '; a document that leaves indicators out is imported with --partial',
};

/** What went wrong with a document, a line a problem: `FILE:LINE: what, and what was expected`. */
function describe(path: string, error: unknown): string {
  if (error instanceof FactsheetError) {
    return error.problems.map(({ line, message }) => `${at(path, line)}: ${message}`).join('\n');
  }
  if (error instanceof Rejection) {
    return `${at(path, error.line)}: ${error.message}${HINTS[error.code] ?? ''}`;
  }
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
