import { EVENT_TYPES, type EventType } from '../domain/events';
import { approachStream } from '../domain/streams';
import { userError } from './errors';
import { keyOfNode } from './node-id';
import type { LogFilter } from './released-events';

/**
 * Which events are wanted, as callers say it: types by their names, an approach by its id.
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

function eventType(type: string): EventType {
  const known = EVENT_TYPES.find((one) => one === type);
  if (known === undefined)
    throw userError(`"${type}" is not a type of event; expected ${EVENT_TYPES.join(', ')}`);
  return known;
}
