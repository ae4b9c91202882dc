#!/usr/bin/env node
/**
 * The auditor's check of a Toetsspoor log: does this export begin with exactly the events that were signed?
 *
 *   node verify.mjs EVENTS.ndjson --checkpoint FILE --key FILE [--against OLD.ndjson]
 *
 * It runs by itself on Node.js from version 20 on, needs nothing else, opens no connection, and shares no
 * code with Toetsspoor on purpose: a second reading of the same specifications, short enough to be read
 * before it is trusted. README.md beside it describes the files and what is checked.
 *
 * Exit status 0: all fits. 1: something does not, and the first wrong index is named where it can be known.
 */
import { createHash, createPublicKey, verify } from 'node:crypto';
import { createReadStream, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

const USAGE = `usage: node verify.mjs EVENTS.ndjson --checkpoint FILE --key FILE [--against OLD.ndjson]

  EVENTS.ndjson       the export to check: toetsspoor export events
  --checkpoint FILE   a signed state of the log, kept from earlier: toetsspoor checkpoint
                      (repeat it for several: the first wrong event is then narrowed down)
  --key FILE          the log's public key: toetsspoor checkpoint --public-key
  --against OLD       an export kept from earlier: names the first event that differs from it`;

/** The log, or what was signed of it, does not fit. Its message is the answer. */
class Misfit extends Error {}
/** The check could not be made. */
class CannotCheck extends Error {}

// --- What is asked ----------------------------------------------------------------------------------

async function main() {
  const asked = readArguments();
  if (asked === undefined) return console.log(USAGE);
  const keys = readKeys(asked.key);
  const checkpoints = asked.checkpoints.map((file) => openCheckpoint(file, keys));
  checkpoints.sort((a, b) => a.size - b.size);
  for (const line of await check(asked.events, checkpoints, asked.against)) console.log(line);
}

function readArguments() {
  let parsed;
  try {
    parsed = parseArgs({
      allowPositionals: true,
      options: {
        checkpoint: { type: 'string', multiple: true },
        key: { type: 'string', multiple: true },
        against: { type: 'string', multiple: true },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new CannotCheck(`${error.message}\n${USAGE}`);
  }
  const { checkpoint = [], key = [], against = [], help } = parsed.values;
  if (help) return undefined;
  if (parsed.positionals.length !== 1) throw new CannotCheck(`give one export to check\n${USAGE}`);
  if (checkpoint.length === 0) throw new CannotCheck(`--checkpoint is missing\n${USAGE}`);
  if (key.length !== 1) throw new CannotCheck(`give --key once\n${USAGE}`);
  if (against.length > 1) throw new CannotCheck(`give --against once\n${USAGE}`);
  return { events: parsed.positionals[0], checkpoints: checkpoint, key: key[0], against: against[0] };
}

/**
 * Goes through the export once, event by event, and stops at the first that does not fit. Only the right
 * edge of the tree and the last revision of each stream are held in memory.
 */
async function check(file, checkpoints, oldFile) {
  const tree = new Tree();
  const order = new Order();
  const old = oldFile === undefined ? undefined : events(oldFile);
  const unreached = [...checkpoints];
  let sameAsOld = 0;
  let textsLeftOut = 0;

  const compareRoots = () => {
    while (unreached[0]?.size === tree.size) {
      const checkpoint = unreached.shift();
      if (tree.root().equals(checkpoint.root)) continue;
      const fitting = checkpoints.filter((one) => one.size < checkpoint.size).map((one) => one.size);
      throw new Misfit(rewritten(checkpoint, tree, Math.max(0, ...fitting), sameAsOld));
    }
  };

  try {
    compareRoots();
    for await (const event of events(file)) {
      order.check(event);
      if (old !== undefined) {
        const { value, done } = await old.next();
        if (!done && !value.leaf.equals(event.leaf)) {
          throw new Misfit(`${event.where}: the event differs from the one in ${oldFile}`);
        }
        if (!done) sameAsOld += 1;
      }
      textsLeftOut += event.textsLeftOut;
      tree.append(event.leaf);
      compareRoots();
    }
    const last = unreached.at(-1);
    if (last !== undefined) {
      throw new Misfit(
        `index ${tree.size}: missing; the export holds ${count(tree.size, 'event')}, ` +
          `the checkpoint ${last.file} was signed over ${last.size}`,
      );
    }
    if (old !== undefined && !(await old.next()).done) {
      throw new Misfit(`index ${tree.size}: missing; the export ends here, ${oldFile} goes on`);
    }
  } finally {
    await old?.return();
  }

  const signed = checkpoints.at(-1);
  const root = signed.root.toString('base64');
  const after = tree.size - signed.size;
  return [
    `fits: the first ${count(signed.size, 'event')} are those that ${signed.origin} signed (root ${root})`,
    ...(after > 0
      ? [`${count(after, 'event')} came after; consistent, but this checkpoint does not cover them`]
      : []),
    ...(oldFile === undefined ? [] : [`the first ${count(sameAsOld, 'event')} are those of ${oldFile}`]),
    ...(textsLeftOut > 0
      ? [`${count(textsLeftOut, 'text')} left out of this copy; digests in their place`]
      : []),
  ];
}

function rewritten(checkpoint, tree, signedBefore, sameAsOld) {
  const from = Math.max(signedBefore, Math.min(sameAsOld, checkpoint.size));
  const where =
    from === 0
      ? 'The first wrong index cannot be known from this: an older export (--against) would tell.'
      : from === checkpoint.size
        ? 'The older export has these same events: it is not the beginning that was signed either.'
        : `The first wrong index lies from ${from} to ${checkpoint.size - 1}.`;
  return (
    `the first ${count(checkpoint.size, 'event')} are not the beginning that was signed in ${checkpoint.file}: ` +
    `root ${tree.root().toString('base64')}, signed was ${checkpoint.root.toString('base64')}. ` +
    `Each line fits by itself, so the log was rewritten and its hashes made anew. ${where}`
  );
}

function count(n, noun) {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}

// --- The export -------------------------------------------------------------------------------------

/** Field by field what a line holds. Nothing else may stand in it: no hash would cover it. */
const FIELDS = ['index', 'leafHash', 'id', 'stream', 'revision', 'type', 'data', 'metadata'];
/** May stand there: the place in the engine's own log, which the ledger leaves out. */
const UNCOVERED = 'position';
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;

/** The events of an export, each with its leaf hash computed anew; throws at the first that does not fit. */
async function* events(file) {
  let index = 0;
  for await (const { number, bytes } of lines(file)) {
    const where = `index ${index} (line ${number} of ${file})`;
    try {
      yield { ...readEvent(bytes, index), where };
    } catch (error) {
      throw error instanceof Misfit ? new Misfit(`${where}: ${error.message}`) : error;
    }
    index += 1;
  }
}

function readEvent(bytes, index) {
  const event = parseJson(decodeUtf8(bytes));
  if (!(event instanceof Map)) throw new Misfit('not an event but another JSON value');
  for (const field of FIELDS) if (!event.has(field)) throw new Misfit(`"${field}" is missing`);
  for (const field of event.keys()) {
    if (!FIELDS.includes(field) && field !== UNCOVERED) throw new Misfit(`"${field}" is covered by no hash`);
  }
  const [stated, leafHash, id, stream, revision, type, data, metadata] = FIELDS.map((field) =>
    event.get(field),
  );
  for (const [field, value] of Object.entries({ leafHash, id, stream, type })) {
    if (typeof value !== 'string' || value === '') throw new Misfit(`"${field}" is not a text`);
  }
  const recordedAt = metadata instanceof Map ? metadata.get('recordedAt') : undefined;
  if (typeof recordedAt !== 'string' || !INSTANT.test(recordedAt)) {
    throw new Misfit('"metadata.recordedAt" is not an instant such as 2026-01-31T12:00:00.000Z');
  }
  if (stated !== index) throw new Misfit(`the line says index ${canonical(stated)}`);

  const texts = { leftOut: 0 };
  const entry = new Map(Object.entries({ id, stream, revision, type, metadata }));
  entry.set('data', withDigests(data, texts));
  const leaf = sha256(Buffer.from([0]), canonical(entry));
  if (leaf.toString('hex') !== leafHash) throw new Misfit('the content does not match its leafHash');
  return { index, stream, revision, recordedAt, leaf, textsLeftOut: texts.leftOut };
}

/** Every free text, {text, salt}, as its digest: SHA-256 of the salt's 16 bytes and the text's UTF-8. */
function withDigests(value, texts) {
  if (Array.isArray(value)) return value.map((element) => withDigests(element, texts));
  if (!(value instanceof Map)) return value;
  const [text, salt, digest] = ['text', 'salt', 'digest'].map((key) => value.get(key));
  if (value.size === 2 && typeof text === 'string' && typeof salt === 'string') {
    if (!/^[0-9a-f]{32}$/.test(salt)) throw new Misfit('the salt of a text is not 32 lower-case hex digits');
    return new Map([['digest', sha256(Buffer.from(salt, 'hex'), text).toString('hex')]]);
  }
  if (value.size === 1 && typeof digest === 'string') texts.leftOut += 1;
  return new Map([...value].map(([key, member]) => [key, withDigests(member, texts)]));
}

/** What must hold from one event to the next. */
class Order {
  #revisions = new Map();
  #recordedAt = '';

  check({ where, stream, revision, recordedAt }) {
    const expected = this.#revisions.get(stream) ?? 0;
    if (revision !== expected) {
      throw new Misfit(
        `${where}: revision ${canonical(revision)} of stream ${stream}, expected was ${expected}`,
      );
    }
    if (recordedAt < this.#recordedAt) {
      throw new Misfit(`${where}: recorded at ${recordedAt}, before the event that precedes it`);
    }
    this.#revisions.set(stream, expected + 1);
    this.#recordedAt = recordedAt;
  }
}

/** The lines of a file, numbered from 1, as bytes. Empty lines may stand at its end and nowhere else. */
async function* lines(file) {
  const NEWLINE = 0x0a;
  const LONGEST = 64 * 1024 * 1024;
  let number = 0;
  let emptyLine = 0;
  const numbered = (bytes) => {
    number += 1;
    if (bytes.length === 0) emptyLine ||= number;
    else if (emptyLine > 0) throw new Misfit(`line ${emptyLine} of ${file} is empty`);
    return { number, bytes };
  };
  let rest = Buffer.alloc(0);
  try {
    for await (const chunk of createReadStream(file, { highWaterMark: 1024 * 1024 })) {
      const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      let start = 0;
      for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
        const line = numbered(bytes.subarray(start, end));
        start = end + 1;
        if (line.bytes.length > 0) yield line;
      }
      rest = bytes.subarray(start);
      if (rest.length > LONGEST) throw new Misfit(`line ${number + 1} of ${file} is longer than any event`);
    }
  } catch (error) {
    throw error.code === undefined ? error : new CannotCheck(`cannot read ${file}: ${error.message}`);
  }
  if (rest.length > 0) yield numbered(rest);
}

// --- The tree: RFC 9162, section 2.1 ----------------------------------------------------------------

/** The root of all leaves so far, kept as the complete subtrees of which the tree consists. */
class Tree {
  size = 0;
  #subtrees = [];

  append(leaf) {
    let node = leaf;
    for (let rest = this.size; rest % 2 === 1; rest = Math.floor(rest / 2)) {
      node = Tree.#join(this.#subtrees.pop(), node);
    }
    this.#subtrees.push(node);
    this.size += 1;
  }

  root() {
    if (this.size === 0) return sha256();
    return this.#subtrees.reduceRight((right, left) => Tree.#join(left, right));
  }

  static #join(left, right) {
    return sha256(Buffer.from([1]), left, right);
  }
}

function sha256(...parts) {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

// --- The signature: c2sp.org/signed-note and c2sp.org/tlog-checkpoint -------------------------------

const ED25519 = 1;
const ED25519_DER = Buffer.from('302a300506032b6570032100', 'hex');

/** The keys of a file, one a line: name+id+base64. Empty lines and lines that begin with # are skipped. */
function readKeys(file) {
  const written = decodeUtf8(read(file))
    .split('\n')
    .map((line) => line.trim());
  const keys = written.filter((line) => line !== '' && !line.startsWith('#'));
  if (keys.length === 0) throw new CannotCheck(`${file} holds no key`);
  return keys.map((key) => {
    if (key.startsWith('PRIVATE+KEY+')) {
      throw new CannotCheck(
        `${file} is the log's private key, which no auditor should have: ask for the public one`,
      );
    }
    const [, name, id, encoded] = /^([^+\s]+)\+([0-9a-f]{8})\+(.+)$/.exec(key) ?? [];
    const typed = fromBase64(encoded ?? '');
    if (typed?.length !== 33 || typed[0] !== ED25519) {
      throw new CannotCheck(`${file} holds no Ed25519 key of the form name+id+base64`);
    }
    if (sha256(`${name}\n`, typed).toString('hex').slice(0, 8) !== id) {
      throw new CannotCheck(`${file}: the id ${id} is not that of this name and key`);
    }
    const der = Buffer.concat([ED25519_DER, typed.subarray(1)]);
    return { name, id, key: createPublicKey({ key: der, format: 'der', type: 'spki' }) };
  });
}

/** The checkpoint of a file, once the log itself has been found to have signed it. */
function openCheckpoint(file, keys) {
  const refuse = (reason) => {
    throw new Misfit(`checkpoint ${file}: ${reason}`);
  };
  let note;
  try {
    note = decodeUtf8(read(file));
  } catch (error) {
    if (error instanceof Misfit) refuse(error.message);
    throw error;
  }
  const split = note.lastIndexOf('\n\n');
  if (split < 0 || !note.endsWith('\n') || split + 2 === note.length) refuse('not a signed note');
  // Every character from U+0020 on, and newlines.
  if (!/^[\n -\u{10ffff}]*$/u.test(note)) refuse('holds a control character');
  const text = note.slice(0, split + 1);
  const [origin, size, encodedRoot, ...extensions] = text.slice(0, -1).split('\n');

  let signed = false;
  for (const line of note.slice(split + 2, -1).split('\n')) {
    const [, name, encoded] = /^\u2014 ([^+\s]+) (\S+)$/.exec(line) ?? [];
    const bytes = fromBase64(encoded ?? '');
    if (bytes === undefined || bytes.length <= 4) refuse('a malformed signature line');
    const id = bytes.subarray(0, 4).toString('hex');
    // Signatures of others, such as witnesses, are no concern of ours.
    for (const known of keys.filter((key) => key.name === name && key.id === id)) {
      if (!verify(null, Buffer.from(text), known.key, bytes.subarray(4))) {
        refuse(`the signature of ${name}+${id} does not fit: it was altered, or never signed`);
      }
      if (name === origin) signed = true;
    }
  }
  if (!signed) {
    refuse(
      `not signed by its log ${origin} with the key ${keys.map((key) => `${key.name}+${key.id}`).join(', ')}`,
    );
  }
  if (!/^(0|[1-9][0-9]*)$/.test(size ?? '') || !Number.isSafeInteger(Number(size))) refuse('no tree size');
  const root = fromBase64(encodedRoot ?? '');
  if (root?.length !== 32) refuse('no root hash');
  if (extensions.includes('')) refuse('an empty line in its text');
  return { file, origin, size: Number(size), root };
}

/** Only the one canonical form: Node by itself skips what is not base64. */
function fromBase64(text) {
  const bytes = Buffer.from(text, 'base64');
  return text !== '' && bytes.toString('base64') === text ? bytes : undefined;
}

// --- JSON -------------------------------------------------------------------------------------------

/**
 * JSON text as one value, objects as maps. Stricter than JSON.parse, so that no other reader can see another
 * event in the same line: refuses a repeated key, a string that is not Unicode (a lone surrogate), and a
 * number that is not written as it is held (-0, 1.0, 1e400, more digits than a double has).
 */
function parseJson(text) {
  let at = 0;
  const fail = (what) => {
    throw new Misfit(`not the JSON of an event: ${what} at character ${at + 1}`);
  };
  const space = () => {
    while (text[at] === ' ' || text[at] === '\t' || text[at] === '\r') at += 1;
  };
  const match = (pattern) => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0] ?? '';
    at += found.length;
    return found;
  };
  const expect = (character) => {
    space();
    if (text[at] !== character) fail(`expected ${character}`);
    at += 1;
  };
  const more = (end) => {
    space();
    if (text[at] === end) {
      at += 1;
      return false;
    }
    expect(',');
    return true;
  };
  const empty = (end) => {
    space();
    if (text[at] !== end) return false;
    at += 1;
    return true;
  };

  const string = () => {
    const start = at;
    expect('"');
    let escaped = false;
    for (;;) {
      match(PLAIN);
      if (text[at] === '"') break;
      if (match(ESCAPE) === '') fail('a string that does not end well');
      escaped = true;
    }
    at += 1;
    const value = escaped ? JSON.parse(text.slice(start, at)) : text.slice(start + 1, at - 1);
    if (!value.isWellFormed()) fail('a string that is not Unicode');
    return value;
  };
  const number = () => {
    const written = match(NUMBER);
    if (written === '') fail('expected a value');
    if (String(Number(written)) !== written)
      fail(`the number ${written}, which readers may take differently,`);
    return Number(written);
  };
  const object = (depth) => {
    const members = new Map();
    if (empty('}')) return members;
    do {
      space();
      const key = string();
      if (members.has(key)) fail(`the key "${key}" a second time`);
      expect(':');
      members.set(key, value(depth));
    } while (more('}'));
    return members;
  };
  const array = (depth) => {
    const elements = [];
    if (empty(']')) return elements;
    do elements.push(value(depth));
    while (more(']'));
    return elements;
  };
  const value = (depth) => {
    if (depth > DEEPEST) fail('values too deep in one another');
    space();
    switch (text[at]) {
      case '"':
        return string();
      case '{':
        at += 1;
        return object(depth + 1);
      case '[':
        at += 1;
        return array(depth + 1);
      default: {
        const word = match(WORD);
        return word === '' ? number() : WORDS[word];
      }
    }
  };

  const result = value(0);
  space();
  if (at < text.length) fail('more than one value');
  return result;
}

/** Everything but the quotation mark, the backslash and control characters. */
const PLAIN = /[ !#-[\]-\uffff]*/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?/y;
const WORD = /true|false|null/y;
const WORDS = { true: true, false: false, null: null };
const DEEPEST = 100;

/**
 * RFC 8785: no space, keys sorted by UTF-16 code units (as sort() does), strings and numbers as ECMAScript
 * writes them.
 */
function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (!(value instanceof Map)) return JSON.stringify(value);
  const members = [...value.keys()]
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonical(value.get(key))}`);
  return `{${members.join(',')}}`;
}

// --- Files ------------------------------------------------------------------------------------------

function read(file) {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new CannotCheck(`cannot read ${file}: ${error.message}`);
  }
}

function decodeUtf8(bytes) {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new Misfit('not UTF-8');
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

try {
  await main();
} catch (error) {
  process.exitCode = 1;
  if (error instanceof Misfit) console.log(`does not fit: ${error.message}`);
  else if (error instanceof CannotCheck) console.error(error.message);
  else throw error;
}
