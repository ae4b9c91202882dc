import type {
  CorrectFinding,
  CorrectFollowUp,
  CorrectReport,
  WithdrawFinding,
  WithdrawFollowUp,
} from './approach-commands';
import {
  assertFree,
  assertIndicators,
  assertNotAbandoned,
  assertPoints,
  assertReason,
  assertReportStands,
  assertStands,
  commitmentById,
  findingById,
  isWithdrawn,
  pointOf,
  reportById,
  unknownAttentionPoint,
} from './approach-rules';
import type { DomainEvent, EventData } from './events';
import type { FrameworkLine } from './framework';
import type { ApproachHistory } from './history';
import { Rejection } from './rejection';

// What the decider makes of corrections and withdrawals.

export function correctFinding(
  { data, improvementPoint, mustOpenPoint = false }: CorrectFinding,
  history: ApproachHistory,
  frameworks: (code: string) => FrameworkLine,
): DomainEvent[] {
  assertReason(data.reason);
  const placed = findingById(history, data.corrects);
  const { assessment, finding } = placed;
  assertFree(history, data.findingId);
  assertStands(placed);
  assertIndicators(data.indicators, assessment, frameworks);
  const corrected: DomainEvent = { type: 'FindingCorrected', data };
  const mayOpenPoint =
    data.verdict === 'IMPROVEMENT_NEEDED' &&
    finding.followUp === null &&
    finding.improvementPoints.length === 0 &&
    pointOf(assessment, finding) === undefined;
  // A follow-up may find ✗ without a point: where only its words change, none is opened that nobody asked for.
  const needsPoint = assessment.kind === 'BASELINE' || finding.verdict === 'MET' || mustOpenPoint;
  if (!mayOpenPoint || !needsPoint) {
    if (mustOpenPoint) throw opensNoPoint();
    return [corrected];
  }
  if (improvementPoint === null) {
    throw new Rejection(
      'IMPROVEMENT_POINT_MISSING',
      'a finding that is corrected to ✗ opens an improvement point; none was given',
      'improvementPoint',
    );
  }
  const { improvementPointId, text } = improvementPoint;
  assertFree(history, improvementPointId);
  if (improvementPointId === data.findingId) {
    throw new Rejection(
      'ID_TAKEN',
      `id ${data.findingId} is given to the correction and to its improvement point`,
    );
  }
  return [
    corrected,
    {
      type: 'ImprovementPointIdentified',
      data: { improvementPointId, text, findingId: data.findingId },
    },
  ];
}

function opensNoPoint(): Rejection {
  const accepted =
    'none, unless a finding without an improvement point is corrected to ✗; the words of one that is there are corrected by themselves';
  return new Rejection(
    'VALUE_NOT_ACCEPTED',
    `improvementPoint is not used, as the correction opens none; expected ${accepted}`,
    'improvementPoint',
    { accepted },
  );
}

/** @throws Rejection where it does not correct one follow-up: what was reported, how it was judged, or both. */
export function assertOneFollowUp({ report, judgements }: CorrectFollowUp, history: ApproachHistory): void {
  if (report === null && judgements.length === 0) {
    throw new Rejection(
      'NOTHING_TO_CORRECT',
      'neither what was reported nor how it was judged is corrected',
      'report',
    );
  }
  const root = report === null ? null : reportById(history, report.corrects).root;
  for (const { data } of judgements) {
    const { assessment, finding } = findingById(history, data.corrects);
    // A report that is not there for the sender is none that the sender corrects.
    const judgedReport = history.followed.followUps.find(({ id }) => id === finding.followUp);
    const judged = judgedReport === undefined ? null : reportById(history, judgedReport.id).root;
    if (assessment.kind === 'FOLLOW_UP' && (root === null || judged === root)) continue;
    throw new Rejection(
      'JUDGEMENT_UNKNOWN',
      report === null
        ? `finding ${finding.id} is not of a follow-up: correct it as a finding`
        : `finding ${finding.id} is no judgement on report ${report.corrects}`,
      'findingId',
    );
  }
}

export function withdrawFinding(data: WithdrawFinding['data'], history: ApproachHistory): DomainEvent[] {
  assertReason(data.reason);
  assertStands(findingById(history, data.findingId));
  return [{ type: 'FindingWithdrawn', data }];
}

export function correctReport(data: CorrectReport['data'], history: ApproachHistory): DomainEvent[] {
  assertReason(data.reason);
  const report = reportById(history, data.corrects);
  assertFree(history, data.followUpId);
  assertReportStands(history, report);
  assertPoints(history, data.improvementPointIds);
  return [{ type: 'FollowUpCorrected', data }];
}

export function withdrawFollowUp(data: WithdrawFollowUp['data'], history: ApproachHistory): DomainEvent[] {
  const { followUpId, reason, publishedOn } = data;
  assertReason(reason);
  const report = reportById(history, followUpId);
  assertReportStands(history, report);
  const withdrawn: DomainEvent = { type: 'FollowUpWithdrawn', data };
  if (report.corrects !== null) return [withdrawn];
  const readings = new Set(
    history.followed.followUps.filter(({ root }) => root === report.root).map(({ id }) => id),
  );
  // In an assessment that was abandoned nothing is changed any more, and nothing of it counts.
  const judgements = history.assessments
    .filter(({ abandoned }) => abandoned === null)
    .flatMap(({ found: { findings } }) =>
      findings.filter(
        (finding) =>
          finding.followUp !== null && readings.has(finding.followUp) && !isWithdrawn(findings, finding),
      ),
    );
  // Each in all its readings, the latest first, so that no earlier one stands again.
  return [
    ...judgements.reverse().map(
      ({ id }): DomainEvent => ({
        type: 'FindingWithdrawn',
        data: { findingId: id, reason, publishedOn },
      }),
    ),
    withdrawn,
  ];
}

export function withdrawAttentionPoint(
  data: EventData<'AttentionPointWithdrawn'>,
  history: ApproachHistory,
): DomainEvent[] {
  assertReason(data.reason);
  const points = history.assessments.flatMap(({ found }) => found.attentionPoints);
  const point = points.find(({ id }) => id === data.attentionPointId);
  assertNotAbandoned(
    history.assessments.find(({ found }) => found.attentionPoints.some((one) => one === point)),
    'attentionPointId',
  );
  if (point === undefined) throw unknownAttentionPoint(data.attentionPointId);
  if (point.withdrawn !== null) {
    throw new Rejection(
      'ATTENTION_POINT_WITHDRAWN',
      `attention point ${data.attentionPointId} was withdrawn`,
      'attentionPointId',
    );
  }
  return [{ type: 'AttentionPointWithdrawn', data }];
}

export function withdrawCommitment(
  data: EventData<'CommitmentWithdrawn'>,
  history: ApproachHistory,
): DomainEvent[] {
  assertReason(data.reason);
  commitmentById(history, data.commitmentId);
  return [{ type: 'CommitmentWithdrawn', data }];
}
