import {
  type ApproachCommand,
  type ApproachStep,
  type FactsheetDocument,
  stepsOf,
} from './approach-commands';
import type { DomainEvent, EventType } from './events';
import type { FrameworkCommand } from './framework';

/** The event that each step asks for, with the data that it carries. */
const EVENT_OF = {
  RegisterApproach: 'ApproachRegistered',
  OpenAssessment: 'AssessmentOpened',
  ConsultSource: 'SourceConsulted',
  RecordFinding: 'FindingRecorded',
  RaiseAttentionPoint: 'AttentionPointRaised',
  IdentifyImprovementPoint: 'ImprovementPointIdentified',
  NoteDevelopment: 'DevelopmentNoted',
  ConcludeAssessment: 'AssessmentConcluded',
  AbandonAssessment: 'AssessmentAbandoned',
  ReportFollowUp: 'FollowUpReported',
  AssessFollowUp: 'FollowUpAssessed',
  MakeCommitment: 'CommitmentMade',
  SettleCommitment: 'CommitmentSettled',
  CorrectFinding: 'FindingCorrected',
  WithdrawFinding: 'FindingWithdrawn',
  CorrectReport: 'FollowUpCorrected',
  WithdrawFollowUp: 'FollowUpWithdrawn',
  CorrectAssessment: 'AssessmentCorrected',
  WithdrawAttentionPoint: 'AttentionPointWithdrawn',
  CorrectImprovementPoint: 'ImprovementPointCorrected',
  WithdrawCommitment: 'CommitmentWithdrawn',
} as const satisfies Readonly<Record<ApproachStep['type'], EventType>>;

/** The events that a command asks for: what is decided may leave some out, and add others. */
export function eventsAskedFor(command: ApproachCommand): DomainEvent[] {
  return stepsOf(command).map((step) => ({ type: EVENT_OF[step.type], data: step.data }) as DomainEvent);
}

/**
 * True where the events of an earlier command are what this one asks for: then it is the same command, sent
 * again. It is told from what was recorded, so no record of commands is kept beside the log. Salts differ
 * each time a text is sent, so of texts the words are compared; a text that was left out may have been any.
 */
export function asksForThese(
  command: ApproachCommand | FrameworkCommand,
  events: readonly DomainEvent[],
): boolean {
  switch (command.type) {
    case 'PublishFramework': {
      const { code, ...rest } = command.framework;
      return isEvent(events[0], 'FrameworkPublished', { framework: code, ...rest });
    }
    case 'ReviseFramework': {
      const { code, ...rest } = command.framework;
      const { equivalents } = command;
      return isEvent(events[0], 'FrameworkRevised', { framework: code, ...rest, equivalents });
    }
    case 'RecordAssessment': {
      if (command.document !== null) return isImportOf(command.document, events[0]);
      // Registering leaves no event where it was done before.
      const steps = command.steps.filter(({ type }) => type !== 'RegisterApproach');
      return steps.every((step) => events.some((event) => isEvent(event, EVENT_OF[step.type], step.data)));
    }
    case 'ReissueAssessment':
      return isImportOf(command.document, events[0]);
    case 'WithdrawFollowUp':
      // Behind the withdrawals of the judgements on it.
      return isEvent(events.at(-1), 'FollowUpWithdrawn', command.data);
    default:
      return areAskedFor(stepsOf(command), events);
  }
}

/** True where the steps give these events, a correction to ✗ also the improvement point that it may have opened. */
function areAskedFor(steps: readonly ApproachStep[], events: readonly DomainEvent[]): boolean {
  const left = [...events];
  const isGiven = (step: ApproachStep): boolean => {
    if (!isEvent(left.shift(), EVENT_OF[step.type], step.data)) return false;
    if (step.type !== 'CorrectFinding' || left[0]?.type !== 'ImprovementPointIdentified') return true;
    const opened = { ...step.improvementPoint, findingId: step.data.findingId };
    return isEvent(left.shift(), 'ImprovementPointIdentified', opened);
  };
  return steps.every(isGiven) && left.length === 0;
}

/** What a document says follows from its bytes, whatever its file is called, and from what it is read as. */
function isImportOf(document: FactsheetDocument, event: DomainEvent | undefined): boolean {
  const fields = ['digest', 'kind', 'reference', 'publishedOn', 'partial'] as const;
  return (
    event?.type === 'FactsheetImported' && fields.every((field) => document[field] === event.data[field])
  );
}

function isEvent(event: DomainEvent | undefined, type: EventType, data: unknown): boolean {
  return event?.type === type && isSame(data, event.data);
}

function isSame(asked: unknown, recorded: unknown): boolean {
  if (!isObject(asked) || !isObject(recorded)) return asked === recorded;
  if ('salt' in asked) return !('text' in recorded) || recorded.text === asked.text;
  const keys = Object.keys(asked);
  return (
    keys.length === Object.keys(recorded).length && keys.every((key) => isSame(asked[key], recorded[key]))
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
