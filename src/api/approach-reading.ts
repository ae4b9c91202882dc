import type { ApproachRow } from '../../projections/approaches';
import type { AsOf } from '../domain/as-of';
import { developmentOf, type IndicatorChange } from '../domain/development';
import type { ApproachHistory, AssessmentFact, Fact } from '../domain/history';
import { attentionPointsAt, type ImprovementPointReading, improvementPointsAt } from '../domain/improvement';
import { approachStream } from '../domain/streams';
import {
  type Standing,
  standingVerdicts,
  type Test,
  visibleAssessments,
  visibleTests,
  yearAskedAbout,
} from '../domain/verdicts';
import type { ReadScope } from './read-scope';
import { visibleEvents } from './visible-events';

/** An approach as it is read at one point: what the types of the API are drawn from. Each part is made once. */
export class ApproachReading {
  readonly row: ApproachRow;
  readonly asOf: AsOf;
  readonly scope: ReadScope;
  #assessments: readonly AssessmentFact[] | undefined;
  #tests: readonly Test[] | undefined;
  #attentionPoints: ReturnType<typeof attentionPointsAt> | undefined;
  #improvementPoints: readonly ImprovementPointReading[] | undefined;
  #events: readonly Fact[] | undefined;

  constructor(row: ApproachRow, asOf: AsOf, scope: ReadScope) {
    this.row = row;
    this.asOf = asOf;
    this.scope = scope;
  }

  get history(): ApproachHistory {
    return this.row.history;
  }

  get stream(): string {
    return approachStream(this.row.municipality, this.row.slug);
  }

  /**
   * True where the approach is there at that point: registered by then and, where publication is asked
   * about, with something public by then.
   */
  get isThere(): boolean {
    const { registration } = this.history;
    if (registration === null || registration.position > this.asOf.upTo) return false;
    return this.asOf.publishedBy === null || this.assessments.length > 0;
  }

  get assessments(): readonly AssessmentFact[] {
    this.#assessments ??= visibleAssessments(this.history, this.asOf);
    return this.#assessments;
  }

  get tests(): readonly Test[] {
    this.#tests ??= visibleTests(this.history, this.asOf);
    return this.#tests;
  }

  standings(): Standing[] {
    const year = yearAskedAbout(this.assessments, this.asOf);
    return year === null ? [] : standingVerdicts(this.tests, this.framework, year);
  }

  development(from: number, to: number): IndicatorChange[] {
    return developmentOf(this.tests, this.framework, from, to);
  }

  get improvementPoints(): readonly ImprovementPointReading[] {
    this.#improvementPoints ??= improvementPointsAt(this.history, this.tests, this.framework, this.asOf);
    return this.#improvementPoints;
  }

  get attentionPoints(): ReturnType<typeof attentionPointsAt> {
    this.#attentionPoints ??= attentionPointsAt(this.history, this.tests, this.asOf);
    return this.#attentionPoints;
  }

  /** Its events in order. */
  get events(): readonly Fact[] {
    this.#events ??= visibleEvents(this.history, this.asOf);
    return this.#events;
  }

  /** The free text of the event at that revision. */
  async text(revision: number): Promise<string> {
    return (await this.scope.text.load({ approach: this.row.id, revision })).text ?? '';
  }

  readonly framework = (code: string) => this.scope.framework(code);
}
