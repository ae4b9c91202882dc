import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { jsonEvent, KurrentDBClient } from '@kurrent/kurrentdb-client';
import { ReadDatabase } from '../../projections/database';
import { InvalidEventError, type RecordedEvent } from '../../src/domain/events';
import { approachStream, frameworkStream, TEXTS_LEFT_OUT_STREAM } from '../../src/domain/streams';
import {
  AppendTooLargeError,
  type EventStore,
  LogInUseError,
  LogNotEmptyError,
  UnusableLogError,
} from '../../src/event-store/event-store';
import { openKurrentDBEventStore } from '../../src/event-store/kurrentdb';
import { Projector } from '../../src/projector';
import { describeOnKurrentDB, KURRENTDB_URL, ownLog } from '../support/kurrentdb';
import { seen } from '../support/projected-log';
import { TemporaryFolder } from '../support/temporary-log';
import { describeEventStoreContract, type OpenedLog } from './contract';
import { describeRestoreContract } from './restore-contract';
import { collect, type Events, ids, sampleEvent, sampleEvents } from './sample-events';

const named = (slug: string) => approachStream('GM0935', slug);
const [S, T] = [named('s'), named('t')];

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
    appendUnknown: async (stream) => {
      const client = KurrentDBClient.connectionString(log.url);
      await client.appendToStream(`${log.prefix}${stream}`, [jsonEvent({ type: 'Nonsense', data: {} })]);
      await client.dispose();
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
    await store.append(S, sampleEvents(1_000), 'NO_STREAM');
    const all = await collect(store.readAll());
    expect(new Set(all.map(({ metadata }) => metadata.recordedAt)).size).toBe(1);
    expect(await collect(store.readStream(S, 777))).toEqual(all.slice(777));
    expect(await collect(store.readAll(all[776]?.position))).toEqual(all.slice(777));
  });

  it('gives every reader the same instants, never decreasing, whoever wrote', async () => {
    const log = ownLog();
    const [one, other] = [opened(log), opened(log)];
    const writing = [one, other].map(async (store, writer) => {
      for (let n = 0; n < 40; n += 1)
        await store.append(named(`${writer}-${n}`), sampleEvents(3), 'NO_STREAM');
    });
    await Promise.all(writing);
    const events = await collect(one.readAll());
    const instants = events.map(({ metadata }) => metadata.recordedAt);
    expect(instants).toEqual(instants.toSorted());
    expect(await collect(opened(log).readAll())).toEqual(events);
    for (const writer of [0, 1]) {
      const stream = named(`${writer}-39`);
      expect(await collect(other.readStream(stream))).toEqual(events.filter((e) => e.stream === stream));
    }
  });

  it('sees nothing of what others keep on the server, and goes on behind it', async () => {
    const mine = opened();
    const others = opened();
    const first = await mine.append(S, sampleEvents(1), 'NO_STREAM');
    await others.append(S, sampleEvents(2_000), 'NO_STREAM');
    expect(await mine.lastPosition()).toBe(first.position);
    const second = await mine.append(S, sampleEvents(1), 0);
    await others.append(T, sampleEvents(1), 'NO_STREAM');
    expect((await collect(mine.readAll())).map(({ position }) => position)).toEqual([
      first.position,
      second.position,
    ]);
    expect(await mine.lastPosition()).toBe(second.position);
  });

  it.each([
    'test-',
    'approach-',
    'approach-GM',
    'approach-GM0935',
    'framework-',
    'framework-GGSR',
    'texts-left-out',
    'x.',
  ])('sees nothing of a register whose prefix goes on with %s, and that one nothing of it', async (more) => {
    const { url, prefix } = ownLog();
    const [short, long] = [opened({ url, prefix }), opened({ url, prefix: `${prefix}${more}` })];
    const streams = [S, frameworkStream('GGSR'), TEXTS_LEFT_OUT_STREAM];
    const stop = new AbortController();
    const following = [short, long].map((store) =>
      store.subscribeAll(undefined, stop.signal)[Symbol.asyncIterator](),
    );
    const own: string[][] = [[], []];
    for (const stream of streams) {
      for (const [index, store] of [short, long].entries()) {
        const events = sampleEvents(2);
        own[index]?.push(...ids(events));
        await store.append(stream, events, 'NO_STREAM');
      }
    }
    for (const [index, store] of [short, long].entries()) {
      const all = await collect(store.readAll());
      expect(ids(all)).toEqual(own[index]);
      expect(await store.lastPosition()).toBe(all.at(-1)?.position);
      expect(await opened({ url, prefix: index === 0 ? prefix : `${prefix}${more}` }).lastPosition()).toBe(
        all.at(-1)?.position,
      );
      expect(ids(await collect(store.readStream(S)))).toEqual(own[index]?.slice(0, 2));
      const followed: string[] = [];
      while (followed.length < all.length) {
        const page = await following[index]?.next();
        if (page?.done) break;
        followed.push(...ids(page?.value ?? []));
      }
      expect(followed).toEqual(own[index]);
    }
    // Nor by a name that makes up the other one's.
    expect(await collect(short.readStream(`${more}${S}`))).toEqual([]);
    await expect(short.append(`${more}${S}`, sampleEvents(1), 1)).rejects.toThrow(InvalidEventError);
    expect(await collect(long.readStream(S))).toHaveLength(2);
    stop.abort();
  });

  it('refuses a name that is none of ours before anything of it is sent, in an append and in a restoring', async () => {
    const store = opened();
    for (const stream of ['s', `${S} `, `${S}\n`, 'framework-ggsr', 'approach-GM0935-', `x${S}`]) {
      const [event] = sampleEvents(1);
      const error = await store.append(stream, [event], 'NO_STREAM').catch((caught) => caught);
      expect(error).toBeInstanceOf(InvalidEventError);
      expect(error.message).toContain('is no name of a stream: expected that of an approach or a framework');
      const metadata = { ...event.metadata, recordedAt: '2026-01-01T00:00:00.000Z' };
      const pages = (async function* () {
        yield [{ ...event, stream, revision: 0, metadata }];
      })();
      await expect(store.restore(pages)).rejects.toThrow(InvalidEventError);
      expect(await collect(store.readStream(stream))).toEqual([]);
    }
    expect(await store.lastPosition()).toBeUndefined();
  });

  it('refuses a prefix behind which a stream could be one of another register', () => {
    for (const prefix of ['toetsspoor-approach-GM0935-', 'a-approach-GM0935-x-']) {
      expect(() => openKurrentDBEventStore({ url: KURRENTDB_URL ?? '', prefix })).toThrow(
        new UnusableLogError(
          `streams cannot begin with ${prefix}: "approach-GM0935-" in it lets them be taken for those of an approach in a register with a shorter prefix; choose one without`,
        ),
      );
    }
  });

  it('refuses what a server does not take at once before it is sent, and takes what is just below', async () => {
    const store = opened();
    const large: Events = [sampleEvent('x'.repeat(600_000)), sampleEvent('x'.repeat(600_000))];
    const error = await store.append(S, large, 'NO_STREAM').catch((caught) => caught);
    expect(error).toBeInstanceOf(AppendTooLargeError);
    expect(error.bytes).toBeGreaterThan(error.maxBytes);
    expect(await store.lastPosition()).toBeUndefined();
    await store.append(S, [sampleEvent('x'.repeat(1_047_000))], 'NO_STREAM');
    expect(await collect(store.readStream(S))).toHaveLength(1);
  });

  it.each(['$>', '$streamDeleted'])(
    'names an event of the type %s that somebody has written into a stream of ours, and appends nothing behind it',
    async (type) => {
      const log = ownLog();
      const store = opened(log);
      const events = sampleEvents(2);
      await store.append(S, events, 'NO_STREAM');
      const client = KurrentDBClient.connectionString(log.url);
      const data = Buffer.from('0@another');
      await client.appendToStream(`${log.prefix}${S}`, [
        { id: randomUUID(), type, contentType: 'application/octet-stream', data, metadata: undefined },
      ]);
      await client.dispose();
      const message = `(${S} revision 2) has the type "${type}", which is none of ours`;
      for (const read of [() => store.readStream(S), () => store.readAll()]) {
        const given: string[] = [];
        const reading = (async () => {
          for await (const page of read()) given.push(...ids(page));
        })();
        await expect(reading).rejects.toThrow(InvalidEventError);
        await expect(collect(read())).rejects.toThrow(message);
        expect(given).toEqual(ids(events));
      }
      for (const expected of ['NO_STREAM', 1, 2, 'STREAM_EXISTS'] as const) {
        await expect(store.append(S, sampleEvents(1), expected)).rejects.toThrow(message);
      }
    },
  );

  it('goes on with a restoring that was interrupted, and only with the same events', async () => {
    const source = opened();
    for (const stream of ['a', 'b', 'c'].map(named))
      await source.append(stream, sampleEvents(3), 'NO_STREAM');
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

  it('refuses a restoring into a log to which another process appended meanwhile, and says so', async () => {
    const source = opened();
    for (const stream of ['a', 'b', 'c'].map(named))
      await source.append(stream, sampleEvents(3), 'NO_STREAM');
    const events = (await collect(source.readAll())).map(({ position: _, ...event }) => event);
    for (const [others, words] of [
      [1, 'an event that is'],
      [3, '3 events that are'],
    ] as const) {
      const log = ownLog();
      const [store, other] = [opened(log), opened(log)];
      const pages = async function* () {
        yield events.slice(0, 5);
        await other.append(T, sampleEvents(others), 'NO_STREAM');
        yield events.slice(5);
      };
      const error = await store.restore(pages()).catch((caught) => caught);
      expect(error).toBeInstanceOf(LogInUseError);
      expect(error.message).toBe(
        `another process has appended to the log while it was restored, ${words} not of the restored log: restore into an empty log to which nothing else writes`,
      );
      expect(await collect(other.readAll())).toHaveLength(events.length + others);
    }
  });

  it('leaves of a restoring what precedes an event that it refuses, and goes on behind it', async () => {
    const source = opened();
    for (const stream of ['a', 'b', 'c'].map(named))
      await source.append(stream, sampleEvents(3), 'NO_STREAM');
    const events = (await collect(source.readAll())).map(({ position: _, ...event }) => event);
    const pages = async function* (at: number, recordedAt: string) {
      yield events.map((event, index) =>
        index === at ? { ...event, metadata: { ...event.metadata, recordedAt } } : event,
      );
    };
    const store = opened();
    const refused = events[7] as (typeof events)[number];
    await expect(store.restore(pages(7, '2000-01-01T00:00:00.000Z'))).rejects.toThrow(
      `event ${refused.id} (${refused.stream} revision ${refused.revision}) was recorded at 2000-01-01`,
    );
    const left = ids(await collect(store.readAll()));
    expect(left).toEqual(ids(events.slice(0, left.length)));
    expect(left.length).toBe(6);
    await store.restore(pages(-1, ''));
    expect(ids(await collect(store.readAll()))).toEqual(ids(events));
  });

  it('gives full pages to whoever catches up', async () => {
    const store = opened();
    for (const stream of [S, T]) await store.append(stream, sampleEvents(600), 'NO_STREAM');
    const lengths: number[] = [];
    for await (const page of store.readAll()) lengths.push(page.length);
    expect(lengths).toEqual([500, 500, 200]);
  });

  it('appends behind the instant of its last event, whatever the clock says, when it was just opened', async () => {
    const log = ownLog();
    const store = opened(log);
    await store.append(S, sampleEvents(1), 'NO_STREAM');
    const [event] = await collect(store.readAll());
    const { position: _, ...ahead } = event as RecordedEvent;
    const recordedAt = new Date(Date.parse(ahead.metadata.recordedAt) + 3_600_000).toISOString();
    const restored = ownLog();
    await opened(restored).restore(
      (async function* () {
        yield [{ ...ahead, metadata: { ...ahead.metadata, recordedAt } }];
      })(),
    );
    const reopened = opened(restored);
    await reopened.append(T, sampleEvents(1), 'NO_STREAM');
    const instants = (await collect(reopened.readAll())).map(({ metadata }) => metadata.recordedAt);
    expect(instants).toEqual([recordedAt, recordedAt]);
  });
});

