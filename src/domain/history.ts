import type { Edtf } from './edtf';
import type {
  AssessmentKind,
  CommitmentOutcome,
  DomainEvent,
  EventSource,
  Position,
  SourceKind,
  Verdict,
  VerdictBasis,
} from './events';

/**
 * What the events of one approach add up to: every fact ever recorded of it, with its place in the log,
 * and without the free texts (they are found by the revision of the event that holds them). Deciders decide
 * on it, projections keep it, and the verdict rules read it as of any clock, so there is one fold only.
 *
 * Facts refer to each other by their index in the lists: the lists only grow.
 */
export interface ApproachHistory {
  registration:
    | (Fact & { readonly municipality: string; readonly slug: string; readonly name: string })
    | null;
  readonly factsheets: FactsheetFact[];
  readonly assessments: AssessmentFact[];
  readonly findings: FindingFact[];
  readonly attentionPoints: AttentionPointFact[];
  readonly improvementPoints: ImprovementPointFact[];
  readonly followUps: FollowUpFact[];
  readonly commitments: CommitmentFact[];
}

/** Where the event of a fact lies: in its stream, and in the whole log. */
export interface Fact {
  readonly revision: number;
  readonly position: Position;
}

export interface FactsheetFact extends Fact {
  readonly digest: string;
  readonly name: string;
  readonly kind: AssessmentKind;
  readonly reference: string;
  readonly publishedOn: Edtf | null;
  readonly partial: boolean;
}

export interface AssessmentFact extends Fact {
  readonly id: string;
  readonly framework: string;
  readonly frameworkVersion: number;
  readonly kind: AssessmentKind;
  /** Reference year. */
  readonly year: number;
  readonly assessor: string;
  readonly described: boolean;
  readonly familiesReached: number | null;
  readonly sources: (Fact & {
    readonly kind: SourceKind;
    readonly name: string;
    readonly consultedOn: Edtf | null;
  })[];
  readonly developments: Fact[];
  /** Null while the assessment is under way: its findings do not count yet. */
  concluded: (Fact & { readonly publishedOn: Edtf | null; readonly public: boolean }) | null;
}

/** A finding, a follow-up's judgement, or a correction of either. */
export interface FindingFact extends Fact {
  readonly id: string;
  readonly assessment: number;
  readonly indicators: readonly string[];
  readonly verdict: Verdict;
  readonly basis: VerdictBasis;
  /** The factsheet that it was read from, and the line there. */
  readonly source: { readonly factsheet: number; readonly line: number } | null;
  /** The first reading of this finding: its own index, but for a correction. */
  readonly root: number;
  /** The reading that this one corrects. */
  readonly corrects: number | null;
  /** From when a correction is public; null for a first reading, which is public with its assessment. */
  readonly publishedOn: Edtf | null;
  /** For a follow-up's judgement: the report that it judged, and the improvement points. */
  readonly followUp: number | null;
  readonly improvementPoints: readonly number[];
  withdrawn: (Fact & { readonly publishedOn: Edtf }) | null;
}

export interface AttentionPointFact extends Fact {
  readonly id: string;
  readonly finding: number;
}

export interface ImprovementPointFact extends Fact {
  readonly id: string;
  readonly finding: number;
}

export interface FollowUpFact extends Fact {
  readonly id: string;
  /** The assessment that it was reported to; null where there was none yet. */
  readonly assessment: number | null;
  readonly improvementPoints: readonly number[];
  readonly reportedBy: string;
  readonly reportedOn: Edtf | null;
  readonly narrated: boolean;
}

