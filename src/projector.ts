import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ReadDatabase } from '../projections/database';
import type { Projection } from '../projections/projection';
import type { Position, RecordedEvent } from './domain/events';
import type { EventStore } from './event-store/event-store';

/** Events in one transaction while a rebuild is under way; bounds what the writers gather in memory. */
const PROGRESS_EVERY_EVENTS = 10_000;
/** Wait before another try where another process holds the read database, in milliseconds. */
const BUSY_RETRY_MS = 50;

/** What a rebuild found. */
export interface RebuildResult {
  readonly events: number;
  readonly position: Position;
  /** Tables whose rows differ from what the log gives; null where there was nothing to compare with. */
  readonly differing: readonly string[] | null;
}

/**
 * Keeps the read models level with the log. Rows and position land in one transaction, so an event is
 * applied once, wherever the process stops.
 */
export class Projector {
  readonly #store: EventStore;
  readonly #database: ReadDatabase;
  readonly #projections: readonly Projection[];
  readonly #waiting = new Set<() => void>();
  #position: Position = 0;
  #isLevel = false;

  constructor(store: EventStore, database: ReadDatabase, projections: readonly Projection[]) {
    this.#store = store;
    this.#database = database;
    this.#projections = projections;
  }

  /** The position that the read models have reached; 0 before the first event. */
  get position(): Position {
    return this.#position;
  }

  /** True once the read models have been level with the log since {@link follow} began. */
  get isLevel(): boolean {
    return this.#isLevel;
  }

  /**
   * Follows the log until `signal` is aborted. Call {@link prepare} first.
   * @throws what the store or a projection throws; rows and position are then those of before the page.
   */
  async follow(signal: AbortSignal): Promise<void> {
    for await (const page of this.#store.subscribeAll(this.#position, signal)) {
      if (page.length > 0) await this.#apply(page, signal);
      else this.#isLevel = true;
      this.#wake();
    }
  }

  /** Applies all that the log holds now, and returns. Call {@link prepare} first. */
  async catchUp(): Promise<void> {
    for await (const page of this.#store.readAll(this.#position)) await this.#apply(page, null);
  }

  /**
   * Resolves once the read models have reached the position.
   * @returns false where that took longer than `timeoutMs`
   */
  async waitFor(position: Position, timeoutMs: number): Promise<boolean> {
    const deadline = performance.now() + timeoutMs;
    while (this.#position < position) {
      const leftMs = deadline - performance.now();
      if (leftMs <= 0) return false;
      await new Promise<void>((resolve) => {
        const done = (): void => {
          clearTimeout(timer);
          this.#waiting.delete(done);
          resolve();
        };
        const timer = setTimeout(done, leftMs);
        this.#waiting.add(done);
      });
    }
    return true;
  }

  /**
   * Makes the read models fit to be followed: builds them where they are missing, of another version, or of
   * another log than this one.
   * @returns why they had to be rebuilt, or null
   */
  async prepare(onProgress: (events: number) => void = () => {}): Promise<string | null> {
    const reason = await this.#reasonToRebuild();
    if (reason !== null) await this.rebuild(onProgress);
    return reason;
  }

  /**
   * Drops the read models and builds them anew from the log, in one transaction: readers on other
   * connections see the old rows until the new ones are complete, and an interrupted rebuild leaves the old
   * ones. The rows are compared at the position that the old ones had reached.
   */
  async rebuild(onProgress: (events: number) => void = () => {}): Promise<RebuildResult> {
    await this.#begin();
    try {
      const state = this.#state();
      const comparable = state !== undefined && state.fingerprint === this.#fingerprint();
      const before = comparable ? this.#digests() : null;
      const result = await this.#replay(comparable ? state.position : 0, before, onProgress);
      this.#database.exec('COMMIT');
      this.#position = result.position;
      this.#wake();
      return result;
    } catch (error) {
      this.#database.rollback();
      throw error;
    }
  }

  async #replay(
    comparedAt: Position,
    before: ReadonlyMap<string, string> | null,
    onProgress: (events: number) => void,
  ): Promise<RebuildResult> {
    this.#createTables();
    let events = 0;
    let last: RecordedEvent | undefined;
    let writers = this.#writers();
    let differing: string[] | null = null;
    const compare = (): void => {
      if (before === null || differing !== null) return;
      for (const writer of writers) writer.finish();
      writers = this.#writers();
      const after = this.#digests();
      differing = [...after.keys()].filter((table) => after.get(table) !== before.get(table));
    };
    for await (const page of this.#store.readAll()) {
      for (const event of page) {
        if (event.position > comparedAt) compare();
        for (const writer of writers) writer.apply(event);
        last = event;
        events += 1;
        if (events % PROGRESS_EVERY_EVENTS === 0) onProgress(events);
      }
    }
    compare();
    for (const writer of writers) writer.finish();
    this.#saveState(last);
    onProgress(events);
    return { events, position: last?.position ?? 0, differing };
  }

