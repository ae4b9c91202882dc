import { type AsOf, askedYear, publicBy, speaksBy } from './as-of';
import { includesAssessment } from './audience';
import { standingReadings } from './corrections';
import { type Edtf, lastDay } from './edtf';
import type { Position, Verdict, VerdictBasis } from './events';
import type { AssessmentFact, FindingFact } from './facts';
import type { FrameworkLine, Indicator } from './framework';
import type { ApproachHistory } from './history';

/** A finding as it is read at some point: its standing reading, in its assessment. */
export interface Test {
  /** The reading that stands: the finding as first recorded, or the correction that replaced it. */
  readonly reading: FindingFact;
  readonly assessment: AssessmentFact;
}

/** The verdict that stands for an indicator. */
export interface Standing {
  readonly indicator: Indicator;
  readonly framework: string;
  /** The framework version that the indicator is told in. */
  readonly version: number;
  /** The year that it stands in, tested then or before. */
  readonly year: number;
  readonly status: Verdict;
  readonly basis: VerdictBasis;
  /** Reference year of the assessment that the verdict rests on. */
  readonly assessedIn: number;
  /** True where it was not tested in the year asked about. */
  readonly carriedForward: boolean;
  /** The tests that it rests on: one assessment's, every one that covers the indicator. */
  readonly tests: readonly [Test, ...Test[]];
}

/** The framework of an assessment, by its code; the rules read versions and lines from it. */
export type FrameworkLines = (code: string) => FrameworkLine;

/**
 * True where the assessment counts at that point: concluded, not about a later period and, for whom it does
 * not lie within the limits, public.
 */
export function isVisible(history: ApproachHistory, assessment: AssessmentFact, asOf: AsOf): boolean {
  const state = stateAt(assessment, asOf.upTo);
  return (state === 'CONFIDENTIAL' || state === 'PUBLISHED') && isShown(history, assessment, asOf);
}

/** True where there is such an assessment at that point for who reads, whether it counts already or not. */
export function isShown(history: ApproachHistory, assessment: AssessmentFact, asOf: AsOf): boolean {
  if (assessment.position > asOf.upTo) return false;
  const isPublic = stateAt(assessment, asOf.upTo) === 'PUBLISHED';
  // What was not made public never was by any day, and for others it is not there at all.
  if (!isPublic && (asOf.publishedBy !== null || !isOwn(history, assessment, asOf))) return false;
  return speaksBy(asOf, assessment.year) && publicBy(asOf, publicationOf(assessment, asOf.upTo));
}

/**
 * `UNDER_WAY`: its findings do not count yet. `ABANDONED`: they never will. `CONFIDENTIAL`: concluded and not made
 * public.
 */
export type AssessmentState = 'UNDER_WAY' | 'ABANDONED' | 'CONFIDENTIAL' | 'PUBLISHED';

export function stateAt({ concluded, abandoned }: AssessmentFact, upTo: Position): AssessmentState {
  if (abandoned !== null && abandoned.position <= upTo) return 'ABANDONED';
  if (concluded === null || concluded.position > upTo) return 'UNDER_WAY';
  return concluded.public ? 'PUBLISHED' : 'CONFIDENTIAL';
}

function isOwn(
  { registration }: ApproachHistory,
  assessment: AssessmentFact,
  { audience, upTo }: AsOf,
): boolean {
  const { framework } = assessment;
  const assessor = assessorAt(assessment, upTo);
  return (
    registration !== null && includesAssessment(audience, registration.municipality, { assessor, framework })
  );
}

/** Whose the assessment was at that place in the log: by its latest correction, or else as it was opened. */
export function assessorAt({ assessor, corrections }: AssessmentFact, upTo: Position): string {
  return corrections.findLast(({ position }) => position <= upTo)?.assessor ?? assessor;
}

/** When the assessment became public, as far as that was known at that place in the log. */
export function publicationOf({ concluded, corrections }: AssessmentFact, upTo: Position): Edtf | null {
  if (concluded === null || concluded.position > upTo) return null;
  const corrected = corrections.findLast(({ position }) => position <= upTo);
  return corrected !== undefined && corrected.position > concluded.position
    ? corrected.assessmentPublishedOn
    : concluded.publishedOn;
}

/** The assessments that count at that point, from the earliest to the latest test. */
export function visibleAssessments(history: ApproachHistory, asOf: AsOf): AssessmentFact[] {
  return history.assessments
    .filter((assessment) => isVisible(history, assessment, asOf))
    .sort(byTime(asOf.upTo));
}

/**
 * The findings as they are read at that point, from the earliest to the latest: latest reference last,
 * then latest published, then the log's order.
 */
export function visibleTests(history: ApproachHistory, asOf: AsOf): Test[] {
  return visibleAssessments(history, asOf).flatMap((assessment) => testsIn(assessment, asOf));
}

