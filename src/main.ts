import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { PROJECTIONS } from '../projections/all';
import { ReadDatabase } from '../projections/database';
import { ANONYMOUS } from './api/principal';
import { createServer, type ServerOptions } from './api/server';
import type { Config } from './config';
import { type EventStore, LogInUseError } from './event-store/event-store';
import { openSqliteEventStore } from './event-store/sqlite';
import { takeWriterLock, type WriterLock } from './event-store/sqlite-writer-lock';
import { Lag } from './lag';
import { Projector } from './projector';

/** The log and its read models, open for writing. */
export interface Register {
  readonly store: EventStore;
  readonly database: ReadDatabase;
  readonly projector: Projector;
  close(): Promise<void>;
}

/**
 * Opens the log and the read models; the read models have one process that writes to them.
 * @param mode of the log: to append to it, or only to read it
 * @throws LogInUseError where another process has the log open for writing, or the read models.
 */
export function openRegister(config: Config, mode: 'read' | 'write' = 'write'): Register {
  mkdirSync(config.dataDir, { recursive: true });
  const store = openLog(config, mode);
  const path = join(config.dataDir, 'read-model.db');
  const lock = lockReadModels(path);
  const database = new ReadDatabase(path);
  const projector = new Projector(store, database, PROJECTIONS);
  return {
    store,
    database,
    projector,
    async close() {
      await store.close();
      database.close();
      lock.release();
    },
  };
}

function lockReadModels(path: string): WriterLock {
  try {
    return takeWriterLock(path);
  } catch (error) {
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
  if (mode === 'write') mkdirSync(dirname(path), { recursive: true });
  return openSqliteEventStore({ path, mode });
}

/** How long a request waits for the read models to reach a position, in milliseconds. */
const MAX_WAIT_MS = 10_000;

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
  onError: (error: unknown) => void,
  onProgress: (events: number) => void = () => {},
  authenticate: ServerOptions['authenticate'] = async () => ANONYMOUS,
): Promise<RunningServer> {
  const { store, database, projector } = register;
  const stop = new AbortController();
  const lag = new Lag(store, projector);
  const app: FastifyInstance = await createServer({
    sources: {
      database,
      position: () => projector.position,
      readStream: (stream, from) => store.readStream(stream, from),
      now: () => new Date(),
    },
    authenticate,
    contact: config.contact,
    async waitFor(position) {
      // Read before waiting: a position that is not in the log yet is waited for in vain.
      if (((await store.lastPosition()) ?? 0) < position) return 'beyond';
      return (await projector.waitFor(position, MAX_WAIT_MS)) ? 'reached' : 'late';
    },
    isReady: () => projector.isLevel,
    lagSeconds: () => lag.seconds,
    maxLagSeconds: config.maxLagSeconds,
    onError,
  });
  const url = await app.listen({ host: config.host, port: config.port });
  const following = projector.prepare(onProgress, stop.signal).then(async () => {
    void lag.follow(stop.signal);
    await projector.follow(stop.signal);
  });
  return {
    url,
    following,
    async close() {
      await app.close();
      stop.abort();
      await following.catch(() => {});
    },
  };
}
