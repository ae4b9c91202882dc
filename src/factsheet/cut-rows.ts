import type { Line } from './lines';
import { shortened } from './marks';
import { endsSentence } from './passage';
import type { Problems } from './problems';
import type { PhysicalRow } from './row-shapes';

/**
 * Reports rows whose text breaks off: the last one where it does not end a sentence, and any in which a
 * paragraph was opened and not closed, in a document that closes its paragraphs. Marks may have stood in
 * what is lost, so nothing can be said of such a row.
 */
export function reportCutRows(
  lines: readonly Line[],
  rows: readonly PhysicalRow[],
  problems: Problems,
): void {
  const rawOf = (from: number, to: number) =>
    lines
      .filter(({ number }) => number >= from && number <= to)
      .map(({ cells }) => cells.join('\t'))
      .join('\n');
  reportCutTable(rows, problems);

  // Where nothing is closed, <p> may just be written so; but not where only the last row has one.
  const closes = lines.some(({ cells }) => cells.some((cell) => /<\/p>/i.test(cell)));
  const firstOpen = lines.find(({ cells }) => cells.some((cell) => /<p>/i.test(cell)))?.number ?? 0;
  if (!closes && firstOpen < (rows.at(-1)?.line ?? 0)) return;

  let open = 0;
  for (const [index, row] of rows.entries()) {
    const last = Math.max(row.line, ...row.cells.flat().map(({ line }) => line));
    const raw = rawOf(row.line, last);
    const left = (raw.match(/<p>/gi) ?? []).length - (raw.match(/<\/p>/gi) ?? []).length;
    open = Math.max(0, open + left);
    // A page break may cut a cell in two: the rest then stands in a row that has nothing else.
    const next = rows[index + 1];
    const goesOn = next?.cells.slice(0, -1).every((cell) => cell.length === 0) === true;
    if (open > 0 && !goesOn) {
      problems.add(last, 'the text of a row breaks off; expected "</p>" at the end of the paragraph');
    }
    if (!goesOn) open = 0;
  }
}

/** `o.a.` or the first letters of it: behind them a sentence goes on. */
const LETTERS = /(?<![\p{L}\p{N}.])(?:\p{Ll}\.)+['’"”»)\]]*$/u;

/** A document that was cut off ends within the sentence of a cell, and may have said more of it. */
function reportCutTable(rows: readonly PhysicalRow[], problems: Problems): void {
  const last = rows
    .at(-1)
    ?.cells.findLast((cell) => cell.length > 0)
    ?.at(-1);
  if (last === undefined) return;
  const text = last.text.replace(/\s+(?=['’"”»)\]]*$)/, '');
  if (endsSentence(text) && !LETTERS.test(text)) return;
  const end = shortened(text.length > 60 ? `...${text.slice(-50)}` : text);
  problems.add(
    last.line,
    `the table seems to be cut off behind "${end}"; expected its last cell to end a sentence, with a full stop`,
  );
}
