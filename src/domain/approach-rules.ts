import type { EventData } from './events';
import type { AssessmentFact, CommitmentFact, CorrectableFact, FindingFact, FollowUpFact } from './facts';
import type { FrameworkLine } from './framework';
import { type Framework, indicatorsOf } from './framework';
import { type FreeText, textOf } from './free-text';
import type { ApproachHistory } from './history';
import { assessmentInPlace, findFinding, type PlacedFinding } from './history-lookups';
import { municipalityByCode } from './municipalities';
import { Rejection } from './rejection';

// What the decider asks of a history before it decides; each throws the Rejection that says what is wrong.

// The same words for what is not there and for what is not there for who asks.

export function unknownAssessment(id: string): Rejection {
  return new Rejection('ASSESSMENT_UNKNOWN', `there is no assessment ${id}`, 'assessmentId');
}

export function unknownFinding(id: string): Rejection {
  return new Rejection('FINDING_UNKNOWN', `there is no finding ${id}`, 'findingId');
}

/** @param field what of the command names it */
export function unknownPoint(id: string, field = 'improvementPointIds'): Rejection {
  return new Rejection('IMPROVEMENT_POINT_UNKNOWN', `there is no improvement point ${id}`, field);
}

export function unknownAttentionPoint(id: string): Rejection {
  return new Rejection('ATTENTION_POINT_UNKNOWN', `there is no attention point ${id}`, 'attentionPointId');
}

export function unknownReport(id: string): Rejection {
  return new Rejection('FOLLOW_UP_UNKNOWN', `there is no report ${id}`, 'followUpId');
}

export function unknownCommitment(id: string): Rejection {
  return new Rejection('COMMITMENT_UNKNOWN', `there is no commitment ${id}`, 'commitmentId');
}

/** @throws Rejection where there is no municipality with that code, and there was none. */
export function assertMunicipality(code: string): void {
  if (municipalityByCode(code) !== undefined) return;
  throw new Rejection(
    'MUNICIPALITY_UNKNOWN',
    `there is no municipality with the code "${code}"`,
    'municipality',
  );
}

/** @throws Rejection where the finding is not the reading that stands. */
export function assertStands({ assessment, finding }: PlacedFinding): void {
  const { findings } = assessment.found;
  if (isWithdrawn(findings, finding)) {
    throw new Rejection('FINDING_WITHDRAWN', `finding ${finding.id} was withdrawn`, 'findingId');
  }
  const standing = standingReadingOf(findings, finding);
  if (standing !== finding) {
    throw new Rejection(
      'FINDING_CORRECTED',
      `finding ${finding.id} was corrected; the reading that stands is ${standing.id}`,
      'findingId',
    );
  }
}

/** @throws Rejection where the report is not the reading that stands. */
export function assertReportStands({ followed: { followUps } }: ApproachHistory, report: FollowUpFact): void {
  if (isWithdrawn(followUps, report)) {
    throw new Rejection('FOLLOW_UP_WITHDRAWN', `report ${report.id} was withdrawn`, 'followUpId');
  }
  const standing = standingReadingOf(followUps, report);
  if (standing !== report) {
    throw new Rejection(
      'FOLLOW_UP_CORRECTED',
      `report ${report.id} was corrected; the reading that stands is ${standing.id}`,
      'followUpId',
    );
  }
}

export function isWithdrawn<T extends CorrectableFact>(readings: readonly T[], reading: T): boolean {
  return reading.withdrawn !== null || readings[reading.root]?.withdrawn != null;
}

/** Of a reading that was not withdrawn: itself, or what came of it by corrections. */
function standingReadingOf<T extends CorrectableFact>(readings: readonly T[], reading: T): T {
  const correction = readings.find(
    ({ withdrawn, corrects }) => withdrawn === null && corrects !== null && readings[corrects] === reading,
  );
  return correction === undefined ? reading : standingReadingOf(readings, correction);
}

