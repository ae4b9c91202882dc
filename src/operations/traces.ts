import type { Action } from '../api/actions';
import { type Attributes, attributesOf, nameOf, RESOURCE } from './attributes';

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
  readonly #processingActivityId: string | null;
  readonly #onError: (error: unknown) => void;
  readonly #timer: NodeJS.Timeout;
  #waiting: object[] = [];
  #sending: Promise<void> = Promise.resolve();

  /**
   * @param endpoint the collector, such as `http://127.0.0.1:4318`
   * @param processingActivityId as in the access log
   */
  constructor(endpoint: string, processingActivityId: string | null, onError: (error: unknown) => void) {
    this.#processingActivityId = processingActivityId;
    this.#address = `${endpoint.replace(/\/$/, '')}/v1/traces`;
    this.#onError = onError;
    this.#timer = setInterval(() => this.#send(), SEND_EVERY_MS).unref();
  }

  add(action: Action): void {
    if (this.#waiting.length < MAX_WAITING) this.#waiting.push(spanOf(action, this.#processingActivityId));
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
          resource: { attributes: listed(RESOURCE) },
          scopeSpans: [{ scope: { name: 'toetsspoor' }, spans }],
        },
      ],
    });
    this.#sending = this.#sending
      .then(() => this.#post(body))
      .catch((error: unknown) => {
        const { host } = new URL(this.#address);
        this.#onError(
          new Error(`${spans.length} traces could not be sent to the collector ${host} and are left out`, {
            cause: error,
          }),
        );
      });
  }

  async #post(body: string): Promise<void> {
    const response = await fetch(this.#address, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
      signal: AbortSignal.timeout(SEND_TIMEOUT_MS),
    });
    await response.body?.cancel();
    if (!response.ok) throw new Error(`it answers ${response.status}`);
  }
}

/** `SPAN_KIND_SERVER` and `STATUS_CODE_ERROR` of the protocol. */
const SERVER = 2;
const ERROR = 2;

function spanOf(action: Action, processingActivityId: string | null): object {
  const { trace, status, start, end } = action;
  return {
    traceId: trace.traceId,
    spanId: trace.spanId,
    ...(trace.parentId !== null && { parentSpanId: trace.parentId }),
    name: nameOf(action),
    kind: SERVER,
    startTimeUnixNano: nanoseconds(start),
    endTimeUnixNano: nanoseconds(end),
    attributes: listed(attributesOf(action, processingActivityId)),
    status: status >= 500 ? { code: ERROR } : {},
  };
}

function nanoseconds(milliseconds: number): string {
  return `${Math.round(milliseconds * 1000)}000`;
}

function listed(attributes: Attributes): object[] {
  return Object.entries(attributes).map(([key, value]) => ({ key, value: typed(value) }));
}

function typed(value: Attributes[string]): object {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'number') return { intValue: String(value) };
  return typeof value === 'boolean' ? { boolValue: value } : { arrayValue: { values: value.map(typed) } };
}
