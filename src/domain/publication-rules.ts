import { type Edtf, isBefore, isBeforeYear, lastDay } from './edtf';
import type { DomainEvent, EventData, Verdict } from './events';
import type {
  AssessmentFact,
  CommitmentFact,
  CorrectableFact,
  FindingFact,
  FollowUpFact,
  WithdrawableFact,
} from './facts';
import type { ApproachHistory } from './history';
import { assessmentsOfFollowed, findFinding, findingAt } from './history-lookups';
import { Rejection } from './rejection';
import { publicationOf, stateAt } from './verdicts';

// The past is not rewritten: what was public at some time was not corrected or withdrawn yet before that, nor before
// another correction or withdrawal of it was public: it stood until then. So it is not made to have been public earlier
// for a while either: every day counts on which an assessment was ever said to be public. And nothing is told of a year
// before it began.

/** @throws Rejection where a date that the event bears does not fit what the history holds. */
export function assertDatesFit(event: DomainEvent, history: ApproachHistory): void {
  assertNotBefore(event, history);
  assertInYear(event, history);
}

/**
 * Issues of a document are held in order by the days that they bear (`src/factsheet/issue-date.ts`); this is
 * for whoever corrects or withdraws something and says from when that is public.
 * @throws Rejection where an event would be public before what it corrects or withdraws, or before another change of
 * that, or would make what was corrected public behind its corrections.
 */
export function assertNotBefore(event: DomainEvent, history: ApproachHistory): void {
  if (event.type === 'AssessmentCorrected') assertNotBehind(event.data, history);
  if (!('publishedOn' in event.data) || event.data.publishedOn === null) return;
  const { publishedOn } = event.data;
  const latest = publicationsOfSubject(event, history)
    .filter((date): date is Edtf => date !== null && isBefore(publishedOn, date))
    .sort(byLastDay)
    .at(-1);
  if (latest === undefined) return;
  const accepted = `a date from ${latest} on`;
  throw new Rejection(
    'VALUE_NOT_ACCEPTED',
    `publishedOn is ${publishedOn}, before what it is about, or the last change of that, was public; expected ${accepted}`,
    'publishedOn',
    { accepted },
  );
}

/**
 * What is said of when an assessment was published, or of what followed on it.
 * @throws Rejection where that lies before the year that is assessed, or is told of one that was not made public.
 */
function assertInYear(event: DomainEvent, history: ApproachHistory): void {
  const { assessments, followed } = history;
  const pointsOf = (ids: readonly string[]) =>
    assessmentsOfFollowed(history, { assessment: null, improvementPoints: ids });
  switch (event.type) {
    case 'AssessmentConcluded': {
      const { assessmentId, publishedOn, public: isPublic } = event.data;
      if (!isPublic) assertNotGiven('publishedOn', publishedOn);
      assertNotBeforeYear(
        'publishedOn',
        publishedOn,
        assessments.filter(({ id }) => id === assessmentId),
      );
      return;
    }
    case 'AssessmentCorrected': {
      const { assessmentId, assessmentPublishedOn } = event.data;
      const assessment = assessments.find(({ id }) => id === assessmentId);
      // A correction tells all again, also what was accepted before there was this rule.
      if (
        assessment === undefined ||
        assessmentPublishedOn === publicationOf(assessment, Number.POSITIVE_INFINITY)
      )
        return;
      const isConfidential = stateAt(assessment, Number.POSITIVE_INFINITY) === 'CONFIDENTIAL';
      if (isConfidential) assertNotGiven('assessmentPublishedOn', assessmentPublishedOn);
      assertNotBeforeYear('assessmentPublishedOn', assessmentPublishedOn, [assessment]);
      return;
    }
    case 'FollowUpReported':
    case 'FollowUpCorrected': {
      const { reportedOn, improvementPointIds } = event.data;
      assertNotBeforeYear('reportedOn', reportedOn, pointsOf(improvementPointIds));
      return;
    }
    case 'CommitmentSettled': {
      const { commitmentId, settledOn } = event.data;
      const commitment = followed.commitments.find(({ id }) => id === commitmentId);
      assertNotBeforeYear('settledOn', settledOn, pointsOf(commitment?.improvementPoints ?? []));
      return;
    }
    default:
      return;
  }
}

function assertNotBeforeYear(
  field: string,
  date: Edtf | null,
  assessments: readonly Pick<AssessmentFact, 'year'>[],
): void {
  const year = Math.max(...assessments.map((assessment) => assessment.year));
  if (date === null || !isBeforeYear(date, year)) return;
  const accepted = `a date from ${year} on`;
  throw new Rejection(
    'VALUE_NOT_ACCEPTED',
    `${field} is ${date}, before the year ${year} that was assessed; expected ${accepted}`,
    field,
    { accepted },
  );
}

function assertNotGiven(field: string, date: Edtf | null): void {
  if (date === null) return;
  const accepted = 'no date, of an assessment that is not made public';
  throw new Rejection(
    'VALUE_NOT_ACCEPTED',
    `${field} is ${date}, and the assessment is confidential; expected ${accepted}`,
    field,
    { accepted },
  );
}

/**
 * When that which the event corrects or withdraws was public, as far as that is known, by all that was said of it;
 * and when changes were of it, and of what goes with it.
 */
