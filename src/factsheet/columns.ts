import { isPageNumber } from './headings';
import { isTabular, type Line } from './lines';
import { plain } from './markup';
import { squash } from './names';
import type { Problems } from './problems';

/** Which cell of a row is which, counted from 0. */
export interface Columns {
  readonly line: number;
  readonly kind: 'BASELINE' | 'FOLLOW_UP';
  readonly count: number;
  readonly criterion: number | null;
  readonly indicator: number;
  /** The cell whose marks are this assessment's: the findings, or the later year. */
  readonly findings: number;
  /** In a follow-up: the cell of the earlier year, and both years. */
  readonly quoted: number | null;
  readonly years: { readonly earlier: string; readonly later: string } | null;
}

/** What a table has where its header row was lost, so that its rows can still be checked. */
export function usualColumns(line: number): Columns {
  return {
    line,
    kind: 'BASELINE',
    count: 3,
    criterion: 0,
    indicator: 1,
    findings: 2,
    quoted: null,
    years: null,
  };
}

const CRITERION = /^criteri(?:a|um)$/;
const INDICATOR = /^indicator(?:en)?$/;
const FINDING = /^bevinding(?:en)?$/;
const YEAR = /^(?:oordeel|score|stand|uitkomst|jaar)?((?:19|20)\d{2})$/;

/** True where the line reads like a header row, whole or damaged. */
export function isHeaderRow(line: Line): boolean {
  const named = line.cells.map((cell) => squash(plain(cell)));
  if (!isTabular(line)) return /^criteri(?:a|um)\W+indicator(?:en)?\W+bevinding(?:en)?$/i.test(line.text);
  const has = (pattern: RegExp) => named.some((name) => pattern.test(name));
  return (
    [CRITERION, INDICATOR, FINDING].filter(has).length >= 2 ||
    (has(INDICATOR) && (has(YEAR) || named.filter((name) => name !== '').length === 1)) ||
    (named.filter((name) => YEAR.test(name)).length === 2 && named.filter((name) => name !== '').length <= 3)
  );
}

/** The columns that a header row announces; a damaged row is reported, and read as usual where it can be. */
export function readColumns(line: Line, problems: Problems): Columns {
  const named = line.cells.map((cell) => squash(plain(cell)));
  while (named.at(-1) === '') named.pop();
  const at = (pattern: RegExp) => named.findIndex((name) => pattern.test(name));
  const criterion = at(CRITERION) === -1 ? null : at(CRITERION);
  const indicator = at(INDICATOR);
  const findings = at(FINDING);
  const years = named.flatMap((name, index) => {
    const year = YEAR.exec(name)?.[1];
    return year === undefined ? [] : [{ year, index }];
  });
  const known = [CRITERION, INDICATOR, FINDING, YEAR];
  const strange = named.some((name) => name !== '' && !known.some((pattern) => pattern.test(name)));

  if (findings === -1 && years.length > 0) {
    const [earlier, later] = years.toSorted((a, b) => Number(a.year) - Number(b.year));
    const sound = years.length === 2 && earlier?.year !== later?.year && indicator !== -1 && !strange;
    if (!sound || earlier === undefined || later === undefined) {
      problems.add(
        line.number,
        'a damaged header row; expected "Indicator" and two different years, parted by tabs',
      );
    }
    return {
      line: line.number,
      kind: 'FOLLOW_UP',
      count: Math.max(named.length, 3),
      criterion,
      indicator: Math.max(indicator, 0),
      findings: later?.index ?? 2,
      quoted: earlier?.index ?? 1,
      years:
        earlier === undefined || later === undefined ? null : { earlier: earlier.year, later: later.year },
    };
  }
  if (criterion === null || indicator === -1 || findings === -1 || years.length > 0 || strange) {
    problems.add(
      line.number,
      'a damaged header row; expected "Criteria", "Indicatoren" and "Bevindingen", parted by tabs',
    );
    return usualColumns(line.number);
  }
  return { ...usualColumns(line.number), count: named.length, criterion, indicator, findings };
}

/** True where the next line that says anything is a header row. */
export function isAboveHeader(lines: readonly Line[], index: number): boolean {
  for (let next = index + 1; next < lines.length; next += 1) {
    const line = lines[next];
    if (line !== undefined && !line.blank && !isPageNumber(line)) return isHeaderRow(line);
  }
  return false;
}

/** Where a table's texts are expected, for what an error says. */
export function expectedCells(columns: Columns | null): string {
  return columns?.kind === 'FOLLOW_UP'
    ? 'in a row with an indicator and two years, parted by tabs'
    : 'in a row with a criterion, an indicator and a finding, parted by tabs';
}
