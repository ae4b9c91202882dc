import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { appendsPerSecond, fsyncsPerSecond } from './appends';
import { alternately, type Figure } from './figures';
import { ourCommand, runProgram } from './processes';
import type { Size } from './size';

const READ_LOG = join(__dirname, 'read-log.js');

/** Appending, beside the disk. */
export async function appendFigures(folder: string, { rounds, appendSeconds }: Size): Promise<Figure[]> {
  const { fsync, one, ten } = await alternately(rounds, {
    fsync: () => fsyncsPerSecond(folder, appendSeconds),
    one: () => appendsPerSecond(folder, 1, appendSeconds),
    ten: () => appendsPerSecond(folder, 10, appendSeconds),
  });
  const beside = { unit: '/s', limitName: 'fsyncs in a loop', limit: fsync, ratio: 'share' } as const;
  return [
    { name: 'append, one writer', ours: one, ...beside, wanted: { least: 0.8 } },
    { name: 'append, ten writers', ours: ten, ...beside, wanted: { least: 3 } },
  ];
}

interface Generated {
  readonly events: number;
  readonly seconds: number;
}

/** Generating the set. It is made anew in each round; the last one stays for what comes after. */
export async function generateFigures(
  dataDir: string,
  size: Size,
): Promise<{ events: number; figures: Figure[] }> {
  const rates: number[] = [];
  const peaks: number[] = [];
  let events = 0;
  for (let round = 0; round < size.logRounds; round += 1) {
    rmSync(dataDir, { recursive: true, force: true });
    const { result, peakMb } = await generate(dataDir, size);
    rates.push(result.events / result.seconds);
    peaks.push(peakMb);
    events = result.events;
  }
  return {
    events,
    figures: [
      {
        name: 'generate',
        unit: 'events/s',
        ours: rates,
        limitName: 'a fixed number',
        limit: [20_000],
        ratio: 'share',
        wanted: { least: 1 },
      },
      memory('generate, peak memory', peaks),
    ],
  };
}

export function generate(
  dataDir: string,
  { municipalities, approaches, years }: Pick<Size, 'municipalities' | 'approaches' | 'years'>,
): Promise<{ result: Generated; peakMb: number }> {
  return ourCommand<Generated>(
    dataDir,
    'generate',
    ...['--municipalities', String(municipalities), '--approaches', String(approaches)],
    ...['--years', `${years.from}..${years.to}`, '--seed', 'bench'],
  );
}

/** Rebuilding all read models, beside reading and parsing the log. */
export async function rebuildFigures(dataDir: string, { logRounds }: Size): Promise<Figure[]> {
  const peaks: number[] = [];
  // The first one finds nothing to compare with: not what is measured.
  await ourCommand(dataDir, 'replay');
  const { replay, read } = await alternately(logRounds, {
    replay: async () => {
      const { result, peakMb } = await ourCommand<Generated>(dataDir, 'replay');
      peaks.push(peakMb);
      return result.events / result.seconds;
    },
    read: async () => {
      const { result } = await runProgram<Generated>([READ_LOG, join(dataDir, 'events.db')]);
      return result.events / result.seconds;
    },
  });
  return [
    {
      name: 'rebuild of all read models',
      unit: 'events/s',
      ours: replay,
      limitName: 'reading and parsing the log',
      limit: read,
      ratio: 'share',
      wanted: { least: 0.3 },
    },
    memory('rebuild, peak memory', peaks),
  ];
}

/** A peak that is told beside what the server may take. */
export function memory(name: string, ours: readonly number[], wanted: Figure['wanted'] = null): Figure {
  return { name, unit: 'MB', ours, limitName: 'a fixed number', limit: [400], ratio: 'share', wanted };
}
