import { FactsheetError } from './factsheet';

const EXPECTED = 'expected a plain text file in UTF-8';

/**
 * The text of a factsheet file, exactly as its bytes spell it: a byte order mark stays in front, so that
 * encoding the text as UTF-8 gives the same bytes again.
 * @throws FactsheetError where the bytes are not UTF-8 text; it names the line and says what was expected.
 */
export function decodeFactsheet(bytes: Uint8Array): string {
  // Without a byte order mark, UTF-16 shows by the empty half of its first character.
  const utf16 =
    bytes[0] === 0 ||
    bytes[1] === 0 ||
    (bytes[0] === 0xff && bytes[1] === 0xfe) ||
    (bytes[0] === 0xfe && bytes[1] === 0xff);
  if (utf16) throw wrong(1, `the file begins like UTF-16; ${EXPECTED}`);
  const head = new TextDecoder('latin1').decode(bytes.subarray(0, 4));
  if (head === '%PDF') throw wrong(1, `the file is a PDF; ${EXPECTED}`);
  if (head === 'PK\u0003\u0004')
    throw wrong(1, `the file is a ZIP archive or an office document; ${EXPECTED}`);

  const nul = bytes.indexOf(0);
  if (nul !== -1) {
    const line = lineOf(bytes, nul);
    throw wrong(line, `a NUL byte, as in UTF-16 or in a file that is not text; ${EXPECTED}`);
  }
  const invalid = invalidLine(bytes);
  if (invalid !== null) {
    throw wrong(invalid, `bytes that are not UTF-8, as in a windows-1252 file; ${EXPECTED}`);
  }

  const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  // Text that was converted wrongly before it reached us is valid UTF-8, but its marks may be gone.
  const damaged = /\uFFFD|â[œ€]|(?![\t\n\v\f\r\u0085])\p{Cc}/u.exec(text);
  if (damaged !== null) {
    const line = text.slice(0, damaged.index).split(/\r\n|\n|\r/).length;
    throw wrong(line, `characters that a wrong conversion leaves behind; ${EXPECTED}`);
  }
  return text;
}

function wrong(line: number, message: string): FactsheetError {
  return new FactsheetError([{ line, message: `wrong encoding: ${message}` }]);
}

/** The line on which a byte lies. CR, LF and CR LF end a line; in UTF-8 no other character contains them. */
function lineOf(bytes: Uint8Array, offset: number): number {
  let line = 1;
  for (let i = 0; i < offset; i += 1) {
    if (bytes[i] === 0x0a || (bytes[i] === 0x0d && bytes[i + 1] !== 0x0a)) line += 1;
  }
  return line;
}

/** The first line whose bytes are not UTF-8; null where all are. */
function invalidLine(bytes: Uint8Array): number | null {
  let start = 0;
  for (let end = 0; end <= bytes.length; end += 1) {
    if (end < bytes.length && bytes[end] !== 0x0a && bytes[end] !== 0x0d) continue;
    try {
      new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(start, end));
    } catch {
      return lineOf(bytes, start);
    }
    start = end + 1;
  }
  return null;
}
