/** What a cell may hold; null gives an empty cell. */
export type Cell = string | number | boolean | null;

/** Without it spreadsheets take the bytes for those of another encoding. */
export const BYTE_ORDER_MARK = '\ufeff';

/** A line of CSV (RFC 4180), its line end included. */
export function csvLine(cells: readonly Cell[]): string {
  return `${cells.map(quoted).join(',')}\r\n`;
}

function quoted(cell: Cell): string {
  if (typeof cell !== 'string') return cell === null ? '' : String(cell);
  const text = withoutFormula(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * A spreadsheet takes a cell that begins thus for a formula and computes it, also what a document's text smuggles
 * in: the apostrophe makes it a text. Whoever reads the file as data takes it away where it stands before one of
 * these characters.
 */
function withoutFormula(text: string): string {
  return /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
}
