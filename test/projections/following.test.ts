import { setImmediate as turn } from 'node:timers/promises';
import type { EventStore } from '../../src/event-store/event-store';
import { LogReplacedError } from '../../src/projector';
import { LENGTH, more, ProjectedLog, seen } from '../support/projected-log';
import { dump } from '../support/read-models';

const log = new ProjectedLog();

describe('Following the log', () => {
  it('applies what comes, says when it is level, and ends when it is told to', async () => {
    const { projector, database } = await log.built();
    const stop = new AbortController();
    const following = projector.follow(stop.signal);
    expect(await projector.waitFor(LENGTH, 0)).toBe(true);
    for (const ordinal of [0, 1, 2]) {
      await log.append(more(ordinal));
      expect(await projector.waitFor(LENGTH + ordinal + 1, 5_000)).toBe(true);
    }
    expect(dump(database).events).toHaveLength(LENGTH + 3);
    while (!projector.isLevel) await turn();
    stop.abort();
    await following;
  });

  it('lets a reader wait for a position, and not for ever', async () => {
    const { projector } = await log.built();
    expect(projector.isLevel).toBe(false);
    const started = performance.now();
    expect(await projector.waitFor(LENGTH + 1, 30)).toBe(false);
    expect(performance.now() - started).toBeGreaterThan(25);
    const waiting = [1, 2].map(() => projector.waitFor(LENGTH + 1, 5_000));
    await log.append(more());
    await projector.catchUp();
    expect(await projector.waitFor(LENGTH + 1, 0)).toBe(true);
    expect(await projector.waitFor(LENGTH + 2, 0)).toBe(false);
    expect(await Promise.all(waiting)).toEqual([true, true]);
  });

  it('ends where the log gives positions again that it has given, and applies nothing of that', async () => {
    const older: Pick<EventStore, 'subscribeAll'> = {
      async *subscribeAll() {
        yield [];
        yield* log.store.readAll(1);
      },
    };
    const store = new Proxy(log.store, {
      get: (was, name: keyof EventStore) => (name === 'subscribeAll' ? older[name] : was[name]?.bind(was)),
    });
    const { projector, database } = await log.built(undefined, store);
    const before = dump(database);
    await expect(projector.follow(new AbortController().signal)).rejects.toThrow(LogReplacedError);
    expect(dump(database)).toEqual(before);
    expect(projector.position).toBe(LENGTH);
  });

  it('passes on what a projection throws', async () => {
    const { projector, database } = await log.built([seen]);
    database.run('INSERT INTO seen (position) VALUES (?)', LENGTH + 1);
    const following = projector.follow(new AbortController().signal);
    await log.append(more());
    await expect(following).rejects.toThrow(/UNIQUE/);
    expect(projector.position).toBe(LENGTH);
  });
});
