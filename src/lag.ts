import { setTimeout as sleep } from 'node:timers/promises';
import type { EventStore } from './event-store/event-store';
import type { Projector } from './projector';

/** How often the end of the log is looked up, in milliseconds. */
const LOOK_EVERY_MS = 1_000;
/** The same, while the read models are not level. */
const LOOK_AGAIN_MS = 20;
/** How long it is waited for the read models before the end is looked up again. */
const WAIT_MS = 5_000;

/**
 * How far the read models are behind the log, in time: since when they are not known to hold all that the log
 * held. It grows as well while the log cannot be reached, because then nobody knows.
 */
export class Lag {
  readonly #store: EventStore;
  readonly #projector: Projector;
  readonly #nowMs: () => number;
  #levelAtMs = Number.NEGATIVE_INFINITY;

  constructor(store: EventStore, projector: Projector, nowMs = () => performance.now()) {
    this.#store = store;
    this.#projector = projector;
    this.#nowMs = nowMs;
  }

  /** Infinite before the read models were level for the first time; otherwise a second or so where all is well. */
  get seconds(): number {
    // They say themselves when they are level for the first time; from then on it is looked up.
    if (this.#levelAtMs === Number.NEGATIVE_INFINITY && this.#projector.isLevel)
      this.#levelAtMs = this.#nowMs();
    return (this.#nowMs() - this.#levelAtMs) / 1000;
  }

  /** Looks on until `signal` is aborted. */
  async follow(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      // Where looking fails, the lag tells it: it grows.
      const isLevel = await this.look().catch(() => false);
      await sleep(isLevel ? LOOK_EVERY_MS : LOOK_AGAIN_MS, undefined, { signal, ref: false }).catch(() => {});
    }
  }

  /** Looks up the end of the log, and waits a while for the read models to be there; false where they are not. */
  async look(): Promise<boolean> {
    if (!this.#projector.isLevel) return false;
    const lookedAtMs = this.#nowMs();
    const end = (await this.#store.lastPosition()) ?? 0;
    if (!(await this.#projector.waitFor(end, WAIT_MS))) return false;
    this.#levelAtMs = lookedAtMs;
    return true;
  }
}
