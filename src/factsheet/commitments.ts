import { type Edtf, lastDay } from '../domain/edtf';
import { findDates } from './dates';
import type { Mark } from './factsheet';
import type { Passage } from './passage';

/** Verbs by which something is still to happen, and verbs by which it has happened or is so. */
const TO_COME =
  'wordt|worden|zal|zullen|gaat|gaan|komt|komen|moet|moeten|volgt|volgen|start|starten|begint|beginnen|vindt|vinden|treedt|treden|verwacht|verwachten|verwachting|toegezegd|zegt|zeggen|voornemens|gepland|streeft|streven|beoogt|beogen|belooft|beloofd';
const BEEN = 'is|zijn|was|waren|werd|werden|heeft|hebben|had|hadden';
const VERB = new RegExp(`(?<![\\p{L}-])(?:(?<toCome>${TO_COME})|${BEEN})(?![\\p{L}-])`, 'giu');

/**
 * The promises in a finding: sentences by which something is to happen on a day later than `after`. The verb
 * that stands nearest before the date tells whether it is to come; where none does, the first one behind it.
 * Dates in titles between quotation marks promise nothing.
 */
export function commitmentsIn(narrative: Passage, after: Edtf | null): Mark['commitments'] {
  if (after === null) return [];
  return narrative.sentences().flatMap(({ text, line }) => {
    const unquoted = text.replace(/(?<!\p{L})['‘"“](?!s[- ]|t )[^'’"”]*['’"”]/gu, (title) =>
      ' '.repeat(title.length),
    );
    const due = findDates(unquoted).find(
      ({ date, index, length }) =>
        lastDay(date) > lastDay(after) && isToCome(unquoted, index, index + length),
    );
    return due === undefined ? [] : [{ value: { text, dueOn: due.date }, line }];
  });
}

function isToCome(sentence: string, start: number, end: number): boolean {
  const verbs = [...sentence.matchAll(VERB)];
  const deciding = verbs.findLast(({ index }) => index < start) ?? verbs.find(({ index }) => index >= end);
  return deciding?.groups?.toCome !== undefined;
}
