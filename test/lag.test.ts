import type { EventStore } from '../src/event-store/event-store';
import { Lag } from '../src/lag';
import { LogEnd } from '../src/log-end';
import { Projector } from '../src/projector';
import { LENGTH, more, ProjectedLog, seen } from './support/projected-log';

const log = new ProjectedLog();
const waited = () => new Promise((resolve) => setTimeout(resolve, 5));

describe('The lag of read models', () => {
  it('is unknown before they were level, and then the time since they were known to hold all', async () => {
    let nowMs = 1_000;
    const projector = new Projector(log.store, log.open(), [seen]);
    const lag = new Lag(new LogEnd(log.store), projector, () => nowMs);
    const stop = new AbortController();
    try {
      expect(await lag.look()).toBe(false);
      expect(lag.seconds).toBe(Number.POSITIVE_INFINITY);

      await projector.prepare();
      const following = projector.follow(stop.signal);
      while (!(await lag.look())) await waited();
      expect(lag.seconds).toBe(0);
      nowMs += 4_000;
      expect(lag.seconds).toBe(4);
      await log.append(more());
      expect(await lag.look()).toBe(true);
      expect(lag.seconds).toBe(0);
      stop.abort();
      await following;
    } finally {
      stop.abort();
    }
  });

  it('grows while the log is away, which is told once, as is that it is back', async () => {
    let nowMs = 0;
    const { projector } = await log.built([seen]);
    const stop = new AbortController();
    const following = projector.follow(stop.signal);
    let isAway = false;
    const end = new LogEnd(log.store);
    const lag = new Lag(
      { within: async (timeoutMs) => (isAway ? undefined : end.within(timeoutMs)) },
      projector,
      () => nowMs,
    );
    while (!(await lag.look())) await waited();
    const told: string[] = [];
    const tell = { away: () => told.push('away'), back: (seconds: number) => told.push(`back ${seconds}`) };
    isAway = true;
    const looking = lag.follow(stop.signal, tell);
    while (!lag.isLogAway) await waited();
    nowMs = 9_000;
    for (const _ of Array(10)) await waited();
    expect(lag.seconds).toBe(9);
    isAway = false;
    while (lag.isLogAway || lag.seconds > 0) await waited();
    stop.abort();
    await Promise.all([following, looking]);
    expect(told).toEqual(['away', 'back 9']);
  });
});

describe('A log that is another one than the read models were made of', () => {
  /** Follows the log until `replaced` stands in its place for a minute; what the lag then says. */
  async function followed(replaced: (was: EventStore) => Partial<EventStore>): Promise<unknown> {
    let nowMs = 0;
    let now: Partial<EventStore> = {};
    const store = new Proxy(log.store, {
      get: (was, name: keyof EventStore) => now[name] ?? was[name]?.bind(was),
    });
    const { projector } = await log.built([seen], store);
    const stop = new AbortController();
    const following = projector.follow(stop.signal);
    const lag = new Lag(new LogEnd(store), projector, () => nowMs);
    while (!(await lag.look())) await waited();
    now = replaced(log.store);
    const looks: unknown[] = [];
    try {
      for (const _ of Array(4)) {
        looks.push(await lag.look());
        nowMs += 2_000;
      }
    } catch (error) {
      looks.push(error);
    } finally {
      stop.abort();
      await following;
    }
    return looks;
  }
  const nothing = async function* () {};
  const replacedError = expect.objectContaining({
    name: 'LogReplacedError',
    message: expect.stringContaining(`no longer holds the event at position ${LENGTH}, `),
  });

  it('is told once it stood there for some seconds: an older copy, or an empty one', async () => {
    const looks = await followed(() => ({ readStream: nothing, lastPosition: async () => 1 }));
    expect(looks).toEqual([false, false, false, replacedError]);
    expect(await followed(() => ({ readStream: nothing, lastPosition: async () => undefined }))).toEqual(
      looks,
    );
  });

  it('is told where it has grown since, and holds another event in that place', async () => {
    const looks = await followed((was) => ({
      readStream: (stream, from = 0) => was.readStream(stream, from - 1),
      lastPosition: async () => 1_000_000,
    }));
    expect(looks).toEqual([false, false, false, replacedError]);
  });

  it('is none where a stream was deleted and the log goes on', async () => {
    expect(await followed(() => ({ readStream: nothing }))).toEqual([true, true, true, true]);
  });

  it('is none where it was so for a moment', async () => {
    let reads = 0;
    const looks = await followed((was) => ({
      readStream: (...args) => {
        reads += 1;
        return reads < 3 ? nothing() : was.readStream(...args);
      },
      lastPosition: async () => (reads < 2 ? 1 : LENGTH),
    }));
    expect(looks).toEqual([false, false, true, true]);
  });
});

describe('The end of the log', () => {
  it('is looked up for all who ask meanwhile together, and never from before they asked', async () => {
    const looks: ((position: number) => void)[] = [];
    const end = new LogEnd({ lastPosition: () => new Promise((resolve) => looks.push(resolve)) });
    const first = end.within(60_000);
    const meanwhile = [end.within(60_000), end.within(60_000)];
    expect(looks).toHaveLength(1);
    looks[0]?.(1);
    expect(await first).toBe(1);
    while (looks.length < 2) await waited();
    looks[1]?.(2);
    expect(await Promise.all(meanwhile)).toEqual([2, 2]);
    expect(looks).toHaveLength(2);
  });

  it('is not waited for longer than that', async () => {
    const end = new LogEnd({ lastPosition: () => new Promise(() => {}) });
    expect(await end.within(5)).toBeUndefined();
    expect(await end.within(5)).toBeUndefined();
  });
});
