import type { FastifyInstance } from 'fastify';
import type { CloudEventOptions } from './api/following/cloud-events';
import type { ReadSources } from './api/read-sources';
import { isReadyFor, type Readiness } from './api/readiness';
import type { TraceContext } from './api/trace-context';
import { type Config } from './config';
import { LogUnavailableError } from './event-store/event-store';
import { Lag, type LogWatch } from './lag';
import { LedgerFollower } from './ledger/ledger-follower';
import { LogEnd } from './log-end';
import { placeOfLog, type Register, signingKey, webhooksFileIn } from './register';
import { readDocuments } from './server-config';
import { Storage } from './storage';
import { tokenRules } from './token-rules';
import { DeliveryStates } from './webhooks/delivery-state';
import { readWebhooks } from './webhooks/webhook';
import { writeSources } from './writing';

/** How long a request waits for the read models to reach a position, in milliseconds. */
const MAX_WAIT_MS = 10_000;
/** How long who collects metrics waits for the position of a log that may be away, in milliseconds. */
const METRIC_WITHIN_MS = 2_000;

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
  onWarning: (message: string, trace: TraceContext | null) => void = () => {},
): Promise<RunningServer> {
  const { store, database, projector, ledger } = register;
  const documents = config.documentsFile === null ? null : readDocuments(config.documentsFile);
  const key = signingKey(config);
  const follower = new LedgerFollower(store, ledger);
  const stop = new AbortController();
  const storage = new Storage(
    {
      failing: (cause) =>
        onError(
          new Error(
            `the disk of ${config.dataDir} takes nothing: what is there is read, and nothing is recorded until it does`,
            { cause },
          ),
          null,
        ),
      back: (seconds) =>
        onNotice(`the disk of ${config.dataDir} can be written again, after ${Math.round(seconds)} s`),
    },
    stop.signal,
  );
  const logEnd = new LogEnd(store);
  const lag = new Lag(logEnd, projector);
  const readiness: Readiness = {
    isReady: () => projector.mayBeRead,
    lagSeconds: () => lag.seconds,
    isLogAway: () => lag.isLogAway,
    isWritable: () => storage.isWritable,
    maxLagSeconds: config.maxLagSeconds,
  };
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
  const { listen } = require('./api/listen') as typeof import('./api/listen');
  const { deliverAll } = require('./webhooks/deliveries') as typeof import('./webhooks/deliveries');
  const { WebhookStatuses } = require('./webhooks/statuses') as typeof import('./webhooks/statuses');
  const states = webhooks.length === 0 ? null : new DeliveryStates(webhooksFileIn(config.dataDir));
  const statuses = states && new WebhookStatuses(webhooks, states, sources);
  const webhookStatuses = async () => (await statuses?.all()) ?? [];
  const { openOperations } = require('./operations/operations') as typeof import('./operations/operations');
  const operations = await openOperations(
    config,
    {
      log: async () => (await logEnd.within(METRIC_WITHIN_MS)) ?? Number.NaN,
      readModels: () => projector.position,
      lagSeconds: () => lag.seconds,
      isReady: () => isReadyFor('all', readiness),
      isReadyForReads: () => isReadyFor('reads', readiness),
      ledgerFits: () => follower.failure === undefined,
      webhooks: webhookStatuses,
    },
    { onError: (error) => onError(error, null), onNotice },
  );
  const app: FastifyInstance = await createServer({
    sources,
    signedLog: { ledger, follower, key },
    readLog: () => store.readAll(),
    writes: writeSources(store, logEnd, database, projector, MAX_WAIT_MS, storage),
    webhooks: webhookStatuses,
    tokens: tokenRules(config),
    contact: config.contact,
    documents,
    introspection: config.introspection,
    explorer: config.explorer,
    costPerMinute: config.costPerMinute,
    requestSeconds: config.requestSeconds,
    origins: config.origins,
    trustedProxies: config.trustedProxies,
    tell: operations.tell,
    async waitFor(position, atMostMs) {
      const waitMs = Math.min(MAX_WAIT_MS, atMostMs);
      const until = performance.now() + waitMs;
      // Read before waiting: a position that is not in the log yet is waited for in vain.
      const end = await logEnd.within(waitMs);
      if (end === undefined) return 'late';
      if (end < position) return 'beyond';
      return (await projector.waitFor(position, until - performance.now())) ? 'reached' : 'late';
    },
    cloudEvents,
    ...readiness,
    onError,
    onWarning,
  });
  const url = await listen(app, config.host, config.port).catch(async (error) => {
    await app.close();
    await operations.close();
    states?.close();
    throw error;
  });
  const watch: LogWatch = {
    away: (cause) =>
      onError(
        new LogUnavailableError(
          `the log ${placeOfLog(config)} does not answer: nothing is followed or written`,
          { cause },
        ),
        null,
      ),
    back: (seconds) =>
      onNotice(`the log ${placeOfLog(config)} answers again, after ${Math.round(seconds)} s`),
  };
  const prepared = lag.untilThere(stop.signal, watch).then(() => projector.prepare(onProgress, stop.signal));
  const projecting = prepared.then(() =>
    projector.follow(stop.signal, (write) => storage.untilDone('read models', write)),
  );
  const watching = prepared.then(() => lag.follow(stop.signal, watch));
  const following = Promise.all([projecting, watching]).then(
    () => {},
    (error: unknown) => {
      if (!stop.signal.aborted) throw error;
    },
  );
  // A ledger that does not fit the log says so, and is for somebody to look into; it stops nobody else.
  const recording = prepared
    .then(
      () =>
        follower.follow(
          stop.signal,
          () => ledger.signHourly(key, new Date()),
          (write) => storage.untilDone('ledger', write),
        ),
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
      await Promise.allSettled([projecting, watching]);
      await recording;
      await operations.close();
      await delivering;
      states?.close();
    },
  };
}
