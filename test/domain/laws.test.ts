import * as fc from 'fast-check';
import { type AsOf, publicBy, speaksBy } from '../../src/domain/as-of';
import { PUBLIC } from '../../src/domain/audience';
import { CHANGES } from '../../src/domain/development';
import { EVENT_TYPES, type RecordedEvent } from '../../src/domain/events';
import { type ApproachHistory, emptyHistory, evolve } from '../../src/domain/history';
import { Rejection } from '../../src/domain/rejection';
import { CELL, carryForward } from '../../src/domain/trend';
import { publicationOf } from '../../src/domain/verdicts';
import { historyOf } from '../support/events';
import { type RandomHistory, randomHistory } from '../support/random-history';
import { type Drawn, NOW, readingOf, shortOf } from '../support/reading';

/** The three clocks, of which the recorded one is `place` of the whole log, from 0 to 1. */
const clocks = fc.record({
  reference: fc.constantFrom(null, null, '2011', '2013', '2014', '2020'),
  publishedBy: fc.constantFrom(null, null, '2013', '2014-05', '2014-12-31', '2016', '2030'),
  place: fc.double({ min: 0, max: 1, noNaN: true }),
});
const asOfIn = (
  { log }: RandomHistory,
  { place, ...dates }: { place: number; reference: string | null; publishedBy: string | null },
): AsOf => ({
  ...dates,
  upTo: Math.floor(place * log.length),
  audience: PUBLIC,
});

/** All that an approach answers, without what a fact may learn later. */
function answersDrawn(
  drawn: Drawn,
  history: ApproachHistory,
  asOf: AsOf,
  frameworks: RandomHistory['frameworks'],
) {
  const read = readingOf(history, asOf, frameworks, drawn);
  return {
    year: read.year,
    assessments: read.assessments.map((assessment) => assessment.id),
    verdicts: read.standings.map((one) => [
      one.framework,
      one.indicator.code,
      shortOf(one),
      one.tests.map((test) => test.reading.id),
    ]),
    development: [
      [2011, 2013],
      [2013, 2014],
      [2011, 2020],
    ].map(([from = 0, to = 0]) =>
      read
        .development(from, to)
        .map(({ framework, indicator, change, before, after }) => [
          framework,
          indicator.name,
          change,
          before && shortOf(before),
          after && shortOf(after),
        ]),
    ),
    improvementPoints: read.improvementPoints.map((point) => [
      point.fact.id,
      point.status,
      point.wording.position,
      point.opening.reading.id,
      point.followUps.map(({ report, judgements }) => [
        report?.id,
        judgements.map((test) => test.reading.id),
      ]),
      point.commitments.map(({ fact, settled }) => [fact.id, settled?.outcome]),
    ]),
    attentionPoints: read.attentionPoints.map(({ fact, test }) => [fact.id, test.reading.id]),
    years: ['KADER', 'ANDER'].map((code) => read.years(code)),
  };
}

function withOtherVerdict(event: RecordedEvent): RecordedEvent {
  if (!('verdict' in event.data)) return event;
  const verdict = event.data.verdict === 'MET' ? 'IMPROVEMENT_NEEDED' : 'MET';
  return { ...event, data: { ...event.data, verdict } } as RecordedEvent;
}

const streamOf = (log: readonly RecordedEvent[], stream: string) =>
  log.filter((event) => event.stream === stream);

/** Holds for every approach of every random history, and at every point asked about. */
function law(
  check: (history: ApproachHistory, asOf: AsOf, random: RandomHistory, stream: string) => void,
  numRuns = 80,
): void {
  fc.assert(
    fc.property(randomHistory, fc.array(clocks, { minLength: 1, maxLength: 4 }), (random, points) => {
      for (const [stream, history] of random.histories) {
        for (const point of points) check(history, asOfIn(random, point), random, stream);
      }
    }),
    { numRuns },
  );
}

describe('The random histories', () => {
  it('have every event type, change and status in them, and refusals of most kinds', () => {
    const types = new Set<string>();
    const changes = new Set<string>();
    const statuses = new Set<string>();
    const codes = new Set<string>();
    for (const { log, histories, tried, frameworks } of fc.sample(randomHistory, { numRuns: 300, seed: 1 })) {
      for (const { type } of log) types.add(type);
      for (const { outcome } of tried) if (outcome instanceof Rejection) codes.add(outcome.code);
      for (const history of histories.values()) {
        const read = readingOf(history, NOW, frameworks);
        for (const { change } of [...read.development(2011, 2013), ...read.development(2013, 2020)])
          changes.add(change);
        for (const { status } of read.improvementPoints) statuses.add(status);
      }
    }
    // Only copies of logs have that one.
    expect([...types].sort()).toEqual(EVENT_TYPES.filter((type) => type !== 'TextsLeftOut').sort());
    expect([...changes].sort()).toEqual([...CHANGES].sort());
    expect([...statuses].sort()).toEqual(['OPEN', 'PERSISTENT', 'REPORTED', 'RESOLVED']);
    expect(codes.size).toBeGreaterThan(12);
  });
});

