import type { EventMetadata } from '../domain/event-metadata';
import { InvalidEventError, parseEvent } from '../domain/events';
import { isStreamName, UUID } from '../domain/whole-log';
import type { NewEvent } from './event-store';

/** An event of an append, in words that no later change of it can reach; the instant of the append is still to come. */
export interface Row {
  readonly id: string;
  readonly type: string;
  readonly data: string;
  /** Without `recordedAt`. */
  readonly metadata: string;
}

/** The instant is not known yet; one is there for the check. */
const SOME_INSTANT = new Date(0).toISOString();

/**
 * The events of an append as rows, once they have passed all checks.
 * @throws InvalidEventError
 */
export function checkedRows(stream: string, events: readonly NewEvent[]): Row[] {
  if (!isStreamName(stream)) {
    throw new InvalidEventError(`${JSON.stringify(stream)} is not a name for a stream`);
  }
  if (events.length === 0) throw new InvalidEventError(`an append to ${stream} without events`);
  if (events.length > 1 && new Set(events.map((event) => event.id)).size < events.length) {
    throw new InvalidEventError(`an append to ${stream} has the same event id twice`);
  }
  return events.map((event, revision) => {
    const { id, type, data } = event;
    if (!UUID.test(id)) throw new InvalidEventError(`event id "${id}" is not a UUID in lower case`);
    // Given all the same where an event that was read is appended again.
    const { recordedAt: _, ...metadata } = event.metadata as EventMetadata;
    const whole = { ...metadata, recordedAt: SOME_INSTANT };
    parseEvent({ id, stream, revision, position: 0, type, data, metadata: whole });
    return { id, type, data: JSON.stringify(data), metadata: JSON.stringify(metadata) };
  });
}

/** The text of an event's metadata as it is stored. */
export function withInstant(metadata: string, recordedAt: string): string {
  return `${metadata.slice(0, -1)},"recordedAt":"${recordedAt}"}`;
}

/**
 * What was stored of an event.
 * @throws InvalidEventError, which names the event, where it is no JSON
 */
export function fromJson(
  text: string,
  { id, stream, revision }: { readonly id: string; readonly stream: string; readonly revision: number },
): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const { message } = cause as Error;
    throw new InvalidEventError(`event ${id} (${stream} revision ${revision}) is corrupt: ${message}`, {
      cause,
    });
  }
}
