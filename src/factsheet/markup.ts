/**
 * Factsheets reach us as text that other tools made of them, with left-overs of HTML and Markdown and with
 * odd white space. What is left here is plain text in NFC; nothing that a reader would see is dropped.
 */

const BLOCK_TAG = /<\/?(?:p|div|li|ul|ol|h[1-6]|blockquote|section)(?:\s[^<>]*)?\/?>/gi;
const BREAK_TAG = /<\/?br(?:\s[^<>]*)?\/?>/gi;
const INLINE_TAG = /<\/?(?:b|strong|i|em|u|s|span|font|sup|sub|a|mark|small|big|code)(?:\s[^<>]*)?>/gi;
/** Invisible: zero-width characters, byte order marks, directional marks, emoji variation selectors. */
const INVISIBLE = /[\u200B-\u200F\u202A-\u202E\u2060-\u2064]|\uFEFF|\uFE0E|\uFE0F/g;
const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  shy: '\u00AD',
  check: '✓',
  cross: '✗',
  euml: 'ë',
  iuml: 'ï',
  eacute: 'é',
  ouml: 'ö',
  ndash: '–',
  lsquo: '‘',
  rsquo: '’',
};

/** How a piece of text follows on what stands before it. */
export type Joint = 'paragraph' | 'break' | 'wrap';

/** A piece of text without markup, and how it follows on the piece before it. */
export interface Piece {
  readonly text: string;
  readonly joint: Joint;
}

/** The text of a line or a cell without markup, on one line. */
export function plain(raw: string): string {
  return pieces(raw, 'wrap')
    .map(({ text }) => text)
    .join(' ');
}

/** The text cut at its `<p>` and `<br>`; empty pieces are left out. `first` is the joint of the first piece. */
export function pieces(raw: string, first: Joint): Piece[] {
  const marked = raw
    .replace(INVISIBLE, '')
    .replace(/&(?:#(\d{1,6})|#x([0-9a-f]{1,6})|([a-z]+));/gi, entity)
    .replace(/[\s\u0085]+/g, ' ')
    .replace(BLOCK_TAG, '\u2029')
    .replace(BREAK_TAG, '\u2028')
    .replace(INLINE_TAG, '')
    .normalize('NFC');
  const found: Piece[] = [];
  let joint = first;
  for (const part of marked.split(/([\u2028\u2029])/)) {
    if (part === '\u2029') joint = 'paragraph';
    else if (part === '\u2028') joint = joint === 'paragraph' ? joint : 'break';
    else {
      const text = withoutEmphasis(part.trim());
      if (text === '') continue;
      found.push({ text, joint });
      joint = 'break';
    }
  }
  return found;
}

/** Text without soft hyphens, but for one at its end: there it tells that the word goes on. */
function withoutEmphasis(text: string): string {
  return text
    .replace(/\\([*_#|[\]\\-])/g, (_, escaped: string) => (/[*_]/.test(escaped) ? '\u0000' : escaped))
    .replace(/(\*{1,3})(?=\S)([^*]*[^*\s])\1/g, '$2')
    .replace(/(?<![\p{L}\p{N}_])(_{1,3})(?=\S)([^_]*[^_\s])\1(?![\p{L}\p{N}_])/gu, '$2')
    .replace(/\*\*+|(?<!\S)\*(?=\S)|(?<=\S)\*(?!\S)/g, '')
    .replaceAll('\u0000', '*')
    .replace(/\u00AD(?!$)/g, '')
    .replace(/ {2,}/g, ' ')
    .trim();
}

function entity(whole: string, decimal?: string, hex?: string, name?: string): string {
  if (name !== undefined) return ENTITIES[name.toLowerCase()] ?? whole;
  const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal);
  return code > 0x1f && code < 0x10ffff ? String.fromCodePoint(code) : whole;
}
