import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  hash,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';

/**
 * Signed notes (https://c2sp.org/signed-note): a text, a blank line, and one or more signature lines. Keys
 * are Ed25519, type 0x01. Signature lines of keys that are not known are skipped, so a note may also carry
 * signatures of another algorithm and the cosignatures of witnesses.
 */

/** The note, or a key, is not of the form that it should have, or a signature does not fit. */
export class NoteError extends Error {
  override readonly name = 'NoteError';
}

export interface VerifierKey {
  /** By the convention of transparency logs the log's origin, such as `example.org/toetsspoor`. */
  readonly name: string;
  /** Eight hex digits that stand for name, algorithm and public key together. */
  readonly id: string;
  readonly publicKey: KeyObject;
}

export interface SigningKey extends VerifierKey {
  readonly privateKey: KeyObject;
}

export interface OpenedNote {
  /** The signed text, its last newline included. */
  readonly text: string;
  /** The known keys whose signatures were verified: at least one. */
  readonly signedBy: readonly VerifierKey[];
  /** How many signature lines were skipped as of an unknown key. */
  readonly skipped: number;
}

/** @throws NoteError when `name` cannot be a key's name. */
export function generateSigningKey(name: string): SigningKey {
  return signingKey(name, generateKeyPairSync('ed25519').privateKey);
}

/** The private key as text, in the form of Go's note package: `PRIVATE+KEY+name+id+base64`. */
export function formatSigningKey(key: SigningKey): string {
  const seed = key.privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(PKCS8_ED25519.length);
  return `PRIVATE+KEY+${key.name}+${key.id}+${withType(seed).toString('base64')}`;
}

/** @throws NoteError that says what is wrong, without repeating the key. */
export function parseSigningKey(text: string): SigningKey {
  const [marker, key, ...parts] = splitKey(text, 5);
  if (marker !== 'PRIVATE' || key !== 'KEY') throw new NoteError('a signing key begins with PRIVATE+KEY+');
  const { name, id, bytes } = keyParts(parts);
  const der = Buffer.concat([PKCS8_ED25519, bytes]);
  return named(signingKey(name, createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })), id);
}

/** The public key as text, by which others verify: `name+id+base64`. */
export function formatVerifierKey(key: VerifierKey): string {
  return `${key.name}+${key.id}+${withType(rawPublicKey(key.publicKey)).toString('base64')}`;
}

/** @throws NoteError that says what is wrong. */
export function parseVerifierKey(text: string): VerifierKey {
  const { name, id, bytes } = keyParts(splitKey(text, 3));
  const der = Buffer.concat([SPKI_ED25519, bytes]);
  return named(verifierKey(name, createPublicKey({ key: der, format: 'der', type: 'spki' })), id);
}

/**
 * The note of `text`, signed by every key in turn.
 * @throws NoteError when the text cannot be a note's: it must end in a newline and hold no other control
 *   characters.
 */
export function signNote(text: string, ...keys: readonly [SigningKey, ...SigningKey[]]): string {
  if (!text.endsWith('\n')) throw new NoteError('the text of a note ends in a newline');
  assertNoteCharacters(text);
  const lines = keys.map((key) => {
    const signature = sign(null, Buffer.from(text), key.privateKey);
    return `${LINE_START}${key.name} ${Buffer.concat([Buffer.from(key.id, 'hex'), signature]).toString('base64')}\n`;
  });
  return `${text}\n${lines.join('')}`;
}

/**
 * The text of a note that at least one of the known keys has signed.
 * @throws NoteError when the note is malformed, when no known key has signed it, or when a signature of a
 *   known key does not fit. The text of such a note is to be ignored, and is not given.
 */
export function openNote(note: string | Uint8Array, known: readonly VerifierKey[]): OpenedNote {
  const source = typeof note === 'string' ? note : decode(note);
  if (source.length > MAX_NOTE_LENGTH) throw new NoteError('the note is too long');
  assertNoteCharacters(source);
  const { text, lines } = splitNote(source);
  if (lines.length > MAX_SIGNATURES) throw new NoteError(`the note has over ${MAX_SIGNATURES} signatures`);

  const signedBy: VerifierKey[] = [];
  let skipped = 0;
  for (const { name, id, signature } of lines.map(signatureLine)) {
    const keys = known.filter((key) => key.name === name && key.id === id);
    if (keys.length === 0) skipped += 1;
    for (const key of keys) {
      if (!verify(null, Buffer.from(text), key.publicKey, signature)) {
        throw new NoteError(`the signature of ${name}+${id} does not fit the note`);
      }
      if (!signedBy.includes(key)) signedBy.push(key);
    }
  }
  if (signedBy.length === 0) {
    const expected = known.map((key) => `${key.name}+${key.id}`).join(' or ');
    throw new NoteError(`the note is not signed by ${expected || 'a known key'}`);
  }
  return { text, signedBy, skipped };
}

