import { type Fact, findingAt } from '../domain/history';
import type { Standing } from '../domain/verdicts';
import type { ApproachReading } from './approach-reading';

/**
 * The revisions of the events behind a verdict, in order: the document and the assessment that it was
 * tested in, the findings with their corrections and warnings, and for a follow-up the improvement points
 * with the findings that opened them, the reports that were judged, and the promises. What is not there at
 * the point that is read from explains nothing there.
 */
export function explanationOf(reading: ApproachReading, { tests }: Standing): number[] {
  const { history } = reading;
  const revisions = new Set<number>();
  const add = (fact: Fact | null | undefined): void => {
    if (fact != null) revisions.add(fact.revision);
  };
  const addFinding = (root: number): void => {
    for (const finding of history.findings.filter((one) => one.root === root)) {
      add(finding);
      add(finding.withdrawn);
      const assessment = history.assessments[finding.assessment];
      add(assessment);
      add(assessment?.concluded);
      if (finding.source !== null) add(history.factsheets[finding.source.factsheet]);
    }
    for (const point of history.attentionPoints)
      if (findingAt(history, point.finding).root === root) add(point);
    for (const point of history.improvementPoints)
      if (findingAt(history, point.finding).root === root) add(point);
  };
  for (const { reading: finding } of tests) {
    addFinding(finding.root);
    if (finding.followUp !== null) add(history.followUps[finding.followUp]);
    for (const index of finding.improvementPoints) {
      const point = history.improvementPoints[index];
      if (point !== undefined) addFinding(findingAt(history, point.finding).root);
      for (const commitment of history.commitments) {
        if (!commitment.improvementPoints.includes(index)) continue;
        add(commitment);
        add(commitment.settled);
      }
    }
  }
  return reading.events.map(({ revision }) => revision).filter((revision) => revisions.has(revision));
}
