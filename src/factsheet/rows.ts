import type { Framework } from '../domain/framework';
import type { Said } from './factsheet';
import { ACCEPTED_MARKS, type ReadMark, readMarks, shortened } from './marks';
import { nameIn } from './names';
import { type Fragment, Passage } from './passage';

import { type Place, placesOf } from './places';
import type { Problems } from './problems';
import type { PhysicalRow } from './row-shapes';

/** A row of the table, understood: its indicators and its marks. */
export interface ReadRow {
  readonly line: number;
  readonly indicators: readonly string[];
  readonly marks: readonly ReadMark[];
  readonly quoted: readonly ReadMark[];
  /** Names of it that are misspelt: as written, and what they were read as. */
  readonly misspelt: readonly Said<string>[];
}

type Criterion = Framework['themes'][number]['criteria'][number];

/**
 * What the rows say. Each indicator must stand under its own theme and criterion, and in one row only.
 * Everything else is reported to `problems`, with what was expected; such a row is left out.
 */
export function readRows(
  physical: readonly PhysicalRow[],
  framework: Framework,
  problems: Problems,
): ReadRow[] {
  const indicators = placesOf(framework);
  const criteria = framework.themes.flatMap((theme) => theme.criteria);
  giveBackFirstWords(physical, indicators, criteria);

  const standsOn = new Map<string, number>();
  const rows: ReadRow[] = [];
  let criterion: Criterion | null = null;
  let above: PhysicalRow | null = null;
  for (const row of continuationsJoined(physical)) {
    if (above?.theme !== row.theme) criterion = null;
    above = row;
    const { columns } = row;
    const misspelt: Said<string>[] = [];
    if (row.cells.length > columns.count) {
      problems.add(row.line, `a row of ${row.cells.length} cells; expected ${columns.count}, parted by tabs`);
      continue;
    }
    const cell = (index: number | null) => (index === null ? [] : (row.cells[index] ?? []));
    if (columns.criterion !== null) {
      criterion = readCriterion(row, cell(columns.criterion), criterion, criteria, problems, misspelt);
    }
    const places = readIndicators(row, cell(columns.indicator), criterion, indicators, problems, misspelt);
    for (const place of places) {
      checkPlace(row, place, columns.criterion === null ? null : criterion, problems);
      const earlier = standsOn.get(place.code);
      if (earlier !== undefined) {
        problems.add(
          row.line,
          `indicator "${place.name}" stands in two rows, on line ${earlier} and on line ${row.line}; expected one`,
        );
      }
      standsOn.set(place.code, earlier ?? row.line);
    }
    const marksOf = (index: number, what: string) => {
      const fragments = cell(index);
      const line = fragments[0]?.line ?? row.line;
      return readMarks(fragments, line, `expected ${what} that begins with ${ACCEPTED_MARKS}`, problems);
    };
    const years = columns.years;
    const quoted =
      columns.quoted === null
        ? []
        : marksOf(columns.quoted, `a cell for ${years?.earlier ?? 'the earlier year'}`);
    const marks = marksOf(columns.findings, years === null ? 'a findings cell' : `a cell for ${years.later}`);
    rows.push({ line: row.line, indicators: places.map(({ code }) => code), marks, quoted, misspelt });
  }
  return rows;
}

function readCriterion(
  row: PhysicalRow,
  cell: readonly Fragment[],
  above: Criterion | null,
  criteria: readonly Criterion[],
  problems: Problems,
  misspelt: Said<string>[],
): Criterion | null {
  const { text, line } = passageOf(cell, row);
  const own = row.theme?.criteria ?? [];
  const expected = `expected a criterion of ${row.theme === null ? 'the framework' : `theme ${row.theme.name}`}`;
  if (text === '') {
    if (above === null) problems.add(row.line, `a row without a criterion; ${expected}: ${names(own)}`);
    return above;
  }
  const naming = nameIn(text, criteria, (criterion) => own.includes(criterion));
  const [found] = naming.found ?? [];
  if (naming.found === null || found === undefined || naming.found.length !== 1) {
    const near = naming.found ?? naming.near;
    problems.add(line, `unknown criterion "${shortened(text)}"; ${expected}; nearest: ${names(near)}`);
    return null;
  }
  if (naming.misspelt) misspelt.push(readAs(text, [found], line));
  if (row.theme !== null && !own.includes(found)) {
    problems.add(line, `criterion "${found.name}" under theme ${row.theme.name}; ${expected}: ${names(own)}`);
  }
  return found;
}

