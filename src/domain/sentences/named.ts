import type { HeaderChange } from '../assessment-header';
import type { Edtf } from '../edtf';
import type { AssessmentKind, EventData, EventType, Verdict } from '../events';
import type { FollowUpFact } from '../facts';

/** An indicator by its code and name. */
export interface NamedIndicator {
  readonly code: string;
  readonly name: string;
}

/** An assessment as sentences name it. */
export interface NamedAssessment {
  readonly year: number;
  readonly kind: AssessmentKind;
  readonly assessor: string;
}

/** A finding as sentences name it. */
export interface NamedFinding {
  readonly indicators: readonly NamedIndicator[];
  readonly verdict: Verdict;
  readonly assessment: NamedAssessment;
}

/** The things that events name by their ids. */
export interface Named {
  municipality(code: string): string;
  assessment(id: string): NamedAssessment;
  finding(id: string): NamedFinding;
  /** Indicators of the framework version of an assessment. */
  indicators(codes: readonly string[], assessmentId: string): readonly NamedIndicator[];
  /** Indicators of the framework version that a finding was tested against. */
  indicatorsOfFinding(codes: readonly string[], findingId: string): readonly NamedIndicator[];
  /** The indicators of the findings that opened these improvement points, each once. */
  indicatorsOfPoints(ids: readonly string[]): readonly NamedIndicator[];
  /** The indicators of the finding that an attention point stands beside. */
  indicatorsOfAttentionPoint(id: string): readonly NamedIndicator[];
  /** What was reported, by whom and when. */
  report(id: string): Pick<FollowUpFact, 'reportedBy' | 'reportedOn' | 'improvementPoints'>;
  /** True where a document of that kind and year is a new issue: there was such an assessment before the event. */
  isNewIssue(kind: AssessmentKind, reference: string): boolean;
  /** From when something is public that was added to an assessment when that was concluded; null for all else. */
  addedFrom(id: string): Edtf | null;
  /** From when the correction or withdrawal that is told is public; null for what is public with its assessment. */
  publicFrom(): Edtf | null;
  /** What a correction changes of what the assessment says beside its findings. */
  changes(data: EventData<'AssessmentCorrected'>): readonly HeaderChange[];
  /** Who made a promise, and about which improvement points. */
  commitment(id: string): { readonly madeBy: string; readonly improvementPoints: readonly string[] };
}

/** How a language tells each event: a sentence, up to who recorded it. */
export type Sentences = {
  readonly [K in EventType]: (data: EventData<K>, named: Named) => string;
};
