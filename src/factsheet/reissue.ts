import type { ReissueAssessment } from '../domain/approach-commands';
import type { Edtf } from '../domain/edtf';
import type { DomainEvent } from '../domain/events';
import type { AssessmentFact } from '../domain/facts';
import type { ApproachHistory } from '../domain/history';
import { publicationOf } from '../domain/verdicts';
import { Comparison, type Why } from './comparison';
import type { Said } from './factsheet';
import { issuedBy } from './issued-assessment';
import type { FactsheetCommand } from './to-command';
import { whatStands } from './what-stands';

/** What a re-issued document changes; no command where it says what the register holds already. */
export interface Reissue {
  readonly command: ReissueAssessment | null;
  /** What is changed, in words, in the order of the steps. */
  readonly changes: readonly Said<string>[];
  readonly warnings: readonly Said<string>[];
}

/**
 * What a new issue of an assessment's document makes of it: the corrections, withdrawals and additions that
 * lead from what stands to what it says, and nothing else.
 * @param planned the command that would record the document, were it the first
 * @param events those of the approach, by revision: they hold the texts
 * @throws FactsheetError where what it says cannot be told as corrections.
 */
export function reissue(
  planned: FactsheetCommand['command'],
  assessment: AssessmentFact,
  history: ApproachHistory,
  events: readonly DomainEvent[],
  why: Why,
): Reissue {
  if (planned.document === null) throw new RangeError('a new issue is a document');
  const standing = whatStands(assessment, history, events);
  const comparison = new Comparison(standing, issuedBy(planned.steps), history, why);
  const { steps, changes, warnings } = comparison.compare();
  return {
    command:
      steps.length === 0
        ? null
        : { type: 'ReissueAssessment', assessmentId: assessment.id, document: planned.document, steps },
    changes,
    warnings,
  };
}

/**
 * What a new issue makes of an assessment where it differs in one thing alone: the day on which that was published.
 * @param planned as in {@link reissue}, which finds nothing that differs
 * @param on when it was published, and the line that says so
 */
export function redate(
  planned: FactsheetCommand['command'],
  assessment: AssessmentFact,
  on: Said<Edtf>,
  why: Why,
): Reissue {
  if (planned.document === null) throw new RangeError('a new issue is a document');
  const { header } = issuedBy(planned.steps);
  const { value: assessmentPublishedOn, line } = on;
  const was = publicationOf(assessment, Number.MAX_SAFE_INTEGER) ?? 'a date not known';
  const { publishedOn } = why;
  const data = {
    assessmentId: assessment.id,
    ...header,
    assessmentPublishedOn,
    reason: why.reason(),
    publishedOn,
  };
  return {
    command: {
      type: 'ReissueAssessment',
      assessmentId: assessment.id,
      document: planned.document,
      steps: [{ type: 'CorrectAssessment', data, line }],
    },
    changes: [{ value: `the assessment corrected: published ${was} became ${assessmentPublishedOn}`, line }],
    warnings: [],
  };
}
