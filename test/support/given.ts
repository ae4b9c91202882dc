import { decide } from '../../src/domain/approach';
import type { ApproachCommand, ApproachStep } from '../../src/domain/approach-commands';
import type { DomainEvent, EventType } from '../../src/domain/events';
import {
  decideFramework,
  evolveFramework,
  type FrameworkCommand,
  FrameworkLine,
} from '../../src/domain/framework';
import { Rejection, type RejectionCode } from '../../src/domain/rejection';
import { historyOf, id, record, text } from './events';
import { frameworks } from './frameworks';

const STEP_OF = {
  ApproachRegistered: 'RegisterApproach',
  AssessmentOpened: 'OpenAssessment',
  SourceConsulted: 'ConsultSource',
  FindingRecorded: 'RecordFinding',
  AttentionPointRaised: 'RaiseAttentionPoint',
  ImprovementPointIdentified: 'IdentifyImprovementPoint',
  DevelopmentNoted: 'NoteDevelopment',
  AssessmentConcluded: 'ConcludeAssessment',
  AssessmentAbandoned: 'AbandonAssessment',
  FollowUpReported: 'ReportFollowUp',
  FollowUpAssessed: 'AssessFollowUp',
  CommitmentMade: 'MakeCommitment',
  CommitmentSettled: 'SettleCommitment',
  FindingCorrected: 'CorrectFinding',
  FindingWithdrawn: 'WithdrawFinding',
  FollowUpCorrected: 'CorrectReport',
  FollowUpWithdrawn: 'WithdrawFollowUp',
  AssessmentCorrected: 'CorrectAssessment',
  AttentionPointWithdrawn: 'WithdrawAttentionPoint',
  ImprovementPointCorrected: 'CorrectImprovementPoint',
  CommitmentWithdrawn: 'WithdrawCommitment',
} as const satisfies Partial<Record<EventType, ApproachStep['type']>>;
type StepEvent = Extract<DomainEvent, { type: keyof typeof STEP_OF }>;

/** Name of the improvement point that a correction to ✗ opens, by the correction's id. */
export const pointOfCorrection = (correctionId: string): string => `opened by ${correctionId}`;

/** The step that asks for the event. */
export function step(event: StepEvent, { partial = false } = {}): ApproachStep {
  const { type, data } = event;
  const extra =
    type === 'AssessmentConcluded'
      ? { partial }
      : type === 'FindingCorrected'
        ? {
            improvementPoint: {
              improvementPointId: id(pointOfCorrection(data.findingId)),
              text: text('Te verbeteren'),
            },
          }
        : {};
  return { type: STEP_OF[type], data, ...extra } as ApproachStep;
}

/** The whole document as one command: the first event is its import, each further one a step of the next line. */
export function recordAssessment(
  document: Extract<DomainEvent, { type: 'FactsheetImported' }> | null,
  events: readonly DomainEvent[],
  options: { partial?: boolean } = {},
): Extract<ApproachCommand, { type: 'RecordAssessment' }> {
  return {
    type: 'RecordAssessment',
    document: document?.data ?? null,
    steps: events.map((event, index) => ({ ...step(event as StepEvent, options), line: index + 2 })),
  };
}

interface Outcome<E> {
  /** The decision is exactly these events. */
  gives(...expected: E[]): void;
  /** It is refused, for that reason; `field` is what the command got wrong. */
  isRejected(
    code: RejectionCode,
    details?: { field?: string; message?: RegExp; accepted?: string; line?: number },
  ): void;
}

/** What an approach decides on a command, given its events so far. */
export function given(...events: DomainEvent[]): { when(command: ApproachCommand): Outcome<DomainEvent> } {
  const history = historyOf(record(events));
  const before = JSON.stringify(history);
  return {
    when: (command) =>
      outcome(() => {
        try {
          return decide(command, history, frameworks).map(({ event }) => event);
        } finally {
          expect(JSON.stringify(history)).toBe(before);
        }
      }),
  };
}

/** What a framework decides on a command, given its events so far. */
export function givenFramework(...events: DomainEvent[]): {
  when(command: FrameworkCommand): Outcome<DomainEvent>;
} {
  const line = events.reduce(evolveFramework, new FrameworkLine());
  return { when: (command) => outcome(() => decideFramework(command, line)) };
}

function outcome(decision: () => DomainEvent[]): Outcome<DomainEvent> {
  const result = attempt(decision);
  return {
    gives: (...expected) => expect(result).toEqual(expected),
    isRejected(code, { field, message, accepted, line } = {}) {
      expect(result).toBeInstanceOf(Rejection);
      expect(result).toMatchObject({
        code,
        ...(field === undefined ? {} : { field }),
        ...(accepted === undefined ? {} : { accepted }),
        ...(line === undefined ? {} : { line }),
        ...(message === undefined ? {} : { message: expect.stringMatching(message) }),
      });
    },
  };
}

/** The result, or the Rejection in its place. */
export function attempt<T>(decision: () => T): T | Rejection {
  try {
    return decision();
  } catch (error) {
    if (error instanceof Rejection) return error;
    throw error;
  }
}
