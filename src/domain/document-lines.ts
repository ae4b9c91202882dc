import { TEXT_LEFT_OUT } from './free-text';

/** The lines of a document, however they end: `\n`, `\r\n` or `\r`. Line n of the reader is element n - 1. */
export function documentLines(text: string): string[] {
  return text.split(/\r\n|\n|\r/);
}

/** One line of a document, counted from 1; empty where the text is shorter or was left out. */
export function documentLine(text: string, line: number): string {
  if (text === TEXT_LEFT_OUT) return '';
  return documentLines(text)[line - 1]?.replace(/^\uFEFF/, '') ?? '';
}
