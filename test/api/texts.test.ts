import { Texts } from '../../src/api/texts';
import type { Fact } from '../../src/domain/facts';

describe('Texts', () => {
  const reads: number[][] = [];
  const texts = () => {
    reads.length = 0;
    return new Texts((positions) => {
      reads.push([...positions]);
      return new Map([...positions.filter((one) => one < 100), 99].map((one) => [one, `tekst ${one}`]));
    });
  };
  const fact = (position: number): Fact => ({ position, revision: 0 });

  it('are not read where none is asked for', () => {
    texts().expect(() => [fact(1)]);
    expect(reads).toEqual([]);
  });

  it('are read with the first that is asked for, all that were expected by then, each once', () => {
    const some = texts();
    some.expect(() => [fact(1), fact(2)]);
    some.expect(() => [fact(2), fact(3)]);
    expect([some.of(fact(2)), some.of(fact(1)), some.of(fact(3))]).toEqual(['tekst 2', 'tekst 1', 'tekst 3']);
    expect(reads.map((read) => read.toSorted())).toEqual([[1, 2, 3]]);
  });

  it('are read all the same where they were not expected, or after the others', () => {
    const some = texts();
    some.expect(() => [fact(1)]);
    expect(some.of(fact(1))).toBe('tekst 1');
    some.expect(() => [fact(1), fact(4)]);
    expect([some.of(fact(5)), some.of(fact(4))]).toEqual(['tekst 5', 'tekst 4']);
    expect(reads.map((read) => read.toSorted())).toEqual([[1], [4, 5]]);
  });

  it('are empty where the event has none, and that too is read once', () => {
    const some = texts();
    expect([some.of(fact(100)), some.of(fact(100))]).toEqual(['', '']);
    expect(reads).toEqual([[100]]);
  });
});
