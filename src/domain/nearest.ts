import { distance } from 'fastest-levenshtein';

/** The candidates that differ least from what was wanted, by edit distance over the compared form, best first. */
export function nearest<T>(
  wanted: string,
  candidates: readonly T[],
  compared: (candidate: T) => string,
  count = 3,
): T[] {
  return candidates
    .map((candidate) => ({ candidate, difference: distance(wanted, compared(candidate)) }))
    .sort((a, b) => a.difference - b.difference)
    .slice(0, count)
    .map(({ candidate }) => candidate);
}
