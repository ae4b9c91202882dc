import { approachKey } from '../../projections/approaches';
import type { AsOf } from '../domain/as-of';
import type { FrameworkLine } from '../domain/framework';
import { municipalityByCode } from '../domain/municipalities';
import { type ApproachYear, approachYears, carryForward } from '../domain/trend';
import type { TrendGrouping } from './enums';
import type { ReadScope } from './read-scope';
import type { TrendPointType } from './types/trend-point-type';

/** Approaches read at a time where a trend is drawn from their histories; bounds what is held in memory. */
const APPROACHES_AT_A_TIME = 50;

/** What a point counts. */
interface Group {
  readonly code: string;
  readonly name: string;
  /** Its place among the points of a year. */
  readonly rank: number;
}

type Point = { -readonly [K in keyof TrendPointType]: TrendPointType[K] };

/** Which trend is wanted; null sets no limit. */
export interface TrendWanted {
  /** Code of the framework. */
  readonly framework: string;
  readonly by: TrendGrouping;
  readonly from: number | null;
  readonly to: number | null;
  /** Only the approaches of this one, by its CBS code. */
  readonly municipality: string | null;
}

/**
 * The points of a trend, in order of year and then of the framework, or of municipality code: every year
 * between the first and the last in which something was tested, from `from` to `to`.
 *
 * Approaches assessed against different versions are added up along the lines of their indicators, and told
 * in one version a year: the newest that was in force for any of them by then. An indicator that this
 * version does not ask is never counted under another that has its code: it has a point of its own, behind
 * the others, by the code and name that it had last.
 */
export async function trendPoints(
  scope: ReadScope,
  wanted: TrendWanted,
  asOf: AsOf,
): Promise<TrendPointType[]> {
  const { framework, by, from, to } = wanted;
  // Each approach's years are kept as everybody sees them now; for any other point and for whom there is
  // more to see, they are drawn from histories.
  const source = scope.isCurrent(asOf)
    ? await currentYears(scope, wanted, asOf)
    : await yearsAsOf(scope, wanted, asOf);
  const approaches = source.filter(({ years }) => years.length > 0);
  const tested = approaches.flatMap(({ years }) => years);
  const [first, last] = tested.reduce<[number, number]>(
    ([min, max], { year }) => [Math.min(min, year), Math.max(max, year)],
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  );

  const line = scope.framework(framework, asOf.upTo);
  const points: TrendPointType[] = [];
  for (let year = Math.max(first, from ?? first); year <= Math.min(last, to ?? last); year += 1) {
    const version = tested.reduce((max, one) => (one.year <= year ? Math.max(max, one.version) : max), 0);
    const byLine = by === 'MUNICIPALITY' ? null : groupsByLine(line, version, by);
    // Approaches come in order of municipality.
    const municipalities = new Groups();
    const ofYear = new Map<Group, Point>();
    for (const { municipality, years } of approaches) {
      const latest = years.findLast((one) => one.year <= year);
      if (latest === undefined) continue;
      const own = byLine === null ? municipalities.of(municipality, nameOf(municipality)) : null;
      addApproach(
        ofYear,
        line,
        latest.year === year ? latest : carryForward(latest, year),
        (key) => own ?? byLine?.get(key),
      );
    }
    points.push(...[...ofYear].sort(([a], [b]) => a.rank - b.rank).map(([, point]) => point));
  }
  return points;
}

