import * as fc from 'fast-check';
import type { AsOf } from '../../src/domain/as-of';
import { compare, type Difference, type WholeReading } from '../../src/domain/comparison';
import type { RecordedEvent } from '../../src/domain/events';
import type { FindingFact } from '../../src/domain/facts';
import { type ApproachHistory, emptyHistory, evolve } from '../../src/domain/history';
import { HistoryError } from '../../src/domain/history-lookups';
import { latestByLine, visibleTests } from '../../src/domain/verdicts';
import { type RandomHistory, randomHistory } from '../support/random-history';
import { NOW } from '../support/reading';
import { explanationOf, frameworksUpTo, lineOf, wholeReading } from '../support/whole-reading';

const point = fc.record({
  reference: fc.constantFrom(null, null, '2011', '2013', '2014', '2020'),
  publishedBy: fc.constantFrom(null, null, '2013', '2014-05', '2014-12-31', '2016', '2030'),
  place: fc.double({ min: 0, max: 1, noNaN: true }),
});
type Point = typeof point extends fc.Arbitrary<infer T> ? T : never;

/** Holds for every approach of every random history, read at two points and, now and then, as of now. */
function law(
  check: (before: WholeReading, after: WholeReading, own: readonly RecordedEvent[]) => void,
): void {
  fc.assert(
    fc.property(
      randomHistory,
      fc.array(fc.tuple(point, point), { minLength: 1, maxLength: 3 }),
      (random, pairs) => {
        for (const [stream, history] of random.histories) {
          const own = random.log.filter((event) => event.stream === stream);
          const at = ({ place, ...dates }: Point) =>
            read(random, history, { ...NOW, ...dates, upTo: Math.floor(place * random.log.length) });
          for (const [one, other] of pairs) {
            check(at(one), at(other), own);
            check(at(one), read(random, history, { ...NOW, upTo: random.log.length }), own);
          }
        }
      },
    ),
    { numRuns: 120 },
  );
}

function read({ log }: RandomHistory, history: WholeReading['history'], asOf: AsOf): WholeReading {
  return wholeReading(history, asOf, frameworksUpTo(log, asOf.upTo));
}

const idsOf = (tests: readonly { readonly reading: FindingFact }[] | undefined): string =>
  JSON.stringify(tests?.map(({ reading }) => reading.id));

describe('For every history, an explanation', () => {
  it('is enough: what it names alone gives the same verdict, on the same findings', () => {
    law((reading, _, own) => {
      const { asOf, frameworks } = reading;
      for (const standing of reading.standings) {
        const line = lineOf(standing, frameworks);
        const named = new Set(explanationOf(standing, reading).facts.map(({ revision }) => revision));
        // What is not there changes nothing, and may be what a correction that is there corrects.
        const alone = historyOfRest(
          own.filter(({ revision }) => named.has(revision) || !reading.revisions.has(revision)),
        );
        const tests = visibleTests(alone, asOf).filter(
          ({ assessment }) => assessment.framework === standing.framework,
        );
        const latest = latestByLine(tests, frameworks(standing.framework)).get(line);
        expect(idsOf(latest)).toBe(idsOf(standing.tests));
        expect(latest?.[0].assessment.year).toBe(standing.assessedIn);
      }
    });
  });

  it('has nothing else: no finding but on the indicator, or one that opened what was followed up; no warning', () => {
    law((reading, _, own) => {
      for (const standing of reading.standings) {
        const line = lineOf(standing, reading.frameworks);
        const framework = reading.frameworks(standing.framework);
        const followed = new Set(standing.tests.flatMap(({ reading: one }) => one.improvementPoints));
        const types = new Map(own.map(({ revision, type }) => [revision, type]));
        for (const fact of explanationOf(standing, reading).facts) {
          expect(reading.revisions).toContain(fact.revision);
          expect(types.get(fact.revision)).not.toBe('AttentionPointRaised');
          for (const assessment of reading.history.assessments) {
            const { found, frameworkVersion } = assessment;
            const finding = found.findings.find(({ revision }) => revision === fact.revision);
            if (finding === undefined) continue;
            const readings = found.findings.filter(({ root }) => root === finding.root);
            const isOnLine = readings.some(({ indicators }) =>
              indicators.some((code) => framework.lineOf(frameworkVersion, code) === line),
            );
            const opened = found.improvementPoints.filter(
              (one) => found.findings[one.finding]?.root === finding.root,
            );
            expect(isOnLine || opened.some(({ id }) => followed.has(id))).toBe(true);
          }
        }
      }
    });
  });
});

describe('For every history, a comparison', () => {
  it('of a point with itself is empty', () => {
    law((reading) => {
      expect(compare(reading, reading)).toEqual({ verdicts: [], improvementPoints: [], attentionPoints: [] });
    });
  });

  it('is mirrored the other way round', () => {
    law((before, after) => {
      const mirrored = <T>({ before: was, after: is, ...rest }: Difference<T>) => ({
        ...rest,
        before: is,
        after: was,
      });
      const { verdicts, improvementPoints, attentionPoints } = compare(before, after);
      expect(compare(after, before)).toEqual({
        verdicts: verdicts.map(mirrored),
        improvementPoints: improvementPoints.map(mirrored),
        attentionPoints: attentionPoints.map(mirrored),
      });
    });
  });

  it('names for each difference the events that made it: some, and each there at one of the points only', () => {
    law((before, after) => {
      const { verdicts, improvementPoints, attentionPoints } = compare(before, after);
      for (const { causes } of [...verdicts, ...improvementPoints, ...attentionPoints]) {
        const facts = causes.flatMap((one) => one.facts);
        const versions = causes.flatMap((one) => one.versions);
        expect(facts.length + versions.length).toBeGreaterThan(0);
        for (const { revision } of facts)
          expect(before.revisions.has(revision)).not.toBe(after.revisions.has(revision));
      }
    });
  });

  it('has every indicator whose verdict rests on other findings, and no other', () => {
    law((before, after) => {
      const restsOn = (reading: WholeReading) =>
        new Map(
          reading.standings.map((one) => [
            `${one.framework} ${lineOf(one, reading.frameworks)}`,
            idsOf(one.tests),
          ]),
        );
      const [was, is] = [restsOn(before), restsOn(after)];
      const differing = [...new Set([...was.keys(), ...is.keys()])].filter(
        (key) => was.get(key) !== is.get(key),
      );
      const found = compare(before, after).verdicts.map((one) => {
        const [standing, side] = one.before === null ? [one.after, after] : [one.before, before];
        return standing === null ? '' : `${standing.framework} ${lineOf(standing, side.frameworks)}`;
      });
      expect(found.sort()).toEqual(differing.sort());
    });
  });
});

/** The history of events of which some are left out, and so those that refer to them. */
function historyOfRest(events: readonly RecordedEvent[]): ApproachHistory {
  const history = emptyHistory();
  for (const event of events) {
    try {
      evolve(history, event, { ...event, ...event.metadata });
    } catch (error) {
      if (!(error instanceof HistoryError)) throw error;
    }
  }
  return history;
}
