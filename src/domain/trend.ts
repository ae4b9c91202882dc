import type { AsOf } from './as-of';
import type { ApproachHistory } from './history';
import { attentionPointsAt } from './improvement';
import {
  addLatest,
  type FrameworkLines,
  type LatestTests,
  verdictOf,
  versionInForce,
  visibleTests,
} from './verdicts';

/** What an indicator of an approach was in a year: tested, or standing from an earlier year. */
export type YearCell = 'MET' | 'IMPROVEMENT_NEEDED' | 'CARRIED_FORWARD';

/** One year of one approach under one framework: what a trend adds up. */
export interface ApproachYear {
  readonly year: number;
  /** The framework version that the approach was last assessed against by then. */
  readonly version: number;
  /** By indicator code of that version. */
  readonly cells: Readonly<Record<string, YearCell>>;
  /**
   * Attention points raised that year, by the line of the first indicator of their finding: each counts once,
   * also where that version does not ask the indicator.
   */
  readonly attentionPoints: Readonly<Record<string, number>>;
}

/**
 * The years of an approach under a framework, in order: those in which something was tested. Between them,
 * and after the last, everything is carried forward ({@link carryForward}).
 */
export function approachYears(
  history: ApproachHistory,
  framework: string,
  frameworks: FrameworkLines,
  asOf: AsOf,
): ApproachYear[] {
  const line = frameworks(framework);
  const tests = visibleTests(history, asOf).filter(({ assessment }) => assessment.framework === framework);
  const raisedIn = Map.groupBy(attentionPointsAt(tests, asOf), ({ test }) => test.assessment.year);
  const latest: LatestTests = new Map();
  return [...Map.groupBy(tests, ({ assessment }) => assessment.year)].map(([year, ofYear]) => {
    addLatest(latest, ofYear, line);
    const version = versionInForce(ofYear);
    const cells: Record<string, YearCell> = {};
    for (const [key, covering] of latest) {
      const indicator = line.indicatorOf(version, key);
      if (indicator === undefined) continue;
      cells[indicator.code] = covering[0].assessment.year < year ? 'CARRIED_FORWARD' : verdictOf(covering);
    }
    const attentionPoints: Record<string, number> = {};
    for (const { test } of raisedIn.get(year) ?? []) {
      const code = test.reading.indicators[0];
      const key = code === undefined ? undefined : line.lineOf(test.assessment.frameworkVersion, code);
      if (key !== undefined) attentionPoints[key] = (attentionPoints[key] ?? 0) + 1;
    }
    return { year, version, cells, attentionPoints };
  });
}

/** The same approach in a later year without a test. */
export function carryForward(last: ApproachYear, year: number): ApproachYear {
  const cells = Object.fromEntries(Object.keys(last.cells).map((code) => [code, 'CARRIED_FORWARD' as const]));
  return { year, version: last.version, cells, attentionPoints: {} };
}
