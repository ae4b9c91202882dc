import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { PROJECTIONS } from '../../projections/all';
import { ReadDatabase } from '../../projections/database';
import type { EventStore } from '../../src/event-store/event-store';
import { exportLine } from '../../src/ledger/entry';
import { Ledger } from '../../src/ledger/ledger';
import { LedgerFile } from '../../src/ledger/ledger-file';
import { LedgerFollower } from '../../src/ledger/ledger-follower';
import { readExport } from '../../src/ledger/read-export';
import { Projector } from '../../src/projector';
import { collect } from '../event-store/sample-events';
import { randomHistory } from '../support/random-history';
import { dump } from '../support/read-models';
import { appendAll, TemporaryFolder } from '../support/temporary-log';

/** A register in its own files. */
class Register {
  readonly ledger: Ledger;
  readonly database: ReadDatabase;
  readonly projector: Projector;
  constructor(
    readonly folder: TemporaryFolder,
    readonly name: string,
    readonly store: EventStore = folder.log(`${name}.db`),
  ) {
    this.ledger = folder.closing(new Ledger(LedgerFile.open(join(folder.path, `${name}-ledger.db`))));
    this.database = folder.closing(new ReadDatabase(join(folder.path, `${name}-read.db`)));
    this.projector = new Projector(store, this.database, PROJECTIONS);
  }

  async follow(): Promise<void> {
    await new LedgerFollower(this.store, this.ledger).catchUp();
    await this.projector.prepare();
    await this.projector.catchUp();
  }

  async export(): Promise<string> {
    const events = await collect(this.store.readAll());
    const lines = events.map((event, index) => exportLine(index, event, this.ledger.leaf(index)));
    const path = join(this.folder.path, `${this.name}.ndjson`);
    writeFileSync(path, lines.join(''));
    return path;
  }
}

describe('A register that is exported and restored into an empty one', () => {
  it('has the same root, the same read tables, and the same export again', async () => {
    await fc.assert(
      fc.asyncProperty(randomHistory, fc.nat(), async ({ log }, cut) => {
        const folder = new TemporaryFolder();
        try {
          const one = new Register(folder, 'one');
          // Followed on the way too: a read model that grew is the one that is built at once.
          await appendAll(one.store, log.slice(0, cut % (log.length + 1)));
          await one.follow();
          await appendAll(one.store, log.slice(cut % (log.length + 1)));
          await one.follow();

          const other = new Register(folder, 'other');
          const exported = await one.export();
          await other.store.restore(readExport(exported));
          await other.follow();

          expect(other.ledger.size).toBe(log.length);
          expect(other.ledger.root()).toEqual(one.ledger.root());
          expect(dump(other.database)).toEqual(dump(one.database));
          expect(await collect(other.store.readAll())).toEqual(await collect(one.store.readAll()));
        } finally {
          await folder.remove();
        }
      }),
      { numRuns: 25 },
    );
  });
});
