import type { ApproachCommand, ApproachStep } from '../domain/approach-commands';
import { everythingUpTo } from '../domain/as-of';
import { EVERYTHING } from '../domain/audience';
import { type Framework, indicatorsOf } from '../domain/framework';
import type { ApproachHistory } from '../domain/history';
import { visibleTests } from '../domain/verdicts';
import { salted } from '../salted';
import type { Factsheet, FactsheetRow, Mark, Said } from './factsheet';
import type { FactsheetSubject } from './subject';

/** The inspectorate of factsheets that name none. */
const DEFAULT_ASSESSOR = 'Samenwerkend Toezicht Jeugd';

/** The document itself: what is kept of it beside what it says. */
export interface FactsheetFile {
  /** File name without folders. */
  readonly name: string;
  readonly text: string;
  /** SHA-256 of its bytes, lower-case hex. */
  readonly digest: string;
}

/** The command that a document is read into, and what a reader should know of it. */
export interface FactsheetCommand {
  readonly command: Extract<ApproachCommand, { type: 'RecordAssessment' }>;
  readonly warnings: readonly Said<string>[];
}

/**
 * The command that records the document.
 * @param history what the register knows of the approach so far: a follow-up refers to it
 * @param stableId gives the id of each new thing from its name in the document
 */
export function toCommand(
  factsheet: Factsheet,
  subject: FactsheetSubject,
  file: FactsheetFile,
  framework: Framework,
  history: ApproachHistory,
  partial: boolean,
  stableId: (name: string) => string,
): FactsheetCommand {
  const { municipality, slug, year, publishedOn } = subject;
  const steps: (ApproachStep & { line: number })[] = [];
  const warnings: Said<string>[] = factsheet.notUnderstood.map(({ value, line }) => ({
    value: `not understood, and left out: ${value}`,
    line,
  }));
  warnings.push(...factsheet.misspelt, ...subject.warnings);
  const assessmentId = stableId('assessment');
  const headLine = factsheet.approach.line;
  steps.push({
    type: 'RegisterApproach',
    data: { municipality: municipality.code, slug, name: factsheet.approach.value },
    line: headLine,
  });
  steps.push({
    type: 'OpenAssessment',
    data: {
      assessmentId,
      framework: framework.code,
      frameworkVersion: framework.version,
      kind: factsheet.kind,
      reference: year,
      assessor: factsheet.assessor?.value ?? DEFAULT_ASSESSOR,
      description: factsheet.description === null ? null : salted(factsheet.description.value),
      familiesReached: factsheet.familiesReached?.value ?? null,
    },
    line: factsheet.reference?.line ?? headLine,
  });
  for (const { value, line } of factsheet.sources) {
    steps.push({ type: 'ConsultSource', data: { assessmentId, ...value }, line });
  }
  for (const { value, line } of factsheet.developments) {
    steps.push({ type: 'NoteDevelopment', data: { assessmentId, text: salted(value) }, line });
  }

  const names = new Map(indicatorsOf(framework).map(({ code, name }) => [code, name]));
  const pointsOfRow = (row: FactsheetRow): string[] =>
    pointsCovering(history, framework.code, Number(year), row.indicators);
  if (factsheet.kind === 'FOLLOW_UP')
    warnings.push(...unmentionedPoints(factsheet, history, framework, Number(year), headLine));
  const statedBy = factsheet.statement?.value.by ?? `gemeente ${municipality.name}`;
  const reported = [...new Set(factsheet.rows.flatMap(pointsOfRow))];
  const followUpId = factsheet.kind === 'FOLLOW_UP' && reported.length > 0 ? stableId('follow-up') : null;
  if (followUpId !== null) {
    if (factsheet.statement === null) {
      warnings.push({
        value: 'the document names no statement of the municipality; its judgements are taken to rest on one',
        line: headLine,
      });
    }
    steps.push({
      type: 'ReportFollowUp',
      data: {
        followUpId,
        assessmentId,
        improvementPointIds: reported,
        reportedBy: statedBy,
        reportedOn: factsheet.statement?.value.on ?? null,
        narrative: null,
      },
      line: factsheet.statement?.line ?? headLine,
    });
  }

  let ordinal = 0;
  for (const row of factsheet.rows) {
    warnings.push(...quotationWarnings(row, history, Number(year)));
    for (const mark of row.marks) {
      ordinal += 1;
      const findingId = stableId(`finding ${ordinal}`);
      const points = factsheet.kind === 'FOLLOW_UP' ? pointsOfRow(row) : [];
      steps.push(
        factsheet.kind === 'BASELINE'
          ? {
              type: 'RecordFinding',
              data: {
                findingId,
                assessmentId,
                indicators: [...row.indicators],
                verdict: mark.verdict,
                narrative: salted(mark.narrative),
              },
              line: mark.line,
            }
          : {
              type: 'AssessFollowUp',
              data: {
                findingId,
                assessmentId,
                followUpId: points.length === 0 ? null : followUpId,
                improvementPointIds: [...points],
                indicators: [...row.indicators],
                verdict: mark.verdict,
                basis: 'REPORTED',
                narrative: salted(mark.narrative),
              },
              line: mark.line,
            },
      );
      mark.attentionPoints.forEach(({ value, line }, index) => {
        const attentionPointId = stableId(`finding ${ordinal} attention point ${index + 1}`);
        steps.push({
          type: 'RaiseAttentionPoint',
          data: { attentionPointId, findingId, text: salted(value) },
          line,
        });
      });
      if (mark.verdict === 'IMPROVEMENT_NEEDED' && points.length === 0) {
        const improvementPointId = stableId(`finding ${ordinal} improvement point`);
        const text = salted(row.indicators.map((code) => names.get(code) ?? code).join('; '));
        steps.push({
          type: 'IdentifyImprovementPoint',
          data: { improvementPointId, findingId, text },
          line: mark.line,
        });
        points.push(improvementPointId);
      }
      if (points.length > 0) steps.push(...commitmentSteps(mark, points, ordinal));
    }
  }
  steps.push({
    type: 'ConcludeAssessment',
    data: { assessmentId, publishedOn, public: true },
    partial,
    line: headLine,
  });

  const { name, digest, text } = file;
  return {
    command: {
      type: 'RecordAssessment',
      document: {
        digest,
        name,
        text: salted(text),
        kind: factsheet.kind,
        reference: year,
        publishedOn,
        partial,
      },
      steps,
    },
    warnings: warnings.sort((a, b) => a.line - b.line),
  };

  function commitmentSteps(
    mark: Mark,
    points: string[],
    finding: number,
  ): (ApproachStep & { line: number })[] {
    return mark.commitments.map(({ value, line }, index) => ({
      type: 'MakeCommitment',
      data: {
        commitmentId: stableId(`finding ${finding} commitment ${index + 1}`),
        assessmentId,
        improvementPointIds: points,
        madeBy: statedBy,
        text: salted(value.text),
        dueOn: value.dueOn,
      },
      line,
    }));
  }
}

