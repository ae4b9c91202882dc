import type { Edtf } from './edtf';
import type { EventSource } from './event-metadata';
import type { DomainEvent } from './events';
import type { ApproachHistory, AssessmentFact, Fact, FindingFact } from './facts';
import {
  assessmentById,
  commitmentById,
  findingById,
  followUpById,
  HistoryError,
  pointById,
} from './history-lookups';

export type { ApproachHistory } from './facts';

/** Where and when an event was recorded: what the fold needs of its envelope. */
export interface RecordedPlace extends Fact {
  readonly recordedAt: string;
  readonly source: EventSource | null;
}

export function emptyHistory(): ApproachHistory {
  return {
    registration: null,
    factsheets: [],
    assessments: [],
    followed: { followUps: [], commitments: [] },
  };
}

/**
 * Adds an event to the history that it is given, in place, so that folding a stream is linear; whoever
 * needs the state before it takes a copy first.
 * @throws HistoryError where the event refers to something that is not in the history.
 */
export function evolve(history: ApproachHistory, event: DomainEvent, place: RecordedPlace): ApproachHistory {
  const at: Fact = { revision: place.revision, position: place.position };
  switch (event.type) {
    case 'ApproachRegistered':
      history.registration = { ...at, ...event.data };
      break;
    case 'FactsheetImported': {
      const { digest, name, kind, reference, publishedOn, partial } = event.data;
      const isNewIssue = history.assessments.some(
        (one) => one.kind === kind && one.year === Number(reference) && one.abandoned === null,
      );
      const publicFrom = isNewIssue ? (publishedOn ?? dayOf(place)) : publishedOn;
      history.factsheets.push({ ...at, digest, name, kind, reference, publishedOn, publicFrom, partial });
      break;
    }
    case 'AssessmentOpened': {
      const { assessmentId, framework, frameworkVersion, kind, reference, assessor } = event.data;
      history.assessments.push({
        ...at,
        id: assessmentId,
        framework,
        frameworkVersion,
        kind,
        year: Number(reference),
        assessor,
        described: event.data.description !== null,
        familiesReached: event.data.familiesReached,
        concluded: null,
        abandoned: null,
        covered: 0,
        corrections: [],
        found: { sources: [], developments: [], findings: [], attentionPoints: [], improvementPoints: [] },
      });
      break;
    }
    case 'SourceConsulted': {
      const { assessmentId, kind, name, consultedOn } = event.data;
      assessmentById(history, assessmentId).found.sources.push({ ...at, kind, name, consultedOn });
      break;
    }
    case 'DevelopmentNoted':
      assessmentById(history, event.data.assessmentId).found.developments.push(at);
      break;
    case 'AssessmentConcluded': {
      const assessment = assessmentById(history, event.data.assessmentId);
      assessment.concluded = { ...at, publishedOn: event.data.publishedOn, public: event.data.public };
      assessment.covered = coverageOf(assessment.found.findings);
      break;
    }
    case 'AssessmentAbandoned':
      assessmentById(history, event.data.assessmentId).abandoned = at;
      break;
    case 'AssessmentCorrected': {
      const { assessmentId, assessor, description, assessmentPublishedOn } = event.data;
      const assessment = assessmentById(history, assessmentId);
      assessment.corrections.push({
        ...at,
        assessor,
        described: description !== null,
        assessmentPublishedOn,
        publishedOn: publicationOf(event.data, assessment, place),
      });
      break;
    }
    case 'FindingRecorded': {
      const { findingId, assessmentId, indicators, verdict } = event.data;
      const assessment = assessmentById(history, assessmentId);
      const source = sourceOf(history, place.source);
      const { findings } = assessment.found;
      findings.push({
        ...at,
        publishedOn: addedOn(history, assessment, place),
        withdrawn: null,
        id: findingId,
        indicators,
        verdict,
        basis: 'ASSESSED',
        source,
        followUp: null,
        improvementPoints: [],
        root: findings.length,
        corrects: null,
      });
      break;
    }
    case 'FollowUpAssessed': {
      const { findingId, assessmentId, followUpId, improvementPointIds, indicators, verdict, basis } =
        event.data;
      const assessment = assessmentById(history, assessmentId);
      const source = sourceOf(history, place.source);
      const { findings } = assessment.found;
      findings.push({
        ...at,
        publishedOn: addedOn(history, assessment, place),
        withdrawn: null,
        id: findingId,
        indicators,
        verdict,
        basis,
        source,
        followUp: followUpId,
        improvementPoints: improvementPointIds,
        root: findings.length,
        corrects: null,
      });
      break;
    }
    case 'FindingCorrected': {
      const { findingId, corrects, indicators, verdict, basis } = event.data;
      const { assessment, finding, index } = findingById(history, corrects);
      assessment.found.findings.push({
        ...finding,
        ...at,
        id: findingId,
        indicators,
        verdict,
        basis,
        source: sourceOf(history, place.source),
        corrects: index,
        publishedOn: publicationOf(event.data, assessment, place),
        withdrawn: null,
      });
      if (!finding.indicators.every((code) => indicators.includes(code))) assessment.covered = 0;
      break;
    }
    case 'FindingWithdrawn': {
      const { assessment, finding } = findingById(history, event.data.findingId);
      finding.withdrawn = { ...at, publishedOn: publicationOf(event.data, assessment, place) };
      assessment.covered = 0;
      break;
    }
    case 'AttentionPointRaised': {
      const { assessment, index } = findingById(history, event.data.findingId);
      assessment.found.attentionPoints.push({
        ...at,
        id: event.data.attentionPointId,
        finding: index,
        publishedOn: addedOn(history, assessment, place),
        withdrawn: null,
      });
      break;
    }
    case 'AttentionPointWithdrawn': {
      const { assessment, point } = pointById(history, 'attentionPoints', event.data.attentionPointId);
      point.withdrawn = { ...at, publishedOn: publicationOf(event.data, assessment, place) };
      break;
    }
    case 'ImprovementPointIdentified': {
      const { assessment, index } = findingById(history, event.data.findingId);
      assessment.found.improvementPoints.push({
        ...at,
        id: event.data.improvementPointId,
        finding: index,
        corrections: [],
      });
      break;
    }
    case 'ImprovementPointCorrected': {
      const { assessment, point } = pointById(history, 'improvementPoints', event.data.improvementPointId);
      point.corrections.push({ ...at, publishedOn: publicationOf(event.data, assessment, place) });
      break;
    }
    case 'FollowUpReported': {
      const { followUpId, assessmentId, improvementPointIds, reportedBy, reportedOn, narrative } = event.data;
      history.followed.followUps.push({
        ...at,
        id: followUpId,
        assessment: assessmentId,
        toldOn: assessmentId === null ? dayOf(place) : null,
        improvementPoints: improvementPointIds,
        reportedBy,
        reportedOn,
        narrated: narrative !== null,
        root: history.followed.followUps.length,
        corrects: null,
        publishedOn: addedOn(history, assessmentOf(history, assessmentId), place),
        withdrawn: null,
      });
      break;
    }
    case 'FollowUpCorrected': {
      const { followUpId, corrects, improvementPointIds, reportedBy, reportedOn, narrative } = event.data;
      const { followUp, index } = followUpById(history, corrects);
      history.followed.followUps.push({
        ...followUp,
        ...at,
        id: followUpId,
        improvementPoints: improvementPointIds,
        reportedBy,
        reportedOn,
        narrated: narrative !== null,
        corrects: index,
        publishedOn: publicationOf(event.data, assessmentOf(history, followUp.assessment), place),
        withdrawn: null,
      });
      break;
    }
    case 'FollowUpWithdrawn': {
      const { followUp } = followUpById(history, event.data.followUpId);
      const assessment = assessmentOf(history, followUp.assessment);
      followUp.withdrawn = { ...at, publishedOn: publicationOf(event.data, assessment, place) };
      break;
    }
    case 'CommitmentMade': {
      const { commitmentId, assessmentId, improvementPointIds, madeBy, dueOn } = event.data;
      history.followed.commitments.push({
        ...at,
        id: commitmentId,
        assessment: assessmentId,
        toldOn: assessmentId === null ? dayOf(place) : null,
        improvementPoints: improvementPointIds,
        madeBy,
        dueOn,
        settled: null,
        publishedOn: addedOn(history, assessmentOf(history, assessmentId), place),
        withdrawn: null,
      });
      break;
    }
    case 'CommitmentWithdrawn': {
      const commitment = commitmentById(history, event.data.commitmentId);
      const assessment = assessmentOf(history, commitment.assessment);
      commitment.withdrawn = { ...at, publishedOn: publicationOf(event.data, assessment, place) };
      break;
    }
    case 'CommitmentSettled': {
      const { commitmentId, outcome, settledOn, narrative } = event.data;
      const commitment = commitmentById(history, commitmentId);
      const assessment = assessmentOf(history, commitment.assessment);
      commitment.settled = {
        ...at,
        publishedOn: publicationOf({ publishedOn: null }, assessment, place),
        outcome,
        settledOn,
        narrated: narrative !== null,
      };
      break;
    }
    case 'FrameworkPublished':
    case 'FrameworkRevised':
    case 'TextsLeftOut':
      throw new HistoryError(`a ${event.type} event does not belong to an approach`);
    default:
      event satisfies never;
  }
  return history;
}

