import { randomUUID } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { formatSigningKey, generateSigningKey, NoteError, parseSigningKey, type SigningKey } from './note';

/** The file of the signing key cannot be used as it is. Names the file and says what to do. */
export class SigningKeyFileError extends Error {
  override readonly name = 'SigningKeyFileError';
}

/**
 * The signing key of the file, or undefined where there is none.
 * @throws SigningKeyFileError when others than its owner may read it, or when it holds something else.
 */
export function readSigningKey(file: string): SigningKey | undefined {
  const text = readIfThere(file);
  if (text === undefined) return undefined;
  // On Windows these bits say nothing: there the folder's access rules do.
  const mode = statSync(file).mode & 0o777;
  if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
    throw new SigningKeyFileError(
      `${file} holds the signing key and others may read it (mode ${mode.toString(8)}): chmod 600 it`,
    );
  }
  try {
    return parseSigningKey(text.trimEnd());
  } catch (error) {
    if (!(error instanceof NoteError)) throw error;
    throw new SigningKeyFileError(`${file} is not a signing key: ${error.message}`);
  }
}

/**
 * The signing key of the file; where there is none, a new one that signs as `name`, in a file that only its
 * owner can read. An existing key keeps its own name, as that is the log's identity. The file appears whole
 * or not at all, and of several processes that create it at once one wins and all get its key.
 * @throws SigningKeyFileError as {@link readSigningKey}; NoteError when `name` cannot name a key.
 */
export function readOrCreateSigningKey(file: string, name: string): SigningKey {
  const existing = readSigningKey(file);
  if (existing !== undefined) return existing;
  const key = generateSigningKey(name);
  const draft = `${file}.${randomUUID()}`;
  writeDurably(draft, `${formatSigningKey(key)}\n`);
  try {
    // A link, unlike a rename, refuses to replace a key that another process has made meanwhile.
    linkSync(draft, file);
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
  } finally {
    unlinkSync(draft);
  }
  syncFolder(dirname(file));
  return readSigningKey(file) ?? key;
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    if (!hasCode(error, 'EISDIR')) throw error;
    throw new SigningKeyFileError(
      `${file} is a folder; expected the file of the signing key, such as ${join(file, 'ledger.key')}`,
    );
  }
}

function writeDurably(file: string, text: string): void {
  const descriptor = openSync(file, 'wx', 0o600);
  try {
    writeSync(descriptor, text);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Makes the new name in the folder as durable as the file: a lost key could never sign this log again. */
function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function hasCode(error: unknown, code: string): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === code;
}
