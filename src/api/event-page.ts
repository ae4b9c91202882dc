import { fromCursor, pageSize, toCursor } from './connection';
import type { ReadScope } from './read-scope';
import type { ReleasedPlace, ReleasePoint } from './released-events';
import { EventConnection, EventObject } from './types/event-type';

/** The cursor of a place; that of an event that is there from its own position on is its position alone. */
export function cursorOf({ position, from }: ReleasePoint): string {
  return from === position ? toCursor(position) : toCursor(position, from);
}

/** The place that a cursor stands for; before the first event where there is none. */
export function pointOf(cursor: string | null | undefined): ReleasePoint {
  const [position = 0, from = position] = fromCursor(cursor, ['number'], ['number', 'number']) ?? [];
  return { position: Number(position), from: Number(from) };
}

/** A page of places, each event loaded. */
export async function eventPage(
  scope: ReadScope,
  first: number,
  after: string | null | undefined,
  find: (after: ReleasePoint, limit: number) => Promise<readonly ReleasedPlace[]>,
): Promise<EventConnection> {
  const size = pageSize(first);
  const begin = pointOf(after);
  const places = await find(begin, size + 1);
  const items = await Promise.all(
    places.slice(0, size).map(async (place) => ({
      node: new EventObject(await scope.event.load(place)),
      cursor: cursorOf(place),
    })),
  );
  return new EventConnection({
    items,
    hasNextPage: places.length > size,
    hasPreviousPage: begin.position > 0,
  });
}
