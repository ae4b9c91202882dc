import { distance } from 'fastest-levenshtein';

/**
 * The candidates that differ least from what was wanted, by edit distance over the compared form, best first: before
 * all others those that it begins with, as where something was written behind a name.
 */
export function nearest<T>(
  wanted: string,
  candidates: readonly T[],
  compared: (candidate: T) => string,
  count = 3,
): T[] {
  return candidates
    .map((candidate) => {
      const form = compared(candidate);
      return { candidate, difference: wanted.startsWith(form) ? 0 : distance(wanted, form) };
    })
    .sort((a, b) => a.difference - b.difference)
    .slice(0, count)
    .map(({ candidate }) => candidate);
}
