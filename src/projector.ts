import { isDamage, type ReadDatabase } from '../projections/database';
import type { Projection } from '../projections/projection';
import { InvalidEventError, type Position, type RecordedEvent } from './domain/events';
import type { EventStore } from './event-store/event-store';

/** Events between two reports of progress. */
const PROGRESS_EVERY_EVENTS = 10_000;

/**
 * The log no longer holds what the read models were made of: an older copy of it was put back, or another log. What
 * they say is of a past that the log does not know, and what is written now stands before it.
 */
export class LogReplacedError extends Error {
  override readonly name = 'LogReplacedError';
  constructor(position: Position) {
    super(
      `the log no longer holds the event at position ${position}, up to which the read models were made of it: an older copy of it was put in its place, or another log. At the next start they are built anew; "toetsspoor verify" tells what the ledger has that the log lacks`,
    );
  }
}

/** The event up to which read models have come; nulls before the first. */
interface LastApplied {
  readonly position: Position;
  readonly event_id: string | null;
  readonly stream: string | null;
  readonly revision: number | null;
}

/** What a rebuild found. */
export interface RebuildResult {
  readonly events: number;
  readonly position: Position;
  /** Tables whose rows differ from what the log gives; null where there was nothing to compare with. */
  readonly differing: readonly string[] | null;
}

