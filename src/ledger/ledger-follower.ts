import type { Position, RecordedEvent } from '../domain/events';
import { type EventStore, LogUnavailableError } from '../event-store/event-store';
import { leafHash } from './entry';
import { type Leaf, type Ledger, LedgerMisfitError } from './ledger';
import type { LedgerState } from './ledger-file';
import { CompactRange, equal } from './merkle';

/** How long the ledger lets events gather behind an append: each time it writes costs as much as ten events. */
const GATHER_MS = 250;
/** A page of so many events says that more lies behind it already. */
const FULL_PAGE = 250;

/** So many events of a log that is there already are recorded in one transaction: each writes the edge of the tree anew. */
const AT_ONCE = 4_000;

/** What to do where the ledger and the log do not fit. */
const ADVICE =
  'run "toetsspoor verify" to find the first; where another log was put here on purpose, move ledger.db away';

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
    let leaves: Leaf[] = [];
    const record = (): void => {
      after = this.#record(after, leaves);
      leaves = [];
    };
    try {
      for await (const page of this.#store.readAll(after)) {
        leaves.push(...page.map(leafOf));
        events += page.length;
        if (leaves.length >= AT_ONCE) record();
        onProgress(events);
      }
    } finally {
      // What precedes an event that cannot be read is recorded too.
      if (leaves.length > 0) record();
    }
  }

  /**
   * Records what the log holds and what comes, until `signal` is aborted; each time it is level with the log
   * it calls `onLevel`.
   * @param written does what writes, or tries it again
   * @throws LedgerMisfitError as {@link catchUp}; {@link failure} then tells why
   */
  async follow(
    signal: AbortSignal,
    onLevel: () => void = () => {},
    written: <T>(write: () => T) => Promise<T> = async (write) => write(),
  ): Promise<void> {
    try {
      let after = await this.#begin();
      let wasLevel = false;
      for await (const page of this.#store.subscribeAll(after, signal)) {
        if (page.length === 0) {
          wasLevel = true;
          await written(onLevel);
          continue;
        }
        if (page.some(({ position }) => position <= after))
          throw new LedgerMisfitError(
            `the log has gone back behind position ${after}, up to which the ledger has recorded it: ${ADVICE}`,
          );
        // Hashed before the transaction begins: other processes may be waiting for theirs.
        const leaves = page.map(leafOf);
        const behind = after;
        after = await written(() => this.#record(behind, leaves));
        // Before it was level pages are as small as the engine likes; from then on, as the appends that come.
        if (wasLevel && page.length < FULL_PAGE && this.#waiting.size === 0) await this.#gather(signal);
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

  #record(after: Position, leaves: readonly Leaf[]): Position {
    const { position } = this.#ledger.advance(after, leaves);
    this.#reached = position;
    this.#wake();
    return leaves.at(-1)?.position ?? after;
  }

  /**
   * Where to go on. The log must still hold the last recorded event, as it was recorded: else what comes behind
   * it would be recorded as if nothing had happened, or not at all.
   */
  async #begin(): Promise<Position> {
    const state = this.#ledger.state;
    if (state.size > 0 && !(await this.#isWhereItWas(state))) {
      const positions = await this.#findAgain(state);
      // Another process may have come first.
      if (!this.#ledger.renumber(state, positions)) return this.#begin();
    }
    this.#reached = this.#ledger.state.position;
    this.#wake();
    return this.#reached;
  }

  /** True where the last recorded event stands at its position, as it was recorded. */
  async #isWhereItWas({ size, position }: LedgerState): Promise<boolean> {
    const index = size - 1;
    // Looked at first, because positions of another engine may be none that this one can read from.
    const first = await this.#firstBehind(undefined);
    if (first?.position !== this.#ledger.positionOf(0)) return false;
    try {
      const last = await this.#firstBehind(this.#ledger.positionOf(index - 1));
      return last?.position === position && equal(leafHash(last), this.#ledger.leaf(index));
    } catch (error) {
      if (error instanceof LogUnavailableError) return false;
      throw error;
    }
  }

  async #firstBehind(position: Position | undefined): Promise<RecordedEvent | undefined> {
    for await (const [event] of this.#store.readAll(position)) return event;
    return undefined;
  }

  /**
   * The positions that the recorded events have now: a log that was moved to another engine, or restored, has others.
   * @throws LedgerMisfitError where these are not the same events, in the same order
   */
  async #findAgain({ size }: LedgerState): Promise<Position[]> {
    const positions: Position[] = [];
    const tree = new CompactRange();
    for await (const page of this.#store.readAll()) {
      const recorded = this.#ledger.nodes();
      for (const event of page.slice(0, size - positions.length)) {
        const index = positions.length;
        const hash = leafHash(event);
        if (!equal(hash, recorded(0, index))) {
          throw new LedgerMisfitError(
            `the log has other events than those recorded in the ledger (index ${index}): ${ADVICE}`,
          );
        }
        tree.append(hash);
        positions.push(event.position);
      }
      if (positions.length === size) break;
    }
    if (positions.length < size) {
      throw new LedgerMisfitError(
        `the log ends before index ${size - 1}, up to which the ledger has recorded it: ${ADVICE}`,
      );
    }
    if (!equal(tree.root(), this.#ledger.root(size))) {
      throw new LedgerMisfitError(
        'the ledger is damaged: its tiles do not give the root of its own leaf hashes; put its backup in its place',
      );
    }
    return positions;
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

function leafOf(event: RecordedEvent): Leaf {
  return { position: event.position, hash: leafHash(event) };
}
