import { approachKey } from '../../projections/approaches';
import type { ImprovementPointStatus } from '../domain/improvement';
import { ApproachReading } from './approach-reading';
import type { AsOfAsked } from './as-of';
import { fromCursor, pageSize, toCursor } from './connection';
import type { ReadScope } from './read-scope';
import { ImprovementPointConnection, ImprovementPointType } from './types/improvement-point-type';

/** Points looked at together while a page is filled: between them others are served. */
const AT_A_TIME = 50;

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
    const limit = scope.isCurrent(asOf) ? size + 1 - items.length : AT_A_TIME;
    const kept = scope.isCurrent(asOf) ? status : null;
    const places = scope.improvementPointPlaces({ after, municipality, status: kept, orConfidential, limit });
    if (places.length === 0) break;
    if (after !== begin) await scope.breathe();
    after = places.at(-1) ?? after;
    const readings = await readingsOf(scope, [...new Set(places.map(approachKey))], asOf);
    // Together, so that what they read is read together; each has its points at hand afterwards.
    await Promise.all([...readings.values()].map((reading) => reading.improvementPoints()));
    for (const place of places) {
      const reading = readings.get(approachKey(place));
      const points = await reading?.improvementPoints();
      const point = points?.find(({ fact }) => fact.id === place.id);
      if (reading === undefined || point === undefined || (status !== null && point.status !== status))
        continue;
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

async function readingsOf(
  scope: ReadScope,
  keys: string[],
  asOf: AsOfAsked,
): Promise<Map<string, ApproachReading>> {
  const rows = await scope.approach.loadMany(keys);
  return new Map(
    rows.flatMap((row): [string, ApproachReading][] => {
      if (row instanceof Error) throw row;
      return row === null ? [] : [[approachKey(row), new ApproachReading(row, asOf, scope)]];
    }),
  );
}
