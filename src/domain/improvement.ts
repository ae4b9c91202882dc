import { type AsOf, happenedBy, publicBy } from './as-of';
import { countsAt, isThere, standingReadings } from './corrections';
import type {
  AssessmentFact,
  AttentionPointFact,
  CommitmentFact,
  Fact,
  FindingFact,
  FollowUpFact,
  ImprovementPointFact,
} from './facts';
import type { ApproachHistory } from './history';
import { assessmentsOfFollowed, findingAt } from './history-lookups';
import { type FrameworkLines, isShown, isVisible, stateAt, type Test, verdictOf } from './verdicts';

/** `OPEN`; `REPORTED`: the municipality says what it did, not judged yet; judged: `RESOLVED` or `PERSISTENT`. */
export type ImprovementPointStatus = 'OPEN' | 'REPORTED' | 'RESOLVED' | 'PERSISTENT';

/** How a follow-up is read at some point: what was reported, and the judgements on it. */
export interface FollowUpReading {
  /** Null where the inspectorate judged by its own research, without a report. */
  readonly report: FollowUpFact | null;
  /** Empty while it was reported and not yet judged. */
  readonly judgements: readonly Test[];
}

/** A commitment as it is read at some point: open until it is settled. */
export interface CommitmentReading {
  readonly fact: CommitmentFact;
  readonly settled: CommitmentFact['settled'];
}

/** An improvement point as it is read at some point. */
export interface ImprovementPointReading {
  readonly fact: ImprovementPointFact;
  /** The event that puts it in words, as they are read. */
  readonly wording: Fact;
  readonly opening: Test;
  readonly status: ImprovementPointStatus;
  readonly followUps: readonly FollowUpReading[];
  readonly commitments: readonly CommitmentReading[];
}

/**
 * The improvement points that are there at that point, in the order in which they were recorded. A point comes and
 * goes with the reading of a finding that opened it: where that is withdrawn, or corrected to a ✓, it is not there.
 *
 * It is judged by every test of its indicators behind the one that opened it: resolved where the latest test of each is
 * ✓, persistent where one is not. Once it is resolved, a ✗ that opened a point of its own is followed by that one. A
 * report that came after the last judgement makes it `REPORTED` again.
 */
export function improvementPointsAt(
  history: ApproachHistory,
  tests: readonly Test[],
  frameworks: FrameworkLines,
  asOf: AsOf,
): ImprovementPointReading[] {
  const testsOf = groupByIndicator(tests, frameworks);
  const inTime = [...new Set(tests.map(({ assessment }) => assessment))];
  const followed = groupByPoint(history, tests, asOf);
  const readings: ImprovementPointReading[] = [];
  for (const [assessment, openingOf] of testsByFinding(tests)) {
    for (const fact of assessment.found.improvementPoints) {
      const opening = fact.position <= asOf.upTo ? openingOf(fact) : undefined;
      if (opening?.reading.verdict !== 'IMPROVEMENT_NEEDED') continue;
      if (!countsAt(findingAt(assessment, fact.finding), asOf)) continue;
      const { followUps, commitments } = followed(fact.id);
      const status = statusOf(history, opening, followUps, testsOf, inTime);
      const wording = fact.corrections.findLast((correction) => isThere(correction, asOf)) ?? fact;
      readings.push({ fact, wording, opening, status, followUps, commitments });
    }
  }
  return readings.sort((a, b) => a.fact.revision - b.fact.revision);
}

/** An attention point as it is read at some point: beside the finding in the reading that stands. */
export interface AttentionPointReading {
  readonly fact: AttentionPointFact;
  readonly test: Test;
}

/** Attention points that are there at that point: those of the findings that count, in the order raised. */
export function attentionPointsAt(tests: readonly Test[], asOf: AsOf): AttentionPointReading[] {
  const points: AttentionPointReading[] = [];
  for (const [assessment, testOf] of testsByFinding(tests)) {
    for (const fact of assessment.found.attentionPoints) {
      const test = testOf(fact);
      if (test !== undefined && countsAt(fact, asOf)) points.push({ fact, test });
    }
  }
  return points.sort((a, b) => a.fact.revision - b.fact.revision);
}