describe('For every history', () => {
  it('retrying a command gives nothing or a refusal, or the very same events, but never others', () => {
    fc.assert(
      fc.property(randomHistory, ({ tried }) => {
        for (const { command, outcome, retried } of tried) {
          if (retried instanceof Rejection || retried.length === 0) continue;
          // What has no id of its own is told apart by the id of its event, which a retry gives again.
          expect([
            'ConsultSource',
            'NoteDevelopment',
            'CorrectAssessment',
            'CorrectImprovementPoint',
          ]).toContain(command.type);
          expect(retried).toEqual(outcome);
        }
      }),
      { numRuns: 80 },
    );
  });

  it('recording the same document again gives no events', () => {
    fc.assert(
      fc.property(randomHistory, ({ tried }) => {
        for (const { command, outcome, retried } of tried) {
          // A new issue may be issued again, over another one.
          if (
            command.type !== 'RecordAssessment' ||
            command.document === null ||
            outcome instanceof Rejection
          )
            continue;
          expect(retried).toEqual([]);
        }
      }),
      { numRuns: 80 },
    );
  });

  it('a refused command stays refused, as nothing has happened', () => {
    fc.assert(
      fc.property(randomHistory, ({ tried }) => {
        for (const { outcome, retried } of tried)
          if (outcome instanceof Rejection) expect(retried).toEqual(outcome);
      }),
      { numRuns: 80 },
    );
  });

  it('keeping it as JSON between any two events changes nothing of it', () => {
    fc.assert(
      fc.property(randomHistory, ({ log, histories }) => {
        for (const [stream, history] of histories) {
          const kept = streamOf(log, stream).reduce<ApproachHistory>(
            (before, event) =>
              evolve(JSON.parse(JSON.stringify(before)), event, { ...event, ...event.metadata }),
            emptyHistory(),
          );
          expect(JSON.stringify(kept)).toBe(JSON.stringify(history));
        }
      }),
      { numRuns: 40 },
    );
  });

  it('verdicts and developments drawn from the tests that can stand are those drawn from all', () => {
    law((history, asOf, { frameworks }) => {
      expect(answersDrawn('from the tests that can stand', history, asOf, frameworks)).toEqual(
        answersDrawn('from all tests', history, asOf, frameworks),
      );
    }, 150);
  });
});

