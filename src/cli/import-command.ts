import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { streamOfDocument } from '../../projections/approaches';
import type { Config } from '../config';
import { figuresOf } from '../factsheet/figures';
import type { LogReader } from '../handle-command';
import {
  type ImportedFactsheet,
  type ImportSource,
  importFactsheets,
  planFactsheets,
} from '../import-factsheets';
import { LedgerFollower } from '../ledger/ledger-follower';
import { isExportOfEvents } from '../ledger/read-export';
import type { PlannedImport, PlanOptions } from '../plan-imports';
import { isLogInFile, logFile, openLog, openRegister, type Register } from '../register';
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
  const say = (plans: readonly PlannedImport[]): void => {
    for (const plan of plans.filter(({ changes }) => changes.length > 0)) out.say(describeChanges(plan));
  };
  const tell = (imported: readonly ImportedFactsheet[]): void => {
    const isDry = options.dryRun === true;
    const described = imported.map((one) => describeImport(one, isDry));
    out.result(
      described.join('\n'),
      imported.map((one) => toJson(one, isDry)),
    );
  };
  if (options.dryRun === true) {
    const plans = await planOnly(config, files, options);
    say(plans);
    return tell(plans.map((plan) => ({ ...plan, result: null, position: null })));
  }
  // What is refused leaves nothing behind, so neither an empty log.
  if (!isThereALog(config)) await planOnly(config, files, options);
  const register = openRegister(config);
  try {
    const ledger = new LedgerFollower(register.store, register.ledger);
    await ledger.catchUp(progress(out, 'recording the log in the ledger'));
    await register.projector.prepare(progress(out, 'building the read models'));
    await register.projector.catchUp();
    // Told before anything is appended, so that what it was is told also where that fails.
    tell(await importInto(register, files, options, say));
    await ledger.catchUp();
    // What was imported is in the log, whatever becomes of the read models: those can follow later.
    await register.projector.catchUp().catch((error: Error) => {
      out.note(`the read models are behind, and will follow at the next start: ${error.message}`);
    });
  } finally {
    await register.close();
  }
}

function isThereALog(config: Config): boolean {
  return !isLogInFile(config) || existsSync(logFile(config));
}

/** What would be appended; beside a running server or without one, as it only reads the log. */
async function planOnly(
  config: Config,
  files: readonly string[],
  options: ImportCommandOptions,
): Promise<PlannedImport[]> {
  if (!isThereALog(config)) {
    const empty: LogReader = { async *readStream() {} };
    return planFactsheets(
      empty,
      sourcesOf(files),
      planOptions(options, () => null),
    );
  }
  const store = openLog(config, 'read');
  try {
    const streams = new Map<string, string>();
    for await (const page of store.readAll()) {
      for (const { type, data, stream } of page) {
        if (type === 'FactsheetImported' && !streams.has(data.digest)) streams.set(data.digest, stream);
      }
    }
    const streamOf = (digest: string): string | null => streams.get(digest) ?? null;
    return await planFactsheets(store, sourcesOf(files), planOptions(options, streamOf));
  } finally {
    await store.close();
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
  options: ImportCommandOptions,
  onPlanned: (plans: readonly PlannedImport[]) => void = () => {},
): Promise<ImportedFactsheet[]> {
  return importFactsheets(store, sourcesOf(files), {
    ...planOptions(options, (digest) => streamOfDocument(database, digest)),
    onPlanned,
    actor: options.actor ?? `system:${userInfo().username}`,
  });
}

function sourcesOf(files: readonly string[]): ImportSource[] {
  return files.map((path) => ({ path, read: () => readFile(path) }));
}

function planOptions(
  { municipality, year, published, partial, reissue, reason }: ImportCommandOptions,
  streamOfDocument: PlanOptions['streamOfDocument'],
): PlanOptions {
  if (reason?.trim() === '')
    throw new UsageError('--reason is empty; expected why what is corrected was wrong');
  if (reason !== undefined && reissue !== true)
    throw new UsageError('--reason says why a new issue corrects something; expected it with --reissue');
  return {
    flags: { municipality: municipality ?? null, year: year ?? null, published: published ?? null, partial },
    reissue: reissue ?? false,
    reason: reason ?? null,
    now: () => new Date(),
    streamOfDocument,
  };
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

function toJson(imported: ImportedFactsheet, dryRun: boolean): unknown {
  const { document, approach, isReissue, changes, warnings, events, position } = imported;
  const { path, factsheet, subject } = document;
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
    ...(dryRun ? { dryRun } : {}),
  };
}
