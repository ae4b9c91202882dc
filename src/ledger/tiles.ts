import { HASH_SIZE, type Hash, hashNode, type NodeReader } from './merkle';

/**
 * The tree as tiles (https://c2sp.org/tlog-tiles): a tile holds up to 256 hashes next to each other, those
 * of level 0 the leaves' and those of each further level the hashes of the full tiles below. Tiles are both
 * what is served and what is stored. For a million events that is 3,924 rows of 8 kB instead of two
 * million rows of a hash, and a write touches only the right edge. The hashes between two levels of tiles
 * are computed when a proof asks for them, at most 255 hashes for each of the few tiles that it passes.
 */

export interface Tile {
  readonly level: number;
  readonly index: number;
  /** Its hashes so far, one after the other: 32 × 256 bytes when it is full. */
  readonly hashes: Buffer;
}

/**
 * The hashes of a stored tile; undefined where there is none. A tile only grows, so what is stored may hold
 * more than a reader of an older state asks for.
 */
export type TileReader = (level: number, index: number) => Uint8Array | undefined;

/** A stored tile is missing, or shorter than the log's size says. Names the tile. */
export class TileMissingError extends Error {
  override readonly name = 'TileMissingError';
}

/** The tiles of a growing log: takes leaf hashes, gives the tiles to be stored. */
export class TileWriter {
  readonly #edges: Edge[] = [];
  #changed = new Map<string, Tile>();
  #size: number;

  /**
   * Goes on after the first `size` leaves, reading one tile a level.
   * @throws TileMissingError when a tile of the right edge is not stored.
   */
  constructor(size = 0, read: TileReader = () => undefined) {
    this.#size = size;
    for (let level = 0, count = size; count > 0; level++, count = Math.floor(count / TILE_WIDTH)) {
      this.#edges.push(storedEdge(level, count, read));
    }
  }

  get size(): number {
    return this.#size;
  }

  append(leafHash: Hash): void {
    this.#push(0, leafHash);
    this.#size += 1;
  }

  /** The tiles that have changed since this was last asked, each once, in its latest state. */
  takeChanged(): Tile[] {
    this.#edges.forEach((edge, level) => {
      if (edge.changed) this.#changed.set(`${level}/${edge.index}`, tileOf(level, edge));
      edge.changed = false;
    });
    const changed = [...this.#changed.values()];
    this.#changed = new Map();
    return changed;
  }

  #push(level: number, hash: Hash): void {
    let edge = this.#edges[level];
    if (edge === undefined) {
      edge = newEdge(0);
      this.#edges[level] = edge;
    }
    edge.hashes.set(hash, edge.width * HASH_SIZE);
    edge.width += 1;
    edge.changed = true;
    if (edge.width < TILE_WIDTH) return;
    const full = tileOf(level, edge);
    this.#changed.set(`${level}/${edge.index}`, full);
    this.#edges[level] = newEdge(edge.index + 1);
    this.#push(level + 1, rootOfFullTile(full.hashes));
  }
}

/**
 * Reads the nodes of the tree out of stored tiles. It remembers what it has read and computed, so that
 * several proofs share it: make one for a request, not one for the process.
 * @throws TileMissingError when the node lies in a tile that is not stored, or beyond its end.
 */
export function nodesOfTiles(read: TileReader): NodeReader {
  const known = new Map<string, Hash>();
  const node: NodeReader = (level, index) => {
    const name = `${level}/${index}`;
    const found = known.get(name);
    if (found !== undefined) return found;
    const hash =
      level % TILE_HEIGHT === 0
        ? storedHash(level / TILE_HEIGHT, index, readTile)
        : hashNode(node(level - 1, 2 * index), node(level - 1, 2 * index + 1));
    known.set(name, hash);
    return hash;
  };
  const tiles = new Map<string, Uint8Array | undefined>();
  const readTile: TileReader = (level, index) => {
    const name = `${level}/${index}`;
    if (!tiles.has(name)) tiles.set(name, read(level, index));
    return tiles.get(name);
  };
  return node;
}

/** How many hashes the tile holds in a log of `size` events: 256 when it is full, 0 when it is not there. */
export function tileWidth(level: number, index: number, size: number): number {
  const hashesOfLevel = Math.floor(size / TILE_WIDTH ** level);
  return Math.min(Math.max(hashesOfLevel - index * TILE_WIDTH, 0), TILE_WIDTH);
}

