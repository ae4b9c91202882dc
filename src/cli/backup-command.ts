import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Config } from '../config';
import { type TarEntry, tar } from '../export/tar';
import { OutFileError, writeToFile } from '../export/write-out';
import { LedgerFollower } from '../ledger/ledger-follower';
import { copyLogFile, isLogInFile, ledgerPath, logFile, openLedger, openLog, signingKey } from '../register';
import { type Output, progress } from './output';
import { UsageError } from './usage-error';

/**
 * Writes log, ledger and signing key as one archive, as they fit together at one moment. What does not fit its
 * ledger is not backed up: a backup must never take the place of a better one unnoticed.
 */
export async function backupCommand(config: Config, file: string, out: Output): Promise<void> {
  if (!isLogInFile(config)) {
    throw new UsageError(
      'backup copies a log in a file, and this one is on a server: take its own backup, an export of events, and a copy of ledger.db and ledger.key',
    );
  }
  const store = openLog(config, 'read');
  try {
    const ledger = openLedger(config);
    try {
      await new LedgerFollower(store, ledger).catchUp(progress(out, 'recording the log in the ledger'));
      signingKey(config);
      const folder = folderBeside(file);
      try {
        // The ledger first: what is appended meanwhile may be in the log only, and is recorded after a restore.
        ledger.copyTo(join(folder, 'ledger.db'));
        copyLogFile(config, join(folder, 'events.db'));
        await writeToFile(file, tar(entries(folder, config)), 0o600);
      } finally {
        rmSync(folder, { recursive: true });
      }
      out.note(`${file} holds log, ledger and signing key: keep it from others`);
    } finally {
      ledger.close();
    }
  } finally {
    await store.close();
  }
}

/** Each is unpacked for whom the original is: what others may not read here, they may not read there. */
function entries(folder: string, config: Config): TarEntry[] {
  const modeOf = (path: string): number => statSync(path).mode & 0o777;
  return [
    { name: 'events.db', path: join(folder, 'events.db'), mode: modeOf(logFile(config)) },
    { name: 'ledger.db', path: join(folder, 'ledger.db'), mode: modeOf(ledgerPath(config.dataDir)) },
    { name: 'ledger.key', path: config.ledgerKey, mode: 0o600 },
  ];
}

/** A folder for the copies, where there will be room for the archive too. */
function folderBeside(file: string): string {
  try {
    return mkdtempSync(join(dirname(resolve(file)), '.toetsspoor-backup-'));
  } catch (error) {
    throw new OutFileError(
      `${file} cannot be written: ${(error as Error).message.replace(/, \w+ '.*$/, '')}`,
      {
        cause: error,
      },
    );
  }
}