  async #apply(page: readonly RecordedEvent[], signal: AbortSignal | null): Promise<void> {
    await this.#begin(signal);
    try {
      // Another process may have rebuilt the read models meanwhile, and further than this page.
      const reached = this.#state()?.position ?? 0;
      const fresh = page.filter(({ position }) => position > reached);
      const writers = this.#writers();
      for (const event of fresh) for (const writer of writers) writer.apply(event);
      for (const writer of writers) writer.finish();
      if (fresh.length > 0) this.#saveState(fresh.at(-1));
      this.#database.exec('COMMIT');
      this.#position = Math.max(reached, page.at(-1)?.position ?? 0);
    } catch (error) {
      this.#database.rollback();
      throw error;
    }
  }

  /** Waits, without blocking the process, while another one writes to the read database. */
  async #begin(signal: AbortSignal | null = null): Promise<void> {
    for (;;) {
      try {
        this.#database.exec('BEGIN IMMEDIATE');
        return;
      } catch (error) {
        if (!isBusy(error) || signal?.aborted) throw error;
        await sleep(BUSY_RETRY_MS);
      }
    }
  }

  #writers() {
    return this.#projections.map((projection) => projection.writer(this.#database));
  }

  /** Names and versions of the read models: others need a rebuild. */
  #fingerprint(): string {
    return this.#projections.map(({ name, version }) => `${name}:${version}`).join(' ');
  }

  async #reasonToRebuild(): Promise<string | null> {
    const state = this.#state();
    if (state === undefined) return 'there are no read models yet';
    if (state.fingerprint !== this.#fingerprint()) return 'the read models are of another version';
    if (
      state.event_id !== null &&
      !(await this.#holds(state.stream ?? '', state.revision ?? 0, state.event_id))
    ) {
      return 'the read models are of another log';
    }
    this.#position = state.position;
    return null;
  }

  /** True where the log has that event at that place. */
  async #holds(stream: string, revision: number, id: string): Promise<boolean> {
    for await (const page of this.#store.readStream(stream, revision)) return page[0]?.id === id;
    return false;
  }

  #state() {
    const exists = this.#database.get("SELECT 1 FROM sqlite_schema WHERE name = 'projector'") !== undefined;
    return exists
      ? this.#database.get<{
          fingerprint: string;
          position: Position;
          event_id: string | null;
          stream: string | null;
          revision: number | null;
        }>('SELECT fingerprint, position, event_id, stream, revision FROM projector')
      : undefined;
  }

  #saveState(last: RecordedEvent | undefined): void {
    this.#database.run('DELETE FROM projector');
    this.#database.run(
      'INSERT INTO projector (fingerprint, position, event_id, stream, revision) VALUES (?, ?, ?, ?, ?)',
      this.#fingerprint(),
      last?.position ?? 0,
      last?.id ?? null,
      last?.stream ?? null,
      last?.revision ?? null,
    );
  }

  #createTables(): void {
    const old = this.#database.all<{ name: string }>(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
    );
    for (const { name } of old) this.#database.exec(`DROP TABLE "${name}"`);
    this.#database.exec(
      'CREATE TABLE projector (fingerprint TEXT, position INTEGER, event_id TEXT, stream TEXT, revision INTEGER)',
    );
    for (const { tables } of this.#projections) {
      for (const statement of Object.values(tables)) this.#database.exec(statement);
    }
  }

  /** A digest of the rows of every table, in the order of their columns, of which the key comes first. */
  #digests(): Map<string, string> {
    const digests = new Map<string, string>();
    for (const table of this.#projections.flatMap(({ tables }) => Object.keys(tables))) {
      const hash = createHash('sha256');
      const columns = this.#database.all(`PRAGMA table_info("${table}")`).map((_, index) => index + 1);
      for (const row of this.#database.iterate(`SELECT * FROM "${table}" ORDER BY ${columns.join(', ')}`)) {
        hash.update(JSON.stringify(row));
      }
      digests.set(table, hash.digest('hex'));
    }
    return digests;
  }

  #wake(): void {
    for (const done of [...this.#waiting]) done();
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === 5;
}