/** Does what writes. */
export type Written = <T>(write: () => T) => Promise<T>;

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
  /** The event up to which they have come, as {@link #state} has it: looked up often, and read once. */
  #last: LastApplied | undefined;
  #isLevel = false;
  #mayBeRead = false;

  constructor(store: EventStore, database: ReadDatabase, projections: readonly Projection[]) {
    this.#store = store;
    this.#database = database;
    this.#projections = projections;
  }

  /** The position that the read models have reached; 0 before the first event. */
  get position(): Position {
    return this.#position;
  }

  /** The position in the read models themselves, whoever writes to them; null where they are none of this version. */
  get savedPosition(): Position | null {
    const state = this.#state(this.#database);
    return state?.fingerprint === this.#fingerprint() ? state.position : null;
  }

  /** True once the read models have been level with the log since {@link follow} began. */
  get isLevel(): boolean {
    return this.#isLevel;
  }

  /** True once the read models have been level with the log, or were taken up without it. */
  get mayBeRead(): boolean {
    return this.#isLevel || this.#mayBeRead;
  }

  /** Lets the read models be read as they are, where they are of this version, while the log cannot be asked. */
  takeUp(): void {
    this.#position = this.savedPosition ?? 0;
    this.#mayBeRead = this.#position > 0;
    this.#wake();
  }

  /**
   * Follows the log until `signal` is aborted. Call {@link prepare} first.
   * @param written does what writes, or tries it again
   * @throws LogReplacedError where an event comes that lies before what is there already
   * @throws what the store or a projection throws; rows and position are then those of before the page.
   */
  async follow(signal: AbortSignal, written: Written = async (write) => write()): Promise<void> {
    for await (const page of this.#store.subscribeAll(this.#position, signal)) {
      const [first] = page;
      if (first === undefined) this.#isLevel = true;
      // An older copy of the log gives again positions that it had given already, to other events.
      else if (first.position <= this.#position) throw new LogReplacedError(this.#position);
      else await written(() => this.#apply(page));
    }
  }

  /**
   * What has become, in the log, of the event up to which the read models have come: `HELD`, or `GONE` where its
   * stream holds nothing there, or `ANOTHER`. One that was kept is never gone by itself.
   */
  async lastEvent(): Promise<'HELD' | 'GONE' | 'ANOTHER'> {
    this.#last ??= this.#state(this.#database);
    const state = this.#last;
    if (state === undefined || state.event_id === null) return 'HELD';
    try {
      for await (const [event] of this.#store.readStream(state.stream ?? '', state.revision ?? 0)) {
        // A copy of the log has it at another position.
        return event?.id === state.event_id && event.position === state.position ? 'HELD' : 'ANOTHER';
      }
    } catch (error) {
      // The stream begins behind it: an operator has deleted or cut it, and others have written on.
      if (!(error instanceof InvalidEventError)) throw error;
    }
    return 'GONE';
  }

  /** Applies all that the log holds now, and returns. Call {@link prepare} first. */
  async catchUp(): Promise<void> {
    for await (const page of this.#store.readAll(this.#position)) this.#apply(page);
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
  async prepare(onProgress?: (events: number) => void, signal?: AbortSignal): Promise<string | null> {
    const reason = await this.#reasonToRebuild();
    if (reason !== null) await this.rebuild(onProgress, signal);
    return reason;
  }

  /**
   * Builds the read models anew from the log, beside the old ones, and then puts them in their place: an
   * interrupted rebuild leaves the old ones. The rows are compared at the position that the old ones had
   * reached. Not to be called while following.
   * @throws the reason of `signal` where it is aborted on the way
   */
  async rebuild(
    onProgress: (events: number) => void = () => {},
    signal?: AbortSignal,
  ): Promise<RebuildResult> {
    const state = this.#state(this.#database);
    const comparable = state !== undefined && state.fingerprint === this.#fingerprint();
    const building = this.#database.beside();
    try {
      building.exec('BEGIN');
      const result = await this.#replay(building, comparable ? state.position : null, onProgress, signal);
      building.exec('COMMIT');
      this.#database.adopt(building);
      this.#position = result.position;
      this.#last = this.#state(this.#database);
      this.#wake();
      return result;
    } catch (error) {
      building.close();
      throw error;
    }
  }

  /**
   * Builds the read models anew in a database of their own, up to where those in its schema `before` have come,
   * and compares them. It leaves those as they are, and may run beside the process that keeps them.
   * @returns null where there are none to compare with, or of another version
   */
  async compare(
    building: ReadDatabase,
    onProgress: (events: number) => void = () => {},
  ): Promise<RebuildResult | null> {
    // One transaction: those in `before` stay as they are now, whatever their process does meanwhile.
    building.exec('BEGIN');
    const state = this.#state(building, 'before');
    if (state?.fingerprint !== this.#fingerprint()) return null;
    return this.#replay(building, state.position, onProgress, undefined, state.position);
  }

  async #replay(
    building: ReadDatabase,
    comparedAt: Position | null,
    onProgress: (events: number) => void,
    signal: AbortSignal | undefined,
    upTo: Position = Number.POSITIVE_INFINITY,
  ): Promise<RebuildResult> {
    this.#createTables(building);
    let events = 0;
    let last: RecordedEvent | undefined;
    let writers = this.#writers(building);
    let differing: string[] | null = null;
    const compare = (): void => {
      if (comparedAt === null || differing !== null) return;
      for (const writer of writers) writer.finish();
      writers = this.#writers(building);
      differing = this.#differingTables(building);
    };
    for await (const page of this.#store.readAll()) {
      signal?.throwIfAborted();
      if ((page[0]?.position ?? 0) > upTo) break;
      for (const event of page) {
        if (event.position > upTo) break;
        if (comparedAt !== null && event.position > comparedAt) compare();
        for (const writer of writers) writer.apply(event);
        last = event;
        events += 1;
        if (events % PROGRESS_EVERY_EVENTS === 0) onProgress(events);
      }
    }
    compare();
    for (const writer of writers) writer.finish();
    for (const { indexes = [] } of this.#projections) for (const index of indexes) building.exec(index);
    this.#saveState(building, last);
    onProgress(events);
    return { events, position: last?.position ?? 0, differing };
  }

  #apply(page: readonly RecordedEvent[]): void {
    this.#database.transaction(() => {
      // The rows know best how far they are, whoever wrote them.
      const reached = this.#state(this.#database)?.position ?? 0;
      const fresh = page.filter(({ position }) => position > reached);
      const writers = this.#writers(this.#database);
      for (const event of fresh) for (const writer of writers) writer.apply(event);
      for (const writer of writers) writer.finish();
      if (fresh.length > 0) this.#saveState(this.#database, fresh.at(-1));
    });
    const last = page.at(-1);
    if (last === undefined) return;
    const { id, stream, revision, position } = last;
    this.#position = position;
    this.#last = { event_id: id, stream, revision, position };
    this.#wake();
  }

  #writers(database: ReadDatabase) {
    return this.#projections.map((projection) => projection.writer(database));
  }

  /** Names and versions of the read models: others need a rebuild. */
  #fingerprint(): string {
    return this.#projections.map(({ name, version }) => `${name}:${version}`).join(' ');
  }

  async #reasonToRebuild(): Promise<string | null> {
    const state = this.#state(this.#database);
    if (state === undefined) return 'there are no read models yet';
    if (state.fingerprint !== this.#fingerprint()) return 'the read models are of another version';
    if ((await this.lastEvent()) !== 'HELD') return 'the read models are of another log';
    this.#position = state.position;
    this.#wake();
    return null;
  }

  #state(database: ReadDatabase, schema: 'main' | 'before' = 'main') {
    const exists =
      database.get(`SELECT 1 FROM ${schema}.sqlite_schema WHERE name = 'projector'`) !== undefined;
    return exists
      ? database.get<LastApplied & { fingerprint: string }>(
          `SELECT fingerprint, position, event_id, stream, revision FROM ${schema}.projector`,
        )
      : undefined;
  }

  #saveState(database: ReadDatabase, last: RecordedEvent | undefined): void {
    database.run('DELETE FROM projector');
    database.run(
      'INSERT INTO projector (fingerprint, position, event_id, stream, revision) VALUES (?, ?, ?, ?, ?)',
      this.#fingerprint(),
      last?.position ?? 0,
      last?.id ?? null,
      last?.stream ?? null,
      last?.revision ?? null,
    );
  }

  #createTables(database: ReadDatabase): void {
    database.exec(
      'CREATE TABLE projector (fingerprint TEXT, position INTEGER, event_id TEXT, stream TEXT, revision INTEGER)',
    );
    for (const { tables } of this.#projections) {
      for (const statement of Object.values(tables)) database.exec(statement);
    }
  }

  #differingTables(building: ReadDatabase): string[] {
    const tables = this.#projections.flatMap((projection) => Object.keys(projection.tables));
    return tables.filter((table) => differs(building, table));
  }

  #wake(): void {
    for (const done of [...this.#waiting]) done();
  }
}

/** True where a table holds other rows than the table of that name in the schema `before`, or that is damaged. */
function differs(database: ReadDatabase, table: string): boolean {
  const columns = database.all<{ name: string; pk: number }>(`PRAGMA main.table_info("${table}")`);
  const keys = columns.filter(({ pk }) => pk > 0).map(({ name }) => `was."${name}" = now."${name}"`);
  const other = columns.map(({ name }) => `was."${name}" IS NOT now."${name}"`);
  try {
    return (
      database.get(
        `SELECT 1 WHERE (SELECT count(*) FROM main."${table}") <> (SELECT count(*) FROM before."${table}")
           OR EXISTS (SELECT 1 FROM main."${table}" AS now LEFT JOIN before."${table}" AS was
                      ON ${keys.join(' AND ')} WHERE ${other.join(' OR ')})`,
      ) !== undefined
    );
  } catch (error) {
    if (isDamage(error)) return true;
    throw error;
  }
}
