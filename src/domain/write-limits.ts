import {
  assertMunicipality,
  unknownAssessment,
  unknownAttentionPoint,
  unknownCommitment,
  unknownFinding,
  unknownPoint,
  unknownReport,
} from './approach-rules';
import { type Audience, includesAssessment, includesMunicipality } from './audience';
import type { DomainEvent } from './events';
import type { AssessmentFact, CommitmentFact, FollowUpFact } from './facts';
import type { ApproachHistory } from './history';
import { assessmentsOfFollowed, findFinding } from './history-lookups';
import { Rejection } from './rejection';
import { assessorAt } from './verdicts';

// Who may write what, within the limits of who sends a command. What lies outside them is answered as what is
// not there: so nobody learns from a refusal what others have under way.

/** The command would write where its sender may not. Says what may be written. */
export class OutsideLimitsError extends Error {
  override readonly name = 'OutsideLimitsError';
}

/**
 * @throws Rejection where there is no municipality with that code, and there was none: who is limited to one learns it
 * as everybody does. OutsideLimitsError where nothing of that municipality may be written.
 */
export function assertMayWriteMunicipality(limits: Audience, municipality: string): void {
  assertMunicipality(municipality);
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
 * What is opened says itself where it lies, so this holds whatever there is.
 * @throws OutsideLimitsError where an assessment outside the limits would be opened.
 */
export function assertMayOpen(limits: Audience, municipality: string, events: readonly DomainEvent[]): void {
  for (const { type, data } of events) {
    if (type === 'AssessmentOpened') assertMayLie(limits, municipality, data);
  }
}

/**
 * What the events of a command write to must lie within the limits; what they refer to must be published, or lie
 * within them. What is not in the history is left to the decider.
 * @throws OutsideLimitsError where an assessment outside them would be opened, or come to lie there.
 * @throws Rejection as the domain does for what is not there.
 */
export function assertWithin(
  limits: Audience,
  municipality: string,
  events: readonly DomainEvent[],
  history: ApproachHistory,
): void {
  const isOwn = ownWithin(limits, municipality);
  assertMayOpen(limits, municipality, events);
  for (const event of events) {
    assertEventWithin(event, history, isOwn);
    if (event.type !== 'AssessmentCorrected') continue;
    const { assessmentId, assessor } = event.data;
    const corrected = history.assessments.find(({ id }) => id === assessmentId);
    if (corrected !== undefined)
      assertMayLie(limits, municipality, { assessor, framework: corrected.framework });
  }
}

/** Whether all of that lies within the limits, as {@link assertWithin} has it. */
export function isWithin(...asked: Parameters<typeof assertWithin>): boolean {
  try {
    assertWithin(...asked);
    return true;
  } catch (error) {
    if (error instanceof OutsideLimitsError || error instanceof Rejection) return false;
    throw error;
  }
}

/**
 * A command may reach further than it says, as the withdrawal of a report takes the judgements on it along.
 * @throws OutsideLimitsError where what was decided reaches what others have published.
 */
export function assertReaches(
  limits: Audience,
  municipality: string,
  decided: readonly DomainEvent[],
  history: ApproachHistory,
): void {
  const isOwn = ownWithin(limits, municipality);
  for (const event of decided) {
    const placed = event.type === 'FindingWithdrawn' ? findFinding(history, event.data.findingId) : undefined;
    if (placed === undefined || isOwn(placed.assessment)) continue;
    throw new OutsideLimitsError(
      `this token may not withdraw findings by ${currentAssessor(placed.assessment)}: finding ${placed.finding.id} would go with what is withdrawn`,
    );
  }
}

function assertMayLie(
  limits: Audience,
  municipality: string,
  assessment: { readonly assessor: string; readonly framework: string },
): void {
  if (includesAssessment(limits, municipality, assessment)) return;
  const { assessor, framework } = assessment;
  throw new OutsideLimitsError(
    `this token may not write assessments of ${municipality} by ${assessor} against ${framework}`,
  );
}

/** The history without what is not there within these limits: assessments, and what speaks of them. */
export function historyShownTo(
  limits: Audience,
  municipality: string,
  history: ApproachHistory,
): ApproachHistory {
  const isThere = isThereFor(ownWithin(limits, municipality));
  const isShown = (told: CommitmentFact | FollowUpFact): boolean =>
    assessmentsOfFollowed(history, told).every(isThere);
  const { followUps, commitments } = history.followed;
  return {
    ...history,
    assessments: history.assessments.filter(isThere),
    followed: { followUps: wholeReports(followUps, isShown), commitments: commitments.filter(isShown) },
  };
}

/**
 * The reports that are shown in all their readings: who does not see how one was corrected could otherwise correct it
 * beside that. They refer to each other by their places among them.
 */
function wholeReports(reports: readonly FollowUpFact[], isShown: (report: FollowUpFact) => boolean) {
  const hidden = new Set(reports.filter((report) => !isShown(report)).map(({ root }) => root));
  const places = new Map<number, number>();
  reports.forEach(({ root }, place) => {
    if (!hidden.has(root)) places.set(place, places.size);
  });
  const placeOf = (before: number): number => places.get(before) ?? before;
  return [...places.keys()].flatMap((place) => {
    const report = reports[place];
    if (report === undefined) return [];
    const { root, corrects } = report;
    return [{ ...report, root: placeOf(root), corrects: corrects === null ? null : placeOf(corrects) }];
  });
}

type IsOwn = (assessment: AssessmentFact) => boolean;

/** Whose an assessment is: of the assessor that stands now. */
function ownWithin(limits: Audience, municipality: string): IsOwn {
  return (assessment) =>
    includesAssessment(limits, municipality, {
      assessor: currentAssessor(assessment),
      framework: assessment.framework,
    });
}

function currentAssessor(assessment: AssessmentFact): string {
  return assessorAt(assessment, Number.POSITIVE_INFINITY);
}

function assertEventWithin(event: DomainEvent, history: ApproachHistory, isOwn: IsOwn): void {
  switch (event.type) {
    case 'ApproachRegistered':
    case 'FactsheetImported':
    case 'FrameworkPublished':
    case 'FrameworkRevised':
    case 'TextsLeftOut':
      break;
    case 'AssessmentOpened':
    case 'SourceConsulted':
    case 'DevelopmentNoted':
    case 'FindingRecorded':
    case 'AssessmentConcluded':
    case 'AssessmentAbandoned':
    case 'AssessmentCorrected':
      assertOwnAssessment(event.data.assessmentId, history, isOwn);
      break;
    case 'AttentionPointRaised':
    case 'ImprovementPointIdentified':
    case 'FindingWithdrawn':
      assertOwnFinding(event.data.findingId, history, isOwn);
      break;
    case 'FindingCorrected':
      assertOwnFinding(event.data.corrects, history, isOwn);
      break;
    case 'FollowUpAssessed': {
      const { followUpId } = event.data;
      if (followUpId !== null) assertReport(followUpId, history, isThereFor(isOwn));
      assertTold(event.data, history, isOwn);
      break;
    }
    case 'FollowUpReported':
    case 'CommitmentMade':
      assertTold(event.data, history, isOwn);
      break;
    case 'CommitmentSettled':
    case 'CommitmentWithdrawn': {
      const { commitmentId } = event.data;
      const commitment = history.followed.commitments.find(({ id }) => id === commitmentId);
      if (commitment !== undefined && !isOwnFollowed(commitment, history, isOwn))
        throw unknownCommitment(commitmentId);
      break;
    }
    case 'AttentionPointWithdrawn': {
      const { attentionPointId } = event.data;
      const raised = history.assessments.find(({ found }) => holds(found.attentionPoints, attentionPointId));
      if (raised !== undefined && !isOwn(raised)) throw unknownAttentionPoint(attentionPointId);
      break;
    }
    case 'ImprovementPointCorrected':
      assertPoints([event.data.improvementPointId], history, isOwn, 'improvementPointId');
      break;
    case 'FollowUpCorrected':
      assertOwnReport(event.data.corrects, history, isOwn);
      assertPoints(event.data.improvementPointIds, history, isThereFor(isOwn));
      break;
    case 'FollowUpWithdrawn':
      assertOwnReport(event.data.followUpId, history, isOwn);
      break;
    default:
      event satisfies never;
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

/** In an assessment of their own they speak of points of any that is published; apart from one, of their own. */
function assertTold(
  told: { readonly assessmentId: string | null; readonly improvementPointIds: readonly string[] },
  history: ApproachHistory,
  isOwn: IsOwn,
): void {
  const { assessmentId, improvementPointIds } = told;
  if (assessmentId !== null) assertOwnAssessment(assessmentId, history, isOwn);
  assertPoints(improvementPointIds, history, assessmentId === null ? isOwn : isThereFor(isOwn));
}

/** Who refers to a report must be shown all that it speaks of. */
function assertReport(id: string, history: ApproachHistory, isAllowed: IsOwn): void {
  const report = history.followed.followUps.find((one) => one.id === id);
  if (report !== undefined && !assessmentsOfFollowed(history, report).every(isAllowed))
    throw unknownReport(id);
}

function assertOwnReport(id: string, history: ApproachHistory, isOwn: IsOwn): void {
  const report = history.followed.followUps.find((one) => one.id === id);
  if (report !== undefined && !isOwnFollowed(report, history, isOwn)) throw unknownReport(id);
}

function assertPoints(
  ids: readonly string[],
  history: ApproachHistory,
  isAllowed: IsOwn,
  field?: string,
): void {
  for (const id of ids) {
    if (!assessmentsOfFollowed(history, { assessment: null, improvementPoints: [id] }).every(isAllowed))
      throw unknownPoint(id, field);
  }
}

/**
 * Whose a report or commitment is: of the assessment that tells of it; apart from one, of those that opened its
 * improvement points. Of all that it speaks of, nothing may be hidden.
 */
function isOwnFollowed(
  followed: CommitmentFact | FollowUpFact,
  history: ApproachHistory,
  isOwn: IsOwn,
): boolean {
  const of = assessmentsOfFollowed(history, followed);
  const teller = followed.assessment;
  return (
    of.every(teller === null ? isOwn : isThereFor(isOwn)) &&
    of.every((one) => one.id !== teller || isOwn(one))
  );
}

function holds(facts: readonly { readonly id: string }[], id: string): boolean {
  return facts.some((fact) => fact.id === id);
}