/** For each assessment of these tests, the one that reads the finding which a point of it stands beside. */
function testsByFinding(
  tests: readonly Test[],
): [AssessmentFact, (point: { readonly finding: number }) => Test | undefined][] {
  return [...Map.groupBy(tests, ({ assessment }) => assessment)].map(([assessment, own]) => {
    const byRoot = new Map(own.map((test) => [test.reading.root, test]));
    return [assessment, ({ finding }) => byRoot.get(findingAt(assessment, finding).root)];
  });
}

/** For an indicator of an assessment, all tests on its line, in order of time. */
type TestsOfIndicator = (assessment: AssessmentFact, code: string) => readonly Test[];

function groupByIndicator(tests: readonly Test[], frameworks: FrameworkLines): TestsOfIndicator {
  const keyOf = ({ framework, frameworkVersion }: AssessmentFact, code: string): string =>
    `${framework} ${frameworks(framework).lineOf(frameworkVersion, code)}`;
  const byLine = new Map<string, Test[]>();
  for (const test of tests) {
    for (const code of test.reading.indicators) {
      push(byLine, keyOf(test.assessment, code), test);
    }
  }
  return (assessment, code) => byLine.get(keyOf(assessment, code)) ?? [];
}

function statusOf(
  history: ApproachHistory,
  opening: Test,
  followUps: readonly FollowUpReading[],
  testsOf: TestsOfIndicator,
  inTime: readonly AssessmentFact[],
): ImprovementPointStatus {
  const behind = opening.reading.indicators.map((code) => {
    const covering = testsOf(opening.assessment, code);
    return covering.slice(covering.findLastIndex(({ assessment }) => assessment === opening.assessment) + 1);
  });
  const { verdicts, lastJudgement } = judged(behind, inTime);
  const isReported = followUps.some(
    (followUp) => followUp.judgements.length === 0 && firstRevision(history, followUp) > lastJudgement,
  );
  if (isReported) return 'REPORTED';
  if (isResolved(verdicts)) return 'RESOLVED';
  return verdicts.includes(false) ? 'PERSISTENT' : 'OPEN';
}

/**
 * Whether each indicator of a point was found to be met last, null where it was not tested again; and the revision of
 * the last judgement, -1 where there is none.
 * @param behind the tests of each indicator behind the one that opened the point
 * @param inTime the assessments in order of time
 */
function judged(
  behind: readonly (readonly Test[])[],
  inTime: readonly AssessmentFact[],
): { readonly verdicts: readonly (boolean | null)[]; readonly lastJudgement: number } {
  const verdicts: (boolean | null)[] = behind.map(() => null);
  let lastJudgement = -1;
  for (const assessment of inTime) {
    const wasResolved = isResolved(verdicts);
    for (const [index, covering] of behind.entries()) {
      const own = covering.filter(
        (test) => test.assessment === assessment && !(wasResolved && hasOpenedPoint(test)),
      );
      if (own.length === 0) continue;
      verdicts[index] = verdictOf(own) === 'MET';
      lastJudgement = Math.max(lastJudgement, ...own.map((test) => firstReadingOf(test).revision));
    }
  }
  return { verdicts, lastJudgement };
}

function hasOpenedPoint({ assessment, reading }: Test): boolean {
  return (
    reading.verdict === 'IMPROVEMENT_NEEDED' &&
    assessment.found.improvementPoints.some(
      (point) => findingAt(assessment, point.finding).root === reading.root,
    )
  );
}

function isResolved(verdicts: readonly (boolean | null)[]): boolean {
  return verdicts.every((met) => met === true);
}

