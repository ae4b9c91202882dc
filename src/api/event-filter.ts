import type { EventType } from '../domain/events';
import { approachStream } from '../domain/streams';
import { userError } from './errors';
import { eventTypeOf, notAType } from './event-types';
import { keyOfNode } from './node-id';
import type { LogFilter } from './released-events';

/**
 * Which events are wanted, as callers say it: types by either spelling, an approach by its id.
 * @throws GraphQLError with code BAD_USER_INPUT where there is no such type, or the id is not of an approach
 */
export function eventFilter({
  types,
  approach,
}: {
  readonly types?: readonly string[] | null;
  readonly approach?: string | null;
}): LogFilter {
  return { types: types?.map(eventType) ?? null, stream: approach == null ? null : streamOf(approach) };
}

function streamOf(approach: string): string {
  const [municipality = '', slug = ''] = keyOfNode(approach, 'Approach').split('/');
  return approachStream(municipality, slug);
}

function eventType(spelling: string): EventType {
  const type = eventTypeOf(spelling);
  if (type === undefined) throw userError(notAType(spelling));
  return type;
}
