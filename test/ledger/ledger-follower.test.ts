import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Position, RecordedEvent } from '../../src/domain/events';
import { type EventStore, LogUnavailableError } from '../../src/event-store/event-store';
import { leafHash } from '../../src/ledger/entry';
import { Ledger, LedgerMisfitError } from '../../src/ledger/ledger';
import { LedgerFile } from '../../src/ledger/ledger-file';
import { LedgerFollower } from '../../src/ledger/ledger-follower';
import { CompactRange } from '../../src/ledger/merkle';
import { collect, sampleEvents } from '../event-store/sample-events';
import { TemporaryFolder } from '../support/temporary-log';

describe('Following the log', () => {
  let folder: TemporaryFolder;
  let store: EventStore;
  let ledger: Ledger;
  let stop: AbortController;
  beforeEach(() => {
    folder = new TemporaryFolder();
    store = folder.log();
    ledger = openLedger();
    stop = new AbortController();
  });
  afterEach(async () => {
    stop.abort();
    await folder.remove();
  });

  const openLedger = () => folder.closing(new Ledger(LedgerFile.open(join(folder.path, 'ledger.db'))));
  const append = async (count: number, stream = 's') => {
    const { position } = await store.append(stream, sampleEvents(count), 'NO_STREAM');
    return position;
  };
  const rootOfLog = async () => {
    const tree = new CompactRange();
    for (const event of await collect(store.readAll())) tree.append(leafHash(event));
    return tree.root();
  };
  const sql = (statement: string) => {
    const db = new DatabaseSync(join(folder.path, 'events.db'), { timeout: 5_000 });
    db.exec(statement);
    db.close();
  };

  it('records what the log holds, and then what it holds more', async () => {
    const follower = new LedgerFollower(store, ledger);
    await follower.catchUp();
    expect(ledger.size).toBe(0);
    await append(600, 'a');
    await follower.catchUp();
    await append(2, 'b');
    await new LedgerFollower(store, openLedger()).catchUp();
    expect([ledger.size, ledger.root()]).toEqual([602, await rootOfLog()]);
  });

  it('records all that precedes an event that cannot be read', async () => {
    await append(600, 'a');
    sql("UPDATE events SET data = 'torn' WHERE position = 590");
    await expect(new LedgerFollower(store, ledger).catchUp()).rejects.toThrow('is corrupt');
    expect(ledger.state).toEqual({ size: 589, position: 589 });
  });

  it('is level soon behind each append, and at once for who waits', async () => {
    const follower = new LedgerFollower(store, ledger);
    const levels: number[] = [];
    const following = follower.follow(stop.signal, () => levels.push(ledger.size));
    for (let round = 0; round < 5; round += 1) {
      const position = await append(3, `s${round}`);
      expect(await follower.waitFor(position, 5_000)).toBe(true);
      expect(ledger.sizeUpTo(position)).toBe(3 * (round + 1));
    }
    stop.abort();
    await following;
    expect(ledger.root()).toEqual(await rootOfLog());
    expect(levels[0]).toBe(0);
  });

  it('takes what other processes record meanwhile as it is', async () => {
    const follower = new LedgerFollower(store, ledger);
    const following = follower.follow(stop.signal);
    let position = 0;
    for (let round = 0; round < 20; round += 1) {
      position = await append(5, `s${round}`);
      await new LedgerFollower(store, openLedger()).catchUp();
    }
    expect(await follower.waitFor(position, 5_000)).toBe(true);
    stop.abort();
    await following;
    expect([ledger.size, ledger.root()]).toEqual([100, await rootOfLog()]);
  });

  it('tells who waits in vain: the position is not there in time, or following has failed', async () => {
    const follower = new LedgerFollower(store, ledger);
    expect(await follower.waitFor(1, 1)).toBe(false);
    await append(3);
    await follower.catchUp();
    sql('DELETE FROM events WHERE position = 3');
    const waiting = follower.waitFor(4, 60_000);
    await expect(follower.follow(stop.signal)).rejects.toThrow(LedgerMisfitError);
    expect(await waiting).toBe(false);
    expect(follower.failure).toBeInstanceOf(LedgerMisfitError);
  });

  it('lets appends that come one after the other gather, rather than write for each', async () => {
    let writes = 0;
    const counted = new Proxy(ledger, {
      get(of, name: keyof Ledger) {
        if (name === 'advance') writes += 1;
        const value = of[name];
        return typeof value === 'function' ? value.bind(of) : value;
      },
    });
    const follower = new LedgerFollower(store, counted);
    const level = Promise.withResolvers<void>();
    const following = follower.follow(stop.signal, level.resolve);
    await level.promise;
    const start = performance.now();
    let position = 0;
    for (let index = 0; index < 300; index += 1) position = await append(1, `s${index}`);
    expect(await follower.waitFor(position, 60_000)).toBe(true);
    stop.abort();
    await following;
    expect([ledger.size, ledger.root()]).toEqual([300, await rootOfLog()]);
    // Four times a second, where nobody waits for it.
    expect(writes).toBeLessThanOrEqual(3 + (performance.now() - start) / 240);
  });

  it('records nothing of an older copy of the log that was put in its place', async () => {
    const position = await append(3);
    const older: EventStore = {
      ...movedTo(store, (position) => position),
      async *subscribeAll() {
        yield [];
        yield* store.readAll(1);
      },
    };
    const follower = new LedgerFollower(older, ledger);
    await new LedgerFollower(store, ledger).catchUp();
    void follower.waitFor(position + 1, 60_000);
    await expect(follower.follow(stop.signal)).rejects.toThrow('the log has gone back behind position 3');
    expect([ledger.size, ledger.root()]).toEqual([3, await rootOfLog()]);
  });

  it('waits for more to gather only where it is level, however small the pages are', async () => {
    await append(40);
    const events = await collect(store.readAll());
    const inSmallPages: EventStore = {
      ...movedTo(store, (position) => position),
      async *subscribeAll() {
        for (const event of events) yield [event];
        yield [];
      },
    };
    // No wait ends here by itself.
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask', 'performance'] });
    try {
      const sizes: number[] = [];
      const level = new Promise<void>((resolve) => {
        const onLevel = (): void => {
          sizes.push(ledger.size);
          resolve();
        };
        void new LedgerFollower(inSmallPages, ledger).follow(stop.signal, onLevel);
      });
      await level;
      expect(sizes).toEqual([40]);
    } finally {
      jest.useRealTimers();
    }
  });

  describe('goes on where the log was moved', () => {
    const shifted = (position: Position) => 1_000 * position + 17;
    /** Begins at the same position. */
    const spread = (position: Position) => 1_000 * position - 999;
    const back = (position: Position) => position;

    it.each([
      ['to an engine with larger positions', back, shifted],
      ['to one with smaller positions', shifted, back],
      ['to one whose first position happens to be the same', back, spread],
      ['and back from there', spread, back],
    ])('%s: the same leaves, the same root, new positions', async (_, here, there) => {
      await append(300, 'a');
      await append(5, 'b');
      await new LedgerFollower(movedTo(store, here), ledger).catchUp();
      const before = [ledger.size, ledger.root()];
      const moved = movedTo(store, there);
      await new LedgerFollower(moved, openLedger()).catchUp();
      expect([ledger.size, ledger.root()]).toEqual(before);
      const positions = (await collect(moved.readAll())).map(({ position }) => position);
      expect(positions.map((_position, index) => ledger.positionOf(index))).toEqual(positions);
      expect(positions.map((position) => ledger.sizeUpTo(position))).toEqual(
        positions.map((_position, index) => index + 1),
      );
      await append(3, 'c');
      await new LedgerFollower(moved, ledger).catchUp();
      expect([ledger.size, ledger.root()]).toEqual([308, await rootOfLog()]);
    });

    it('but not where it lost or changed an event on the way, and names the first', async () => {
      await append(300, 'a');
      await new LedgerFollower(store, ledger).catchUp();
      const before = [ledger.state, ledger.root()];
      sql(`UPDATE events SET data = replace(data, 'afspraken', 'beloften') WHERE position IN (200, 250)`);
      const changed = new LedgerFollower(movedTo(store, shifted), ledger);
      await expect(changed.catchUp()).rejects.toThrow('recorded in the ledger (index 199)');
      sql(`UPDATE events SET data = replace(data, 'beloften', 'afspraken')`);
      const cut = new LedgerFollower(movedTo(store, shifted, 299), ledger);
      await expect(cut.catchUp()).rejects.toThrow('the log ends before index 299');
      expect([ledger.state, ledger.root()]).toEqual(before);
    });
  });

  describe('goes no further', () => {
    beforeEach(async () => {
      await append(5);
      await new LedgerFollower(store, ledger).catchUp();
    });
    const catchUp = () => new LedgerFollower(store, ledger).catchUp();

    it('where the last recorded event was altered', async () => {
      sql(`UPDATE events SET data = replace(data, 'afspraken', 'beloften') WHERE position = 5`);
      await append(1, 'more');
      await expect(catchUp()).rejects.toThrow('other events than those recorded in the ledger (index 4)');
      expect(ledger.size).toBe(5);
    });

    it('where the log ends before it', async () => {
      sql('DELETE FROM events WHERE position > 3');
      await expect(catchUp()).rejects.toThrow('the log ends before index 4');
    });

    it('where the log was emptied, or is another one', async () => {
      sql('DELETE FROM events');
      await expect(catchUp()).rejects.toThrow('the log ends before index 4');
      await append(6, 'other');
      await expect(catchUp()).rejects.toThrow(LedgerMisfitError);
    });
  });
});

/**
 * The same log as another engine has it: with other positions, and unable to read from one that it does not have.
 * @param end how many of the events it has
 */
function movedTo(store: EventStore, there: (position: Position) => Position, end = 1_000_000): EventStore {
  const renumbered = (page: readonly RecordedEvent[]) =>
    page.flatMap((event) =>
      event.position > end ? [] : [{ ...event, position: there(event.position) } as RecordedEvent],
    );
  return {
    append: (...args) => store.append(...args),
    restore: (...args) => store.restore(...args),
    readStream: (...args) => store.readStream(...args),
    subscribeAll: (...args) => store.subscribeAll(...args),
    lastPosition: () => store.lastPosition(),
    close: () => store.close(),
    async *readAll(after) {
      let isKnown = after === undefined || after === 0;
      for await (const page of store.readAll()) {
        const events = renumbered(page);
        const at = events.findIndex(({ position }) => position === after);
        if (!isKnown && at < 0) continue;
        const behind = isKnown ? events : events.slice(at + 1);
        isKnown = true;
        if (behind.length > 0) yield behind;
      }
      if (!isKnown) throw new LogUnavailableError(`there is no position ${after}`);
    },
  };
}
