import { type AsOf, publicBy } from './as-of';
import type {
  AssessmentFact,
  AttentionPointFact,
  CommitmentFact,
  FollowUpFact,
  ImprovementPointFact,
} from './facts';
import { type ApproachHistory, findingAt } from './history';
import { type FrameworkLines, isVisible, type Test } from './verdicts';

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
  readonly opening: Test;
  readonly status: ImprovementPointStatus;
  readonly followUps: readonly FollowUpReading[];
  readonly commitments: readonly CommitmentReading[];
}

/**
 * The improvement points that are there at that point, in the order in which they were opened. A point goes
 * with the finding that opened it: withdrawn, or corrected to a ✓, it is not there.
 *
 * It is judged by every test of its indicators behind the one that opened it: resolved where the latest
 * test of each is ✓, persistent where one is not. A report that came after the last judgement makes it
 * `REPORTED` again.
 */
export function improvementPointsAt(
  history: ApproachHistory,
  tests: readonly Test[],
  frameworks: FrameworkLines,
  asOf: AsOf,
): ImprovementPointReading[] {
  const testsOf = groupByIndicator(tests, frameworks);
  const followed = groupByPoint(history, tests, asOf);
  const readings = tests.flatMap((opening): ImprovementPointReading[] => {
    const { assessment, reading } = opening;
    if (reading.verdict !== 'IMPROVEMENT_NEEDED') return [];
    return assessment.found.improvementPoints
      .filter(
        (fact) => fact.position <= asOf.upTo && findingAt(assessment, fact.finding).root === reading.root,
      )
      .map((fact) => {
        const { followUps, commitments } = followed(fact.id);
        return { fact, opening, status: statusOf(opening, followUps, testsOf), followUps, commitments };
      });
  });
  return readings.sort((a, b) => a.fact.revision - b.fact.revision);
}

/** Attention points that are there at that point: those of the findings that count, in the order raised. */
export function attentionPointsAt(
  tests: readonly Test[],
  asOf: AsOf,
): { readonly fact: AttentionPointFact; readonly test: Test }[] {
  return [...Map.groupBy(tests, ({ assessment }) => assessment)]
    .flatMap(([assessment, own]) => {
      const byRoot = new Map(own.map((test) => [test.reading.root, test]));
      return assessment.found.attentionPoints.flatMap((fact) => {
        const test = byRoot.get(findingAt(assessment, fact.finding).root);
        return fact.position <= asOf.upTo && test !== undefined ? [{ fact, test }] : [];
      });
    })
    .sort((a, b) => a.fact.revision - b.fact.revision);
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
  opening: Test,
  followUps: readonly FollowUpReading[],
  testsOf: TestsOfIndicator,
): ImprovementPointStatus {
  const judgements = opening.reading.indicators.map((code) => {
    const covering = testsOf(opening.assessment, code);
    const behind = covering.findLastIndex(({ assessment }) => assessment === opening.assessment) + 1;
    return covering.slice(behind);
  });
  const lastJudgement = Math.max(-1, ...judgements.flat().map(({ reading }) => reading.revision));
  const isReported = followUps.some(
    (followUp) => followUp.judgements.length === 0 && (followUp.report?.revision ?? -1) > lastJudgement,
  );
  if (isReported) return 'REPORTED';

  const verdicts = judgements.map((covering) => {
    const latest = covering.at(-1)?.assessment;
    if (latest === undefined) return null;
    return covering.every(({ reading, assessment }) => assessment !== latest || reading.verdict === 'MET');
  });
  if (verdicts.every((met) => met === true)) return 'RESOLVED';
  return verdicts.includes(false) ? 'PERSISTENT' : 'OPEN';
}

/** What followed on each improvement point, by its id. */
function groupByPoint(
  history: ApproachHistory,
  tests: readonly Test[],
  asOf: AsOf,
): (id: string) => Pick<ImprovementPointReading, 'followUps' | 'commitments'> {
  const judgements = new Map<string, Test[]>();
  for (const test of tests) for (const id of test.reading.improvementPoints) push(judgements, id, test);
  const reports = new Map<string, FollowUpFact[]>();
  for (const report of history.followed.followUps) {
    for (const id of report.improvementPoints) push(reports, id, report);
  }
  const commitments = new Map<string, CommitmentReading[]>();
  for (const fact of history.followed.commitments.filter((one) => isTold(history, one, asOf))) {
    // No document tells what became of it, so that has no known publication date.
    const { settled } = fact;
    const isSettled = settled !== null && settled.position <= asOf.upTo && publicBy(asOf, null);
    for (const id of fact.improvementPoints)
      push(commitments, id, { fact, settled: isSettled ? settled : null });
  }
  return (id) => ({
    followUps: followUpsOf(reports.get(id) ?? [], judgements.get(id) ?? [], (report) =>
      isTold(history, report, asOf),
    ),
    commitments: commitments.get(id) ?? [],
  });
}

function followUpsOf(
  reports: readonly FollowUpFact[],
  judgements: readonly Test[],
  isTold: (report: FollowUpFact) => boolean,
): FollowUpReading[] {
  const reported = reports.flatMap((report): FollowUpReading[] => {
    const own = judgements.filter(({ reading }) => reading.followUp === report.id);
    return own.length > 0 || isTold(report) ? [{ report, judgements: own }] : [];
  });
  const unreported = Map.groupBy(
    judgements.filter(({ reading }) => reading.followUp === null),
    ({ assessment }) => assessment,
  );
  return [...reported, ...[...unreported.values()].map((own) => ({ report: null, judgements: own }))].sort(
    (a, b) => revisionOf(a) - revisionOf(b),
  );
}

function push<T>(lists: Map<string, T[]>, key: string, value: T): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}

/**
 * True where a report or commitment is there at that point: with the assessment that tells of it. Apart
 * from an assessment it has no reference year and no publication, so it is left out where either is asked.
 */
function isTold(
  history: ApproachHistory,
  fact: { readonly position: number; readonly assessment: string | null },
  asOf: AsOf,
): boolean {
  if (fact.position > asOf.upTo) return false;
  if (fact.assessment === null) return asOf.publishedBy === null && asOf.reference === null;
  const assessment = history.assessments.find(({ id }) => id === fact.assessment);
  return assessment !== undefined && isVisible(assessment, asOf);
}

function revisionOf({ report, judgements }: FollowUpReading): number {
  return report?.revision ?? judgements[0]?.reading.revision ?? 0;
}
