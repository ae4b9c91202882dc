import fc from 'fast-check';
import { decodeFactsheet } from '../../src/factsheet/decode';
import { FactsheetError } from '../../src/factsheet/factsheet';
import { SAMPLE_2013 } from './samples';

function refusal(bytes: Uint8Array): string {
  try {
    decodeFactsheet(bytes);
  } catch (error) {
    if (error instanceof FactsheetError) return error.message;
    throw error;
  }
  throw new Error('the bytes were decoded, but should not have been');
}

describe('decoding a factsheet', () => {
  it('gives a text that encodes to the same bytes, byte order mark and line ends included', () => {
    for (const text of [SAMPLE_2013, `\uFEFF${SAMPLE_2013.replaceAll('\n', '\r\n')}`, '']) {
      const bytes = Buffer.from(text, 'utf8');
      expect(Buffer.from(decodeFactsheet(bytes), 'utf8').equals(bytes)).toBe(true);
    }
  });

  it.each([
    ['UTF-16 with a byte order mark', Buffer.from('\uFEFFAanpak: A', 'utf16le'), 1, 'UTF-16'],
    ['UTF-16 without one', Buffer.from('Aanpak: A', 'utf16le'), 1, 'UTF-16'],
    ['windows-1252', Buffer.from('Aanpak: A\r\n\r\nCoördinatie', 'latin1'), 3, 'windows-1252'],
    ['a NUL byte', Buffer.from('Aanpak: A\rB\rC\0'), 3, 'NUL'],
    ['a PDF', Buffer.from('%PDF-1.4\n'), 1, 'PDF'],
    ['an office document', Buffer.from('PK\u0003\u0004'), 1, 'office document'],
    ['UTF-8 that was decoded as windows-1252', Buffer.from('Aanpak: A\nâœ“ Goed.'), 2, 'conversion'],
    ['replacement characters', Buffer.from('Aanpak: A\n\uFFFD Goed.'), 2, 'conversion'],
    ['control characters', Buffer.from('Aanpak: A\n\n\u0007'), 3, 'conversion'],
  ])('refuses %s, with the line and what was expected', (_, bytes, line, what) => {
    const message = refusal(bytes);
    expect(message).toMatch(new RegExp(`^line ${line}: wrong encoding: .*${what}`));
    expect(message).toContain('expected a plain text file in UTF-8');
  });

  it('never fails in another way, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          expect(Buffer.from(decodeFactsheet(bytes), 'utf8').equals(Buffer.from(bytes))).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(FactsheetError);
        }
      }),
    );
  });
});
