import type { Framework } from '../domain/framework';
import {
  type Columns,
  expectedCells,
  isAboveHeader,
  isHeaderRow,
  readColumns,
  usualColumns,
} from './columns';
import { headingIn, isPageNumber } from './headings';
import { isSingle, isTabular, type Line } from './lines';
import { shortened } from './marks';
import { plain } from './markup';
import { endsSentence, type Fragment } from './passage';
import type { Problems } from './problems';
import { fragments, goesOn, hasMarkOutside, type PhysicalRow, RowShapes } from './row-shapes';
import { expectedThemes, type Theme, themeIn } from './themes';

/** The document, parted into what stands in its tables and what stands around them. */
export interface Parts {
  readonly rows: readonly PhysicalRow[];
  readonly headers: readonly Columns[];
  readonly prose: readonly Line[];
}

/** Finds the tables and puts together their rows. What is damaged is reported to `problems`. */
export function findRows(lines: readonly Line[], framework: Framework, problems: Problems): Parts {
  return new TableFinder(lines, framework, problems).find();
}

class TableFinder {
  readonly #rows: PhysicalRow[] = [];
  readonly #headers: Columns[] = [];
  readonly #prose: Line[] = [];
  readonly #shapes: RowShapes;
  readonly #lines: readonly Line[];
  readonly #framework: Framework;
  readonly #problems: Problems;
  /** Where an editor cut white space off, rows no longer begin with the tab of an empty first cell. */
  readonly #trimmed: boolean;
  #columns: Columns | null = null;
  #theme: Theme | null = null;
  /** The row that is still being put together; null where none can go on. */
  #row: PhysicalRow | null = null;
  /** A theme's name or a header row that still needs what follows it. */
  #awaits: { line: number; what: 'header' | 'row'; name: string } | null = null;
  /** Since the last row's text: a blank line, a page break or prose that is not the table's. */
  #gap = false;
  #left = false;
  #follows = false;

  constructor(lines: readonly Line[], framework: Framework, problems: Problems) {
    this.#lines = lines;
    this.#framework = framework;
    this.#problems = problems;
    this.#shapes = new RowShapes(framework);
    this.#trimmed = !lines.some((line) => isTabular(line) && line.cells[0]?.trim() === '' && !line.piped);
  }

