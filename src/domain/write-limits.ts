import { type ApproachCommand, type ApproachStep, stepsOf } from './approach-commands';
import {
  unknownAssessment,
  unknownAttentionPoint,
  unknownCommitment,
  unknownFinding,
  unknownPoint,
  unknownReport,
} from './approach-rules';
import { type Audience, includesAssessment, includesMunicipality } from './audience';
import type { AssessmentFact, CommitmentFact, FollowUpFact } from './facts';
import type { ApproachHistory } from './history';
import { findFinding } from './history-lookups';

// Who may write what, within the limits of who sends a command. What lies outside them is answered as what is
// not there: so nobody learns from a refusal what others have under way.

/** The command would write where its sender may not. Says what may be written. */
export class OutsideLimitsError extends Error {
  override readonly name = 'OutsideLimitsError';
}

/** @throws OutsideLimitsError where nothing of that municipality may be written. */
export function assertMayWriteMunicipality(limits: Audience, municipality: string): void {
  if (includesMunicipality(limits, municipality)) return;
  throw new OutsideLimitsError(`this token may not write to approaches of ${municipality}`);
}

/**
 * A framework concerns every municipality and inspectorate: it takes somebody who is limited to neither.
 * @throws OutsideLimitsError where the framework may not be written.
 */
export function assertMayWriteFramework(limits: Audience, code: string): void {
  const mayWrite = limits.some(
    ({ inspectorates, municipalities, frameworks }) =>
      inspectorates === null && municipalities === null && (frameworks === null || frameworks.includes(code)),
  );
  if (!mayWrite) throw new OutsideLimitsError(`this token may not write to framework ${code}`);
}

/**
 * What a command writes to must lie within the limits; what it refers to must be published, or lie within them.
 * @throws OutsideLimitsError where it would open an assessment outside them.
 * @throws Rejection as the domain does for what is not there.
 */
export function assertWithin(
  limits: Audience,
  municipality: string,
  command: ApproachCommand,
  history: ApproachHistory,
): void {
  const isOwn = (assessment: { readonly assessor: string; readonly framework: string }): boolean =>
    includesAssessment(limits, municipality, assessment);
  for (const step of stepsOf(command)) {
    assertStepWithin(step, history, isOwn);
    const written = assessmentWritten(step, history);
    if (written !== null && !isOwn(written)) {
      const { assessor, framework } = written;
      throw new OutsideLimitsError(
        `this token may not write assessments of ${municipality} by ${assessor} against ${framework}`,
      );
    }
  }
}

/** The assessment that a step makes, as far as limits go; null where it makes none. */
function assessmentWritten(
  step: ApproachStep,
  { assessments }: ApproachHistory,
): { readonly assessor: string; readonly framework: string } | null {
  if (step.type === 'OpenAssessment') return step.data;
  if (step.type !== 'CorrectAssessment') return null;
  const { assessmentId, assessor } = step.data;
  const assessment = assessments.find(({ id }) => id === assessmentId);
  return assessment === undefined ? null : { assessor, framework: assessment.framework };
}

type IsOwn = (assessment: AssessmentFact) => boolean;

function assertStepWithin(step: ApproachStep, history: ApproachHistory, isOwn: IsOwn): void {
  switch (step.type) {
    case 'RegisterApproach':
    case 'OpenAssessment':
      break;
    case 'ConsultSource':
    case 'NoteDevelopment':
    case 'RecordFinding':
    case 'ConcludeAssessment':
    case 'CorrectAssessment':
      assertOwnAssessment(step.data.assessmentId, history, isOwn);
      break;
    case 'RaiseAttentionPoint':
    case 'IdentifyImprovementPoint':
    case 'WithdrawFinding':
      assertOwnFinding(step.data.findingId, history, isOwn);
      break;
    case 'CorrectFinding':
      assertOwnFinding(step.data.corrects, history, isOwn);
      break;
    case 'AssessFollowUp':
    case 'ReportFollowUp':
    case 'MakeCommitment': {
      const { assessmentId, improvementPointIds } = step.data;
      if (assessmentId !== null) assertOwnAssessment(assessmentId, history, isOwn);
      // In an assessment of their own they speak of points of any that is published; apart from one, of their own.
      assertPoints(improvementPointIds, history, assessmentId === null ? isOwn : isThereFor(isOwn));
      break;
    }
    case 'SettleCommitment':
    case 'WithdrawCommitment': {
      const { commitmentId } = step.data;
      const commitment = history.followed.commitments.find(({ id }) => id === commitmentId);
      if (commitment !== undefined && !concernedBy(commitment, history).every(isOwn))
        throw unknownCommitment(commitmentId);
      break;
    }
    case 'WithdrawAttentionPoint': {
      const { attentionPointId } = step.data;
      const raised = history.assessments.find(({ found }) => holds(found.attentionPoints, attentionPointId));
      if (raised !== undefined && !isOwn(raised)) throw unknownAttentionPoint(attentionPointId);
      break;
    }
    case 'CorrectImprovementPoint':
      assertPoints([step.data.improvementPointId], history, isOwn);
      break;
    case 'CorrectReport':
      assertOwnReport(step.data.corrects, history, isOwn);
      assertPoints(step.data.improvementPointIds, history, isThereFor(isOwn));
      break;
    case 'WithdrawFollowUp':
      assertOwnReport(step.data.followUpId, history, isOwn);
      break;
    default:
      step satisfies never;
  }
}

/** Everybody may refer to what is published. */
function isThereFor(isOwn: IsOwn): IsOwn {
  return (assessment) => assessment.concluded?.public === true || isOwn(assessment);
}

// What is not in the history is left to the decider, which refuses it alike.

function assertOwnAssessment(id: string, { assessments }: ApproachHistory, isOwn: IsOwn): void {
  const assessment = assessments.find((one) => one.id === id);
  if (assessment !== undefined && !isOwn(assessment)) throw unknownAssessment(id);
}

function assertOwnFinding(id: string, history: ApproachHistory, isOwn: IsOwn): void {
  const placed = findFinding(history, id);
  if (placed !== undefined && !isOwn(placed.assessment)) throw unknownFinding(id);
}

function assertOwnReport(id: string, history: ApproachHistory, isOwn: IsOwn): void {
  const report = history.followed.followUps.find((one) => one.id === id);
  if (report !== undefined && !concernedBy(report, history).every(isOwn)) throw unknownReport(id);
}

function assertPoints(ids: readonly string[], history: ApproachHistory, isAllowed: IsOwn): void {
  for (const id of ids) {
    if (!assessmentsOfPoints([id], history).every(isAllowed)) throw unknownPoint(id);
  }
}

/** The assessment that tells of a report or commitment; apart from one, those that opened its improvement points. */
function concernedBy(
  { assessment, improvementPoints }: Pick<CommitmentFact | FollowUpFact, 'assessment' | 'improvementPoints'>,
  history: ApproachHistory,
): AssessmentFact[] {
  return assessment === null
    ? assessmentsOfPoints(improvementPoints, history)
    : history.assessments.filter(({ id }) => id === assessment);
}

function assessmentsOfPoints(ids: readonly string[], { assessments }: ApproachHistory): AssessmentFact[] {
  return assessments.filter(({ found }) => ids.some((id) => holds(found.improvementPoints, id)));
}

function holds(facts: readonly { readonly id: string }[], id: string): boolean {
  return facts.some((fact) => fact.id === id);
}
