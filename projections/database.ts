import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';

/**
 * The read database: SQLite beside the process, wholly derived from the log. It may be deleted at any time
 * and is then rebuilt, so commits need not wait for the disk.
 */
export class ReadDatabase {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  /** How many statements were run: what a test counts to hold the reads of a query. */
  statementCount = 0;

  /** @param path file of the database, or `:memory:` */
  constructor(path: string) {
    this.#database = new DatabaseSync(path);
    this.#database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 0;');
  }

  all<Row>(sql: string, ...parameters: SQLInputValue[]): Row[] {
    return this.#statement(sql).all(...parameters) as Row[];
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
      this.rollback();
      throw error;
    }
  }

  /** Rolls back, where SQLite has not done so by itself. */
  rollback(): void {
    if (this.#database.isTransaction) this.exec('ROLLBACK');
  }

  close(): void {
    this.#statements.clear();
    this.#database.close();
  }

  #statement(sql: string): StatementSync {
    this.statementCount += 1;
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}
