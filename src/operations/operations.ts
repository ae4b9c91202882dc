import type { Action } from '../api/actions';
import { type AccessLogWatch, openAccessLog } from './access-log';
import type { Positions } from './metrics';
import { Traces } from './traces';

/** What operators want to be told; null where they do not. */
export interface OperationsOptions {
  /** A file, or `-` for standard output. */
  readonly accessLog: string | null;
  readonly processingActivityId: string | null;
  readonly metrics: { readonly host: string; readonly port: number } | null;
  readonly traceEndpoint: string | null;
}

/** What operators are told of what is done. */
export interface Operations {
  readonly tell: readonly ((action: Action) => void)[];
  /** Once everything that was told has been written and sent. */
  close(): Promise<void>;
}

/** @param watch told of traces that could not be sent, and of an access log that cannot be written */
export async function openOperations(
  { accessLog, processingActivityId, metrics, traceEndpoint }: OperationsOptions,
  positions: Omit<Positions, 'lostLines'>,
  watch: AccessLogWatch,
): Promise<Operations> {
  const tell: ((action: Action) => void)[] = [];
  const closing: (() => unknown)[] = [];
  const log = accessLog === null ? null : openAccessLog(accessLog, processingActivityId, watch);
  if (metrics !== null) {
    // Loaded only where it is used, as it brings a client of its own.
    const { Metrics, serveMetrics } = require('./metrics') as typeof import('./metrics');
    const figures = new Metrics({ ...positions, lostLines: () => log?.lost ?? 0 });
    const server = await serveMetrics(figures, metrics);
    tell.push((action) => figures.observe(action));
    closing.push(() => {
      server.close();
      server.closeAllConnections();
    });
  }
  if (log !== null) {
    tell.push(log.write);
    closing.push(log.close);
  }
  if (traceEndpoint !== null) {
    const traces = new Traces(traceEndpoint, processingActivityId, watch.onError);
    tell.push((action) => traces.add(action));
    closing.push(() => traces.close());
  }
  return {
    tell,
    async close() {
      for (const one of closing) await one();
    },
  };
}
