import { createHash } from 'node:crypto';
import { InvalidEventError, type Position, type RecordedEvent } from '../domain/events';
import { PublishedFrameworks, StreamReferences } from '../domain/references';
import type { EventStore } from '../event-store/event-store';
import { entryOf, NoCanonicalFormError } from './entry';
import { IdSet } from './id-set';
import { hashAt, type Ledger } from './ledger';
import { base64, CompactRange, EMPTY_ROOT, equal, type Hash, hashLeaf } from './merkle';
import { TILE_WIDTH } from './tiles';

/** A signed state of the log to be held against it. */
export interface KeptCheckpoint {
  /** What it is called in answers: its file, or that the ledger kept it. */
  readonly name: string;
  readonly size: number;
  readonly root: Hash;
}

/** The log does not fit what was recorded or signed of it. Its message names the first wrong index if known. */
export class Misfit extends Error {
  override readonly name = 'Misfit';
  /** The checkpoint that it is about, if one. */
  readonly checkpoint: KeptCheckpoint | undefined;
  constructor(message: string, checkpoint?: KeptCheckpoint) {
    super(message);
    this.checkpoint = checkpoint;
  }
}

/** What was found to fit. */
export interface VerifiedLog {
  readonly events: number;
  readonly root: Hash;
  readonly lastPosition: Position;
  /** How many events the ledger had recorded. */
  readonly recorded: number;
  readonly streams: ReadonlySet<string>;
  /** Free texts that stand in the log, and those that this copy leaves out. */
  readonly texts: { readonly present: number; readonly leftOut: number };
  readonly documents: number;
  readonly frameworks: PublishedFrameworks;
}

/**
 * Goes through the whole log once, in its order, and stops at the first event that does not fit: what the
 * ledger recorded of it, the checkpoints, and what must hold from event to event. It writes nothing.
 * @throws Misfit
 */
export async function verifyLog(
  store: EventStore,
  ledger: Ledger | undefined,
  checkpoints: readonly KeptCheckpoint[],
  onProgress: (events: number) => void = () => {},
): Promise<VerifiedLog> {
  // What is recorded by now was in the log before; what comes while this reads is left to the next time.
  const check = new LogCheck(store, ledger, checkpoints);
  check.compareRoots();
  try {
    for await (const page of store.readAll()) {
      for (const event of page) await check.next(event);
      onProgress(check.size);
    }
  } catch (error) {
    if (!(error instanceof InvalidEventError)) throw error;
    throw new Misfit(`index ${check.size}: ${error.message}`);
  }
  return check.end();
}

/**
 * Checks the references between the events of a verified log, stream by stream.
 * @returns how many there are
 * @throws Misfit
 */
export async function verifyReferences(store: EventStore, log: VerifiedLog): Promise<number> {
  let first: { event: RecordedEvent; problem: string } | undefined;
  let count = 0;
  for (const stream of log.streams) {
    const references = new StreamReferences(stream, log.frameworks);
    for await (const page of store.readStream(stream)) {
      for (const event of page) {
        if (event.position > log.lastPosition) break;
        const problem = references.check(event);
        if (problem !== null && (first === undefined || event.position < first.event.position)) {
          first = { event, problem };
        }
      }
    }
    count += references.count;
  }
  if (first === undefined) return count;
  throw new Misfit(`${await place(store, first.event)}: ${first.problem}`);
}

/**
 * Holds a log that does not fit against a checkpoint alone, whatever else is wrong with it.
 * @returns null where its first events are those that were signed, or else why not
 */
export async function misfitOf(
  { name, size, root }: KeptCheckpoint,
  store: Pick<EventStore, 'readAll'>,
): Promise<string | null> {
  const tree = new CompactRange();
  try {
    pages: for await (const page of store.readAll()) {
      for (const event of page) {
        if (tree.size === size) break pages;
        tree.append(hashLeaf(entryOf(event)));
      }
    }
  } catch (error) {
    if (!(error instanceof InvalidEventError || error instanceof NoCanonicalFormError)) throw error;
    return `${name}: signed over ${size} events, and the log cannot be read behind index ${tree.size - 1}`;
  }
  if (tree.size < size)
    return `${name}: signed over ${size} events, and the log ends before index ${tree.size}`;
  return equal(tree.root(), root) ? null : `${name}: the first ${size} events are not those that were signed`;
}

class LogCheck {
  readonly #store: EventStore;
  readonly #ledger: Ledger | undefined;
  readonly #recorded: number;
  readonly #checkpoints: readonly KeptCheckpoint[];
  readonly #unreached: KeptCheckpoint[];
  readonly #tree = new CompactRange();
  readonly #ids = new IdSet();
  readonly #revisions = new Map<string, number>();
  readonly #frameworks = new PublishedFrameworks();
  readonly #texts = { present: 0, leftOut: 0 };
  #documents = 0;
  /** Of the event being looked at. */
  #hash: Hash = EMPTY_ROOT;
  /** Of as many events as the ledger recorded. */
  #rootOfRecorded: Hash = EMPTY_ROOT;
  /** The recorded leaf hashes around the event being looked at. */
  #leaves: Uint8Array = new Uint8Array();
  #recordedAt = '';
  #position: Position = 0;

  constructor(store: EventStore, ledger: Ledger | undefined, checkpoints: readonly KeptCheckpoint[]) {
    this.#store = store;
    this.#ledger = ledger;
    this.#recorded = ledger?.size ?? 0;
    this.#checkpoints = checkpoints.toSorted((a, b) => a.size - b.size);
    this.#unreached = [...this.#checkpoints];
  }

  get size(): number {
    return this.#tree.size;
  }

