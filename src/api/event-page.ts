import type { EventType, Position } from '../domain/events';
import { fromCursor, pageSize, toCursor } from './connection';
import type { ReadScope } from './read-scope';
import { EventConnection, EventObject } from './types/event-type';

/** A page of events in the order of the log; null sets no limit. */
export async function eventPage(
  scope: ReadScope,
  wanted: {
    readonly first: number;
    readonly after: string | null | undefined;
    readonly stream: string | null;
    readonly types: readonly EventType[] | null;
    readonly upTo: Position;
  },
): Promise<EventConnection> {
  const size = pageSize(wanted.first);
  const after = Number(fromCursor(wanted.after, ['number'])?.[0] ?? 0);
  const places = scope.eventPlaces({ ...wanted, after, limit: size + 1 });
  const items = await Promise.all(
    places.slice(0, size).map(async (place) => ({
      node: new EventObject(await scope.event.load(place)),
      cursor: toCursor(place.position),
    })),
  );
  return new EventConnection({ items, hasNextPage: places.length > size, hasPreviousPage: after > 0 });
}
