import { type Static, Type as T } from '@sinclair/typebox';
import { Name, nullable, object, Sha256, Uuid, Version } from './event-fields';

// What stands beside the content of each event. As the events: kept for decades.

export const EventMetadata = object({
  schemaVersion: Version,
  recordedAt: T.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}\\.\\d{3}Z$' }),
  actor: Name,
  correlationId: Uuid,
  causationId: nullable(Uuid),
  source: nullable(object({ document: Sha256, line: T.Integer({ minimum: 1 }) })),
  commandDigest: T.Optional(Sha256),
});
/**
 * `recordedAt`: when the register knew it, set by the store at append, never decreasing along the log.
 * `actor`: the signed-in principal or the system user. `correlationId`: what the event belongs to, one for
 * all events of an import; `causationId`: the event that it follows from. `source`: the SHA-256 of the
 * document and the line (from 1) that the event was read from. `commandDigest`: of the first event of a command that
 * was sent to the API, what all of that command said (`src/command-digest.ts`); commands of before have none.
 */
export type EventMetadata = Static<typeof EventMetadata>;
export type EventSource = NonNullable<EventMetadata['source']>;
