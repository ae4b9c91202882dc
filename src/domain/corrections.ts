import { type AsOf, publicBy } from './as-of';
import type { CorrectableFact, PublishedFact, WithdrawableFact } from './facts';

/**
 * Of facts that may be corrected and withdrawn, given with all their readings: the readings that stand at
 * that point, in the order in which they were first recorded. A correction counts from its own publication
 * and its own place in the log on. A first reading that was withdrawn takes its corrections with it; a
 * withdrawn correction leaves the reading before it standing.
 */
export function standingReadings<T extends CorrectableFact>(facts: readonly T[], asOf: AsOf): T[] {
  const readings = new Map<number, T | null>();
  for (const fact of facts) {
    if (!isThere(fact, asOf)) continue;
    const withdrawn = withdrawalAt(fact, asOf) !== null;
    if (fact.corrects === null) readings.set(fact.root, withdrawn ? null : fact);
    else if (!withdrawn && readings.get(fact.root) != null) readings.set(fact.root, fact);
  }
  return [...readings.values()].filter((reading) => reading !== null);
}

/** True where something that may be withdrawn is there at that point, and was not withdrawn. */
export function countsAt(fact: WithdrawableFact, asOf: AsOf): boolean {
  return isThere(fact, asOf) && withdrawalAt(fact, asOf) === null;
}

/** The withdrawal of something, where it is there at that point. */
export function withdrawalAt({ withdrawn }: WithdrawableFact, asOf: AsOf): PublishedFact | null {
  return withdrawn !== null && isThere(withdrawn, asOf) ? withdrawn : null;
}

/** True where a fact with a publication of its own is there at that point; without one it is by its place. */
export function isThere(
  { position, publishedOn }: Pick<WithdrawableFact, 'position' | 'publishedOn'>,
  asOf: AsOf,
): boolean {
  return position <= asOf.upTo && (publishedOn === null || publicBy(asOf, publishedOn));
}

/** The reading that this one corrects, as far as it is there at that point; null for a first reading. */
export function correctedReading<T extends CorrectableFact>(
  facts: readonly T[],
  { corrects }: T,
  asOf: AsOf,
): T | null {
  const corrected = corrects === null ? undefined : facts[corrects];
  if (corrected === undefined) return null;
  return isThere(corrected, asOf) ? corrected : correctedReading(facts, corrected, asOf);
}

/**
 * The reading that came in the place of this one, at that point: its latest correction that was not
 * withdrawn. Null for the reading that stands, and for one that was withdrawn.
 */
export function supersedingReading<T extends CorrectableFact>(
  facts: readonly T[],
  reading: T,
  asOf: AsOf,
): T | null {
  const isCorrection = (fact: T): boolean =>
    fact.corrects !== null && countsAt(fact, asOf) && correctedReading(facts, fact, asOf) === reading;
  const correction = facts.findLast(isCorrection);
  if (correction !== undefined) return correction;
  if (withdrawalAt(reading, asOf) !== null) return null;
  // Corrected beside it, by one that was public before the withdrawal of this one is.
  const standing = standingReadings(facts, asOf).find(({ root }) => root === reading.root);
  return standing === undefined || standing === reading ? null : standing;
}
