import { base64, HASH_SIZE, type Hash } from './merkle';
import { fromBase64, NoteError, openNote, type SigningKey, signNote, type VerifierKey } from './note';

/** The state of a log at one size, as it is signed (https://c2sp.org/tlog-checkpoint). */
export interface Checkpoint {
  /** Which log: the name of the key that signs it. */
  readonly origin: string;
  /** How many events the log held. */
  readonly size: number;
  /** The root of the tree over these events. */
  readonly root: Hash;
  /** Further lines, opaque. We write none. */
  readonly extensions: readonly string[];
}

/** The text of a checkpoint, before it is signed. */
export function formatCheckpoint(checkpoint: Checkpoint): string {
  const root = base64(checkpoint.root);
  return [checkpoint.origin, checkpoint.size, root, ...checkpoint.extensions]
    .map((line) => `${line}\n`)
    .join('');
}

/** @throws NoteError that names the line that is not of a checkpoint. */
export function parseCheckpoint(text: string): Checkpoint {
  if (!text.endsWith('\n')) throw new NoteError('the checkpoint does not end in a newline');
  const [origin, size, encodedRoot, ...extensions] = text.slice(0, -1).split('\n');
  if (!origin) throw new NoteError('the first line of the checkpoint is not an origin');
  if (size === undefined || !/^(0|[1-9][0-9]*)$/.test(size) || !Number.isSafeInteger(Number(size))) {
    throw new NoteError('the second line of the checkpoint is not a tree size');
  }
  const root = encodedRoot === undefined ? undefined : fromBase64(encodedRoot);
  if (root?.length !== HASH_SIZE) throw new NoteError('the third line of the checkpoint is not a root hash');
  if (extensions.includes('')) throw new NoteError('the checkpoint has an empty line');
  return { origin, size: Number(size), root, extensions };
}

/** The signed note of the log's state. Its origin is the key's name, so the two cannot differ. */
export function signCheckpoint(state: { size: number; root: Hash }, key: SigningKey): string {
  return signNote(formatCheckpoint({ origin: key.name, ...state, extensions: [] }), key);
}

/**
 * The checkpoint of a note that the log itself has signed: its origin is the name of a known key, and that
 * key has signed it.
 * @throws NoteError when the note or the checkpoint is malformed, a signature does not fit, or another log
 *   has signed it.
 */
export function openCheckpoint(note: string | Uint8Array, known: readonly VerifierKey[]): Checkpoint {
  const { text, signedBy } = openNote(note, known);
  const checkpoint = parseCheckpoint(text);
  if (!signedBy.some((key) => key.name === checkpoint.origin)) {
    throw new NoteError(`the checkpoint is of ${checkpoint.origin}, whose own signature is not on it`);
  }
  return checkpoint;
}
