import { Lag } from '../src/lag';
import { LogEnd } from '../src/log-end';
import { Projector } from '../src/projector';
import { more, ProjectedLog, seen } from './support/projected-log';

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
