import fc from 'fast-check';
import {
  CompactRange,
  consistencyProof,
  EMPTY_ROOT,
  type Hash,
  hashLeaf,
  hashNode,
  inclusionProof,
  rootOf,
} from '../../src/ledger/merkle';
import { verifyConsistency, verifyInclusion } from '../support/merkle-proofs';
import { tilesOf } from './random-log';
import { CONSISTENCY_PROOFS, INCLUSION_PROOFS, LEAVES, NODES, ROOTS } from './vectors';

const hex = (hash: Hash | undefined) => Buffer.from(hash ?? []).toString('hex');
const bytes = (text: string | undefined) => Buffer.from(text ?? '', 'hex');
const vectorTree = tilesOf(LEAVES.map(hashLeaf)).node;
const vectorNodes = (names: readonly [number, number][]) =>
  names.map(([level, index]) => bytes(NODES[level]?.[index]));

/** RFC 9162, 2.1.1, word for word: the root out of all leaves at once. */
function rootFromScratch(leaves: readonly Hash[]): Hash {
  const [only, second] = leaves;
  if (only === undefined) return EMPTY_ROOT;
  if (second === undefined) return only;
  const k = 2 ** Math.ceil(Math.log2(leaves.length) - 1);
  return hashNode(rootFromScratch(leaves.slice(0, k)), rootFromScratch(leaves.slice(k)));
}

const leaves = fc.nat(300).map((length) => Array.from({ length }, (_, at) => hashLeaf(`entry ${at}`)));
const someLeaves = leaves.filter((list) => list.length > 0);
const flip = fc.record({ hash: fc.nat(), bit: fc.nat(255) });

/** The hashes with one bit of one of them the other way round. */
function flipped(hashes: readonly Hash[], at: { hash: number; bit: number }): Hash[] {
  return hashes.map((hash, index) => {
    if (index !== at.hash % hashes.length) return hash;
    const altered = Buffer.from(hash);
    altered.writeUInt8(altered.readUInt8(at.bit >> 3) ^ (1 << (at.bit & 7)), at.bit >> 3);
    return altered;
  });
}

describe('the published vectors of RFC 6962 trees', () => {
  test('give every node of the tree of eight leaves', () => {
    for (const [level, hashes] of NODES.entries()) {
      expect(hashes.map((_, index) => hex(vectorTree(level, index)))).toEqual(hashes);
    }
  });

  test('give the roots of the first 0 to 8 leaves, grown one by one and read from the tiles', () => {
    const range = new CompactRange();
    const grown = [hex(range.root())];
    for (const leaf of LEAVES) {
      range.append(hashLeaf(leaf));
      grown.push(hex(range.root()));
    }
    expect(grown).toEqual(ROOTS);
    expect(ROOTS.map((_, size) => hex(rootOf(size, vectorTree)))).toEqual(ROOTS);
  });

  test.each(INCLUSION_PROOFS)('leaf $index is in the tree of $size leaves', ({ index, size, proof }) => {
    const expected = vectorNodes(proof);
    expect(inclusionProof(index, size, vectorTree).map(hex)).toEqual(expected.map(hex));
    expect(verifyInclusion(index, size, bytes(NODES[0]?.[index]), expected, bytes(ROOTS[size]))).toBe(true);
  });

  test.each(CONSISTENCY_PROOFS)('the tree of $from leaves begins that of $to', ({ from, to, proof }) => {
    const expected = vectorNodes(proof);
    expect(consistencyProof(from, to, vectorTree).map(hex)).toEqual(expected.map(hex));
    expect(verifyConsistency(from, to, bytes(ROOTS[from]), bytes(ROOTS[to]), expected)).toBe(true);
  });
});

describe('the root', () => {
  test('of a growing tree is that of all its leaves from scratch, also when it is put down and taken up', () => {
    fc.assert(
      fc.property(leaves, fc.nat(300), (all, pause) => {
        let range = new CompactRange();
        for (const [at, leaf] of all.entries()) {
          if (at === pause) range = new CompactRange(range.size, range.peaks);
          range.append(leaf);
        }
        expect(hex(range.root())).toBe(hex(rootFromScratch(all)));
        expect(range.peaks.length).toBeLessThanOrEqual(9);
        expect(hex(rootOf(all.length, tilesOf(all).node))).toBe(hex(range.root()));
      }),
      { numRuns: 40 },
    );
  });

  test('a compact range with the wrong number of subtrees for its size is refused', () => {
    expect(() => new CompactRange(3, [EMPTY_ROOT])).toThrow(RangeError);
    expect(() => new CompactRange(-1)).toThrow(RangeError);
  });
});