/** See {@link AssessmentFact.covered}. */
function coverageOf(findings: readonly FindingFact[]): number {
  const isAsMade = findings.every(({ corrects, withdrawn }) => corrects === null && withdrawn === null);
  return isAsMade ? new Set(findings.flatMap(({ indicators }) => indicators)).size : 0;
}

/**
 * From when something in an assessment is public: with the assessment, or where that was concluded before,
 * with the document that adds it, by default from the day it was recorded.
 */
function addedOn(
  history: ApproachHistory,
  assessment: AssessmentFact | null,
  place: RecordedPlace,
): Edtf | null {
  if (assessment === null || assessment.concluded === null) return null;
  // A document may be issued again, over another issue.
  const document = history.factsheets.findLast(({ digest }) => digest === place.source?.document);
  return document?.publishedOn ?? dayOf(place);
}

function assessmentOf(history: ApproachHistory, id: string | null): AssessmentFact | null {
  return id === null ? null : assessmentById(history, id);
}

/**
 * When a correction, withdrawal or settlement became public: by default the day it was recorded. Null while its assessment
 * is not concluded, whatever it says: what was changed in a draft is public with the assessment, or never was.
 */
function publicationOf(
  { publishedOn }: { readonly publishedOn: Edtf | null },
  assessment: AssessmentFact | null,
  place: RecordedPlace,
): Edtf | null {
  if (assessment !== null && assessment.concluded === null) return null;
  return publishedOn ?? dayOf(place);
}

function dayOf({ recordedAt }: RecordedPlace): Edtf {
  return recordedAt.slice(0, 'YYYY-MM-DD'.length);
}

function sourceOf(history: ApproachHistory, source: EventSource | null): FindingFact['source'] {
  if (source === null) return null;
  const factsheet = history.factsheets.findLastIndex(({ digest }) => digest === source.document);
  if (factsheet < 0) throw new HistoryError(`the history has no factsheet ${source.document}`);
  return { factsheet, line: source.line };
}
