import { InvalidEventError } from '../../src/domain/events';
import { AppendTooLargeError, type EventStore, LogNotEmptyError } from '../../src/event-store/event-store';
import { openKurrentDBEventStore } from '../../src/event-store/kurrentdb';
import { describeOnKurrentDB, ownLog } from '../support/kurrentdb';
import { describeEventStoreContract, type OpenedLog } from './contract';
import { describeRestoreContract } from './restore-contract';
import { collect, type Events, ids, sampleEvent, sampleEvents } from './sample-events';

async function open(): Promise<OpenedLog> {
  const log = ownLog();
  let current = openKurrentDBEventStore(log);
  return {
    store: current,
    reopen: async () => {
      await current.close();
      current = openKurrentDBEventStore(log);
      return current;
    },
    dispose: () => current.close(),
  };
}

describeOnKurrentDB('On a server', () => {
  describeEventStoreContract('KurrentDB', open, {
    eventIdTaken: 'KurrentDB compares event ids within a stream only',
    ownClock: 'the clock is that of the server that leads',
  });
  describeRestoreContract('KurrentDB', open, {
    allOrNone: 'KurrentDB has no transaction over many streams',
  });
});

describeOnKurrentDB('The log on KurrentDB', () => {
  const stores: EventStore[] = [];
  const opened = (log = ownLog()): EventStore => {
    const store = openKurrentDBEventStore(log);
    stores.push(store);
    return store;
  };
  afterEach(async () => {
    await Promise.all(stores.splice(0).map((store) => store.close()));
  });

  it('gives the events of an append one instant, whichever of them reading begins at', async () => {
    const store = opened();
    await store.append('s', sampleEvents(1_000), 'NO_STREAM');
    const all = await collect(store.readAll());
    expect(new Set(all.map(({ metadata }) => metadata.recordedAt)).size).toBe(1);
    expect(await collect(store.readStream('s', 777))).toEqual(all.slice(777));
    expect(await collect(store.readAll(all[776]?.position))).toEqual(all.slice(777));
  });

  it('gives every reader the same instants, never decreasing, whoever wrote', async () => {
    const log = ownLog();
    const [one, other] = [opened(log), opened(log)];
    const writing = [one, other].map(async (store, writer) => {
      for (let n = 0; n < 40; n += 1) await store.append(`${writer}-${n}`, sampleEvents(3), 'NO_STREAM');
    });
    await Promise.all(writing);
    const events = await collect(one.readAll());
    const instants = events.map(({ metadata }) => metadata.recordedAt);
    expect(instants).toEqual(instants.toSorted());
    expect(await collect(opened(log).readAll())).toEqual(events);
    for (const writer of [0, 1]) {
      const stream = `${writer}-39`;
      expect(await collect(other.readStream(stream))).toEqual(events.filter((e) => e.stream === stream));
    }
  });

  it('sees nothing of what others keep on the server, and goes on behind it', async () => {
    const mine = opened();
    const others = opened();
    const first = await mine.append('s', sampleEvents(1), 'NO_STREAM');
    await others.append('s', sampleEvents(2_000), 'NO_STREAM');
    expect(await mine.lastPosition()).toBe(first.position);
    const second = await mine.append('s', sampleEvents(1), 0);
    await others.append('t', sampleEvents(1), 'NO_STREAM');
    expect((await collect(mine.readAll())).map(({ position }) => position)).toEqual([
      first.position,
      second.position,
    ]);
    expect(await mine.lastPosition()).toBe(second.position);
  });

  it('refuses what a server does not take at once before it is sent, and takes what is just below', async () => {
    const store = opened();
    const large: Events = [sampleEvent('x'.repeat(600_000)), sampleEvent('x'.repeat(600_000))];
    const error = await store.append('s', large, 'NO_STREAM').catch((caught) => caught);
    expect(error).toBeInstanceOf(AppendTooLargeError);
    expect(error.bytes).toBeGreaterThan(error.maxBytes);
    expect(await store.lastPosition()).toBeUndefined();
    await store.append('s', [sampleEvent('x'.repeat(1_047_000))], 'NO_STREAM');
    expect(await collect(store.readStream('s'))).toHaveLength(1);
  });

  it('goes on with a restoring that was interrupted, and only with the same events', async () => {
    const source = opened();
    for (const stream of ['a', 'b', 'c']) await source.append(stream, sampleEvents(3), 'NO_STREAM');
    const events = (await collect(source.readAll())).map(({ position: _, ...event }) => event);
    const store = opened();
    const broken = async function* () {
      yield events.slice(0, 4);
      yield events.slice(4, 7);
      throw new Error('the tape broke');
    };
    await expect(store.restore(broken())).rejects.toThrow('the tape broke');
    const beginning = await collect(store.readAll());
    expect(ids(beginning)).toEqual(ids(events).slice(0, beginning.length));

    const pages = async function* (wanted: typeof events) {
      yield wanted;
    };
    await expect(store.restore(pages(events.slice(1)))).rejects.toThrow(InvalidEventError);
    await expect(opened(ownLog()).restore(pages([]))).resolves.toBeUndefined();
    await store.restore(pages(events));
    expect(ids(await collect(store.readAll()))).toEqual(ids(events));
    await expect(store.restore(pages(events.slice(0, 6)))).rejects.toThrow(LogNotEmptyError);
  });
});
