import type { Verdict } from '../domain/events';
import type { Said } from './factsheet';
import { endsSentence, type Fragment, Passage } from './passage';
import type { Problems } from './problems';

/** A mark as it stands in a cell. */
export interface ReadMark {
  readonly line: number;
  readonly verdict: Verdict;
  readonly narrative: Passage;
  readonly attentionPoints: readonly Said<string>[];
}

const GLYPHS: Readonly<Record<string, Verdict>> = {
  '✓': 'MET',
  '✔': 'MET',
  '✗': 'IMPROVEMENT_NEEDED',
  '✘': 'IMPROVEMENT_NEEDED',
};
export const ACCEPTED_MARKS = '✓ or ✔ (met), ✗, ✘ or X (improvement needed)';

/** Signs that look like marks but were never seen in a factsheet: what they mean would be a guess. */
const STRANGE = /[☑☒✅❌❎✖✕☓🗸🗴🗙🗹☐]|(?:^|\s)[×ХхΧχＸｘ√](?=\s+\p{Lu})|^[×ХхΧχＸｘ√](?=\s)/u;
const GLYPH = /\(?[✓✔✗✘]\)?:?/gu;
/** What a finding begins with, and what a sentence goes on with behind a sign that it speaks of. */
const BEGINNING = /^\s*['‘’"“„(]?[\p{Lu}\p{N}✓✔✗✘]/u;
const GOING_ON = /^\s*[.,;!?…)\]]/;
/** Text that may be a finding's end; a finding must then begin behind the sign. `gezin B.` may be one too. */
const MAY_END = /[:;)\]]$|\S['’"”»]$|(?<![\p{L}\p{N}.])\p{Lu}\.$/u;
/** Text that speaks of a mark: `Vorig oordeel:`, `in 2013:`. */
const SPEAKS_OF_MARK = /(?:oordeel|beoordeling|score|\p{N}{4})\s*:$/iu;
/** Text that needs more behind it. */
const UNFINISHED = /[,–-]$|(?<!\p{L})(?:een|de|het|als|met|geen|van|naar|nog|en|of|is|was)$/iu;
const LEADING_X = /^\(?[Xx]\)?:?(?=\s|$)/;
const INNER_X = /(?<=\s)[Xx](?=\s+['‘’"“(]?[\p{Lu}\p{N}])/gu;
const NOTE = /(?<![\p{L}\p{N}])let\s*op\s*[:!;]|(?<![\p{L}\p{N}])LET\s*OP(?=\s)/giu;
/** A slip in it: the note would pass for words of the finding. */
const MISSPELT_NOTE = /(?<![\p{L}\p{N}])(?:LETT\s*OPP?|LET\s*OPP)(?![\p{L}\p{N}])/u;

type Token =
  | { readonly kind: 'mark'; readonly line: number; readonly verdict: Verdict }
  | { readonly kind: 'note'; readonly line: number; readonly ownParagraph: boolean }
  | { readonly kind: 'text'; readonly fragment: Fragment };

/** True where the text begins with a mark. */
export function beginsWithMark(text: string): boolean {
  return /^\(?[✓✔✗✘]/u.test(text) || LEADING_X.test(text);
}

/** True where the text begins with a note (LET OP). */
export function beginsWithNote(text: string): boolean {
  return text.search(NOTE) === 0;
}

/**
 * The marks of a cell, each with its text and its notes up to the next mark. ✓ ✔ ✗ ✘ are marks where a
 * finding can begin: where the cell or a paragraph begins, and where a sentence has ended. X and x are marks
 * where the cell or a paragraph begins, and where a sentence has ended and a capital follows; elsewhere they
 * are letters.
 *
 * Reports to `problems`, and never guesses: no mark at all, text or a note before the first mark, a mark
 * without text, a ✓ or ✗ within a sentence, a sign that may or may not be a mark.
 */
export function readMarks(
  cell: readonly Fragment[],
  line: number,
  expected: string,
  problems: Problems,
): ReadMark[] {
  const marks: ReadMark[] = [];
  let open: OpenMark | null = null;
  let note: Note | null = null;

  for (const token of cell.flatMap((fragment, index) =>
    tokens(fragment, textBefore(cell, index), problems),
  )) {
    if (token.kind === 'mark') {
      if (open !== null) marks.push(closed(open, problems));
      open = { line: token.line, verdict: token.verdict, narrative: [], notes: [] };
      note = null;
    } else if (token.kind === 'note') {
      if (open === null) {
        problems.add(
          token.line,
          `LET OP before any mark; expected ${ACCEPTED_MARKS} before it in the same cell`,
        );
        return marks;
      }
      note = { line: token.line, ownParagraph: token.ownParagraph, fragments: [] };
      open.notes.push(note);
    } else if (open === null) {
      problems.add(token.fragment.line, `${expected}, found "${shortened(token.fragment.text)}"`);
      return marks;
    } else {
      const { fragment } = token;
      // A note that has a paragraph of its own ends with it.
      if (note?.ownParagraph && fragment.joint === 'paragraph' && note.fragments.length > 0) note = null;
      (note?.fragments ?? open.narrative).push(fragment);
    }
  }
  if (open !== null) marks.push(closed(open, problems));
  if (marks.length === 0) problems.add(line, `${expected}, found none`);
  return marks;
}

interface Note {
  readonly line: number;
  readonly ownParagraph: boolean;
  readonly fragments: Fragment[];
}

interface OpenMark {
  readonly line: number;
  readonly verdict: Verdict;
  readonly narrative: Fragment[];
  readonly notes: Note[];
}

function closed(open: OpenMark, problems: Problems): ReadMark {
  const narrative = new Passage(open.narrative);
  const attentionPoints = open.notes.map(({ line, fragments }) => {
    const { text } = new Passage(fragments);
    if (text === '') problems.add(line, 'LET OP without a text; expected the note behind it');
    return { value: text, line };
  });
  if (narrative.text === '' && attentionPoints.length === 0) {
    problems.add(open.line, 'a mark without a text; expected the finding behind it');
  }
  return { line: open.line, verdict: open.verdict, narrative, attentionPoints };
}

export function shortened(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

/** The text of the paragraph before its fragment at `index`; empty where that begins the paragraph. */
function textBefore(cell: readonly Fragment[], index: number): string {
  let start = index;
  // A sentence takes no more lines than this.
  while (start > 0 && start > index - 50 && cell[start]?.joint !== 'paragraph') start -= 1;
  return cell
    .slice(start, index)
    .map(({ text }) => text)
    .join(' ');
}

/**
 * True where a sign can only be a mark, by the text of its paragraph since the sign before it and the text
 * behind it; `broken` where a `<br>` stands before it.
 */
function beginsFinding(before: string, behind: string, broken: boolean): boolean {
  if (GOING_ON.test(behind)) return false;
  const end = before.slice(-40);
  if (end === '' || /[✓✔✗✘]\)?:?$/u.test(end)) return true;
  if (UNFINISHED.test(end) || isOpen(before)) return false;
  if (endsSentence(end)) return true;
  return (broken || MAY_END.test(end)) && !SPEAKS_OF_MARK.test(end) && BEGINNING.test(behind);
}

/** True where a bracket or a quotation was opened and not closed. */
function isOpen(text: string): boolean {
  const opened = (open: string, close: string) => text.lastIndexOf(open) > text.lastIndexOf(close);
  return (
    opened('(', ')') || opened('“', '”') || opened('„', '”') || (text.match(/"/g) ?? []).length % 2 === 1
  );
}

function tokens(fragment: Fragment, before: string, problems: Problems): Token[] {
  const { line, joint } = fragment;
  // A list sign before a mark is lay-out.
  const text = fragment.text.replace(/^[-–•·▪]\s+(?=\(?[✓✔✗✘Xx]|let\s*op)/iu, '');
  const begins = before === '' || joint !== 'wrap';
  if (STRANGE.test(text)) {
    problems.add(line, `a sign that is no known mark in "${shortened(text)}"; expected ${ACCEPTED_MARKS}`);
  }

  const [misspelt] = MISSPELT_NOTE.exec(text) ?? [];
  if (misspelt !== undefined)
    problems.add(
      line,
      `"${misspelt}" in "${shortened(text)}"; expected LET OP where an attention point begins`,
    );

  const signs: { index: number; length: number; token: Token }[] = [];
  let behind = 0;
  for (const { 0: sign, index } of text.matchAll(GLYPH)) {
    const lead = text.slice(0, index).trimEnd();
    const bracketed = /^\(/.test(sign) && (lead !== '' || !sign.includes(')'));
    const broken = lead === '' && joint === 'break';
    const since = (behind === 0 ? `${before} ${lead}` : text.slice(behind, index)).trim();
    behind = index + sign.length;
    if (bracketed || !beginsFinding(since, text.slice(behind), broken)) {
      const around = `${lead.slice(-30)} ${text.slice(index, index + 30)}`.trim();
      problems.add(
        line,
        `"${sign}" in the middle of a sentence, in "${around}"; expected a mark only where a cell or paragraph begins, or behind a sentence that ends in a full stop`,
      );
      continue;
    }
    const verdict = GLYPHS[sign.replace(/[():]/g, '')];
    if (verdict !== undefined)
      signs.push({ index, length: sign.length, token: { kind: 'mark', line, verdict } });
  }
  for (const { index, length } of crosses(text, begins, before, line, problems)) {
    signs.push({ index, length, token: { kind: 'mark', line, verdict: 'IMPROVEMENT_NEEDED' } });
  }
  for (const { 0: sign, index } of text.matchAll(NOTE)) {
    const lead = text.slice(0, index).trimEnd();
    const atStart = lead === '' || /[✓✔✗✘]$/u.test(lead) || endsSentence(lead) || /[;:]$/.test(lead);
    // "waarbij men let op: ..." is a verb; written with a capital it is a note.
    if (!atStart && !sign.startsWith('L')) continue;
    if (!/[:!;]$/.test(sign) && !sign.startsWith('LET')) continue;
    signs.push({
      index,
      length: sign.length,
      token: { kind: 'note', line, ownParagraph: lead === '' && joint === 'paragraph' },
    });
  }

  const found: Token[] = [];
  let from = 0;
  let next = joint;
  const push = (until: number) => {
    const part = text.slice(from, until).trim();
    if (part === '') return;
    found.push({ kind: 'text', fragment: { line, text: part, joint: next } });
    next = 'wrap';
  };
  for (const { index, length, token } of signs.sort((a, b) => a.index - b.index)) {
    push(index);
    found.push(token);
    from = index + length;
  }
  push(text.length);
  return found;
}

/** Where X or x is a mark. */
function crosses(
  text: string,
  begins: boolean,
  before: string,
  line: number,
  problems: Problems,
): { index: number; length: number }[] {
  const found: { index: number; length: number }[] = [];
  const leading = LEADING_X.exec(text);
  if (leading !== null) {
    const capital = /^\S+\s+['‘’"“(]?[\p{Lu}\p{N}]/u.test(text);
    const ended = endsSentence(before);
    if (begins || (ended && capital)) found.push({ index: 0, length: leading[0].length });
    else if (capital || (ended && text.startsWith('X'))) {
      problems.add(
        line,
        `"${leading[0]}" at the beginning of a line may be a mark or a word; expected ✗, or the mark at the beginning of a paragraph`,
      );
    }
  }
  for (const { index } of text.matchAll(INNER_X)) {
    if (endsSentence(text.slice(0, index).trimEnd())) found.push({ index, length: 1 });
  }
  return found;
}
