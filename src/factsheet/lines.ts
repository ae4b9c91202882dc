import { plain } from './markup';

/** A line of the document, or a part of one where a page break cuts it. */
export interface Line {
  /** As an editor counts, from 1. */
  readonly number: number;
  /** What stands between the tabs (or the pipes of a Markdown table), markup and all; one cell in prose. */
  readonly cells: readonly string[];
  /** The whole line without markup, bullet and heading signs. */
  readonly text: string;
  readonly bullet: boolean;
  /** Marked as a heading with `#` signs. */
  readonly heading: boolean;
  /** Begins with white space. */
  readonly indented: boolean;
  /** Empty, or a rule of dashes only: it parts what stands above from what stands below. */
  readonly blank: boolean;
  /** A line of a Markdown table. */
  readonly piped: boolean;
}

const BULLET = /^(?:[-–•·▪*◦]|\d{1,2}[.)])\s+/;

/** The lines of a text. CR, LF and CR LF end a line; form feeds and Unicode's separators cut within a line. */
export function toLines(text: string): Line[] {
  return (
    text
      .replace(/^\uFEFF/, '')
      // A line break inside a tag stands behind it: the tag stays whole, and the lines keep their numbers.
      .replace(/<(\/?[a-z]{1,10}\d?)\s([^<>]{0,300})>/gi, (_, name: string, rest: string) => {
        return `<${name}>${rest.replace(/[^\r\n]/g, '')}`;
      })
      .split(/\r\n|\n|\r/)
      .flatMap((physical, index) =>
        physical.split(/[\f\u2028\u2029\u0085]/).map((part) => toLine(part, index + 1)),
      )
  );
}

/** True where the line's only text stands in its first cell. */
export function isSingle(line: Line): boolean {
  return line.cells.filter((cell) => plain(cell) !== '').length === 1 && plain(line.cells[0] ?? '') !== '';
}

/** True where the line can only belong to a table: it has cells. */
export function isTabular(line: Line): boolean {
  return line.cells.length > 1 && !line.blank;
}

function toLine(raw: string, number: number): Line {
  const piped = /^\s*\|/.test(raw);
  const cells = piped ? pipedCells(raw) : raw.split('\t');
  const trimmed = plain(piped ? cells.join(' ') : raw.replace(/^\s*(?:>\s*)*(#{1,6}\s+)?/, ''));
  const bullet = !piped && BULLET.test(raw.trim().replace(/^[\u200B\uFEFF]+/, ''));
  const text = bullet ? plain(raw.trim().replace(BULLET, '')) : trimmed.replace(/\s#+$/, '');
  return {
    number,
    cells,
    text,
    bullet,
    heading: /^\s*#{1,6}\s/.test(raw),
    indented: /^\s/.test(raw),
    blank: /^[\s\-=_|:*]*$/.test(text) && cells.every((cell) => /^[\s\-=_:*]*$/.test(plain(cell))),
    piped,
  };
}

function pipedCells(raw: string): string[] {
  const cells = raw
    .trim()
    .slice(1)
    .split(/(?<!\\)\|/);
  if (cells.at(-1)?.trim() === '') cells.pop();
  return cells.map((cell) => cell.replaceAll('\\|', '|'));
}
