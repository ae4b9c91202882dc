import { randomUUID } from 'node:crypto';
import {
  closeSync,
  fstatSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { syncFolder } from './sync-folder';

/** The file of a secret cannot be used as it is. Names the file and says what to do, never what it holds. */
export class SecretFileError extends Error {
  override readonly name = 'SecretFileError';
}

/** A kind of secret, as errors name it. */
export interface Secret {
  /** Such as "the signing key". */
  readonly what: string;
  /** What its file is commonly called. */
  readonly fileName: string;
}

/**
 * The text of a secret that is kept in a file, or undefined where there is none.
 * @throws SecretFileError where others than its owner may read it, or it is a folder
 */
export function readSecret(file: string, { what, fileName }: Secret): string | undefined {
  const descriptor = openIfThere(file);
  if (descriptor === undefined) return undefined;
  try {
    const stats = fstatSync(descriptor);
    if (stats.isDirectory())
      throw new SecretFileError(
        `${file} is a folder; expected the file of ${what}, such as ${join(file, fileName)}`,
      );
    // On Windows these bits say nothing: there the folder's access rules do.
    const mode = stats.mode & 0o777;
    if (process.platform !== 'win32' && (mode & 0o077) !== 0)
      throw new SecretFileError(
        `${file} holds ${what} and others may read it (mode ${mode.toString(8)}): chmod 600 it`,
      );
    return readFileSync(descriptor, 'utf8');
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Keeps a secret in a new file that only its owner can read. It appears whole or not at all, and is on disk
 * then; of several processes that make it at once one wins, and all get its secret.
 * @returns the text that the file holds: that of another process where it was first
 * @throws SecretFileError as {@link readSecret}
 */
export function makeSecret(file: string, secret: Secret, text: string): string {
  const draft = `${file}.${randomUUID()}`;
  try {
    writeDurably(draft, text);
    // A link, unlike a rename, refuses to replace what another process has made meanwhile.
    linkSync(draft, file);
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
  } finally {
    rmSync(draft, { force: true });
  }
  syncFolder(dirname(file));
  const made = readSecret(file, secret);
  if (made === undefined) throw new SecretFileError(`${file} was removed while it was made: try again`);
  return made;
}

function openIfThere(file: string): number | undefined {
  try {
    return openSync(file, 'r');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

function writeDurably(file: string, text: string): void {
  const descriptor = openSync(file, 'wx', 0o600);
  try {
    writeFileSync(descriptor, text);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function hasCode(error: unknown, code: string): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === code;
}
