import { setTimeout as sleep } from 'node:timers/promises';
import { LogUnwritableError } from './event-store/event-store';

/** How soon what could not be written is tried again, in milliseconds. */
const TRY_AGAIN_MS = 1_000;

/** Who is told, once each time. */
export interface StorageWatch {
  failing(cause: unknown): void;
  back(afterSeconds: number): void;
}

/**
 * Whether the files of this process can be written: log, read models and ledger mostly lie on one disk. While one of
 * them cannot, no command is taken, what follows the log waits, and what is there is read.
 */
export class Storage {
  readonly #watch: StorageWatch;
  readonly #signal: AbortSignal;
  readonly #tryAgainMs: number;
  readonly #failing = new Set<string>();
  #sinceMs = 0;

  /** @param signal nothing is tried again once it is aborted */
  constructor(watch: StorageWatch, signal: AbortSignal, tryAgainMs = TRY_AGAIN_MS) {
    this.#watch = watch;
    this.#signal = signal;
    this.#tryAgainMs = tryAgainMs;
  }

  get isWritable(): boolean {
    return this.#failing.size === 0;
  }

  /**
   * Does what somebody waits for, or refuses it.
   * @param tryWriting tells, by writing what changes nothing, whether it could be done now
   * @throws LogUnwritableError where the disk takes nothing; what `write` throws
   */
  async once<T>(write: () => Promise<T>, tryWriting: () => Promise<void>): Promise<T> {
    try {
      return await write();
    } catch (error) {
      if (!isOfDisk(error)) throw error;
      // Tried again already where it failed for somebody before.
      if (!this.#failing.has('log')) void this.#tryAgain('log', tryWriting).catch(() => {});
      this.#fails('log', error);
      throw new LogUnwritableError('the log cannot be written', { cause: error });
    }
  }

  /**
   * Does what must be done, as often as it takes.
   * @param what it is of
   * @throws what `write` throws, but for what a disk that takes nothing makes it throw
   */
  async untilDone<T>(what: string, write: () => T | Promise<T>): Promise<T> {
    for (;;) {
      try {
        const result = await write();
        this.#works(what);
        return result;
      } catch (error) {
        if (this.#signal.aborted || !(isOfDisk(error) || (this.#failing.has(what) && isLocked(error)))) {
          // It is told by who asked for it, and keeps nobody else from writing.
          this.#works(what);
          throw error;
        }
        this.#fails(what, error);
        await sleep(this.#tryAgainMs, undefined, { signal: this.#signal });
      }
    }
  }

  /** Tries until it can be written again, whatever stands in the way: nobody else would find out. */
  async #tryAgain(what: string, tryWriting: () => Promise<void>): Promise<void> {
    for (;;) {
      await sleep(this.#tryAgainMs, undefined, { signal: this.#signal });
      const isWritten = await tryWriting().then(
        () => true,
        () => false,
      );
      if (isWritten) return this.#works(what);
    }
  }

  #fails(what: string, cause: unknown): void {
    if (this.isWritable) {
      this.#sinceMs = performance.now();
      this.#watch.failing(cause);
    }
    this.#failing.add(what);
  }

  #works(what: string): void {
    if (!this.#failing.delete(what) || !this.isWritable) return;
    this.#watch.back((performance.now() - this.#sinceMs) / 1000);
  }
}

/** SQLITE_FULL, SQLITE_IOERR or SQLITE_READONLY. */
function isOfDisk(error: unknown): boolean {
  return [13, 10, 8].includes(codeOf(error));
}

/** SQLITE_BUSY or SQLITE_LOCKED: somebody else has it, such as an operator who looks why the disk is full. */
function isLocked(error: unknown): boolean {
  return [5, 6].includes(codeOf(error));
}

/** The code of SQLite's, which stands in the lowest byte of its extended codes; NaN of what is no error of SQLite's. */
function codeOf(error: unknown): number {
  const isOfSqlite = typeof error === 'object' && error !== null && 'errcode' in error;
  return isOfSqlite ? Number(error.errcode) & 0xff : Number.NaN;
}