describe.each<Drawn>(['from all tests', 'from the tests that can stand'])(
  'For every history, its verdicts and developments drawn %s',
  (drawn) => {
    const answers = (history: ApproachHistory, asOf: AsOf, frameworks: RandomHistory['frameworks']) =>
      answersDrawn(drawn, history, asOf, frameworks);
    const reading = (history: ApproachHistory, asOf: AsOf, frameworks: RandomHistory['frameworks']) =>
      readingOf(history, asOf, frameworks, drawn);

    it('what was known at a place in the log is what folding the log up to there gives: it never sees the future', () => {
      law((history, asOf, { log, frameworks }, stream) => {
        const prefix = historyOf(streamOf(log, stream).filter(({ position }) => position <= asOf.upTo));
        const everything = { ...asOf, upTo: NOW.upTo };
        expect(answers(history, asOf, frameworks)).toEqual(answers(prefix, everything, frameworks));
      }, 150);
    });

    it('later events never change what was known at an earlier place', () => {
      law((history, asOf, { log, frameworks }, stream) => {
        const own = streamOf(log, stream);
        const upTo = Math.floor(asOf.upTo / 2);
        const halfway = historyOf(own.filter(({ position }) => position <= asOf.upTo));
        expect(answers(halfway, { ...asOf, upTo }, frameworks)).toEqual(
          answers(history, { ...asOf, upTo }, frameworks),
        );
      });
    });

    it('what was published later, or speaks of a later period, cannot be told from what is read', () => {
      law((history, asOf, { log, frameworks }, stream) => {
        const unseen = new Set(
          history.assessments
            .filter(
              ({ year, concluded }) =>
                !speaksBy(asOf, year) || !publicBy(asOf, concluded?.publishedOn ?? null),
            )
            .map(({ id }) => id),
        );
        const isUnseen = ({ type, data, metadata }: RecordedEvent): boolean => {
          if (type === 'FindingRecorded' || type === 'FollowUpAssessed') return unseen.has(data.assessmentId);
          return (
            type === 'FindingCorrected' &&
            !publicBy(asOf, data.publishedOn ?? metadata.recordedAt.slice(0, 10))
          );
        };
        const otherwise = historyOf(
          streamOf(log, stream).map((event) => (isUnseen(event) ? withOtherVerdict(event) : event)),
        );
        expect(answers(otherwise, asOf, frameworks)).toEqual(answers(history, asOf, frameworks));
      });
    });

    it('asking without limits is asking about now', () => {
      law((history, _, { log, frameworks }) => {
        const now = answers(history, NOW, frameworks);
        expect(answers(history, { ...NOW, upTo: log.length }, frameworks)).toEqual(now);
        const allKnown = history.assessments.every((one) => publicationOf(one, NOW.upTo) !== null);
        const { reference, publishedBy } = {
          reference: String(now.year ?? 2020),
          publishedBy: allKnown ? '9999' : null,
        };
        expect(answers(history, { ...NOW, reference, publishedBy }, frameworks).verdicts).toEqual(
          now.verdicts,
        );
      });
    });

    it('an attention point never changes a verdict, a development or an improvement point', () => {
      law((history, asOf, { log, frameworks }, stream) => {
        const without = historyOf(
          streamOf(log, stream).filter(({ type }) => !type.startsWith('AttentionPoint')),
        );
        const { attentionPoints: _, years: __, ...rest } = answers(history, asOf, frameworks);
        expect(answers(without, asOf, frameworks)).toMatchObject(rest);
      });
    });

    it('a verdict is carried forward exactly where it was assessed before the year asked about', () => {
      law((history, asOf, { frameworks }) => {
        const { standings, year } = reading(history, asOf, frameworks);
        if (asOf.reference !== null) expect(year).toBe(Number(asOf.reference));
        for (const { carriedForward, assessedIn } of standings)
          expect(carriedForward).toBe(assessedIn < (year ?? 0));
      });
    });

    it('a verdict is met exactly where every finding on its indicator in its latest assessment is', () => {
      law((history, asOf, { frameworks }) => {
        const { standings, tests } = reading(history, asOf, frameworks);
        for (const { indicator, framework, status, tests: covering } of standings) {
          const line = frameworks(framework);
          const version = tests.filter(({ assessment }) => assessment.framework === framework).at(-1)
            ?.assessment.frameworkVersion;
          const own = line.lineOf(version ?? 0, indicator.code);
          const all = tests.filter(
            ({ reading, assessment }) =>
              assessment.framework === framework &&
              reading.indicators.some((code) => line.lineOf(assessment.frameworkVersion, code) === own),
          );
          const latest = all.filter(({ assessment }) => assessment === all.at(-1)?.assessment);
          expect(covering).toEqual(latest);
          expect(status === 'MET').toBe(latest.every(({ reading }) => reading.verdict === 'MET'));
        }
      });
    });

    it('a trend counts every standing verdict once a year, as tested or as carried forward', () => {
      law((history, asOf, { frameworks }) => {
        for (const framework of ['KADER', 'ANDER']) {
          const read = reading(history, asOf, frameworks);
          const years = read.years(framework);
          for (const asked of [2010, 2011, 2012, 2013, 2014, 2015, 2016, 2017]) {
            const last = years.filter(({ year }) => year <= asked).at(-1);
            const point = last === undefined || last.year === asked ? last : carryForward(last, asked);
            const cells = [...(point?.cells ?? '')].filter((cell) => cell !== CELL.nothing);
            const then = reading(history, { ...asOf, reference: String(asked) }, frameworks);
            // What was asked about an earlier year than `asked` stays limited to that year.
            if (asOf.reference !== null && asked > Number(asOf.reference)) continue;
            const own = then.standings.filter((standing) => standing.framework === framework);
            const tested = own.filter(({ carriedForward }) => !carriedForward);
            expect(cells.length).toBe(own.length);
            expect(cells.filter((cell) => cell === CELL.carriedForward)).toHaveLength(
              own.length - tested.length,
            );
            expect(cells.filter((cell) => cell === CELL.met)).toHaveLength(
              tested.filter(({ status }) => status === 'MET').length,
            );
          }
          const raised = read.attentionPoints.filter(({ test }) => test.assessment.framework === framework);
          expect(years.flatMap(({ attentionPoints }) => attentionPoints)).toHaveLength(raised.length);
        }
      }, 50);
    });
  },
);
