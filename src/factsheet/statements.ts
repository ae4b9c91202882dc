import type { Edtf } from '../domain/edtf';
import { findDates, impossibleDate } from './dates';

/** What the inspectorate says of its own test: when, where, of which approach. */
export interface TestClaim {
  readonly year: string | null;
  readonly municipality: string | null;
  readonly approach: string | null;
}

const INSPECTORATE = /\b(?:STJ|Samenwerkend Toezicht Jeugd)\b/i;
const TESTED = '(?:getoetst|beoordeeld|onderzocht|bekeken)';
const PLACE =
  /\bin (?:de gemeente )?(?<place>(?:['’]s-|['’]t |\p{Lu})[\p{L}'’().\- ]*?)\s+(?=(?:de |het )?aanpak\b|['‘"“])/u;
const NAMED = [
  /\baanpak:?\s+['‘"“](?<name>.+?)['’"”](?=[\s.,]|$)/iu,
  new RegExp(String.raw`\baanpak:\s+(?<name>.+?)\s+(?:op\s+(?:het\s+)?beleidsniveau\s+)?${TESTED}\b`, 'iu'),
  new RegExp(String.raw`\bheeft\s+(?:in\s+\d{4}\s+)?['‘"“](?<name>.+?)['’"”]\s.*\b${TESTED}\b`, 'iu'),
];

/** `In 2013 heeft STJ in Maastricht de aanpak: Integrale Aanpak getoetst` and its like; null otherwise. */
export function testClaim(sentence: string): TestClaim | null {
  if (!INSPECTORATE.test(sentence) || !new RegExp(String.raw`\b(?:${TESTED}|toetste)\b`, 'i').test(sentence))
    return null;
  const approach = NAMED.map((pattern) => pattern.exec(sentence)?.groups?.name).find(
    (name) => name !== undefined,
  );
  return {
    year: /\bin (?:het jaar )?(\d{4})\b/i.exec(sentence)?.[1] ?? null,
    municipality: PLACE.exec(sentence)?.groups?.place ?? null,
    approach: approach ?? null,
  };
}

/** The municipality of the factsheet that a follow-up refers to, where the sentence names it. */
export function referredMunicipality(sentence: string): string | null {
  const match =
    /\bfactsheet\s+['‘"“]?Uitkomsten toezichtonderzoek\s+(?<name>.+?)['’"”]?\s+(?:op beleidsniveau|zijn|is)\b/iu;
  return match.exec(sentence)?.groups?.name?.replace(/^(?:de )?gemeente /i, '') ?? null;
}

const STATED =
  '(?:aangegeven|gemeld|laten weten|verklaard|bericht|meegedeeld|medegedeeld|gerapporteerd|toegelicht|doorgegeven|geschreven)';
const SUBJECT = String.raw`(?<by>(?:de|het|burgemeester|wethouder|gemeente)\b.*?)`;
const ABOUT_POINTS = /verbeterpunt|\b(?:STJ|Samenwerkend Toezicht Jeugd|inspectie)\b/i;
const STATEMENTS = [
  new RegExp(
    String.raw`^(?:op|in|per)\s+(?<when>.+?)\s+(?:heeft|hebben)\s+${SUBJECT}\s+(?:(?:aan|bij)\s.*?\s|(?:de )?(?:STJ|inspectie)\s)?${STATED}\b`,
    'iu',
  ),
  new RegExp(
    String.raw`^${SUBJECT}\s+(?:heeft|hebben)\s+(?:(?:aan|bij)\s.*?\s)?(?:op|in|per)\s+(?<when>.+)\s${STATED}\b`,
    'iu',
  ),
];

/** `Op 2 maart 2015 heeft de gemeente aan STJ aangegeven ...`: who stated something, and when; null otherwise. */
export function statementIn(sentence: string): { readonly by: string; readonly on: Edtf } | null {
  if (!ABOUT_POINTS.test(sentence)) return null;
  for (const pattern of STATEMENTS) {
    const { by, when } = pattern.exec(sentence)?.groups ?? {};
    const [date] = findDates(when ?? '');
    if (by !== undefined && date?.index === 0) return { by: by.trim(), on: date.date };
  }
  return null;
}

/** The date in such a sentence that does not exist; null where it has none, or states nothing. */
export function impossibleDateOfStatement(sentence: string): string | null {
  const states = ABOUT_POINTS.test(sentence) && STATEMENTS.some((pattern) => pattern.test(sentence));
  return states ? impossibleDate(sentence) : null;
}

/** What the sentence says of who was asked and what was read. */
export function consultedIn(sentence: string): {
  readonly municipality: boolean;
  readonly documents: boolean;
  /** The organisations named behind *ingevuld door*; empty where a list follows; null where it is not said. */
  readonly partners: readonly string[] | null;
} {
  const denied = /\b(?:geen|niet)\b/i.test(sentence);
  const answered = '(?:ingevuld|beantwoord|geretourneerd|teruggestuurd)';
  const says = (pattern: string) => !denied && new RegExp(pattern, 'i').test(sentence);
  const municipality =
    says(String.raw`\bgemeente\b.*\bvragenlijst\b.*\b${answered}`) ||
    says(String.raw`\bgemeente vulde\b.*\bvragenlijst\b.*\bin\b`) ||
    says(
      String.raw`\bvragenlijst\b.*\bdoor de gemeente\b.*\b${answered}|\bvragenlijst\b.*\b${answered} door de gemeente\b`,
    );
  const documents =
    says(
      String.raw`\b(?:documentatie|documenten|stukken)\b.*(?:gestuurd|geleverd|gezonden|verstrekt|overgelegd)`,
    ) || says(String.raw`\b(?:stuurde|leverde|zond|verstrekte)\b.*\b(?:documentatie|documenten|stukken)\b`);
  const by = new RegExp(String.raw`\b${answered} door\s*:?\s*(?<names>.*)$`, 'iu').exec(sentence)?.groups
    ?.names;
  const partners = denied || by === undefined || /^de gemeente\b/i.test(by) ? null : enumerated(by);
  return { municipality, documents, partners };
}

/** `A, B en C.` as its parts. Without a comma "en" may belong to a name, as in Zorg en Welzijn: then one part. */
function enumerated(text: string): string[] {
  const bare = text.replace(/[.\s]+$/, '');
  const parts = bare.includes(';')
    ? bare.split(/;\s*(?:en\s+)?/)
    : bare.includes(',')
      ? bare.split(/,\s*|\s+en\s+(?=[^,]*$)/)
      : [bare];
  return parts.map((part) => part.trim()).filter((part) => part !== '');
}
