import type { Config } from '../config';
import { LedgerFollower } from '../ledger/ledger-follower';
import { formatVerifierKey } from '../ledger/note';
import { openLedger, openLog, placeOfLog, signingKey } from '../register';
import { type Output, progress } from './output';

/** Signs the state of the log and prints the note; beside a running server, or without one. */
export async function checkpointCommand(config: Config, out: Output): Promise<void> {
  const store = openLog(config, 'read');
  try {
    const ledger = openLedger(config);
    try {
      await new LedgerFollower(store, ledger).catchUp(progress(out, 'recording the log in the ledger'));
      const key = signingKey(config);
      process.stdout.write(ledger.sign(key, new Date()));
      const events = ledger.size.toLocaleString('en');
      out.note(`signed as ${key.name}: ${events} events of the log ${placeOfLog(config)}`);
    } finally {
      ledger.close();
    }
  } finally {
    await store.close();
  }
}

/** Prints the key by which others verify. */
export function publicKeyCommand(config: Config): void {
  process.stdout.write(`${formatVerifierKey(signingKey(config))}\n`);
}
