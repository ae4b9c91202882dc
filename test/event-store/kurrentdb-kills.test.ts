import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ReadDatabase } from '../../projections/database';
import { type EventStore, LogUnavailableError } from '../../src/event-store/event-store';
import { openKurrentDBEventStore } from '../../src/event-store/kurrentdb';
import { Projector } from '../../src/projector';
import { describeOnKurrentDB, KURRENTDB_URL, ownLog } from '../support/kurrentdb';
import { Cluster, Cutter, KURRENTDB_COMMAND } from '../support/kurrentdb-server';
import { seen } from '../support/projected-log';
import { collect, ids, sampleEvents, uniqueStream } from './sample-events';

/** How often it is cut or killed; a soak sets more. */
const TIMES = Number(process.env.KURRENTDB_FAULTS ?? 4);
const WRITERS = 4;
const MINUTES = 60_000;

/** What was acknowledged, by stream, in the order in which it was. */
type Acknowledged = Map<string, string[]>;

/** Appends to a stream of its own, one after the other, until stopped; repeats what it is not sure of. */
async function write(store: EventStore, acknowledged: Acknowledged, stop: AbortSignal): Promise<void> {
  const stream = uniqueStream();
  const done: string[] = [];
  acknowledged.set(stream, done);
  while (!stop.aborted) {
    const events = sampleEvents(1 + (done.length % 3));
    for (;;) {
      try {
        const { revision } = await store.append(
          stream,
          events,
          done.length === 0 ? 'NO_STREAM' : done.length - 1,
        );
        done.push(...ids(events));
        expect(revision).toBe(done.length - 1);
        break;
      } catch (error) {
        if (!(error instanceof LogUnavailableError)) throw error;
      }
    }
  }
}

/**
 * Writers write and a read model follows while `fault` comes again and again; then all that was acknowledged is in
 * the log once and in order, and in the read model, which is that of a rebuild.
 */
async function holdThrough(url: string, fault: (time: number) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'toetsspoor-kills-'));
  const { prefix } = ownLog();
  const store = openKurrentDBEventStore({ url, prefix });
  const database = new ReadDatabase(join(folder, 'read.db'));
  const projector = new Projector(store, database, [seen]);
  const stopWriting = new AbortController();
  const stopFollowing = new AbortController();
  try {
    await projector.prepare();
    const following = projector.follow(stopFollowing.signal);
    const acknowledged: Acknowledged = new Map();
    const writing = Array.from({ length: WRITERS }, () => write(store, acknowledged, stopWriting.signal));
    // A writer that fails fails the test at once, rather than that it is waited for.
    const failed = Promise.all(writing);
    for (let time = 0; time < TIMES; time += 1) {
      const before = [...acknowledged.values()].flat().length;
      await fault(time);
      // Each fault meets writes that are under way.
      while ([...acknowledged.values()].flat().length < before + WRITERS)
        await Promise.race([sleep(20), failed]);
    }
    stopWriting.abort();
    await failed;

    const all = await collect(store.readAll());
    for (const [stream, wanted] of acknowledged) {
      expect(ids(all.filter((event) => event.stream === stream))).toEqual(wanted);
      expect(ids(await collect(store.readStream(stream)))).toEqual(wanted);
    }
    expect(all).toHaveLength([...acknowledged.values()].flat().length);
    const instants = all.map(({ metadata }) => metadata.recordedAt);
    expect(instants).toEqual(instants.toSorted());

    expect(await projector.waitFor((await store.lastPosition()) ?? 0, MINUTES)).toBe(true);
    stopFollowing.abort();
    await following;
    expect(await projector.rebuild()).toMatchObject({ events: all.length, differing: [] });
    if (process.env.KURRENTDB_FAULTS !== undefined) {
      console.info(`${TIMES} faults: ${all.length} events acknowledged, each in the log once and in order`);
    }
  } finally {
    stopWriting.abort();
    stopFollowing.abort();
    await store.close();
    database.close();
    rmSync(folder, { recursive: true });
  }
}

describeOnKurrentDB('While connections are cut', () => {
  it(
    'no acknowledged event is lost and none is there twice',
    async () => {
      const cutter = await Cutter.before(KURRENTDB_URL ?? '');
      try {
        await holdThrough(cutter.url, async () => {
          await sleep(Math.random() * 300);
          cutter.cut();
        });
      } finally {
        cutter.close();
      }
    },
    TIMES * MINUTES,
  );
});

const describeWithServers = KURRENTDB_COMMAND === undefined ? describe.skip : describe;
describeWithServers(
  `While the server that leads is killed${KURRENTDB_COMMAND === undefined ? ' (KURRENTDB_COMMAND is not set)' : ''}`,
  () => {
    it(
      'and one that ends by itself, is started again',
      async () => {
        const cluster = await Cluster.start(1);
        try {
          const { port } = await cluster.isWhole();
          await fetch(`http://127.0.0.1:${port}/admin/shutdown`, { method: 'POST' });
          const isThere = async () => (await fetch(`http://127.0.0.1:${port}/health/live`)).ok;
          while (await isThere().catch(() => false)) await sleep(50);
          expect(await cluster.isWhole()).toMatchObject({ port });
        } finally {
          await cluster.dispose();
        }
      },
      3 * MINUTES,
    );

    it.each([
      ['and started again', 1],
      ['and another one takes over', 3],
    ] as const)(
      '%s, no acknowledged event is lost and none is there twice',
      async (_, size) => {
        const cluster = await Cluster.start(size);
        try {
          await holdThrough(cluster.url, async () => {
            const startAgain = await cluster.killLeader();
            if (size === 1) await sleep(Math.random() * 1_000);
            startAgain();
          });
        } finally {
          await cluster.dispose();
        }
      },
      2 * MINUTES + TIMES * MINUTES,
    );

    // The client then finds no node to ask, again and again; that must neither end the process nor be kept for good.
    it(
      'and another one with it, no acknowledged event is lost and none is there twice',
      async () => {
        const cluster = await Cluster.start(3);
        try {
          await holdThrough(cluster.url, async () => {
            const startAgain = await cluster.killMajority();
            await sleep(15_000);
            startAgain();
            await cluster.isWhole();
          });
        } finally {
          await cluster.dispose();
        }
      },
      2 * MINUTES + 2 * TIMES * MINUTES,
    );
  },
);