/** What followed on each improvement point, by its id. */
function groupByPoint(
  history: ApproachHistory,
  tests: readonly Test[],
  asOf: AsOf,
): (id: string) => Pick<ImprovementPointReading, 'followUps' | 'commitments'> {
  const judgements = new Map<string, Test[]>();
  for (const test of tests) for (const id of test.reading.improvementPoints) push(judgements, id, test);
  const { followUps } = history.followed;
  const firstReading = new Map(followUps.map(({ id, root }) => [id, root]));
  const mayBeKnown = knowable(history, asOf);
  const isReported = (report: FollowUpFact): boolean => {
    const teller = history.assessments.find(({ id }) => id === report.assessment);
    const isAbandoned = teller !== undefined && stateAt(teller, asOf.upTo) === 'ABANDONED';
    return !isAbandoned && mayBeKnown(report);
  };
  const reports = new Map<string, FollowUpFact[]>();
  for (const report of standingReadings(followUps, asOf).filter(isReported)) {
    for (const id of report.improvementPoints) push(reports, id, report);
  }
  const commitments = new Map<string, CommitmentReading[]>();
  for (const fact of history.followed.commitments) {
    if (!mayBeKnown(fact) || !isTold(history, fact, asOf) || !countsAt(fact, asOf)) continue;
    const settled = settlementAt(fact, asOf);
    for (const id of fact.improvementPoints) push(commitments, id, { fact, settled });
  }
  return (id) => ({
    followUps: followUpsOf(id),
    commitments: commitments.get(id) ?? [],
  });

  function followUpsOf(point: string): FollowUpReading[] {
    // A judgement names one reading of the report that it judged, whichever stands now.
    const judged = Map.groupBy(judgements.get(point) ?? [], ({ reading }) =>
      reading.followUp === null ? undefined : firstReading.get(reading.followUp),
    );
    const reported = (reports.get(point) ?? []).flatMap((report): FollowUpReading[] => {
      const own = judged.get(report.root) ?? [];
      judged.delete(report.root);
      return own.length > 0 || isTold(history, report, asOf) ? [{ report, judgements: own }] : [];
    });
    // Judged without a report, or on one that is not there at that point.
    const unreported = Map.groupBy([...judged.values()].flat(), ({ assessment }) => assessment);
    return [...reported, ...[...unreported.values()].map((own) => ({ report: null, judgements: own }))].sort(
      (a, b) => firstRevision(history, a) - firstRevision(history, b),
    );
  }
}

function push<T>(lists: Map<string, T[]>, key: string, value: T): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}

/** What became of a commitment, where that is there at that point: from the day that it speaks of on. */
export function settlementAt({ settled }: CommitmentFact, asOf: AsOf): CommitmentFact['settled'] {
  return settled !== null && isThere(settled, asOf) && happenedBy(asOf, settled.settledOn) ? settled : null;
}

/**
 * True where a report or commitment, which may be known of, is there at that point: with the assessment that tells of
 * it, or apart.
 */
function isTold(history: ApproachHistory, fact: CommitmentFact | FollowUpFact, asOf: AsOf): boolean {
  if (fact.position > asOf.upTo) return false;
  if (fact.assessment === null) return isToldApart(history, fact, asOf);
  const assessment = history.assessments.find(({ id }) => id === fact.assessment);
  return assessment !== undefined && isVisible(history, assessment, asOf);
}

/**
 * True where a report or commitment that no assessment tells of counts by the clocks: from the day on which it was
 * reported, or else recorded; and public from the day on which it was recorded, with all that it speaks of.
 */
export function isToldApart(
  history: ApproachHistory,
  fact: CommitmentFact | FollowUpFact,
  asOf: AsOf,
): boolean {
  const date = 'reportedOn' in fact ? (fact.reportedOn ?? fact.toldOn) : fact.toldOn;
  if (!happenedBy(asOf, date) || !publicBy(asOf, fact.toldOn)) return false;
  const published = { ...asOf, reference: null };
  return assessmentsOfFollowed(history, fact).every((assessment) => isShown(history, assessment, published));
}

/** Whether who reads may know of a report or commitment, whatever the clocks: of every assessment that it speaks of. */
export function knowable(
  history: ApproachHistory,
  asOf: AsOf,
): (told: CommitmentFact | FollowUpFact) => boolean {
  const always = { ...asOf, reference: null, publishedBy: null };
  // Mostly there is none that is hidden, and nothing to look for.
  const hidden = history.assessments.filter((assessment) => !isShown(history, assessment, always));
  return (told) => assessmentsOfFollowed({ assessments: hidden }, told).length === 0;
}

/** Where a follow-up stands in the order of the log: a correction takes the place of what it corrects. */
function firstRevision({ followed }: ApproachHistory, { report, judgements }: FollowUpReading): number {
  if (report !== null) return followed.followUps[report.root]?.revision ?? 0;
  const [first] = judgements;
  return first === undefined ? 0 : firstReadingOf(first).revision;
}

function firstReadingOf({ assessment, reading }: Test): FindingFact {
  return findingAt(assessment, reading.root);
}
