import { approachKey } from '../../projections/approaches';
import type { EventFilter, EventPlace } from '../../projections/event-index';
import { includesEverything } from '../domain/audience';
import type { Position } from '../domain/events';
import { approachOfStream } from '../domain/streams';
import { type Release, releasesFor } from './event-subjects';
import type { ReadScope } from './read-scope';

/** Places of the log looked at together while a page is filled. */
const AT_A_TIME = 200;

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

/** The place behind all that who reads sees now. */
export function lastPoint({ upTo }: ReadScope): ReleasePoint {
  return { position: Number.MAX_SAFE_INTEGER, from: upTo };
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
  const after = whole(scope, behind);
  // Beginning with the event that released the last one: it may have released more.
  let seen = after.from - 1;
  while (found.length < limit) {
    // Of every type, as what releases an event need not be of a type that is wanted.
    const places = scope.eventPlaces({ stream, types: null, upTo, after: seen, limit: AT_A_TIME });
    const last = places.at(-1);
    if (last === undefined) break;
    seen = last.position;
    const released = releasedBy(scope, places).filter(
      ({ from, position }) => from > after.from || position > after.position,
    );
    found.push(...(types === null ? released : await ofTypes(scope, released, types)));
  }
  return found.slice(0, limit);
}

/** Where the event at a position lies; null where none is there for who reads. */
export function placeAt(scope: ReadScope, position: Position): ReleasedPlace | null {
  const found = releaseAt(scope, position);
  return found === null || found.from === null || found.from > scope.upTo
    ? null
    : { ...found.place, from: found.from };
}

/** The place of an event of which only the position may be known: with from when on it is there. */
function whole(scope: ReadScope, { from, position }: ReleasePoint): ReleasePoint {
  if (from !== position) return { from, position };
  return { from: releaseAt(scope, position)?.from ?? from, position };
}

/** The event at a position, and from when on it will be there for who reads; null where that is never. */
function releaseAt(
  scope: ReadScope,
  position: Position,
): { place: EventPlace; from: Position | null } | null {
  const [place] = scope.eventPlaces({
    stream: null,
    types: null,
    upTo: position,
    after: position - 1,
    limit: 1,
  });
  if (place === undefined) return null;
  const approach = approachOfStream(place.stream);
  if (approach === null || includesEverything(scope.audience)) return { place, from: position };
  const release = scope
    .wholeApproaches([approachKey(approach)])
    .flatMap(({ history }) => releasesFor(history, scope.audience))
    .find(({ fact }) => fact.position === position);
  return { place, from: release?.from ?? null };
}

/** What the events at these places release, in order: as a rule each itself. */
function releasedBy(scope: ReadScope, places: readonly EventPlace[]): ReleasedPlace[] {
  const streams = [...new Set(places.map(({ stream }) => stream))];
  const approaches = streams.flatMap((stream) => approachOfStream(stream) ?? []);
  const rows = scope.wholeApproaches(approaches.map(approachKey));
  const releases = new Map<string, Map<Position, Release[]>>();
  for (const { municipality, slug, history } of rows) {
    const own = releasesFor(history, scope.audience).sort((a, b) => a.fact.position - b.fact.position);
    releases.set(
      approachKey({ municipality, slug }),
      Map.groupBy(own, ({ from }) => from),
    );
  }
  return places.flatMap((place) => {
    const approach = approachOfStream(place.stream);
    // Frameworks are published as they are.
    if (approach === null) return [{ ...place, from: place.position }];
    const released = releases.get(approachKey(approach))?.get(place.position) ?? [];
    return released.map(({ fact: { revision, position }, from }) => ({
      stream: place.stream,
      revision,
      position,
      from,
    }));
  });
}

async function ofTypes(
  scope: ReadScope,
  places: readonly ReleasedPlace[],
  types: readonly string[],
): Promise<ReleasedPlace[]> {
  const events = await Promise.all(places.map((place) => scope.event.load(place)));
  return places.filter((_, index) => types.includes(events[index]?.type ?? ''));
}
