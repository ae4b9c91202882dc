import type { Edtf } from '../domain/edtf';
import type { Framework } from '../domain/framework';
import { toBlocks } from './blocks';
import { Claims } from './claims';
import type { Columns } from './columns';
import { commitmentsIn } from './commitments';
import { reportCutRows } from './cut-rows';
import { type Factsheet, FactsheetError, type FactsheetRow, type Mark, type Said } from './factsheet';
import { toLines } from './lines';
import type { ReadMark } from './marks';
import { findRows } from './physical-rows';
import { Problems } from './problems';
import { type Prose, readProse } from './prose';
import { type ReadRow, readRows } from './rows';

/** Real ones have some hundreds. */
const MAX_LINES = 2_000;

/**
 * Reads an inspection factsheet in one of its two layouts: the assessment (a table of criteria, indicators
 * and findings under each theme) and its follow-up (a table of indicators and two years). Reading is strict
 * about verdicts and places, and tolerant of how text was carried: line ends, markup, white space, spelling.
 * Whether all indicators are there is for the caller to ask; a baseline may be partial.
 * @throws FactsheetError with everything that is wrong, in order of lines; nothing is guessed.
 */
export function readFactsheet(text: string, framework: Framework): Factsheet {
  const problems = new Problems();
  const lines = toLines(text);
  if (lines.length > MAX_LINES) {
    const message = `the document has ${lines.length} lines; expected a factsheet, of at most ${MAX_LINES}`;
    throw new FactsheetError([{ line: null, message }]);
  }
  const parts = findRows(lines, framework, problems);
  reportCutRows(lines, parts.rows, problems);
  const prose = readProse(toBlocks(parts.prose, framework), framework, problems);
  const rows = readRows(parts.rows, framework, problems);
  const lastLine = lines.findLast((line) => !line.blank)?.number ?? 1;

  const kind = kindOf(parts.headers, prose.followUp, lastLine, problems);
  const years = kind === 'FOLLOW_UP' ? followUpYears(parts.headers, prose, problems) : null;
  if (prose.approach === null) {
    problems.add(1, 'no approach is named; expected a line "Aanpak: " with the name of the approach');
  }
  if (rows.length === 0) problems.add(lastLine, 'no table with findings; expected at least one row');
  problems.throwIfAny();

  const after = kind === 'FOLLOW_UP' ? promisesAfter(prose, years?.reference ?? null) : null;
  return {
    kind,
    municipality: prose.municipality,
    approach: prose.approach ?? nothing('approach', lastLine),
    reference: years === null ? prose.testedIn : years.reference,
    baselineReference: years?.baselineReference ?? null,
    publishedOn: prose.publishedOn,
    assessor: prose.assessor,
    description: prose.description,
    familiesReached: prose.familiesReached,
    sources: sourcesOf(prose),
    statement: prose.statement,
    developments: prose.developments,
    rows: atLeastOne(
      rows.map((row) => toRow(row, after, lastLine)),
      'row',
      lastLine,
    ),
    misspelt: rows.flatMap((row) => row.misspelt),
    notUnderstood: prose.notUnderstood,
  };
}

/** The layout, by the tables' header rows; the title may not say otherwise. */
function kindOf(
  headers: readonly Columns[],
  followUp: Prose['followUp'],
  lastLine: number,
  problems: Problems,
): Factsheet['kind'] {
  const kind = headers[0]?.kind ?? 'BASELINE';
  if (headers.length === 0) {
    problems.add(
      lastLine,
      'no table; expected a theme, a header row (Criteria, Indicatoren, Bevindingen, or Indicator and two years) and rows',
    );
  }
  for (const header of headers) {
    if (header.kind !== kind) {
      problems.add(
        header.line,
        `a header row of the other layout; expected the one of line ${headers[0]?.line}`,
      );
    }
  }
  if (headers.length > 0 && followUp !== null && followUp.value !== (kind === 'FOLLOW_UP')) {
    problems.add(
      followUp.line,
      followUp.value
        ? 'the title of a follow-up above the table of an assessment; expected Indicator and two years'
        : 'the title of an assessment above the table of a follow-up; expected "Uitkomsten verbeterpunten toezichtonderzoek"',
    );
  }
  return kind;
}

/** Both years of a follow-up, by its tables; what the text says of them must agree. */
function followUpYears(
  headers: readonly Columns[],
  { testedIn, developedIn }: Prose,
  problems: Problems,
): { readonly reference: Said<string> | null; readonly baselineReference: Said<string> | null } {
  const earlier = new Claims('year of the earlier assessment', (year) => year);
  const later = new Claims('year of the follow-up', (year) => year);
  earlier.add(testedIn?.value, testedIn?.line ?? 1);
  later.add(developedIn?.value, developedIn?.line ?? 1);
  for (const { years, line } of headers) {
    earlier.add(years?.earlier, line);
    later.add(years?.later, line);
  }
  return { reference: later.settle(problems), baselineReference: earlier.settle(problems) };
}

/** A promise is about a day after the statement; where none is dated, after publication or the year itself. */
function promisesAfter({ statement, publishedOn }: Prose, reference: Said<string> | null): Edtf | null {
  return statement?.value.on ?? publishedOn?.value ?? reference?.value ?? null;
}

/** What the municipality stated is a source as well. */
function sourcesOf({ sources, statement }: Prose): Factsheet['sources'] {
  if (statement === null) return sources;
  const { by, on } = statement.value;
  return [...sources, { value: { kind: 'STATEMENT', name: by, consultedOn: on }, line: statement.line }];
}

function toRow(row: ReadRow, promisedAfter: Edtf | null, lastLine: number): FactsheetRow {
  return {
    line: row.line,
    indicators: row.indicators,
    marks: atLeastOne(
      row.marks.map((mark) => toMark(mark, promisedAfter)),
      'mark',
      lastLine,
    ),
    quoted: row.quoted.map((mark) => toMark(mark, null)),
  };
}

function toMark({ line, verdict, narrative, attentionPoints }: ReadMark, promisedAfter: Edtf | null): Mark {
  return {
    line,
    verdict,
    narrative: narrative.text,
    attentionPoints,
    commitments: commitmentsIn(narrative, promisedAfter),
  };
}

/** What an earlier check has made sure of; the type says so too. */
function atLeastOne<T>(items: readonly T[], what: string, line: number): readonly [T, ...T[]] {
  const [first, ...others] = items;
  return first === undefined ? nothing(what, line) : [first, ...others];
}

function nothing(what: string, line: number): never {
  throw new FactsheetError([{ line, message: `no ${what}; expected at least one` }]);
}
