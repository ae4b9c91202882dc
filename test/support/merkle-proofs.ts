import { equal, HASH_SIZE, type Hash, hashNode } from '../../src/ledger/merkle';

// What a verifier does with proofs, by RFC 9162, word for word: the server makes them, others check them.

/** Whether `proof` leads from the leaf to the root (RFC 9162, 2.1.3.2). Anything malformed is false. */
export function verifyInclusion(
  index: number,
  size: number,
  leafHash: Hash,
  proof: readonly Hash[],
  root: Hash,
): boolean {
  if (!isCount(index) || !isCount(size) || index >= size || ![leafHash, ...proof].every(isHash)) return false;
  const walk = new Ascent(index, size - 1);
  let found = leafHash;
  for (const sibling of proof) {
    if (walk.atRoot) return false;
    found = walk.step() === 'LEFT' ? hashNode(sibling, found) : hashNode(found, sibling);
  }
  return walk.atRoot && equal(found, root);
}

/**
 * Whether `proof` shows the tree with `fromRoot` to be the beginning of the tree with `toRoot`
 * (RFC 9162, 2.1.4.2). Anything malformed is false, and so is a beginning of no leaves.
 */
export function verifyConsistency(
  from: number,
  to: number,
  fromRoot: Hash,
  toRoot: Hash,
  proof: readonly Hash[],
): boolean {
  if (!isCount(from) || !isCount(to) || from === 0 || from > to) return false;
  if (from === to) return proof.length === 0 && equal(fromRoot, toRoot);
  if (![fromRoot, toRoot, ...proof].every(isHash)) return false;
  // A complete older tree is a node of the newer one: the proof leaves it out, as it is known.
  const [first, ...rest] = Number.isInteger(Math.log2(from)) ? [fromRoot, ...proof] : proof;
  if (first === undefined || proof.length === 0) return false;
  const walk = new Ascent(from - 1, to - 1);
  walk.skipCompleted();
  let older = first;
  let newer = first;
  for (const sibling of rest) {
    if (walk.atRoot) return false;
    if (walk.step() === 'LEFT') {
      older = hashNode(sibling, older);
      newer = hashNode(sibling, newer);
    } else {
      newer = hashNode(newer, sibling);
    }
  }
  return walk.atRoot && equal(older, fromRoot) && equal(newer, toRoot);
}

/** The way up from a leaf to the root beside the last leaf's: `fn` and `sn` of RFC 9162's algorithms. */
class Ascent {
  constructor(
    private fn: number,
    private sn: number,
  ) {}

  get atRoot(): boolean {
    return this.sn === 0;
  }

  /** Goes up past every level on which the node is a right child: there the subtree is complete. */
  skipCompleted(): void {
    while (this.fn % 2 === 1) this.up();
  }

  /** On which side the next sibling of the proof lies; then goes up. */
  step(): 'LEFT' | 'RIGHT' {
    const isRightChild = this.fn % 2 === 1;
    if (!isRightChild && this.fn !== this.sn) {
      this.up();
      return 'RIGHT';
    }
    // The last node of a level may have no sibling there: it moves up unchanged until it has one.
    while (this.fn % 2 === 0 && this.fn !== 0) this.up();
    this.up();
    return 'LEFT';
  }

  private up(): void {
    this.fn = half(this.fn);
    this.sn = half(this.sn);
  }
}

function half(n: number): number {
  return Math.floor(n / 2);
}

function isCount(n: number): boolean {
  return Number.isSafeInteger(n) && n >= 0;
}

function isHash(value: Uint8Array): boolean {
  return value.length === HASH_SIZE;
}
