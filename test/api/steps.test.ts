import { setImmediate as nextTurn } from 'node:timers/promises';
import { beginWork, nextStep, type Work } from '../../src/api/steps';

describe('Work that is done in steps', () => {
  /** Does that many steps, each of so many milliseconds, and notes each. */
  const work = async (
    name: string,
    steps: number,
    ms: number,
    done: string[],
    own: Work = beginWork(),
  ): Promise<void> => {
    for (let step = 0; step < steps; step += 1) {
      await nextStep(own);
      const until = performance.now() + ms;
      while (performance.now() < until);
      done.push(name);
    }
  };
  /** How many steps were done in each turn, until that many were. */
  const stepsInTurns = async (done: readonly string[], steps: number): Promise<number[]> => {
    const counts = [0];
    while (done.length < steps) {
      await nextTurn();
      counts.push(done.length);
    }
    return counts.slice(1).map((count, index) => count - (counts[index] ?? 0));
  };

  it('goes on by one long step a turn, whoever waits', async () => {
    const done: string[] = [];
    const all = Promise.all(['a', 'b', 'c'].map((name) => work(name, 3, 5, done)));
    expect(Math.max(...(await stepsInTurns(done, 9)))).toBe(1);
    await all;
  });

  it('goes on by many short steps a turn, whoever waits', async () => {
    const done: string[] = [];
    const all = Promise.all(['a', 'b', 'c'].map((name) => work(name, 300, 0, done)));
    expect(Math.max(...(await stepsInTurns(done, 900)))).toBeGreaterThan(9);
    await all;
  });

  it('ends in the order in which it began, where it is long', async () => {
    const done: string[] = [];
    const [first, second] = [beginWork(), beginWork()];
    await Promise.all([work('second', 30, 5, done, second), work('first', 30, 5, done, first)]);
    expect(done.lastIndexOf('first')).toBeLessThan(done.lastIndexOf('second') - 15);
  });

  it('does not wait for what is long, where it is short', async () => {
    const done: string[] = [];
    const long = work('long', 40, 5, done);
    while (done.length < 15) await nextTurn();
    await work('short', 5, 5, done);
    expect(done.length).toBeLessThan(25);
    await long;
  });

  it('goes on in turn, while all of it is short', async () => {
    const done: string[] = [];
    const older = work('older', 9, 5, done);
    while (done.length < 3) await nextTurn();
    await work('newer', 3, 5, done);
    expect(done.filter((name) => name === 'older').length).toBeLessThan(8);
    await older;
  });

  it('ends where it is long, however much that is short comes without end', async () => {
    const done: string[] = [];
    let isOver = false;
    const comeAgain = async (): Promise<void> => {
      while (!isOver) await work('short', 2, 2, done);
    };
    const short = Promise.all([1, 2, 3, 4, 5].map(comeAgain));
    await work('long', 40, 5, done);
    const beside = done.filter((name) => name === 'short').length;
    isOver = true;
    await short;
    // As much time each, and five take turns while the other is short too.
    expect(beside).toBeLessThan(300);
    expect(beside).toBeGreaterThan(50);
  });
});
