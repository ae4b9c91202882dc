import { countEvents, type EventFilter, type EventPlace, eventPlaceAt } from '../../projections/event-index';
import { countReleases, type ReleaseRow } from '../../projections/releases';
import { includesEverything } from '../domain/audience';
import type { Position } from '../domain/events';
import { includesSubject, isReleasedTo } from '../domain/releases';
import type { ReadScope } from './read-scope';

/** Releases looked at together while a page is filled: between them others are served. */
const AT_A_TIME = 500;
/** Events counted together: between them others are served. */
const COUNTED_AT_A_TIME = 1_000;

/** Which events of the log are wanted; null sets no limit. */
export type LogFilter = Pick<EventFilter, 'types' | 'stream'>;

/**
 * Where an event lies, and from which position of the log on it is there for who reads: from its own, or from
 * that of the conclusion that made it public. Events come in this order.
 */
export interface ReleasedPlace extends EventPlace {
  readonly from: Position;
}

/** A place in the order in which events are there for who reads. */
export type ReleasePoint = Pick<ReleasedPlace, 'from' | 'position'>;

/** The place behind all that is there when the log has come to a position. */
export function behindAll(position: Position): ReleasePoint {
  return { position: Number.MAX_SAFE_INTEGER, from: position };
}

/**
 * Where the events of the log lie that are there for who reads, behind a place, at most so many. Those of an
 * assessment that is made public later come together when that happens: whoever goes on behind the last one
 * misses none of them, and gets none twice.
 */
export async function releasedPlaces(
  scope: ReadScope,
  behind: ReleasePoint,
  { stream, types }: LogFilter,
  limit: number,
): Promise<ReleasedPlace[]> {
  const { upTo, audience } = scope;
  if (includesEverything(audience)) {
    const after = Math.min(behind.position, behind.from);
    const places = scope.eventPlaces({ stream, types, upTo, after, limit });
    return places.map((place) => ({ ...place, from: place.position }));
  }
  const found: ReleasedPlace[] = [];
  let after = whole(scope, behind);
  const isPublic = audience.length === 0;
  while (found.length < limit) {
    const rows = scope.releasePage({ after, upTo, types, stream, isPublic, limit: AT_A_TIME });
    found.push(...releasedTo(scope, rows));
    const last = rows.at(-1);
    if (last === undefined || rows.length < AT_A_TIME) break;
    after = last;
    await scope.breathe();
  }
  return found.slice(0, limit);
}

/** How many events of some types, or of all, are there for who reads, behind a place and up to a position. */
export async function countReleased(
  scope: ReadScope,
  behind: ReleasePoint,
  { types }: Pick<LogFilter, 'types'>,
  upTo: Position = scope.upTo,
): Promise<number> {
  const isEverything = includesEverything(scope.audience);
  let count = 0;
  let after = isEverything ? behindAll(Math.min(behind.position, behind.from)) : whole(scope, behind);
  while (after.from < upTo || (after.from === upTo && after.position < upTo)) {
    const end = Math.min(
      scope.read((models) => eventPlaceAt(models, COUNTED_AT_A_TIME - 1, after.from))?.position ?? upTo,
      upTo,
    );
    if (isEverything) count += scope.read((models) => countEvents(models, after.from, end, types));
    else {
      const counts = scope.read((models) => countReleases(models, { after, upTo: end, types }));
      for (const one of forReader(scope, counts)) count += one.count;
    }
    after = behindAll(end);
    await scope.breathe();
  }
  return count;
}

/** Where the event at a position lies; null where none is there for who reads. */
export function placeAt(scope: ReadScope, position: Position): ReleasedPlace | null {
  const found = releaseAt(scope, position);
  return found === null || found.from > scope.upTo ? null : found;
}

/** The place of an event of which only the position may be known: with from when on it is there. */
function whole(scope: ReadScope, { from, position }: ReleasePoint): ReleasePoint {
  if (from !== position) return { from, position };
  return { from: releaseAt(scope, position)?.from ?? from, position };
}

/** The event at a position, and from when on it is there for who reads; null where it is not. */
function releaseAt(scope: ReadScope, position: Position): ReleasedPlace | null {
  const at = { stream: null, types: null, upTo: position, after: position - 1, limit: 1 };
  const [place] = scope.eventPlaces(at);
  if (place === undefined) return null;
  if (includesEverything(scope.audience)) return { ...place, from: position };
  const [release] = releasedTo(scope, scope.releasesOfEvent(place));
  return release ?? null;
}

/** Those of the releases that are for who reads. */
function releasedTo(scope: ReadScope, rows: readonly ReleaseRow[]): ReleasedPlace[] {
  return forReader(scope, rows).map(({ stream, revision, position, from }) => ({
    stream,
    revision,
    position,
    from,
  }));
}

function forReader<Row extends Pick<ReleaseRow, 'within' | 'outside'>>(
  scope: ReadScope,
  rows: readonly Row[],
): Row[] {
  const named = new Set(rows.flatMap(({ within, outside }) => [...within, ...outside].flat()));
  const known = scope.releaseSubjects([...named]).filter((one) => includesSubject(scope.audience, one));
  const isKnown = new Set(known.map(({ position }) => position));
  return rows.filter((row) => isReleasedTo(row, (subject) => isKnown.has(subject)));
}
