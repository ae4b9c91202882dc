import type { Framework } from '../domain/framework';
import type { Columns } from './columns';
import { isPageNumber } from './headings';
import type { Line } from './lines';
import { beginsWithMark, beginsWithNote } from './marks';
import { type Joint, pieces, plain } from './markup';
import { beginsWithName, nameIn } from './names';
import { endsSentence, type Fragment } from './passage';
import { placesOf } from './places';
import type { Theme } from './themes';

/** A row of a table as it stands in the document: its cells, put together over the lines that it takes. */
export interface PhysicalRow {
  readonly line: number;
  readonly theme: Theme | null;
  readonly columns: Columns;
  readonly cells: Fragment[][];
  /** False where the theme's name or a header row stands between this row and the one before it. */
  readonly follows: boolean;
}

/** Tells by its text what a row whose cells were moved or lost once was. */
export class RowShapes {
  readonly #indicators;
  readonly #criteria;

  constructor(framework: Framework) {
    this.#indicators = placesOf(framework);
    this.#criteria = framework.themes.flatMap((theme) => theme.criteria);
  }

  /** A row that lost the tab of its empty first cell: an indicator and its findings. */
  lacksCriterion(cells: readonly string[], columns: Columns): boolean {
    return (
      columns.criterion === 0 &&
      columns.indicator === 1 &&
      cells.length === columns.count - 1 &&
      beginsWithMark(plain(cells[columns.findings - 1] ?? '')) &&
      nameIn(plain(cells[0] ?? ''), this.#indicators).found !== null
    );
  }

  /** True where such a row is not the rest of the row above, which has an indicator of its own. */
  standsAlone(cells: readonly string[], above: PhysicalRow): boolean {
    const open = (above.cells.at(-1) ?? []).map(({ text }) => text).join(' ');
    return this.lacksCriterion(cells, above.columns) && nameIn(open, this.#indicators).found !== null;
  }

  /** A row that lost its tabs begins with an indicator's name, or has one before its mark. */
  looksLikeRow(text: string): boolean {
    const lead = text.split(/[✓✔✗✘]|\s[Xx]\s/u)[0] ?? '';
    const names = [...this.#indicators, ...this.#criteria];
    return beginsWithName(text, this.#indicators) || (lead !== text && nameIn(lead, names).found !== null);
  }
}

/** No sentence ends like this. */
const MUST_GO_ON =
  /[,;(\u00AD–-]$|(?<!\p{L})(?:de|het|een|van|en|of|in|op|met|voor|door|te|dat|die|bij|aan|om|uit)$/u;

/**
 * True where a line without cells goes on with the text of the cell above it. Behind a blank line or a page
 * break (`gap`) only the rest of a sentence, or a note, can still be the cell's.
 */
export function goesOn(line: Line, above: string, gap: boolean): boolean {
  const unfinished = !endsSentence(above);
  if (isPageNumber(line)) return !gap && unfinished;
  if (!gap) return true;
  if (beginsWithMark(line.text) || line.heading) return false;
  if (beginsWithNote(line.text) || /^\p{Ll}/u.test(line.text)) return true;
  return unfinished && (!/^\p{Lu}/u.test(line.text) || MUST_GO_ON.test(above));
}

/** The pieces of a cell, each with its line. */
export function fragments(raw: string, line: number, first: Joint): Fragment[] {
  return pieces(raw, first).map((piece) => ({ line, ...piece }));
}

/** A mark that stands where no table is: in a cell, or where a paragraph begins; `✓ = voldoet` explains one. */
export function hasMarkOutside(line: Line, previous: Line | undefined): boolean {
  if (line.cells.slice(1).some((cell) => beginsWithMark(plain(cell)))) return true;
  const atStart = previous === undefined || previous.blank || endsSentence(previous.text);
  return atStart && !line.bullet && beginsWithMark(line.text) && !/^\S+\s*=/.test(line.text);
}
