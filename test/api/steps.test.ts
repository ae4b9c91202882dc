import { setImmediate as nextTurn } from 'node:timers/promises';
import { beginWork, nextStep, type Work } from '../../src/api/steps';

describe('Work that is done in steps', () => {
  /** Does that many steps, and notes each. */
  const work = async (
    name: string,
    steps: number,
    done: string[],
    own: Work = beginWork(),
  ): Promise<void> => {
    for (let step = 0; step < steps; step += 1) {
      await nextStep(own);
      done.push(name);
    }
  };

  it('goes on by one step a turn, whoever waits', async () => {
    const done: string[] = [];
    const all = Promise.all(['a', 'b', 'c'].map((name) => work(name, 3, done)));
    const counts: number[] = [];
    while (done.length < 9) {
      await nextTurn();
      counts.push(done.length);
    }
    await all;
    counts.forEach((count, index) => {
      expect(count - (counts[index - 1] ?? 0)).toBeLessThanOrEqual(1);
    });
  });

  it('ends in the order in which it began, where it is long', async () => {
    const done: string[] = [];
    const [first, second] = [beginWork(), beginWork()];
    await Promise.all([work('second', 30, done, second), work('first', 30, done, first)]);
    expect(done.lastIndexOf('first')).toBeLessThan(done.lastIndexOf('second') - 15);
  });

  it('does not wait for what is long, where it is short', async () => {
    const done: string[] = [];
    const long = work('long', 100, done);
    while (done.length < 20) await nextTurn();
    await work('short', 2, done);
    expect(done.length).toBeLessThan(25);
    await long;
  });
});
