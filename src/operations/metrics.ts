import { createServer, type Server } from 'node:http';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Action } from '../api/actions';
import type { WebhookStatus } from '../api/webhook-status';

/** What is measured of the log and the read models, when it is asked for. */
export interface Positions {
  /** Of the last event in the log; 0 before the first. */
  readonly log: () => Promise<number>;
  /** That the read models have reached. */
  readonly readModels: () => number;
  /** Since when the read models are not known to hold all of the log. */
  readonly lagSeconds: () => number;
  /** What `/readyz` says, and `/readyz/reads`. */
  readonly isReady: () => boolean;
  readonly isReadyForReads: () => boolean;
  /** False once the ledger was found not to fit the log. */
  readonly ledgerFits: () => boolean;
  /** Lines that the access log lacks. */
  readonly lostLines: () => number;
  readonly webhooks: () => Promise<readonly WebhookStatus[]>;
}

/** Figures for Prometheus. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #requests: Histogram;
  readonly #kept: Counter;
  readonly #subscriptions: Gauge;
  readonly #events: Counter;
  readonly #webhooks: Positions['webhooks'];
  /** How webhooks do, asked once for all figures of them. */
  #statuses: readonly WebhookStatus[] = [];

  constructor(positions: Positions) {
    const { log, readModels, lagSeconds, isReady, isReadyForReads, ledgerFits, lostLines, webhooks } =
      positions;
    this.#webhooks = webhooks;
    const registers = [this.#registry];
    collectDefaultMetrics({ register: this.#registry });
    this.#requests = new Histogram({
      name: 'toetsspoor_request_duration_seconds',
      help: 'Requests by what they were (query, mutation, subscription, or else the route) and by the status of the answer.',
      labelNames: ['kind', 'status'],
      buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 30],
      registers,
    });
    this.#kept = new Counter({
      name: 'toetsspoor_query_answers_total',
      help: 'Queries that were answered, by whether the answer was kept from before (hit) or made anew (miss).',
      labelNames: ['kept'],
      registers,
    });
    this.#subscriptions = new Gauge({
      name: 'toetsspoor_subscriptions',
      help: 'Subscriptions that are open.',
      registers,
    });
    this.#events = new Counter({
      name: 'toetsspoor_subscription_events_total',
      help: 'Events that subscriptions were given, counted when they end.',
      registers,
    });
    const gauge = (name: string, help: string, value: () => number | Promise<number>): void => {
      new Gauge({
        name,
        help,
        registers,
        async collect() {
          this.set(await value());
        },
      });
    };
    gauge('toetsspoor_log_position', 'Position of the last event in the log.', log);
    gauge('toetsspoor_read_model_position', 'Position that the read models have reached.', readModels);
    gauge(
      'toetsspoor_read_model_lag_seconds',
      'Since when the read models are not known to hold all of the log.',
      lagSeconds,
    );
    gauge('toetsspoor_ready', '1 where /readyz says 200, else 0.', () => Number(isReady()));
    gauge(
      'toetsspoor_ready_reads',
      '1 where /readyz/reads says 200, also while the log is away, else 0.',
      () => Number(isReadyForReads()),
    );
    gauge(
      'toetsspoor_ledger_fits',
      '1 where the ledger records the log, 0 where it does not fit: nothing is signed then.',
      () => Number(ledgerFits()),
    );
    new Counter({
      name: 'toetsspoor_access_log_lost_lines_total',
      help: 'Lines of the access log that were lost, as it could not be written.',
      registers,
      collect() {
        this.reset();
        this.inc(lostLines());
      },
    });
    const ofWebhooks = (
      name: string,
      help: string,
      value: (webhook: WebhookStatus) => number | null,
    ): void => {
      const statuses = () => this.#statuses;
      new Gauge({
        ...{ name, help, registers },
        labelNames: ['webhook'],
        collect() {
          for (const webhook of statuses()) {
            const figure = value(webhook);
            if (figure !== null) this.set({ webhook: webhook.id }, figure);
          }
        },
      });
    };
    ofWebhooks(
      'toetsspoor_webhook_pending_events',
      'Events that wait for a webhook: those that it is still to be told.',
      ({ pending }) => pending,
    );
    ofWebhooks(
      'toetsspoor_webhook_failed_attempts',
      'How often the next event was tried in vain.',
      ({ attempts }) => attempts,
    );
    ofWebhooks(
      'toetsspoor_webhook_dead',
      '1 where a webhook is dead: nothing is tried until it is revived.',
      ({ deadSince }) => Number(deadSince !== null),
    );
    ofWebhooks(
      'toetsspoor_webhook_last_success_timestamp_seconds',
      'When a webhook took an event last; not there where it never did.',
      ({ lastTakenAt }) => (lastTakenAt === null ? null : Date.parse(lastTakenAt) / 1000),
    );
  }

  observe({ asked, route, isKept, followed, status, start, end }: Action): void {
    if (followed?.moment === 'begin') {
      this.#subscriptions.inc();
      return;
    }
    if (followed !== null) {
      this.#subscriptions.dec();
      this.#events.inc(followed.events);
    }
    this.#requests.observe({ kind: asked?.kind ?? route, status: String(status) }, (end - start) / 1000);
    if (asked?.kind === 'query' && status === 200) this.#kept.inc({ kept: isKept ? 'hit' : 'miss' });
  }

  async text(): Promise<string> {
    this.#statuses = await this.#webhooks();
    return this.#registry.metrics();
  }

  get contentType(): string {
    return this.#registry.contentType;
  }
}

/** Serves `/metrics` on a port of its own, which need not be one that the public reaches. */
export async function serveMetrics(
  metrics: Metrics,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<Server> {
  const server = createServer((request, response) => {
    if (request.method !== 'GET' || request.url !== '/metrics') {
      response.writeHead(404).end();
      return;
    }
    metrics.text().then(
      (text) => response.writeHead(200, { 'content-type': metrics.contentType }).end(text),
      () => response.writeHead(500).end(),
    );
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject).listen(port, host, resolve);
  await promise;
  return server;
}
