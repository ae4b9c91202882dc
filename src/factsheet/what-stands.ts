import { everythingUpTo } from '../domain/as-of';
import { type AssessmentHeader, headerOf } from '../domain/assessment-header';
import { EVERYTHING } from '../domain/audience';
import { countsAt, standingReadings } from '../domain/corrections';
import type { DomainEvent } from '../domain/events';
import type {
  AssessmentFact,
  CommitmentFact,
  CorrectableFact,
  FindingFact,
  FollowUpFact,
} from '../domain/facts';
import type { FreeText } from '../domain/free-text';
import type { ApproachHistory } from '../domain/history';
import { FactsheetError } from './factsheet';
import type { Recognisable } from './match-findings';

/** What an assessment says, as the register has it now: what a new issue of its document is compared with. */
export interface StandingAssessment {
  readonly assessment: AssessmentFact;
  readonly header: AssessmentHeader;
  /** What was reported to it. */
  readonly reports: readonly { readonly fact: FollowUpFact; readonly readings: readonly FollowUpFact[] }[];
  readonly findings: readonly StandingFinding[];
  /** Promises that it tells of. */
  readonly commitments: readonly { readonly fact: CommitmentFact; readonly text: string }[];
}

export interface StandingFinding {
  readonly fact: FindingFact;
  /** The readings to withdraw, in that order, so that nothing of it stands. */
  readonly readings: readonly FindingFact[];
  readonly narrative: string;
  /** How it read before it was corrected, the latest first. */
  readonly before: readonly Recognisable[];
  readonly attentionPoints: readonly { readonly id: string; readonly text: string }[];
  /** Of any of its readings, also where the one that stands is ✓. */
  readonly improvementPoint: { readonly id: string; readonly text: string } | null;
}

const NOW = everythingUpTo(Number.MAX_SAFE_INTEGER, [EVERYTHING]);

/**
 * @param events those of the approach, by revision: they hold the texts, which a history does not
 * @throws FactsheetError where a text was left out of this copy of the log.
 */
export function whatStands(
  assessment: AssessmentFact,
  history: ApproachHistory,
  events: readonly DomainEvent[],
): StandingAssessment {
  const { findings, attentionPoints, improvementPoints } = assessment.found;
  const { followUps } = history.followed;
  const textAt = (revision: number): string => plain(wordsOf(events[revision]));
  const toFinding = (fact: FindingFact): StandingFinding => {
    const isOf = (point: { readonly finding: number }): boolean =>
      findings[point.finding]?.root === fact.root;
    const point = improvementPoints.find(isOf);
    const readings = readingsUpTo(findings, fact);
    return {
      fact,
      readings,
      narrative: textAt(fact.revision),
      before: readings.slice(1).map(({ indicators, verdict, revision }) => ({
        indicators,
        verdict,
        narrative: textAt(revision),
      })),
      attentionPoints: attentionPoints
        .filter((one) => isOf(one) && countsAt(one, NOW))
        .map(({ id, revision }) => ({ id, text: textAt(revision) })),
      improvementPoint:
        point === undefined
          ? null
          : { id: point.id, text: textAt(point.corrections.at(-1)?.revision ?? point.revision) },
    };
  };
  return {
    assessment,
    header: headerOf(assessment, (revision) => events[revision], plain),
    reports: standingReadings(followUps, NOW)
      .filter((report) => report.assessment === assessment.id)
      .map((fact) => ({ fact, readings: readingsUpTo(followUps, fact) })),
    findings: standingReadings(findings, NOW).map(toFinding),
    commitments: history.followed.commitments
      .filter((commitment) => commitment.assessment === assessment.id && countsAt(commitment, NOW))
      .map((fact) => ({ fact, text: textAt(fact.revision) })),
  };
}

/** The reading, and those that it corrects in turn. */
function readingsUpTo<T extends CorrectableFact>(all: readonly T[], fact: T): T[] {
  const corrected = fact.corrects === null ? undefined : all[fact.corrects];
  return corrected === undefined ? [fact] : [fact, ...readingsUpTo(all, corrected)];
}

/** The text that an event puts something in. */
function wordsOf(event: DomainEvent | undefined): FreeText {
  switch (event?.type) {
    case 'FindingRecorded':
    case 'FollowUpAssessed':
    case 'FindingCorrected':
      return event.data.narrative;
    case 'AttentionPointRaised':
    case 'ImprovementPointIdentified':
    case 'ImprovementPointCorrected':
    case 'CommitmentMade':
      return event.data.text;
    default:
      throw new RangeError(`a ${event?.type} event says nothing that a new issue is compared with`);
  }
}

function plain(text: FreeText): string {
  if ('text' in text) return text.text;
  throw new FactsheetError([
    {
      line: null,
      message:
        'what it re-issues cannot be compared: this copy of the log leaves texts of it out; expected the whole log',
    },
  ]);
}
