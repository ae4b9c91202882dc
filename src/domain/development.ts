import type { Verdict } from './events';
import type { FrameworkLine, Indicator } from './framework';
import { findingAt } from './history-lookups';
import {
  type FrameworkLines,
  groupByFramework,
  latestByLine,
  type Standing,
  standing,
  type Test,
  versionInForce,
} from './verdicts';

/** What became of an indicator between two years; the words are those of the API. */
export const CHANGES = [
  'RESOLVED',
  'PERSISTENT',
  'REGRESSED',
  'SUSTAINED',
  'NOT_RETESTED',
  'NEWLY_ASSESSED',
  'FRAMEWORK_CHANGED',
] as const;
export type Change = (typeof CHANGES)[number];

export interface IndicatorChange {
  readonly indicator: Indicator;
  readonly framework: string;
  readonly change: Change;
  /** The verdict standing at `from`; null where there was none. */
  readonly before: Standing | null;
  /** The latest test in (from, to]; null where it was not tested again. */
  readonly after: Standing | null;
}

/**
 * How the verdicts developed between two years, `from` < `to`, over tests in order of time: a row for each
 * indicator of the framework version of `to` that was ever tested by then, in framework order. Behind them
 * come those that this version no longer asks, where that changed since `from`: the version in force at
 * `from` asked them, or they were tested in between.
 */
export function developmentOf(
  tests: readonly Test[],
  frameworks: FrameworkLines,
  from: number,
  to: number,
): IndicatorChange[] {
  const upToEnd = tests.filter(({ assessment }) => assessment.year <= to);
  return [...groupByFramework(upToEnd)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([code, own]) => {
      const framework = frameworks(code);
      const earlier = own.filter(({ assessment }) => assessment.year <= from);
      const later = own.filter(({ assessment }) => assessment.year > from);
      const before = latestByLine(earlier, framework);
      const after = latestByLine(later, framework);
      const version = versionInForce(own);

      const lines = framework.linesOf(version);
      const kept = new Set(lines);
      const askedAtStart = framework.linesOf(versionInForce(earlier));
      const dropped = new Set([...askedAtStart, ...after.keys()].filter((line) => !kept.has(line)));
      return [...lines, ...dropped].flatMap((line): IndicatorChange[] => {
        const testsBefore = before.get(line);
        const testsAfter = after.get(line);
        const newest = testsAfter ?? testsBefore;
        if (newest === undefined) return [];
        const told = {
          framework: code,
          version: kept.has(line) ? version : newest[0].assessment.frameworkVersion,
        };
        const indicator = indicatorIn(framework, told.version, line);
        const was = testsBefore === undefined ? null : standing(indicator, told, testsBefore, from);
        const became = testsAfter === undefined ? null : standing(indicator, told, testsAfter, to);
        const change = kept.has(line) ? changeOf(was?.status, became?.status) : 'FRAMEWORK_CHANGED';
        return [{ indicator, framework: code, change, before: was, after: became }];
      });
    });
}

/**
 * True where a verdict behind the change rests on a finding that was first recorded with another one: then it is, or
 * lacks, a change by correction. What improved and what was never so differ by this.
 */
export function restsOnCorrection({ before, after }: IndicatorChange): boolean {
  const tests = [...(before?.tests ?? []), ...(after?.tests ?? [])];
  return tests.some(
    ({ assessment, reading }) => findingAt(assessment, reading.root).verdict !== reading.verdict,
  );
}

/**
 * How often each change occurs, and how many of these rest on a correction, in the order of {@link CHANGES}; those
 * that do not occur are left out.
 */
export function countChanges(
  rows: readonly IndicatorChange[],
): { change: Change; count: number; corrected: number }[] {
  return CHANGES.map((change) => {
    const own = rows.filter((row) => row.change === change);
    return { change, count: own.length, corrected: own.filter(restsOnCorrection).length };
  }).filter(({ count }) => count > 0);
}

function changeOf(before: Verdict | undefined, after: Verdict | undefined): Change {
  if (before === undefined) return 'NEWLY_ASSESSED';
  if (after === undefined) return 'NOT_RETESTED';
  if (before === 'MET') return after === 'MET' ? 'SUSTAINED' : 'REGRESSED';
  return after === 'MET' ? 'RESOLVED' : 'PERSISTENT';
}

function indicatorIn(framework: FrameworkLine, version: number, line: string): Indicator {
  const indicator = framework.indicatorOf(version, line);
  // The line was found by this very version: the one in force, or the one of a test.
  if (indicator === undefined) throw new RangeError(`no indicator on line ${line}`);
  return indicator;
}
