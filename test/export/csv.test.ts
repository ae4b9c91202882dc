import fc from 'fast-check';
import { csvLine } from '../../src/export/csv';

/** Reads a line back as RFC 4180 has it. */
function cellsOf(line: string): string[] {
  const cells: string[] = [];
  let rest = line;
  do {
    const [whole = '', quoted, plain] = /^(?:"((?:[^"]|"")*)"|([^",\r\n]*))(?=,|\r\n)/.exec(rest) ?? [];
    cells.push(quoted === undefined ? (plain ?? '') : quoted.replaceAll('""', '"'));
    rest = rest.slice(whole.length + 1);
  } while (rest !== '\n');
  return cells;
}

describe('A line of CSV', () => {
  it('quotes what must be quoted, and nothing else', () => {
    expect(csvLine(['a', 'b c', 'd,e', 'f"g', 'h\ni', null, 7, true])).toBe(
      'a,b c,"d,e","f""g","h\ni",,7,true\r\n',
    );
  });

  it('gives every text back that is no formula', () => {
    const text = fc.string({ unit: 'binary' }).filter((value) => !/^[=+\-@\t\r]/.test(value));
    fc.assert(
      fc.property(fc.array(text, { minLength: 1 }), (texts) =>
        expect(cellsOf(csvLine(texts))).toEqual(texts),
      ),
    );
  });

  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '=cmd|"/C calc"!A0'])(
    'makes a text of %j, which a spreadsheet would compute',
    (formula) => expect(cellsOf(csvLine([formula]))).toEqual([`'${formula}`]),
  );

  it('leaves numbers and signs within a text alone', () => {
    expect(csvLine([-1, 'a=b', ' =c'])).toBe('-1,a=b, =c\r\n');
  });
});
