import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PROJECTIONS } from '../../projections/all';
import { isDamage, ReadDatabase } from '../../projections/database';
import type { Config } from '../config';
import type { EventStore } from '../event-store/event-store';
import { openCheckpoint } from '../ledger/checkpoint';
import type { Ledger } from '../ledger/ledger';
import { base64 } from '../ledger/merkle';
import { NoteError, parseVerifierKey, type VerifierKey } from '../ledger/note';
import { readSigningKey } from '../ledger/signing-key';
import {
  type KeptCheckpoint,
  Misfit,
  misfitOf,
  type VerifiedLog,
  verifyLog,
  verifyReferences,
} from '../ledger/verify-log';
import { Projector } from '../projector';
import { isLogInFile, openLedgerForReading, openLog, placeOfLog, readModelPath } from '../register';
import { type Output, progress } from './output';
import { UsageError } from './usage-error';

/** The options of `verify` as the command line gives them. */
export interface VerifyCommandOptions {
  /** Files of checkpoints kept from earlier. */
  readonly checkpoint: readonly string[];
  /** File with the log's verifier keys, one a line. */
  readonly key?: string;
}

/** Takes in what was checked, as it comes. */
interface Report {
  fits(what: string): void;
  doesNotFit(what: string): void;
  notChecked(what: string): void;
}

/**
 * Checks the log, its ledger and the read models against each other, and prints what was checked. It writes
 * nothing, and runs beside a server or without one.
 * @returns true where all fits
 */
export async function verifyCommand(
  config: Config,
  options: VerifyCommandOptions,
  out: Output,
): Promise<boolean> {
  const checked: string[] = [];
  const notChecked: string[] = [];
  const misfits: string[] = [];
  const report: Report = {
    fits(what) {
      checked.push(what);
      out.say(`fits: ${what}`);
    },
    doesNotFit(what) {
      misfits.push(what);
      out.say(`does not fit: ${what}`);
    },
    notChecked(what) {
      notChecked.push(what);
      out.say(`not checked: ${what}`);
    },
  };
  const store = openLog(config, 'read');
  const ledger = openLedgerForReading(config);
  try {
    await verifyAll(config, options, store, ledger, report, out);
  } catch (error) {
    if (!(error instanceof Misfit)) throw error;
    report.doesNotFit(error.message);
  } finally {
    ledger?.close();
    await store.close();
  }
  const fits = misfits.length === 0;
  const misfit = fits ? null : misfits.join('; ');
  out.json({ log: placeOfLog(config), fits, checked, notChecked, misfit });
  return fits;
}

async function verifyAll(
  config: Config,
  options: VerifyCommandOptions,
  store: EventStore,
  ledger: Ledger | undefined,
  report: Report,
  out: Output,
): Promise<void> {
  const keys = options.key === undefined ? ownKeys(config) : keysIn(options.key);
  const advice =
    keys.length > 0
      ? ''
      : ` (there is no key here, ${config.ledgerKey}: name its file in LEDGER_KEY, or give it with --key)`;
  const notes = options.checkpoint.map((file) => ({ file, note: read(file) }));
  out.say(`verifying the log ${placeOfLog(config)}`);
  const given = notes.map(({ file, note }) => opened(note, file, keys, advice));
  const kept = (ledger?.checkpoints() ?? []).map(({ note, signedAt }) =>
    opened(note, `the checkpoint that the ledger kept of ${signedAt}`, keys, advice),
  );
  let log: VerifiedLog;
  try {
    log = await verifyLog(store, ledger, [...given, ...kept], progress(out, 'verifying'));
  } catch (error) {
    if (!(error instanceof Misfit)) throw error;
    report.doesNotFit(error.message);
    // It stopped there, and these were asked for.
    for (const one of given) if (one !== error.checkpoint) await reportCheckpoint(one, store, report);
    return;
  }
  reportLog(config, log, ledger !== undefined, given, kept, report);
  report.fits(`references between events: ${await verifyReferences(store, log)}`);
  await verifyReadModels(config, store, report, out);
}

