/**
 * The ledger's own work, each in a process of its own.
 * Usage: ledger-work build|hash|prove EVENTS.DB [LEDGER.DB]; prints how many in how many seconds.
 */
import { openSqliteEventStore } from '../src/event-store/sqlite';
import { leafHash } from '../src/ledger/entry';
import { Ledger } from '../src/ledger/ledger';
import { LedgerFile } from '../src/ledger/ledger-file';
import { LedgerFollower } from '../src/ledger/ledger-follower';
import { inclusionProof } from '../src/ledger/merkle';

const PROOFS = 400;

interface Done {
  readonly count: number;
  readonly seconds: number;
}

/** Records the whole log in a new ledger: reading, hashing, writing. */
async function build(log: string, path: string): Promise<Done> {
  const store = openSqliteEventStore({ path: log, mode: 'read' });
  const ledger = new Ledger(LedgerFile.open(path));
  const start = performance.now();
  await new LedgerFollower(store, ledger).catchUp();
  const seconds = (performance.now() - start) / 1000;
  const count = ledger.size;
  ledger.close();
  await store.close();
  return { count, seconds };
}

/** What there is no way around: the entry of each event and its hash; reading is not counted. */
async function hash(log: string): Promise<Done> {
  const store = openSqliteEventStore({ path: log, mode: 'read' });
  let count = 0;
  let ms = 0;
  for await (const page of store.readAll()) {
    const start = performance.now();
    for (const event of page) leafHash(event);
    ms += performance.now() - start;
    count += page.length;
  }
  await store.close();
  return { count, seconds: ms / 1000 };
}

/** Proves events all over the first `size`, each as the first of its request. */
function prove(path: string, size: number): Done {
  const ledger = new Ledger(LedgerFile.open(path));
  const end = Math.min(size, ledger.size);
  const proofs = (): void => {
    for (let at = 0; at < PROOFS; at += 1) {
      inclusionProof(Math.floor(((at + 0.5) * end) / PROOFS), end, ledger.nodes());
    }
  };
  proofs();
  const start = performance.now();
  proofs();
  const seconds = (performance.now() - start) / 1000;
  ledger.close();
  return { count: PROOFS, seconds };
}

async function main([work, log = '', ledger = '', size = '0']: readonly string[]): Promise<Done> {
  if (work === 'build') return build(log, ledger);
  return work === 'hash' ? hash(log) : prove(ledger, Number(size));
}

main(process.argv.slice(2)).then((done) => process.stdout.write(`${JSON.stringify(done)}\n`));
