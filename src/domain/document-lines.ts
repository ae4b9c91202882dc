import { TEXT_LEFT_OUT } from './free-text';

/** The lines of a document, however they end: `\n`, `\r\n` or `\r`. Line n of the reader is element n - 1. */
export function documentLines(text: string): string[] {
  return text.split(/\r\n|\n|\r/);
}

/** One line of a document or its lines, counted from 1; empty where it is shorter or was left out. */
export function documentLine(document: string | readonly string[], line: number): string {
  const lines = typeof document === 'string' ? documentLines(document) : document;
  const text = lines[line - 1] ?? '';
  return text === TEXT_LEFT_OUT ? '' : text.replace(/^\uFEFF/, '');
}
