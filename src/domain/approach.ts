import {
  type ApproachCommand,
  type ApproachStep,
  type FactsheetDocument,
  type PlacedStep,
  type ReissueAssessment,
  stepsOf,
} from './approach-commands';
import {
  assertOneFollowUp,
  correctFinding,
  correctReport,
  withdrawAttentionPoint,
  withdrawCommitment,
  withdrawFinding,
  withdrawFollowUp,
} from './approach-corrections';
import {
  assertComplete,
  assertFree,
  assertIndicators,
  assertMunicipality,
  assertNotAbandoned,
  assertPlaceFree,
  assertPoints,
  assertReason,
  assertReportStands,
  assertStands,
  assertUnderWay,
  assessmentById,
  assessmentUnderWay,
  commitmentById,
  findingById,
  followUpUnderWay,
  frameworkOf,
  pointOf,
  reportById,
} from './approach-rules';
import { documentLines } from './document-lines';
import type { DomainEvent } from './events';
import type { FactsheetFact } from './facts';
import type { FrameworkLine } from './framework';
import { textOf } from './free-text';
import { type ApproachHistory, evolve } from './history';
import { assertLegible } from './legible';
import { assertDatesFit } from './publication-rules';
import { atLine, Rejection } from './rejection';

/** An event that was decided, and the line of the document that it came from. */
export interface Decided {
  readonly event: DomainEvent;
  readonly line: number | null;
}

/**
 * What a command makes of an approach's history: the events, none where all of it is there already.
 * The history is left as it is.
 * @throws Rejection where the history does not allow it.
 */
export function decide(
  command: ApproachCommand,
  history: ApproachHistory,
  frameworks: (code: string) => FrameworkLine,
): Decided[] {
  const decided = decideWhole(command, history, frameworks);
  for (const { event, line } of decided) assertLegible(event, line);
  // The issues of a document are held in order by the days that they bear.
  if (command.type === 'RecordAssessment' || command.type === 'ReissueAssessment') return decided;
  for (const { event } of decided) assertDatesFit(event, history);
  return decided;
}

function decideWhole(
  command: ApproachCommand,
  history: ApproachHistory,
  frameworks: (code: string) => FrameworkLine,
): Decided[] {
  switch (command.type) {
    case 'CorrectFollowUp': {
      assertOneFollowUp(command, history);
      const steps = stepsOf(command).map((step) => ({ ...step, line: null }));
      return decideInTurn(steps, structuredClone(history), frameworks);
    }
    case 'RecordAssessment': {
      const { document, steps } = command;
      if (document !== null && isImported(document, history)) return [];
      return [...imported(document), ...decideInTurn(steps, structuredClone(history), frameworks)];
    }
    case 'ReissueAssessment':
      return reissueAssessment(command, history, frameworks);
    default:
      if (command.type === 'RegisterApproach' && history.registration !== null)
        throw alreadyRegistered(history.registration);
      return decideStep(command, history, frameworks).map((event) => ({ event, line: null }));
  }
}

/** What is quoted of a document is the first line that says something. */
function imported(document: FactsheetDocument | null): Decided[] {
  if (document === null) return [];
  const first = documentLines(textOf(document.text)).findIndex((line) => line.trim() !== '');
  return [{ event: { type: 'FactsheetImported', data: document }, line: Math.max(first, 0) + 1 }];
}

function reissueAssessment(
  { assessmentId, document, steps }: ReissueAssessment,
  history: ApproachHistory,
  frameworks: (code: string) => FrameworkLine,
): Decided[] {
  const ahead = structuredClone(history);
  const assessment = assessmentById(ahead, assessmentId);
  if (assessment.concluded === null) {
    throw new Rejection(
      'ASSESSMENT_UNDER_WAY',
      `assessment ${assessmentId} is not concluded: only then is there something to re-issue`,
      'assessmentId',
    );
  }
  // What a new issue adds, it adds as if the assessment were under way again.
  assessment.concluded = null;
  const decided = decideInTurn(steps, ahead, frameworks);
  assertComplete(assessment, document.partial, frameworks);
  return [...imported(document), ...decided];
}

