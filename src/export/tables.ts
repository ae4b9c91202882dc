import { ApproachReading } from '../api/approach-reading';
import type { Indicator } from '../domain/framework';
import { municipalityByCode } from '../domain/municipalities';
import type { Standing } from '../domain/verdicts';
import type { Cell } from './csv';

/**
 * The tables that are exported. Their columns are part of what others rely on: none is renamed, moved or given
 * another meaning, and new ones come before those of the point in time.
 */
export const TABLES = ['verdicts', 'developments', 'attention-points'] as const;
export type Table = (typeof TABLES)[number];

const APPROACH = ['municipality_code', 'municipality', 'approach', 'approach_name'];
const INDICATOR = [
  ...['framework', 'theme_code', 'theme', 'criterion_code', 'criterion'],
  ...['indicator_code', 'indicator'],
];
/** The point from which the table was read, on each clock; empty where that clock set no limit. */
const AS_OF_COLUMNS = ['as_of_reference', 'as_of_published', 'as_of_recorded'];

export const COLUMNS: Readonly<Record<Table, readonly string[]>> = {
  verdicts: [
    ...APPROACH,
    ...INDICATOR,
    'status',
    'basis',
    'assessed_in',
    'carried_forward',
    ...AS_OF_COLUMNS,
  ],
  developments: [
    ...[...APPROACH, 'from', 'to', ...INDICATOR, 'change'],
    ...['before_status', 'before_basis', 'before_assessed_in'],
    ...['after_status', 'after_basis', 'after_assessed_in'],
    ...AS_OF_COLUMNS,
  ],
  'attention-points': [
    ...[...APPROACH, 'raised_in', 'framework', 'indicator_codes', 'verdict', 'text'],
    ...['document_sha256', 'document', 'line'],
    ...AS_OF_COLUMNS,
  ],
};

/** The rows of an approach in a table, without the point in time. */
export async function rowsOf(table: Table, reading: ApproachReading): Promise<Cell[][]> {
  const { municipality, slug } = reading.row;
  const name = municipalityByCode(municipality)?.name ?? municipality;
  const approach = [municipality, name, slug, reading.history.registration?.name ?? slug];
  const rows = await ROWS[table](reading);
  return rows.map((row) => [...approach, ...row]);
}

const ROWS: Readonly<Record<Table, (reading: ApproachReading) => Promise<Cell[][]>>> = {
  /** The verdict that stands for each indicator, in framework order. */
  async verdicts(reading) {
    const standings = await reading.standings();
    return standings.map(({ framework, indicator, status, basis, assessedIn, carriedForward }) => [
      ...[...cellsOf(framework, indicator), status, basis, assessedIn, carriedForward],
    ]);
  },

  /** From each year with an assessment to the next: what became of each indicator, in framework order. */
  async developments(reading) {
    const years = [...new Set(reading.assessments.map(({ year }) => year))].sort((a, b) => a - b);
    const rows: Cell[][] = [];
    for (const [index, to] of years.entries()) {
      const from = years[index - 1];
      if (from === undefined) continue;
      for (const { framework, indicator, change, before, after } of await reading.development(from, to)) {
        rows.push([from, to, ...cellsOf(framework, indicator), change, ...testOf(before), ...testOf(after)]);
      }
    }
    return rows;
  },

  /** The warnings beside the findings that count, in the order in which they were raised. */
  async 'attention-points'(reading) {
    return (await reading.attentionPoints()).map(({ fact, test: { reading: finding, assessment } }) => {
      const document = finding.source && reading.history.factsheets[finding.source.factsheet];
      return [
        ...[assessment.year, assessment.framework, finding.indicators.join(' '), finding.verdict],
        reading.text(fact),
        ...[document?.digest ?? null, document?.name ?? null, finding.source?.line ?? null],
      ];
    });
  },
};

function cellsOf(framework: string, { code, name, criterion }: Indicator): Cell[] {
  const { theme } = criterion;
  return [framework, theme.code, theme.name, criterion.code, criterion.name, code, name];
}

function testOf(standing: Standing | null): Cell[] {
  return standing === null ? [null, null, null] : [standing.status, standing.basis, standing.assessedIn];
}
