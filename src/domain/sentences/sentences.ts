import type { RecordedEvent } from '../events';
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
  /** The history of the event's approach, up to the event or beyond it. */
  readonly history: ApproachHistory;
  readonly frameworks: FrameworkLines;
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
  const tell = SENTENCES[language][event.type] as (
    data: RecordedEvent['data'],
    named: Named,
    recordedOn: string,
  ) => string;
  const told = tell(event.data, namedIn(context), recordedOn);
  return `${told}; ${RECORDED[language](dateInWords(recordedOn, language), event.metadata.actor)}.`;
}

function namedIn({ history, frameworks }: SentenceContext): Named {
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
    commitment: (id) =>
      known(
        history.followed.commitments.find((one) => one.id === id),
        'commitment',
        id,
      ),
  };
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
