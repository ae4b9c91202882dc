import type { AssessmentFact, Fact } from '../domain/facts';
import type { Standing } from '../domain/verdicts';
import type { ApproachReading } from './approach-reading';

/**
 * The revisions of the events behind a verdict, in order: the document and the assessment that it was
 * tested in, the findings with their corrections and warnings, and for a follow-up the improvement points
 * with the findings that opened them, the reports that were judged, and the promises. What is not there at
 * the point that is read from explains nothing there.
 */
export async function explanationOf(reading: ApproachReading, { tests }: Standing): Promise<number[]> {
  const { history } = reading;
  const events = await reading.events();
  const revisions = new Set<number>();
  const add = (...facts: readonly (Fact | null | undefined)[]): void => {
    for (const fact of facts) if (fact != null) revisions.add(fact.revision);
  };
  const addFinding = (assessment: AssessmentFact, root: number): void => {
    const { found } = assessment;
    const isOfFinding = (fact: { readonly finding: number }): boolean =>
      found.findings[fact.finding]?.root === root;
    add(assessment, assessment.concluded);
    for (const finding of found.findings.filter((one) => one.root === root)) {
      add(finding, finding.withdrawn);
      if (finding.source !== null) add(history.factsheets[finding.source.factsheet]);
    }
    add(...found.attentionPoints.filter(isOfFinding), ...found.improvementPoints.filter(isOfFinding));
  };
  for (const { reading: finding, assessment } of tests) {
    addFinding(assessment, finding.root);
    const judged = history.followed.followUps.find(({ id }) => id === finding.followUp)?.root;
    for (const report of history.followed.followUps.filter(({ root }) => root === judged)) {
      add(report, report.withdrawn);
    }
    for (const id of finding.improvementPoints) {
      const opening = history.assessments.find((one) =>
        one.found.improvementPoints.some((point) => point.id === id),
      );
      const point = opening?.found.improvementPoints.find((one) => one.id === id);
      const root = point === undefined ? undefined : opening?.found.findings[point.finding]?.root;
      if (opening !== undefined && root !== undefined) addFinding(opening, root);
      for (const commitment of history.followed.commitments) {
        if (commitment.improvementPoints.includes(id)) add(commitment, commitment.settled);
      }
    }
  }
  return events.map(({ revision }) => revision).filter((revision) => revisions.has(revision));
}
