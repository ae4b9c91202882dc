import { setTimeout as sleep } from 'node:timers/promises';
import { LogUnwritableError } from '../src/event-store/event-store';
import { Storage } from '../src/storage';

const errorOf = (errcode: number): Error => Object.assign(new Error(`SQLite says ${errcode}`), { errcode });
const FULL = errorOf(13);
const BUSY = errorOf(5);

describe('A disk that takes nothing', () => {
  const told: string[] = [];
  let storage: Storage;
  beforeEach(() => {
    told.length = 0;
    storage = new Storage(
      { failing: (cause) => told.push(String(cause)), back: () => told.push('back') },
      new AbortController().signal,
      1,
    );
  });

  const fails = (error: Error) => async (): Promise<never> => {
    throw error;
  };

  it('is tried again until it takes something, whatever stands in the way meanwhile', async () => {
    const answers = [FULL, BUSY, new Error('something else'), FULL];
    let tries = 0;
    const tryWriting = async (): Promise<void> => {
      tries += 1;
      const error = answers.shift();
      if (error !== undefined) throw error;
    };
    await expect(storage.once(fails(FULL), tryWriting)).rejects.toThrow(LogUnwritableError);
    await expect(storage.once(fails(FULL), tryWriting)).rejects.toThrow(LogUnwritableError);
    expect(storage.isWritable).toBe(false);
    while (!storage.isWritable) await sleep(1);
    expect(tries).toBe(5);
    expect(told).toEqual(['Error: SQLite says 13', 'back']);
  });

  it('holds up what must be done, also while somebody else has its file', async () => {
    const answers = [FULL, BUSY, FULL];
    const done = storage.untilDone('ledger', () => {
      const error = answers.shift();
      if (error !== undefined) throw error;
      return 'done';
    });
    await Promise.resolve();
    expect(storage.isWritable).toBe(false);
    expect([await done, storage.isWritable]).toEqual(['done', true]);
  });

  it('keeps nobody from writing where what must be done fails for another reason', async () => {
    const answers = [FULL, new Error('it does not fit the log')];
    const done = storage.untilDone('ledger', () => {
      throw answers.shift();
    });
    const failed = expect(done).rejects.toThrow('it does not fit the log');
    await failed;
    expect(storage.isWritable).toBe(true);
    await expect(storage.untilDone('ledger', fails(BUSY))).rejects.toBe(BUSY);
  });
});
