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
  | { readonly type: 'ReportFollowUp'; readonly data: EventData<'FollowUpReported'> }
  | { readonly type: 'AssessFollowUp'; readonly data: EventData<'FollowUpAssessed'> }
  | { readonly type: 'MakeCommitment'; readonly data: EventData<'CommitmentMade'> }
  | { readonly type: 'SettleCommitment'; readonly data: EventData<'CommitmentSettled'> }
  | {
      readonly type: 'CorrectFinding';
      readonly data: EventData<'FindingCorrected'>;
      /** Opened by a correction to ✗ of a finding that has no improvement point yet; otherwise unused. */
      readonly improvementPoint: Pick<EventData<'ImprovementPointIdentified'>, 'improvementPointId' | 'text'>;
    }
  | { readonly type: 'WithdrawFinding'; readonly data: EventData<'FindingWithdrawn'> };

export type ApproachCommand =
  | ApproachStep
  /** Everything that one document or one inspection brings, in one append: all of it or nothing. */
  | {
      readonly type: 'RecordAssessment';
      /** Null where no document is behind it. */
      readonly document: FactsheetDocument | null;
      readonly steps: readonly (ApproachStep & {
        /** Line of the document. */ readonly line: number | null;
      })[];
    };
