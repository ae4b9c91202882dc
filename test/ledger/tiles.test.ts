import fc from 'fast-check';
import { type Hash, hashLeaf, rootOf } from '../../src/ledger/merkle';
import {
  formatTilePath,
  nodesOfTiles,
  parseTilePath,
  TileMissingError,
  type TilePath,
  type TileReader,
  TileWriter,
  tileContents,
  tileWidth,
} from '../../src/ledger/tiles';
import { TESSERA } from './vectors';

/** Tiles in memory, as a table would keep them. */
function table(): { save: (writer: TileWriter) => void; read: TileReader; names: () => string[] } {
  const rows = new Map<string, Hash>();
  return {
    save: (writer) => {
      for (const tile of writer.takeChanged()) rows.set(`${tile.level}/${tile.index}`, tile.hashes);
    },
    read: (level, index) => rows.get(`${level}/${index}`),
    names: () => [...rows.keys()].sort(),
  };
}

const leaf = (index: number) => hashLeaf(String(index));

describe('the published log of Tessera', () => {
  test('has our tiles', () => {
    const rows = table();
    const writer = new TileWriter();
    for (const entry of TESSERA.entries) writer.append(hashLeaf(entry));
    rows.save(writer);
    const tile = tileContents({ level: 0, index: 0, width: 2 }, 15, rows.read);
    expect(tile?.toString('hex')).toBe(TESSERA.tileOfTwo);
  });
});

describe('tiles', () => {
  test('written in any number of steps, each going on from what is stored, are the same tiles', () => {
    const once = table();
    const writer = new TileWriter();
    for (let index = 0; index < 1500; index++) writer.append(leaf(index));
    once.save(writer);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 400 }), { maxLength: 8 }), (steps) => {
        const rows = table();
        let size = 0;
        for (const step of [...steps, 1500]) {
          const next = new TileWriter(size, rows.read);
          for (const end = Math.min(size + step, 1500); size < end; size++) next.append(leaf(size));
          expect(next.size).toBe(size);
          rows.save(next);
        }
        expect(rows.names()).toEqual(once.names());
        for (const name of rows.names()) {
          const [level = 0, index = 0] = name.split('/').map(Number);
          expect(rows.read(level, index)).toEqual(once.read(level, index));
        }
      }),
      { numRuns: 8 },
    );
  });

  test('are given once each, only those that have changed', () => {
    const writer = new TileWriter();
    for (let index = 0; index < 256; index++) writer.append(leaf(index));
    const names = () =>
      writer.takeChanged().map((tile) => `${tile.level}/${tile.index}: ${tile.hashes.length / 32}`);
    expect(names()).toEqual(['0/0: 256', '1/0: 1']);
    expect(names()).toEqual([]);
    writer.append(leaf(256));
    expect(names()).toEqual(['0/1: 1']);
  });

  test('of a log of 70,000 are those that the specification counts', () => {
    expect([272, 273, 274].map((index) => tileWidth(0, index, 70_000))).toEqual([256, 112, 0]);
    expect([0, 1, 2].map((index) => tileWidth(1, index, 70_000))).toEqual([256, 17, 0]);
    expect([tileWidth(2, 0, 70_000), tileWidth(3, 0, 70_000), tileWidth(63, 0, 70_000)]).toEqual([1, 0, 0]);
    const rows = table();
    const writer = new TileWriter();
    for (let index = 0; index < 70_000; index++) writer.append(leaf(index));
    rows.save(writer);
    expect(rows.names().length).toBe(274 + 2 + 1);
    expect(tileContents({ level: 1, index: 1, width: 17 }, 70_000, rows.read)?.length).toBe(17 * 32);
    expect(tileContents({ level: 1, index: 1, width: 18 }, 70_000, rows.read)).toBeUndefined();
    expect(tileContents({ level: 0, index: 273, width: 256 }, 70_000, rows.read)).toBeUndefined();
    // An older, narrower state of a tile is the beginning of the present one.
    expect(tileContents({ level: 0, index: 0, width: 3 }, 70_000, rows.read)?.length).toBe(3 * 32);
  });

  test('that are missing or cut short are an error that names them', () => {
    const rows = table();
    const writer = new TileWriter();
    for (let index = 0; index < 300; index++) writer.append(leaf(index));
    rows.save(writer);
    const withoutLast: TileReader = (level, index) => (index === 1 ? undefined : rows.read(level, index));
    expect(() => new TileWriter(300, withoutLast)).toThrow(TileMissingError);
    expect(() => rootOf(300, nodesOfTiles(withoutLast))).toThrow('tile 0/1 is missing');
    const short: TileReader = (level, index) => rows.read(level, index)?.subarray(0, 64);
    expect(() => tileContents({ level: 0, index: 1, width: 3 }, 300, short)).toThrow('shorter than 3 hashes');
  });
});

describe('tile paths', () => {
  test.each<[string, TilePath]>([
    ['tile/0/x001/x234/067', { level: 0, index: 1_234_067, width: 256 }],
    ['tile/0/000', { level: 0, index: 0, width: 256 }],
    ['tile/1/999.p/17', { level: 1, index: 999, width: 17 }],
    ['tile/63/x001/000.p/255', { level: 63, index: 1000, width: 255 }],
    ['tile/entries/x001/x234/067.p/1', { level: 'entries', index: 1_234_067, width: 1 }],
  ])('%s is read and written', (path, tile) => {
    expect(parseTilePath(path)).toEqual(tile);
    expect(formatTilePath(tile)).toBe(path);
  });

  test.each([
    'tile/0/0',
    'tile/0/x000/001',
    'tile/00/000',
    'tile/64/000',
    'tile/-1/000',
    'tile/0/001/234',
    'tile/0/x001',
    'tile/0/000.p/0',
    'tile/0/000.p/256',
    'tile/0/000.p/01',
    'tile/0/000.p/',
    'tile/entry/000',
    '/tile/0/000',
    'tile/0/000/',
    `tile/0/${'x999/'.repeat(6)}999`,
  ])('%s names no tile', (path) => {
    expect(parseTilePath(path)).toBeUndefined();
  });

  test('come back from their text as they were', () => {
    const level = fc.oneof(fc.nat(63), fc.constant('entries' as const));
    const tile = fc.record({ level, index: fc.nat(2 ** 31 - 1), width: fc.integer({ min: 1, max: 256 }) });
    fc.assert(fc.property(tile, (one) => expect(parseTilePath(formatTilePath(one))).toEqual(one)));
  });
});
