import { type Edtf, isEdtf } from '../domain/edtf';

/** A date found in running text. */
export interface FoundDate {
  readonly date: Edtf;
  /** Offset of its first character; an adverb such as *omstreeks* belongs to it. */
  readonly index: number;
  readonly length: number;
}

const MONTHS = [
  'januari|jan',
  'februari|feb',
  'maart|mrt',
  'april|apr',
  'mei',
  'juni|jun',
  'juli|jul',
  'augustus|aug',
  'september|sept|sep',
  'oktober|okt',
  'november|nov',
  'december|dec',
];
const MONTH = MONTHS.join('|');
/** Words that make a date approximate, and words that name a part of a month or year. */
const ABOUT = 'omstreeks|rond|rondom|ongeveer|circa|ca\\.?';
const PART = 'begin|medio|half|eind|einde|(?:in het )?voorjaar|(?:in de )?zomer|(?:in het )?najaar|herfst';

const DATE = new RegExp(
  `(?<![\\p{L}\\p{N}]|\\d[-–/])(?:(?<about>${ABOUT})\\s+)?(?:(?<part>${PART})\\s+(?:van\\s+)?)?` +
    `(?:(?:(?<day>\\d{1,2})(?:e)?\\s+)?(?<month>${MONTH})\\.?\\s+(?<monthYear>\\d{4})` +
    `|(?<iso>\\d{4}-\\d{2}-\\d{2})|(?<d>\\d{1,2})[-/](?<m>\\d{1,2})[-/](?<y>\\d{4})|(?<year>(?:19|20)\\d{2}))` +
    `(?![\\p{L}\\p{N}]|[-–/]\\d)`,
  'giu',
);

/**
 * The dates in a text, each as precise as it is said: `2 maart 2015` → `2015-03-02`, `Juni 2015` →
 * `2015-06`, `omstreeks 1 mei 2015` → `2015-05-01~`. *Begin*, *medio* and *eind* of a month make the month
 * approximate; of a year they give January, June and December, approximately. A season gives its year, for
 * no accepted form says more without saying too much. What does not exist (31 april) is no date.
 */
export function findDates(text: string): FoundDate[] {
  const found: FoundDate[] = [];
  for (const match of text.matchAll(DATE)) {
    const date = toEdtf(match.groups ?? {});
    if (isEdtf(date)) found.push({ date, index: match.index, length: match[0].length });
  }
  return found;
}

/** What is written in the text like a date, but does not exist (31 februari 2015); null where nothing is. */
export function impossibleDate(text: string): string | null {
  const match = [...text.matchAll(DATE)].find(({ groups }) => !isEdtf(toEdtf(groups ?? {})));
  return match?.[0] ?? null;
}

/** The date that the whole text is, but for a place in front of it (`Utrecht, juni 2015`); null otherwise. */
export function wholeDate(text: string): Edtf | null {
  const label =
    /^(?:(?:publicatiedatum|datum(?: van)? publicatie|gepubliceerd(?: op| in)?|datum)\s*:?\s*|\p{Lu}[\p{L} '-]{1,30},\s*)/iu;
  const bare = text.replace(label, '').replace(/[.\s]+$/, '');
  const [first] = findDates(bare);
  return first !== undefined && first.index === 0 && first.length === bare.length ? first.date : null;
}

function toEdtf(groups: Readonly<Record<string, string | undefined>>): string {
  const { about, part, day, month, monthYear, iso, d, m, y, year } = groups;
  const approximately = about === undefined ? '' : '~';
  const two = (digits: string) => digits.padStart(2, '0');
  if (iso !== undefined) return `${iso}${approximately}`;
  if (d !== undefined && m !== undefined) return `${y}-${two(m)}-${two(d)}${approximately}`;
  if (month !== undefined) {
    const number = two(String(monthNumber(month)));
    if (day !== undefined) return `${monthYear}-${number}-${two(day)}${approximately}`;
    return `${monthYear}-${number}${part === undefined ? approximately : '~'}`;
  }
  if (part === undefined) return `${year}${approximately}`;
  if (/begin/i.test(part)) return `${year}-01~`;
  if (/medio|half/i.test(part)) return `${year}-06~`;
  if (/eind/i.test(part)) return `${year}-12~`;
  return `${year}`;
}

function monthNumber(name: string): number {
  const wanted = name.toLowerCase();
  return MONTHS.findIndex((names) => names.split('|').includes(wanted)) + 1;
}
