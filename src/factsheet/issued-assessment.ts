import type { ApproachStep, PlacedStep } from '../domain/approach-commands';
import type { EventData } from '../domain/events';

type StepOf<T extends ApproachStep['type']> = Extract<ApproachStep, { type: T }>;

/** A step, and the line of the document that it comes from. */
export interface Issued<S extends ApproachStep> {
  readonly step: S;
  readonly line: number;
}

/** What a document says of an assessment, part by part: the steps that would record it. */
export interface IssuedAssessment {
  /** Where it says what it is about. */
  readonly line: number;
  readonly header: Omit<
    EventData<'AssessmentCorrected'>,
    'assessmentId' | 'assessmentPublishedOn' | 'reason' | 'publishedOn'
  >;
  readonly report: (StepOf<'ReportFollowUp'> & { readonly line: number }) | null;
  readonly findings: readonly IssuedFinding[];
  readonly commitments: readonly Issued<StepOf<'MakeCommitment'>>[];
}

export interface IssuedFinding extends Issued<StepOf<'RecordFinding'> | StepOf<'AssessFollowUp'>> {
  readonly attentionPoints: Issued<StepOf<'RaiseAttentionPoint'>>[];
  /** The improvement point that it opens. */
  point: Issued<StepOf<'IdentifyImprovementPoint'>> | null;
}

/** @param steps of a document, as they would record it */
export function issuedBy(steps: readonly PlacedStep[]): IssuedAssessment {
  const findings: IssuedFinding[] = [];
  const commitments: Issued<StepOf<'MakeCommitment'>>[] = [];
  const sources: IssuedAssessment['header']['sources'] = [];
  const developments: IssuedAssessment['header']['developments'] = [];
  let report: IssuedAssessment['report'] = null;
  let opened: PlacedStep | null = null;
  for (const step of steps) {
    const line = step.line ?? 1;
    switch (step.type) {
      case 'OpenAssessment':
        opened = step;
        break;
      case 'ConsultSource': {
        const { kind, name, consultedOn } = step.data;
        sources.push({ kind, name, consultedOn });
        break;
      }
      case 'NoteDevelopment':
        developments.push(step.data.text);
        break;
      case 'ReportFollowUp':
        report = { ...step, line };
        break;
      case 'RecordFinding':
      case 'AssessFollowUp':
        findings.push({ step, line, attentionPoints: [], point: null });
        break;
      case 'RaiseAttentionPoint':
        findings.at(-1)?.attentionPoints.push({ step, line });
        break;
      case 'IdentifyImprovementPoint': {
        const finding = findings.at(-1);
        if (finding !== undefined) finding.point = { step, line };
        break;
      }
      case 'MakeCommitment':
        commitments.push({ step, line });
        break;
      default:
    }
  }
  if (opened?.type !== 'OpenAssessment') throw new RangeError('a document is about an assessment');
  const { assessor, description, familiesReached } = opened.data;
  return {
    line: opened.line ?? 1,
    header: { assessor, description, familiesReached, sources, developments },
    report,
    findings,
    commitments,
  };
}
