import { makeSecret, readSecret, type Secret, SecretFileError } from '../secret-file';
import { formatSigningKey, generateSigningKey, NoteError, parseSigningKey, type SigningKey } from './note';

const SECRET: Secret = { what: 'the signing key', fileName: 'ledger.key' };

/**
 * The signing key of the file, or undefined where there is none.
 * @throws SecretFileError when others than its owner may read it, or when it holds something else.
 */
export function readSigningKey(file: string): SigningKey | undefined {
  const text = readSecret(file, SECRET);
  return text === undefined ? undefined : parsed(file, text);
}

/**
 * The signing key of the file; where there is none, a new one that signs as `name`, in a file that only its
 * owner can read. An existing key keeps its own name, as that is the log's identity: a lost one could never sign
 * this log again.
 * @throws SecretFileError as {@link readSigningKey}; NoteError when `name` cannot name a key.
 */
export function readOrCreateSigningKey(file: string, name: string): SigningKey {
  return (
    readSigningKey(file) ??
    parsed(file, makeSecret(file, SECRET, `${formatSigningKey(generateSigningKey(name))}\n`))
  );
}

function parsed(file: string, text: string): SigningKey {
  try {
    return parseSigningKey(text.trimEnd());
  } catch (error) {
    if (!(error instanceof NoteError)) throw error;
    throw new SecretFileError(`${file} is not a signing key: ${error.message}`);
  }
}
