import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { InvalidEventError, type PortableEvent } from '../domain/events';
import { WholeLogCheck } from '../domain/whole-log';
import { leafHash, NoCanonicalFormError } from './entry';

/** A line of an export of events cannot be taken back. Names file and line, and what was expected. */
export class ExportLineError extends Error {
  override readonly name = 'ExportLineError';
}

const FIELDS = ['index', 'leafHash', 'id', 'stream', 'revision', 'type', 'data', 'metadata'];
/** May stand in a line: the place in the engine's own log, which a copy does not keep. */
const IGNORED = 'position';
const PAGE_EVENTS = 500;
const NEWLINE = 0x0a;
const LONGEST_LINE = 64 * 1024 * 1024;

/** Whether the file holds an export of events: that begins with a JSON object, and no factsheet does. */
export async function isExportOfEvents(file: string): Promise<boolean> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read({ buffer: Buffer.alloc(256), position: 0 });
    return /^\s*\{\s*"/.test(buffer.subarray(0, bytesRead).toString('latin1'));
  } finally {
    await handle.close();
  }
}

/**
 * The events of an export, in pages, each checked: its fields, its index, its content against the leaf hash that
 * its line states, and what must hold from event to event.
 * @throws ExportLineError
 */
export async function* readExport(file: string): AsyncGenerator<readonly PortableEvent[]> {
  const whole = new WholeLogCheck();
  let page: PortableEvent[] = [];
  let index = 0;
  for await (const { number, bytes } of lines(file)) {
    try {
      const event = eventOf(bytes, index);
      whole.check(event);
      page.push(event);
    } catch (error) {
      if (!(error instanceof InvalidEventError)) throw error;
      throw new ExportLineError(`${file}:${number}: ${error.message}`, { cause: error });
    }
    index += 1;
    if (page.length < PAGE_EVENTS) continue;
    yield page;
    page = [];
  }
  if (page.length > 0) yield page;
}

function eventOf(bytes: Uint8Array, index: number): PortableEvent {
  const line = parse(bytes);
  const missing = FIELDS.find((field) => !(field in line));
  if (missing !== undefined) throw new InvalidEventError(`"${missing}" is missing`);
  const unknown = Object.keys(line).find((field) => !FIELDS.includes(field) && field !== IGNORED);
  if (unknown !== undefined) throw new InvalidEventError(`"${unknown}" is no field of an exported event`);
  if (line.index !== index) {
    throw new InvalidEventError(`it says index ${JSON.stringify(line.index)}, expected was ${index}`);
  }
  const { id, stream, revision, type, data, metadata } = line;
  const event = { id, stream, revision, type, data, metadata } as PortableEvent;
  if (typeof id !== 'string' || typeof stream !== 'string') {
    throw new InvalidEventError('"id" and "stream" are to be texts');
  }
  if (hashOf(event) !== line.leafHash) {
    throw new InvalidEventError('the event does not match its leafHash: it was altered');
  }
  return event;
}

function hashOf(event: PortableEvent): string {
  try {
    return leafHash(event).toString('hex');
  } catch (error) {
    if (error instanceof NoCanonicalFormError) throw new InvalidEventError(error.message, { cause: error });
    throw error;
  }
}

function parse(bytes: Uint8Array): Record<string, unknown> {
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch (cause) {
    throw new InvalidEventError('bytes that are not UTF-8', { cause });
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new InvalidEventError(`not JSON: ${(cause as Error).message}`, { cause });
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    throw new InvalidEventError('expected the JSON object of an event');
  }
  return value as Record<string, unknown>;
}

/** The lines of a file, numbered from 1. Cut at the bytes: a text may hold what others take for line ends. */
async function* lines(file: string): AsyncGenerator<{ number: number; bytes: Uint8Array }> {
  let number = 0;
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of createReadStream(file, { highWaterMark: 1024 * 1024 })) {
    const bytes: Buffer = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let start = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
      number += 1;
      yield { number, bytes: bytes.subarray(start, end) };
      start = end + 1;
    }
    rest = bytes.subarray(start);
    if (rest.length > LONGEST_LINE) {
      throw new ExportLineError(`${file}:${number + 1}: longer than any event`);
    }
  }
  if (rest.length > 0) yield { number: number + 1, bytes: rest };
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