/** Decides each step on what those before it leave: `ahead` is taken there. */
function decideInTurn(
  steps: readonly PlacedStep[],
  ahead: ApproachHistory,
  frameworks: (code: string) => FrameworkLine,
): Decided[] {
  const decided: Decided[] = [];
  for (const step of steps) {
    const { line } = step;
    for (const event of atLine(line, () => decideStep(step, ahead, frameworks))) {
      decided.push({ event, line });
      evolve(ahead, event, NOT_RECORDED_YET);
    }
  }
  return decided;
}

const NOT_RECORDED_YET = { revision: -1, position: -1, recordedAt: '', source: null };

/** @throws Rejection where the document was imported with other flags. */
function isImported(document: FactsheetDocument, history: ApproachHistory): boolean {
  const times = history.factsheets.filter(({ digest }) => digest === document.digest);
  const differingFrom = (known: FactsheetFact) =>
    (['kind', 'reference', 'publishedOn', 'partial'] as const).filter(
      (field) => known[field] !== document[field],
    );
  const [known] = times;
  if (known === undefined) return false;
  // It may have been issued again, over another issue.
  if (times.some((time) => differingFrom(time).length === 0)) return true;
  const differing = differingFrom(known);
  throw new Rejection(
    'FACTSHEET_REUSED',
    `this document was imported already, with ${differing.map((field) => `${field} ${known[field] ?? 'unknown'} instead of ${document[field] ?? 'unknown'}`).join(', ')}`,
    differing[0],
  );
}

function decideStep(
  step: ApproachStep,
  history: ApproachHistory,
  frameworks: (code: string) => FrameworkLine,
): DomainEvent[] {
  if (step.type !== 'RegisterApproach' && history.registration === null) {
    throw new Rejection('APPROACH_UNKNOWN', 'the approach is not registered', 'slug');
  }
  switch (step.type) {
    case 'RegisterApproach':
      return registerApproach(step.data, history);
    case 'OpenAssessment':
      return openAssessment(step.data, history, frameworks);
    case 'ConsultSource':
      assessmentUnderWay(history, step.data.assessmentId);
      return [{ type: 'SourceConsulted', data: step.data }];
    case 'NoteDevelopment':
      assessmentUnderWay(history, step.data.assessmentId);
      return [{ type: 'DevelopmentNoted', data: step.data }];
    case 'RecordFinding': {
      const assessment = assessmentUnderWay(history, step.data.assessmentId);
      assertFree(history, step.data.findingId);
      assertIndicators(step.data.indicators, assessment, frameworks);
      return [{ type: 'FindingRecorded', data: step.data }];
    }
    case 'RaiseAttentionPoint': {
      const placed = findingById(history, step.data.findingId);
      assertUnderWay(placed.assessment, 'findingId');
      assertStands(placed);
      assertFree(history, step.data.attentionPointId);
      return [{ type: 'AttentionPointRaised', data: step.data }];
    }
    case 'IdentifyImprovementPoint': {
      const placed = findingById(history, step.data.findingId);
      const { assessment, finding } = placed;
      assertUnderWay(assessment, 'findingId');
      assertStands(placed);
      assertFree(history, step.data.improvementPointId);
      if (finding.verdict === 'MET') {
        throw new Rejection(
          'FINDING_MET',
          'an improvement point is opened by a ✗, the finding is ✓',
          'findingId',
        );
      }
      if (pointOf(assessment, finding) !== undefined) {
        throw new Rejection('IMPROVEMENT_POINT_EXISTS', 'the finding has an improvement point', 'findingId');
      }
      return [{ type: 'ImprovementPointIdentified', data: step.data }];
    }
    case 'ConcludeAssessment':
      assertComplete(assessmentUnderWay(history, step.data.assessmentId), step.partial, frameworks);
      return [{ type: 'AssessmentConcluded', data: step.data }];
    case 'AbandonAssessment':
      assertReason(step.data.reason);
      assessmentUnderWay(history, step.data.assessmentId);
      return [{ type: 'AssessmentAbandoned', data: step.data }];
    case 'ReportFollowUp':
      if (step.data.assessmentId !== null) followUpUnderWay(history, step.data.assessmentId);
      assertFree(history, step.data.followUpId);
      assertPoints(history, step.data.improvementPointIds);
      return [{ type: 'FollowUpReported', data: step.data }];
    case 'AssessFollowUp': {
      const { assessmentId, findingId, followUpId, improvementPointIds, indicators } = step.data;
      const assessment = followUpUnderWay(history, assessmentId);
      assertFree(history, findingId);
      assertPoints(history, improvementPointIds);
      assertIndicators(indicators, assessment, frameworks);
      if (followUpId !== null) assertReportStands(history, reportById(history, followUpId));
      return [{ type: 'FollowUpAssessed', data: step.data }];
    }
    case 'MakeCommitment':
      if (step.data.assessmentId !== null) assessmentUnderWay(history, step.data.assessmentId);
      assertFree(history, step.data.commitmentId);
      assertPoints(history, step.data.improvementPointIds);
      return [{ type: 'CommitmentMade', data: step.data }];
    case 'SettleCommitment':
      return settleCommitment(step.data, history);
    case 'CorrectFinding':
      return correctFinding(step, history, frameworks);
    case 'WithdrawFinding':
      return withdrawFinding(step.data, history);
    case 'CorrectReport':
      return correctReport(step.data, history);
    case 'CorrectAssessment':
      assertReason(step.data.reason);
      assertNotAbandoned(assessmentById(history, step.data.assessmentId), 'assessmentId');
      return [{ type: 'AssessmentCorrected', data: step.data }];
    case 'WithdrawAttentionPoint':
      return withdrawAttentionPoint(step.data, history);
    case 'CorrectImprovementPoint':
      assertReason(step.data.reason);
      assertPoints(history, [step.data.improvementPointId], 'improvementPointId');
      return [{ type: 'ImprovementPointCorrected', data: step.data }];
    case 'WithdrawCommitment':
      return withdrawCommitment(step.data, history);
    case 'WithdrawFollowUp':
      return withdrawFollowUp(step.data, history);
  }
}