export interface CommitmentFact extends Fact {
  readonly id: string;
  /** The assessment that tells of it; null where it was made apart from one. */
  readonly assessment: number | null;
  readonly improvementPoints: readonly number[];
  readonly madeBy: string;
  readonly dueOn: Edtf | null;
  settled:
    | (Fact & { readonly outcome: CommitmentOutcome; readonly settledOn: Edtf; readonly narrated: boolean })
    | null;
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
    findings: [],
    attentionPoints: [],
    improvementPoints: [],
    followUps: [],
    commitments: [],
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
      const { assessmentId, framework, frameworkVersion, kind, reference, assessor, description } =
        event.data;
      history.assessments.push({
        ...at,
        id: assessmentId,
        framework,
        frameworkVersion,
        kind,
        year: Number(reference),
        assessor,
        described: description !== null,
        familiesReached: event.data.familiesReached,
        sources: [],
        developments: [],
        concluded: null,
      });
      break;
    }
    case 'SourceConsulted': {
      const { assessmentId, kind, name, consultedOn } = event.data;
      assessmentById(history, assessmentId).sources.push({ ...at, kind, name, consultedOn });
      break;
    }
    case 'DevelopmentNoted':
      assessmentById(history, event.data.assessmentId).developments.push(at);
      break;
    case 'AssessmentConcluded': {
      const { assessmentId, publishedOn } = event.data;
      assessmentById(history, assessmentId).concluded = { ...at, publishedOn, public: event.data.public };
      break;
    }
    case 'FindingRecorded': {
      const { findingId, assessmentId, indicators, verdict } = event.data;
      addFinding(history, {
        ...at,
        id: findingId,
        assessment: indexOf(history.assessments, assessmentId, 'assessment'),
        indicators,
        verdict,
        basis: 'ASSESSED',
        source: sourceOf(history, place.source),
        followUp: null,
        improvementPoints: [],
      });
      break;
    }
    case 'FollowUpAssessed': {
      const { findingId, assessmentId, followUpId, improvementPointIds, indicators, verdict, basis } =
        event.data;
      addFinding(history, {
        ...at,
        id: findingId,
        assessment: indexOf(history.assessments, assessmentId, 'assessment'),
        indicators,
        verdict,
        basis,
        source: sourceOf(history, place.source),
        followUp: followUpId === null ? null : indexOf(history.followUps, followUpId, 'follow-up'),
        improvementPoints: pointIndexes(history, improvementPointIds),
      });
      break;
    }
    case 'FindingCorrected': {
      const { findingId, corrects, indicators, verdict, basis, publishedOn } = event.data;
      const index = indexOf(history.findings, corrects, 'finding');
      const corrected = findingAt(history, index);
      history.findings.push({
        ...corrected,
        ...at,
        id: findingId,
        indicators,
        verdict,
        basis,
        source: sourceOf(history, place.source),
        corrects: index,
        publishedOn: publishedOn ?? place.recordedAt.slice(0, 10),
        withdrawn: null,
      });
      break;
    }
    case 'FindingWithdrawn': {
      const { findingId, publishedOn } = event.data;
      const finding = findingAt(history, indexOf(history.findings, findingId, 'finding'));
      finding.withdrawn = { ...at, publishedOn: publishedOn ?? place.recordedAt.slice(0, 10) };
      break;
    }
    case 'AttentionPointRaised': {
      const { attentionPointId, findingId } = event.data;
      const finding = indexOf(history.findings, findingId, 'finding');
      history.attentionPoints.push({ ...at, id: attentionPointId, finding });
      break;
    }
    case 'ImprovementPointIdentified': {
      const { improvementPointId, findingId } = event.data;
      const finding = indexOf(history.findings, findingId, 'finding');
      history.improvementPoints.push({ ...at, id: improvementPointId, finding });
      break;
    }
    case 'FollowUpReported': {
      const { followUpId, assessmentId, improvementPointIds, reportedBy, reportedOn, narrative } = event.data;
      history.followUps.push({
        ...at,
        id: followUpId,
        assessment: assessmentId === null ? null : indexOf(history.assessments, assessmentId, 'assessment'),
        improvementPoints: pointIndexes(history, improvementPointIds),
        reportedBy,
        reportedOn,
        narrated: narrative !== null,
      });
      break;
    }
    case 'CommitmentMade': {
      const { commitmentId, assessmentId, improvementPointIds, madeBy, dueOn } = event.data;
      history.commitments.push({
        ...at,
        id: commitmentId,
        assessment: assessmentId === null ? null : indexOf(history.assessments, assessmentId, 'assessment'),
        improvementPoints: pointIndexes(history, improvementPointIds),
        madeBy,
        dueOn,
        settled: null,
      });
      break;
    }
    case 'CommitmentSettled': {
      const { commitmentId, outcome, settledOn, narrative } = event.data;
      const commitment = history.commitments[indexOf(history.commitments, commitmentId, 'commitment')];
      if (commitment !== undefined) {
        commitment.settled = { ...at, outcome, settledOn, narrated: narrative !== null };
      }
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

/** @throws HistoryError where there is none at that index. */
export function findingAt(history: ApproachHistory, index: number): FindingFact {
  return must(history.findings[index], `finding ${index}`);
}

/** @throws HistoryError where there is none at that index. */
export function assessmentOf(history: ApproachHistory, finding: FindingFact): AssessmentFact {
  return must(history.assessments[finding.assessment], `assessment ${finding.assessment}`);
}

function addFinding(
  history: ApproachHistory,
  finding: Omit<FindingFact, 'root' | 'corrects' | 'publishedOn' | 'withdrawn'>,
): void {
  const root = history.findings.length;
  history.findings.push({ ...finding, root, corrects: null, publishedOn: null, withdrawn: null });
}

function sourceOf(history: ApproachHistory, source: EventSource | null): FindingFact['source'] {
  if (source === null) return null;
  const factsheet = history.factsheets.findIndex(({ digest }) => digest === source.document);
  if (factsheet < 0) throw new HistoryError(`the history has no factsheet ${source.document}`);
  return { factsheet, line: source.line };
}

function assessmentById(history: ApproachHistory, id: string): AssessmentFact {
  return must(history.assessments[indexOf(history.assessments, id, 'assessment')], `assessment ${id}`);
}

function pointIndexes(history: ApproachHistory, ids: readonly string[]): number[] {
  return ids.map((id) => indexOf(history.improvementPoints, id, 'improvement point'));
}

function indexOf(facts: readonly { readonly id: string }[], id: string, what: string): number {
  // From the end: events mostly refer to what came just before them.
  for (let index = facts.length - 1; index >= 0; index -= 1) if (facts[index]?.id === id) return index;
  throw new HistoryError(`the history has no ${what} ${id}`);
}

function must<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new HistoryError(`the history has no ${what}`);
  return value;
}