describe('proofs', () => {
  test('every inclusion proof verifies, for its leaf and no other, and altered in any bit it does not', () => {
    fc.assert(
      fc.property(someLeaves, fc.nat(), fc.nat(), flip, (all, a, b, at) => {
        const { node } = tilesOf(all);
        const size = 1 + (a % all.length);
        const index = b % size;
        const leaf = node(0, index);
        const root = rootOf(size, node);
        const proof = inclusionProof(index, size, node);
        expect(proof.length).toBeLessThanOrEqual(Math.ceil(Math.log2(size)));
        const holds = (over: { leaf?: Hash; proof?: Hash[]; root?: Hash; index?: number; size?: number }) =>
          verifyInclusion(
            over.index ?? index,
            over.size ?? size,
            over.leaf ?? leaf,
            over.proof ?? proof,
            over.root ?? root,
          );
        expect(holds({})).toBe(true);
        if (proof.length > 0) expect(holds({ proof: flipped(proof, at) })).toBe(false);
        if (proof.length > 0) expect(holds({ proof: proof.slice(1) })).toBe(false);
        expect(holds({ proof: [...proof, root] })).toBe(false);
        expect(holds({ proof: [leaf, ...proof] })).toBe(false);
        expect(holds({ leaf: flipped([leaf], at)[0] ?? leaf })).toBe(false);
        expect(holds({ root: flipped([root], at)[0] ?? root })).toBe(false);
        expect(holds({ index: index + 1 })).toBe(false);
        expect(holds({ index: size })).toBe(false);
        expect(holds({ index: -1 })).toBe(false);
        expect(holds({ leaf: leaf.subarray(1) })).toBe(false);
      }),
      { numRuns: 60 },
    );
  });

  test('every consistency proof verifies, and altered in any bit it does not', () => {
    fc.assert(
      fc.property(someLeaves, fc.nat(), fc.nat(), flip, (all, a, b, at) => {
        const { node } = tilesOf(all);
        const to = 1 + (a % all.length);
        const from = 1 + (b % to);
        const [fromRoot, toRoot] = [rootOf(from, node), rootOf(to, node)];
        const proof = consistencyProof(from, to, node);
        expect(proof.length).toBeLessThanOrEqual(Math.ceil(Math.log2(to)) + 1);
        const holds = (over: {
          proof?: Hash[];
          fromRoot?: Hash;
          toRoot?: Hash;
          from?: number;
          to?: number;
        }) =>
          verifyConsistency(
            over.from ?? from,
            over.to ?? to,
            over.fromRoot ?? fromRoot,
            over.toRoot ?? toRoot,
            over.proof ?? proof,
          );
        expect(holds({})).toBe(true);
        if (proof.length > 0) expect(holds({ proof: flipped(proof, at) })).toBe(false);
        if (proof.length > 0) expect(holds({ proof: proof.slice(0, -1) })).toBe(false);
        expect(holds({ proof: [...proof, toRoot] })).toBe(false);
        expect(holds({ fromRoot: flipped([fromRoot], at)[0] ?? fromRoot })).toBe(false);
        expect(holds({ toRoot: flipped([toRoot], at)[0] ?? toRoot })).toBe(false);
        expect(holds({ from: 0 })).toBe(false);
        expect(holds({ from: to + 1 })).toBe(false);
      }),
      { numRuns: 60 },
    );
  });

  test('a proof in a log of 100,000 reads a handful of tiles', () => {
    const all = Array.from({ length: 100_000 }, (_, at) => hashLeaf(String(at)));
    const { node, reads } = tilesOf(all);
    const root = rootOf(all.length, node);
    const proof = inclusionProof(54_321, all.length, node);
    expect(verifyInclusion(54_321, all.length, hashLeaf('54321'), proof, root)).toBe(true);
    const consistency = consistencyProof(77_777, all.length, node);
    const older = rootOf(77_777, node);
    expect(verifyConsistency(77_777, all.length, older, root, consistency)).toBe(true);
    expect(reads()).toBeLessThan(12);
  });

  test('asking for a proof that cannot exist is an error', () => {
    expect(() => inclusionProof(8, 8, vectorTree)).toThrow(RangeError);
    expect(() => inclusionProof(0.5, 8, vectorTree)).toThrow(RangeError);
    expect(() => consistencyProof(0, 8, vectorTree)).toThrow(RangeError);
    expect(() => consistencyProof(8, 7, vectorTree)).toThrow(RangeError);
    expect(() => rootOf(-1, vectorTree)).toThrow(RangeError);
  });
});
