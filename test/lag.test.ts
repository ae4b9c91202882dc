import { Lag } from '../src/lag';
import { Projector } from '../src/projector';
import { more, ProjectedLog, seen } from './support/projected-log';

const log = new ProjectedLog();

describe('The lag of read models', () => {
  it('is unknown before they were level, and then the time since they were known to hold all', async () => {
    let nowMs = 1_000;
    const projector = new Projector(log.store, log.open(), [seen]);
    const lag = new Lag(log.store, projector, () => nowMs);
    const stop = new AbortController();
    try {
      expect(await lag.look()).toBe(false);
      expect(lag.seconds).toBe(Number.POSITIVE_INFINITY);

      await projector.prepare();
      const following = projector.follow(stop.signal);
      while (!(await lag.look())) await new Promise((resolve) => setTimeout(resolve, 5));
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

  it('grows while the log cannot be reached', async () => {
    let nowMs = 0;
    const { projector } = await log.built([seen]);
    const stop = new AbortController();
    const following = projector.follow(stop.signal);
    let isReachable = true;
    const store = log.withPages(async function* (page) {
      yield page;
    });
    const lag = new Lag(
      {
        ...store,
        lastPosition: () => (isReachable ? store.lastPosition() : Promise.reject(new Error('no way'))),
      },
      projector,
      () => nowMs,
    );
    while (!(await lag.look())) await new Promise((resolve) => setTimeout(resolve, 5));
    isReachable = false;
    nowMs = 9_000;
    await expect(lag.look()).rejects.toThrow('no way');
    expect(lag.seconds).toBe(9);
    stop.abort();
    await following;
  });
});
