import type { Joint } from './markup';

/** A piece of text and the line on which it stands. */
export interface Fragment {
  readonly line: number;
  readonly text: string;
  readonly joint: Joint;
}

/** Running text put together from fragments; it still knows on which line each of its characters stood. */
export class Passage {
  readonly text: string;
  readonly line: number;
  readonly #starts: { offset: number; line: number }[] = [];

  constructor(fragments: readonly Fragment[]) {
    let text = '';
    for (const fragment of fragments) {
      if (fragment.text === '') continue;
      text = text === '' ? '' : joined(text, fragment);
      this.#starts.push({ offset: text.length, line: fragment.line });
      text += fragment.text;
    }
    this.text = text.replace(/\u00AD$/, '').trim();
    this.line = this.#starts[0]?.line ?? fragments[0]?.line ?? 1;
  }

  lineAt(offset: number): number {
    return this.#starts.findLast((start) => start.offset <= offset)?.line ?? this.line;
  }

  /** The sentences, each with its line. */
  sentences(): { readonly text: string; readonly line: number }[] {
    const found: { text: string; line: number }[] = [];
    let start = 0;
    for (const { 0: gap, index } of this.text.matchAll(SENTENCE_GAP)) {
      if (ABBREVIATION.test(this.text.slice(0, index))) continue;
      found.push({ text: this.text.slice(start, index), line: this.lineAt(start) });
      start = index + gap.length;
    }
    if (start < this.text.length) found.push({ text: this.text.slice(start), line: this.lineAt(start) });
    return found;
  }
}

const SENTENCE_GAP = /(?<=[.!?]['’"”)]*)\s+(?=['‘’"“(]?[\p{Lu}\p{N}])|\n+/gu;
const ABBREVIATION =
  /(?:^|[\s(])(?:dhr|mevr|mw|drs?|mr|prof|nr|blz|art|bijv|ca|resp|St|\p{Lu}|o\.a|m\.b\.t|t\.a\.v)\.$/u;

/** True where the text ends like a sentence does, and not with an abbreviation. */
export function endsSentence(text: string): boolean {
  const end = text.slice(-40);
  return /[.!?…]['’"”»)\]]*$/.test(end) && !ABBREVIATION.test(end);
}

/** The text so far with what stands between it and the next fragment. */
function joined(text: string, next: Fragment): string {
  if (next.joint === 'paragraph') return `${text.replace(/\u00AD$/, '')}\n\n`;
  if (next.joint === 'break') return `${text.replace(/\u00AD$/, '')}\n`;
  if (text.endsWith('\u00AD')) return text.slice(0, -1);
  // A hyphen at the end of a line: a word that goes on, but for "zorg- en dienstverlening".
  if (/\p{L}-$/u.test(text) && /^\p{Ll}/u.test(next.text) && !/^(?:en|of|dan|tot)\b/.test(next.text))
    return text;
  return `${text} `;
}
