import { type AsOf, publicBy, speaksBy } from '../domain/as-of';
import {
  type ApproachHistory,
  type AssessmentFact,
  assessmentOf,
  type Fact,
  type FindingFact,
} from '../domain/history';

/**
 * The events of an approach that are there at that point, in order: by the clocks of the assessment that
 * they belong to, and corrections and withdrawals by their own. What belongs to no assessment has neither
 * reference year nor publication, so it is left out where either is asked about.
 */
export function visibleEvents(history: ApproachHistory, asOf: AsOf): Fact[] {
  const found: Fact[] = [];
  const add = (...facts: readonly (Fact | null)[]): void => {
    for (const fact of facts) if (fact !== null && fact.position <= asOf.upTo) found.push(fact);
  };
  const assessments = new Set(history.assessments.filter((one) => isThere(one, asOf)));
  const findings = new Set(
    history.findings.filter(
      (finding) =>
        assessments.has(assessmentOf(history, finding)) &&
        (finding.corrects === null || publicBy(asOf, finding.publishedOn)),
    ),
  );
  const isTold = ({ assessment }: { readonly assessment: number | null }): boolean => {
    if (assessment === null) return asOf.reference === null && asOf.publishedBy === null;
    const told = history.assessments[assessment];
    return told !== undefined && assessments.has(told);
  };
  const isOfFinding = ({ finding }: { readonly finding: number }): boolean => {
    const of = history.findings[finding];
    return of !== undefined && findings.has(of);
  };

  add(history.registration);
  for (const factsheet of history.factsheets) {
    const { reference, publishedOn } = factsheet;
    if (speaksBy(asOf, Number(reference)) && publicBy(asOf, publishedOn)) add(factsheet);
  }
  for (const assessment of assessments) {
    add(assessment, assessment.concluded, ...assessment.sources, ...assessment.developments);
  }
  for (const finding of findings) add(finding, withdrawalOf(finding, asOf));
  add(...history.attentionPoints.filter(isOfFinding), ...history.improvementPoints.filter(isOfFinding));
  add(...history.followUps.filter(isTold));
  for (const commitment of history.commitments.filter(isTold)) {
    // No document tells what became of a promise, so that has no known publication date.
    add(commitment, publicBy(asOf, null) ? commitment.settled : null);
  }
  return found.sort((a, b) => a.revision - b.revision);
}

/** Also while it is under way, where publication is not asked about: its events are in the log all the same. */
function isThere({ year, concluded }: AssessmentFact, asOf: AsOf): boolean {
  const publishedOn = concluded !== null && concluded.position <= asOf.upTo ? concluded.publishedOn : null;
  return speaksBy(asOf, year) && publicBy(asOf, publishedOn);
}

function withdrawalOf({ withdrawn }: FindingFact, asOf: AsOf): Fact | null {
  return withdrawn !== null && publicBy(asOf, withdrawn.publishedOn) ? withdrawn : null;
}
