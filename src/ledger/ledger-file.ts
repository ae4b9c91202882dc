import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { Position } from '../domain/events';
import type { Tile } from './tiles';

/** "TSLE": tells the ledger's file from any other SQLite database. */
const APPLICATION_ID = 0x54534c45;
/** The file as it is made today. A change of the tables gets the next number, and a step to get there. */
const FILE_VERSION = 1;

// Positions stand together, 256 to a row as eight bytes each, like the hashes of a tile: a position for itself
// would take a row of its own, twice as much as all else.
const TABLES = `
  CREATE TABLE state (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    size INTEGER NOT NULL,
    position INTEGER NOT NULL
  ) STRICT;
  INSERT INTO state VALUES (1, 0, 0);
  CREATE TABLE tiles (
    level INTEGER NOT NULL,
    number INTEGER NOT NULL,
    hashes BLOB NOT NULL,
    PRIMARY KEY (level, number)
  ) STRICT;
  CREATE TABLE positions (
    number INTEGER PRIMARY KEY,
    first INTEGER NOT NULL UNIQUE,
    positions BLOB NOT NULL
  ) STRICT;
  CREATE TABLE checkpoints (
    size INTEGER NOT NULL,
    note TEXT NOT NULL UNIQUE,
    signed_at TEXT NOT NULL
  ) STRICT;
  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${FILE_VERSION};
`;

/** The file of the ledger cannot be used as it is. One sentence says why and what to do. */
export class LedgerFileError extends Error {
  override readonly name = 'LedgerFileError';
}

/** How far the ledger has recorded the log. */
export interface LedgerState {
  /** How many events: the index of the next one. */
  readonly size: number;
  /** Position of the last one; 0 before the first. */
  readonly position: Position;
}

/** A row of {@link LedgerFile.positions}. */
export interface PositionsRow {
  readonly number: number;
  readonly positions: Uint8Array;
}

/** A checkpoint as it was signed. */
export interface SignedCheckpoint {
  readonly size: number;
  readonly note: string;
  readonly signedAt: string;
}

/** The rows of `ledger.db`. Processes share the file: each change is one transaction. */
export class LedgerFile {
  readonly #db: DatabaseSync;
  readonly #sql: ReturnType<typeof prepareStatements>;

  private constructor(db: DatabaseSync) {
    this.#db = db;
    this.#sql = prepareStatements(db);
  }

  /**
   * Opens the file, and makes it where it is not there yet.
   * @throws LedgerFileError
   */
  static open(path: string): LedgerFile {
    return explaining(path, () => {
      const db = new DatabaseSync(path, { timeout: 5_000 });
      try {
        // What is lost with a power cut is taken from the log again; see keepCheckpoint for what is not.
        // A short WAL is soon written over again and again, and does not make the log's own writes wait while it grows.
        db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 100');
        if (isEmpty(db)) {
          db.exec('BEGIN IMMEDIATE');
          // Another process may have been first.
          if (isEmpty(db)) db.exec(TABLES);
          db.exec('COMMIT');
        }
        return new LedgerFile(checked(db, path));
      } catch (error) {
        db.close();
        throw error;
      }
    });
  }

  /**
   * Opens the file to read it only; undefined where there is none.
   * @throws LedgerFileError
   */
  static openForReading(path: string): LedgerFile | undefined {
    if (!existsSync(path)) return undefined;
    return explaining(path, () => {
      const db = new DatabaseSync(path, { readOnly: true, timeout: 5_000 });
      try {
        if (!isEmpty(db)) return new LedgerFile(checked(db, path));
        db.close();
        return undefined;
      } catch (error) {
        db.close();
        throw error;
      }
    });
  }

  state(): LedgerState {
    return this.#sql.state.get() as unknown as LedgerState;
  }

  tile(level: number, number: number): Uint8Array | undefined {
    return this.#sql.tile.get(level, number)?.hashes as Uint8Array | undefined;
  }

  /** Row `number` of the positions: those of the events from index 256 × number on. */
  positions(number: number): PositionsRow | undefined {
    return this.#sql.positions.get(number) as PositionsRow | undefined;
  }

  /** The last row of positions that begins at or before `position`. */
  positionsBefore(position: Position): PositionsRow | undefined {
    return this.#sql.positionsBefore.get(position) as PositionsRow | undefined;
  }