function addApproach(
  points: Map<Group, Point>,
  line: FrameworkLine,
  { year, version, cells, attentionPoints }: ApproachYear,
  groupOf: (key: string) => Group | undefined,
): void {
  const own = new Set<Point>();
  const pointOf = (key: string | undefined): Point | undefined => {
    const group = key === undefined ? undefined : groupOf(key);
    if (group === undefined) return undefined;
    let point = points.get(group);
    if (point === undefined) {
      point = {
        year,
        code: group.code,
        name: group.name,
        approaches: 0,
        tested: 0,
        met: 0,
        improvementNeeded: 0,
        carriedForward: 0,
        attentionPoints: 0,
      };
      points.set(group, point);
    }
    own.add(point);
    return point;
  };
  for (const [code, cell] of Object.entries(cells)) {
    const point = pointOf(line.lineOf(version, code));
    if (point === undefined) continue;
    if (cell === 'CARRIED_FORWARD') point.carriedForward += 1;
    else {
      point.tested += 1;
      if (cell === 'MET') point.met += 1;
      else point.improvementNeeded += 1;
    }
  }
  for (const [key, count] of Object.entries(attentionPoints)) {
    const point = pointOf(key);
    if (point !== undefined) point.attentionPoints += count;
  }
  for (const point of own) point.approaches += 1;
}

/** Groups by what tells them apart, ranked as they come. */
class Groups {
  readonly #groups = new Map<string, Group>();

  of(code: string, name: string, key = JSON.stringify([code, name])): Group {
    const group = this.#groups.get(key) ?? { code, name, rank: this.#groups.size };
    this.#groups.set(key, group);
    return group;
  }
}

/**
 * Which group each line counts in, told in that version. Indicators are told apart by their lines; themes
 * and criteria have none, so those of another version are the same where code and name are.
 */
function groupsByLine(
  line: FrameworkLine,
  version: number,
  by: Exclude<TrendGrouping, 'MUNICIPALITY'>,
): ReadonlyMap<string, Group> {
  const groups = new Groups();
  return new Map(
    [...line.indicatorsByLine(version)].map(([key, indicator]) => {
      if (by === 'INDICATOR') return [key, groups.of(indicator.code, indicator.name, key)];
      const { code, name } = by === 'CRITERION' ? indicator.criterion : indicator.criterion.theme;
      return [key, groups.of(code, name)];
    }),
  );
}

function nameOf(municipality: string): string {
  return municipalityByCode(municipality)?.name ?? municipality;
}

interface YearsOfApproach {
  readonly municipality: string;
  readonly years: readonly ApproachYear[];
}

/** Approaches and their years in order of municipality and slug, as they are now for who reads. */
async function currentYears(
  scope: ReadScope,
  { framework, municipality: only }: TrendWanted,
  asOf: AsOf,
): Promise<YearsOfApproach[]> {
  const kept = [...scope.yearsOfApproaches(framework, only)];
  const confidential = (scope.audience.length === 0 ? [] : scope.confidentialApproaches()).filter(
    (key) => only === null || key.startsWith(`${only}/`),
  );
  if (confidential.length === 0) return kept;
  const years = new Map(kept.map((row) => [approachKey(row), row]));
  const frameworks = (code: string): FrameworkLine => scope.framework(code);
  for (let begin = 0; begin < confidential.length; begin += APPROACHES_AT_A_TIME) {
    const rows = scope.wholeApproaches(confidential.slice(begin, begin + APPROACHES_AT_A_TIME));
    for (const { municipality, slug, history } of rows) {
      const own = approachYears(history, framework, frameworks, asOf);
      years.set(approachKey({ municipality, slug }), { municipality, slug, years: own });
    }
    await scope.breathe();
  }
  return [...years].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
}

/** Approaches and their years in order of municipality and slug, as of that point. */
async function yearsAsOf(
  scope: ReadScope,
  { framework, municipality: only }: TrendWanted,
  asOf: AsOf,
): Promise<YearsOfApproach[]> {
  const years: YearsOfApproach[] = [];
  const frameworks = (code: string): FrameworkLine => scope.framework(code, asOf.upTo);
  let after: { municipality: string; slug: string } | null = null;
  for (;;) {
    const rows = scope.wholeApproachPage({ after, municipality: only, limit: APPROACHES_AT_A_TIME });
    const last = rows.at(-1);
    if (last === undefined) return years;
    for (const { municipality, history } of rows) {
      years.push({ municipality, years: approachYears(history, framework, frameworks, asOf) });
    }
    after = last;
    await scope.breathe();
  }
}
