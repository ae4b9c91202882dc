import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { makeFolder } from '../make-folder';

/** How far a webhook is, and how it does. */
export interface DeliveryState {
  /** Cursor of the place to go on behind, as a rule the last event that was taken; null where it has not begun. */
  readonly position: string | null;
  /** When an event was taken last (ISO 8601); null where none was yet. */
  readonly lastTakenAt: string | null;
  /** How often the next event was tried in vain. */
  readonly attempts: number;
  /** When to try again (ISO 8601); null where nothing failed. */
  readonly nextAttemptAt: string | null;
  /** What went wrong last; null where nothing did since an event was taken. */
  readonly lastError: string | null;
  /** Since when nothing is tried any more (ISO 8601); null while it is alive. */
  readonly deadSince: string | null;
}

const FRESH: DeliveryState = {
  position: null,
  lastTakenAt: null,
  attempts: 0,
  nextAttemptAt: null,
  lastError: null,
  deadSince: null,
};

/** Keeps how far each webhook is, so that nothing is missed when the server starts again. */
export class DeliveryStates {
  readonly #database: DatabaseSync;

  constructor(path: string) {
    makeFolder(dirname(path));
    this.#database = new DatabaseSync(path, { timeout: 5_000 });
    this.#database.exec(`
      PRAGMA journal_mode = WAL;
      CREATE TABLE IF NOT EXISTS deliveries (
        webhook TEXT PRIMARY KEY,
        position TEXT,
        last_taken_at TEXT,
        attempts INTEGER NOT NULL,
        next_attempt_at TEXT,
        last_error TEXT,
        dead_since TEXT
      ) STRICT`);
    const columns = this.#database.prepare('PRAGMA table_info(deliveries)').all();
    // In files of earlier versions there is none.
    if (!columns.some(({ name }) => name === 'last_taken_at'))
      this.#database.exec('ALTER TABLE deliveries ADD COLUMN last_taken_at TEXT');
  }

  /** Of a webhook that was not there before: nothing was taken yet. */
  of(webhook: string): DeliveryState {
    const row = this.#database.prepare('SELECT * FROM deliveries WHERE webhook = ?').get(webhook);
    if (row === undefined) return FRESH;
    const text = (value: unknown): string | null => (value === null ? null : String(value));
    return {
      position: text(row.position),
      lastTakenAt: text(row.last_taken_at),
      attempts: Number(row.attempts),
      nextAttemptAt: text(row.next_attempt_at),
      lastError: text(row.last_error),
      deadSince: text(row.dead_since),
    };
  }

  save(webhook: string, state: DeliveryState): void {
    const { position, lastTakenAt, attempts, nextAttemptAt, lastError, deadSince } = state;
    this.#database
      .prepare(
        `INSERT INTO deliveries (webhook, position, last_taken_at, attempts, next_attempt_at, last_error, dead_since)
         VALUES (?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET position = excluded.position, last_taken_at = excluded.last_taken_at,
           attempts = excluded.attempts, next_attempt_at = excluded.next_attempt_at,
           last_error = excluded.last_error, dead_since = excluded.dead_since`,
      )
      .run(webhook, position, lastTakenAt, attempts, nextAttemptAt, lastError, deadSince);
  }

  /** Has a webhook tried again at once, behind the last event that it took. */
  revive(webhook: string): void {
    const { position, lastTakenAt } = this.of(webhook);
    this.save(webhook, { ...FRESH, position, lastTakenAt });
  }

  close(): void {
    this.#database.close();
  }
}
