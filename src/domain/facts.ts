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
  /** As {@link publishedOn}; of a new issue by default the day it was recorded, as what it corrects. */
  readonly publicFrom: Edtf | null;
  readonly partial: boolean;
}

export interface AssessmentFact extends Fact {
  readonly id: string;
  readonly framework: string;
  readonly frameworkVersion: number;
  readonly kind: AssessmentKind;
  /** Reference year. */
  readonly year: number;
  /** As it was opened. */
  readonly assessor: string;
  readonly described: boolean;
  readonly familiesReached: number | null;
  /** Null while the assessment is under way: its findings do not count yet. */
  concluded: (Fact & { readonly publishedOn: Edtf | null; readonly public: boolean }) | null;
  /** Null unless it was given up while it was under way: then it counts nowhere. */
  abandoned: Fact | null;
  /**
   * How many indicators it tested, where every test of it stands as it was made; 0 where a finding was
   * withdrawn or came to cover other indicators since.
   */
  covered: number;
  /** What it says beside its findings, as it should have read; the latest last. */
  readonly corrections: (PublishedFact & {
    readonly assessor: string;
    readonly described: boolean;
    /** When the assessment itself became public. */
    readonly assessmentPublishedOn: Edtf | null;
  })[];
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

/**
 * When a correction or withdrawal counts, or what became of a promise: from its own place in the log, and its own
 * publication, on.
 */
export interface PublishedFact extends Fact {
  /** Null for what was recorded before its assessment was concluded: that is public with it. */
  readonly publishedOn: Edtf | null;
}

export interface WithdrawableFact extends Fact {
  /**
   * From when it is public: a correction of, or what was added to, an assessment that was concluded. Null
   * for what is public with its assessment.
   */
  readonly publishedOn: Edtf | null;
  withdrawn: PublishedFact | null;
}

/** A reading of something that may be corrected and withdrawn; its readings lie in one list. */
export interface CorrectableFact extends WithdrawableFact {
  readonly id: string;
  /** The first reading: its own index, but for a correction. */
  readonly root: number;
  /** The reading that this one corrects. */
  readonly corrects: number | null;
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

export interface AttentionPointFact extends WithdrawableFact {
  readonly id: string;
  readonly finding: number;
}

export interface ImprovementPointFact extends Fact {
  readonly id: string;
  readonly finding: number;
  /** How it should have been put, the latest last. */
  readonly corrections: PublishedFact[];
}

/** What is told in an assessment, or apart from one. */
interface ToldFact {
  /** Id of the assessment that tells of it; null where it stands apart from one. */
  readonly assessment: string | null;
  /** Where it stands apart, the day on which it was recorded: from then on it is public. Otherwise null. */
  readonly toldOn: Edtf | null;
}

/** What was reported, or a correction of it. */
export interface FollowUpFact extends CorrectableFact, ToldFact {
  /** Ids. */
  readonly improvementPoints: readonly string[];
  readonly reportedBy: string;
  readonly reportedOn: Edtf | null;
  readonly narrated: boolean;
}

export interface CommitmentFact extends WithdrawableFact, ToldFact {
  readonly id: string;
  /** Ids. */
  readonly improvementPoints: readonly string[];
  readonly madeBy: string;
  readonly dueOn: Edtf | null;
  settled:
    | (PublishedFact & {
        readonly outcome: CommitmentOutcome;
        readonly settledOn: Edtf;
        readonly narrated: boolean;
      })
    | null;
}

/** What was reported and promised about improvement points, in the order of the log. */
export interface FollowedFacts {
  readonly followUps: FollowUpFact[];
  readonly commitments: CommitmentFact[];
}

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
