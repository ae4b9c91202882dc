import { writeSync } from 'node:fs';
import { openSqliteEventStore } from '../../src/event-store/sqlite';
import { collect, sampleEvents, uniqueStream } from './sample-events';

/**
 * Another process at the log, for tests: `child.ts hold|append|read PATH [UID]`. Says a line when it has
 * the log open, or the error's name and message; `append` says the position of each acknowledged append.
 */
const [, , what, path = '', uid] = process.argv;
const say = (line: string) => writeSync(1, `${line}\n`);

async function main(): Promise<void> {
  if (uid !== undefined) process.setuid?.(Number(uid));
  const store = openSqliteEventStore({ path, mode: what === 'read' ? 'read' : 'write' });
  if (what === 'read') {
    say(`read ${(await collect(store.readAll())).length}`);
    return store.close();
  }
  say('open');
  // What is not referred to any more may be closed by the garbage collector, lock and all.
  if (what === 'hold') setInterval(() => store.lastPosition(), 1_000);
  while (what === 'append') {
    const { position } = await store.append(uniqueStream(), sampleEvents(3), 'NO_STREAM');
    say(String(position));
  }
}

main().catch((error: Error) => {
  say(`${error.name}: ${error.message}`);
  process.exitCode = 1;
});
