import { distance } from 'fastest-levenshtein';
import type { Verdict } from '../domain/events';

// What of a new issue is what of the one before it.

/** What a finding is recognised by in a new issue. */
export interface Recognisable {
  readonly indicators: readonly string[];
  readonly verdict: Verdict;
  readonly narrative: string;
}

/** A finding that stands, which may have read otherwise before it was corrected. */
export interface StandingReading extends Recognisable {
  readonly before: readonly Recognisable[];
}

/** How much two findings differ, in order of weight: the least difference is looked at first. */
type Difference = readonly [indicators: number, words: number, order: number];

/**
 * How much of the longer of two texts may be other for them to be readings of one finding. Within the documents
 * that we know, what was found in one row differs from what was found in any other by 0.59 or more.
 */
const MAX_OTHER_WORDS = 0.5;

/**
 * Which finding of a new issue is which of the findings that stand: first those that say the same; then those that say
 * what it said before it was corrected; then, of those that share an indicator and of which one may become the other,
 * the pairs that differ least, by the indicators that they cover and then by their words; of which more than half is
 * other, they are two findings. A finding is in one pair at most.
 * @returns for each of `issued` the index of the one that it is among `standing`; null for a new one
 */
export function matchFindings<S extends StandingReading, I extends Recognisable>(
  standing: readonly S[],
  issued: readonly I[],
  mayBecome: (standing: S, issued: I) => boolean,
): (number | null)[] {
  const matched: (number | null)[] = issued.map(() => null);
  const taken = new Set<number>();
  const match = (was: number, is: number): void => {
    if (taken.has(was) || matched[is] !== null) return;
    taken.add(was);
    matched[is] = was;
  };
  const pairs = standing.flatMap((was, from) =>
    issued.flatMap((is, to) => {
      const shared = was.indicators.filter((code) => is.indicators.includes(code)).length;
      return shared > 0 && mayBecome(was, is) ? [{ was, is, from, to, shared }] : [];
    }),
  );
  for (const { was, is, from, to } of pairs) if (saysTheSame(was, is)) match(from, to);
  for (const { was, is, from, to } of pairs)
    if (was.before.some((reading) => saysTheSame(reading, is))) match(from, to);
  pairs
    .filter(({ from, to }) => !taken.has(from) && matched[to] === null)
    .map((pair) => ({ ...pair, difference: differenceOf(pair) }))
    .filter(({ difference: [, words] }) => words <= MAX_OTHER_WORDS)
    .sort((a, b) => compare(a.difference, b.difference))
    .forEach(({ from, to }) => {
      match(from, to);
    });
  return matched;
}

function saysTheSame(a: Recognisable, b: Recognisable): boolean {
  return a.verdict === b.verdict && a.narrative === b.narrative && isSameSet(a.indicators, b.indicators);
}

export function isSameSet(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((one) => b.includes(one));
}

function differenceOf({
  was,
  is,
  from,
  to,
  shared,
}: {
  readonly was: Recognisable;
  readonly is: Recognisable;
  readonly from: number;
  readonly to: number;
  readonly shared: number;
}): Difference {
  const covered = was.indicators.length + is.indicators.length - shared;
  const longest = Math.max(was.narrative.length, is.narrative.length, 1);
  return [1 - shared / covered, distance(was.narrative, is.narrative) / longest, Math.abs(from - to)];
}

function compare(a: Difference, b: Difference): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
}

/** What of the one has no counterpart in the other, and the other way round; what comes twice counts twice. */
export function difference<A, B>(
  was: readonly A[],
  is: readonly B[],
  keyOfA: (one: A) => string,
  keyOfB: (one: B) => string,
): { gone: A[]; added: B[] } {
  const left = is.map(keyOfB);
  const gone = was.filter((one) => {
    const at = left.indexOf(keyOfA(one));
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
  const added = is.toReversed().filter((one) => {
    const at = left.lastIndexOf(keyOfB(one));
    if (at >= 0) left.splice(at, 1);
    return at >= 0;
  });
  return { gone, added: added.reverse() };
}
