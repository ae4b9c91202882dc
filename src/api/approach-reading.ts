import type { ApproachRow } from '../../projections/approaches';
import { followedKey, type PartKey } from '../../projections/stored-history';
import type { AsOf } from '../domain/as-of';
import type { WholeReading } from '../domain/comparison';
import { isThere } from '../domain/corrections';
import { developmentOf, type IndicatorChange } from '../domain/development';
import type { EventData } from '../domain/events';
import { type Explanation, explain, type Shown } from '../domain/explanation';
import type { AssessmentFact, Fact, FoundFacts } from '../domain/facts';
import { type FollowUpState, followUpStates } from '../domain/follow-up-states';
import type { ApproachHistory } from '../domain/history';
import { findFinding } from '../domain/history-lookups';
import {
  attentionPointsAt,
  type FollowUpReading,
  type ImprovementPointReading,
  improvementPointsAt,
} from '../domain/improvement';
import { approachStream } from '../domain/streams';
import {
  type Standing,
  standingAssessments,
  standingVerdicts,
  type Test,
  testsIn,
  visibleAssessments,
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
  readonly #tests = new Map<AssessmentFact, readonly Test[]>();
  #improvementPoints: Promise<readonly ImprovementPointReading[]> | undefined;
  #events: Promise<readonly Fact[]> | undefined;

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

  /** The findings of these assessments, all that count by default, as they are read at that point. */
  async tests(assessments: readonly AssessmentFact[] = this.assessments): Promise<Test[]> {
    await this.#read(assessments);
    return assessments.flatMap((assessment) => {
      const tests = this.#tests.get(assessment) ?? testsIn(assessment, this.asOf);
      this.#tests.set(assessment, tests);
      return tests;
    });
  }

  async standings(): Promise<Standing[]> {
    const year = yearAskedAbout(this.assessments, this.asOf);
    if (year === null) return [];
    const tests = await this.tests(standingAssessments(this.assessments, this.framework));
    return standingVerdicts(tests, this.framework, year);
  }

  async development(from: number, to: number): Promise<IndicatorChange[]> {
    const earlier = this.assessments.filter(({ year }) => year <= from);
    const between = this.assessments.filter(({ year }) => year > from && year <= to);
    const tests = await this.tests([...standingAssessments(earlier, this.framework), ...between]);
    return developmentOf(tests, this.framework, from, to);
  }

  improvementPoints(): Promise<readonly ImprovementPointReading[]> {
    this.#improvementPoints ??= this.#readAll().then(async () =>
      improvementPointsAt(this.history, await this.tests(), this.framework, this.asOf),
    );
    return this.#improvementPoints;
  }

  /** A follow-up in all the states in which it was read by then; `point` limits its judgements. */
  async followUpStates(followUp: FollowUpReading, point: string | null): Promise<FollowUpState[]> {
    await this.#readAll();
    return followUpStates(this.history, followUp, point, this.asOf);
  }

  /** A reading of a finding, whether it stands or not; null where there is none by then. */
  async finding(id: string): Promise<Test | null> {
    await this.#readAll();
    const found = findFinding(this.history, id);
    if (found === undefined || !this.assessments.includes(found.assessment)) return null;
    const { assessment, finding } = found;
    return isThere(finding, this.asOf) ? { assessment, reading: finding } : null;
  }

  /** What was asked and found in that assessment. */
  async found(assessment: AssessmentFact): Promise<FoundFacts> {
    await this.#read([assessment]);
    return assessment.found;
  }

  /** What the assessment says beside its findings, where that was corrected by then; null where it stands. */
  async correctedHeader(assessment: AssessmentFact): Promise<EventData<'AssessmentCorrected'> | null> {
    const correction = headerCorrectionAt(assessment, this.asOf);
    if (correction === undefined) return null;
    const { revision } = correction;
    const event = await this.scope.event.load({ stream: this.stream, revision });
    if (event.type !== 'AssessmentCorrected')
      throw new RangeError(`${this.stream} has no correction of an assessment at revision ${revision}`);
    return event.data;
  }

  /** True where the assessment describes the approach. */
  isDescribed(assessment: AssessmentFact): boolean {
    return (headerCorrectionAt(assessment, this.asOf) ?? assessment).described;
  }

  /** The approach as the assessment describes it; null where it does not. */
  async description(assessment: AssessmentFact): Promise<string | null> {
    if (!this.isDescribed(assessment)) return null;
    return this.text(headerCorrectionAt(assessment, this.asOf) ?? assessment);
  }

  /** Its events in order. */
  events(): Promise<readonly Fact[]> {
    this.#events ??= this.#readAll().then(() => visibleEvents(this.history, this.asOf));
    return this.#events;
  }

  /** What decides a verdict that stands here. */
  async explanation({ framework, version, year, indicator }: Standing): Promise<Explanation> {
    const line = this.framework(framework).lineOf(version, indicator.code) ?? '';
    return explain({ framework, line, version, year }, await this.#shown());
  }

  /** All that is read of it at this point. */
  async whole(): Promise<WholeReading> {
    const { assessments, asOf } = this;
    const [shown, tests, standings, improvementPoints] = await Promise.all([
      this.#shown(),
      this.tests(),
      this.standings(),
      this.improvementPoints(),
    ]);
    return {
      ...shown,
      tests,
      standings,
      improvementPoints,
      attentionPoints: attentionPointsAt(tests, asOf),
      year: yearAskedAbout(assessments, asOf),
    };
  }

  async #shown(): Promise<Shown> {
    const { asOf, history, framework, assessments } = this;
    const revisions = new Set((await this.events()).map(({ revision }) => revision));
    return { asOf, history, frameworks: framework, revisions, assessments };
  }

  /** The free text of the event that the fact was recorded by. */
  async text({ position }: Fact): Promise<string> {
    return (await this.scope.text.load(position)).text ?? '';
  }

  readonly framework = (code: string) => this.scope.framework(code, this.asOf.upTo);

  #read(assessments: readonly AssessmentFact[], ...others: readonly PartKey[]): Promise<void> {
    return this.scope.readParts(this.row, [...assessments.map(({ position }) => position), ...others]);
  }

  #readAll(): Promise<void> {
    return this.#read(this.history.assessments, followedKey(this.row.id));
  }
}

function headerCorrectionAt(
  { corrections }: AssessmentFact,
  asOf: AsOf,
): AssessmentFact['corrections'][number] | undefined {
  return corrections.findLast((correction) => isThere(correction, asOf));
}
