import type { EventPlace } from '../../projections/event-index';
import type { Position } from '../domain/events';
import { fromCursor, pageSize, toCursor } from './connection';
import type { ReadScope } from './read-scope';
import { EventConnection, EventObject } from './types/event-type';

/**
 * A page of events in the order of the log.
 * @param find where the events behind a position lie, at most so many
 */
export async function eventPage(
  scope: ReadScope,
  first: number,
  after: string | null | undefined,
  find: (after: Position, limit: number) => readonly EventPlace[],
): Promise<EventConnection> {
  const size = pageSize(first);
  const begin = Number(fromCursor(after, ['number'])?.[0] ?? 0);
  const places = find(begin, size + 1);
  const items = await Promise.all(
    places.slice(0, size).map(async (place) => ({
      node: new EventObject(await scope.event.load(place)),
      cursor: toCursor(place.position),
    })),
  );
  return new EventConnection({ items, hasNextPage: places.length > size, hasPreviousPage: begin > 0 });
}
