import type { RecordedEvent } from '../../domain/events';
import { type ApproachOfEvent, approachOfEvent } from '../approach-of-event';
import { cloudEventType } from '../event-types';
import type { ReadScope } from '../read-scope';
import { addressOfSchema } from './event-type-routes';
import type { ReleasedEvent } from './follow';
import { type VerdictState, verdictChanges } from './verdict-changes';

/** How this register is known to those who follow it. */
export interface CloudEventOptions {
  /** `source`: a URN that names organisation and system, such as `urn:nld:oin:00000001823288444000:systeem:toetsspoor`. */
  readonly source: string;
  /** Where this register is reached, without a slash at the end. */
  readonly publicUrl: string;
}

/** An event as the NL GOV profile for CloudEvents 1.1 has it, in its JSON format. */
export interface CloudEvent {
  readonly specversion: '1.0';
  /** Id of the event in the log. */
  readonly id: string;
  readonly source: string;
  /** What happened, in reverse domain name notation: `nl.toetsspoor.finding-recorded`. */
  readonly type: string;
  /** The stream that it stands in. */
  readonly subject: string;
  /** When this register learned it. */
  readonly time: string;
  readonly datacontenttype: 'application/json';
  /** Where the JSON Schema of `data` is to be had. */
  readonly dataschema: string;
  /** Where the whole event is to be had. */
  readonly dataref: string;
  /** Extension: pass it as `after` to go on behind this event. */
  readonly position: string;
  /** Left out where the event would be larger than is passed on everywhere; it is behind `dataref` then. */
  readonly data?: CloudEventData;
}

/** What a {@link CloudEvent} tells. */
export interface CloudEventData {
  readonly stream: string;
  readonly revision: number;
  readonly schemaVersion: number;
  readonly actor: string;
  readonly correlationId: string;
  readonly causationId: string | null;
  /** The document that it was read from, by its SHA-256, and the line. */
  readonly source: { readonly document: string; readonly line: number } | null;
  /** The approach that it is of, as the rest of the API knows it; null where it is of none. */
  readonly approach: ApproachOfEvent | null;
  /** The content as it stands in the log. */
  readonly event: unknown;
  /** The verdicts that it changed, each before and after. */
  readonly verdictChanges: readonly {
    readonly indicator: { readonly code: string; readonly name: string };
    readonly before: VerdictState | null;
    readonly after: VerdictState | null;
  }[];
}

/** Larger events need not be passed on by what lies between (CloudEvents 1.0, Size Limits), in bytes. */
export const MAX_CLOUD_EVENT_BYTES = 64 * 1024;

/**
 * An event as a CloudEvent.
 * @param limit `small`: without its data where it would exceed {@link MAX_CLOUD_EVENT_BYTES}
 */
export async function cloudEvent(
  scope: ReadScope,
  { event, cursor }: Pick<ReleasedEvent, 'event' | 'cursor'>,
  { source, publicUrl }: CloudEventOptions,
  limit: 'small' | 'whole',
): Promise<CloudEvent> {
  const attributes: CloudEvent = {
    specversion: '1.0',
    id: event.id,
    source,
    type: cloudEventType(event.type),
    subject: event.stream,
    time: event.metadata.recordedAt,
    datacontenttype: 'application/json',
    dataschema: addressOfSchema(publicUrl, event.type),
    dataref: `${publicUrl}/v1/events/${cursor}`,
    position: cursor,
  };
  const whole = { ...attributes, data: await dataOf(scope, event) };
  return limit === 'small' && Buffer.byteLength(JSON.stringify(whole)) > MAX_CLOUD_EVENT_BYTES
    ? attributes
    : whole;
}

async function dataOf(scope: ReadScope, event: RecordedEvent): Promise<CloudEventData> {
  const { schemaVersion, actor, correlationId, causationId, source } = event.metadata;
  const changes = await verdictChanges(scope, event);
  return {
    stream: event.stream,
    revision: event.revision,
    ...{ schemaVersion, actor, correlationId, causationId, source },
    approach: approachOfEvent(event),
    event: event.data,
    verdictChanges: changes.map(({ indicator: { code, name }, before, after }) => ({
      indicator: { code, name },
      ...{ before, after },
    })),
  };
}
