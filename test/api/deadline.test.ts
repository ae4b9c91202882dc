import { setImmediate as turn } from 'node:timers/promises';
import { Deadline } from '../../src/api/deadline';
import { serve } from '../../src/serve';
import { level, maastricht, openTestRegister, SAMPLE_2013, tokenOf } from './support';

describe('A deadline', () => {
  it('lets work go on as long as there is time and somebody waits', async () => {
    let isGone = false;
    const deadline = new Deadline(600, () => isGone);
    deadline.check();
    expect(await deadline.over(Promise.resolve('done'))).toBe('done');
    await expect(deadline.over(Promise.reject(new Error('no')))).rejects.toThrow('no');
    isGone = true;
    expect(() => deadline.check()).toThrow('given up');
  });

  it('ends work that never ends by itself', async () => {
    const deadline = new Deadline(0.02);
    await expect(deadline.over(new Promise(() => {}))).rejects.toThrow(
      'the request took longer than 0.02 s and was given up; expected one that asks less',
    );
    expect(() => deadline.check()).toThrow('given up');
  });
});

describe('A request that takes too long', () => {
  it('is given up with an answer that says so, and no step of it is made any more', async () => {
    const opened = openTestRegister({ requestSeconds: 1 });
    const { register, config } = opened;
    await register.projector.prepare();
    await opened.import(SAMPLE_2013);
    const stuck = Promise.withResolvers<void>();
    let steps = 0;
    let reading = 0;
    let readings = 0;
    const { store } = register;
    const server = await serve(
      {
        ...register,
        store: {
          append: (...args) => store.append(...args),
          readAll: (...args) => store.readAll(...args),
          subscribeAll: (...args) => store.subscribeAll(...args),
          lastPosition: () => store.lastPosition(),
          restore: (...args) => store.restore(...args),
          close: () => store.close(),
          async *readStream(...args) {
            // As a log that cannot be reached: pages that come too late, one after the other.
            reading += 1;
            readings += 1;
            try {
              for await (const page of store.readStream(...args)) {
                for (const event of page) {
                  steps += 1;
                  await stuck.promise;
                  yield [event];
                }
              }
            } finally {
              reading -= 1;
            }
          },
        },
      },
      config,
      () => {},
    );
    await level(register);
    const authorization = `Bearer ${await tokenOf(config.dataDir, { roles: ['auditor'] })}`;
    const ask = () =>
      fetch(
        `${server.url}/graphql?query=${encodeURIComponent(maastricht('history(first: 40) { nodes { type } }'))}`,
        { headers: { authorization } },
      );
    try {
      const response = await ask();
      expect([response.status, await response.json()]).toEqual([
        503,
        {
          errors: [
            {
              message: expect.stringMatching(/took longer than 1 s .* asks less.* mutation it is unknown/),
              extensions: { code: 'TIMEOUT' },
            },
          ],
        },
      ]);
      const feed = await fetch(`${server.url}/v1/events?first=40`, { headers: { authorization } });
      expect([feed.status, await feed.json()]).toEqual([503, expect.objectContaining({ code: 'TIMEOUT' })]);
      const before = [readings, steps];
      expect(before[0]).toBeGreaterThanOrEqual(2);
      stuck.resolve();
      while (reading > 0) await turn();
      expect([readings, steps]).toEqual(before);
      // It may take longer than a second on a machine that is busy.
      while ((await ask()).status !== 200);
    } finally {
      await server.close();
      await opened.dispose();
    }
  });
});
