import type { Position } from '../domain/events';
import { signCheckpoint } from './checkpoint';
import type { LedgerFile, LedgerState, SignedCheckpoint } from './ledger-file';
import { HASH_SIZE, type Hash, type NodeReader, rootOf } from './merkle';
import type { SigningKey } from './note';
import { nodesOfTiles, TILE_WIDTH, TileWriter, tileContents } from './tiles';

/** The ledger and the log do not fit each other. Names the first index known to be wrong, and what to do. */
export class LedgerMisfitError extends Error {
  override readonly name = 'LedgerMisfitError';
}

/** An event as the ledger records it. */
export interface Leaf {
  readonly position: Position;
  readonly hash: Hash;
}

const POSITION_SIZE = 8;
const HOUR_MS = 3_600_000;

/**
 * What was recorded of the log as it grew: the leaf hash of each event by its ordinal, in a file beside the log
 * that no replay throws away. So it is evidence of its own: a log that was changed since no longer fits it. Any
 * process may record what the log holds beyond it; each index is taken once, whoever comes first.
 */
export class Ledger {
  readonly #file: LedgerFile;

  constructor(file: LedgerFile) {
    this.#file = file;
  }

  /** How far it has recorded the log. */
  get state(): LedgerState {
    return this.#file.state();
  }

  get size(): number {
    return this.state.size;
  }

  /**
   * Records the events that the log holds behind position `after`, in their order, but for those that another
   * process has recorded meanwhile.
   * @throws LedgerMisfitError where the ledger does not reach to `after`: it was put back
   */
  advance(after: Position, leaves: readonly Leaf[]): LedgerState {
    return this.#file.advance((state) => {
      if (state.position < after) {
        throw new LedgerMisfitError(
          `the ledger ends at position ${state.position} although it had reached ${after}: it was put back; restart this process`,
        );
      }
      const fresh = leaves.filter(({ position }) => position > state.position);
      const tiles = new TileWriter(state.size, (level, index) => this.#file.tile(level, index));
      for (const { hash } of fresh) tiles.append(hash);
      for (const tile of tiles.takeChanged()) this.#file.saveTile(tile);
      this.#savePositions(
        state.size,
        fresh.map(({ position }) => position),
      );
      return { size: tiles.size, position: fresh.at(-1)?.position ?? state.position };
    });
  }

  /**
   * Takes the positions of all recorded events anew, as the log has them where it was moved to; the rest stays.
   * @param from the state in which the events were found to be these
   * @returns false where another process has changed the ledger since: then nothing is changed
   */
  renumber(from: LedgerState, positions: readonly Position[]): boolean {
    let isDone = false;
    this.#file.advance((state) => {
      if (state.size !== from.size || state.position !== from.position) return state;
      this.#file.clearPositions();
      this.#savePositions(0, positions);
      isDone = true;
      return { size: state.size, position: positions.at(-1) ?? 0 };
    });
    return isDone;
  }

  /** The leaf hash of event `index`, as it was recorded. */
  leaf(index: number): Hash {
    return this.nodes()(0, index);
  }

  /** The leaf hashes of up to 256 events from `256 × number` on, one after the other. */
  leaves(number: number): Uint8Array {
    return this.#file.tile(0, number) ?? new Uint8Array();
  }

  /** The root of the first `size` events. */
  root(size = this.size): Hash {
    return rootOf(size, this.nodes());
  }

  /** The nodes of the tree, for proofs; what it has read it keeps, so that several share it: one for a request. */
  nodes(): NodeReader {
    return nodesOfTiles((level, index) => this.#file.tile(level, index));
  }

  /** How many of the recorded events lie at or before the position. */
  sizeUpTo(position: Position): number {
    const row = this.#file.positionsBefore(position);
    if (row === undefined) return 0;
    const positions = view(row.positions);
    let low = 0;
    let high = row.positions.length / POSITION_SIZE;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (Number(positions.getBigUint64(middle * POSITION_SIZE)) <= position) low = middle + 1;
      else high = middle;
    }
    return row.number * TILE_WIDTH + low;
  }

  /** The position of event `index`; undefined where it is not recorded. */
  positionOf(index: number): Position | undefined {
    const row = this.#file.positions(Math.floor(index / TILE_WIDTH));
    const at = (index % TILE_WIDTH) * POSITION_SIZE;
    return row === undefined || at >= row.positions.length
      ? undefined
      : Number(view(row.positions).getBigUint64(at));
  }

  /** The bytes of a tile of hashes as it is served; undefined where the ledger has none so wide. */
  tile(tile: { level: number; index: number; width: number }): Buffer | undefined {
    return tileContents(tile, this.size, (level, index) => this.#file.tile(level, index));
  }

  /** The signed note of the first `size` events: the same note whenever it is asked for. */
  note(size: number, key: SigningKey): string {
    return signCheckpoint({ size, root: this.root(size) }, key);
  }

  /** Signs what is recorded, and keeps the note as evidence of its own. */
  sign(key: SigningKey, now: Date): string {
    const { size } = this;
    const note = this.note(size, key);
    this.#file.keepCheckpoint({ size, note, signedAt: now.toISOString() });
    return note;
  }

  /** Signs what is recorded where that is more than the last kept checkpoint covers and that one is an hour old. */
  signHourly(key: SigningKey, now: Date): void {
    const last = this.#file.lastCheckpoint();
    const isDue = last === undefined || now.getTime() - Date.parse(last.signedAt) >= HOUR_MS;
    if (isDue && last?.size !== this.size) this.sign(key, now);
  }

  /** The checkpoints that were kept, by size. */
  checkpoints(): SignedCheckpoint[] {
    return this.#file.checkpoints();
  }

  /** Writes a copy to the new file `to`, as it is at one moment. */
  copyTo(to: string): void {
    this.#file.copyTo(to);
  }

  close(): void {
    this.#file.close();
  }

  #savePositions(size: number, positions: readonly Position[]): void {
    for (let begin = 0; begin < positions.length; ) {
      const number = Math.floor((size + begin) / TILE_WIDTH);
      const there = this.#file.positions(number)?.positions ?? new Uint8Array();
      const count = Math.min((number + 1) * TILE_WIDTH - size - begin, positions.length - begin);
      const row = Buffer.alloc(there.length + count * POSITION_SIZE);
      row.set(there);
      for (let at = 0; at < count; at += 1) {
        row.writeBigUInt64BE(BigInt(positions[begin + at] ?? 0), there.length + at * POSITION_SIZE);
      }
      this.#file.savePositions(number, Number(row.readBigUInt64BE(0)), row);
      begin += count;
    }
  }
}

/** The hash at `index` among hashes that lie one after the other; undefined beyond their end. */
export function hashAt(hashes: Uint8Array, index: number): Hash | undefined {
  const end = (index + 1) * HASH_SIZE;
  return end <= hashes.length ? hashes.subarray(index * HASH_SIZE, end) : undefined;
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
