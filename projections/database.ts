import { closeSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';

/**
 * The read database: SQLite beside the process, wholly derived from the log. It may be deleted at any time
 * and is then rebuilt, so commits need not wait for the disk.
 */
export class ReadDatabase {
  readonly #path: string;
  #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  /** How many statements were run: what a test counts to hold the reads of a query. */
  statementCount = 0;

  /**
   * @param path file of the database; made where it is not there
   * @param mode `read`: beside the process that keeps it, which is left alone; `build`: see {@link building}
   */
  constructor(path: string, mode: 'write' | 'read' | 'build' = 'write') {
    this.#path = path;
    this.#database = OPEN[mode](path);
  }

  /**
   * An empty database beside this one, to build it anew; this one's tables can be read there as those of
   * the schema `before`. Nothing rests on it until it is adopted, so nothing of it needs to survive a crash.
   */
  beside(): ReadDatabase {
    const path = `${this.#path}-building`;
    rmSync(path, { force: true });
    return ReadDatabase.building(path, this.#path);
  }

  /** An empty database at `path`, where the one at `before` is read as in {@link beside}: whoever has it open. */
  static building(path: string, before: string): ReadDatabase {
    const building = new ReadDatabase(path, 'build');
    building.exec(`ATTACH '${before.replaceAll("'", "''")}' AS before`);
    return building;
  }

  /** Takes the place of this database's content, at once and whole; `other` is not to be used afterwards. */
  adopt(other: ReadDatabase): void {
    this.#statements.clear();
    // Written down before all of the file waits for the disk: opening it would wait again to do so.
    other.exec('PRAGMA main.journal_mode = WAL');
    other.close();
    this.#database.close();
    // Closing takes the WAL back into the database; none may be left that the new one would read as its own.
    for (const rest of ['-wal', '-shm']) rmSync(`${this.#path}${rest}`, { force: true });
    const file = openSync(other.#path, 'r');
    fsyncSync(file);
    closeSync(file);
    renameSync(other.#path, this.#path);
    this.#database = open(this.#path);
  }

  all<Row>(sql: string, ...parameters: SQLInputValue[]): Row[] {
    return this.#statement(sql).all(...parameters) as Row[];
  }

  /** Rows as arrays of their values, which takes two thirds of the time of {@link all}. */
  tuples<Row extends readonly unknown[]>(sql: string, ...parameters: SQLInputValue[]): Row[] {
    return this.#statement(sql, true).all(...parameters) as unknown as Row[];
  }

  get<Row>(sql: string, ...parameters: SQLInputValue[]): Row | undefined {
    return this.#statement(sql).get(...parameters) as Row | undefined;
  }

  /** Runs a statement that changes rows, and gives how many it changed. */
  run(sql: string, ...parameters: SQLInputValue[]): number {
    return Number(this.#statement(sql).run(...parameters).changes);
  }

  /** Rows one by one, for reading more than fits in memory. Not to be held across an await. */
  iterate<Row>(sql: string, ...parameters: SQLInputValue[]): IterableIterator<Row> {
    return this.#statement(sql).iterate(...parameters) as IterableIterator<Row>;
  }

  /**
   * Gathers rows of a table and inserts many with one statement; `flush` writes those that remain.
   * @param onConflict the clause that says what becomes of a row that is there already
   */
  inserter(table: string, columns: readonly string[], onConflict = ''): RowInserter {
    return new RowInserter(this, table, columns, onConflict);
  }

  /** Statements without parameters that are not worth keeping: schema, BEGIN, COMMIT, ROLLBACK. */
  exec(sql: string): void {
    this.#database.exec(sql);
  }

  /** All of it or nothing. The work is synchronous: a promise would let others into the transaction. */
  transaction(work: () => void): void {
    this.exec('BEGIN IMMEDIATE');
    try {
      work();
      this.exec('COMMIT');
    } catch (error) {
      // SQLite may have rolled back by itself.
      if (this.#database.isTransaction) this.exec('ROLLBACK');
      throw error;
    }
  }

  close(): void {
    this.#statements.clear();
    this.#database.close();
  }

  #statement(sql: string, asArrays = false): StatementSync {
    this.statementCount += 1;
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare(sql);
      statement.setReturnArrays(asArrays);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}

const OPEN = {
  write: open,
  read: (path: string) => new DatabaseSync(path, { readOnly: true, timeout: 5_000 }),
  build: openToBuild,
} as const;

/** Opens the file; one that is no database, or a damaged one, makes way for an empty one: it is derived. */
function open(path: string): DatabaseSync {
  try {
    return openAsItIs(path);
  } catch (error) {
    if (!isDamage(error)) throw error;
    for (const end of ['', '-wal', '-shm']) rmSync(`${path}${end}`, { force: true });
    return openAsItIs(path);
  }
}

function openAsItIs(path: string): DatabaseSync {
  const database = new DatabaseSync(path);
  try {
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 0;');
    database.prepare('SELECT count(*) FROM sqlite_schema').get();
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/**
 * Opens an empty file to fill it in one transaction. A journal in memory holds the pages as they were before, of which
 * there are none: each page is written once. In a WAL it would be written twice and read once more. (Node.js lets no
 * one turn the journal off.)
 */
function openToBuild(path: string): DatabaseSync {
  const database = new DatabaseSync(path);
  database.exec('PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF; PRAGMA cache_size = -32768;');
  return database;
}

/** SQLITE_CORRUPT or SQLITE_NOTADB, which stand in the lowest byte of their extended codes. */
export function isDamage(error: unknown): boolean {
  const code =
    typeof error === 'object' && error !== null && 'errcode' in error ? Number(error.errcode) & 0xff : 0;
  return code === 11 || code === 26;
}

/** Rows in one statement, a power of two: running one costs more than the rows that it carries. */
const ROWS_TOGETHER = 64;

/** See {@link ReadDatabase.inserter}. */
export class RowInserter {
  readonly #database: ReadDatabase;
  readonly #width: number;
  readonly #insert: (rows: number) => string;
  /** The statement for so many rows. */
  readonly #statements = new Map<number, string>();
  #values: SQLInputValue[] = [];

  constructor(database: ReadDatabase, table: string, columns: readonly string[], onConflict: string) {
    this.#database = database;
    this.#width = columns.length;
    const row = `(${columns.map(() => '?').join(', ')})`;
    this.#insert = (rows) =>
      `INSERT INTO ${table} (${columns.join(', ')}) VALUES ${Array(rows).fill(row).join(', ')} ${onConflict}`;
  }

  add(...row: SQLInputValue[]): void {
    this.#values.push(...row);
    if (this.#values.length === this.#width * ROWS_TOGETHER) this.flush();
  }

  flush(): void {
    const values = this.#values;
    this.#values = [];
    // What is left is halved, so that there are few statements to keep and not as many as there are lengths.
    let begin = 0;
    for (let rows = ROWS_TOGETHER; rows >= 1; rows /= 2) {
      const end = begin + rows * this.#width;
      if (end > values.length) continue;
      this.#database.run(this.#statement(rows), ...values.slice(begin, end));
      begin = end;
    }
  }

  #statement(rows: number): string {
    let statement = this.#statements.get(rows);
    if (statement === undefined) {
      statement = this.#insert(rows);
      this.#statements.set(rows, statement);
    }
    return statement;
  }
}
