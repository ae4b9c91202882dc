import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { EventStore } from '../src/event-store/event-store';
import { Ledger } from '../src/ledger/ledger';
import { LedgerFile } from '../src/ledger/ledger-file';
import { LedgerFollower } from '../src/ledger/ledger-follower';
import { appendsPerSecond } from './appends';
import { alternately, type Figure } from './figures';
import { memory } from './log-figures';
import { runProgram } from './processes';
import type { Size } from './size';

const LEDGER_WORK = join(__dirname, 'ledger-work.js');
/** The log that proofs in a long one are held against. */
const SHORT_LOG = 1_000;

/** What it costs an append that the ledger follows. */
export async function followedAppendFigures(
  folder: string,
  { rounds, appendSeconds }: Size,
): Promise<Figure[]> {
  const { one, oneFollowed, ten, tenFollowed } = await alternately(rounds, {
    one: () => appendsPerSecond(folder, 1, appendSeconds),
    oneFollowed: () => appendsPerSecond(folder, 1, appendSeconds, followed),
    ten: () => appendsPerSecond(folder, 10, appendSeconds),
    tenFollowed: () => appendsPerSecond(folder, 10, appendSeconds, followed),
  });
  const beside = { unit: '/s', limitName: 'the same without a ledger', ratio: 'share' } as const;
  const wanted = { least: 0.9 };
  return [
    { name: 'append, one writer, ledger following', ours: oneFollowed, limit: one, ...beside, wanted },
    { name: 'append, ten writers, ledger following', ours: tenFollowed, limit: ten, ...beside, wanted },
  ];
}

/** Follows the store as a server does; gives what ends it, once all that was appended is recorded. */
function followed(store: EventStore, folder: string): () => Promise<void> {
  const ledger = new Ledger(LedgerFile.open(join(folder, 'ledger.db')));
  const follower = new LedgerFollower(store, ledger);
  const stop = new AbortController();
  const following = follower.follow(stop.signal);
  return async () => {
    await follower.waitFor((await store.lastPosition()) ?? 0, 60_000);
    stop.abort();
    await following;
    ledger.close();
  };
}

/** Building the ledger of the generated set, and proofs out of it. It stays, so that no server has to build it. */
export async function ledgerFigures(dataDir: string, { logRounds }: Size): Promise<Figure[]> {
  const [log, ledger] = [join(dataDir, 'events.db'), join(dataDir, 'ledger.db')];
  const work = async (...args: readonly string[]) => {
    const { result, peakMb } = await runProgram<{ count: number; seconds: number }>([LEDGER_WORK, ...args]);
    return { perSecond: result.count / result.seconds, peakMb };
  };
  const peaks: number[] = [];
  const { build, hash } = await alternately(logRounds, {
    build: async () => {
      for (const end of ['', '-wal', '-shm']) rmSync(`${ledger}${end}`, { force: true });
      const { perSecond, peakMb } = await work('build', log, ledger);
      peaks.push(peakMb);
      return perSecond;
    },
    hash: async () => (await work('hash', log)).perSecond,
  });
  const { long, short } = await alternately(logRounds, {
    long: async () => (await work('prove', log, ledger, String(Number.MAX_SAFE_INTEGER))).perSecond,
    short: async () => (await work('prove', log, ledger, String(SHORT_LOG))).perSecond,
  });
  return [
    {
      name: 'building the ledger',
      unit: 'events/s',
      ours: build,
      limitName: 'hashing the entries alone',
      limit: hash,
      ratio: 'share',
      wanted: { least: 0.5 },
    },
    memory('building the ledger, peak memory', peaks),
    {
      name: 'a proof among all events',
      unit: '/s',
      ours: long,
      limitName: 'among the first thousand',
      limit: short,
      ratio: 'slowness',
      wanted: { most: 3 },
    },
  ];
}
