import type { AssessmentFact, FactsheetFact, FollowedFacts, FoundFacts } from '../src/domain/facts';
import { type ApproachHistory, emptyHistory } from '../src/domain/history';

/** A part of a history: what an assessment found, or what followed. */
export type PartFacts = FoundFacts | FollowedFacts;

/**
 * What a part is found by: the position at which its assessment was opened, so that parts are written in
 * order; for what followed, the id of the approach with a minus.
 */
export type PartKey = number;

export function followedKey(approach: number): PartKey {
  return -approach;
}

export function isFollowed(key: PartKey): boolean {
  return key < 0;
}

/**
 * A history of which only the head need be at hand: each part is read when it is first asked for. Written as
 * JSON it is its head.
 */
export class StoredHistory implements ApproachHistory {
  registration: ApproachHistory['registration'];
  readonly factsheets: FactsheetFact[];
  readonly assessments: AssessmentFact[];
  readonly #followedKey: PartKey;
  readonly #parts = new Map<PartKey, PartFacts>();
  readonly #read: (key: PartKey) => PartFacts;

  /** @param head as it was written; null for a history that begins */
  constructor(approach: number, head: string | null, read: (key: PartKey) => PartFacts) {
    const { registration, factsheets, assessments }: ApproachHistory =
      head === null ? emptyHistory() : JSON.parse(head);
    this.registration = registration;
    this.factsheets = factsheets;
    this.assessments = assessments.map((assessment) => new StoredAssessment(this, assessment));
    this.#read = read;
    this.#followedKey = followedKey(approach);
    if (head === null) this.setPart(this.#followedKey, emptyHistory().followed);
  }

  get followed(): FollowedFacts {
    return this.part(this.#followedKey) as FollowedFacts;
  }

  part(key: PartKey): PartFacts {
    let facts = this.#parts.get(key);
    if (facts === undefined) {
      facts = this.#read(key);
      this.#parts.set(key, facts);
    }
    return facts;
  }

  /** Puts a part that is at hand in its place. */
  setPart(key: PartKey, facts: PartFacts): void {
    this.#parts.set(key, facts);
  }

  /** The parts that are at hand. */
  partsAtHand(): ReadonlyMap<PartKey, PartFacts> {
    return this.#parts;
  }

  /** Lets the parts go; each is read again when it is next asked for. */
  letPartsGo(): void {
    this.#parts.clear();
  }

  /** Makes what the latest assessment found, which was just opened, a part of its own. */
  partLatest(): void {
    const latest = this.assessments.pop();
    if (latest === undefined) return;
    this.setPart(latest.position, latest.found);
    this.assessments.push(new StoredAssessment(this, latest));
  }
}

/** The head of an assessment; what it found is a part of its history. */
class StoredAssessment implements AssessmentFact {
  readonly revision: number;
  readonly position: number;
  readonly id: string;
  readonly framework: string;
  readonly frameworkVersion: number;
  readonly kind: AssessmentFact['kind'];
  readonly year: number;
  readonly assessor: string;
  readonly described: boolean;
  readonly familiesReached: number | null;
  concluded: AssessmentFact['concluded'];
  abandoned: AssessmentFact['abandoned'];
  covered: number;
  readonly corrections: AssessmentFact['corrections'];
  readonly #history: StoredHistory;

  constructor(history: StoredHistory, head: Omit<AssessmentFact, 'found'>) {
    // One by one, in the order that they are written in: `Object.assign` takes several times as long.
    this.revision = head.revision;
    this.position = head.position;
    this.id = head.id;
    this.framework = head.framework;
    this.frameworkVersion = head.frameworkVersion;
    this.kind = head.kind;
    this.year = head.year;
    this.assessor = head.assessor;
    this.described = head.described;
    this.familiesReached = head.familiesReached;
    this.concluded = head.concluded;
    this.abandoned = head.abandoned;
    this.covered = head.covered;
    this.corrections = head.corrections;
    this.#history = history;
  }

  get found(): FoundFacts {
    return this.#history.part(this.position) as FoundFacts;
  }
}
