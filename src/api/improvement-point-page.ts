import { approachKey } from '../../projections/approaches';
import type { KeptImprovementPoint } from '../../projections/improvement-points';
import type { ImprovementPointStatus } from '../domain/improvement';
import { ApproachReading } from './approach-reading';
import type { AsOfAsked } from './as-of';
import { fromCursor, pageSize, toCursor } from './connection';
import type { ReadScope } from './read-scope';
import { ImprovementPointConnection, ImprovementPointType } from './types/improvement-point-type';

/** Points looked at together while a page is filled: between them others are served. */
const AT_A_TIME = 200;

/** A page of the improvement points of all approaches; null sets no limit. */
export async function improvementPointPage(
  scope: ReadScope,
  wanted: {
    readonly first: number;
    readonly after: string | null | undefined;
    readonly status: ImprovementPointStatus | null;
    readonly municipality: string | null;
    readonly asOf: AsOfAsked;
  },
): Promise<ImprovementPointConnection> {
  const { status, municipality, asOf } = wanted;
  const size = pageSize(wanted.first);
  const cursor = fromCursor(wanted.after, [['string', 'string', 'number']]);
  const items: { node: ImprovementPointType; cursor: string }[] = [];
  const begin =
    cursor === null
      ? null
      : { municipality: String(cursor[0]), slug: String(cursor[1]), revision: Number(cursor[2]) };
  let after = begin;
  // What everybody sees is kept; of what somebody sees beside it, the status must be read.
  const orConfidential = scope.audience.length > 0;
  while (items.length <= size) {
    // The kept status is that of now; at any other point every point must be read to know its status.
    const isCurrent = scope.isCurrent(asOf);
    const limit = isCurrent ? size + 1 - items.length : AT_A_TIME;
    const kept = isCurrent ? status : null;
    const places = scope.improvementPointPlaces({ after, municipality, status: kept, orConfidential, limit });
    if (places.length === 0) break;
    if (after !== begin) await scope.breathe();
    after = places.at(-1) ?? after;
    const found =
      isCurrent && !orConfidential
        ? places.filter((place) => place.status !== null)
        : await wantedOf(scope, places, asOf, status);
    const page = found.slice(0, size + 1 - items.length);
    const readings = await readingsOf(scope, page, asOf);
    // Together, so that what they read is read together; each has its points at hand afterwards.
    await Promise.all([...readings.values()].map((reading) => reading.improvementPoints()));
    for (const place of page) {
      const reading = readings.get(approachKey(place));
      const points = await reading?.improvementPoints();
      const point = points?.find(({ fact }) => fact.id === place.id);
      if (reading === undefined || point === undefined) continue;
      const node = new ImprovementPointType(reading, point);
      items.push({ node, cursor: toCursor(place.municipality, place.slug, place.revision) });
    }
  }
  return new ImprovementPointConnection({
    items: items.slice(0, size),
    hasNextPage: items.length > size,
    hasPreviousPage: cursor !== null,
  });
}

/** Those of the places at which there is a point with that status; null: with any. */
async function wantedOf(
  scope: ReadScope,
  places: readonly KeptImprovementPoint[],
  asOf: AsOfAsked,
  status: ImprovementPointStatus | null,
): Promise<KeptImprovementPoint[]> {
  // Not by the request's own loaders, which hold on to all that they read: it may look through all the country.
  const passing = scope.at(scope.upTo);
  const rows = passing.wholeApproaches(keysOf(places));
  const points = new Map(
    await Promise.all(
      rows.map(async (row) => {
        const reading = new ApproachReading(row, asOf, passing);
        return [approachKey(row), await reading.improvementPoints()] as const;
      }),
    ),
  );
  return places.filter((place) =>
    points
      .get(approachKey(place))
      ?.some((point) => point.fact.id === place.id && (status === null || point.status === status)),
  );
}

function keysOf(places: readonly KeptImprovementPoint[]): string[] {
  return [...new Set(places.map(approachKey))];
}

async function readingsOf(
  scope: ReadScope,
  places: readonly KeptImprovementPoint[],
  asOf: AsOfAsked,
): Promise<Map<string, ApproachReading>> {
  const rows = await scope.approach.loadMany(keysOf(places));
  return new Map(
    rows.flatMap((row): [string, ApproachReading][] => {
      if (row instanceof Error) throw row;
      return row === null ? [] : [[approachKey(row), new ApproachReading(row, asOf, scope)]];
    }),
  );
}
