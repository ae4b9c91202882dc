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

/**
 * What an indicator of an approach was in a year: met or to be improved where it was tested, or standing from an
 * earlier year. One letter each, as a trend over a country adds up some hundred thousands of them.
 */
export const CELL = { met: 'M', improvementNeeded: 'I', carriedForward: 'C', nothing: '-' } as const;

/** One year of one approach under one framework: what a trend adds up. */
export interface ApproachYear {
  readonly year: number;
  /** The framework version that the approach was last assessed against by then. */
  readonly version: number;
  /** Of each line of that version, in its order, a letter of {@link CELL}. */
  readonly cells: string;
  /**
   * The attention points raised that year, each by the first indicator of its finding: the place of its line in that
   * version, from 0; or the line itself, where that version does not ask it.
   */
  readonly attentionPoints: readonly (number | string)[];
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
    const lines = line.linesOf(version);
    const cells = lines.map((key) => {
      const covering = latest.get(key);
      if (covering === undefined) return CELL.nothing;
      if (covering[0].assessment.year < year) return CELL.carriedForward;
      return verdictOf(covering) === 'MET' ? CELL.met : CELL.improvementNeeded;
    });
    const attentionPoints = (raisedIn.get(year) ?? []).flatMap(({ test }) => {
      const code = test.reading.indicators[0];
      const key = code === undefined ? undefined : line.lineOf(test.assessment.frameworkVersion, code);
      if (key === undefined) return [];
      const place = lines.indexOf(key);
      return place === -1 ? key : place;
    });
    return { year, version, cells: cells.join(''), attentionPoints };
  });
}

/** The same approach in a later year without a test. */
export function carryForward(last: ApproachYear, year: number): ApproachYear {
  const cells = last.cells.replace(/[^-]/g, CELL.carriedForward);
  return { year, version: last.version, cells, attentionPoints: [] };
}
