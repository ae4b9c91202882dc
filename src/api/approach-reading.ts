import type { ApproachRow } from '../../projections/approaches';
import { followedKey, type PartKey } from '../../projections/stored-history';
import { publicBy } from '../domain/as-of';
import { includesMunicipality } from '../domain/audience';
import type { WholeReading } from '../domain/comparison';
import { isThere } from '../domain/corrections';
import { developmentOf, type IndicatorChange } from '../domain/development';
import type { EventData } from '../domain/events';
import { type Explanation, explain, type Shown } from '../domain/explanation';
import type { ApproachHistory, AssessmentFact, Fact, FindingFact, FoundFacts } from '../domain/facts';
import { type FollowUpState, followUpStates } from '../domain/follow-up-states';
import type { Framework } from '../domain/framework';
import { factsheetOf, findFinding } from '../domain/history-lookups';
import {
  type AttentionPointReading,
  attentionPointsAt,
  type FollowUpReading,
  type ImprovementPointReading,
  improvementPointsAt,
} from '../domain/improvement';
import { approachStream } from '../domain/streams';
import {
  isShown,
  publicationOf,
  type Standing,
  standingAssessments,
  standingVerdicts,
  stateAt,
  type Test,
  testsIn,
  visibleAssessments,
  yearAskedAbout,
} from '../domain/verdicts';
import type { AsOfAsked } from './as-of';
import type { ReadScope } from './read-scope';
import { visibleEvents } from './visible-events';

/** An approach as it is read at one point: what the types of the API are drawn from. Each part is made once. */
export class ApproachReading {
  readonly row: ApproachRow;
  readonly asOf: AsOfAsked;
  readonly scope: ReadScope;
  #assessments: readonly AssessmentFact[] | undefined;
  readonly #tests = new Map<AssessmentFact, readonly Test[]>();
  #improvementPoints: Promise<readonly ImprovementPointReading[]> | undefined;
  #events: Promise<readonly Fact[]> | undefined;

