/**
 * One measurement on KurrentDB, by our store or by the client as it is.
 * Usage: kurrentdb-program append|read ours|raw PREFIX [WRITERS SECONDS]; prints how many events in how many seconds.
 */
import { randomUUID } from 'node:crypto';
import { jsonEvent, KurrentDBClient, NO_STREAM, streamNameFilter } from '@kurrent/kurrentdb-client';
import { approachStream } from '../src/domain/streams';
import { openKurrentDBEventStore } from '../src/event-store/kurrentdb';
import { newEvent } from './appends';

const url = process.env.KURRENTDB_URL ?? '';
/** Before it is measured: the code is compiled and the connection made. */
const WARM_MS = 500;

interface Measured {
  readonly events: number;
  readonly seconds: number;
}

/** Appends one event, behind the revision; -1 for the first. */
type AppendOne = (stream: string, behind: number) => Promise<unknown>;

async function appending(by: string, prefix: string, writers: number, seconds: number): Promise<Measured> {
  const store = openKurrentDBEventStore({ url, prefix });
  const client = KurrentDBClient.connectionString(url);
  const append: AppendOne =
    by === 'ours'
      ? (stream, behind) => store.append(stream, [newEvent()], behind < 0 ? 'NO_STREAM' : behind)
      : (stream, behind) =>
          client.appendToStream(`${prefix}${stream}`, [jsonEvent(newEvent())], {
            streamState: behind < 0 ? NO_STREAM : BigInt(behind),
          });
  const until = async (end: number): Promise<number> => {
    const counts = Array.from({ length: writers }, async () => {
      const stream = approachStream('GM0935', randomUUID());
      let count = 0;
      for (; performance.now() < end; count += 1) await append(stream, count - 1);
      return count;
    });
    return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
  };
  await until(performance.now() + WARM_MS);
  const start = performance.now();
  const events = await until(start + seconds * 1000);
  const measured = { events, seconds: (performance.now() - start) / 1000 };
  await Promise.all([store.close(), client.dispose()]);
  return measured;
}

/** Reads all with a prefix, and parses it. */
async function reading(by: string, prefix: string): Promise<Measured> {
  const store = openKurrentDBEventStore({ url, prefix });
  const client = KurrentDBClient.connectionString(url);
  await store.lastPosition();
  const start = performance.now();
  let events = 0;
  if (by === 'ours') for await (const page of store.readAll()) events += page.length;
  else {
    for await (const _ of client.readAll({ filter: streamNameFilter({ prefixes: [prefix] }) })) events += 1;
  }
  const measured = { events, seconds: (performance.now() - start) / 1000 };
  await Promise.all([store.close(), client.dispose()]);
  return measured;
}

async function main(): Promise<void> {
  const [what, by = '', prefix = '', writers, seconds] = process.argv.slice(2);
  const measured =
    what === 'append'
      ? await appending(by, prefix, Number(writers), Number(seconds))
      : await reading(by, prefix);
  process.stdout.write(`${JSON.stringify(measured)}\n`);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
