import type { Action } from '../api/actions';
import { nameOf } from './access-log';

/** Spans are sent together, at the latest after so long, in milliseconds. */
const SEND_EVERY_MS = 2_000;
/** Spans that wait; beyond that new ones are left out, as an answer never waits for its trace. */
const MAX_WAITING = 4_096;
const SEND_TIMEOUT_MS = 5_000;

/**
 * Sends a span an action to a collector of OpenTelemetry, by OTLP over HTTP in JSON
 * (https://opentelemetry.io/docs/specs/otlp/). By hand: the protocol is one POST, and the SDK some thirty packages.
 */
export class Traces {
  readonly #address: string;
  readonly #onError: (error: unknown) => void;
  readonly #timer: NodeJS.Timeout;
  #waiting: object[] = [];
  #sending: Promise<void> = Promise.resolve();

  /** @param endpoint the collector, such as `http://127.0.0.1:4318` */
  constructor(endpoint: string, onError: (error: unknown) => void) {
    this.#address = `${endpoint.replace(/\/$/, '')}/v1/traces`;
    this.#onError = onError;
    this.#timer = setInterval(() => this.#send(), SEND_EVERY_MS).unref();
  }

  add(action: Action): void {
    if (this.#waiting.length < MAX_WAITING) this.#waiting.push(spanOf(action));
  }

  /** Sends what waits. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#send();
    await this.#sending;
  }

  #send(): void {
    const spans = this.#waiting;
    if (spans.length === 0) return;
    this.#waiting = [];
    const body = JSON.stringify({
      resourceSpans: [
        {
          resource: { attributes: [attribute('service.name', 'toetsspoor')] },
          scopeSpans: [{ scope: { name: 'toetsspoor' }, spans }],
        },
      ],
    });
    this.#sending = this.#sending.then(() => this.#post(body)).catch(this.#onError);
  }

  async #post(body: string): Promise<void> {
    const response = await fetch(this.#address, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
      signal: AbortSignal.timeout(SEND_TIMEOUT_MS),
    });
    await response.body?.cancel();
    if (!response.ok) throw new Error(`the collector of traces answers ${response.status}`);
  }
}

/** `SPAN_KIND_SERVER` and `STATUS_CODE_ERROR` of the protocol. */
const SERVER = 2;
const ERROR = 2;

function spanOf(action: Action): object {
  const { trace, actor, method, route, asked, isKept, status, start, end } = action;
  return {
    traceId: trace.traceId,
    spanId: trace.spanId,
    ...(trace.parentId !== null && { parentSpanId: trace.parentId }),
    name: nameOf(action),
    kind: SERVER,
    startTimeUnixNano: nanoseconds(start),
    endTimeUnixNano: nanoseconds(end),
    attributes: [
      attribute('http.request.method', method),
      attribute('http.route', route),
      attribute('http.response.status_code', status),
      attribute('enduser.id', actor ?? 'anonymous'),
      ...(asked === null ? [] : [attribute('graphql.operation.type', asked.kind)]),
      ...(asked?.name == null ? [] : [attribute('graphql.operation.name', asked.name)]),
      attribute('toetsspoor.kept', isKept),
    ],
    status: status >= 500 ? { code: ERROR } : {},
  };
}

function nanoseconds(milliseconds: number): string {
  return `${Math.round(milliseconds * 1000)}000`;
}

function attribute(key: string, value: string | number | boolean): object {
  if (typeof value === 'string') return { key, value: { stringValue: value } };
  return { key, value: typeof value === 'number' ? { intValue: String(value) } : { boolValue: value } };
}