/** The last empty line parts the text from the signatures; the text may hold empty lines of its own. */
function splitNote(note: string): { text: string; lines: string[] } {
  const split = note.lastIndexOf('\n\n');
  if (split < 0) throw new NoteError('the note has no blank line before its signatures');
  const signatures = note.slice(split + 2);
  if (!signatures.endsWith('\n')) throw new NoteError('the note does not end in a signature line');
  return { text: note.slice(0, split + 1), lines: signatures.slice(0, -1).split('\n') };
}

function signatureLine(line: string): { name: string; id: string; signature: Buffer } {
  const [name, encoded, ...more] = line.startsWith(LINE_START)
    ? line.slice(LINE_START.length).split(' ')
    : [];
  const bytes = encoded === undefined ? undefined : fromBase64(encoded);
  if (name === undefined || !isKeyName(name) || bytes === undefined || bytes.length <= 4 || more.length > 0) {
    throw new NoteError('the note has a malformed signature line');
  }
  return { name, id: bytes.subarray(0, 4).toString('hex'), signature: bytes.subarray(4) };
}

function signingKey(name: string, privateKey: KeyObject): SigningKey {
  return { ...verifierKey(name, createPublicKey(privateKey)), privateKey };
}

function verifierKey(name: string, publicKey: KeyObject): VerifierKey {
  if (!isKeyName(name)) throw new NoteError(`"${name}" cannot name a key: it is empty or holds + or a space`);
  const idInput = Buffer.concat([Buffer.from(`${name}\n`), withType(rawPublicKey(publicKey))]);
  return { name, id: hash('sha256', idInput, 'hex').slice(0, 8), publicKey };
}

/** The key, when it is the one that its text said. */
function named<K extends VerifierKey>(key: K, id: string): K {
  if (key.id !== id) throw new NoteError(`the key of ${key.name} has the id ${key.id}, not ${id}`);
  return key;
}

/** Parts at the first plus signs: the last part is base64 and may hold more of them. */
function splitKey(text: string, count: number): string[] {
  const parts = text.split('+');
  return [...parts.slice(0, count - 1), parts.slice(count - 1).join('+')];
}

function keyParts([name, id, encoded]: readonly (string | undefined)[]): {
  name: string;
  id: string;
  bytes: Buffer;
} {
  const bytes = encoded === undefined ? undefined : fromBase64(encoded);
  if (name === undefined || id === undefined || !/^[0-9a-f]{8}$/.test(id) || bytes === undefined) {
    throw new NoteError('a key has the form name+id+base64');
  }
  if (bytes[0] !== ED25519 || bytes.length !== 1 + KEY_LENGTH) {
    throw new NoteError(`the key of ${name} is not an Ed25519 key`);
  }
  return { name, id, bytes: bytes.subarray(1) };
}

function withType(key: Buffer): Buffer {
  return Buffer.concat([Buffer.from([ED25519]), key]);
}

function rawPublicKey(key: KeyObject): Buffer {
  return key.export({ format: 'der', type: 'spki' }).subarray(SPKI_ED25519.length);
}

function isKeyName(name: string): boolean {
  return name !== '' && name.isWellFormed() && !/[\s\u0085+\p{Cc}]/u.test(name);
}

function assertNoteCharacters(note: string): void {
  if (!note.isWellFormed()) throw new NoteError('the note is not Unicode text');
  for (const character of note) {
    if (character < ' ' && character !== '\n') throw new NoteError('the note holds a control character');
  }
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new NoteError('the note is not UTF-8');
  }
}

/** Base64 of RFC 4648 section 4 in its one canonical form. Node alone would skip what does not belong. */
export function fromBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
}

const LINE_START = '\u2014 ';
const ED25519 = 0x01;
const KEY_LENGTH = 32;
/** What stands before the 32 bytes of an Ed25519 key in DER (RFC 8410). */
const SPKI_ED25519 = Buffer.from('302a300506032b6570032100', 'hex');
const PKCS8_ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex');
/** Limits that the specification asks for; it wants at least 16 signatures to be accepted. */
const MAX_SIGNATURES = 100;
const MAX_NOTE_LENGTH = 1_000_000;