function reportLog(
  config: Config,
  { events, recorded, root, streams, texts, documents }: VerifiedLog,
  hasLedger: boolean,
  given: readonly KeptCheckpoint[],
  kept: readonly KeptCheckpoint[],
  { fits, notChecked }: Report,
): void {
  fits(`the log: ${count(events, 'event')} (root ${base64(root)})`);
  if (!hasLedger) notChecked('whether the events are as they came: there is no ledger yet');
  else fits(`the ledger: ${count(recorded, 'event')} as recorded when they came`);
  if (hasLedger && events > recorded) {
    notChecked(
      `whether ${count(events - recorded, 'event')} behind these are as they came: not recorded yet`,
    );
  }
  for (const one of given) fits(signed(one));
  if (kept.length > 0) fits(`checkpoints kept by the ledger: ${kept.length}`);
  fits(
    `order: ${isLogInFile(config) ? 'positions without gaps' : 'positions in order'}, revisions of ${count(streams.size, 'stream')} without gaps, instants not decreasing, each event id once`,
  );
  fits(
    `texts: ${texts.present} as their digests say, ${texts.leftOut} left out of this copy; ${count(documents, 'document')} as imported`,
  );
}

async function reportCheckpoint(
  checkpoint: KeptCheckpoint,
  store: EventStore,
  report: Report,
): Promise<void> {
  const misfit = await misfitOf(checkpoint, store);
  if (misfit === null) report.fits(signed(checkpoint));
  else report.doesNotFit(misfit);
}

function signed({ name, size }: KeptCheckpoint): string {
  return `${name}: the first ${count(size, 'event')} are those signed`;
}

const AT_NEXT_START =
  ' (the next import, replay or start of the server makes them from the log that was checked here)';

/** Beside the read models as they are now, others are built from the log. */
async function verifyReadModels(
  config: Config,
  store: EventStore,
  { fits, notChecked }: Report,
  out: Output,
): Promise<void> {
  const path = readModelPath(config);
  if (!existsSync(path)) return notChecked(`the read models: there are none yet${AT_NEXT_START}`);
  const folder = mkdtempSync(join(tmpdir(), 'toetsspoor-verify-'));
  try {
    const building = ReadDatabase.building(join(folder, 'read-model.db'), path);
    try {
      const projector = new Projector(store, building, PROJECTIONS);
      const result = await projector.compare(building, progress(out, 'rebuilding the read models'));
      if (result?.differing == null)
        return notChecked(`the read models: another version made them${AT_NEXT_START}`);
      if (result.differing.length === 0) {
        return fits(`the read models: as rebuilt from ${count(result.events, 'event')}`);
      }
      if (await areOfAnotherLog(path, store))
        return notChecked(`the read models: made from another log${AT_NEXT_START}`);
      throw new Misfit(
        `the read models differ from what the log gives, in ${result.differing.join(', ')}: stop the server and run "toetsspoor replay"`,
      );
    } finally {
      building.close();
    }
  } catch (error) {
    if (!isDamage(error)) throw error;
    throw new Misfit('the read models are damaged: stop the server and run "toetsspoor replay"');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** By what a start of the server goes by: whether the log holds the last event that they were made of. */
async function areOfAnotherLog(path: string, store: EventStore): Promise<boolean> {
  const database = new ReadDatabase(path, 'read');
  try {
    return (await new Projector(store, database, PROJECTIONS).lastEvent()) !== 'HELD';
  } finally {
    database.close();
  }
}

function ownKeys({ ledgerKey }: Config): VerifierKey[] {
  const key = readSigningKey(ledgerKey);
  return key === undefined ? [] : [key];
}

/** The keys in a file, one a line; empty lines and those that begin with # are skipped. */
function keysIn(file: string): VerifierKey[] {
  const lines = read(file)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  if (lines.length === 0) throw new UsageError(`${file} holds no key`);
  return lines.map((line) => {
    try {
      return parseVerifierKey(line);
    } catch (error) {
      if (!(error instanceof NoteError)) throw error;
      throw new UsageError(
        `${file} holds no verifier key (toetsspoor checkpoint --public-key): ${error.message}`,
      );
    }
  });
}

/** @param advice what to do where the note is not signed by a key that is known */
function opened(note: string, name: string, keys: readonly VerifierKey[], advice: string): KeptCheckpoint {
  try {
    const { size, root } = openCheckpoint(note, keys);
    return { name, size, root };
  } catch (error) {
    if (!(error instanceof NoteError)) throw error;
    throw new Misfit(`${name}: ${error.message}${advice}`);
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`${file} cannot be read: ${(error as Error).message}`);
  }
}

function count(n: number, noun: string): string {
  return `${n.toLocaleString('en')} ${noun}${n === 1 ? '' : 's'}`;
}
