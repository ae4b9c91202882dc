import { dirname, join, resolve } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { PROJECTIONS } from '../projections/all';
import { ReadDatabase } from '../projections/database';
import type { CloudEventOptions } from './api/following/cloud-events';
import type { ReadSources } from './api/read-sources';
import type { TraceContext } from './api/trace-context';
import { type Config, ConfigError } from './config';
import type { Position } from './domain/events';
import { type EventStore, LogInUseError, LogUnavailableError } from './event-store/event-store';
import { openSqliteEventStore } from './event-store/sqlite';
import { copyLog } from './event-store/sqlite-file';
import { takeWriterLock, type WriterLock } from './event-store/sqlite-writer-lock';
import { Lag } from './lag';
import { Ledger } from './ledger/ledger';
import { LedgerFile } from './ledger/ledger-file';
import { LedgerFollower } from './ledger/ledger-follower';
import type { SigningKey } from './ledger/note';
import { readOrCreateSigningKey } from './ledger/signing-key';
import { LogEnd } from './log-end';
import { makeFolder } from './make-folder';
import { Projector } from './projector';
import { readDocuments } from './server-config';
import { tokenRules } from './token-rules';
import { DeliveryStates } from './webhooks/delivery-state';
import { readWebhooks } from './webhooks/webhook';
import { writeSources } from './writing';

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
 * @throws LogInUseError where another process has the log open for writing, or the read models.
 */
export function openRegister(config: Config, mode: 'read' | 'write' = 'write'): Register {
  makeFolder(config.dataDir);
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
  makeFolder(dataDir);
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
  makeFolder(dirname(ledgerKey));
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
  if (mode === 'write') makeFolder(dirname(path));
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

/** Copies a log in a file to a new file, as it is at one moment. */
export function copyLogFile(config: Config, to: string): void {
  copyLog(logFile(config), to);
}

/** The log, where it lies in a file of its own. */
export function logFile({ eventStoreUrl }: Config): string {
  return eventStoreUrl.slice('sqlite:'.length);
}

/** How long a request waits for the read models to reach a position, in milliseconds. */
const MAX_WAIT_MS = 10_000;
/** How long who collects metrics waits for the position of a log that may be away, in milliseconds. */
const METRIC_WITHIN_MS = 2_000;

/** Where it is kept how far each webhook is. */
export function webhooksFileIn(dataDir: string): string {
  return join(dataDir, 'webhooks.db');
}

/** A server that is listening, and keeps its read models level with the log. */
export interface RunningServer {
  readonly url: string;
  /** Rejects where following the log failed; the server should then stop. */
  readonly following: Promise<void>;
  /** Finishes the requests under way, then stops. */
  close(): Promise<void>;
}

/**
 * Serves what the log holds. It listens at once and is ready when the read models are level with the log,
 * which takes a while where they must be built first.
 */
export async function serve(
  register: Register,
  config: Config,
  onError: (error: unknown, trace: TraceContext | null) => void,
  onProgress: (events: number) => void = () => {},
  onNotice: (message: string) => void = () => {},
): Promise<RunningServer> {
  const { store, database, projector, ledger } = register;
  const documents = config.documentsFile === null ? null : readDocuments(config.documentsFile);
  const key = signingKey(config);
  const follower = new LedgerFollower(store, ledger);
  const stop = new AbortController();
  const logEnd = new LogEnd(store);
  const lag = new Lag(logEnd, projector);
  const webhooks = config.webhooksFile === null ? [] : readWebhooks(config.webhooksFile);
  const sources: ReadSources = {
    database,
    position: () => projector.position,
    readStream: (stream, from) => store.readStream(stream, from),
    now: () => new Date(),
    grown: (behind, timeoutMs) => projector.waitFor(behind + 1, timeoutMs),
  };
  const cloudEvents: CloudEventOptions = { source: config.source, publicUrl: config.publicUrl };
  // Only who serves needs all that the API is made of: loading it takes longer than most commands.
  const { createServer } = require('./api/server') as typeof import('./api/server');
  const { deliverAll } = require('./webhooks/deliveries') as typeof import('./webhooks/deliveries');
  const { statusesOf } = require('./webhooks/statuses') as typeof import('./webhooks/statuses');
  const states = webhooks.length === 0 ? null : new DeliveryStates(webhooksFileIn(config.dataDir));
  const webhookStatuses = () => (states === null ? [] : statusesOf(webhooks, states, sources));
  const { openOperations } = require('./operations/operations') as typeof import('./operations/operations');
  const operations = await openOperations(
    config,
    {
      log: async () => (await logEnd.within(METRIC_WITHIN_MS)) ?? Number.NaN,
      readModels: () => projector.position,
      lagSeconds: () => lag.seconds,
      isReady: () => projector.isLevel,
      webhooks: webhookStatuses,
    },
    (error) => onError(error, null),
  );
  const app: FastifyInstance = await createServer({
    sources,
    signedLog: { ledger, follower, key },
    readLog: () => store.readAll(),
    writes: writeSources(store, logEnd, database, projector, MAX_WAIT_MS),
    webhooks: webhookStatuses,
    tokens: tokenRules(config),
    contact: config.contact,
    documents,
    introspection: config.introspection,
    costPerMinute: config.costPerMinute,
    requestSeconds: config.requestSeconds,
    origins: config.origins,
    trustedProxies: config.trustedProxies,
    tell: operations.tell,
    async waitFor(position) {
      const until = performance.now() + MAX_WAIT_MS;
      // Read before waiting: a position that is not in the log yet is waited for in vain.
      const end = await logEnd.within(MAX_WAIT_MS);
      if (end === undefined) return 'late';
      if (end < position) return 'beyond';
      return (await projector.waitFor(position, until - performance.now())) ? 'reached' : 'late';
    },
    cloudEvents,
    isReady: () => projector.isLevel,
    lagSeconds: () => lag.seconds,
    isLogAway: () => lag.isLogAway,
    maxLagSeconds: config.maxLagSeconds,
    onError,
  });
  const url = await app.listen({ host: config.host, port: config.port }).catch(async (error) => {
    await app.close();
    await operations.close();
    states?.close();
    throw error;
  });
  const prepared = projector.prepare(onProgress, stop.signal);
  const following = prepared.then(async () => {
    void lag.follow(stop.signal, {
      away: () =>
        onError(
          new LogUnavailableError(
            `the log ${placeOfLog(config)} does not answer: nothing is followed or written`,
          ),
          null,
        ),
      back: (seconds) =>
        onNotice(`the log ${placeOfLog(config)} answers again, after ${Math.round(seconds)} s`),
    });
    await projector.follow(stop.signal);
  });
  // A ledger that does not fit the log says so, and is for somebody to look into; it stops nobody else.
  const recording = prepared
    .then(
      () => follower.follow(stop.signal, () => ledger.signHourly(key, new Date())),
      // What failed there is told by `following`.
      () => {},
    )
    .catch((error: unknown) => {
      if (!stop.signal.aborted) onError(error, null);
    });
  const delivering = prepared.then(
    async () =>
      states &&
      deliverAll(
        webhooks,
        { sources, states, logEnd: async () => (await store.lastPosition()) ?? 0, cloudEvents, onError },
        stop.signal,
      ),
    () => {},
  );
  return {
    url,
    following,
    async close() {
      const closing = app.close();
      // What waits for a log that is away would wait in vain.
      if (lag.isLogAway) await store.close();
      await closing;
      stop.abort();
      await following.catch(() => {});
      await recording;
      await operations.close();
      await delivering;
      states?.close();
    },
  };
}