  find(): Parts {
    for (const [index, line] of this.#lines.entries()) this.#take(line, index);
    this.#settle();
    return { rows: this.#rows, headers: this.#headers, prose: this.#prose };
  }

  #take(line: Line, index: number): void {
    if (line.blank) {
      this.#gap = true;
      this.#prose.push(line);
    } else if (isHeaderRow(line)) this.#header(line);
    else if (this.#isTheme(line, index)) this.#themeLine(line, index);
    else if (
      this.#columns !== null &&
      isTabular(line) &&
      !(isSingle(line) && this.#awaits?.what === 'header')
    ) {
      this.#tabular(line);
    } else this.#text(line);
  }

  #header(line: Line): void {
    this.#awaits = this.#awaits?.what === 'header' ? null : this.#awaits;
    this.#settle();
    this.#columns = readColumns(line, this.#problems);
    if (this.#theme === null) {
      this.#problems.add(
        line.number,
        `a table without a theme; expected ${expectedThemes(this.#framework)} above its header row`,
      );
    }
    this.#headers.push(this.#columns);
    this.#awaits = { line: line.number, what: 'row', name: 'a header row' };
    this.#begin();
  }

  /** A theme's name stands on a line of its own above a header row, or where a table can only go on with one. */
  #isTheme(line: Line, index: number): boolean {
    if (line.bullet) return false;
    const single = isSingle(line);
    const named = single && themeIn(line.text, this.#framework) !== null;
    const heading = headingIn(line, this.#framework);
    const aboveHeader = isAboveHeader(this.#lines, index);
    // "Aanpak:" above a header row is the theme; "Aanpak: Naam" names the approach.
    const mayBeTheme =
      heading?.kind === 'continuation' ||
      (heading?.kind === 'approach' && aboveHeader && heading.name === '');
    if (heading !== null && !(named && mayBeTheme)) return false;
    if (aboveHeader) {
      if (named) return true;
      const running = this.#row !== null && !this.#gap && !isTabular(line);
      return (
        single &&
        !running &&
        !/[.:;]$/.test(line.text) &&
        !isPageNumber(line) &&
        line.text.split(' ').length <= 6
      );
    }
    if (!named || this.#proseList()) return false;
    if (isTabular(line)) return true;
    const inTables = this.#columns !== null || this.#awaits !== null;
    return inTables && /^\p{Lu}/u.test(line.text) && (this.#gap || endsSentence(this.#lastText()));
  }

  /** In the list of themes of the introduction a name may stand alone. */
  #proseList(): boolean {
    const before = this.#prose.findLast((line) => !line.blank);
    return this.#columns === null && before !== undefined && /:$/.test(before.text);
  }

  #themeLine(line: Line, index: number): void {
    this.#settle();
    this.#theme = themeIn(line.text, this.#framework);
    if (this.#theme === null) {
      this.#problems.add(
        line.number,
        `"${shortened(line.text)}" is no theme; expected ${expectedThemes(this.#framework)}`,
      );
    }
    if (!isAboveHeader(this.#lines, index)) {
      this.#problems.add(
        line.number,
        `theme "${line.text}" without its table; expected the header row Criteria, Indicatoren, Bevindingen (or Indicator and two years) below it`,
      );
      this.#columns ??= usualColumns(line.number);
    } else this.#awaits = { line: line.number, what: 'header', name: line.text };
    this.#begin();
  }

  #begin(): void {
    this.#row = null;
    this.#gap = false;
    this.#left = false;
    this.#follows = false;
  }

  /** A line with cells: a row, or the rest of a row that was broken before its last cell. */
  #tabular(line: Line): void {
    const columns = this.#columns ?? usualColumns(line.number);
    const cells = [...line.cells];
    while (cells.length > columns.count && plain(cells.at(-1) ?? '') === '') cells.pop();
    const row = this.#row;
    const joins = row !== null && !this.#gap && row.cells.length < columns.count;
    if (
      joins &&
      row.cells.length + cells.length - 1 <= columns.count &&
      !(this.#trimmed && this.#shapes.standsAlone(cells, row))
    ) {
      const [first, ...others] = cells;
      row.cells.at(-1)?.push(...fragments(first ?? '', line.number, 'wrap'));
      row.cells.push(...others.map((cell) => fragments(cell, line.number, 'paragraph')));
      return;
    }
    if (this.#shapes.lacksCriterion(cells, columns)) cells.unshift('');
    this.#open(
      line,
      cells.map((cell) => fragments(cell, line.number, 'paragraph')),
    );
  }

  /** A line without cells: text that goes on in the last cell, or text that stands around the table. */
  #text(line: Line): void {
    const heading = headingIn(line, this.#framework);
    const isMore = this.#row !== null && !this.#left && goesOn(line, this.#lastText(), this.#gap);
    if (heading !== null && (this.#columns === null || this.#gap || !isMore || heading.kind !== 'approach')) {
      this.#gap = true;
      if (heading.kind === 'section') this.#end();
      this.#prose.push(line);
    } else if (this.#columns === null || this.#awaits?.what === 'header') this.#around(line);
    else if (this.#awaits !== null)
      this.#open(line, [fragments(line.cells[0] ?? '', line.number, 'paragraph')]);
    else if (isMore) this.#goOn(line);
    else this.#around(line);
  }

  #goOn(line: Line): void {
    const row = this.#row;
    const cell = row?.cells.at(-1);
    if (row === null || cell === undefined) return;
    if (row.cells.length === row.columns.count && this.#shapes.looksLikeRow(line.text)) {
      this.#problems.add(
        line.number,
        `"${shortened(line.text)}" looks like a row whose cells ran together; expected ${expectedCells(this.#columns)}`,
      );
    }
    const unfinished = !endsSentence(this.#lastText());
    const raw = line.bullet ? line.text : (line.cells[0] ?? '');
    cell.push(
      ...fragments(raw, line.number, (this.#gap && !unfinished) || line.bullet ? 'paragraph' : 'wrap'),
    );
    this.#gap = false;
  }

  #around(line: Line): void {
    this.#left = this.#columns !== null && !isPageNumber(line) ? true : this.#left;
    this.#gap = true;
    if (hasMarkOutside(line, this.#prose.at(-1))) {
      this.#problems.add(line.number, `a mark outside a table; expected it ${expectedCells(this.#columns)}`);
    }
    this.#prose.push(line);
  }

  #open(line: Line, cells: Fragment[][]): void {
    this.#awaits = null;
    const columns = this.#columns ?? usualColumns(line.number);
    this.#row = { line: line.number, theme: this.#theme, columns, cells, follows: this.#follows };
    this.#rows.push(this.#row);
    this.#gap = false;
    this.#left = false;
    this.#follows = true;
  }

  #end(): void {
    this.#settle();
    this.#columns = null;
    this.#theme = null;
    this.#begin();
  }

  /** Reports a theme or a header row that nothing followed. */
  #settle(): void {
    if (this.#awaits === null) return;
    const { line, what, name } = this.#awaits;
    const expected =
      what === 'row' ? 'rows; expected at least one row' : 'its table; expected the header row';
    this.#problems.add(line, `${what === 'row' ? name : `theme "${name}"`} without ${expected} below it`);
    this.#awaits = null;
  }

  #lastText(): string {
    return this.#row?.cells.at(-1)?.at(-1)?.text ?? '';
  }
}
