import type { EventData } from '@kurrent/kurrentdb-client';
import type { ReadResp } from '@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/streams_pb';
import {
  type EventMetadata,
  InvalidEventError,
  type PortableEvent,
  parseEvent,
  type RecordedEvent,
} from '../domain/events';
import type { NewEvent } from './event-store';
import { checkedRows, type Row } from './sqlite-rows';

/** An event as the server gives it. */
export type StoredRecord = ReadResp.ReadEvent.RecordedEvent;

/**
 * What stands beside an event in KurrentDB: its metadata, and in place of `recordedAt` what it follows from.
 *
 * `recordedAt` is the instant at which the server that leads took the first event of the append, or
 * `notBefore`, the latest instant that the writer had seen in the log, where that is later. So it is a fact in the
 * log, the same for every reader, and the clocks of those who write do not matter.
 */
type StoredMetadata = Omit<EventMetadata, 'recordedAt'> & {
  readonly append: {
    /** Revisions of the first and the last event of the append. */
    readonly first: number;
    readonly last: number;
    readonly notBefore: string;
  };
};

/** The metadata of a restored event, as it is stored: with `recordedAt`, and without `append`. */
type RestoredMetadata = EventMetadata;

/** Events of an append in words that no later change of theirs can reach. */
export interface Draft {
  readonly ids: readonly string[];
  readonly bytes: number;
  /** As they are sent, once it is known which revision the first one gets. */
  records(first: number, notBefore: string): EventData[];
}

/**
 * New events, once they have passed all checks.
 * @throws InvalidEventError
 */
export function draftOfNew(stream: string, events: readonly NewEvent[]): Draft {
  // The instant is not known yet; one is there for the check.
  const rows = checkedRows(stream, events, new Date(0).toISOString());
  return draftOf(rows, (metadata: RestoredMetadata, first, notBefore): StoredMetadata => {
    const { recordedAt: _, ...rest } = metadata;
    return { ...rest, append: { first, last: first + rows.length - 1, notBefore } };
  });
}

/** Events of another log, checked already, as they are. */
export function draftOfRestored(events: readonly PortableEvent[]): Draft {
  const rows = events.map(({ id, type, data, metadata }) => ({
    id,
    type,
    data: JSON.stringify(data),
    metadata: JSON.stringify(metadata),
  }));
  return draftOf(rows, (metadata: RestoredMetadata) => metadata);
}

function draftOf(
  rows: readonly Row[],
  toStored: (
    metadata: RestoredMetadata,
    first: number,
    notBefore: string,
  ) => RestoredMetadata | StoredMetadata,
): Draft {
  return {
    ids: rows.map(({ id }) => id),
    bytes: rows.reduce((bytes, row) => bytes + bytesOf(row), 0),
    records: (first, notBefore) =>
      rows.map(({ id, type, data, metadata }) => ({
        id,
        type,
        contentType: 'application/json',
        data: JSON.parse(data),
        metadata: toStored(JSON.parse(metadata), first, notBefore),
      })),
  };
}

/** As the server counts, and what is added to the metadata. */
function bytesOf({ type, data, metadata }: Row): number {
  return Buffer.byteLength(data) + Buffer.byteLength(metadata) + 2 * type.length + 100;
}

/** Says that an event can only be told with the first event of its append, which has its instant. */
export class FirstOfAppendNeeded {
  constructor(
    readonly stream: string,
    readonly revision: number,
  ) {}
}

/**
 * The event that a record holds.
 * @param before an event that lies before it, in the same append or not
 * @throws InvalidEventError that names the event
 */
export function eventOf(
  record: StoredRecord,
  prefix: string,
  before: RecordedEvent | undefined,
): RecordedEvent | FirstOfAppendNeeded {
  const name = Buffer.from(record.getStreamIdentifier()?.getStreamName_asU8() ?? []).toString('utf8');
  const properties = record.getMetadataMap();
  const event = {
    id: record.getId()?.getString() ?? '',
    stream: name.slice(prefix.length),
    revision: Number(record.getStreamRevision()),
    position: Number(record.getCommitPosition()),
    type: properties.get('type') ?? '',
    data: undefined as unknown,
    metadata: undefined as unknown,
  };
  if (!Number.isSafeInteger(event.position)) {
    throw new InvalidEventError(`event ${event.id} lies at ${record.getCommitPosition()}, beyond 2^53`);
  }
  event.data = json(record.getData_asU8(), event);
  const stored = json(record.getCustomMetadata_asU8(), event);
  if (hasAppend(stored)) {
    const { append, ...metadata } = stored;
    const inAppend = before?.stream === event.stream && before.revision >= append.first;
    if (!inAppend && append.first < event.revision) {
      return new FirstOfAppendNeeded(event.stream, append.first);
    }
    const recordedAt = inAppend ? before.metadata.recordedAt : later(createdAt(record), append.notBefore);
    event.metadata = { ...metadata, recordedAt };
  } else {
    event.metadata = stored;
  }
  return parseEvent(event);
}

/** False where more events of the same append follow. */
export function endsAppend(record: StoredRecord): boolean {
  const stored: unknown = JSON.parse(Buffer.from(record.getCustomMetadata_asU8()).toString('utf8'));
  return !hasAppend(stored) || stored.append.last === Number(record.getStreamRevision());
}

/** What was restored as it was has `recordedAt` instead. What else it may be, parseEvent tells. */
function hasAppend(metadata: unknown): metadata is StoredMetadata {
  return typeof metadata === 'object' && metadata !== null && 'append' in metadata;
}

function later(one: string, other: string): string {
  return one > other ? one : other;
}

/** When the server took it. It gives .NET's ticks, of a tenth of a microsecond, since 1970. */
export function createdAt(record: StoredRecord): string {
  return new Date(Number(BigInt(record.getMetadataMap().get('created') ?? 0) / 10_000n)).toISOString();
}

function json(bytes: Uint8Array, event: { id: string; stream: string; revision: number }): unknown {
  try {
    return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'));
  } catch (cause) {
    throw new InvalidEventError(
      `event ${event.id} (${event.stream} revision ${event.revision}) is corrupt: ${(cause as Error).message}`,
      { cause },
    );
  }
}
