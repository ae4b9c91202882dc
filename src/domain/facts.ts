import type { Edtf } from './edtf';
import type {
  AssessmentKind,
  CommitmentOutcome,
  Position,
  SourceKind,
  Verdict,
  VerdictBasis,
} from './events';

// What is known of an approach, one kind of fact each: what an event of it said, and where it stands.

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
  /** Null while the assessment is under way: its findings do not count yet. */
  concluded: (Fact & { readonly publishedOn: Edtf | null; readonly public: boolean }) | null;
  /**
   * How many indicators it tested, where every test of it stands as it was made; 0 where a finding was
   * withdrawn or came to cover other indicators since.
   */
  covered: number;
  readonly found: FoundFacts;
}

/** What was asked and found in one assessment; facts refer to each other by their index in these lists. */
export interface FoundFacts {
  readonly sources: (Fact & {
    readonly kind: SourceKind;
    readonly name: string;
    readonly consultedOn: Edtf | null;
  })[];
  readonly developments: Fact[];
  readonly findings: FindingFact[];
  readonly attentionPoints: AttentionPointFact[];
  readonly improvementPoints: ImprovementPointFact[];
}

/** A reading of something that may be corrected and withdrawn; its readings lie in one list. */
export interface CorrectableFact extends Fact {
  readonly id: string;
  /** The first reading: its own index, but for a correction. */
  readonly root: number;
  /** The reading that this one corrects. */
  readonly corrects: number | null;
  /** From when a correction is public; null for a first reading, which is public with its assessment. */
  readonly publishedOn: Edtf | null;
  withdrawn: (Fact & { readonly publishedOn: Edtf }) | null;
}

/** A finding, a follow-up's judgement, or a correction of either. */
export interface FindingFact extends CorrectableFact {
  readonly indicators: readonly string[];
  readonly verdict: Verdict;
  readonly basis: VerdictBasis;
  /** The factsheet that it was read from, and the line there. */
  readonly source: { readonly factsheet: number; readonly line: number } | null;
  /** For a follow-up's judgement: ids of the report that it judged, and of the improvement points. */
  readonly followUp: string | null;
  readonly improvementPoints: readonly string[];
}

export interface AttentionPointFact extends Fact {
  readonly id: string;
  readonly finding: number;
}

export interface ImprovementPointFact extends Fact {
  readonly id: string;
  readonly finding: number;
}

/** What was reported, or a correction of it. */
export interface FollowUpFact extends CorrectableFact {
  /** Id of the assessment that it was reported to; null where there was none yet. */
  readonly assessment: string | null;
  /** Ids. */
  readonly improvementPoints: readonly string[];
  readonly reportedBy: string;
  readonly reportedOn: Edtf | null;
  readonly narrated: boolean;
}

export interface CommitmentFact extends Fact {
  readonly id: string;
  /** Id of the assessment that tells of it; null where it was made apart from one. */
  readonly assessment: string | null;
  /** Ids. */
  readonly improvementPoints: readonly string[];
  readonly madeBy: string;
  readonly dueOn: Edtf | null;
  settled:
    | (Fact & { readonly outcome: CommitmentOutcome; readonly settledOn: Edtf; readonly narrated: boolean })
    | null;
}

/** What was reported and promised about improvement points, in the order of the log. */
export interface FollowedFacts {
  readonly followUps: FollowUpFact[];
  readonly commitments: CommitmentFact[];
}