describeOnKurrentDB('A stream that somebody deletes or cuts on the server', () => {
  let client: KurrentDBClient;
  let log: ReturnType<typeof ownLog>;
  let store: EventStore;
  beforeEach(() => {
    client = KurrentDBClient.connectionString(KURRENTDB_URL ?? '');
    log = ownLog();
    store = openKurrentDBEventStore(log);
  });
  afterEach(() => Promise.all([store.close(), client.dispose()]));

  const deleted = (how: 'deleted' | 'deleted for good', stream: string) =>
    how === 'deleted'
      ? client.deleteStream(`${log.prefix}${stream}`)
      : client.tombstoneStream(`${log.prefix}${stream}`);

  /** As an earlier version of ours stored an event. */
  const asStoredBefore = (first: number, last: number) => {
    const { id, type, data, metadata } = sampleEvent();
    const append = { first, last, notBefore: '2026-01-01T00:00:00.000Z' };
    return jsonEvent({ id, type, data, metadata: { ...metadata, append } });
  };

  it.each(['deleted', 'deleted for good'] as const)(
    'takes no append, and none is sent, where it is %s',
    async (how) => {
      const before = sampleEvents(3);
      await store.append(S, before, 'NO_STREAM');
      const { position } = await store.append(T, sampleEvents(1), 'NO_STREAM');
      await deleted(how, S);
      const others = openKurrentDBEventStore(log);
      for (const one of [store, others]) {
        expect(await collect(one.readStream(S))).toEqual([]);
        for (const expected of ['NO_STREAM', 2, 'STREAM_EXISTS'] as const) {
          const error = await one.append(S, sampleEvents(2), expected).catch((caught) => caught);
          expect(error).toBeInstanceOf(InvalidEventError);
          expect(error.message).toBe(
            `stream ${S} was deleted or cut on the server: nothing can be appended to it any more`,
          );
        }
        expect(ids(await collect(one.readAll())).slice(0, 3)).toEqual(ids(before));
        expect(await collect(one.readAll())).toHaveLength(4);
        expect(await one.lastPosition()).toBe(position);
      }
      await others.close();
    },
  );

  it.each(['deleted', 'deleted for good'] as const)(
    'is passed by whoever follows, begins to or asks for the end, where its event is the last one and it is %s',
    async (how) => {
      const stop = new AbortController();
      const following = store.subscribeAll(undefined, stop.signal)[Symbol.asyncIterator]();
      const events = sampleEvents(3);
      await store.append(S, events, 'NO_STREAM');
      const all = await collect(store.readAll());
      await deleted(how, S);
      for (const after of [0, ...all.map(({ position }) => position)]) {
        const fresh = openKurrentDBEventStore(log);
        const rest = all.filter(({ position }) => position > after);
        expect(await fresh.lastPosition()).toBe(all.at(-1)?.position);
        // With the instants that they had.
        expect(await collect(fresh.readAll(after))).toEqual(rest);
        await fresh.close();
        const begun = openKurrentDBEventStore(log);
        const pages = begun.subscribeAll(after, stop.signal)[Symbol.asyncIterator]();
        const given: RecordedEvent[] = [];
        while (given.length < rest.length) given.push(...((await pages.next()).value ?? []));
        expect(given).toEqual(rest);
        expect((await pages.next()).value).toEqual([]);
        await begun.close();
      }
      const { position } = await store.append(T, sampleEvents(1), 'NO_STREAM');
      const given: RecordedEvent[] = [];
      while (given.length < 4) given.push(...((await following.next()).value ?? []));
      expect(given.at(-1)).toMatchObject({ stream: T, position });
      expect(given.slice(0, 3)).toEqual(all);
      stop.abort();
    },
  );

  it('is read in the log as it was where others have written on behind what was deleted', async () => {
    await store.append(S, sampleEvents(2), 'NO_STREAM');
    await client.deleteStream(`${log.prefix}${S}`);
    const later = [asStoredBefore(0, 1), asStoredBefore(0, 1)];
    await client.appendToStream(`${log.prefix}${S}`, later);
    const all = await collect(store.readAll());
    expect(all.map(({ revision }) => revision)).toEqual([0, 1, 2, 3]);
    const instants = all.map(({ metadata }) => metadata.recordedAt);
    expect(instants).toEqual(instants.toSorted());
    expect(await collect(store.readAll(all[2]?.position))).toEqual(all.slice(3));
    expect(await store.lastPosition()).toBe(all[3]?.position);
    await expect(collect(store.readStream(S))).rejects.toThrow(
      `stream ${S} has lost its event of revision 0: was it deleted or cut on the server?`,
    );
    await expect(store.append(S, sampleEvents(1), 3)).rejects.toThrow(InvalidEventError);
  });

  it.each([
    ['deleted', () => client.deleteStream(`${log.prefix}${S}`)],
    ['deleted for good', () => client.tombstoneStream(`${log.prefix}${S}`)],
    [
      'deleted and written on',
      async () => {
        await client.deleteStream(`${log.prefix}${S}`);
        await client.appendToStream(`${log.prefix}${S}`, [asStoredBefore(0, 0)]);
      },
    ],
  ])('ends no replica, running or begun anew, where read models end with it: %s', async (_, happens) => {
    const folder = new TemporaryFolder();
    try {
      const [database, stopped] = ['read.db', 'stopped.db'].map((name) =>
        folder.closing(new ReadDatabase(join(folder.path, name))),
      ) as [ReadDatabase, ReadDatabase];
      await store.append(S, sampleEvents(3), 'NO_STREAM');
      const projector = new Projector(store, database, [seen]);
      for (const one of [projector, new Projector(store, stopped, [seen])]) await one.prepare();
      await happens();
      expect(await projector.lastEvent()).toBe('GONE');
      const others = folder.closing(openKurrentDBEventStore(log));
      const begun = new Projector(others, stopped, [seen]);
      await begun.prepare();
      const { position } = await others.append(T, sampleEvents(1), 'NO_STREAM');
      for (const one of [projector, begun]) await one.catchUp();
      const [positions, ofBegun] = [database, stopped].map((one) =>
        one.all<{ position: number }>('SELECT position FROM seen ORDER BY position'),
      ) as [{ position: number }[], { position: number }[]];
      expect(ofBegun).toEqual(positions);
      expect(positions).toEqual(
        (await collect(others.readAll())).map((event) => ({ position: event.position })),
      );
      expect(positions.at(-1)).toEqual({ position });
      expect(await begun.rebuild()).toMatchObject({ differing: [] });
    } finally {
      await folder.remove();
    }
  });

  it('gives the events of an append whose first ones were cut as they were', async () => {
    await store.append(S, sampleEvents(3), 'NO_STREAM');
    const all = await collect(store.readAll());
    await client.setStreamMetadata(`${log.prefix}${S}`, { truncateBefore: 2 });
    expect(await collect(store.readAll(all[1]?.position))).toEqual(all.slice(2));
    await expect(store.append(S, sampleEvents(1), 'NO_STREAM')).rejects.toThrow(/was deleted or cut/);
  });

  it.each([
    ['$maxAge', { maxAge: 1 }],
    ['$maxCount', { maxCount: 1 }],
  ])('takes no append that would begin it where it loses events by %s', async (by, metadata) => {
    const [there] = await Promise.all([
      store.append(S, sampleEvents(1), 'NO_STREAM'),
      client.setStreamMetadata(`${log.prefix}${T}`, metadata),
    ]);
    const loses = (stream: string) =>
      `stream ${stream} loses events on the server by the ${by} in its metadata: nothing can be appended to it until that is taken away`;
    await expect(store.append(T, sampleEvents(1), 'NO_STREAM')).rejects.toThrow(loses(T));
    if (by === '$maxAge') {
      await client.setStreamMetadata(`${log.prefix}${S}`, metadata);
      while ((await collect(store.readStream(S))).length > 0) await sleep(100);
      const fresh = openKurrentDBEventStore(log);
      for (const expected of ['NO_STREAM', 0, 'STREAM_EXISTS'] as const) {
        const error = await fresh.append(S, sampleEvents(1), expected).catch((caught) => caught);
        expect(error).toBeInstanceOf(InvalidEventError);
        expect(error.message).toBe(loses(S));
      }
      await fresh.close();
    }
    expect(await store.lastPosition()).toBe(there.position);
  });

  it('is read as before where its events were stored by revisions and it is whole', async () => {
    const stored = [asStoredBefore(0, 0), ...[1, 2, 3].map(() => asStoredBefore(1, 3))];
    await client.appendToStream(`${log.prefix}${S}`, stored);
    const all = await collect(store.readAll());
    expect(ids(all)).toEqual(stored.map(({ id }) => id));
    expect(await collect(store.readAll(all[1]?.position))).toEqual(all.slice(2));
    await store.append(S, sampleEvents(1), 3);
    expect(await collect(store.readStream(S, 2))).toMatchObject([{ id: all[2]?.id }, { id: all[3]?.id }, {}]);
  });
});
