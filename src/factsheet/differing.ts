import type { AssessmentHeader } from '../domain/assessment-header';
import type { EventData, Verdict } from '../domain/events';
import { textOf } from '../domain/free-text';
import type { IssuedAssessment, IssuedFinding } from './issued-assessment';
import { isSameSet } from './match-findings';
import type { StandingAssessment, StandingFinding } from './what-stands';

// In what a new issue differs from what stands, in words.

export function differingHeader(was: AssessmentHeader, is: IssuedAssessment['header']): string[] {
  const description = is.description === null ? null : textOf(is.description);
  return [
    ...(was.assessor === is.assessor ? [] : ['assessor']),
    ...(was.description === description ? [] : ['description']),
    ...(was.familiesReached === is.familiesReached ? [] : ['families reached']),
    ...(isEqual(was.sources, is.sources) ? [] : ['sources']),
    ...(isEqual(was.developments, is.developments.map(textOf)) ? [] : ['developments']),
  ];
}

/** @param seen the improvement points of what was reported that can be seen */
export function differingReport(
  was: StandingAssessment['reports'][number]['fact'],
  is: EventData<'FollowUpReported'>,
  seen: readonly string[],
): string[] {
  return [
    ...(isSameSet(seen, is.improvementPointIds) ? [] : ['improvement points']),
    ...(was.reportedBy === is.reportedBy ? [] : ['who reported']),
    ...(was.reportedOn === is.reportedOn ? [] : ['when it was reported']),
    ...(was.narrated ? ['what was reported'] : []),
  ];
}

export function differingFinding({ fact, narrative }: StandingFinding, { step }: IssuedFinding): string[] {
  const { verdict, indicators } = step.data;
  const basis = basisOf(step);
  return [
    ...(fact.verdict === verdict ? [] : [`${signOf(fact.verdict)} became ${signOf(verdict)}`]),
    ...(fact.basis === basis ? [] : [`basis ${fact.basis} became ${basis}`]),
    ...(isSameSet(fact.indicators, indicators) ? [] : [`covered ${fact.indicators.join(', ')}`]),
    ...(narrative === textOf(step.data.narrative) ? [] : ['what was found']),
  ];
}

/** What is found in an assessment rests on its own research, unless the document judges what was reported. */
export function basisOf(step: IssuedFinding['step']): 'ASSESSED' | 'REPORTED' {
  return step.type === 'RecordFinding' ? 'ASSESSED' : step.data.basis;
}

export function signOf(verdict: Verdict): string {
  return verdict === 'MET' ? '✓' : '✗';
}

function isEqual(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
