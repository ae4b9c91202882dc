import { type Audience, includesAssessment, includesMunicipality } from './audience';
import { subjects, subjectsOfFactsheets } from './event-subjects';
import type { Position } from './events';
import type { AssessmentFact, Fact } from './facts';
import type { ApproachHistory } from './history';

// An event is there for somebody from one position of the log on. For who has an assessment within their limits
// that is where it was recorded; for others, where the assessment was made public. What is released at a position
// follows from the log up to there, so it never changes afterwards.

/** What somebody must have within their limits: an assessment, or the approach where the others are null. */
export interface ReleaseSubject {
  /** Of the event that opened the assessment, or registered the approach: what it is known by. */
  readonly position: Position;
  readonly municipality: string;
  readonly assessor: string | null;
  readonly framework: string | null;
}

/** That an event is there from a position of the log on, and for whom. */
export interface Release {
  readonly fact: Fact;
  readonly from: Position;
  /** The subjects that somebody must have within their limits, all of them: the rest is public by then. */
  readonly within: readonly Position[];
  /** Those that somebody must not have all within their limits, who then had the event before; empty: no such rule. */
  readonly outside: readonly Position[];
}

/** Whether a release is for an audience. */
export function isReleasedTo(
  { within, outside }: Pick<Release, 'within' | 'outside'>,
  isWithin: (subject: Position) => boolean,
): boolean {
  return within.every(isWithin) && (outside.length === 0 || !outside.every(isWithin));
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
    ...assessments.map((one) => ({
      position: one.position,
      municipality,
      assessor: one.assessor,
      framework: one.framework,
    })),
  ];
}

/** All releases of the events of an approach, as far as its history goes. */
export function releasesOf(history: ApproachHistory): Release[] {
  const { registration, factsheets } = history;
  if (registration === null) return [];
  const releases: Release[] = [];
  const add = (fact: Fact, earliest: Position, of: readonly AssessmentFact[]): void => {
    const told = of.map((one) => ({ subject: one.position, from: publicFrom(one) }));
    const later = told.filter(({ from }) => from > earliest);
    const known = later.map(({ subject }) => subject);
    releases.push({ fact, from: earliest, within: known, outside: [] });
    for (const from of new Set(later.map((one) => one.from))) {
      if (from === Number.POSITIVE_INFINITY) continue;
      const within = later.filter((one) => one.from > from).map(({ subject }) => subject);
      const outside = later.filter((one) => one.from === from).map(({ subject }) => subject);
      releases.push({ fact, from, within, outside });
    }
  };

  const { position } = registration;
  releases.push({ fact: registration, from: position, within: [position], outside: [] });
  // Whoever sees an assessment has the approach within their limits; for all others it is there with the first.
  const firstPublic = Math.min(...history.assessments.map(publicFrom));
  if (firstPublic < Number.POSITIVE_INFINITY)
    releases.push({ fact: registration, from: firstPublic, within: [], outside: [position] });

  subjectsOfFactsheets(history).forEach((subject, index) => {
    const factsheet = factsheets[index];
    if (factsheet !== undefined && subject !== undefined)
      add(factsheet, Math.max(factsheet.position, subject.fact.position), subject.of);
  });
  for (const { fact, of } of subjects(history)) add(fact, fact.position, of);
  return releases;
}

function publicFrom({ concluded }: AssessmentFact): Position {
  return concluded?.public ? concluded.position : Number.POSITIVE_INFINITY;
}
