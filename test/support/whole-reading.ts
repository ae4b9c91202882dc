import { visibleEvents } from '../../src/api/visible-events';
import type { AsOf } from '../../src/domain/as-of';
import type { WholeReading } from '../../src/domain/comparison';
import type { RecordedEvent } from '../../src/domain/events';
import { type Explanation, explain } from '../../src/domain/explanation';
import { evolveFramework, FrameworkLine } from '../../src/domain/framework';
import type { ApproachHistory } from '../../src/domain/history';
import type { FrameworkLines, Standing } from '../../src/domain/verdicts';
import { readingOf } from './reading';

/** All that is read of an approach at one point. */
export function wholeReading(history: ApproachHistory, asOf: AsOf, frameworks: FrameworkLines): WholeReading {
  const { assessments, tests, standings, improvementPoints, attentionPoints, year } = readingOf(
    history,
    asOf,
    frameworks,
  );
  const revisions = new Set(visibleEvents(history, asOf).map(({ revision }) => revision));
  return {
    asOf,
    history,
    frameworks,
    revisions,
    assessments,
    tests,
    standings,
    improvementPoints,
    attentionPoints,
    year,
  };
}

/** The frameworks as the log holds them up to a position. */
export function frameworksUpTo(log: readonly RecordedEvent[], upTo: number): FrameworkLines {
  const lines = new Map<string, FrameworkLine>();
  for (const event of log.filter(({ position }) => position <= upTo)) {
    if (event.type !== 'FrameworkPublished' && event.type !== 'FrameworkRevised') continue;
    const { framework } = event.data;
    lines.set(framework, evolveFramework(lines.get(framework) ?? new FrameworkLine(), event));
  }
  return (code) => lines.get(code) ?? new FrameworkLine();
}

export function lineOf({ framework, version, indicator }: Standing, frameworks: FrameworkLines): string {
  return frameworks(framework).lineOf(version, indicator.code) ?? '';
}

/** What decides a verdict that stands in a reading. */
export function explanationOf(standing: Standing, reading: WholeReading): Explanation {
  const { framework, version, year } = standing;
  return explain({ framework, line: lineOf(standing, reading.frameworks), version, year }, reading);
}
