import { readFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { streamOfDocument } from '../../projections/approaches';
import type { Config } from '../config';
import { figuresOf } from '../factsheet/figures';
import { type ImportedFactsheet, importFactsheets } from '../import-factsheets';
import { LedgerFollower } from '../ledger/ledger-follower';
import { isExportOfEvents } from '../ledger/read-export';
import { openRegister, type Register } from '../main';
import type { PlannedImport } from '../plan-imports';
import { type Output, progress } from './output';
import { restoreCommand } from './restore-command';
import { UsageError } from './usage-error';

/** The options of `import` as the command line gives them. */
export interface ImportCommandOptions {
  readonly municipality?: string;
  readonly year?: string;
  readonly published?: string;
  readonly partial: boolean;
  readonly reissue?: boolean;
  readonly reason?: string;
  readonly dryRun?: boolean;
  readonly actor?: string;
}

/** Imports factsheets and prints what was read and appended; or restores an export of events. */
export async function importCommand(
  config: Config,
  files: readonly string[],
  options: ImportCommandOptions,
  out: Output,
): Promise<void> {
  const exported = await exportAmong(files, options);
  if (exported !== null) return restoreCommand(config, exported, out);
  const register = openRegister(config);
  try {
    const ledger = new LedgerFollower(register.store, register.ledger);
    await ledger.catchUp(progress(out, 'recording the log in the ledger'));
    await register.projector.prepare(progress(out, 'building the read models'));
    await register.projector.catchUp();
    const imported = await importInto(register, files, options, (plans) => {
      // Before anything is appended, so that what it was is told also where that fails.
      for (const plan of plans.filter(({ changes }) => changes.length > 0)) out.say(describeChanges(plan));
    });
    const described = imported.map((one) => describeImport(one, options.dryRun === true));
    out.result(described.join('\n'), imported.map(toJson));
    await ledger.catchUp();
    // What was imported is in the log, whatever becomes of the read models: those can follow later.
    await register.projector.catchUp().catch((error: Error) => {
      out.note(`the read models are behind, and will follow at the next start: ${error.message}`);
    });
  } finally {
    await register.close();
  }
}

/** The file where it is an export of events, told by its content; null where all are documents. */
async function exportAmong(files: readonly string[], options: ImportCommandOptions): Promise<string | null> {
  for (const file of files) {
    // What cannot be read is told of with all else that is wrong with the documents.
    if (!(await isExportOfEvents(file).catch(() => false))) continue;
    if (files.length > 1) throw new UsageError(`${file} is an export of events: import it alone`);
    const { municipality, year, published, partial, actor } = options;
    if (partial || [municipality, year, published, actor].some((option) => option !== undefined)) {
      throw new UsageError(`${file} is an export of events: it is restored as it is, without options`);
    }
    return file;
  }
  return null;
}

/** Imports factsheets into an open register. */
export function importInto(
  { store, database }: Register,
  files: readonly string[],
  { municipality, year, published, partial, reissue, reason, dryRun, actor }: ImportCommandOptions,
  onPlanned: (plans: readonly PlannedImport[]) => void = () => {},
): Promise<ImportedFactsheet[]> {
  if (reason?.trim() === '')
    throw new UsageError('--reason is empty; expected why what is corrected was wrong');
  if (reason !== undefined && reissue !== true)
    throw new UsageError('--reason says why a new issue corrects something; expected it with --reissue');
  const sources = files.map((path) => ({ path, read: () => readFile(path) }));
  return importFactsheets(store, sources, {
    flags: { municipality: municipality ?? null, year: year ?? null, published: published ?? null, partial },
    reissue: reissue ?? false,
    reason: reason ?? null,
    dryRun: dryRun ?? false,
    onPlanned,
    actor: actor ?? `system:${userInfo().username}`,
    now: () => new Date(),
    streamOfDocument: (digest) => streamOfDocument(database, digest),
  });
}

function describeChanges({ document, changes }: PlannedImport): string {
  return [`${document.path} changes`, ...changes.map(({ line, value }) => `  line ${line}: ${value}`)].join(
    '\n',
  );
}

function describeImport(imported: ImportedFactsheet, dryRun: boolean): string {
  const { document, warnings, events, command } = imported;
  const { path, factsheet, subject } = document;
  const total = Object.values(events).reduce((sum, count) => sum + count, 0);
  const figures = figuresOf(factsheet);
  const kind = factsheet.kind === 'BASELINE' ? 'assessment' : 'follow-up';
  return [
    `${path}`,
    `  ${subject.municipality.name} (${subject.municipality.code}), ${factsheet.approach.value}: ${kind} for ${subject.year}, published ${subject.publishedOn ?? 'on a date not known'}`,
    `  ${figures.indicators} indicators in ${figures.rows} rows; ${figures.findings} findings: ${figures.met} ✓, ${figures.improvementNeeded} ✗; ${figures.attentionPoints} attention points; ${figures.sources} sources${figures.familiesReached === null ? '' : `; ${figures.familiesReached} families`}`,
    ...warnings.map(({ line, value }) => `  warning, line ${line}: ${value}`),
    command === null
      ? '  says what the register holds already: nothing to append'
      : total === 0
        ? `  imported before: nothing ${dryRun ? 'to append' : 'appended'}`
        : `  ${total} events ${dryRun ? 'would be appended' : 'appended'}: ${Object.entries(events)
            .map(([type, count]) => `${count} ${type}`)
            .join(', ')}`,
  ].join('\n');
}

function toJson({
  document: { path, factsheet, subject },
  approach,
  isReissue,
  changes,
  warnings,
  events,
  position,
}: ImportedFactsheet): unknown {
  const { municipality, year, publishedOn } = subject;
  return {
    file: path,
    municipality: { code: municipality.code, name: municipality.name },
    approach: { slug: approach.slug, name: factsheet.approach.value },
    kind: factsheet.kind,
    year: Number(year),
    publishedOn,
    ...figuresOf(factsheet),
    ...(isReissue ? { changes } : {}),
    warnings,
    events,
    position,
  };
}