/** @throws Rejection where no reason is given: of every correction it must be known why. */
export function assertReason(reason: FreeText): void {
  if (textOf(reason).trim() !== '') return;
  throw new Rejection(
    'REASON_MISSING',
    'a correction or withdrawal needs a reason; none was given',
    'reason',
  );
}

export function assertComplete(
  assessment: AssessmentFact,
  partial: boolean,
  frameworks: (code: string) => FrameworkLine,
): void {
  const all = assessment.found.findings;
  const findings = all.filter(
    (finding) => !isWithdrawn(all, finding) && standingReadingOf(all, finding) === finding,
  );
  if (findings.length === 0) {
    throw new Rejection(
      'ASSESSMENT_EMPTY',
      'an assessment without findings cannot be concluded',
      'assessmentId',
    );
  }
  if (assessment.kind === 'FOLLOW_UP') return;

  const pointless = findings.find(
    (finding) => finding.verdict === 'IMPROVEMENT_NEEDED' && !pointOf(assessment, finding),
  );
  if (pointless !== undefined) {
    throw new Rejection(
      'IMPROVEMENT_POINT_MISSING',
      `finding ${pointless.id} is ✗ and has no improvement point`,
      'assessmentId',
    );
  }
  if (partial) return;
  const assessed = new Set(findings.flatMap(({ indicators }) => indicators));
  const framework = frameworkOf(frameworks, assessment.framework, assessment.frameworkVersion);
  const missing = indicatorsOf(framework).filter(({ code }) => !assessed.has(code));
  if (missing.length > 0) {
    throw new Rejection(
      'INDICATOR_NOT_ASSESSED',
      `a baseline covers all ${indicatorsOf(framework).length} indicators of ${framework.code} unless it is partial; without a finding: ${missing.map(({ code, name }) => `${code} ${name}`).join('; ')}`,
      'assessmentId',
    );
  }
}

export function assessmentById(history: ApproachHistory, id: string): AssessmentFact {
  const assessment = history.assessments.find((one) => one.id === id);
  if (assessment === undefined) throw unknownAssessment(id);
  return assessment;
}

export function assessmentUnderWay(history: ApproachHistory, id: string): AssessmentFact {
  const assessment = assessmentById(history, id);
  assertUnderWay(assessment, 'assessmentId');
  return assessment;
}

/**
 * @param field what of the command names the assessment, or something in it
 * @throws Rejection
 */
export function assertUnderWay(assessment: AssessmentFact, field: string): void {
  assertNotAbandoned(assessment, field);
  if (assessment.concluded === null) return;
  throw new Rejection(
    'ASSESSMENT_CONCLUDED',
    `assessment ${assessment.id} is concluded; expected one under way, as what was concluded is corrected or withdrawn only`,
    field,
  );
}

/**
 * @param field as in {@link assertUnderWay}
 * @throws Rejection where the assessment was abandoned: nothing in it is changed any more.
 */
export function assertNotAbandoned(assessment: AssessmentFact | undefined, field: string): void {
  if (assessment === undefined || assessment.abandoned === null) return;
  throw new Rejection(
    'ASSESSMENT_ABANDONED',
    `assessment ${assessment.id} was abandoned: another may be opened in its place`,
    field,
  );
}

export function followUpUnderWay(history: ApproachHistory, id: string): AssessmentFact {
  const assessment = assessmentUnderWay(history, id);
  if (assessment.kind === 'FOLLOW_UP') return assessment;
  throw new Rejection(
    'ASSESSMENT_UNKNOWN',
    `assessment ${id} is a baseline, expected a follow-up`,
    'assessmentId',
  );
}

export function findingById(history: ApproachHistory, id: string): PlacedFinding {
  const found = findFinding(history, id);
  if (found === undefined) throw unknownFinding(id);
  assertNotAbandoned(found.assessment, 'findingId');
  return found;
}

/** @throws Rejection where there is no such promise, or it was withdrawn. */
export function commitmentById({ followed, assessments }: ApproachHistory, id: string): CommitmentFact {
  const commitment = followed.commitments.find((one) => one.id === id);
  if (commitment === undefined) throw unknownCommitment(id);
  assertNotAbandoned(
    assessments.find((one) => one.id === commitment.assessment),
    'commitmentId',
  );
  if (commitment.withdrawn !== null) {
    throw new Rejection('COMMITMENT_WITHDRAWN', `commitment ${id} was withdrawn`, 'commitmentId');
  }
  return commitment;
}

