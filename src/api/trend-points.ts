import { type ApproachPage, approachKey } from '../../projections/approaches';
import type { AsOf } from '../domain/as-of';
import type { FrameworkLine } from '../domain/framework';
import { municipalityByCode } from '../domain/municipalities';
import { type ApproachYear, approachYears, CELL, carryForward } from '../domain/trend';
import type { TrendGrouping } from './enums';
import type { ReadScope } from './read-scope';
import type { TrendPointType } from './types/trend-point-type';

/** Approaches read at a time where a trend is drawn from their histories; bounds what is held in memory. */
const APPROACHES_AT_A_TIME = 50;

type Point = { -readonly [K in keyof TrendPointType]: TrendPointType[K] };

/** A point while it is counted. */
interface Tally {
  readonly point: Point;
  /** What was counted last: an approach counts once, however many of its indicators do. */
  last: ApproachYear | null;
}

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
 * the others, by the code and name that it had last. So a point is known by its year, code and framework version.
 */
export async function trendPoints(
  scope: ReadScope,
  wanted: TrendWanted,
  asOf: AsOf,
): Promise<TrendPointType[]> {
  const { framework, by, from, to } = wanted;
  const line = scope.framework(framework, asOf.upTo);
  // Nobody was assessed against what was not published yet.
  if (line.latest === undefined) return [];
  // Each approach's years are kept as everybody sees them now; for any other point and for whom there is
  // more to see, they are drawn from histories.
  const source = scope.isCurrent(asOf)
    ? await currentYears(scope, wanted, asOf)
    : await yearsAsOf(scope, wanted, asOf);
  const approaches = source.filter(({ years }) => years.length > 0);
  // The newest version that an approach was assessed against in a year.
  const versions = new Map<number, number>();
  for (const { years } of approaches) {
    for (const { year, version } of years) versions.set(year, Math.max(version, versions.get(year) ?? 0));
  }
  const last = Math.min(Math.max(...versions.keys()), to ?? Number.POSITIVE_INFINITY);
  const points: TrendPointType[] = [];
  let version = 0;
  for (let year = Math.min(...versions.keys()); year <= last; year += 1) {
    version = Math.max(version, versions.get(year) ?? 0);
    if (year < (from ?? year)) continue;
    const tallies = new Tallies(year);
    const tallyOf = by === 'MUNICIPALITY' ? null : talliesByLine(tallies, line, version, by);
    // Approaches come in order of municipality.
    for (const { municipality, years } of approaches) {
      const latest = years.findLast((one) => one.year <= year);
      if (latest === undefined) continue;
      const own = latest.year === year ? latest : carryForward(latest, year);
      if (tallyOf !== null) count(own, tallyOf(own.version));
      else {
        const all = tallies.of(municipality, nameOf(municipality), version);
        count(own, () => all);
      }
    }
    points.push(...tallies.points());
  }
  return points;
}

/**
 * Adds what one approach was in a year.
 * @param tallyOf by the place of a line in its version, or by the line itself; see {@link ApproachYear}
 */
function count(own: ApproachYear, tallyOf: (place: number | string) => Tally | undefined): void {
  const pointOf = (place: number | string): Point | undefined => {
    const tally = tallyOf(place);
    if (tally === undefined) return undefined;
    if (tally.last !== own) {
      tally.last = own;
      tally.point.approaches += 1;
    }
    return tally.point;
  };
  const { cells, attentionPoints } = own;
  for (let place = 0; place < cells.length; place += 1) {
    const cell = cells[place];
    const point = cell === CELL.nothing ? undefined : pointOf(place);
    if (point === undefined) continue;
    if (cell === CELL.carriedForward) point.carriedForward += 1;
    else {
      point.tested += 1;
      if (cell === CELL.met) point.met += 1;
      else point.improvementNeeded += 1;
    }
  }
  for (const place of attentionPoints) {
    const point = pointOf(place);
    if (point !== undefined) point.attentionPoints += 1;
  }
}

/** The points of a year by what tells them apart, code and name or a key, in the order in which they are first asked for. */
class Tallies {
  readonly #year: number;
  readonly #tallies = new Map<string, Tally>();

  constructor(year: number) {
    this.#year = year;
  }

  of(code: string, name: string, frameworkVersion: number, key = JSON.stringify([code, name])): Tally {
    let tally = this.#tallies.get(key);
    if (tally === undefined) {
      const nothing = { approaches: 0, tested: 0, met: 0, improvementNeeded: 0, carriedForward: 0 };
      const point = { year: this.#year, code, name, frameworkVersion, ...nothing, attentionPoints: 0 };
      tally = { point, last: null };
      this.#tallies.set(key, tally);
    }
    return tally;
  }

  /** Those in which something counts. */
  points(): Point[] {
    return [...this.#tallies.values()].map(({ point }) => point).filter(({ approaches }) => approaches > 0);
  }
}

/**
 * Which tally each line counts in, told in that version; for each version by the places of its lines. Indicators are
 * told apart by their lines; themes and criteria have none, so those of another version are the same where code and
 * name are.
 */
function talliesByLine(
  tallies: Tallies,
  line: FrameworkLine,
  version: number,
  by: Exclude<TrendGrouping, 'MUNICIPALITY'>,
): (of: number) => (place: number | string) => Tally | undefined {
  const byLine = new Map(
    [...line.indicatorsByLine(version)].map(([key, indicator]) => {
      const toldIn = line.toldIn(version, key);
      if (by === 'INDICATOR') return [key, tallies.of(indicator.code, indicator.name, toldIn, key)];
      const { code, name } = by === 'CRITERION' ? indicator.criterion : indicator.criterion.theme;
      return [key, tallies.of(code, name, toldIn)];
    }),
  );
  const byPlace = new Map<number, (place: number | string) => Tally | undefined>();
  return (of) => {
    let tallyOf = byPlace.get(of);
    if (tallyOf === undefined) {
      const places = line.linesOf(of).map((key) => byLine.get(key));
      tallyOf = (place) => (typeof place === 'number' ? places[place] : byLine.get(place));
      byPlace.set(of, tallyOf);
    }
    return tallyOf;
  };
}

function nameOf(municipality: string): string {
  return municipalityByCode(municipality)?.name ?? municipality;
}

interface YearsOfApproach {
  readonly municipality: string;
  readonly slug: string;
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
  const addYears = (keys: readonly string[]): void => {
    for (const { municipality, slug, history } of scope.wholeApproaches(keys)) {
      const own = approachYears(history, framework, frameworks, asOf);
      years.set(approachKey({ municipality, slug }), { municipality, slug, years: own });
    }
  };
  // Histories stand in the functions that read them only: what waits between steps would hold on to them.
  for (let begin = 0; begin < confidential.length; begin += APPROACHES_AT_A_TIME) {
    addYears(confidential.slice(begin, begin + APPROACHES_AT_A_TIME));
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
  const pageBehind = (after: ApproachPage['after']) =>
    scope
      .wholeApproachPage({ after, municipality: only, limit: APPROACHES_AT_A_TIME })
      .map(({ municipality, slug, history }) => ({
        ...{ municipality, slug },
        years: approachYears(history, framework, frameworks, asOf),
      }));
  for (let after: ApproachPage['after'] = null; ; after = years.at(-1) ?? null) {
    await scope.breathe();
    const page = pageBehind(after);
    if (page.length === 0) return years;
    years.push(...page);
  }
}
