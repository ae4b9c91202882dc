import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { alternately, type Figure, median } from './figures';
import { OUR_PROGRAM, runProgram } from './processes';
import { type Size, TEN } from './size';

const PROGRAM = join(__dirname, 'kurrentdb-program.js');

interface Measured {
  readonly events: number;
  readonly seconds: number;
}

/**
 * The log on the server that `KURRENTDB_URL` names, beside the client as it is: appending, catching up, and the memory
 * of a replica of two logs, of which one is several times as long.
 */
export async function kurrentDBFigures(folder: string, url: string, size: Size): Promise<Figure[]> {
  const { rounds, logRounds, appendSeconds } = size;
  const perSecond = async (...args: readonly string[]): Promise<number> => {
    const { result } = await runProgram<Measured>([PROGRAM, ...args], { KURRENTDB_URL: url });
    return result.events / result.seconds;
  };
  const appends = (writers: number) => {
    const measured = (by: string) => () =>
      perSecond('append', by, `bench-${randomUUID()}-`, String(writers), String(appendSeconds));
    return alternately(rounds, { ours: measured('ours'), raw: measured('raw') });
  };
  const one = await appends(1);
  const ten = await appends(10);

  const short = await generated(folder, url, TEN, size);
  const long = await generated(folder, url, { municipalities: 10, approaches: 3 }, size);
  const catchUp = await alternately(rounds, {
    ours: () => perSecond('read', 'ours', long.prefix),
    raw: () => perSecond('read', 'raw', long.prefix),
  });
  const memory = await alternately(logRounds, { short: short.replicaMb, long: long.replicaMb });

  const beside = (name: string, unit: string, { ours, raw }: { ours: number[]; raw: number[] }): Figure => ({
    name: `KurrentDB: ${name}`,
    unit,
    ours,
    limitName: 'the client as it is',
    limit: raw,
    ratio: 'share',
    wanted: { least: 0.8 },
  });
  return [
    beside('append, one writer', '/s', one),
    beside('append, ten writers', '/s', ten),
    beside('catching up', 'events/s', catchUp),
    {
      name: `KurrentDB: peak memory of a replica that builds ${long.events.toLocaleString('en')} events`,
      unit: 'MB',
      ours: memory.long,
      limitName: `the same with ${short.events.toLocaleString('en')}`,
      limit: [median(memory.short)],
      ratio: 'share',
      wanted: { most: 1.25 },
    },
  ];
}

/** A synthetic log on the server, and the building of read models from it. */
async function generated(
  folder: string,
  url: string,
  { municipalities, approaches }: Pick<Size, 'municipalities' | 'approaches'>,
  { years }: Size,
): Promise<{ prefix: string; events: number; replicaMb: () => Promise<number> }> {
  const prefix = `bench-${randomUUID()}-`;
  const environment = (dataDir: string) => ({
    EVENT_STORE_URL: url,
    EVENT_STORE_PREFIX: prefix,
    DATA_DIR: dataDir,
  });
  const run = (dataDir: string, ...args: readonly string[]) =>
    runProgram<{ events: number }>([...OUR_PROGRAM, ...args, '--json'], environment(dataDir));
  const { result } = await run(
    join(folder, prefix),
    ...['generate', '--municipalities', String(municipalities), '--approaches', String(approaches)],
    ...['--years', `${years.from}..${years.to}`, '--seed', 'bench'],
  );
  return {
    prefix,
    events: result.events,
    replicaMb: async () => (await run(join(folder, randomUUID()), 'replay')).peakMb,
  };
}
