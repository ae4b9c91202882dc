import fc from 'fast-check';
import { stretches } from '../../src/domain/stretches';

describe('Stretches', () => {
  it('hold numbers that lie near each other', () => {
    expect(stretches([1, 2, 5, 9, 10, 20], 3)).toEqual([
      [1, 5],
      [9, 10],
      [20, 20],
    ]);
    expect(stretches([], 3)).toEqual([]);
  });

  it('hold every number, and none lies nearer to another than the gap', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(200)), fc.integer({ min: 1, max: 9 }), (numbers, gap) => {
        const sorted = numbers.toSorted((a, b) => a - b);
        const found = stretches(sorted, gap);
        for (const one of sorted)
          expect(found.filter(([first, last]) => first <= one && one <= last)).toHaveLength(1);
        found.slice(1).forEach(([first], index) => {
          expect(first - (found[index]?.[1] ?? 0)).toBeGreaterThan(gap);
        });
      }),
    );
  });
});
