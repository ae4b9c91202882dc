import { InvalidEventError, parseEvent } from '../domain/events';
import { isStreamName, UUID } from '../domain/whole-log';
import type { NewEvent } from './event-store';

/** An event of an append, in words that no later change of it can reach. */
export interface Row {
  readonly id: string;
  readonly type: string;
  readonly data: string;
  readonly metadata: string;
}

/**
 * The events of an append as rows, once they have passed all checks.
 * @throws InvalidEventError
 */
export function checkedRows(stream: string, events: readonly NewEvent[], recordedAt: string): Row[] {
  if (!isStreamName(stream)) {
    throw new InvalidEventError(`${JSON.stringify(stream)} is not a name for a stream`);
  }
  if (events.length === 0) throw new InvalidEventError(`an append to ${stream} without events`);
  if (new Set(events.map((event) => event.id)).size < events.length) {
    throw new InvalidEventError(`an append to ${stream} has the same event id twice`);
  }
  return events.map((event, revision) => {
    const { id, type, data } = event;
    if (!UUID.test(id)) throw new InvalidEventError(`event id "${id}" is not a UUID in lower case`);
    const metadata = { ...event.metadata, recordedAt };
    parseEvent({ id, stream, revision, position: 0, type, data, metadata });
    return { id, type, data: JSON.stringify(data), metadata: JSON.stringify(metadata) };
  });
}