/** The improvement points that speak of any of these indicators, of findings that stand, from before that year. */
function pointsCovering(
  history: ApproachHistory,
  framework: string,
  year: number,
  indicators: readonly string[],
): string[] {
  return visibleTests(history, everythingUpTo(Number.MAX_SAFE_INTEGER, [EVERYTHING])).flatMap(
    ({ reading, assessment }) => {
      const speaksOfThem = reading.indicators.some((code) => indicators.includes(code));
      if (assessment.framework !== framework || assessment.year >= year) return [];
      if (reading.verdict === 'MET' || !speaksOfThem) return [];
      const { findings, improvementPoints } = assessment.found;
      return improvementPoints
        .filter(({ finding }) => findings[finding]?.root === reading.root)
        .map(({ id }) => id);
    },
  );
}

/** Improvement points that a follow-up does not mention stay open: a row that was lost would look the same. */
function unmentionedPoints(
  { rows }: Factsheet,
  history: ApproachHistory,
  framework: Framework,
  year: number,
  line: number,
): Said<string>[] {
  const mentioned = new Set(rows.flatMap(({ indicators }) => indicators));
  return indicatorsOf(framework)
    .filter(
      ({ code }) => !mentioned.has(code) && pointsCovering(history, framework.code, year, [code]).length > 0,
    )
    .map(({ code, name }) => ({
      value: `does not mention ${code} ${name}, where something was to be improved`,
      line,
    }));
}

/** What a follow-up quotes of the baseline may differ from it: the baseline stands, the reader is told. */
function quotationWarnings(row: FactsheetRow, history: ApproachHistory, year: number): Said<string>[] {
  if (row.quoted.length === 0) return [];
  const covering = visibleTests(history, everythingUpTo(Number.MAX_SAFE_INTEGER, [EVERYTHING])).filter(
    ({ assessment, reading }) =>
      assessment.year < year &&
      reading.followUp === null &&
      reading.indicators.some((code) => row.indicators.includes(code)),
  );
  const was = new Set(covering.map(({ reading }) => reading.verdict));
  return row.quoted
    .filter(({ verdict }) => !was.has(verdict))
    .map(({ verdict, line }) => ({
      value: `quotes ${verdict} for ${row.indicators.join(', ')}, where the earlier assessment says ${[...was].join(' and ') || 'nothing'}`,
      line,
    }));
}
