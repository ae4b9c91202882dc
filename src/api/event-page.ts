import { fromCursor, pageSize, toCursor } from './connection';
import type { ReadScope } from './read-scope';
import type { ReleasedPlace } from './released-events';
import { EventConnection, EventObject } from './types/event-type';

/** A page of places, each event loaded. */
export async function eventPage(
  scope: ReadScope,
  first: number,
  after: string | null | undefined,
  find: (after: Pick<ReleasedPlace, 'from' | 'position'>, limit: number) => Promise<readonly ReleasedPlace[]>,
): Promise<EventConnection> {
  const size = pageSize(first);
  const [position = 0, from = position] = fromCursor(after, ['number'], ['number', 'number']) ?? [];
  const begin = { position: Number(position), from: Number(from) };
  const places = await find(begin, size + 1);
  const items = await Promise.all(
    places.slice(0, size).map(async (place) => ({
      node: new EventObject(await scope.event.load(place)),
      cursor: toCursor(place.position, ...(place.from === place.position ? [] : [place.from])),
    })),
  );
  return new EventConnection({
    items,
    hasNextPage: places.length > size,
    hasPreviousPage: begin.position > 0,
  });
}
