import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { GGSR } from '../../src/domain/ggsr';
import { decodeFactsheet } from '../../src/factsheet/decode';
import { type Factsheet, FactsheetError } from '../../src/factsheet/factsheet';
import { readFactsheet } from '../../src/factsheet/read-factsheet';

export const SAMPLE_2013 = sample('maastricht-integrale-aanpak-2013.txt');
export const SAMPLE_2014 = sample('maastricht-integrale-aanpak-2014.txt');

function sample(name: string): string {
  return decodeFactsheet(readFileSync(join(__dirname, '../../samples', name)));
}

export function read(text: string): Factsheet {
  return readFactsheet(text, GGSR);
}

/** What is wrong with the document, as `line: message`; fails where it can be read. */
export function problemsOf(text: string): string[] {
  try {
    read(text);
  } catch (error) {
    if (error instanceof FactsheetError)
      return error.problems.map(({ line, message }) => `${line}: ${message}`);
    throw error;
  }
  throw new Error('the document was read, but should not have been');
}

/** The reading without the numbers of lines. */
export function withoutLines(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (key, inner) => (key === 'line' ? undefined : inner)));
}

/** The verdicts by indicator, `1.1.1` → `MET` or `MET IMPROVEMENT_NEEDED`. */
export function verdicts({ rows }: Factsheet): Record<string, string> {
  return Object.fromEntries(
    rows.flatMap(({ indicators, marks }) =>
      indicators.map((code) => [code, marks.map(({ verdict }) => verdict).join(' ')]),
    ),
  );
}

/** The number, from 1, of the first line that contains the text. */
export function lineOf(document: string, text: string): number {
  const index = document.split('\n').findIndex((line) => line.includes(text));
  if (index === -1) throw new Error(`"${text}" is not in the document`);
  return index + 1;
}