export function reportById({ followed, assessments }: ApproachHistory, id: string): FollowUpFact {
  const report = followed.followUps.find((one) => one.id === id);
  if (report === undefined) throw unknownReport(id);
  assertNotAbandoned(
    assessments.find((one) => one.id === report.assessment),
    'followUpId',
  );
  return report;
}

/** The improvement point that the finding, in any of its readings that was not withdrawn, has opened. */
export function pointOf({ found }: AssessmentFact, finding: FindingFact): unknown {
  return found.improvementPoints.find(({ finding: opening }) => {
    const reading = found.findings[opening];
    return reading?.root === finding.root && reading.withdrawn === null;
  });
}

/**
 * @param field as of {@link unknownPoint}
 * @throws Rejection where one of the improvement points is not known.
 */
export function assertPoints(history: ApproachHistory, ids: readonly string[], field?: string): void {
  const known = new Set(
    history.assessments
      .filter(({ abandoned }) => abandoned === null)
      .flatMap(({ found }) => found.improvementPoints.map(({ id }) => id)),
  );
  const unknown = ids.find((id) => !known.has(id));
  if (unknown !== undefined) throw unknownPoint(unknown, field);
}

export function assertIndicators(
  codes: readonly string[],
  { framework, frameworkVersion }: AssessmentFact,
  frameworks: (code: string) => FrameworkLine,
): void {
  const twice = codes.find((code, index) => codes.indexOf(code) !== index);
  if (twice !== undefined) {
    throw new Rejection('INDICATOR_TWICE', `indicator ${twice} is named twice`, 'indicators');
  }
  const line = frameworks(framework);
  const unknown = codes.find((code) => line.lineOf(frameworkVersion, code) === undefined);
  if (unknown === undefined) return;
  throw new Rejection(
    'INDICATOR_UNKNOWN',
    `${framework} version ${frameworkVersion} has no indicator ${unknown}`,
    'indicators',
    {
      accepted: line
        .linesOf(frameworkVersion)
        .map((key) => line.indicatorOf(frameworkVersion, key)?.code)
        .join(', '),
    },
  );
}

export function frameworkOf(
  frameworks: (code: string) => FrameworkLine,
  code: string,
  version: number,
): Framework {
  const line = frameworks(code);
  const framework = line.version(version);
  if (framework === undefined && line.latest !== undefined) {
    const accepted = `a version from 1 to ${line.latest.version}`;
    throw new Rejection(
      'FRAMEWORK_UNKNOWN',
      `there is no version ${version} of framework ${code}`,
      'frameworkVersion',
      { accepted },
    );
  }
  if (framework === undefined) {
    throw new Rejection('FRAMEWORK_UNKNOWN', `there is no framework ${code}`, 'framework');
  }
  return framework;
}

/** @throws Rejection where there is an assessment of that kind for that year and framework, which was not abandoned. */
export function assertPlaceFree(
  history: ApproachHistory,
  { framework, kind, reference }: EventData<'AssessmentOpened'>,
): void {
  if (assessmentInPlace(history, { framework, kind, year: Number(reference) }) === undefined) return;
  throw new Rejection(
    'ASSESSMENT_EXISTS',
    `there is a ${kind} assessment for ${reference} against ${framework} already, concluded or under way; a second one is refused`,
    'reference',
  );
}

export function assertFree(history: ApproachHistory, id: string): void {
  const taken = [
    history.assessments,
    history.followed.followUps,
    history.followed.commitments,
    ...history.assessments.flatMap(({ found }) => [
      found.findings,
      found.attentionPoints,
      found.improvementPoints,
    ]),
  ].some((facts) => facts.some((fact) => fact.id === id));
  if (taken) throw new Rejection('ID_TAKEN', `id ${id} is in use in this approach`);
}
