import type { EventData } from '@kurrent/kurrentdb-client';
import type { ReadResp } from '@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/streams_pb';
import type { EventMetadata } from '../domain/event-metadata';
import {
  InvalidEventError,
  type PortableEvent,
  type Position,
  parseEvent,
  type RecordedEvent,
} from '../domain/events';
import type { NewEvent } from './event-store';
import { checkedRows, fromJson, type Row } from './rows';

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
    /** Which event of the append it is, from 0: its revision is what the server gives it, not what we expected. */
    readonly index: number;
    /** How many events the append has. */
    readonly events: number;
    readonly notBefore: string;
  };
};

/** As it was stored at first: the revisions of the first and the last event that the writer expected. */
type FormerAppend = { readonly first: number; readonly last: number; readonly notBefore: string };

/** Where an event stands in its append. */
interface PlaceInAppend {
  /** Revision of the append's first event. */
  readonly first: number;
  readonly isLast: boolean;
  readonly notBefore: string;
}

/** The metadata of a restored event, as it is stored: with `recordedAt`, and without `append`. */
type RestoredMetadata = EventMetadata;

/** The events that messages of the server hold. */
export function recordsOf(messages: readonly ReadResp[]): StoredRecord[] {
  return messages.flatMap((message) => message.getEvent()?.getEvent() ?? []);
}

/** Up to where the server has looked through what is not ours. */
export function checkpoints(messages: readonly ReadResp[]): number[] {
  return messages.flatMap((message) => {
    const checkpoint = message.getCheckpoint();
    // The two differ within a transaction of an older kind, which must not be cut.
    return checkpoint !== undefined && checkpoint.getCommitPosition() === checkpoint.getPreparePosition()
      ? [Number(checkpoint.getCommitPosition())]
      : [];
  });
}

/** Where it lies in the server's log. */
export function positionOf(record: StoredRecord): Position;
export function positionOf(record: StoredRecord | undefined): Position | undefined;
export function positionOf(record: StoredRecord | undefined): Position | undefined {
  return record && Number(record.getCommitPosition());
}

/** Events of an append in words that no later change of theirs can reach. */
export interface Draft {
  readonly ids: readonly string[];
  readonly bytes: number;
  /** As they are sent, once it is known how late it is in the log. */
  records(notBefore: string): EventData[];
}

/**
 * New events, once they have passed all checks.
 * @throws InvalidEventError
 */
export function draftOfNew(stream: string, events: readonly NewEvent[]): Draft {
  const rows = checkedRows(stream, events);
  return draftOf(
    rows,
    (metadata: NewEvent['metadata'], index, notBefore): StoredMetadata => ({
      ...metadata,
      append: { index, events: rows.length, notBefore },
    }),
  );
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
    index: number,
    notBefore: string,
  ) => RestoredMetadata | StoredMetadata,
): Draft {
  return {
    ids: rows.map(({ id }) => id),
    bytes: rows.reduce((bytes, row) => bytes + bytesOf(row), 0),
    records: (notBefore) =>
      rows.map(({ id, type, data, metadata }, index) => ({
        id,
        type,
        contentType: 'application/json',
        data: JSON.parse(data),
        metadata: toStored(JSON.parse(metadata), index, notBefore),
      })),
  };
}

