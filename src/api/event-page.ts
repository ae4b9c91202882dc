import { pageSize } from './connection';
import { cursorOf, pointOf } from './event-cursors';
import type { ReadScope } from './read-scope';
import type { ReleasedPlace, ReleasePoint } from './released-events';
import { EventConnection, EventObject } from './types/event-type';

/** A page of places, each event loaded. */
export async function eventPage(
  scope: ReadScope,
  first: number,
  after: string | null | undefined,
  find: (after: ReleasePoint, limit: number) => Promise<readonly ReleasedPlace[]>,
): Promise<EventConnection> {
  const size = pageSize(first);
  const begin = pointOf(after, scope);
  const places = await find(begin, size + 1);
  const items = await Promise.all(
    places.slice(0, size).map(async (place) => ({
      node: new EventObject(await scope.event.load(place)),
      cursor: cursorOf(place, scope),
    })),
  );
  return new EventConnection({
    items,
    hasNextPage: places.length > size,
    hasPreviousPage: begin.position > 0,
  });
}
