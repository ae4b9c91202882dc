import type { Audience } from './audience';
import { type Edtf, lastDay, yearOf } from './edtf';
import type { Position } from './events';

/**
 * The point from which a history is read: on each of the three clocks, and by whom. The recorded clock is given as a
 * position: `recordedAt` never decreases along the log, so "recorded by" an instant is "up to" a position.
 */
export interface AsOf {
  /** The reference clock: nothing that speaks of a later period. Null: no limit. */
  readonly reference: Edtf | null;
  /** The publication clock: nothing that was not public on the last day of this date. Null: no limit. */
  readonly publishedBy: Edtf | null;
  /** The recorded clock: nothing behind this place in the log. */
  readonly upTo: Position;
  /** Who reads: beside what is published, what lies within its limits. */
  readonly audience: Audience;
}

/** Everything up to a place in the log, as an audience sees it. */
export function everythingUpTo(upTo: Position, audience: Audience): AsOf {
  return { reference: null, publishedBy: null, upTo, audience };
}

/** True where a fact about that year speaks of no later period than is asked about. */
export function speaksBy(asOf: AsOf, year: number): boolean {
  return asOf.reference === null || `${String(year).padStart(4, '0')}-12-31` <= lastDay(asOf.reference);
}

/** True where something happened in no later period than is asked about. Of what has no known date that is not known. */
export function happenedBy(asOf: AsOf, date: Edtf | null): boolean {
  return asOf.reference === null || (date !== null && lastDay(date) <= lastDay(asOf.reference));
}

/** True where something was public by then. What has no known publication date never is. */
export function publicBy(asOf: AsOf, publishedOn: Edtf | null): boolean {
  if (asOf.publishedBy === null) return true;
  return publishedOn !== null && lastDay(publishedOn) <= lastDay(asOf.publishedBy);
}

/** The year that is asked about, where the question names one. */
export function askedYear(asOf: AsOf): number | null {
  return asOf.reference === null ? null : yearOf(asOf.reference);
}