  async next(event: RecordedEvent): Promise<void> {
    const problem = this.#leaf(event) ?? this.#order(event) ?? this.#content(event);
    if (problem !== null) throw new Misfit(`${placeAt(this.size, event)}: ${problem}`);
    if (!this.#ids.add(event.id) && (await isThereBefore(this.#store, event))) {
      throw new Misfit(`${placeAt(this.size, event)}: an earlier event has the same id`);
    }
    this.#frameworks.add(event);
    this.#tree.append(this.#hash);
    if (this.size === this.#recorded) this.#rootOfRecorded = this.#tree.root();
    this.compareRoots();
  }

  /** The roots of the checkpoints that were signed over as many events as were read. */
  compareRoots(): void {
    while (this.#unreached[0]?.size === this.size) {
      const checkpoint = this.#unreached.shift();
      if (checkpoint === undefined || equal(this.#tree.root(), checkpoint.root)) continue;
      const before = this.#checkpoints.findLast(({ size }) => size < checkpoint.size)?.size ?? 0;
      throw new Misfit(
        `the first ${checkpoint.size} events are not those that were signed in ${checkpoint.name}: root ${base64(this.#tree.root())}, signed was ${base64(checkpoint.root)}. ${whereabouts(before, checkpoint.size, this.#recorded)}`,
        checkpoint,
      );
    }
  }

  end(): VerifiedLog {
    const { size } = this;
    if (size < this.#recorded) {
      throw new Misfit(
        `index ${size}: missing; the log ends here, the ledger recorded ${this.#recorded} events`,
      );
    }
    const beyond = this.#unreached.at(-1);
    if (beyond !== undefined) {
      throw new Misfit(
        `index ${size}: missing; the log ends here, ${beyond.name} was signed over ${beyond.size} events`,
        beyond,
      );
    }
    if (this.#ledger !== undefined && !equal(this.#ledger.root(this.#recorded), this.#rootOfRecorded)) {
      throw new Misfit('the ledger itself is damaged: its tiles do not give the root of its own leaf hashes');
    }
    return {
      events: size,
      root: this.#tree.root(),
      lastPosition: this.#position,
      recorded: this.#recorded,
      streams: new Set(this.#revisions.keys()),
      texts: this.#texts,
      documents: this.#documents,
      frameworks: this.#frameworks,
    };
  }

  #leaf(event: RecordedEvent): string | null {
    try {
      this.#hash = hashLeaf(entryOf(event));
    } catch (error) {
      if (error instanceof NoCanonicalFormError) return error.message;
      throw error;
    }
    const index = this.size;
    if (index >= this.#recorded) return null;
    if (index % TILE_WIDTH === 0) this.#leaves = this.#ledger?.leaves(index / TILE_WIDTH) ?? new Uint8Array();
    const recorded = hashAt(this.#leaves, index % TILE_WIDTH);
    if (recorded === undefined) return 'the ledger has lost what it recorded of it';
    return equal(recorded, this.#hash) ? null : 'it is not the event that the ledger recorded';
  }

  #order({ stream, revision, position, metadata }: RecordedEvent): string | null {
    const expected = this.#revisions.get(stream) ?? 0;
    const { recordedAt, causationId } = metadata;
    const [before, lastPosition] = [this.#recordedAt, this.#position];
    this.#revisions.set(stream, revision + 1);
    this.#recordedAt = recordedAt;
    this.#position = position;
    if (revision !== expected) return `expected was revision ${expected} of its stream`;
    if (position <= lastPosition) return `its position ${position} is not behind ${lastPosition}`;
    if (recordedAt < before) return `recorded at ${recordedAt}, before the event that precedes it`;
    if (causationId !== null && !this.#ids.has(causationId)) {
      return `it follows from event ${causationId}, which the log does not hold before it`;
    }
    return null;
  }

  #content(event: RecordedEvent): string | null {
    this.#countTexts(Object.values(event.data));
    if (event.type !== 'FactsheetImported' || !('text' in event.data.text)) return null;
    this.#documents += 1;
    const digest = createHash('sha256').update(event.data.text.text, 'utf8').digest('hex');
    return digest === event.data.digest
      ? null
      : `the text of its document does not have the digest ${event.data.digest}`;
  }

  #countTexts(values: readonly unknown[]): void {
    for (const value of values) {
      if (Array.isArray(value)) this.#countTexts(value);
      else if (value === null || typeof value !== 'object') continue;
      else if ('salt' in value) this.#texts.present += 1;
      else if ('digest' in value) this.#texts.leftOut += 1;
    }
  }
}

/** Where the first wrong event lies, when the events up to a checkpoint are not those that were signed. */
function whereabouts(from: number, to: number, recorded: number): string {
  const both = recorded >= to ? ' The ledger agrees with the log, so both were rewritten.' : '';
  return from === 0
    ? `Which event is the first cannot be known from this: an older checkpoint or export would tell.${both}`
    : `The first wrong index lies from ${from} to ${to - 1}.${both}`;
}

function placeAt(index: number, { id, stream, revision }: RecordedEvent): string {
  return `index ${index} (event ${id}, ${stream} revision ${revision})`;
}

/** The place of an event whose index is not at hand: only asked for where something is wrong. */
async function place(store: EventStore, event: RecordedEvent): Promise<string> {
  let index = 0;
  for await (const page of store.readAll()) {
    const before = page.filter(({ position }) => position < event.position).length;
    index += before;
    if (before < page.length) break;
  }
  return placeAt(index, event);
}

async function isThereBefore(store: EventStore, { id, position }: RecordedEvent): Promise<boolean> {
  for await (const page of store.readAll()) {
    for (const event of page) {
      if (event.position >= position) return false;
      if (event.id === id) return true;
    }
  }
  return false;
}
