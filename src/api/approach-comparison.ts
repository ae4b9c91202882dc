import { type Comparison, compare } from '../domain/comparison';
import type { ApproachReading } from './approach-reading';

/** What differs between two readings of one approach, and the readings. */
export interface ApproachComparison extends Comparison {
  readonly from: ApproachReading;
  readonly to: ApproachReading;
}

export async function compareReadings(
  from: ApproachReading,
  to: ApproachReading,
): Promise<ApproachComparison> {
  const [before, after] = await Promise.all([from.whole(), to.whole()]);
  return { ...compare(before, after), from, to };
}
