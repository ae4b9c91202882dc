import { existsSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { makeFolder } from '../make-folder';
import { syncFolder } from '../sync-folder';
import { UnusableLogError } from './event-store';
import { sqliteCode, takeWriterLock, type WriterLock } from './sqlite-writer-lock';

/** The file as it is made today. A change of the tables gets the next number, and a step to get there. */
const FILE_VERSION = 1;
/** "TSLG": tells our file from any other SQLite database. */
const APPLICATION_ID = 0x54534c47;

// Stream names stand once, in a table of their own: an integer keeps the index on (stream, revision) small.
const TABLES = `
  CREATE TABLE streams (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
  ) STRICT;
  CREATE TABLE events (
    position INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    stream_id INTEGER NOT NULL REFERENCES streams (id),
    revision INTEGER NOT NULL,
    type TEXT NOT NULL,
    data TEXT NOT NULL,
    metadata TEXT NOT NULL,
    UNIQUE (stream_id, revision)
  ) STRICT;
  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${FILE_VERSION};
`;

const SQLITE_READONLY = 8;
const SQLITE_CANTOPEN = 14;
const SQLITE_NOTADB = 26;

/**
 * Opens the log for its one writer, and makes file and folder where they are not there yet.
 * @throws LogInUseError, UnusableLogError
 */
export function openForWriting(given: string): { db: DatabaseSync; lock: WriterLock } {
  makeDurableFolder(dirname(resolve(given)));
  const path = realPath(given);
  const lock = takeWriterLock(path);
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(path, { timeout: 5_000 });
    if (isEmpty(db, path)) {
      db.exec('PRAGMA journal_mode = WAL');
      db.exec(`BEGIN IMMEDIATE; ${TABLES} COMMIT`);
    }
    // WAL alone would acknowledge before the disk has it; FULL waits for the disk at every commit.
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
    // Random ids touch pages all over their index: the cache holds it. A short WAL is written over again and
    // again, so that a commit need not also write to disk how long the file has become; one of 4 MB gathers
    // what ten writers do to the same pages.
    db.exec('PRAGMA cache_size = -32768; PRAGMA wal_autocheckpoint = 1000');
    syncFolder(dirname(path));
    lock.assertHeld();
    return { db, lock };
  } catch (error) {
    db?.close();
    lock.release();
    throw explained(error, path);
  }
}

/**
 * Opens the log for reading, beside a writer or without one.
 * @throws UnusableLogError
 */
export function openForReading(given: string): DatabaseSync {
  const path = realPath(given);
  const missing = () =>
    new UnusableLogError(`there is no log at ${path} yet: import a document or start the server first`);
  if (!existsSync(path)) throw missing();
  let db: DatabaseSync | undefined;
  try {
    db = openReadOnly(path);
    if (isEmpty(db, path)) throw missing();
    return db;
  } catch (error) {
    db?.close();
    throw explained(error, path);
  }
}

/**
 * Writes a copy of the log at `path` to the new file `to`, as it is at one moment: beside a writer or without one.
 * @throws UnusableLogError
 */
export function copyLog(path: string, to: string): void {
  const db = openForReading(path);
  try {
    db.prepare('VACUUM INTO ?').run(to);
  } finally {
    db.close();
  }
}

function openReadOnly(path: string): DatabaseSync {
  const db = new DatabaseSync(path, { readOnly: true, timeout: 5_000 });
  try {
    db.exec('SELECT 1 FROM sqlite_schema');
    return db;
  } catch (error) {
    db.close();
    // Reading a WAL database needs a file of shared memory beside it, which a read-only folder does not
    // allow. Where nothing lies in the WAL either, the file is complete and nobody can be writing it.
    const code = sqliteCode(error);
    const wal = statSync(`${path}-wal`, { throwIfNoEntry: false });
    if ((code !== SQLITE_CANTOPEN && code !== SQLITE_READONLY) || (wal !== undefined && wal.size > 0))
      throw error;
    const immutable = pathToFileURL(path);
    immutable.search = 'immutable=1';
    return new DatabaseSync(immutable, { readOnly: true });
  }
}

/** True for a database without content. Refuses one that is not ours, before anything in it is touched. */
function isEmpty(db: DatabaseSync, path: string): boolean {
  const applicationId = db.prepare('PRAGMA application_id').get()?.application_id;
  const version = Number(db.prepare('PRAGMA user_version').get()?.user_version);
  const tables = db.prepare('SELECT count(*) AS n FROM sqlite_schema').get()?.n;
  if (applicationId === 0 && tables === 0) return true;
  if (applicationId !== APPLICATION_ID) throw notOurs(path);
  if (version > FILE_VERSION) {
    throw new UnusableLogError(
      `the log ${path} was made by a newer Toetsspoor (file version ${version}, this one knows up to ${FILE_VERSION}): use that version`,
    );
  }
  return false;
}

function explained(error: unknown, path: string): unknown {
  switch (sqliteCode(error)) {
    case SQLITE_NOTADB:
      return notOurs(path, error);
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
      return new UnusableLogError(
        `the log ${path} cannot be opened: allow this user to use it, or copy it together with the files ${path}-* to a folder where that is allowed`,
        { cause: error },
      );
    default:
      return error;
  }
}

function notOurs(path: string, cause?: unknown): UnusableLogError {
  return new UnusableLogError(
    `${path} is not a log of Toetsspoor and is left as it is: give the path of a log, or of a file that is not there yet`,
    { cause },
  );
}

/** One log has one name, whatever symbolic links lead to it: the lock lies beside the real file. */
function realPath(given: string): string {
  const path = resolve(given);
  if (existsSync(path)) {
    if (!statSync(path).isDirectory()) return realpathSync(path);
    throw new UnusableLogError(
      `${path} is a folder; expected the file of a log, such as ${join(path, 'events.db')}`,
    );
  }
  const folder = dirname(path);
  return existsSync(folder) ? join(realpathSync(folder), basename(path)) : path;
}

/** A file is only as durable as the entries in the folders that lead to it. */
function makeDurableFolder(folder: string): void {
  let first: string | undefined;
  try {
    first = makeFolder(folder);
  } catch (error) {
    throw new UnusableLogError(
      `the folder ${folder} for the log cannot be made: ${(error as Error).message}`,
      {
        cause: error,
      },
    );
  }
  if (first === undefined) return;
  for (let made = folder; made.length >= first.length; made = dirname(made)) syncFolder(dirname(made));
}

/** Writes a page as it is: that of the version, which is written though it stays the same. */
export function writePageAgain(db: DatabaseSync): void {
  // What failed may have left its transaction open.
  if (db.isTransaction) db.exec('ROLLBACK');
  db.exec(`PRAGMA user_version = ${db.prepare('PRAGMA user_version').get()?.user_version}`);
}
