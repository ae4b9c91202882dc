import type { EventData } from './events';

/** The document that an import comes from, and what it is read as. */
export type FactsheetDocument = EventData<'FactsheetImported'>;

/**
 * One step of recording: each becomes the event whose data it carries, if the history allows it.
 * Ids of new things come with the command, so that a repeated command means the same things.
 */
export type ApproachStep =
  | { readonly type: 'RegisterApproach'; readonly data: EventData<'ApproachRegistered'> }
  | { readonly type: 'OpenAssessment'; readonly data: EventData<'AssessmentOpened'> }
  | { readonly type: 'ConsultSource'; readonly data: EventData<'SourceConsulted'> }
  | { readonly type: 'RecordFinding'; readonly data: EventData<'FindingRecorded'> }
  | { readonly type: 'RaiseAttentionPoint'; readonly data: EventData<'AttentionPointRaised'> }
  | { readonly type: 'IdentifyImprovementPoint'; readonly data: EventData<'ImprovementPointIdentified'> }
  | { readonly type: 'NoteDevelopment'; readonly data: EventData<'DevelopmentNoted'> }
  | {
      readonly type: 'ConcludeAssessment';
      readonly data: EventData<'AssessmentConcluded'>;
      /** False where every indicator of the framework must have been assessed (a baseline, as a rule). */
      readonly partial: boolean;
    }
  /** Only while it is not concluded, for a reason that may not be empty. Its id stays taken. */
  | { readonly type: 'AbandonAssessment'; readonly data: EventData<'AssessmentAbandoned'> }
  | { readonly type: 'ReportFollowUp'; readonly data: EventData<'FollowUpReported'> }
  | { readonly type: 'AssessFollowUp'; readonly data: EventData<'FollowUpAssessed'> }
  | { readonly type: 'MakeCommitment'; readonly data: EventData<'CommitmentMade'> }
  | { readonly type: 'SettleCommitment'; readonly data: EventData<'CommitmentSettled'> }
  | CorrectFinding
  | WithdrawFinding
  | CorrectReport
  | WithdrawFollowUp
  | { readonly type: 'CorrectAssessment'; readonly data: EventData<'AssessmentCorrected'> }
  | { readonly type: 'WithdrawAttentionPoint'; readonly data: EventData<'AttentionPointWithdrawn'> }
  | { readonly type: 'CorrectImprovementPoint'; readonly data: EventData<'ImprovementPointCorrected'> }
  | { readonly type: 'WithdrawCommitment'; readonly data: EventData<'CommitmentWithdrawn'> };

/**
 * The reading of a finding that stands should have been another. The reason may not be empty, and the
 * correction is public from `publishedOn`, or else from the day on which it is recorded. Given again, with
 * the same id, it gives no event.
 */
export interface CorrectFinding {
  readonly type: 'CorrectFinding';
  readonly data: EventData<'FindingCorrected'>;
  /**
   * Opened by a correction to ✗ of a finding that has no improvement point yet; otherwise unused, also where a
   * follow-up found ✗ without one, unless it must open it. Null where the finding needs none.
   */
  readonly improvementPoint: Pick<
    EventData<'ImprovementPointIdentified'>,
    'improvementPointId' | 'text'
  > | null;
  /** True where the improvement point was given as one that it must open: else it is refused, as the text would be lost. */
  readonly mustOpenPoint?: boolean;
}

/**
 * The reading of a finding that stands should not have been there, for a reason that may not be empty. Of a
 * correction, the reading before it stands again; of a first reading, the earlier verdict.
 */
export interface WithdrawFinding {
  readonly type: 'WithdrawFinding';
  readonly data: EventData<'FindingWithdrawn'>;
}

/** What a follow-up reported should have been told otherwise; as {@link CorrectFinding}. */
export interface CorrectReport {
  readonly type: 'CorrectReport';
  readonly data: EventData<'FollowUpCorrected'>;
}

/**
 * What a follow-up said should have been told otherwise: what was reported, how it was judged, or both, in
 * one append.
 */
export interface CorrectFollowUp {
  readonly type: 'CorrectFollowUp';
  /** Null where the report stands as it is. */
  readonly report: CorrectReport['data'] | null;
  /** Corrections of judgements on it; of other findings they are refused. */
  readonly judgements: readonly Pick<CorrectFinding, 'data' | 'improvementPoint'>[];
}

/**
 * The reading of a report that stands should not have been there, for a reason that may not be empty. Of a
 * correction, the reading before it stands again; a first reading takes the judgements on it along, each
 * in all its readings.
 */
export interface WithdrawFollowUp {
  readonly type: 'WithdrawFollowUp';
  readonly data: EventData<'FollowUpWithdrawn'>;
}

/**
 * What a re-issued document makes of an assessment that is concluded: corrections, withdrawals, and what it
 * adds, in one append. Afterwards the assessment is as complete as one that is concluded must be.
 */
export interface ReissueAssessment {
  readonly type: 'ReissueAssessment';
  readonly assessmentId: string;
  readonly document: FactsheetDocument;
  readonly steps: readonly PlacedStep[];
}

/** A step, and the line of the document that it comes from. */
export type PlacedStep = ApproachStep & { readonly line: number | null };

export type ApproachCommand =
  | ApproachStep
  | CorrectFollowUp
  | ReissueAssessment
  /** Everything that one document or one inspection brings, in one append: all of it or nothing. */
  | {
      readonly type: 'RecordAssessment';
      /** Null where no document is behind it. */
      readonly document: FactsheetDocument | null;
      readonly steps: readonly PlacedStep[];
    };

/** The steps that a command is made of, in order. */
export function stepsOf(command: ApproachCommand): readonly ApproachStep[] {
  switch (command.type) {
    case 'RecordAssessment':
    case 'ReissueAssessment':
      return command.steps;
    case 'CorrectFollowUp':
      return [
        ...(command.report === null ? [] : [{ type: 'CorrectReport', data: command.report } as const]),
        ...command.judgements.map((judgement) => ({ ...judgement, type: 'CorrectFinding' }) as const),
      ];
    default:
      return [command];
  }
}
