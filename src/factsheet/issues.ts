import { publicationBefore } from '../domain/assessment-header';
import type { Edtf } from '../domain/edtf';
import type { AssessmentKind } from '../domain/events';
import type { AssessmentFact, FactsheetFact } from '../domain/facts';
import type { ApproachHistory } from '../domain/history';
import { publicationOf } from '../domain/verdicts';
import { FactsheetError } from './factsheet';

// The issues of an assessment's document that were imported, and what one more is beside them.

/** How a document was imported before: which issue of its assessment it was, and which time it came. */
export interface ImportedBefore {
  readonly revision: number;
  /** How many issues came before it. */
  readonly at: number;
  /** 1 for the first time; it may have been issued again over another issue. */
  readonly time: number;
  /** When it was published, by what is given now. */
  readonly publishedOn: Edtf | null;
}

/**
 * Null where it was not. Of several times, the first at which it was published as what is given now says.
 * @param issues those of its assessment
 * @param issuedOn when it was published, issued behind those
 */
export function importedAs(
  digest: string,
  publishedOn: Edtf | null,
  issues: readonly FactsheetFact[],
  issuedOn: (behind: readonly FactsheetFact[]) => Edtf | null,
): ImportedBefore | null {
  const times = issues.flatMap((issue, at) => (issue.digest === digest ? [{ issue, at }] : []));
  let first: ImportedBefore | null = null;
  for (const [index, { issue, at }] of times.entries()) {
    const was = { revision: issue.revision, at, time: index + 1, publishedOn: issue.publishedOn };
    if (issue.publishedOn === publishedOn) return was;
    const issued = at === 0 ? publishedOn : issuedOn(issues.slice(0, at));
    if (issue.publishedOn === issued) return was;
    first ??= { ...was, publishedOn: issued };
  }
  return first;
}

/** The documents of an assessment that were imported, in that order. */
export function issuesOf(
  kind: AssessmentKind,
  year: string,
  { factsheets }: ApproachHistory,
): FactsheetFact[] {
  return factsheets.filter((issue) => issue.kind === kind && issue.reference === year);
}

/** When the assessment was published, as far as that is known, and the issues of its document behind the first. */
export function datesOf(assessment: AssessmentFact, issues: readonly FactsheetFact[]): Edtf[] {
  const later = issues.filter(({ revision }) => revision > assessment.revision);
  const known = publicationOf(assessment, Number.MAX_SAFE_INTEGER);
  return [known, ...later.map(({ publishedOn }) => publishedOn)].filter((date) => date !== null);
}

/**
 * True where this issue bears another day than the one on which the assessment is known to be published, and no issue
 * before it changed anything but that day: then that is what it corrects, unless it says something else too.
 */
export function isOtherDate(
  date: Edtf,
  assessment: AssessmentFact,
  issues: readonly FactsheetFact[],
): boolean {
  const known = publicationOf(assessment, Number.MAX_SAFE_INTEGER);
  const later = issues.filter(({ revision }) => revision > assessment.revision);
  return known !== null && date !== known && later.every((issue) => isOfDayAlone(issue, assessment));
}

/** True of a new issue that corrected the day of publication: that comes alone, right behind its document. */
function isOfDayAlone(issue: FactsheetFact, assessment: AssessmentFact): boolean {
  const revision = issue.revision + 1;
  const correction = assessment.corrections.find((one) => one.revision === revision);
  const was = publicationBefore(assessment, revision);
  return correction !== undefined && was != null && was !== correction.assessmentPublishedOn;
}

/**
 * Between issues that were imported one by one, again and again, verdicts would swing to and fro: which of them
 * is the latest must be said.
 * @throws FactsheetError where another issue came over this one, and no later day is given for this.
 */
export function assertMayComeAgain(
  digest: string,
  issues: readonly FactsheetFact[],
  published: Edtf | null,
): void {
  const latest = issues.at(-1);
  if (latest === undefined || latest.digest === digest || published !== null) return;
  throw new FactsheetError([
    {
      line: null,
      message: `this issue was imported before, and ${latest.name} came over it since; expected a later issue, or --published with the day on which this one was issued again`,
    },
  ]);
}
