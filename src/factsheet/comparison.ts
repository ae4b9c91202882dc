import type { ApproachStep, PlacedStep } from '../domain/approach-commands';
import { everythingUpTo } from '../domain/as-of';
import { EVERYTHING } from '../domain/audience';
import type { Edtf } from '../domain/edtf';
import { type FreeText, textOf } from '../domain/free-text';
import type { ApproachHistory } from '../domain/history';
import { publicationOf, visibleTests } from '../domain/verdicts';
import { basisOf, differingFinding, differingHeader, differingReport, signOf } from './differing';
import { FactsheetError, type Said } from './factsheet';
import { followedIn, pointsThatWent } from './followed-points';
import type { IssuedAssessment, IssuedFinding } from './issued-assessment';
import { difference, isSameSet, matchFindings } from './match-findings';
import type { StandingAssessment, StandingFinding } from './what-stands';

/** Why what a new issue corrects was wrong, and from when the corrections are public. */
export interface Why {
  /** The reason, salted anew each time. */
  readonly reason: () => FreeText;
  /** Null: from the day on which they are recorded. */
  readonly publishedOn: Edtf | null;
}

/** What leads from what stands to what a new issue says: part by part, in the order of the document. */
export class Comparison {
  readonly steps: PlacedStep[] = [];
  readonly changes: Said<string>[] = [];
  readonly warnings: Said<string>[] = [];
  readonly #standing: StandingAssessment;
  readonly #issued: IssuedAssessment;
  readonly #history: ApproachHistory;
  readonly #why: Why;
  /** Improvement points that a judgement, report or promise can be about: of the others nothing can be seen. */
  readonly #points: ReadonlySet<string>;
  /** The improvement points that the new issue opens, and those that they are where they were there before. */
  readonly #pointOf = new Map<string, string>();
  /** The id by which judgements know the report: that of the reading which stands after this. */
  #reportId: string | null = null;

  constructor(standing: StandingAssessment, issued: IssuedAssessment, history: ApproachHistory, why: Why) {
    this.#standing = standing;
    this.#issued = issued;
    this.#history = history;
    this.#why = why;
    const tests = visibleTests(history, everythingUpTo(Number.MAX_SAFE_INTEGER, [EVERYTHING]));
    const points = tests.flatMap(({ assessment: { found }, reading }) =>
      reading.verdict === 'MET'
        ? []
        : found.improvementPoints.filter(({ finding }) => found.findings[finding]?.root === reading.root),
    );
    const own = standing.assessment.found.improvementPoints;
    this.#points = new Set([...points, ...own].map(({ id }) => id));
  }

  compare(): this {
    this.#compareHeader();
    this.#compareReport();
    const { findings } = this.#standing;
    const issued = this.#issued.findings;
    const matched = matchFindings(
      findings.map((one) => ({ ...one, ...one.fact })),
      issued.map((one) => ({ ...one, ...one.step.data, narrative: textOf(one.step.data.narrative) })),
      (was, is) => this.#mayBecome(was, is),
    );
    issued.forEach((is, index) => {
      const was = findings[matched[index] ?? -1];
      if (was === undefined) this.#addFinding(is);
      else this.#compareFinding(was, is);
    });
    this.#compareCommitments();
    const isKept = (_: StandingFinding, index: number): boolean => matched.includes(index);
    for (const gone of findings.filter((one, index) => !isKept(one, index))) this.#withdrawFinding(gone);
    this.#withdrawReport(findings.filter(isKept));
    return this;
  }

