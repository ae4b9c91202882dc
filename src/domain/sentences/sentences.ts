import { headerChanges, headerOf, publicationBefore, revisionsOfHeader } from '../assessment-header';
import type { DomainEvent, RecordedEvent } from '../events';
import type { PublishedFact } from '../facts';
import { textOf } from '../free-text';
import type { ApproachHistory } from '../history';
import { findFinding, findingAt } from '../history-lookups';
import { municipalityByCode } from '../municipalities';
import type { FrameworkLines } from '../verdicts';
import { dateInWords, type Language } from './dates';
import { DUTCH } from './dutch';
import { ENGLISH } from './english';
import type { Named, NamedIndicator, Sentences } from './named';

/** What a sentence about an event needs to know beside the event itself. */
export interface SentenceContext {
  /** The history of the event's approach, with the event. */
  readonly history: ApproachHistory;
  readonly frameworks: FrameworkLines;
  /** By revision, the events of the same stream that are {@link toldOf} in the sentence. */
  readonly events: ReadonlyMap<number, DomainEvent>;
}

/** The revisions of the events of the same stream that the sentence needs beside the history: it tells their texts. */
export function toldOf(event: RecordedEvent, history: ApproachHistory): number[] {
  if (event.type !== 'AssessmentCorrected') return [];
  const assessment = history.assessments.find(({ id }) => id === event.data.assessmentId);
  return assessment === undefined ? [] : revisionsOfHeader(assessment, event.revision);
}

const SENTENCES: Readonly<Record<Language, Sentences>> = { NL: DUTCH, EN: ENGLISH };
const RECORDED: Readonly<Record<Language, (day: string, actor: string) => string>> = {
  NL: (day, actor) => `vastgelegd op ${day} door ${actor}`,
  EN: (day, actor) => `recorded on ${day} by ${actor}`,
};

/**
 * An event in one sentence: what happened, and when and by whom it was recorded (the day in UTC).
 * @throws RangeError where the event names something that is not in the history.
 */
export function sentenceOf(event: RecordedEvent, language: Language, context: SentenceContext): string {
  const recordedOn = event.metadata.recordedAt.slice(0, 'YYYY-MM-DD'.length);
  const tell = SENTENCES[language][event.type] as (data: RecordedEvent['data'], named: Named) => string;
  const told = tell(event.data, namedIn(context, event.revision));
  return `${told}; ${RECORDED[language](dateInWords(recordedOn, language), event.metadata.actor)}.`;
}

function namedIn({ history, frameworks, events }: SentenceContext, revision: number): Named {
  const assessmentOf = (id: string) =>
    known(
      history.assessments.find((one) => one.id === id),
      'assessment',
      id,
    );
  const findingOf = (id: string) => known(findFinding(history, id), 'finding', id);
  const indicators = (codes: readonly string[], assessmentId: string): NamedIndicator[] => {
    const { framework, frameworkVersion } = assessmentOf(assessmentId);
    const line = frameworks(framework);
    return codes.map((code) => {
      const key = line.lineOf(frameworkVersion, code);
      const indicator = key === undefined ? undefined : line.indicatorOf(frameworkVersion, key);
      return known(indicator, 'indicator', code);
    });
  };
  return {
    municipality: (code) => municipalityByCode(code)?.name ?? code,
    assessment: assessmentOf,
    finding(id) {
      const { assessment, finding } = findingOf(id);
      return {
        indicators: indicators(finding.indicators, assessment.id),
        verdict: finding.verdict,
        assessment,
      };
    },
    indicators,
    indicatorsOfFinding: (codes, id) => indicators(codes, findingOf(id).assessment.id),
    indicatorsOfPoints(ids) {
      const all = ids.flatMap((id) => {
        const { assessment, finding } = known(openingOf(history, id), 'improvement point', id);
        return indicators(finding.indicators, assessment.id);
      });
      return [...new Map(all.map((one) => [`${one.code} ${one.name}`, one])).values()];
    },
    indicatorsOfAttentionPoint(id) {
      const { assessment, finding } = known(besideWhich(history, id), 'attention point', id);
      return indicators(finding.indicators, assessment.id);
    },
    report: (id) =>
      known(
        history.followed.followUps.find((one) => one.id === id),
        'report',
        id,
      ),
    isNewIssue: (kind, reference) =>
      history.assessments.some(
        (one) =>
          one.kind === kind &&
          one.year === Number(reference) &&
          one.revision < revision &&
          (one.abandoned === null || one.abandoned.revision > revision),
      ),
    addedFrom(id) {
      const { followUps, commitments } = history.followed;
      const found = history.assessments.flatMap((one) => [
        ...one.found.findings,
        ...one.found.attentionPoints,
      ]);
      return [...found, ...followUps, ...commitments].find((one) => one.id === id)?.publishedOn ?? null;
    },
    publicFrom: () => {
      const change = changesIn(history).find((one) => one?.revision === revision);
      if (change == null) throw new RangeError(`the history has no correction or withdrawal at ${revision}`);
      return change.publishedOn;
    },
    changes(data) {
      const assessment = assessmentOf(data.assessmentId);
      const was = headerOf(assessment, (at) => events.get(at), textOf, revision);
      const description = data.description && textOf(data.description);
      const developments = data.developments.map(textOf);
      const changes = headerChanges(was, { ...data, description, developments });
      const [from, to] = [publicationBefore(assessment, revision), data.assessmentPublishedOn];
      return from === undefined || from === to ? changes : [...changes, { part: 'publishedOn', from, to }];
    },
    commitment: (id) =>
      known(
        history.followed.commitments.find((one) => one.id === id),
        'commitment',
        id,
      ),
  };
}

/** All corrections and withdrawals. */
function changesIn({ assessments, followed }: ApproachHistory): (PublishedFact | null)[] {
  const readings = [...followed.followUps, ...assessments.flatMap(({ found }) => found.findings)];
  return [
    ...readings.flatMap((one) => [one, one.withdrawn]),
    ...followed.commitments.map(({ withdrawn }) => withdrawn),
    ...assessments.flatMap(({ corrections, found }) => [
      ...corrections,
      ...found.attentionPoints.map(({ withdrawn }) => withdrawn),
      ...found.improvementPoints.flatMap((point) => point.corrections),
    ]),
  ];
}

/** The finding that opened an improvement point. */
function openingOf({ assessments }: ApproachHistory, id: string) {
  for (const assessment of assessments) {
    const point = assessment.found.improvementPoints.find((one) => one.id === id);
    if (point !== undefined) return { assessment, finding: findingAt(assessment, point.finding) };
  }
  return undefined;
}

/** The finding that an attention point stands beside. */
function besideWhich({ assessments }: ApproachHistory, id: string) {
  for (const assessment of assessments) {
    const point = assessment.found.attentionPoints.find((one) => one.id === id);
    if (point !== undefined) return { assessment, finding: findingAt(assessment, point.finding) };
  }
  return undefined;
}

function known<T>(found: T | undefined, what: string, id: string): T {
  if (found === undefined) throw new RangeError(`the history has no ${what} ${id}`);
  return found;
}
