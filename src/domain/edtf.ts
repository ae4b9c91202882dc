/**
 * Dates as documents give them: a year (`2013`), a month (`2015-06`), a day (`2015-03-02`), each
 * optionally approximate (`2015-05-01~`). They are EDTF (ISO 8601-2:2019) strings and keep their
 * precision. Intervals and the other EDTF forms are refused: a verdict needs one date to stand on.
 */

/** No inspection of approaches is older, nor anything told of one; an earlier year is a slip. */
export const EARLIEST_YEAR = 1900;

/** An EDTF string of one of the accepted forms, as {@link isEdtf} knows them. */
export type Edtf = string;

/** What an error says of a date that is not accepted. */
export const ACCEPTED_DATES =
  'a year (2013), a month (2015-06) or a day (2015-03-02), with "~" behind it where approximate';

const FORM = /^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?~?$/;

/** True where the string has an accepted form and names a date that exists: not 2015-13, not 2015-02-30. */
export function isEdtf(value: string): value is Edtf {
  return whyNotEdtf(value) === null;
}

/** Why the string is not accepted, in a few words; null where it is. */
export function whyNotEdtf(value: string): string | null {
  const match = FORM.exec(value);
  if (match === null) {
    if (/\/|\.\./.test(value)) return 'it is an interval';
    if (/^(Y|-|\+)?\d{5,}|^[-+]\d/.test(value)) return 'its year lies out of the range from 0000 to 9999';
    return 'its form is another';
  }
  const [, year, month, day] = match;
  if (month === undefined) return null;
  if (Number(month) < 1 || Number(month) > 12) return `there is no month ${month}`;
  const days = daysInMonth(Number(year), Number(month));
  if (day === undefined || (Number(day) >= 1 && Number(day) <= days)) return null;
  return `${year}-${month} has no day ${day}, its days are 01 to ${days}`;
}

/**
 * The last day that the date may mean, as `YYYY-MM-DD`: two dates are compared by it, and an imprecise
 * publication date counts from it. `2013` → `2013-12-31`, `2015-05-01~` → `2015-05-01`.
 */
export function lastDay(date: Edtf): string {
  const match = FORM.exec(date);
  if (match === null) throw new RangeError(`"${date}" is not an accepted date: expected ${ACCEPTED_DATES}`);
  const [, year, month, day] = match;
  if (month === undefined) return `${year}-12-31`;
  if (day === undefined) return `${year}-${month}-${daysInMonth(Number(year), Number(month))}`;
  return `${year}-${month}-${day}`;
}

/** True where one date lies before the other, whichever days they mean: not where the one lies within the other. */
export function isBefore(date: Edtf, other: Edtf): boolean {
  const [a, b] = [date.replace('~', ''), other.replace('~', '')];
  const length = Math.min(a.length, b.length);
  return a.slice(0, length) < b.slice(0, length);
}

/** True where all days that the date may mean lie before the year. */
export function isBeforeYear(date: Edtf, year: number): boolean {
  return yearOf(date) < year;
}

/** The year that the date lies in. */
export function yearOf(date: Edtf): number {
  return Number(date.slice(0, 4));
}

function daysInMonth(year: number, month: number): number {
  // Date.UTC reads years below 100 as 19xx; setUTCFullYear does not.
  const date = new Date(0);
  date.setUTCFullYear(year, month, 0);
  return date.getUTCDate();
}
