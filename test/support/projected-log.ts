import { join } from 'node:path';
import { PROJECTIONS } from '../../projections/all';
import { ReadDatabase } from '../../projections/database';
import type { Projection } from '../../projections/projection';
import type { RecordedEvent } from '../../src/domain/events';
import type { EventStore } from '../../src/event-store/event-store';
import { Projector } from '../../src/projector';
import { collect } from '../event-store/sample-events';
import { assessment, confidential, followUp, noted, opened, published, record, registered } from './events';
import { KADER } from './frameworks';
import { appendAll, TemporaryFolder } from './temporary-log';

const FRAMEWORK = record([published(KADER)], { stream: 'framework-KADER' });
const APPROACH = record([
  registered(),
  ...assessment('2013', '2013', '2014-05', { '1.1.1 1.1.2': '✓', '2.1.1': '✓', '2.2.1': '✗' }),
  ...followUp('2014', '2014', '2015-06', { '2.2.1': '✓' }),
  ...confidential(assessment('2012', '2012', null, { '1.1.1': '✓' })),
  opened('2015', { reference: '2015' }),
]);
/** How many events the log begins with. */
export const LENGTH = FRAMEWORK.length + APPROACH.length;

/** One more event behind the others; each has its own id. */
export function more(ordinal = 0): RecordedEvent[] {
  return record([noted('2015', `ontwikkeling ${ordinal}`)], { after: APPROACH.length + ordinal });
}

/** Notes each event in a table of its own: one applied twice fails. */
export const seen: Projection = {
  name: 'seen',
  version: 1,
  tables: { seen: 'CREATE TABLE seen (position INTEGER PRIMARY KEY)' },
  writer: (database) => ({
    apply: ({ position }) => void database.run('INSERT INTO seen (position) VALUES (?)', position),
    finish() {},
  }),
};

/** A log with {@link LENGTH} events for each test of the file, and read models beside it. */
export class ProjectedLog {
  #folder: TemporaryFolder | undefined;
  #store: EventStore | undefined;
  #others = 0;

  constructor() {
    beforeEach(async () => {
      this.#folder = new TemporaryFolder();
      this.#store = this.#folder.log();
      await appendAll(this.#store, [...FRAMEWORK, ...APPROACH]);
    });
    afterEach(() => this.#folder?.remove());
  }

  get folder(): TemporaryFolder {
    if (this.#folder === undefined) throw new Error('the folder is there while a test runs');
    return this.#folder;
  }

  get store(): EventStore {
    if (this.#store === undefined) throw new Error('the log is there while a test runs');
    return this.#store;
  }

  /** The positions of all events. */
  async positions(): Promise<number[]> {
    return (await collect(this.store.readAll())).map(({ position }) => position);
  }

  /** The position of the event so far down the log, counted from 1. */
  async positionOf(ordinal: number): Promise<number> {
    return (await this.positions())[ordinal - 1] ?? Number.NaN;
  }

  append(events: readonly RecordedEvent[]): Promise<void> {
    return appendAll(this.store, events);
  }

  /** A read database of its own, empty. */
  openAnother(): ReadDatabase {
    this.#others += 1;
    return this.open(join(this.folder.path, `read-${this.#others}.db`));
  }

  /** Another connection to the read database of this test. */
  open(path = join(this.folder.path, 'read.db')): ReadDatabase {
    return this.folder.closing(new ReadDatabase(path));
  }

  /** The read models, made fit to be followed, and why they had to be rebuilt. */
  async built(projections = PROJECTIONS, store = this.store) {
    const database = this.open();
    const projector = new Projector(store, database, projections);
    const reason = await projector.prepare();
    return { database, projector, reason };
  }

  /** The store, with its pages of all events made by `pages`. */
  withPages(pages: (page: readonly RecordedEvent[]) => AsyncIterable<readonly RecordedEvent[]>): EventStore {
    const { store } = this;
    return {
      append: (...args) => store.append(...args),
      restore: (...args) => store.restore(...args),
      readStream: (...args) => store.readStream(...args),
      async *readAll(after) {
        for await (const page of store.readAll(after)) yield* pages(page);
      },
      subscribeAll: (...args) => store.subscribeAll(...args),
      lastPosition: () => store.lastPosition(),
      close: () => store.close(),
    };
  }
}
