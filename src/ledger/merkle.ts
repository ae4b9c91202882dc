import { hash as digest } from 'node:crypto';

/**
 * The Merkle tree of RFC 9162 (section 2.1; the same tree as RFC 6962's) with SHA-256. Leaves are counted
 * from 0 and only ever added at the end, so the hash of a complete subtree never changes: it is named by
 * its level (0 for leaves) and its index among the complete subtrees of that level. All functions are
 * pure; what is stored is read through a {@link NodeReader}.
 */

/** A SHA-256 hash: 32 bytes. */
export type Hash = Uint8Array;

/** The hash of the complete subtree of 2^level leaves that begins at leaf index × 2^level. */
export type NodeReader = (level: number, index: number) => Hash;

export const HASH_SIZE = 32;

/** The root of the tree without leaves: the hash of nothing (RFC 9162, 2.1.1). */
export const EMPTY_ROOT: Hash = sha256('');

/** The hash of a leaf: 0x00 before the entry (RFC 9162, 2.1.1). Text is hashed as its UTF-8 bytes. */
export function hashLeaf(entry: string | Uint8Array): Buffer {
  // U+0000 is the byte 0x00 in UTF-8, so a text goes to the hash without a copy of its bytes.
  return sha256(typeof entry === 'string' ? `\0${entry}` : Buffer.concat([LEAF_PREFIX, entry]));
}

/** The hash of an inner node: 0x01 before its two children (RFC 9162, 2.1.1). */
export function hashNode(left: Hash, right: Hash): Buffer {
  nodeInput.set(left, 1);
  nodeInput.set(right, 1 + HASH_SIZE);
  return sha256(nodeInput);
}

/**
 * The root of a growing tree, kept as the hashes of the complete subtrees that it consists of, largest
 * first: one for each 1 in the binary form of the size. A million leaves take 20 hashes, not a million.
 */
export class CompactRange {
  readonly #peaks: Hash[];
  #size: number;

  /**
   * An empty tree, or one that goes on where `size` and `peaks` of an earlier one left off.
   * @throws RangeError when so many peaks do not belong to that size.
   */
  constructor(size = 0, peaks: readonly Hash[] = []) {
    if (!isCount(size) || peaks.length !== onesOf(size)) {
      throw new RangeError(`a tree of size ${size} does not have ${peaks.length} complete subtrees`);
    }
    this.#size = size;
    this.#peaks = [...peaks];
  }

  get size(): number {
    return this.#size;
  }

  get peaks(): readonly Hash[] {
    return [...this.#peaks];
  }

  append(leafHash: Hash): void {
    let node = leafHash;
    // As in adding 1 to a binary number: every trailing 1 of the size carries, two subtrees becoming one.
    for (let rest = this.#size; rest % 2 === 1; rest = half(rest)) {
      const left = this.#peaks.pop();
      if (left === undefined) throw new Error('a compact range has fewer subtrees than its size has ones');
      node = hashNode(left, node);
    }
    this.#peaks.push(node);
    this.#size += 1;
  }

  /** The root of the leaves so far. */
  root(): Hash {
    if (this.#size === 0) return EMPTY_ROOT;
    return this.#peaks.reduceRight((right, left) => hashNode(left, right));
  }
}

/** The root of the tree of the first `size` leaves, in O(log size) reads. */
export function rootOf(size: number, node: NodeReader): Hash {
  if (!isCount(size)) throw new RangeError(`${size} is not the size of a tree`);
  return size === 0 ? EMPTY_ROOT : hashOfRange(0, size, node);
}

/**
 * What proves that leaf `index` is in the tree of `size` leaves (RFC 9162, 2.1.3.1), in O(log size) reads.
 * @throws RangeError when there is no such leaf in a tree of that size.
 */
export function inclusionProof(index: number, size: number, node: NodeReader): Hash[] {
  if (!isCount(index) || !isCount(size) || index >= size) {
    throw new RangeError(`there is no leaf ${index} in a tree of size ${size}`);
  }
  const path = (start: number, end: number): Hash[] => {
    if (end - start === 1) return [];
    const middle = start + largestPowerBelow(end - start);
    return index < middle
      ? [...path(start, middle), hashOfRange(middle, end, node)]
      : [...path(middle, end), hashOfRange(start, middle, node)];
  };
  return path(0, size);
}

/**
 * What proves that the tree of the first `from` leaves is the beginning of the tree of `to` leaves
 * (RFC 9162, 2.1.4.1), in O(log to) reads. It is empty where both are the same tree.
 * @throws RangeError unless 0 < from <= to. That the empty tree is the beginning needs no proof, and the
 *   RFC has none.
 */
export function consistencyProof(from: number, to: number, node: NodeReader): Hash[] {
  if (!isCount(from) || !isCount(to) || from === 0 || from > to) {
    throw new RangeError(`there is no consistency proof from size ${from} to size ${to}`);
  }
  /** `whole`: this subtree is still all of the older tree, whose root the verifier knows already. */
  const subproof = (start: number, end: number, whole: boolean): Hash[] => {
    if (from === end) return whole ? [] : [hashOfRange(start, end, node)];
    const middle = start + largestPowerBelow(end - start);
    return from <= middle
      ? [...subproof(start, middle, whole), hashOfRange(middle, end, node)]
      : [...subproof(middle, end, false), hashOfRange(start, middle, node)];
  };
  return subproof(0, to, true);
}

/** A hash as texts have it: in base64, by C2SP tlog-checkpoint and others. */
export function base64(hash: Hash): string {
  return Buffer.from(hash).toString('base64');
}

export function equal(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

/**
 * The hash over leaves [start, end), where `start` is a multiple of every power of two below `end - start`,
 * as in all ranges that RFC 9162 splits a tree into.
 */
function hashOfRange(start: number, end: number, node: NodeReader): Hash {
  const width = end - start;
  if (onesOf(width) === 1) return node(Math.log2(width), start / width);
  const middle = start + largestPowerBelow(width);
  return hashNode(hashOfRange(start, middle, node), hashOfRange(middle, end, node));
}

// Sizes are counted up to 2^53 and JavaScript's bit operators stop at 2^32: hence arithmetic below.

/** The largest power of two smaller than `n`, for n > 1. */
function largestPowerBelow(n: number): number {
  let power = 1;
  while (power * 2 < n) power *= 2;
  return power;
}

function onesOf(n: number): number {
  let ones = 0;
  for (let rest = n; rest > 0; rest = half(rest)) ones += rest % 2;
  return ones;
}

function half(n: number): number {
  return Math.floor(n / 2);
}

function isCount(n: number): boolean {
  return Number.isSafeInteger(n) && n >= 0;
}

function sha256(input: string | Uint8Array): Buffer {
  // By way of hex a hash is twice as fast: its bytes then come from Node's pool, not each from its own.
  return Buffer.from(digest('sha256', input, 'hex'), 'hex');
}

const LEAF_PREFIX = Buffer.from([0]);
/** Reused for every node, which hashNode may do as nothing runs between filling and hashing it. */
const nodeInput = Buffer.alloc(1 + 2 * HASH_SIZE, 1);