/** As the server counts, and what is added to the metadata. */
function bytesOf({ type, data, metadata }: Row): number {
  return Buffer.byteLength(data) + Buffer.byteLength(metadata) + 2 * type.length + 140;
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
 * @param before an event that lies before it, in the same append or not; `gone` where the first one of its append is
 * in the log no more: then its own instant stands for that
 * @throws InvalidEventError that names the event
 */
export function eventOf(
  record: StoredRecord,
  prefix: string,
  before: RecordedEvent | 'gone' | undefined,
): RecordedEvent | FirstOfAppendNeeded {
  const properties = record.getMetadataMap();
  const event = {
    ...identityOf(record, prefix),
    position: positionOf(record),
    type: properties.get('type') ?? '',
    data: undefined as unknown,
    metadata: undefined as unknown,
  };
  if (!Number.isSafeInteger(event.position)) {
    throw new InvalidEventError(`event ${event.id} lies at ${record.getCommitPosition()}, beyond 2^53`);
  }
  if (event.type.startsWith('$')) {
    throw new InvalidEventError(
      `event ${event.id} (${event.stream} revision ${event.revision}) has the type ${JSON.stringify(event.type)}, which is none of ours: a link or another event of the server's own kinds was written into this stream`,
    );
  }
  event.data = json(record.getData_asU8(), event);
  const stored = json(record.getCustomMetadata_asU8(), event);
  if (hasAppend(stored)) {
    const { append, ...metadata } = stored;
    const { first, notBefore } = placeInAppend(append, event);
    const earlier = before !== 'gone' && isOf(before, event.stream, first) ? before : undefined;
    const isFirst = first === event.revision || before === 'gone';
    if (earlier === undefined && !isFirst) return new FirstOfAppendNeeded(event.stream, first);
    const recordedAt = earlier?.metadata.recordedAt ?? later(createdAt(record), notBefore);
    event.metadata = { ...metadata, recordedAt };
  } else {
    event.metadata = stored;
  }
  return parseEvent(event);
}

/** True of an event that stands in a stream, at that revision or behind it. */
function isOf(event: RecordedEvent | undefined, stream: string, revision: number): boolean {
  return event?.stream === stream && event.revision >= revision;
}

/** True of what the server itself leaves in a stream that is deleted for good, at the last revision there can be. */
export function isTombstone(record: StoredRecord): boolean {
  const isAtRevision = Number.isSafeInteger(Number(record.getStreamRevision()));
  return record.getMetadataMap().get('type') === '$streamDeleted' && !isAtRevision;
}

/** The name of its stream, prefix and all. */
export function streamOf(record: StoredRecord): string {
  return Buffer.from(record.getStreamIdentifier()?.getStreamName_asU8() ?? []).toString('utf8');
}

function identityOf(record: StoredRecord, prefix = ''): { id: string; stream: string; revision: number } {
  return {
    id: record.getId()?.getString() ?? '',
    stream: streamOf(record).slice(prefix.length),
    revision: Number(record.getStreamRevision()),
  };
}

/** False where more events of the same append follow. */
export function endsAppend(record: StoredRecord): boolean {
  const event = identityOf(record);
  const stored = json(record.getCustomMetadata_asU8(), event);
  return !hasAppend(stored) || placeInAppend(stored.append, event).isLast;
}

/** What was restored as it was has `recordedAt` instead. What else it may be, parseEvent tells. */
function hasAppend(metadata: unknown): metadata is { append: unknown } & Record<string, unknown> {
  return typeof metadata === 'object' && metadata !== null && 'append' in metadata;
}

/** @throws InvalidEventError where no append of ours can have left it so */
function placeInAppend(
  append: unknown,
  event: { id: string; stream: string; revision: number },
): PlaceInAppend {
  const { index, events, first, last, notBefore } = (append ?? {}) as Partial<
    StoredMetadata['append'] & FormerAppend
  >;
  const begin = index === undefined ? first : event.revision - index;
  const end = index === undefined ? last : event.revision - index + (events ?? 0) - 1;
  if (!isRevision(begin) || !isRevision(end) || begin > end || typeof notBefore !== 'string') {
    throw new InvalidEventError(
      `event ${event.id} (${event.stream} revision ${event.revision}) is of an append that cannot be there, ${JSON.stringify(append)}`,
    );
  }
  // Where revisions were stored, an append behind a stream that was deleted stands at others: each event for itself.
  if (event.revision < begin || end < event.revision) {
    return { first: event.revision, isLast: true, notBefore };
  }
  return { first: begin, isLast: end === event.revision, notBefore };
}

function isRevision(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function later(one: string, other: string): string {
  return one > other ? one : other;
}

/** By what a stream has lost events on the server, or loses them: it was deleted or cut, or has an end set by age or count. */
export type Loss = 'cut' | '$maxAge' | '$maxCount';

/** Tells that by the last record of what the server keeps about the stream. */
export function lossOf(record: StoredRecord): Loss | undefined {
  const about = json(record.getData_asU8(), identityOf(record)) as {
    readonly $tb?: number;
    readonly $maxAge?: number;
    readonly $maxCount?: number;
  } | null;
  if ((about?.$tb ?? 0) > 0) return 'cut';
  if (about?.$maxAge !== undefined) return '$maxAge';
  return about?.$maxCount === undefined ? undefined : '$maxCount';
}

/** When the server took it. It gives .NET's ticks, of a tenth of a microsecond, since 1970. */
export function createdAt(record: StoredRecord): string {
  return new Date(Number(BigInt(record.getMetadataMap().get('created') ?? 0) / 10_000n)).toISOString();
}

/** No earlier than the `recordedAt` of the event that a record holds, told without the first event of its append. */
export function latestInstantOf(record: StoredRecord): string {
  const event = identityOf(record);
  const stored = json(record.getCustomMetadata_asU8(), event);
  const instant = hasAppend(stored)
    ? placeInAppend(stored.append, event).notBefore
    : (stored as RestoredMetadata).recordedAt;
  return later(createdAt(record), instant);
}

function json(bytes: Uint8Array, event: { id: string; stream: string; revision: number }): unknown {
  return fromJson(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'), event);
}
