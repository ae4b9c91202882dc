import type { Edtf } from './edtf';
import type { DomainEvent, EventSource } from './events';
import type {
  AssessmentFact,
  CorrectableFact,
  Fact,
  FactsheetFact,
  FindingFact,
  FollowedFacts,
  FollowUpFact,
} from './facts';

/**
 * What the events of one approach add up to: every fact ever recorded of it, with its place in the log,
 * and without the free texts (they are found by the revision of the event that holds them). Deciders decide
 * on it, projections keep it, and the verdict rules read it as of any clock, so there is one fold only.
 *
 * What was found stands apart in each assessment, and what followed apart from both: most questions need
 * what the latest assessments found and no more, so that a long history costs no more than a short one.
 */
export interface ApproachHistory {
  registration:
    | (Fact & { readonly municipality: string; readonly slug: string; readonly name: string })
    | null;
  readonly factsheets: FactsheetFact[];
  readonly assessments: AssessmentFact[];
  readonly followed: FollowedFacts;
}

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
      history.factsheets.push({ ...at, digest, name, kind, reference, publishedOn, partial });
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
        covered: 0,
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
    case 'FindingRecorded': {
      const { findingId, assessmentId, indicators, verdict } = event.data;
      const source = sourceOf(history, place.source);
      addFinding(assessmentById(history, assessmentId), {
        ...at,
        id: findingId,
        indicators,
        verdict,
        basis: 'ASSESSED',
        source,
        followUp: null,
        improvementPoints: [],
      });
      break;
    }
    case 'FollowUpAssessed': {
      const { findingId, assessmentId, followUpId, improvementPointIds, indicators, verdict, basis } =
        event.data;
      const source = sourceOf(history, place.source);
      addFinding(assessmentById(history, assessmentId), {
        ...at,
        id: findingId,
        indicators,
        verdict,
        basis,
        source,
        followUp: followUpId,
        improvementPoints: improvementPointIds,
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
        ...correctionOf(index, event.data, place),
      });
      if (!finding.indicators.every((code) => indicators.includes(code))) assessment.covered = 0;
      break;
    }
    case 'FindingWithdrawn': {
      const { assessment, finding } = findingById(history, event.data.findingId);
      finding.withdrawn = { ...at, publishedOn: publicationOf(event.data, place) };
      assessment.covered = 0;
      break;
    }
    case 'AttentionPointRaised': {
      const { assessment, index } = findingById(history, event.data.findingId);
      assessment.found.attentionPoints.push({ ...at, id: event.data.attentionPointId, finding: index });
      break;
    }
    case 'ImprovementPointIdentified': {
      const { assessment, index } = findingById(history, event.data.findingId);
      assessment.found.improvementPoints.push({ ...at, id: event.data.improvementPointId, finding: index });
      break;
    }
    case 'FollowUpReported': {
      const { followUpId, assessmentId, improvementPointIds, reportedBy, reportedOn, narrative } = event.data;
      history.followed.followUps.push({
        ...at,
        id: followUpId,
        assessment: assessmentId,
        improvementPoints: improvementPointIds,
        reportedBy,
        reportedOn,
        narrated: narrative !== null,
        root: history.followed.followUps.length,
        ...FIRST_READING,
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
        ...correctionOf(index, event.data, place),
      });
      break;
    }
    case 'FollowUpWithdrawn': {
      const { followUp } = followUpById(history, event.data.followUpId);
      followUp.withdrawn = { ...at, publishedOn: publicationOf(event.data, place) };
      break;
    }
    case 'CommitmentMade': {
      const { commitmentId, assessmentId, improvementPointIds, madeBy, dueOn } = event.data;
      history.followed.commitments.push({
        ...at,
        id: commitmentId,
        assessment: assessmentId,
        improvementPoints: improvementPointIds,
        madeBy,
        dueOn,
        settled: null,
      });
      break;
    }
    case 'CommitmentSettled': {
      const { commitmentId, outcome, settledOn, narrative } = event.data;
      const commitment = history.followed.commitments.findLast(({ id }) => id === commitmentId);
      if (commitment === undefined) throw new HistoryError(`the history has no commitment ${commitmentId}`);
      commitment.settled = { ...at, outcome, settledOn, narrated: narrative !== null };
      break;
    }
    case 'FrameworkPublished':
    case 'FrameworkRevised':
      throw new HistoryError(`a ${event.type} event does not belong to an approach`);
    default:
      event satisfies never;
  }
  return history;
}

