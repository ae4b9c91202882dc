import { type AsOf, publicBy, speaksBy } from '../domain/as-of';
import { isThere, withdrawalAt } from '../domain/corrections';
import { subjects, subjectsOfFactsheets } from '../domain/event-subjects';
import type { AssessmentFact, CommitmentFact, Fact, FollowUpFact } from '../domain/facts';
import type { ApproachHistory } from '../domain/history';
import { isToldApart, knowable, settlementAt } from '../domain/improvement';
import { isShown } from '../domain/verdicts';

/**
 * The events of an approach that are there at that point, in order: by the clocks of the assessment that
 * they belong to, and corrections and withdrawals by their own. Of what is under way or confidential, only what
 * lies within the limits of who reads.
 */
export function visibleEvents(history: ApproachHistory, asOf: AsOf): Fact[] {
  const events: Fact[] = [];
  const add = (...facts: readonly (Fact | null)[]): void => {
    for (const fact of facts) if (fact !== null && fact.position <= asOf.upTo) events.push(fact);
  };
  const assessments = history.assessments.filter((one) => isShown(history, one, asOf));
  // Whether who reads may know of it at all, whatever the clocks: as of everything up to that position.
  const always = { ...asOf, reference: null, publishedBy: null };
  const mayBeKnown = (assessment: AssessmentFact): boolean => isShown(history, assessment, always);
  const mayKnow = knowable(history, asOf);
  const isTold = (told: FollowUpFact | CommitmentFact): boolean => {
    if (!mayKnow(told)) return false;
    return told.assessment === null
      ? isToldApart(history, told, asOf)
      : assessments.some(({ id }) => id === told.assessment);
  };

  add(history.registration);
  const ofFactsheets = subjectsOfFactsheets(history, subjects(history));
  history.factsheets.forEach((factsheet, index) => {
    const { reference, publicFrom } = factsheet;
    if (!speaksBy(asOf, Number(reference)) || !publicBy(asOf, publicFrom)) return;
    const subject = ofFactsheets[index];
    if (subject !== undefined && subject.fact.position <= asOf.upTo && subject.of.every(mayBeKnown))
      add(factsheet);
  });
  for (const assessment of assessments) {
    const { found, concluded, abandoned } = assessment;
    add(assessment, concluded, abandoned, ...found.sources, ...found.developments);
    add(...assessment.corrections.filter((correction) => isThere(correction, asOf)));
    const findings = new Set(found.findings.filter((finding) => isThere(finding, asOf)));
    for (const finding of findings) add(finding, withdrawalAt(finding, asOf));
    const isOfFinding = ({ finding }: { readonly finding: number }): boolean => {
      const of = found.findings[finding];
      return of !== undefined && findings.has(of);
    };
    for (const point of found.attentionPoints.filter(isOfFinding)) {
      if (isThere(point, asOf)) add(point, withdrawalAt(point, asOf));
    }
    for (const point of found.improvementPoints.filter(isOfFinding)) {
      add(point, ...point.corrections.filter((correction) => isThere(correction, asOf)));
    }
  }
  for (const report of history.followed.followUps.filter(isTold)) {
    if (isThere(report, asOf)) add(report, withdrawalAt(report, asOf));
  }
  for (const commitment of history.followed.commitments.filter(isTold)) {
    if (!isThere(commitment, asOf)) continue;
    add(commitment, settlementAt(commitment, asOf), withdrawalAt(commitment, asOf));
  }
  return events.sort((a, b) => a.revision - b.revision);
}
