import { join } from 'node:path';
import type { EventStore } from '../../src/event-store/event-store';
import { Ledger } from '../../src/ledger/ledger';
import { LedgerFile } from '../../src/ledger/ledger-file';
import { LedgerFollower } from '../../src/ledger/ledger-follower';
import { Misfit, verifyLog } from '../../src/ledger/verify-log';
import { sampleEvents } from '../event-store/sample-events';
import { TemporaryFolder } from '../support/temporary-log';

describe('Verifying a log', () => {
  let folder: TemporaryFolder;
  let store: EventStore;
  let ledger: Ledger;
  beforeEach(async () => {
    folder = new TemporaryFolder();
    store = folder.log();
    ledger = folder.closing(new Ledger(LedgerFile.open(join(folder.path, 'ledger.db'))));
    await store.append('approach-GM0935-a', sampleEvents(1_200), 'NO_STREAM');
    await catchUp();
  });
  afterEach(() => folder.remove());

  const catchUp = () => new LedgerFollower(store, ledger).catchUp();

  it('takes what is appended and recorded meanwhile as none of its concern', async () => {
    const reader = folder.reader();
    const grow = async function* () {
      let round = 0;
      for await (const page of reader.readAll()) {
        round += 1;
        await store.append(`approach-GM0935-b${round}`, sampleEvents(300), 'NO_STREAM');
        await catchUp();
        yield page;
      }
    };
    const verified = await verifyLog({ ...store, readAll: grow }, ledger, []);
    expect(verified).toMatchObject({ events: 1_200, recorded: 1_200 });
    expect(verified.root).toEqual(ledger.root(1_200));
    expect(ledger.size).toBeGreaterThan(1_200);
  });

  it('checks what is behind the ledger too, but not against it', async () => {
    await store.append('approach-GM0935-b', sampleEvents(5), 'NO_STREAM');
    expect(await verifyLog(store, ledger, [])).toMatchObject({ events: 1_205, recorded: 1_200 });
  });

  it('narrows a rewritten beginning down by the checkpoints that still fit', async () => {
    const root = ledger.root(700);
    const checkpoints = [
      { name: 'old', size: 500, root: ledger.root(500) },
      { name: 'none', size: 0, root: ledger.root(0) },
      { name: 'new', size: 900, root },
      { name: 'newest', size: 1_200, root },
    ];
    const error = await verifyLog(store, undefined, checkpoints).catch((caught) => caught);
    expect(error).toBeInstanceOf(Misfit);
    expect(error.message).toContain('the first 900 events are not those that were signed in new');
    expect(error.message).toContain('The first wrong index lies from 500 to 899.');
    const both = await verifyLog(store, ledger, checkpoints).catch((caught) => caught);
    expect(both.message).toContain('The ledger agrees with the log, so both were rewritten.');
  });
});