  #compareHeader(): void {
    const { assessment, header: was } = this.#standing;
    const { header: is } = this.#issued;
    const known = publicationOf(assessment, Number.MAX_SAFE_INTEGER);
    // The day of the first issue, where it is not known, is that of the first that has one.
    const assessmentPublishedOn = known ?? this.#why.publishedOn;
    const differing = [
      ...differingHeader(was, is),
      ...(known === assessmentPublishedOn ? [] : ['publication']),
    ];
    if (differing.length === 0) return;
    this.#add(
      {
        type: 'CorrectAssessment',
        data: { assessmentId: assessment.id, ...is, assessmentPublishedOn, ...this.#correction() },
      },
      this.#issued.line,
      `the assessment corrected: ${differing.join(', ')}`,
    );
  }

  #compareReport(): void {
    const { reports } = this.#standing;
    const { report: is } = this.#issued;
    const was = reports[0]?.fact;
    if (reports.length > 1) {
      throw refusal(
        null,
        `the assessment has ${reports.length} reports, a factsheet has one; expected them to be corrected one by one`,
      );
    }
    this.#reportId = was?.id ?? is?.data.followUpId ?? null;
    if (is === null) return;
    if (was === undefined) {
      this.#add(this.#ofThis(is), is.line, 'what was reported added');
      return;
    }
    const { followUpId, improvementPointIds, reportedBy, reportedOn, narrative } = is.data;
    const differing = differingReport(was, is.data, this.#seen(was.improvementPoints));
    if (differing.length === 0) return;
    this.#reportId = followUpId;
    this.#add(
      {
        type: 'CorrectReport',
        data: {
          followUpId,
          corrects: was.id,
          improvementPointIds,
          reportedBy,
          reportedOn,
          narrative,
          ...this.#correction(),
        },
      },
      is.line,
      `what was reported corrected: ${differing.join(', ')}`,
    );
  }

  /** A correction keeps what a judgement is about; where that differs it is another judgement. */
  #mayBecome({ fact }: StandingFinding, { step }: IssuedFinding): boolean {
    if (step.type === 'RecordFinding') return fact.improvementPoints.length === 0;
    const { improvementPointIds } = step.data;
    if (!isSameSet(this.#seen(fact.improvementPoints), improvementPointIds)) return false;
    return improvementPointIds.length === 0 || (fact.followUp !== null && this.#standing.reports.length > 0);
  }

  #compareFinding(was: StandingFinding, is: IssuedFinding): void {
    const { step, line, point } = is;
    const { fact } = was;
    const { findingId, indicators, verdict, narrative } = step.data;
    const codes = indicators.join(', ');
    const differing = differingFinding(was, is);
    const isSame = differing.length === 0;
    let opened = false;
    if (!isSame) {
      const isJudgement = fact.followUp !== null || fact.improvementPoints.length > 0;
      opened = point !== null && was.improvementPoint === null && !isJudgement;
      this.#add(
        {
          type: 'CorrectFinding',
          data: {
            findingId,
            corrects: fact.id,
            indicators,
            verdict,
            basis: basisOf(step),
            narrative,
            ...this.#correction(),
          },
          improvementPoint: point?.step.data ?? null,
          ...(opened && { mustOpenPoint: true }),
        },
        line,
        `${codes} corrected: ${differing.join('; ')}`,
      );
      this.#warnOfCorrection(fact, line);
      if (fact.verdict !== verdict && was.improvementPoint !== null) {
        const becomes = verdict === 'MET' ? 'goes with it' : 'is back';
        this.changes.push({ value: `${codes}: its improvement point ${becomes}`, line });
      } else if (opened) this.changes.push({ value: `${codes}: an improvement point opened`, line });
    }
    const readingId = isSame ? fact.id : findingId;
    if (point !== null) this.#comparePoint(was, point, readingId, opened);
    this.#compareAttentionPoints(was, is, readingId);
  }

  #comparePoint(
    { improvementPoint: was }: StandingFinding,
    { step, line }: NonNullable<IssuedFinding['point']>,
    findingId: string,
    opened: boolean,
  ): void {
    const { improvementPointId, text } = step.data;
    if (was === null) {
      if (!opened)
        this.#add({ ...step, data: { ...step.data, findingId } }, line, 'an improvement point opened');
      return;
    }
    this.#pointOf.set(improvementPointId, was.id);
    if (was.text === textOf(text)) return;
    this.#add(
      {
        type: 'CorrectImprovementPoint',
        data: { improvementPointId: was.id, text, ...this.#correction() },
      },
      line,
      `improvement point corrected: "${textOf(text)}"`,
    );
  }

  #compareAttentionPoints(was: StandingFinding, is: IssuedFinding, findingId: string): void {
    const { gone, added } = difference(
      was.attentionPoints,
      is.attentionPoints,
      ({ text }) => text,
      ({ step }) => textOf(step.data.text),
    );
    for (const { id, text } of gone) {
      this.#add(
        { type: 'WithdrawAttentionPoint', data: { attentionPointId: id, ...this.#correction() } },
        is.line,
        `attention point withdrawn: "${text}"`,
      );
    }
    for (const { step, line } of added) {
      this.#add(
        { ...step, data: { ...step.data, findingId } },
        line,
        `attention point added: "${textOf(step.data.text)}"`,
      );
    }
  }

  #addFinding({ step, line, point, attentionPoints }: IssuedFinding): void {
    const codes = step.data.indicators.join(', ');
    this.#add(this.#ofThis(step), line, `${codes} added: ${signOf(step.data.verdict)}`);
    for (const { step: raise, line: from } of attentionPoints) {
      this.#add(raise, from, `attention point added: "${textOf(raise.data.text)}"`);
    }
    if (point === null) return;
    this.#add(point.step, point.line, `${codes}: an improvement point opened`);
    // A finding that was withdrawn does not stand again, so neither does the point that it opened.
    const went = pointsThatWent(this.#standing.assessment, step.data.indicators);
    for (const year of new Set(went.flatMap((id) => followedIn(this.#history, id)))) {
      const value = `${codes}: the follow-up for ${year} is about the improvement point before this one, which was withdrawn; issue it again too`;
      this.warnings.push({ value, line: point.line });
    }
  }

  #withdrawFinding({ fact, readings, improvementPoint }: StandingFinding): void {
    const { line } = this.#issued;
    const codes = fact.indicators.join(', ');
    this.#warnOfCorrection(fact, line);
    readings.forEach(({ id }, index) => {
      this.#add(
        { type: 'WithdrawFinding', data: { findingId: id, ...this.#correction() } },
        line,
        index === 0 ? `${codes} withdrawn: ${signOf(fact.verdict)}` : null,
      );
    });
    if (improvementPoint === null || fact.verdict === 'MET') return;
    this.changes.push({ value: `${codes}: its improvement point goes with it`, line });
  }

  /** A correction by a command knows something that no document says. */
  #warnOfCorrection({ corrects, source, indicators }: StandingFinding['fact'], line: number): void {
    if (corrects === null || source !== null) return;
    const value = `replaces a correction of ${indicators.join(', ')} that came from no document`;
    this.warnings.push({ value, line });
  }

  /** What is no longer about any improvement point that can be seen stays as it is: nothing is seen of it. */
  #withdrawReport(kept: readonly StandingFinding[]): void {
    const [was] = this.#standing.reports;
    if (this.#issued.report !== null || was === undefined) return;
    if (this.#seen(was.fact.improvementPoints).length === 0) return;
    if (kept.some(({ fact }) => fact.followUp !== null)) {
      throw refusal(
        this.#issued.line,
        'nothing was reported by this issue, and judgements on what was reported stay; expected them to be corrected one by one',
      );
    }
    was.readings.forEach(({ id }, index) => {
      this.#add(
        { type: 'WithdrawFollowUp', data: { followUpId: id, ...this.#correction() } },
        this.#issued.line,
        index === 0 ? 'what was reported withdrawn' : null,
      );
    });
  }

  #compareCommitments(): void {
    const { true: seen = [], false: hidden = [] } = Object.groupBy(
      this.#standing.commitments,
      ({ fact }) => `${this.#seen(fact.improvementPoints).length > 0}` as const,
    );
    // A document is read for promises about improvement points that are there.
    for (const { text } of hidden) {
      const value = `not compared: the promise "${text}" is about an improvement point that is not there now; issue this again once it is back`;
      this.warnings.push({ value, line: this.#issued.line });
    }
    const issued = this.#issued.commitments.map(({ step, line }) => ({ step: this.#ofThis(step), line }));
    const { gone, added } = difference(
      seen,
      issued,
      ({ fact, text }) =>
        JSON.stringify([text, fact.dueOn, fact.madeBy, this.#seen(fact.improvementPoints).toSorted()]),
      ({ step: { data } }) =>
        JSON.stringify([textOf(data.text), data.dueOn, data.madeBy, data.improvementPointIds.toSorted()]),
    );
    for (const { fact, text } of gone) {
      if (fact.settled !== null) {
        throw refusal(
          this.#issued.line,
          `the promise "${text}" stands otherwise in this issue, and was settled as ${fact.settled.outcome} meanwhile; expected it as it was, or to be withdrawn first`,
        );
      }
      this.#add(
        { type: 'WithdrawCommitment', data: { commitmentId: fact.id, ...this.#correction() } },
        this.#issued.line,
        `promise withdrawn: "${text}"`,
      );
    }
    for (const { step, line } of added) this.#add(step, line, `promise added: "${textOf(step.data.text)}"`);
  }

  #add(step: ApproachStep, line: number, change: string | null): void {
    this.steps.push({ ...step, line });
    if (change !== null) this.changes.push({ value: change, line });
  }

  /** A step of the new issue, about the assessment, report and points that it is compared with. */
  #ofThis<S extends ApproachStep>(step: S): S {
    const data: Record<string, unknown> = { ...step.data };
    if ('assessmentId' in data) data.assessmentId = this.#standing.assessment.id;
    if ('followUpId' in data && step.type === 'AssessFollowUp' && data.followUpId !== null) {
      data.followUpId = this.#reportId;
    }
    if (Array.isArray(data.improvementPointIds)) {
      data.improvementPointIds = data.improvementPointIds.map((id) => this.#pointOf.get(id) ?? id);
    }
    return { ...step, data };
  }

  #seen(points: readonly string[]): string[] {
    return points.filter((id) => this.#points.has(id));
  }

  #correction(): { readonly reason: FreeText; readonly publishedOn: Edtf | null } {
    return { reason: this.#why.reason(), publishedOn: this.#why.publishedOn };
  }
}

const refusal = (line: number | null, message: string) => new FactsheetError([{ line, message }]);