function publicationsOfSubject(event: DomainEvent, history: ApproachHistory): (Edtf | null)[] {
  const { assessments, followed } = history;
  switch (event.type) {
    case 'FindingCorrected':
    case 'FindingWithdrawn': {
      const id = event.type === 'FindingCorrected' ? event.data.corrects : event.data.findingId;
      const placed = findFinding(history, id);
      if (placed === undefined) return [];
      const { assessment, finding } = placed;
      const { findings } = assessment.found;
      const corrected = finding.corrects === null ? undefined : findings[finding.corrects];
      const left = event.type === 'FindingCorrected' ? event.data.verdict : (corrected?.verdict ?? null);
      return [
        ...publicationsOfReadings(findings, finding),
        ...changesBeside(assessment, finding, left),
        ...publicationsOf(assessment),
      ];
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
      const report = followed.followUps.find((one) => one.id === id);
      if (report === undefined) return [];
      return [
        ...publicationsOfReadings(followed.followUps, report),
        ...publicationsOfTeller(report, history),
      ];
    }
    case 'CommitmentWithdrawn': {
      const { commitmentId } = event.data;
      const commitment = followed.commitments.find(({ id }) => id === commitmentId);
      if (commitment === undefined) return [];
      const { publishedOn, settled } = commitment;
      return [publishedOn, settled?.publishedOn ?? null, ...publicationsOfTeller(commitment, history)];
    }
    case 'AssessmentCorrected': {
      const { assessmentId } = event.data;
      const assessment = assessments.find(({ id }) => id === assessmentId);
      const corrections = assessment?.corrections ?? [];
      return [...corrections.map(({ publishedOn }) => publishedOn), ...publicationsOf(assessment)];
    }
    default:
      return [];
  }
}

function publicationsOfFinding({ publishedOn }: FindingFact, assessment: AssessmentFact): (Edtf | null)[] {
  return [publishedOn, ...publicationsOf(assessment)];
}

/** Of every reading of the same thing: a correction may have stood until it was withdrawn, and this one since. */
function publicationsOfReadings<T extends CorrectableFact>(
  readings: readonly T[],
  { root }: T,
): (Edtf | null)[] {
  return readings.filter((reading) => reading.root === root).flatMap(publicationsOfWithdrawable);
}

function publicationsOfWithdrawable({ publishedOn, withdrawn }: WithdrawableFact): (Edtf | null)[] {
  return [publishedOn, withdrawn?.publishedOn ?? null];
}

/**
 * Of the points beside a finding those that would go: its attention points with the whole finding, its improvement
 * point where no ✗ is left.
 * @param left the verdict that is left; null where the finding goes
 */
function changesBeside(
  { found }: AssessmentFact,
  { root }: FindingFact,
  left: Verdict | null,
): (Edtf | null)[] {
  const isBeside = ({ finding }: { readonly finding: number }) => found.findings[finding]?.root === root;
  const { attentionPoints, improvementPoints } = found;
  return [
    ...(left === null ? attentionPoints.filter(isBeside).flatMap(publicationsOfWithdrawable) : []),
    ...(left === 'IMPROVEMENT_NEEDED'
      ? []
      : improvementPoints
          .filter(isBeside)
          .flatMap(({ corrections }) => corrections.map((one) => one.publishedOn))),
  ];
}

/** A report or commitment is public with the assessment that tells of it; apart from one that is not known. */
function publicationsOfTeller(
  told: CommitmentFact | FollowUpFact,
  { assessments }: ApproachHistory,
): (Edtf | null)[] {
  return publicationsOf(assessments.find(({ id }) => id === told.assessment));
}

/** Every day on which the assessment was ever said to be public. */
function publicationsOf(assessment: AssessmentFact | undefined): (Edtf | null)[] {
  const { concluded = null, corrections = [] } = assessment ?? {};
  if (concluded === null) return [];
  const corrected = corrections.filter(({ position }) => position > concluded.position);
  return [concluded.publishedOn, ...corrected.map(({ assessmentPublishedOn }) => assessmentPublishedOn)];
}

/** @throws Rejection where the assessment is said to be public later than known, behind a correction in it. */
function assertNotBehind(
  { assessmentId, assessmentPublishedOn: said }: EventData<'AssessmentCorrected'>,
  history: ApproachHistory,
): void {
  const assessment = history.assessments.find(({ id }) => id === assessmentId);
  if (said === null || assessment === undefined) return;
  const known = publicationOf(assessment, Number.POSITIVE_INFINITY);
  if (known !== null && !isBefore(known, said)) return;
  const [first] = changesOf(assessment, history)
    .filter((date) => isBefore(date, said))
    .sort(byLastDay);
  if (first === undefined) return;
  const accepted = `a date up to ${first}`;
  throw new Rejection(
    'VALUE_NOT_ACCEPTED',
    `assessmentPublishedOn is ${said}, behind a correction of the assessment; expected ${accepted}`,
    'assessmentPublishedOn',
    { accepted },
  );
}

/** When something in the assessment was corrected, withdrawn or added, once that was concluded. */
function changesOf(
  { id, concluded, corrections, found }: AssessmentFact,
  { followed }: ApproachHistory,
): Edtf[] {
  if (concluded === null) return [];
  const told = [...followed.followUps, ...followed.commitments].filter(({ assessment }) => assessment === id);
  return [
    ...[...found.findings, ...found.attentionPoints, ...told].flatMap((fact) => [fact, fact.withdrawn]),
    ...found.improvementPoints.flatMap((point) => point.corrections),
    ...corrections,
  ].flatMap((change) =>
    change === null || change.publishedOn === null || change.position < concluded.position
      ? []
      : [change.publishedOn],
  );
}

function byLastDay(a: Edtf, b: Edtf): number {
  return lastDay(a).localeCompare(lastDay(b), 'en');
}
