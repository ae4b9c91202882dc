import { dirname, join, resolve } from 'node:path';
import { PROJECTIONS } from '../projections/all';
import { ReadDatabase } from '../projections/database';
import { type Config, ConfigError } from './config';
import type { Position } from './domain/events';
import { type EventStore, LogInUseError } from './event-store/event-store';
import { openSqliteEventStore } from './event-store/sqlite';
import { copyLog } from './event-store/sqlite-file';
import { takeWriterLock, type WriterLock } from './event-store/sqlite-writer-lock';
import { Ledger } from './ledger/ledger';
import { LedgerFile } from './ledger/ledger-file';
import type { SigningKey } from './ledger/note';
import { readOrCreateSigningKey } from './ledger/signing-key';
import { makeFolderFor } from './make-folder';
import { Projector } from './projector';

/** What a new signing key is named where nothing else is said. */
const LEDGER_NAME = 'toetsspoor';

/** The log, its ledger and its read models, open for writing. */
export interface Register {
  readonly store: EventStore;
  readonly database: ReadDatabase;
  readonly projector: Projector;
  readonly ledger: Ledger;
  close(): Promise<void>;
}

/**
 * Opens the log and the read models; the read models have one process that writes to them.
 * @param mode of the log: to append to it, or only to read it
 * @throws LogInUseError where another process has the log open for writing, or the read models; FolderError
 */
export function openRegister(config: Config, mode: 'read' | 'write' = 'write'): Register {
  makeFolderFor('DATA_DIR', config.dataDir);
  const store = openLog(config, mode);
  const path = readModelPath(config);
  const lock = lockReadModels(path, store);
  const database = new ReadDatabase(path);
  const projector = new Projector(store, database, PROJECTIONS);
  const ledger = openLedger(config);
  return {
    store,
    database,
    projector,
    ledger,
    async close() {
      await store.close();
      database.close();
      ledger.close();
      lock.release();
    },
  };
}

/** The log and its read models, to be read only. */
export interface ReadModels {
  readonly store: EventStore;
  readonly database: ReadDatabase;
  /** The position that the read models have reached; null where they are being built. */
  position(): Position | null;
  close(): Promise<void>;
}

/** Opens the read models, level with the log: beside the process that keeps them, or, without one, kept by this. */
export async function openReadModels(
  config: Config,
  onProgress: (events: number) => void,
): Promise<ReadModels> {
  let register: Register;
  try {
    register = openRegister(config, 'read');
  } catch (error) {
    if (!(error instanceof LogInUseError)) throw error;
    const store = openLog(config, 'read');
    const database = new ReadDatabase(readModelPath(config), 'read');
    const projector = new Projector(store, database, PROJECTIONS);
    return {
      store,
      database,
      position: () => projector.savedPosition,
      async close() {
        database.close();
        await store.close();
      },
    };
  }
  const { store, database, projector } = register;
  try {
    await projector.prepare(onProgress);
    await projector.catchUp();
    return { store, database, position: () => projector.position, close: () => register.close() };
  } catch (error) {
    await register.close();
    throw error;
  }
}

export function readModelPath({ dataDir }: Config): string {
  return join(dataDir, 'read-model.db');
}

/**
 * Opens the ledger beside the read models; other processes may have it open too.
 * @throws LedgerFileError
 */
export function openLedger({ dataDir }: Config): Ledger {
  makeFolderFor('DATA_DIR', dataDir);
  return new Ledger(LedgerFile.open(ledgerPath(dataDir)));
}

/** The ledger, to be read only; undefined where there is none yet. */
export function openLedgerForReading({ dataDir }: Config): Ledger | undefined {
  const file = LedgerFile.openForReading(ledgerPath(dataDir));
  return file && new Ledger(file);
}

export function ledgerPath(dataDir: string): string {
  return join(dataDir, 'ledger.db');
}

/**
 * The key that signs the ledger, made where there is none yet.
 * @throws SecretFileError where it cannot be used; ConfigError where it signs under another name than is asked for
 */
export function signingKey({ ledgerKey, ledgerName }: Config): SigningKey {
  makeFolderFor('LEDGER_KEY', dirname(ledgerKey));
  const key = readOrCreateSigningKey(ledgerKey, ledgerName ?? LEDGER_NAME);
  if (ledgerName === null || key.name === ledgerName) return key;
  throw new ConfigError(
    `LEDGER_NAME is ${ledgerName}, but the key ${ledgerKey} signs as ${key.name}: a log keeps its name, so unset it`,
  );
}

function lockReadModels(path: string, store: EventStore): WriterLock {
  try {
    return takeWriterLock(path);
  } catch (error) {
    void store.close();
    if (!(error instanceof LogInUseError)) throw error;
    throw new LogInUseError(
      `the read models ${path} are in use by another process (a running server?): stop it first`,
      { cause: error },
    );
  }
}

/** Opens the log that is configured: the only place that knows the engines. */
export function openLog(
  { eventStoreUrl, eventStorePrefix }: Pick<Config, 'eventStoreUrl' | 'eventStorePrefix'>,
  mode: 'read' | 'write',
): EventStore {
  if (!eventStoreUrl.startsWith('sqlite:')) {
    // Loaded only where it is used: its client takes as long to load as all the rest.
    const { openKurrentDBEventStore } =
      require('./event-store/kurrentdb') as typeof import('./event-store/kurrentdb');
    return openKurrentDBEventStore({ url: eventStoreUrl, prefix: eventStorePrefix });
  }
  const path = eventStoreUrl.slice('sqlite:'.length);
  if (mode === 'write') makeFolderFor('EVENT_STORE_URL', dirname(path));
  return openSqliteEventStore({ path, mode });
}

/** True where the log lies in a file of its own; its positions then have no gaps, and it can be copied. */
export function isLogInFile({ eventStoreUrl }: Config): boolean {
  return eventStoreUrl.startsWith('sqlite:');
}

/** Where the log lies, as it may be printed: without user and password. */
export function placeOfLog(config: Config): string {
  const { eventStoreUrl: url, eventStorePrefix } = config;
  if (isLogInFile(config)) return `sqlite:${resolve(url.slice('sqlite:'.length))}`;
  const { placeOf } = require('./event-store/kurrentdb-url') as typeof import('./event-store/kurrentdb-url');
  return `kurrentdb://${placeOf(url)}, in streams ${eventStorePrefix}…`;
}

/** What is wrong with the URL of a log, as far as that is known without opening it; null where nothing is. */
export function problemOfLog(url: string): string | null {
  if (url.startsWith('sqlite:')) return null;
  const { problemOf } =
    require('./event-store/kurrentdb-url') as typeof import('./event-store/kurrentdb-url');
  return problemOf(url);
}

/** Copies a log in a file to a new file, as it is at one moment. */
export function copyLogFile(config: Config, to: string): void {
  copyLog(logFile(config), to);
}

/** The log, where it lies in a file of its own. */
export function logFile({ eventStoreUrl }: Config): string {
  return eventStoreUrl.slice('sqlite:'.length);
}

/** Where it is kept how far each webhook is. */
export function webhooksFileIn(dataDir: string): string {
  return join(dataDir, 'webhooks.db');
}
