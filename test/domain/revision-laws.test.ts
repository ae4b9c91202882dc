import * as fc from 'fast-check';
import type { DomainEvent } from '../../src/domain/events';
import { FrameworkLine } from '../../src/domain/framework';
import type { ApproachHistory } from '../../src/domain/history';
import type { Standing } from '../../src/domain/verdicts';
import { assessment, corrected, historyOf, record, registered, withdrawn } from '../support/events';
import { EQUIVALENTS, KADER, KADER_2 } from '../support/frameworks';
import { type Drawn, NOW, readingOf } from '../support/reading';

const line = new FrameworkLine()
  .add(KADER, [])
  .add(KADER_2, EQUIVALENTS)
  .add({ ...KADER, version: 3 }, [
    { from: '1.1.2', to: '1.1.1' },
    { from: '2.2.1', to: '1.1.2' },
  ]);
const frameworks = () => line;
const CODES = ['1.1.1', '1.1.2', '2.1.1', '2.2.1'];
const YEARS = [2009, 2010, 2011, 2012, 2013, 2014];

const assessed = fc.record({
  version: fc.constantFrom(1, 2, 3),
  year: fc.constantFrom('2010', '2011', '2012', '2013'),
  publishedOn: fc.constantFrom(null, '2014', '2015'),
  covered: fc.oneof(fc.constant(CODES), fc.subarray(CODES, { minLength: 1 })),
  mark: fc.constantFrom('✓', '✗'),
  later: fc.constantFrom(null, null, null, 'withdrawn', 'corrected'),
});

/** Assessments against three versions in any order, some of all indicators, and what came of their findings. */
const histories: fc.Arbitrary<ApproachHistory> = fc.array(assessed, { maxLength: 7 }).map((all) => {
  const events = all.flatMap(({ version, year, publishedOn, covered, mark }, index) => {
    const verdicts = Object.fromEntries(covered.map((code) => [code, mark] as const));
    return assessment(`${index}`, year, publishedOn, verdicts, { frameworkVersion: version });
  });
  const after = all.flatMap(({ covered, later }, index): DomainEvent[] => {
    if (later === 'withdrawn') return covered.map((code) => withdrawn(`${index} ${code}`, '2016'));
    const [code] = covered;
    if (later !== 'corrected' || code === undefined) return [];
    return [corrected(`${index} better`, `${index} ${code}`, { indicators: ['2.2.1'], publishedOn: '2016' })];
  });
  return historyOf(record([registered(), ...events, ...after]));
});
const points = fc.record({
  reference: fc.constantFrom(null, null, '2011', '2012', '2013'),
  publishedBy: fc.constantFrom(null, null, '2014', '2015', '2016'),
  upTo: fc.oneof(fc.constant(NOW.upTo), fc.nat(60)),
  audience: fc.constant(NOW.audience),
});

const pairs = YEARS.flatMap((from) => YEARS.filter((to) => to > from).map((to) => [from, to] as const));
const told = (standing: Standing | null) =>
  standing && [standing.indicator.code, standing.status, standing.assessedIn];

describe('For every history over revisions of its framework', () => {
  it('verdicts and developments from the tests that can stand are those from all tests', () => {
    fc.assert(
      fc.property(histories, points, (history, asOf) => {
        const read = (drawn: Drawn) => {
          const { standings, development } = readingOf(history, asOf, frameworks, drawn);
          return { standings, developments: pairs.map(([from, to]) => development(from, to)) };
        };
        expect(read('from the tests that can stand')).toEqual(read('from all tests'));
      }),
      { numRuns: 400 },
    );
  });

  it('a development begins with every verdict of the one year, and ends with every verdict of the other', () => {
    fc.assert(
      fc.property(histories, (history) => {
        const { development } = readingOf(history, NOW, frameworks);
        const at = (year: number) =>
          readingOf(history, { ...NOW, reference: String(year) }, frameworks).standings;
        for (const [from, to] of pairs) {
          const rows = development(from, to);
          const begins = rows.map(({ before }) => before?.tests);
          for (const { tests } of at(from)) expect(begins).toContainEqual(tests);
          const kept = rows.filter(({ change }) => change !== 'FRAMEWORK_CHANGED');
          expect(kept.map(({ before, after }) => told(after ?? before))).toEqual(at(to).map(told));
          const listed = at(from).map(({ tests }) => tests);
          for (const { change, before, after } of rows) {
            if (change === 'FRAMEWORK_CHANGED' && after === null)
              expect(listed).toContainEqual(before?.tests);
          }
        }
      }),
      { numRuns: 100 },
    );
  });
});