function readIndicators(
  row: PhysicalRow,
  cell: readonly Fragment[],
  criterion: Criterion | null,
  indicators: readonly Place[],
  problems: Problems,
  misspelt: Said<string>[],
): readonly Place[] {
  const listed = cell.map((fragment) =>
    fragment.joint === 'wrap'
      ? fragment
      : { ...fragment, text: fragment.text.replace(/^(?:[-–•·▪]|\d+(?:\.\d+)*[.)]?|[a-z]\))\s+/, '') },
  );
  const { text, line } = passageOf(listed, row);
  if (text === '') {
    problems.add(row.line, 'a row without an indicator; expected an indicator of the framework');
    return [];
  }
  const naming = nameIn(text, indicators, (place) =>
    criterion === null ? place.theme.code === row.theme?.code : place.criterion.code === criterion.code,
  );
  if (naming.found !== null) {
    if (naming.misspelt) misspelt.push(readAs(text, naming.found, line));
    return naming.found;
  }
  const why = naming.why === 'unknown' ? 'unknown indicator' : 'an indicator that can be read in two ways';
  problems.add(
    line,
    `${why} "${shortened(text)}"; expected indicators of the framework; nearest: ${names(naming.near)}`,
  );
  return [];
}

function checkPlace(row: PhysicalRow, place: Place, criterion: Criterion | null, problems: Problems): void {
  if (row.theme !== null && row.theme.code !== place.theme.code) {
    problems.add(
      row.line,
      `indicator "${place.name}" under theme ${row.theme.name}; expected it under theme ${place.theme.name}`,
    );
  } else if (criterion !== null && criterion.code !== place.criterion.code) {
    problems.add(
      row.line,
      `indicator "${place.name}" under criterion "${criterion.name}"; expected it under "${place.criterion.name}"`,
    );
  }
}

/**
 * A row with nothing but text in its last cell, and no mark there, goes on with the row above: a cell that a
 * page break cut. With a mark it is a row that lost its indicator, and stays a row of its own.
 */
function continuationsJoined(rows: readonly PhysicalRow[]): PhysicalRow[] {
  const joined: PhysicalRow[] = [];
  for (const row of rows) {
    const last = row.columns.count - 1;
    const text = row.cells[last] ?? [];
    const onlyText = row.cells.every((cell, index) => index === last || cell.length === 0) && text.length > 0;
    const above = joined.at(-1);
    const hasMark = text.some((fragment) => /[✓✔✗✘]|^[Xx](?:\s|$)/u.test(fragment.text));
    if (
      onlyText &&
      !hasMark &&
      above !== undefined &&
      above.theme === row.theme &&
      above.cells.length === last + 1
    ) {
      above.cells[last]?.push(...text);
    } else joined.push(row);
  }
  return joined;
}

/**
 * Where a line break cut the first cell of a row, its first words stand on lines without tabs, and so went
 * into the last cell of the row above. They are given back where the cell only names something with them.
 */
function giveBackFirstWords(
  rows: readonly PhysicalRow[],
  indicators: readonly Place[],
  criteria: readonly Criterion[],
): void {
  for (const [index, row] of rows.entries()) {
    const first = row.cells[0];
    const above = rows[index - 1]?.cells.at(-1);
    if (first === undefined || first.length === 0 || above === undefined || !row.follows) continue;
    const entries: readonly { code: string; name: string }[] =
      row.columns.criterion === 0 ? criteria : row.columns.indicator === 0 ? indicators : [];
    const names = (fragments: readonly Fragment[]) =>
      nameIn(passageOf(fragments, row).text, entries).found !== null;
    if (names(first)) continue;
    for (let taken = 1; taken <= 4; taken += 1) {
      const words = above.slice(-taken);
      if (words.length < taken || words[0]?.joint !== 'wrap') break;
      if (!names([...words, ...first])) continue;
      above.splice(-taken);
      first.unshift(...words);
      break;
    }
  }
}

function passageOf(cell: readonly Fragment[], row: PhysicalRow): { text: string; line: number } {
  const { text } = new Passage(cell);
  return { text, line: cell[0]?.line ?? row.line };
}

function readAs(text: string, found: readonly { readonly name: string }[], line: number): Said<string> {
  return { value: `"${shortened(text)}" was read as ${names(found)}`, line };
}

function names(entries: readonly { readonly name: string }[]): string {
  return entries.map(({ name }) => `"${name}"`).join(', ');
}
