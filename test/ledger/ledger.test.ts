import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { openCheckpoint } from '../../src/ledger/checkpoint';
import { Ledger, LedgerMisfitError } from '../../src/ledger/ledger';
import { LedgerFile, LedgerFileError } from '../../src/ledger/ledger-file';
import { CompactRange, consistencyProof, hashLeaf, inclusionProof } from '../../src/ledger/merkle';
import { generateSigningKey } from '../../src/ledger/note';
import { verifyConsistency, verifyInclusion } from '../support/merkle-proofs';
import { TemporaryFolder } from '../support/temporary-log';

const key = generateSigningKey('example.org/register');

/** Leaves of events that lie at positions with gaps, as in a cluster's log. */
const leaves = (from: number, count: number) =>
  Array.from({ length: count }, (_, at) => ({
    position: positionOf(from + at),
    hash: hashLeaf(`event ${from + at}`),
  }));
const positionOf = (index: number): number => 5_000_000_000 + 7 * index;

function rootOf(size: number) {
  const tree = new CompactRange();
  for (const { hash } of leaves(0, size)) tree.append(hash);
  return tree.root();
}

describe('The ledger', () => {
  let folder: TemporaryFolder;
  let path: string;
  beforeEach(() => {
    folder = new TemporaryFolder();
    path = join(folder.path, 'ledger.db');
  });
  afterEach(() => folder.remove());

  const open = (at = path): Ledger => folder.closing(new Ledger(LedgerFile.open(at)));
  const filled = (size: number, at = path): Ledger => {
    const ledger = open(at);
    ledger.advance(0, leaves(0, size));
    return ledger;
  };

  it('has the root of its leaves, whatever the batches, and by however many processes they were recorded', () => {
    let files = 0;
    const batches = fc.array(
      fc.record({ count: fc.integer({ min: 0, max: 400 }), again: fc.nat(300), by: fc.nat(2) }),
      {
        maxLength: 8,
      },
    );
    fc.assert(
      fc.property(batches, (steps) => {
        files += 1;
        const at = join(folder.path, `ledger-${files}.db`);
        const processes = [open(at), open(at), open(at)];
        let size = 0;
        for (const { count, again, by } of steps) {
          // Some of what is recorded was recorded by another process already.
          const from = Math.max(0, size - again);
          processes[by]?.advance(from === 0 ? 0 : positionOf(from - 1), leaves(from, size - from + count));
          size += count;
        }
        for (const ledger of processes) {
          expect(ledger.state).toEqual({ size, position: size === 0 ? 0 : positionOf(size - 1) });
          expect(ledger.root()).toEqual(rootOf(size));
        }
      }),
      { numRuns: 25 },
    );
  });

  it('knows the position of each index, and how many events lie up to any position', () => {
    const size = 700;
    const ledger = filled(size);
    for (const index of [0, 1, 255, 256, 257, 511, 512, 699]) {
      expect(ledger.positionOf(index)).toBe(positionOf(index));
      expect(ledger.sizeUpTo(positionOf(index))).toBe(index + 1);
      expect(ledger.sizeUpTo(positionOf(index) - 1)).toBe(index);
    }
    expect(ledger.positionOf(700)).toBeUndefined();
    expect(ledger.positionOf(-1)).toBeUndefined();
    expect(ledger.sizeUpTo(0)).toBe(0);
    expect(ledger.sizeUpTo(Number.MAX_SAFE_INTEGER)).toBe(size);
  });

  it('proves that an event is among the first so many, and that these are the beginning of more', () => {
    const ledger = filled(1_000);
    for (const [index, size] of [
      [0, 1],
      [255, 256],
      [300, 777],
      [999, 1_000],
    ] as const) {
      const proof = inclusionProof(index, size, ledger.nodes());
      expect(verifyInclusion(index, size, ledger.leaf(index), proof, rootOf(size))).toBe(true);
      const consistency = consistencyProof(size, 1_000, ledger.nodes());
      expect(verifyConsistency(size, 1_000, rootOf(size), rootOf(1_000), consistency)).toBe(true);
    }
  });

  it('reads a tile a level for a proof, however long the log is', () => {
    const file = LedgerFile.open(path);
    let reads = 0;
    const read = file.tile.bind(file);
    file.tile = (...args) => {
      reads += 1;
      return read(...args);
    };
    const ledger = folder.closing(new Ledger(file));
    ledger.advance(0, leaves(0, 70_000));
    reads = 0;
    inclusionProof(12_345, 70_000, ledger.nodes());
    // 70,000 events lie in tiles of three levels; a proof passes two of a level where it turns.
    expect(reads).toBeLessThanOrEqual(6);
  });

  it('signs the same note for the same state, keeps it, and keeps it once', () => {
    const ledger = filled(10);
    const note = ledger.sign(key, new Date('2026-01-31T12:00:00Z'));
    expect(openCheckpoint(note, [key])).toMatchObject({ origin: key.name, size: 10, root: rootOf(10) });
    expect(ledger.sign(key, new Date('2026-02-01T12:00:00Z'))).toBe(note);
    expect(ledger.checkpoints()).toEqual([{ size: 10, note, signedAt: '2026-01-31T12:00:00.000Z' }]);
    expect(ledger.note(7, key)).toBe(filled(7, join(folder.path, 'other.db')).note(7, key));
  });

  it('keeps a checkpoint of its own no more than hourly, and none of what is covered already', () => {
    const ledger = filled(3);
    const at = (time: string) => ledger.signHourly(key, new Date(`2026-01-31T${time}Z`));
    const sizes = () => ledger.checkpoints().map(({ size }) => size);
    at('12:00:00');
    ledger.advance(positionOf(2), leaves(3, 2));
    at('12:59:59');
    expect(sizes()).toEqual([3]);
    at('13:00:00');
    at('15:00:00');
    expect(sizes()).toEqual([3, 5]);
  });

  it('refuses to go on behind what it has not recorded: it was put back', () => {
    const ledger = filled(3);
    expect(() => ledger.advance(positionOf(3), leaves(4, 1))).toThrow(LedgerMisfitError);
    expect(ledger.size).toBe(3);
  });

  it('leaves all as it was where recording fails', () => {
    const ledger = filled(300);
    const before = ledger.root();
    const broken = [...leaves(300, 300), { position: positionOf(600) + 0.5, hash: hashLeaf('half') }];
    expect(() => ledger.advance(positionOf(299), broken)).toThrow(RangeError);
    expect([ledger.size, ledger.root()]).toEqual([300, before]);
    ledger.advance(positionOf(299), leaves(300, 1));
    expect(ledger.root()).toEqual(rootOf(301));
  });

  it('is not there for a reader before it was made, and is left alone by one', () => {
    expect(LedgerFile.openForReading(path)).toBeUndefined();
    filled(3);
    const reader = LedgerFile.openForReading(path) as LedgerFile;
    const ledger = folder.closing(new Ledger(reader));
    expect(ledger.size).toBe(3);
    expect(() => ledger.advance(positionOf(2), leaves(3, 1))).toThrow('readonly');
  });

  it('refuses a file that is not a ledger, or of a newer version, and says what to do', () => {
    const db = new DatabaseSync(path);
    db.exec('CREATE TABLE other (x)');
    db.close();
    expect(() => open()).toThrow(
      new LedgerFileError(`${path} is not a ledger of Toetsspoor and is left as it is: move it away`),
    );
    const newer = join(folder.path, 'newer.db');
    filled(1, newer);
    const changed = new DatabaseSync(newer);
    changed.exec('PRAGMA user_version = 99');
    changed.close();
    expect(() => LedgerFile.openForReading(newer)).toThrow('made by a newer Toetsspoor (file version 99');
  });
});
