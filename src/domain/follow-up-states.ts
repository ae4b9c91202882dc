import type { AsOf } from './as-of';
import { isThere, standingReadings, withdrawalAt } from './corrections';
import type { FindingFact, FollowUpFact, PublishedFact } from './facts';
import type { ApproachHistory } from './history';
import type { FollowUpReading } from './improvement';
import { visibleTests } from './verdicts';

/** A follow-up as it was read between two changes of it. */
export interface FollowUpState {
  readonly followUp: FollowUpReading;
  /** The correction or withdrawal, of the report or of a judgement, that made it so; null for the first. */
  readonly change: PublishedFact | null;
}

/**
 * A follow-up in all the states in which it was read, up to the one that stands at that point. What was
 * reported and how it was judged are corrected apart from each other; each correction or withdrawal of
 * either makes another state, from its own place in the log on.
 * @param point the improvement point to which the judgements are limited, by its id; null for all of them
 */
export function followUpStates(
  history: ApproachHistory,
  followUp: FollowUpReading,
  point: string | null,
  asOf: AsOf,
): FollowUpState[] {
  const isOfReport = reportsOf(history, followUp);
  const isJudgement = judgementsOf(history, followUp, point);
  const findings = history.assessments.flatMap(({ found }) => found.findings.filter(isJudgement));
  const reports = history.followed.followUps.filter(isOfReport);
  const changes = [...reports, ...findings]
    .flatMap((fact) => [
      ...(fact.corrects !== null && isThere(fact, asOf) ? [fact] : []),
      withdrawalAt(fact, asOf) ?? [],
    ])
    .flat()
    .sort((a, b) => a.revision - b.revision);

  const states: FollowUpState[] = [];
  let change: PublishedFact | null = null;
  for (const next of [...changes, null]) {
    const then = next === null ? asOf : { ...asOf, upTo: next.position - 1 };
    const report = standingReadings(reports, then)[0] ?? null;
    const judgements = visibleTests(history, then).filter(({ reading }) => isJudgement(reading));
    if (report !== null || judgements.length > 0) states.push({ followUp: { report, judgements }, change });
    change = next;
  }
  return states;
}

function reportsOf(
  { followed }: ApproachHistory,
  { report }: FollowUpReading,
): (fact: FollowUpFact) => boolean {
  const root = report === null ? undefined : followed.followUps[report.root];
  return (fact) => root !== undefined && followed.followUps[fact.root] === root;
}

function judgementsOf(
  history: ApproachHistory,
  followUp: FollowUpReading,
  point: string | null,
): (finding: FindingFact) => boolean {
  const isOfPoint = ({ improvementPoints }: FindingFact): boolean =>
    point === null || improvementPoints.includes(point);
  if (followUp.report !== null) {
    const ids = new Set(history.followed.followUps.filter(reportsOf(history, followUp)).map(({ id }) => id));
    return (finding) => isOfPoint(finding) && finding.followUp !== null && ids.has(finding.followUp);
  }
  // Without a report, or beneath one that was withdrawn: those of the one assessment.
  const [first] = followUp.judgements;
  const own = new Set(first?.assessment.found.findings);
  const report = first?.reading.followUp ?? null;
  return (finding) => isOfPoint(finding) && own.has(finding) && finding.followUp === report;
}
