import type { ReadDatabase } from '../../projections/database';
import { logEnd } from '../../projections/log-ends';

/** Hexadecimal digits of a mark: it is to tell logs apart that were taken for one another, and hides nothing. */
const DIGITS = 8;

/** What tells a log from others, by its first event; null before that. */
export function logMark(database: ReadDatabase): string | null {
  return logEnd(database, 'first')?.hash.slice(0, DIGITS) ?? null;
}