  constructor(row: ApproachRow, asOf: AsOfAsked, scope: ReadScope) {
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
   * True where the approach is there at that point: registered by then and, for whom it does not lie within
   * the limits, with something public by then; where publication is asked about, with something public then.
   * Whichever period is asked about: that is a matter of its verdicts.
   */
  get isThere(): boolean {
    const { registration, assessments } = this.history;
    const { upTo, audience, publishedBy } = this.asOf;
    if (registration === null || registration.position > upTo) return false;
    if (publishedBy === null && includesMunicipality(audience, registration.municipality)) return true;
    return assessments.some(
      (assessment) =>
        stateAt(assessment, upTo) === 'PUBLISHED' && publicBy(this.asOf, publicationOf(assessment, upTo)),
    );
  }

  get assessments(): readonly AssessmentFact[] {
    this.#assessments ??= visibleAssessments(this.history, this.asOf);
    return this.#assessments;
  }

  /** Those that are under way, which do not count yet, oldest first. */
  get drafts(): readonly AssessmentFact[] {
    const { history, asOf } = this;
    return history.assessments.filter(
      (one) => stateAt(one, asOf.upTo) === 'UNDER_WAY' && isShown(history, one, asOf),
    );
  }

  // What is read of the history is read first and together, and what texts may be asked for is told in the
  // same step: so is that of the approaches beside it, before the first of these texts is asked for.

  /** The findings of one assessment, as they are read at that point. */
  async findings(assessment: AssessmentFact): Promise<readonly Test[]> {
    await this.#read([assessment]);
    const tests = this.#testsIn([assessment]);
    this.#expectTextsOf(() => tests);
    this.scope.texts.expect(() => assessment.found.findings);
    return tests;
  }

  async standings(): Promise<Standing[]> {
    const year = yearAskedAbout(this.assessments, this.asOf);
    if (year === null) return [];
    const assessments = standingAssessments(this.assessments, this.framework);
    await this.#read(assessments);
    const standings = standingVerdicts(this.#testsIn(assessments), this.framework, year);
    this.#expectTextsOf(() => standings.flatMap((one) => one.tests));
    return standings;
  }

  async development(from: number, to: number): Promise<IndicatorChange[]> {
    const earlier = this.assessments.filter(({ year }) => year <= from);
    const between = this.assessments.filter(({ year }) => year > from && year <= to);
    const assessments = [...standingAssessments(earlier, this.framework), ...between];
    await this.#read(assessments);
    const changes = developmentOf(this.#testsIn(assessments), this.framework, from, to);
    this.#expectTextsOf(() =>
      changes.flatMap(({ before, after }) => [...(before?.tests ?? []), ...(after?.tests ?? [])]),
    );
    return changes;
  }

  async attentionPoints(): Promise<readonly AttentionPointReading[]> {
    await this.#read(this.assessments);
    const points = attentionPointsAt(this.#testsIn(this.assessments), this.asOf);
    this.#expectTextsOf(() => points.map(({ test }) => test));
    return points;
  }

  improvementPoints(): Promise<readonly ImprovementPointReading[]> {
    this.#improvementPoints ??= this.#readImprovementPoints();
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
    this.scope.texts.expect(() => assessment.found.developments);
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
    const [shown, standings, improvementPoints, attentionPoints] = await Promise.all([
      this.#shown(),
      this.standings(),
      this.improvementPoints(),
      this.attentionPoints(),
    ]);
    const { assessments, asOf } = this;
    return {
      ...shown,
      tests: this.#testsIn(assessments),
      standings,
      improvementPoints,
      attentionPoints,
      year: yearAskedAbout(assessments, asOf),
    };
  }

  async #shown(): Promise<Shown> {
    const { asOf, history, framework, assessments } = this;
    const revisions = new Set((await this.events()).map(({ revision }) => revision));
    return { asOf, history, frameworks: framework, revisions, assessments };
  }

  /** As the latest assessment that describes it does; null where none does. */
  get description(): string | null {
    const latest = this.#descriptions(this.assessments).at(-1);
    return latest === undefined ? null : this.text(latest);
  }

  /** As the assessment describes it; null where it does not. */
  descriptionIn(assessment: AssessmentFact): string | null {
    const [description] = this.#descriptions([assessment]);
    return description === undefined ? null : this.text(description);
  }

  /** Tells that its description may be asked for. */
  expectDescription(): void {
    this.scope.texts.expect(() => this.#descriptions(this.assessments).slice(-1));
  }

  /** Tells that the descriptions in these assessments may be asked for. */
  expectDescriptions(assessments: readonly AssessmentFact[]): void {
    this.scope.texts.expect(() => this.#descriptions(assessments));
  }

  /** The free text of the event that a fact was recorded by: of any but a factsheet. */
  text(fact: Fact): string {
    return this.scope.texts.of(fact);
  }

  readonly framework = (code: string) => this.scope.framework(code, this.asOf.upTo);

  /** The framework version that an assessment was made against. */
  frameworkVersion({ framework, frameworkVersion }: AssessmentFact): Framework {
    const version = this.framework(framework).version(frameworkVersion);
    if (version === undefined)
      throw new RangeError(`there is no version ${frameworkVersion} of ${framework}`);
    return version;
  }

  async #readImprovementPoints(): Promise<readonly ImprovementPointReading[]> {
    await this.#readAll();
    const points = improvementPointsAt(
      this.history,
      this.#testsIn(this.assessments),
      this.framework,
      this.asOf,
    );
    this.scope.texts.expect(() =>
      points.flatMap(({ wording, followUps, commitments }) => [
        wording,
        ...followUps.flatMap(({ report }) => (report?.narrated ? report : [])),
        ...commitments.map((commitment) => commitment.fact),
      ]),
    );
    this.#expectTextsOf(() =>
      points.flatMap(({ opening, followUps }) => [opening, ...followUps.flatMap((one) => one.judgements)]),
    );
    return points;
  }

  #testsIn(assessments: readonly AssessmentFact[]): Test[] {
    return assessments.flatMap((assessment) => {
      const tests = this.#tests.get(assessment) ?? testsIn(assessment, this.asOf);
      this.#tests.set(assessment, tests);
      return tests;
    });
  }

  /** Tells that these findings may be asked for, with what belongs to them. */
  #expectTextsOf(tests: () => readonly Test[]): void {
    const { texts, documents } = this.scope;
    // A finding stands in the verdict of each of its indicators.
    texts.expect(() => {
      const each = [...new Set(tests())];
      return [...each.flatMap(readingsOf), ...attentionPointsAt(each, this.asOf).map(({ fact }) => fact)];
    });
    documents.expect(() => tests().flatMap(({ reading }) => factsheetOf(this.history, reading) ?? []));
  }

  /** The facts whose texts describe the approach. */
  #descriptions(assessments: readonly AssessmentFact[]): Fact[] {
    return assessments
      .map((assessment) => headerCorrectionAt(assessment, this.asOf) ?? assessment)
      .filter(({ described }) => described);
  }

  #read(assessments: readonly AssessmentFact[], ...others: readonly PartKey[]): Promise<void> {
    return this.scope.readParts(this.row, [...assessments.map(({ position }) => position), ...others]);
  }

  #readAll(): Promise<void> {
    return this.#read(this.history.assessments, followedKey(this.row.id));
  }
}

/** A finding in all its readings: each leads to the others. */
function readingsOf({ assessment, reading }: Test): FindingFact[] {
  return assessment.found.findings.filter(({ root }) => root === reading.root);
}

function headerCorrectionAt(
  { corrections }: AssessmentFact,
  asOf: AsOfAsked,
): AssessmentFact['corrections'][number] | undefined {
  return corrections.findLast((correction) => isThere(correction, asOf));
}
