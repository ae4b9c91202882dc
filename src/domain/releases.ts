import { type Audience, includesAssessment, includesMunicipality } from './audience';
import { subjects, subjectsOfFactsheets } from './event-subjects';
import type { Position } from './events';
import type { AssessmentFact, Fact } from './facts';
import type { ApproachHistory } from './history';

// An event is there for somebody from one position of the log on. For who has an assessment within their limits
// that is where it was recorded; for others, where the assessment was made public, or by a correction of its assessor
// came to lie within their limits. What is released at a position follows from the log up to there, so it never
// changes afterwards.

/**
 * What somebody must have within their limits: an assessment as long as it has that assessor, or the approach where
 * the others are null.
 */
export interface ReleaseSubject {
  /** Of the event that gave the assessment its assessor, or registered the approach: what it is known by. */
  readonly position: Position;
  readonly municipality: string;
  readonly assessor: string | null;
  readonly framework: string | null;
}

/** That an event is there from a position of the log on, and for whom. */
export interface Release {
  readonly fact: Fact;
  readonly from: Position;
  /** What somebody must have within their limits, of each list any subject: the rest is public by then. */
  readonly within: readonly AnyOf[];
  /** What somebody must not have like that, who then had the event before; empty: no such rule. */
  readonly outside: readonly AnyOf[];
}

/** Subjects by their positions. */
export type AnyOf = readonly Position[];

/** Whether a release is for an audience. */
export function isReleasedTo(
  { within, outside }: Pick<Release, 'within' | 'outside'>,
  isWithin: (subject: Position) => boolean,
): boolean {
  const hasAny = (subjects: AnyOf): boolean => subjects.some(isWithin);
  return within.every(hasAny) && (outside.length === 0 || !outside.every(hasAny));
}

/** Whether an audience has a subject within its limits. */
export function includesSubject(
  audience: Audience,
  { municipality, assessor, framework }: ReleaseSubject,
): boolean {
  return assessor === null || framework === null
    ? includesMunicipality(audience, municipality)
    : includesAssessment(audience, municipality, { assessor, framework });
}

/** What the releases of an approach speak of. */
export function releaseSubjects({ registration, assessments }: ApproachHistory): ReleaseSubject[] {
  if (registration === null) return [];
  const { municipality, position } = registration;
  return [
    { position, municipality, assessor: null, framework: null },
    ...assessments.flatMap((one) =>
      assessorsOf(one).map(({ position: since, assessor }) => ({
        position: since,
        municipality,
        assessor,
        framework: one.framework,
      })),
    ),
  ];
}

/** All releases of the events of an approach, as far as its history goes. */
export function releasesOf(history: ApproachHistory): Release[] {
  const { registration, factsheets } = history;
  if (registration === null) return [];
  const releases: Release[] = [];
  const steps = new KnownSteps();
  const add = (fact: Fact, earliest: Position, of: readonly AssessmentFact[]): void => {
    for (const { from, within, outside } of steps.of(of, earliest))
      releases.push({ fact, from: from ?? earliest, within, outside });
  };

  const { position } = registration;
  releases.push({ fact: registration, from: position, within: [[position]], outside: [] });
  // Whoever sees an assessment has the approach within their limits; for all others it is there with the first.
  const firstPublic = Math.min(...history.assessments.map(publicFrom));
  if (firstPublic < Number.POSITIVE_INFINITY)
    releases.push({ fact: registration, from: firstPublic, within: [], outside: [[position]] });

  const others = subjects(history);
  subjectsOfFactsheets(history, others).forEach((subject, index) => {
    const factsheet = factsheets[index];
    if (factsheet !== undefined && subject !== undefined)
      add(factsheet, Math.max(factsheet.position, subject.fact.position), subject.of);
  });
  // Each in its place among the events: in the order of the log without sorting them.
  const inOrder = new Array<(typeof others)[number] | undefined>(others.length);
  for (const one of others) inOrder[one.fact.revision] = one;
  for (const one of inOrder) if (one !== undefined) add(one.fact, one.fact.position, one.of);
  return releases;
}

/** One of the steps in which an event is released; `from` is null where that is at once. */
type Step = Pick<Release, 'within' | 'outside'> & { readonly from: Position | null };

/**
 * The steps of events that were worked out already: those that speak of an assessment and were recorded between
 * the same two of its turns share them, and most events do.
 */
class KnownSteps {
  readonly #known = new Map<readonly AssessmentFact[], KnownOf>();

  /** The steps of an event that speaks of these assessments and is there for nobody before `earliest`. */
  of(of: readonly AssessmentFact[], earliest: Position): readonly Step[] {
    let known = this.#known.get(of);
    if (known === undefined) {
      const turns = of.flatMap((one) => [
        ...assessorsOf(one).map(({ position }) => position),
        publicFrom(one),
      ]);
      known = { turns, steps: new Map() };
      this.#known.set(of, known);
    }
    let latest = 0;
    for (const turn of known.turns) if (turn <= earliest && turn > latest) latest = turn;
    let steps = known.steps.get(latest);
    if (steps === undefined) {
      steps = stepsOf(of, earliest);
      known.steps.set(latest, steps);
    }
    return steps;
  }
}

/** The turns of assessments, and the steps of their events by the latest turn before each, 0 before the first. */
interface KnownOf {
  readonly turns: readonly Position[];
  readonly steps: Map<Position, readonly Step[]>;
}

function stepsOf(of: readonly AssessmentFact[], earliest: Position): Step[] {
  const steps: Step[] = [];
  const told = of.map((one) => ({ subjects: subjectsFrom(one, earliest), from: publicFrom(one) }));
  const moments = told.flatMap(({ subjects: own, from }) => [...own, from]);
  for (const from of new Set([earliest, ...moments])) {
    if (from < earliest || from === Number.POSITIVE_INFINITY) continue;
    const within = told
      .filter((one) => one.from > from)
      .map(({ subjects: own }) => own.filter((subject) => subject <= from));
    const outside = told
      .filter((one) => one.from >= from)
      .map(({ subjects: own }) => own.filter((subject) => subject < from));
    if (from === earliest) steps.push({ from: null, within, outside: [] });
    else if (isMore(within, outside)) steps.push({ from, within, outside });
  }
  return steps;
}

/** True where the first lets somebody in whom the second does not. */
function isMore(within: readonly AnyOf[], before: readonly AnyOf[]): boolean {
  return JSON.stringify(within) !== JSON.stringify(before);
}

/** Whose an assessment was in turn, and from which position on. */
function assessorsOf({
  position,
  assessor,
  corrections,
}: AssessmentFact): { position: Position; assessor: string }[] {
  const all = [{ position, assessor }, ...corrections];
  return all.filter((one, index) => one.assessor !== all[index - 1]?.assessor);
}

/** By what an assessment is within somebody's limits at a position, and by what later. */
function subjectsFrom(assessment: AssessmentFact, at: Position): Position[] {
  const positions = assessorsOf(assessment).map(({ position }) => position);
  const current = positions.findLastIndex((position) => position <= at);
  return positions.slice(Math.max(current, 0));
}

function publicFrom({ concluded }: AssessmentFact): Position {
  return concluded?.public ? concluded.position : Number.POSITIVE_INFINITY;
}
