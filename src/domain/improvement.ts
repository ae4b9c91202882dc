import { type AsOf, publicBy } from './as-of';
import {
  type ApproachHistory,
  type AttentionPointFact,
  type CommitmentFact,
  type FollowUpFact,
  findingAt,
  type ImprovementPointFact,
} from './history';
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
  const byRoot = new Map(tests.map((test, order) => [test.reading.root, { test, order }]));
  return history.improvementPoints.flatMap((fact, index): ImprovementPointReading[] => {
    const opened = byRoot.get(findingAt(history, fact.finding).root);
    if (fact.position > asOf.upTo || opened === undefined) return [];
    if (opened.test.reading.verdict !== 'IMPROVEMENT_NEEDED') return [];

    const later = tests
      .slice(opened.order + 1)
      .filter(({ assessment }) => assessment !== opened.test.assessment);
    const followUps = followUpsOf(history, index, tests, asOf);
    return [
      {
        fact,
        opening: opened.test,
        status: statusOf(opened.test, later, followUps, frameworks),
        followUps,
        commitments: commitmentsOf(history, index, asOf),
      },
    ];
  });
}

/** Attention points that are there at that point: those of the findings that count, in the order raised. */
export function attentionPointsAt(
  history: ApproachHistory,
  tests: readonly Test[],
  asOf: AsOf,
): { readonly fact: AttentionPointFact; readonly test: Test }[] {
  const byRoot = new Map(tests.map((test) => [test.reading.root, test]));
  return history.attentionPoints.flatMap((fact) => {
    const test = byRoot.get(findingAt(history, fact.finding).root);
    return fact.position <= asOf.upTo && test !== undefined ? [{ fact, test }] : [];
  });
}

function statusOf(
  opening: Test,
  later: readonly Test[],
  followUps: readonly FollowUpReading[],
  frameworks: FrameworkLines,
): ImprovementPointStatus {
  const framework = frameworks(opening.assessment.framework);
  const lines = opening.reading.indicators.map((code) =>
    framework.lineOf(opening.assessment.frameworkVersion, code),
  );
  const verdicts = lines.map((line) => {
    const covering = later.filter(
      ({ reading, assessment }) =>
        assessment.framework === opening.assessment.framework &&
        reading.indicators.some((code) => framework.lineOf(assessment.frameworkVersion, code) === line),
    );
    const latest = covering.at(-1)?.assessment;
    if (latest === undefined) return null;
    return covering.every(({ reading, assessment }) => assessment !== latest || reading.verdict === 'MET');
  });

  const lastJudgement = Math.max(-1, ...later.map(({ reading }) => reading.revision));
  if (
    followUps.some(
      ({ report, judgements }) => judgements.length === 0 && (report?.revision ?? -1) > lastJudgement,
    )
  ) {
    return 'REPORTED';
  }
  if (verdicts.every((met) => met === true)) return 'RESOLVED';
  return verdicts.includes(false) ? 'PERSISTENT' : 'OPEN';
}

function followUpsOf(
  history: ApproachHistory,
  point: number,
  tests: readonly Test[],
  asOf: AsOf,
): FollowUpReading[] {
  const judgements = tests.filter(({ reading }) => reading.improvementPoints.includes(point));
  const reported = history.followUps.flatMap((report, index): FollowUpReading[] => {
    if (!report.improvementPoints.includes(point)) return [];
    const own = judgements.filter(({ reading }) => reading.followUp === index);
    return own.length > 0 || isTold(history, report, asOf) ? [{ report, judgements: own }] : [];
  });
  const unreported = Map.groupBy(
    judgements.filter(({ reading }) => reading.followUp === null),
    ({ assessment }) => assessment,
  );
  return [...reported, ...[...unreported.values()].map((own) => ({ report: null, judgements: own }))].sort(
    (a, b) => revisionOf(a) - revisionOf(b),
  );
}

function commitmentsOf(history: ApproachHistory, point: number, asOf: AsOf): CommitmentReading[] {
  return history.commitments
    .filter((fact) => fact.improvementPoints.includes(point) && isTold(history, fact, asOf))
    .map((fact) => ({
      fact,
      // No document told of it, so it has no known publication date.
      settled:
        fact.settled !== null && fact.settled.position <= asOf.upTo && publicBy(asOf, null)
          ? fact.settled
          : null,
    }));
}

/**
 * True where a report or commitment is there at that point: with the assessment that tells of it. Apart
 * from an assessment it has no reference year and no publication, so it is left out where either is asked.
 */
function isTold(
  history: ApproachHistory,
  fact: { readonly position: number; readonly assessment: number | null },
  asOf: AsOf,
): boolean {
  if (fact.position > asOf.upTo) return false;
  if (fact.assessment === null) return asOf.publishedBy === null && asOf.reference === null;
  const assessment = history.assessments[fact.assessment];
  return assessment !== undefined && isVisible(assessment, asOf);
}

function revisionOf({ report, judgements }: FollowUpReading): number {
  return report?.revision ?? judgements[0]?.reading.revision ?? 0;
}
