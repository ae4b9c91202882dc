import { setTimeout as sleep } from 'node:timers/promises';
import { LogClosedError, LogUnavailableError } from './event-store/event-store';
import type { LogEnd } from './log-end';
import { LogReplacedError, type Projector } from './projector';

/** How often the end of the log is looked up, in milliseconds. */
const LOOK_EVERY_MS = 1_000;
/** The same, while the read models are not level. */
const LOOK_AGAIN_MS = 20;
/** How long the log may take to say where it ends; then it counts as away. */
const ANSWER_MS = 5_000;
/** How long it is waited for the read models before the end is looked up again. */
const WAIT_MS = 5_000;

/** How long another log must stand where the log stood before it is believed: a new leader may need a moment. */
const REPLACED_AFTER_MS = 5_000;

/** Who is told how the log does. */
export interface LogWatch {
  /** @param why where the log itself told it */
  away(why?: unknown): void;
  back(afterSeconds: number): void;
}

/**
 * How far the read models are behind the log, in time: since when they are not known to hold all that the log
 * held. It grows as well while the log cannot be reached, because then nobody knows.
 */
export class Lag {
  readonly #end: Pick<LogEnd, 'within'>;
  readonly #projector: Projector;
  readonly #nowMs: () => number;
  #levelAtMs = Number.NEGATIVE_INFINITY;
  #awaySinceMs: number | undefined;
  #replacedSinceMs: number | undefined;

  constructor(end: Pick<LogEnd, 'within'>, projector: Projector, nowMs = () => performance.now()) {
    this.#end = end;
    this.#projector = projector;
    this.#nowMs = nowMs;
  }

  /** True while the log does not answer. */
  get isLogAway(): boolean {
    return this.#awaySinceMs !== undefined;
  }

  /** Infinite before the read models were level for the first time; otherwise a second or so where all is well. */
  get seconds(): number {
    // They say themselves when they are level for the first time; from then on it is looked up.
    if (this.#levelAtMs === Number.NEGATIVE_INFINITY && this.#projector.isLevel)
      this.#levelAtMs = this.#nowMs();
    return (this.#nowMs() - this.#levelAtMs) / 1000;
  }

  /**
   * Waits for a log that is away from the start: meanwhile the read models that were made of it are read. Without
   * any it returns at once.
   * @param tell as in {@link follow}
   * @throws LogReplacedError where it comes back as another one; what does not pass; the reason of `signal`
   */
  async untilThere(signal: AbortSignal, tell: LogWatch): Promise<void> {
    if (!this.#projector.savedPosition) return;
    const sinceMs = this.#nowMs();
    for (;;) {
      signal.throwIfAborted();
      try {
        const last = await this.#projector.lastEvent();
        if (this.isLogAway && last !== 'HELD') throw new LogReplacedError(this.#projector.position);
        break;
      } catch (error) {
        // It is closed where the server stops.
        if (!(error instanceof LogUnavailableError || error instanceof LogClosedError)) throw error;
        if (!this.isLogAway) {
          this.#awaySinceMs = sinceMs;
          this.#projector.takeUp();
          tell.away(error);
        }
      }
      await sleep(LOOK_EVERY_MS, undefined, { signal, ref: false }).catch(() => {});
    }
    if (!this.isLogAway) return;
    this.#awaySinceMs = undefined;
    tell.back((this.#nowMs() - sinceMs) / 1000);
  }

  /**
   * Looks on until `signal` is aborted.
   * @param tell told, once each time, that the log is away, and that it is back after so many seconds
   * @throws LogReplacedError
   */
  async follow(signal: AbortSignal, tell: LogWatch): Promise<void> {
    while (!signal.aborted) {
      const awaySinceMs = this.#awaySinceMs;
      // Where looking fails, the lag tells it: it grows.
      const isLevel = await this.look().catch((error: unknown) => {
        if (error instanceof LogReplacedError) throw error;
        return false;
      });
      if (signal.aborted) return;
      if (awaySinceMs === undefined && this.isLogAway) tell.away();
      if (awaySinceMs !== undefined && !this.isLogAway) tell.back((this.#nowMs() - awaySinceMs) / 1000);
      await sleep(isLevel ? LOOK_EVERY_MS : LOOK_AGAIN_MS, undefined, { signal, ref: false }).catch(() => {});
    }
  }

  /**
   * Looks up the end of the log, and waits a while for the read models to be there; false where they are not.
   * @throws LogReplacedError
   */
  async look(): Promise<boolean> {
    if (!this.#projector.isLevel) return false;
    const lookedAtMs = this.#nowMs();
    const { position } = this.#projector;
    const end = await this.#end.within(ANSWER_MS);
    const last = end === undefined ? undefined : await this.#lastEvent();
    if (end === undefined || last === undefined) {
      this.#awaySinceMs ??= lookedAtMs;
      return false;
    }
    this.#awaySinceMs = undefined;
    // An operator may have deleted its stream: that takes nothing else away.
    if (last === 'ANOTHER' || (last === 'GONE' && end < position)) {
      this.#replacedSinceMs ??= lookedAtMs;
      if (lookedAtMs - this.#replacedSinceMs >= REPLACED_AFTER_MS) throw new LogReplacedError(position);
      return false;
    }
    this.#replacedSinceMs = undefined;
    if (!(await this.#projector.waitFor(end, WAIT_MS))) return false;
    this.#levelAtMs = lookedAtMs;
    return true;
  }

  /** See {@link Projector.lastEvent}; undefined where the log does not tell it in time. */
  #lastEvent() {
    return Promise.race([this.#projector.lastEvent(), sleep(ANSWER_MS, undefined, { ref: false })]);
  }
}