  checkpoints(): SignedCheckpoint[] {
    return this.#sql.checkpoints.all() as unknown as SignedCheckpoint[];
  }

  lastCheckpoint(): SignedCheckpoint | undefined {
    return this.#sql.lastCheckpoint.get() as SignedCheckpoint | undefined;
  }

  /** Keeps a checkpoint, on disk before this returns: once it is given away, it must not be forgotten here. */
  keepCheckpoint({ size, note, signedAt }: SignedCheckpoint): void {
    this.#db.exec('PRAGMA synchronous = FULL');
    try {
      this.#sql.keepCheckpoint.run(size, note, signedAt);
    } finally {
      this.#db.exec('PRAGMA synchronous = NORMAL');
    }
  }

  /** Runs `work` on the state that no other process can change meanwhile; it gives the state to be saved. */
  advance(work: (state: LedgerState) => LedgerState): LedgerState {
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      const { size, position } = work(this.state());
      this.#sql.saveState.run(size, position);
      this.#db.exec('COMMIT');
      return { size, position };
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      throw error;
    }
  }

  /** Within {@link advance}. */
  saveTile({ level, index, hashes }: Tile): void {
    this.#sql.saveTile.run(level, index, hashes);
  }

  /** Within {@link advance}. */
  savePositions(number: number, first: Position, positions: Uint8Array): void {
    this.#sql.savePositions.run(number, first, positions);
  }

  /** Within {@link advance}. */
  clearPositions(): void {
    this.#sql.clearPositions.run();
  }

  /** Writes a copy to the new file `to`, as the ledger is at one moment. */
  copyTo(to: string): void {
    this.#db.prepare('VACUUM INTO ?').run(to);
  }

  close(): void {
    this.#db.close();
  }
}

function prepareStatements(db: DatabaseSync) {
  return {
    state: db.prepare('SELECT size, position FROM state'),
    saveState: db.prepare('UPDATE state SET size = ?, position = ?'),
    tile: db.prepare('SELECT hashes FROM tiles WHERE level = ? AND number = ?'),
    saveTile: db.prepare('INSERT OR REPLACE INTO tiles (level, number, hashes) VALUES (?, ?, ?)'),
    positions: db.prepare('SELECT number, positions FROM positions WHERE number = ?'),
    positionsBefore: db.prepare(
      'SELECT number, positions FROM positions WHERE first <= ? ORDER BY first DESC LIMIT 1',
    ),
    savePositions: db.prepare('INSERT OR REPLACE INTO positions (number, first, positions) VALUES (?, ?, ?)'),
    clearPositions: db.prepare('DELETE FROM positions'),
    checkpoints: db.prepare(
      'SELECT size, note, signed_at AS signedAt FROM checkpoints ORDER BY size, signed_at',
    ),
    lastCheckpoint: db.prepare(
      'SELECT size, note, signed_at AS signedAt FROM checkpoints ORDER BY signed_at DESC, size DESC LIMIT 1',
    ),
    keepCheckpoint: db.prepare('INSERT OR IGNORE INTO checkpoints (size, note, signed_at) VALUES (?, ?, ?)'),
  };
}

function isEmpty(db: DatabaseSync): boolean {
  const applicationId = db.prepare('PRAGMA application_id').get()?.application_id;
  return applicationId === 0 && db.prepare('SELECT count(*) AS n FROM sqlite_schema').get()?.n === 0;
}

function checked(db: DatabaseSync, path: string): DatabaseSync {
  const applicationId = db.prepare('PRAGMA application_id').get()?.application_id;
  const version = Number(db.prepare('PRAGMA user_version').get()?.user_version);
  if (applicationId !== APPLICATION_ID) {
    throw new LedgerFileError(`${path} is not a ledger of Toetsspoor and is left as it is: move it away`);
  }
  if (version > FILE_VERSION) {
    throw new LedgerFileError(
      `the ledger ${path} was made by a newer Toetsspoor (file version ${version}, this one knows up to ${FILE_VERSION}): use that version`,
    );
  }
  return db;
}

function explaining<T>(path: string, open: () => T): T {
  try {
    return open();
  } catch (error) {
    if (!(error instanceof Error) || !('errcode' in error)) throw error;
    throw new LedgerFileError(`the ledger ${path} cannot be opened: ${error.message}`, { cause: error });
  }
}
