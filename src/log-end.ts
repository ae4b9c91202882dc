import { setTimeout as sleep } from 'node:timers/promises';
import type { Position } from './domain/events';
import { type EventStore, LogClosedError, LogUnavailableError } from './event-store/event-store';

/** Where the log ends, looked up for all who ask at the same time together. */
export class LogEnd {
  readonly #store: Pick<EventStore, 'lastPosition'>;
  #running: Promise<Position> | undefined;
  #next: Promise<Position> | undefined;

  constructor(store: Pick<EventStore, 'lastPosition'>) {
    this.#store = store;
  }

  /**
   * The position of the log's last event, 0 before the first: no older than this call.
   * @returns undefined where the log does not tell it in time
   */
  async within(timeoutMs: number): Promise<Position | undefined> {
    const asked = this.#running === undefined ? this.#look() : this.#lookAfter(this.#running);
    const stop = new AbortController();
    const late = sleep(timeoutMs, undefined, { signal: stop.signal }).catch(() => undefined);
    try {
      return await Promise.race([asked, late]);
    } catch (error) {
      if (error instanceof LogUnavailableError || error instanceof LogClosedError) return undefined;
      throw error;
    } finally {
      stop.abort();
    }
  }

  #look(): Promise<Position> {
    const running = this.#store
      .lastPosition()
      .then((position = 0) => position)
      .finally(() => {
        this.#running = undefined;
      });
    this.#running = running;
    // Those who asked may all have gone.
    running.catch(() => {});
    return running;
  }

  /** What is being looked up may lack what was appended meanwhile, so who comes then waits for the next. */
  #lookAfter(running: Promise<Position>): Promise<Position> {
    this.#next ??= running
      .catch(() => {})
      .then(() => {
        this.#next = undefined;
        return this.#look();
      });
    this.#next.catch(() => {});
    return this.#next;
  }
}