/** What a path names: a tile of hashes at a level, or a bundle of entries; `width` 256 means a full one. */
export interface TilePath {
  readonly level: number | 'entries';
  readonly index: number;
  readonly width: number;
}

/** `tile/<level>/<index>[.p/<width>]`, the index in groups of three digits: `tile/0/x001/x234/067`. */
export function formatTilePath({ level, index, width }: TilePath): string {
  const digits = String(index);
  const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, '0').match(/\d{3}/g) ?? [];
  const name = groups.map((group, at) => (at < groups.length - 1 ? `x${group}` : group)).join('/');
  return `tile/${level}/${name}${width === TILE_WIDTH ? '' : `.p/${width}`}`;
}

/** The reverse of {@link formatTilePath}; undefined for anything that it would not give. */
export function parseTilePath(path: string): TilePath | undefined {
  const match = /^tile\/(entries|[0-9]{1,2})\/((?:x[0-9]{3}\/)*[0-9]{3})(?:\.p\/([0-9]{1,3}))?$/.exec(path);
  if (match === null) return undefined;
  const [, level = '', groups = '', width = String(TILE_WIDTH)] = match;
  const tile: TilePath = {
    level: level === 'entries' ? level : Number(level),
    index: Number(groups.replaceAll(/[x/]/g, '')),
    width: Number(width),
  };
  const inRange =
    (tile.level === 'entries' || tile.level <= MAX_LEVEL) &&
    Number.isSafeInteger((tile.index + 1) * TILE_WIDTH) &&
    tile.width >= 1 &&
    tile.width <= TILE_WIDTH;
  // Formatting it again finds superfluous zeroes, and a full tile written as a partial one.
  return inRange && formatTilePath(tile) === path ? tile : undefined;
}

/**
 * The bytes of a tile of hashes as served, or undefined where a log of `size` events has none so wide. A
 * partial tile is the beginning of the fuller one, so every width up to the present one can be served.
 * @throws TileMissingError when the log should have it and it is not stored.
 */
export function tileContents(
  tile: { level: number; index: number; width: number },
  size: number,
  read: TileReader,
): Buffer | undefined {
  if (tile.width > tileWidth(tile.level, tile.index, size)) return undefined;
  return stored(tile.level, tile.index, tile.width, read);
}

/** The last tile of a level, still to be filled. */
interface Edge {
  readonly index: number;
  readonly hashes: Buffer;
  width: number;
  changed: boolean;
}

function newEdge(index: number): Edge {
  return { index, hashes: Buffer.alloc(TILE_WIDTH * HASH_SIZE), width: 0, changed: false };
}

/** The edge of a level with `count` hashes. */
function storedEdge(level: number, count: number, read: TileReader): Edge {
  const edge = newEdge(Math.floor(count / TILE_WIDTH));
  edge.width = count % TILE_WIDTH;
  if (edge.width > 0) edge.hashes.set(stored(level, edge.index, edge.width, read));
  return edge;
}

function tileOf(level: number, edge: Edge): Tile {
  return { level, index: edge.index, hashes: Buffer.from(edge.hashes.subarray(0, edge.width * HASH_SIZE)) };
}

/** The first `width` hashes of a stored tile. */
function stored(level: number, index: number, width: number, read: TileReader): Buffer {
  const hashes = read(level, index);
  if (hashes === undefined || hashes.length < width * HASH_SIZE) {
    throw new TileMissingError(
      `the ledger's tile ${level}/${index} is missing or shorter than ${width} hashes`,
    );
  }
  return Buffer.from(hashes.buffer, hashes.byteOffset, width * HASH_SIZE);
}

function storedHash(level: number, index: number, read: TileReader): Hash {
  const at = index % TILE_WIDTH;
  return stored(level, Math.floor(index / TILE_WIDTH), at + 1, read).subarray(at * HASH_SIZE);
}

function rootOfFullTile(hashes: Buffer): Hash {
  const node: NodeReader = (level, index) =>
    level === 0
      ? hashes.subarray(index * HASH_SIZE, (index + 1) * HASH_SIZE)
      : hashNode(node(level - 1, 2 * index), node(level - 1, 2 * index + 1));
  return node(TILE_HEIGHT, 0);
}

const TILE_HEIGHT = 8;
export const TILE_WIDTH = 2 ** TILE_HEIGHT;
/** The highest level that the specification lets a path name. */
const MAX_LEVEL = 63;
