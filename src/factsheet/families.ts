import { MAX_COUNT } from '../domain/event-fields';
import type { Said } from './factsheet';

const COUNT = String.raw`(?<count>\d{1,3}(?:[.]\d{3})+|\d+)(?![\d,])`;
const NOW = String.raw`(?:(?:er|nu|momenteel|thans|op dit moment|in totaal|jaarlijks|ook)\s+)*`;
const ABOUT = String.raw`(?<about>(?:ongeveer|circa|ca\.|ruim|bijna|zo'n|rond de|meer dan|minstens|maximaal|minimaal|tot)\s+)?`;
const FAMILIES = '(?:gezinnen|huishoudens|families)';
/** Support is said to be given, now: `krijgen 316 gezinnen`, `316 gezinnen worden`. */
const PATTERNS = [
  new RegExp(String.raw`\b(?<verb>krijgen|ontvangen|worden)\s+${NOW}${ABOUT}${COUNT}\s+${FAMILIES}\b`, 'giu'),
  new RegExp(
    String.raw`(?<!van de )(?<!van )(?<![\d.,])${ABOUT}${COUNT}\s+${FAMILIES}\s+(?:in\s+[\p{L}' -]+?\s+)?(?<verb>krijgen|ontvangen|worden)\b`,
    'giu',
  ),
];
/** What is given, and what is done: "gezinnen die zorg nodig hebben" get none by that. */
const GIVEN = /ondersteuning|hulp|begeleiding|zorg\b/i;
const DONE = /ondersteund|geholpen|begeleid\b|bereikt|bediend/i;

/**
 * How many families get support through the approach, where the sentences say so: exactly, in the present,
 * and once. `unclear` are the sentences that speak of it in another way.
 */
export function familiesReached(sentences: readonly { readonly text: string; readonly line: number }[]): {
  readonly reached: Said<number> | null;
  readonly unclear: readonly Said<string>[];
} {
  const said: (Said<number> & { readonly sentence: string })[] = [];
  const unclear: Said<string>[] = [];
  for (const { text, line } of sentences) {
    const matches = PATTERNS.flatMap((pattern) => [...text.matchAll(pattern)]).filter(({ groups }) =>
      (groups?.verb === 'worden' ? DONE : GIVEN).test(text),
    );
    const clear = !/\b(?:geen|niet|kunnen|zouden|moeten)\b/i.test(text);
    for (const { groups } of matches) {
      const value = Number((groups?.count ?? '').replaceAll('.', ''));
      if (!clear || groups?.about !== undefined || value > MAX_COUNT) unclear.push({ value: text, line });
      else said.push({ value, line, sentence: text });
    }
  }
  const [first] = said;
  if (first === undefined) return { reached: null, unclear };
  if (said.some(({ value }) => value !== first.value)) {
    return {
      reached: null,
      unclear: [...unclear, ...said.map(({ sentence, line }) => ({ value: sentence, line }))],
    };
  }
  return { reached: { value: first.value, line: first.line }, unclear };
}