/** An event refers to something that the history does not hold: the log is not whole. */
export class HistoryError extends Error {
  override readonly name = 'HistoryError';
}

/** A finding in its assessment. */
export interface PlacedFinding {
  readonly assessment: AssessmentFact;
  readonly finding: FindingFact;
  /** Its index among the findings of the assessment. */
  readonly index: number;
}

/** The finding with that id, looked for from the latest assessment back; undefined where there is none. */
export function findFinding(history: ApproachHistory, id: string): PlacedFinding | undefined {
  for (let last = history.assessments.length - 1; last >= 0; last -= 1) {
    const assessment = history.assessments[last] as AssessmentFact;
    const index = assessment.found.findings.findLastIndex((finding) => finding.id === id);
    const finding = assessment.found.findings[index];
    if (finding !== undefined) return { assessment, finding, index };
  }
  return undefined;
}

/**
 * The finding that a fact of the same assessment refers to.
 * @throws HistoryError where there is none at that index.
 */
export function findingAt(assessment: AssessmentFact, index: number): FindingFact {
  const finding = assessment.found.findings[index];
  if (finding === undefined) throw new HistoryError(`assessment ${assessment.id} has no finding ${index}`);
  return finding;
}

/** See {@link AssessmentFact.covered}. */
function coverageOf(findings: readonly FindingFact[]): number {
  const isAsMade = findings.every(({ corrects, withdrawn }) => corrects === null && withdrawn === null);
  return isAsMade ? new Set(findings.flatMap(({ indicators }) => indicators)).size : 0;
}

function addFinding(
  { found }: AssessmentFact,
  finding: Omit<FindingFact, 'root' | keyof typeof FIRST_READING>,
): void {
  found.findings.push({ ...finding, root: found.findings.length, ...FIRST_READING });
}

const FIRST_READING = { corrects: null, publishedOn: null, withdrawn: null };

function correctionOf(
  corrects: number,
  data: { readonly publishedOn: Edtf | null },
  place: RecordedPlace,
): Pick<CorrectableFact, keyof typeof FIRST_READING> {
  return { corrects, publishedOn: publicationOf(data, place), withdrawn: null };
}

/** When a correction or withdrawal became public: by default the day it was recorded. */
function publicationOf({ publishedOn }: { readonly publishedOn: Edtf | null }, place: RecordedPlace): Edtf {
  return publishedOn ?? place.recordedAt.slice(0, 10);
}

function followUpById(
  { followed: { followUps } }: ApproachHistory,
  id: string,
): { readonly followUp: FollowUpFact; readonly index: number } {
  const index = followUps.findLastIndex((followUp) => followUp.id === id);
  const followUp = followUps[index];
  if (followUp === undefined) throw new HistoryError(`the history has no report ${id}`);
  return { followUp, index };
}

function findingById(history: ApproachHistory, id: string): PlacedFinding {
  const found = findFinding(history, id);
  if (found === undefined) throw new HistoryError(`the history has no finding ${id}`);
  return found;
}

function sourceOf(history: ApproachHistory, source: EventSource | null): FindingFact['source'] {
  if (source === null) return null;
  const factsheet = history.factsheets.findIndex(({ digest }) => digest === source.document);
  if (factsheet < 0) throw new HistoryError(`the history has no factsheet ${source.document}`);
  return { factsheet, line: source.line };
}

function assessmentById(history: ApproachHistory, id: string): AssessmentFact {
  const assessment = history.assessments.findLast((one) => one.id === id);
  if (assessment === undefined) throw new HistoryError(`the history has no assessment ${id}`);
  return assessment;
}
