import type { AsOf } from '../domain/as-of';
import type { FrameworkLine, Indicator } from '../domain/framework';
import { municipalityByCode } from '../domain/municipalities';
import { type ApproachYear, approachYears, carryForward } from '../domain/trend';
import type { TrendGrouping } from './enums';
import type { ReadScope } from './read-scope';
import type { TrendPointType } from './types/trend-point-type';

/** Approaches read at a time where a trend is drawn from their histories; bounds what is held in memory. */
const APPROACHES_AT_A_TIME = 100;

interface Group {
  readonly code: string;
  readonly name: string;
}

type Point = { -readonly [K in keyof TrendPointType]: TrendPointType[K] };

/**
 * The points of a trend, in order of year and then of the framework, or of municipality code: every year
 * between the first and the last in which something was tested, within `range`.
 */
export function trendPoints(
  scope: ReadScope,
  framework: string,
  by: TrendGrouping,
  range: { readonly from: number | null; readonly to: number | null },
  asOf: AsOf,
): TrendPointType[] {
  // Each approach's years are kept as they are now; for any other point they are drawn from its history.
  const source = scope.isCurrent(asOf)
    ? scope.yearsOfApproaches(framework)
    : yearsAsOf(scope, framework, asOf);
  const approaches = [...source].filter(({ years }) => years.length > 0);
  const tested = approaches.flatMap(({ years }) => years.map(({ year }) => year));
  const [first, last] = tested.reduce<[number, number]>(
    ([min, max], year) => [Math.min(min, year), Math.max(max, year)],
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  );

  const line = scope.framework(framework);
  const points: TrendPointType[] = [];
  for (let year = Math.max(first, range.from ?? first); year <= Math.min(last, range.to ?? last); year += 1) {
    const ofYear = new Map<string, Point>();
    for (const { municipality, years } of approaches) {
      const latest = years.findLast((one) => one.year <= year);
      if (latest === undefined) continue;
      addApproach(
        ofYear,
        latest.year === year ? latest : carryForward(latest, year),
        grouping(line, by, municipality),
      );
    }
    points.push(...[...ofYear.values()].sort((a, b) => compareCodes(a.code, b.code)));
  }
  return points;
}

function addApproach(
  points: Map<string, Point>,
  { year, version, cells, attentionPoints }: ApproachYear,
  groupOf: (version: number, code: string) => Group | undefined,
): void {
  const own = new Set<Point>();
  const pointOf = (code: string): Point | undefined => {
    const group = groupOf(version, code);
    if (group === undefined) return undefined;
    let point = points.get(group.code);
    if (point === undefined) {
      point = {
        year,
        ...group,
        approaches: 0,
        tested: 0,
        met: 0,
        improvementNeeded: 0,
        carriedForward: 0,
        attentionPoints: 0,
      };
      points.set(group.code, point);
    }
    own.add(point);
    return point;
  };
  for (const [code, cell] of Object.entries(cells)) {
    const point = pointOf(code);
    if (point === undefined) continue;
    if (cell === 'CARRIED_FORWARD') point.carriedForward += 1;
    else {
      point.tested += 1;
      if (cell === 'MET') point.met += 1;
      else point.improvementNeeded += 1;
    }
  }
  for (const [code, count] of Object.entries(attentionPoints)) {
    const point = pointOf(code);
    if (point !== undefined) point.attentionPoints += count;
  }
  for (const point of own) point.approaches += 1;
}

/** Which group an indicator of a version counts in. */
function grouping(
  line: FrameworkLine,
  by: TrendGrouping,
  municipality: string,
): (version: number, code: string) => Group | undefined {
  if (by === 'MUNICIPALITY') {
    const group = { code: municipality, name: municipalityByCode(municipality)?.name ?? municipality };
    return () => group;
  }
  return (version, code) => {
    const indicator = indicatorIn(line, version, code);
    if (indicator === undefined) return undefined;
    const part =
      by === 'INDICATOR' ? indicator : by === 'CRITERION' ? indicator.criterion : indicator.criterion.theme;
    return { code: part.code, name: part.name };
  };
}

function indicatorIn(line: FrameworkLine, version: number, code: string): Indicator | undefined {
  const key = line.lineOf(version, code);
  return key === undefined ? undefined : line.indicatorOf(version, key);
}

/** By their numbers where codes are numbers in dots (`4.10` behind `4.9`), else as text. */
function compareCodes(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}

function* yearsAsOf(
  scope: ReadScope,
  framework: string,
  asOf: AsOf,
): Generator<{ municipality: string; years: ApproachYear[] }> {
  const frameworks = (code: string): FrameworkLine => scope.framework(code);
  let after: { municipality: string; slug: string } | null = null;
  for (;;) {
    const rows = scope.wholeApproachPage({ after, municipality: null, limit: APPROACHES_AT_A_TIME });
    const last = rows.at(-1);
    if (last === undefined) return;
    for (const { municipality, history } of rows) {
      yield { municipality, years: approachYears(history, framework, frameworks, asOf) };
    }
    after = last;
  }
}
