import type { Edtf } from '../edtf';

/** The languages that sentences are told in. */
export type Language = 'NL' | 'EN';

const MONTHS: Readonly<Record<Language, readonly string[]>> = {
  NL: [
    'januari',
    'februari',
    'maart',
    'april',
    'mei',
    'juni',
    'juli',
    'augustus',
    'september',
    'oktober',
    'november',
    'december',
  ],
  EN: [
    'January',
    'February',
    'March',
    'April',
    'May',
    'June',
    'July',
    'August',
    'September',
    'October',
    'November',
    'December',
  ],
};
const AROUND: Readonly<Record<Language, string>> = { NL: 'omstreeks', EN: 'around' };
const END_OF: Readonly<Record<Language, string>> = { NL: 'eind', EN: 'the end of' };
const ON: Readonly<Record<Language, string>> = { NL: 'op', EN: 'on' };

/** A date in its own precision: `2015-05-01~` is "omstreeks 1 mei 2015", `2015-06` is "June 2015". */
export function dateInWords(date: Edtf, language: Language): string {
  const [year, month, day] = date.replace('~', '').split('-');
  const words = [
    day === undefined ? [] : String(Number(day)),
    month === undefined ? [] : (MONTHS[language][Number(month) - 1] ?? month),
    year,
  ].flat();
  return [...(date.endsWith('~') ? [AROUND[language]] : []), ...words].join(' ');
}

/** When something happened: "op 2 maart 2015", "in June 2015", "omstreeks 1 mei 2015". */
export function whenInWords(date: Edtf, language: Language): string {
  const words = dateInWords(date, language);
  if (date.endsWith('~')) return words;
  return `${date.length > 'YYYY-MM'.length ? ON[language] : 'in'} ${words}`;
}

/** From when something is public that was published then: what is known by month or year is, from the end of it. */
export function sinceInWords(date: Edtf, language: Language): string {
  const words = dateInWords(date, language);
  return date.endsWith('~') || date.length > 'YYYY-MM'.length ? words : `${END_OF[language]} ${words}`;
}
