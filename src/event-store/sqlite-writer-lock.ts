import { type BigIntStats, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { LogInUseError, UnusableLogError } from './event-store';

const SQLITE_BUSY = 5;

/** The right to append to one log, held by one opener at a time. */
export interface WriterLock {
  /**
   * @throws UnusableLogError where the log or the lock was removed or replaced underneath us: what we
   * would append could then be lost, or meet another writer.
   */
  assertHeld(): void;
  release(): void;
}

/**
 * Takes the writer lock of the log at `path`: an exclusive transaction, held for life, in the empty
 * SQLite database `<path>-writer` beside it. SQLite builds on locks of the operating system, which end
 * with the process however it dies, so no stale lock can be left behind. The file stays; it must not be
 * opened in this process by other means, because closing it would drop the lock.
 *
 * @throws LogInUseError where another process, or another store of this process, holds it.
 * @throws UnusableLogError where the folder cannot be written.
 */
export function takeWriterLock(path: string): WriterLock {
  const lockPath = `${path}-writer`;
  let lock: DatabaseSync | undefined;
  try {
    lock = new DatabaseSync(lockPath, { timeout: 0 });
    // Of a file that we may only read, SQLite takes BEGIN EXCLUSIVE for a mere read, without any lock: the
    // write makes sure. It stays in memory and is never committed.
    lock.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE; PRAGMA user_version = 1');
  } catch (error) {
    lock?.close();
    if (sqliteCode(error) === SQLITE_BUSY) {
      throw new LogInUseError(
        `the log ${path} is already open for writing: stop the process that has it open (a running server?), or use another log`,
        { cause: error },
      );
    }
    throw new UnusableLogError(
      `the log ${path} cannot be opened for writing: allow this user to write the folder ${dirname(path)} and the files in it`,
      { cause: error },
    );
  }
  const held = lock;
  const files = [lockPath, path];
  // The log itself may only come into being after the lock: its identity is noted at the first check.
  const noted = new Map<string, BigIntStats>();

  return {
    assertHeld() {
      for (const file of files) {
        const now = statSync(file, { bigint: true, throwIfNoEntry: false });
        const first = noted.get(file) ?? now;
        if (now === undefined || now.dev !== first?.dev || now.ino !== first.ino) {
          throw new UnusableLogError(
            `${file} was removed or replaced while the log was open for writing, so nothing more is appended: stop every writer, put the log in order and start again`,
          );
        }
        noted.set(file, first);
      }
    },
    release: () => held.close(),
  };
}

/** SQLite's primary result code in an error of `node:sqlite`. */
export function sqliteCode(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('errcode' in error)) return undefined;
  return typeof error.errcode === 'number' ? error.errcode & 0xff : undefined;
}
