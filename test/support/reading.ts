import { type AsOf, everythingUpTo } from '../../src/domain/as-of';
import { PUBLIC } from '../../src/domain/audience';
import { developmentOf } from '../../src/domain/development';
import type { DomainEvent, RecordedEvent } from '../../src/domain/events';
import type { AssessmentFact } from '../../src/domain/facts';
import type { ApproachHistory } from '../../src/domain/history';
import {
  attentionPointsAt,
  type ImprovementPointReading,
  type ImprovementPointStatus,
  improvementPointsAt,
} from '../../src/domain/improvement';
import { approachYears } from '../../src/domain/trend';
import {
  type FrameworkLines,
  type Standing,
  standingAssessments,
  standingVerdicts,
  testsIn,
  visibleAssessments,
  visibleTests,
  yearAskedAbout,
} from '../../src/domain/verdicts';
import { historyOf, id, record } from './events';
import { frameworks } from './frameworks';

export const NOW: AsOf = everythingUpTo(Number.MAX_SAFE_INTEGER, PUBLIC);

/** Which tests verdicts and developments are drawn from: all, or those that can stand, as the API reads them. */
export type Drawn = 'from all tests' | 'from the tests that can stand';

/** Everything that an approach answers at one point, as the rules give it. */
export function readingOf(
  history: ApproachHistory,
  asOf: AsOf,
  lines: FrameworkLines = frameworks,
  drawn: Drawn = 'from all tests',
) {
  const tests = visibleTests(history, asOf);
  const assessments = visibleAssessments(history, asOf);
  const year = yearAskedAbout(assessments, asOf);
  const testsOf = (some: readonly AssessmentFact[]) => some.flatMap((one) => testsIn(one, asOf));
  const canStand = (some: readonly AssessmentFact[]) =>
    testsOf(drawn === 'from all tests' ? some : standingAssessments(some, lines));
  return {
    tests,
    assessments,
    year,
    standings: year === null ? [] : standingVerdicts(canStand(assessments), lines, year),
    development(from: number, to: number) {
      const earlier = assessments.filter((one) => one.year <= from);
      const between = assessments.filter((one) => one.year > from && one.year <= to);
      return developmentOf([...canStand(earlier), ...testsOf(between)], lines, from, to);
    },
    improvementPoints: improvementPointsAt(history, tests, lines, asOf),
    attentionPoints: attentionPointsAt(tests, asOf),
    years: (framework: string) => approachYears(history, framework, lines, asOf),
  };
}

/** What is said of events that were recorded one behind the other, asked from a point in time. */
export function reading(events: readonly (DomainEvent | RecordedEvent)[], asOf: Partial<AsOf> = {}) {
  return readingOf(historyOf(recordRest(events)), { ...NOW, ...asOf });
}

/** Events that were recorded on that day. */
export function on(day: string, ...events: DomainEvent[]): RecordedEvent[] {
  return record(events, { recordedAt: `${day}T12:00:00.000Z` });
}

/** Gives the events that are not recorded yet their place behind those before them. */
function recordRest(events: readonly (DomainEvent | RecordedEvent)[]): RecordedEvent[] {
  return events.flatMap((event, index) => {
    const [recorded] = record([event], { after: index });
    if (recorded === undefined) return [];
    return [{ ...recorded, ...('metadata' in event ? { metadata: event.metadata } : {}) }];
  });
}

/**
 * The verdicts in short, in framework order: `1.1.1: '✓ 2013'`, in brackets where carried forward, with an
 * `r` behind it where reported; an indicator of another framework than KADER has that in front.
 */
export function verdicts(
  events: readonly (DomainEvent | RecordedEvent)[],
  asOf: Partial<AsOf> = {},
): Record<string, string> {
  return short(reading(events, asOf).standings);
}

export function short(standings: readonly Standing[]): Record<string, string> {
  return Object.fromEntries(
    standings.map((standing) => {
      const { indicator, framework } = standing;
      return [framework === 'KADER' ? indicator.code : `${framework} ${indicator.code}`, shortOf(standing)];
    }),
  );
}

export function shortOf({ status, assessedIn, basis, carriedForward }: Standing): string {
  const mark = `${status === 'MET' ? '✓' : '✗'} ${assessedIn}${basis === 'REPORTED' ? ' r' : ''}`;
  return carriedForward ? `(${mark})` : mark;
}

/** The statuses of the improvement points by their name, of those names that are asked about. */
export function statuses(
  points: readonly ImprovementPointReading[],
  ...names: string[]
): (ImprovementPointStatus | undefined)[] {
  return names.map((name) => points.find(({ fact }) => fact.id === id(name))?.status);
}
