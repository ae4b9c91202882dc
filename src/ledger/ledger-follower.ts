import type { Position, RecordedEvent } from '../domain/events';
import type { EventStore } from '../event-store/event-store';
import { leafHash } from './entry';
import { type Ledger, LedgerMisfitError } from './ledger';
import { equal } from './merkle';

/** How long the ledger lets events gather behind an append: each time it writes costs as much as ten events. */
const GATHER_MS = 250;

/** A page of so many events says that more lies behind it already. */
const FULL_PAGE = 250;

/** Keeps the ledger level with the log: the log first, the ledger right behind it. */
export class LedgerFollower {
  readonly #store: EventStore;
  readonly #ledger: Ledger;
  readonly #waiting = new Set<() => void>();
  /** The position that is recorded; -1 until it is known that the ledger is of this log. */
  #reached: Position = -1;
  /** Ends the wait for more to gather, while there is one. */
  #hurry: (() => void) | undefined;
  #failed: Error | undefined;

  constructor(store: EventStore, ledger: Ledger) {
    this.#store = store;
    this.#ledger = ledger;
  }

  /** True once it is known that the ledger is of this log. */
  get hasBegun(): boolean {
    return this.#reached >= 0;
  }

  /** Why following ended, where it failed. */
  get failure(): Error | undefined {
    return this.#failed;
  }

  /**
   * Records all that the log holds now.
   * @throws LedgerMisfitError where the log no longer ends, or goes on, as it was recorded
   */
  async catchUp(onProgress: (events: number) => void = () => {}): Promise<void> {
    let after = await this.#begin();
    let events = 0;
    for await (const page of this.#store.readAll(after)) {
      after = this.#record(after, page);
      events += page.length;
      onProgress(events);
    }
  }

  /**
   * Records what the log holds and what comes, until `signal` is aborted; each time it is level with the log
   * it calls `onLevel`.
   * @throws LedgerMisfitError as {@link catchUp}; {@link failure} then tells why
   */
  async follow(signal: AbortSignal, onLevel: () => void = () => {}): Promise<void> {
    try {
      let after = await this.#begin();
      for await (const page of this.#store.subscribeAll(after, signal)) {
        if (page.length === 0) {
          onLevel();
          continue;
        }
        after = this.#record(after, page);
        if (page.length < FULL_PAGE && this.#waiting.size === 0) await this.#gather(signal);
      }
    } catch (error) {
      this.#failed = error instanceof Error ? error : new Error(String(error));
      throw error;
    } finally {
      this.#wake();
    }
  }

  /**
   * Resolves once the ledger has recorded the log up to the position.
   * @returns false where that took longer than `timeoutMs`, or following failed
   */
  async waitFor(position: Position, timeoutMs: number): Promise<boolean> {
    const deadline = performance.now() + timeoutMs;
    while (this.#reached < position) {
      const leftMs = deadline - performance.now();
      if (leftMs <= 0 || this.#failed !== undefined) return false;
      await new Promise<void>((resolve) => {
        const done = (): void => {
          clearTimeout(timer);
          this.#waiting.delete(done);
          resolve();
        };
        const timer = setTimeout(done, leftMs);
        this.#waiting.add(done);
        this.#hurry?.();
      });
    }
    return true;
  }

  #record(after: Position, page: readonly RecordedEvent[]): Position {
    // Hashed before the transaction begins: other processes may be waiting for theirs.
    const leaves = page.map((event) => ({ position: event.position, hash: leafHash(event) }));
    const { position } = this.#ledger.advance(after, leaves);
    this.#reached = position;
    this.#wake();
    return page.at(-1)?.position ?? after;
  }

  /**
   * Where to go on. The log must still hold the last recorded event, as it was recorded: else what comes behind
   * it would be recorded as if nothing had happened, or not at all.
   */
  async #begin(): Promise<Position> {
    const { size, position } = this.#ledger.state;
    if (size > 0) await this.#assertHolds(size, position);
    this.#reached = position;
    this.#wake();
    return position;
  }

  async #assertHolds(size: number, position: Position): Promise<void> {
    const index = size - 1;
    const before = this.#ledger.positionOf(index - 1);
    const advice = `run "toetsspoor verify" to find the first; where another log was put here on purpose, move ledger.db away`;
    for await (const [event] of this.#store.readAll(before)) {
      if (event === undefined) break;
      if (event.position === position && equal(leafHash(event), this.#ledger.leaf(index))) return;
      throw new LedgerMisfitError(
        `the log has other events than those recorded in the ledger (index ${index}): ${advice}`,
      );
    }
    throw new LedgerMisfitError(
      `the log ends before index ${index}, up to which the ledger has recorded it: ${advice}`,
    );
  }

  /** Waits for more to gather, until somebody waits for the ledger or `signal` is aborted. */
  async #gather(signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        this.#hurry = undefined;
        resolve();
      };
      const timer = setTimeout(done, GATHER_MS);
      signal.addEventListener('abort', done);
      this.#hurry = done;
    });
  }

  #wake(): void {
    for (const done of [...this.#waiting]) done();
  }
}
