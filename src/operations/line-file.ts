import { accessSync, closeSync, constants, fstatSync, openSync, readSync, statSync, write } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { makeFolder } from '../make-folder';

/** So many bytes of lines may wait for the file; beyond it lines are lost, as no answer waits for its line. */
const MAX_WAITING = 4 * 1024 * 1024;
/** Lines are gathered until they have so many bytes, or for so long, in milliseconds. */
const GATHER_BYTES = 16 * 1024;
const GATHER_MS = 1_000;
/** How soon what failed is tried again, in milliseconds. */
const TRY_AGAIN_MS = 1_000;
/** The same, of a pipe that is full. */
const TRY_PIPE_AGAIN_MS = 10;
/** How long closing may take, in milliseconds. */
const CLOSE_WITHIN_MS = 2_000;

/** Who is told how the file does, once each time. */
export interface LineFileWatch {
  failing(error: Error): void;
  /** @param lost lines meanwhile */
  back(lost: number, afterSeconds: number): void;
  /** It was closed while it failed. */
  ended(lost: number): void;
}

/** Writes some of the bytes, and says how many. */
type Write = (fd: number, bytes: Uint8Array) => Promise<number>;

const writeSome: Write = async (fd, bytes) => (await promisify(write)(fd, bytes)).bytesWritten;

/** Appends lines to a file: in order, whole, later, and never at the cost of who writes them. */
export class LineFile {
  readonly #fd: number;
  readonly #watch: LineFileWatch;
  readonly #write: Write;
  readonly #timer: NodeJS.Timeout;
  readonly #closing = new AbortController();
  /** How long it is waited for who reads a pipe. */
  #untilMs = Number.POSITIVE_INFINITY;
  #waiting: string[] = [];
  /** Of what waits, and of what is being written. */
  #bytes = 0;
  #linesBeingWritten = 0;
  #draining: Promise<void> | undefined;
  #failing: { readonly sinceMs: number; readonly lostBefore: number } | undefined;
  #lost = 0;

  /** @param path `-`: standard output */
  constructor(path: string, watch: LineFileWatch, write: Write = writeSome) {
    this.#fd = path === '-' ? openStandardOutput() : open(path);
    this.#watch = watch;
    this.#write = write;
    if (path !== '-' && endsWithinALine(path)) this.#add('\n');
    this.#timer = setInterval(() => this.#drain(), GATHER_MS).unref();
  }

  /** Lines that were lost since it was opened. */
  get lost(): number {
    return this.#lost;
  }

  /** @param line without its end */
  add(line: string): void {
    this.#add(`${line}\n`);
  }

  /** Writes what waits, where it can be written. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#closing.abort();
    this.#untilMs = performance.now() + CLOSE_WITHIN_MS;
    const late = new AbortController();
    const tooLate = sleep(2 * CLOSE_WITHIN_MS, true, { signal: late.signal }).catch(() => false);
    const isLate = await Promise.race([this.#drainToTheEnd().then(() => false), tooLate]);
    late.abort();
    const left = this.#waiting.length + this.#linesBeingWritten;
    this.#lost += left;
    this.#waiting = [];
    if (left > 0) this.#watch.ended(this.#lost - (this.#failing?.lostBefore ?? 0));
    // Where the system still holds on to a write, the number may not be given to another file.
    if (!isLate && this.#fd !== 1) closeSync(this.#fd);
  }

  #add(text: string): void {
    const bytes = Buffer.byteLength(text);
    if (this.#bytes + bytes > MAX_WAITING) {
      this.#fails(new Error('lines come faster than they are taken'));
      this.#lost += 1;
      return;
    }
    this.#bytes += bytes;
    this.#waiting.push(text);
    if (this.#bytes >= GATHER_BYTES) this.#drain();
  }

  #drain(): Promise<void> {
    this.#draining ??= this.#writeAll().finally(() => {
      this.#draining = undefined;
    });
    return this.#draining;
  }

  async #drainToTheEnd(): Promise<void> {
    await this.#draining;
    // What is left of lines that were begun comes first, and did not go.
    if (this.#linesBeingWritten === 0) await this.#drain();
  }

  async #writeAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      let rest: Uint8Array = Buffer.from(this.#waiting.join(''));
      this.#linesBeingWritten = this.#waiting.length;
      this.#waiting = [];
      while (rest.length > 0) {
        const written = await this.#write(this.#fd, rest).catch((error: NodeJS.ErrnoException) => error);
        if (typeof written === 'number') {
          this.#bytes -= written;
          rest = rest.subarray(written);
          continue;
        }
        // Who reads a pipe may take a while.
        const isFull = written.code === 'EAGAIN';
        if (!isFull) this.#fails(written);
        const { signal } = this.#closing;
        if (signal.aborted && (!isFull || performance.now() > this.#untilMs)) return;
        if (isFull) await sleep(TRY_PIPE_AGAIN_MS);
        else await sleep(TRY_AGAIN_MS, undefined, { signal }).catch(() => {});
      }
      this.#linesBeingWritten = 0;
    }
    this.#works();
  }

  #fails(error: Error): void {
    if (this.#failing !== undefined) return;
    this.#failing = { sinceMs: performance.now(), lostBefore: this.#lost };
    this.#watch.failing(error);
  }

  #works(): void {
    if (this.#failing === undefined) return;
    const { sinceMs, lostBefore } = this.#failing;
    this.#failing = undefined;
    this.#watch.back(this.#lost - lostBefore, (performance.now() - sinceMs) / 1000);
  }
}

/**
 * Tries whether lines can be appended to a file, which is made where it is not there, with its folder.
 * @throws what the system refuses
 */
export function assertAppendable(path: string): void {
  if (path === '-') return;
  // Who reads a pipe would take it for its end.
  if (statSync(path, { throwIfNoEntry: false })?.isFIFO()) accessSync(path, constants.W_OK);
  else closeSync(open(path));
}

function open(path: string): number {
  makeFolder(dirname(path));
  const { O_WRONLY, O_APPEND, O_CREAT, O_NONBLOCK } = constants;
  // Of a pipe that nobody reads it is not waited for somebody.
  return openSync(path, O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK, 0o666);
}

/** A pipe is opened once more: written to as it is, one that nobody reads from could hold up the end of the process. */
function openStandardOutput(): number {
  if (!fstatSync(1).isFIFO()) return 1;
  try {
    return openSync('/dev/stdout', constants.O_WRONLY | constants.O_NONBLOCK);
  } catch {
    return 1;
  }
}

/** True where a process that was killed, or a full disk, left a line without its end. */
function endsWithinALine(path: string): boolean {
  const stat = statSync(path);
  if (!stat.isFile() || stat.size === 0) return false;
  const fd = openSync(path, constants.O_RDONLY);
  try {
    const last = Buffer.alloc(1);
    readSync(fd, last, 0, 1, stat.size - 1);
    return last.toString() !== '\n';
  } finally {
    closeSync(fd);
  }
}