/** The findings of an assessment that counts, as they are read at that point, in the order of the log. */
export function testsIn(assessment: AssessmentFact, asOf: AsOf): Test[] {
  return standingReadings(assessment.found.findings, asOf).map((reading) => ({ reading, assessment }));
}

/**
 * Those of the assessments, in order of time, that verdicts can rest on, whichever framework version is in
 * force or comes into force: one is left out where every line that it could test was tested later, by an
 * assessment that tested all of its version.
 */
export function standingAssessments(
  assessments: readonly AssessmentFact[],
  frameworks: FrameworkLines,
): AssessmentFact[] {
  const testedLater = new Map<string, ReadonlySet<string>>();
  return assessments
    .toReversed()
    .filter(({ framework, frameworkVersion, covered }) => {
      const lines = frameworks(framework).linesOf(frameworkVersion);
      const later = testedLater.get(framework);
      const canStand = later === undefined || lines.some((line) => !later.has(line));
      // Where it cannot stand, its lines are among those tested later already.
      if (canStand && covered === lines.length)
        testedLater.set(framework, new Set([...(later ?? []), ...lines]));
      return canStand;
    })
    .reverse();
}

/**
 * The verdicts that stand at that point, in framework order: for each indicator of the framework version
 * last assessed against, the latest assessment that tested it. The indicator is met where every finding
 * that covers it there is.
 */
export function standingVerdicts(
  tests: readonly Test[],
  frameworks: FrameworkLines,
  year: number,
): Standing[] {
  const upToYear = tests.filter(({ assessment }) => assessment.year <= year);
  return [...groupByFramework(upToYear)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([code, own]) => {
      const framework = frameworks(code);
      const version = versionInForce(own);
      const latest = latestByLine(own, framework);
      return framework.linesOf(version).flatMap((line) => {
        const indicator = framework.indicatorOf(version, line);
        const covering = latest.get(line);
        return indicator === undefined || covering === undefined
          ? []
          : [standing(indicator, { framework: code, version }, covering, year)];
      });
    });
}

/** The year asked about: the question's, or else the latest reference year; null where nothing counts. */
export function yearAskedAbout(assessments: readonly AssessmentFact[], asOf: AsOf): number | null {
  return (
    askedYear(asOf) ?? assessments.reduce<number | null>((max, { year }) => Math.max(max ?? year, year), null)
  );
}

/** The framework version of the latest of these tests, which are in order of time. */
export function versionInForce(tests: readonly Test[]): number {
  return tests.at(-1)?.assessment.frameworkVersion ?? 0;
}

export function groupByFramework(tests: readonly Test[]): Map<string, Test[]> {
  return Map.groupBy(tests, ({ assessment }) => assessment.framework);
}

/** For each line of the framework, the tests of the latest assessment that tested it. */
export type LatestTests = Map<string, [Test, ...Test[]]>;

/** The latest tests of each line, of tests in order of time. */
export function latestByLine(tests: readonly Test[], framework: FrameworkLine): LatestTests {
  return addLatest(new Map(), tests, framework);
}

/** Adds tests that are in order of time, and behind those that are there. */
export function addLatest(
  latest: LatestTests,
  tests: readonly Test[],
  framework: FrameworkLine,
): LatestTests {
  for (const test of tests) {
    for (const code of test.reading.indicators) {
      const line = framework.lineOf(test.assessment.frameworkVersion, code);
      if (line === undefined) continue;
      const covering = latest.get(line);
      if (covering !== undefined && covering[0].assessment === test.assessment) covering.push(test);
      else latest.set(line, [test]);
    }
  }
  return latest;
}

export function standing(
  indicator: Indicator,
  { framework, version }: { readonly framework: string; readonly version: number },
  tests: readonly [Test, ...Test[]],
  year: number,
): Standing {
  const assessedIn = tests[0].assessment.year;
  return {
    indicator,
    framework,
    version,
    year,
    status: verdictOf(tests),
    // A verdict is no surer than the weakest test that it rests on.
    basis: tests.some(({ reading }) => reading.basis === 'REPORTED') ? 'REPORTED' : 'ASSESSED',
    assessedIn,
    carriedForward: assessedIn < year,
    tests,
  };
}

/** The verdict of tests of one assessment on an indicator: met where every one is. */
export function verdictOf(tests: readonly Test[]): Verdict {
  return tests.every(({ reading }) => reading.verdict === 'MET') ? 'MET' : 'IMPROVEMENT_NEEDED';
}

function byTime(upTo: Position): (a: AssessmentFact, b: AssessmentFact) => number {
  // Without a publication date an assessment never outranks one of the same year that has one.
  const lastDayOf = (assessment: AssessmentFact): string => {
    const publishedOn = publicationOf(assessment, upTo);
    return publishedOn === null ? '' : lastDay(publishedOn);
  };
  return (a, b) =>
    a.year - b.year || lastDayOf(a).localeCompare(lastDayOf(b), 'en') || a.position - b.position;
}
