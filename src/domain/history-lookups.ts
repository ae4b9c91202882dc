import type {
  ApproachHistory,
  AssessmentFact,
  CommitmentFact,
  FactsheetFact,
  FindingFact,
  FollowUpFact,
} from './facts';

// Facts of a history by what refers to them.

/** An event refers to something that the history does not hold: the log is not whole. */
export class HistoryError extends Error {
  override readonly name = 'HistoryError';
}

/** A finding in its assessment. */
export interface PlacedFinding {
  readonly assessment: AssessmentFact;
  readonly finding: FindingFact;
  /** Its index among the findings of the assessment. */
  readonly index: number;
}

/** The finding with that id, looked for from the latest assessment back; undefined where there is none. */
export function findFinding(history: ApproachHistory, id: string): PlacedFinding | undefined {
  for (let last = history.assessments.length - 1; last >= 0; last -= 1) {
    const assessment = history.assessments[last] as AssessmentFact;
    const index = assessment.found.findings.findLastIndex((finding) => finding.id === id);
    const finding = assessment.found.findings[index];
    if (finding !== undefined) return { assessment, finding, index };
  }
  return undefined;
}

/**
 * The finding that a fact of the same assessment refers to.
 * @throws HistoryError where there is none at that index.
 */
export function findingAt(assessment: AssessmentFact, index: number): FindingFact {
  const finding = assessment.found.findings[index];
  if (finding === undefined) throw new HistoryError(`assessment ${assessment.id} has no finding ${index}`);
  return finding;
}

export function findingById(history: ApproachHistory, id: string): PlacedFinding {
  const found = findFinding(history, id);
  if (found === undefined) throw new HistoryError(`the history has no finding ${id}`);
  return found;
}

/** The factsheet that a finding was read from; null where it came from no document. */
export function factsheetOf({ factsheets }: ApproachHistory, { source }: FindingFact): FactsheetFact | null {
  return source === null ? null : (factsheets[source.factsheet] ?? null);
}

export function assessmentById(history: ApproachHistory, id: string): AssessmentFact {
  const assessment = history.assessments.findLast((one) => one.id === id);
  if (assessment === undefined) throw new HistoryError(`the history has no assessment ${id}`);
  return assessment;
}

/** The assessment of that kind for that year and framework: there is one at most that was not abandoned. */
export function assessmentInPlace(
  { assessments }: ApproachHistory,
  { framework, kind, year }: Pick<AssessmentFact, 'framework' | 'kind' | 'year'>,
): AssessmentFact | undefined {
  return assessments.find(
    (one) => one.framework === framework && one.kind === kind && one.year === year && one.abandoned === null,
  );
}

export function followUpById(
  { followed: { followUps } }: ApproachHistory,
  id: string,
): { readonly followUp: FollowUpFact; readonly index: number } {
  const index = followUps.findLastIndex((followUp) => followUp.id === id);
  const followUp = followUps[index];
  if (followUp === undefined) throw new HistoryError(`the history has no report ${id}`);
  return { followUp, index };
}

export function commitmentById({ followed }: ApproachHistory, id: string): CommitmentFact {
  const commitment = followed.commitments.findLast((one) => one.id === id);
  if (commitment === undefined) throw new HistoryError(`the history has no commitment ${id}`);
  return commitment;
}

/** The attention point or improvement point with that id and its assessment, looked for from the latest assessment back. */
export function pointById<K extends 'attentionPoints' | 'improvementPoints'>(
  history: ApproachHistory,
  kind: K,
  id: string,
): { readonly assessment: AssessmentFact; readonly point: AssessmentFact['found'][K][number] } {
  for (const assessment of history.assessments.toReversed()) {
    const point = assessment.found[kind].findLast((one) => one.id === id);
    if (point !== undefined) return { assessment, point };
  }
  throw new HistoryError(`the history has no point ${id} among its ${kind}`);
}

/** The assessments that a report or a commitment speaks of: the one that tells of it, and those of its points. */
export function assessmentsOfFollowed(
  { assessments }: Pick<ApproachHistory, 'assessments'>,
  told: { readonly assessment: string | null; readonly improvementPoints: readonly string[] },
): AssessmentFact[] {
  return assessments.filter(
    ({ id, found }) =>
      id === told.assessment ||
      found.improvementPoints.some((point) => told.improvementPoints.includes(point.id)),
  );
}

/** {@link assessmentsOfFollowed} for many of a history; those that speak of the same ones share one list. */
export function assessmentsOfEachFollowed(
  history: ApproachHistory,
): (told: Parameters<typeof assessmentsOfFollowed>[1]) => readonly AssessmentFact[] {
  // By the id of an assessment or of an improvement point: where in the history it is spoken of.
  const places = new Map<string, number>();
  history.assessments.forEach(({ id, found }, place) => {
    places.set(id, place);
    for (const point of found.improvementPoints) places.set(point.id, place);
  });
  const lists = new Map<string, readonly AssessmentFact[]>();
  return (told) => {
    const own = new Set<number>();
    for (const id of [told.assessment, ...told.improvementPoints]) {
      const place = id === null ? undefined : places.get(id);
      if (place !== undefined) own.add(place);
    }
    const inOrder = [...own].sort((a, b) => a - b);
    const key = inOrder.join();
    let list = lists.get(key);
    if (list === undefined) {
      list = inOrder.map((place) => history.assessments[place]).filter((one) => one !== undefined);
      lists.set(key, list);
    }
    return list;
  };
}
