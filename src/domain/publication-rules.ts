import { type Edtf, isBefore } from './edtf';
import type { DomainEvent } from './events';
import type { AssessmentFact, CommitmentFact, FindingFact, FollowUpFact } from './facts';
import type { ApproachHistory } from './history';
import { findFinding, findingAt } from './history-lookups';
import { Rejection } from './rejection';
import { publicationOf } from './verdicts';

// The past is not rewritten: what was public at some time was not corrected yet before that.

/**
 * Issues of a document are held in order by the days that they bear (`src/factsheet/issue-date.ts`); this is
 * for whoever corrects or withdraws something and says from when that is public.
 * @throws Rejection where an event would be public before what it corrects or withdraws.
 */
export function assertNotBefore(event: DomainEvent, history: ApproachHistory): void {
  if (!('publishedOn' in event.data) || event.data.publishedOn === null) return;
  const { publishedOn } = event.data;
  for (const date of publicationsOfSubject(event, history)) {
    if (date === null || !isBefore(publishedOn, date)) continue;
    const accepted = `a date from ${date} on`;
    throw new Rejection(
      'VALUE_NOT_ACCEPTED',
      `publishedOn is ${publishedOn}, before what it is about was public; expected ${accepted}`,
      'publishedOn',
      { accepted },
    );
  }
}

/** When that which the event corrects or withdraws was public, as far as that is known: the latest of these. */
function publicationsOfSubject(event: DomainEvent, history: ApproachHistory): (Edtf | null)[] {
  const { assessments, followed } = history;
  switch (event.type) {
    case 'FindingCorrected':
    case 'FindingWithdrawn': {
      const id = event.type === 'FindingCorrected' ? event.data.corrects : event.data.findingId;
      const placed = findFinding(history, id);
      return placed === undefined ? [] : publicationsOfFinding(placed.finding, placed.assessment);
    }
    case 'AttentionPointWithdrawn': {
      const { attentionPointId } = event.data;
      return assessments.flatMap((assessment) =>
        assessment.found.attentionPoints
          .filter(({ id }) => id === attentionPointId)
          .flatMap((point) => [
            point.publishedOn,
            ...publicationsOfFinding(findingAt(assessment, point.finding), assessment),
          ]),
      );
    }
    case 'ImprovementPointCorrected': {
      const { improvementPointId } = event.data;
      return assessments.flatMap((assessment) =>
        assessment.found.improvementPoints
          .filter(({ id }) => id === improvementPointId)
          .flatMap((point) => [
            ...point.corrections.map((correction) => correction.publishedOn),
            ...publicationsOfFinding(findingAt(assessment, point.finding), assessment),
          ]),
      );
    }
    case 'FollowUpCorrected':
    case 'FollowUpWithdrawn': {
      const id = event.type === 'FollowUpCorrected' ? event.data.corrects : event.data.followUpId;
      return publicationsOfTold(
        followed.followUps.find((one) => one.id === id),
        history,
      );
    }
    case 'CommitmentWithdrawn': {
      const { commitmentId } = event.data;
      return publicationsOfTold(
        followed.commitments.find(({ id }) => id === commitmentId),
        history,
      );
    }
    case 'AssessmentCorrected': {
      const { assessmentId, assessmentPublishedOn: said } = event.data;
      const known = knownPublication(assessments.find(({ id }) => id === assessmentId));
      // The day of publication itself may be what is corrected.
      return [said !== null && known !== null && isBefore(said, known) ? said : known];
    }
    default:
      return [];
  }
}

function publicationsOfFinding({ publishedOn }: FindingFact, assessment: AssessmentFact): (Edtf | null)[] {
  return [publishedOn, knownPublication(assessment)];
}

/** A report or commitment is public with the assessment that tells of it; apart from one that is not known. */
function publicationsOfTold(
  told: CommitmentFact | FollowUpFact | undefined,
  { assessments }: ApproachHistory,
): (Edtf | null)[] {
  if (told === undefined) return [];
  return [told.publishedOn, knownPublication(assessments.find(({ id }) => id === told.assessment))];
}

function knownPublication(assessment: AssessmentFact | undefined): Edtf | null {
  return assessment === undefined ? null : publicationOf(assessment, Number.POSITIVE_INFINITY);
}
