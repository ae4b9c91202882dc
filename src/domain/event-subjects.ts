import type { AssessmentFact, Fact } from './facts';
import type { ApproachHistory } from './history';
import { assessmentsOfEachFollowed } from './history-lookups';

// An event of an approach is there for somebody only where every assessment that it speaks of is.

/** An event of an approach, and the assessments that it speaks of. */
interface Subject {
  readonly fact: Fact;
  readonly of: readonly AssessmentFact[];
}

/** All events of an approach but its registration and the documents. */
export function subjects(history: ApproachHistory): Subject[] {
  const found: Subject[] = [];
  const add = (of: readonly AssessmentFact[], ...facts: readonly (Fact | null)[]): void => {
    for (const fact of facts) if (fact !== null) found.push({ fact, of });
  };
  for (const assessment of history.assessments) {
    const { sources, developments, findings, attentionPoints, improvementPoints } = assessment.found;
    const of = [assessment];
    add(
      of,
      assessment,
      assessment.concluded,
      assessment.abandoned,
      ...assessment.corrections,
      ...sources,
      ...developments,
    );
    for (const fact of [...findings, ...attentionPoints]) add(of, fact, fact.withdrawn);
    for (const point of improvementPoints) add(of, point, ...point.corrections);
  }
  const assessmentsOf = assessmentsOfEachFollowed(history);
  for (const report of history.followed.followUps) add(assessmentsOf(report), report, report.withdrawn);
  for (const commitment of history.followed.commitments)
    add(assessmentsOf(commitment), commitment, commitment.settled, commitment.withdrawn);
  return found;
}

/**
 * What each document of an approach tells of, in their order: what the event behind it speaks of, as a document
 * is followed by what was read from it, in one append. Undefined as long as that has not come.
 * @param others what {@link subjects} gives of the history
 */
export function subjectsOfFactsheets(
  { registration, factsheets }: ApproachHistory,
  others: readonly Subject[],
): (Subject | undefined)[] {
  if (factsheets.length === 0) return [];
  const byRevision = new Map(others.map((subject) => [subject.fact.revision, subject]));
  return factsheets.map(({ revision }) => {
    const isRegistered = registration?.revision === revision + 1;
    return byRevision.get(revision + (isRegistered ? 2 : 1));
  });
}