type StepOf<T extends ApproachStep['type']> = Extract<ApproachStep, { type: T }>;

/** A document says what it is about each time: where that is registered, it gives no event. */
function registerApproach(data: StepOf<'RegisterApproach'>['data'], history: ApproachHistory): DomainEvent[] {
  const { registration } = history;
  assertMunicipality(data.municipality);
  if (registration === null) return [{ type: 'ApproachRegistered', data }];
  if (registration.municipality === data.municipality && registration.slug === data.slug) return [];
  throw alreadyRegistered(registration);
}

function alreadyRegistered({
  municipality,
  slug,
  name,
}: NonNullable<ApproachHistory['registration']>): Rejection {
  return new Rejection(
    'APPROACH_EXISTS',
    `approach ${municipality}/${slug} is registered, as "${name}"`,
    'name',
  );
}

function openAssessment(
  data: StepOf<'OpenAssessment'>['data'],
  history: ApproachHistory,
  frameworks: (code: string) => FrameworkLine,
): DomainEvent[] {
  assertFree(history, data.assessmentId);
  frameworkOf(frameworks, data.framework, data.frameworkVersion);
  const year = Number(data.reference);
  assertPlaceFree(history, data);
  const isBehindBaseline = history.assessments.some(
    ({ framework, kind, concluded, year: of }) =>
      framework === data.framework && kind === 'BASELINE' && concluded !== null && of < year,
  );
  if (data.kind === 'FOLLOW_UP' && !isBehindBaseline) {
    throw new Rejection(
      'BASELINE_MISSING',
      `a follow-up for ${data.reference} needs the baseline of an earlier year that it follows; record that first`,
      'reference',
    );
  }
  return [{ type: 'AssessmentOpened', data }];
}

function settleCommitment(data: StepOf<'SettleCommitment'>['data'], history: ApproachHistory): DomainEvent[] {
  const commitment = commitmentById(history, data.commitmentId);
  if (commitment.settled !== null) {
    throw new Rejection(
      'COMMITMENT_SETTLED',
      `it was settled as ${commitment.settled.outcome}`,
      'commitmentId',
    );
  }
  return [{ type: 'CommitmentSettled', data }];
}
