import { setImmediate as nextTurn } from 'node:timers/promises';
import { ApproachReading } from '../api/approach-reading';
import { type AsOfAsked, toAsOf } from '../api/as-of';
import type { ReadScope } from '../api/read-scope';
import { DateTimeScalar, EdtfScalar } from '../api/scalars';
import { BYTE_ORDER_MARK, type Cell, csvLine } from './csv';
import { COLUMNS, rowsOf, type Table } from './tables';

/** Approaches that are read together: the most that lie in memory, and that others who ask wait for. */
const PAGE_APPROACHES = 10;

/** The clocks that are asked about, as they were given. */
export interface Clocks {
  readonly reference?: string | undefined;
  readonly publishedBy?: string | undefined;
  readonly recordedBy?: string | undefined;
}

/** The point from which a table is read. */
export interface TablePoint {
  readonly asOf: AsOfAsked;
  /** What its last columns say of it, `AS_OF_COLUMNS`. */
  readonly cells: readonly Cell[];
}

/**
 * The point that is asked about, within what the scope sees. Where no recorded clock is asked about, the table says
 * when the last event was recorded, so that it can be had again.
 * @throws GraphQLError as {@link toAsOf}, and with code BAD_USER_INPUT for what is no date
 */
export async function tablePoint(clocks: Clocks, scope: ReadScope): Promise<TablePoint> {
  const date = (value: string | undefined) => (value === undefined ? null : EdtfScalar.parseValue(value));
  const recordedBy = clocks.recordedBy === undefined ? null : DateTimeScalar.parseValue(clocks.recordedBy);
  const input = { reference: date(clocks.reference), publishedBy: date(clocks.publishedBy), recordedBy };
  const asOf = await toAsOf(input, scope);
  const recorded = recordedBy ?? (await scope.snapshotAt()).recordedAt;
  return { asOf, cells: [asOf.reference, asOf.publishedBy, recorded] };
}

/**
 * A table as CSV, in chunks, in order of municipality code and approach.
 * @param whole what is read from; each page in a scope of its own, as one keeps what it has read
 */
export async function* tableLines(
  table: Table,
  { asOf, cells }: TablePoint,
  whole: ReadScope,
): AsyncGenerator<string> {
  yield BYTE_ORDER_MARK + csvLine(COLUMNS[table]);
  let after: { readonly municipality: string; readonly slug: string } | null = null;
  for (;;) {
    const scope = whole.at(whole.upTo);
    const rows = scope.wholeApproachPage({ after, municipality: null, limit: PAGE_APPROACHES });
    const lines: string[] = [];
    for (const row of rows) {
      const reading = new ApproachReading(row, asOf, scope);
      if (!reading.isThere) continue;
      for (const own of await rowsOf(table, reading)) lines.push(csvLine([...own, ...cells]));
    }
    if (lines.length > 0) yield lines.join('');
    after = rows.at(-1) ?? null;
    if (after === null) return;
    // Others are to be answered in between.
    await nextTurn();
  }
}
