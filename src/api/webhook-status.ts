import type { EventType } from '../domain/events';

/** How somebody does who is told of what happens; nothing of it is secret. */
export interface WebhookStatus {
  readonly id: string;
  /** Where it is told, without what may be secret in an address: a name, a password, a query. */
  readonly url: string;
  /** Null: all. */
  readonly types: readonly EventType[] | null;
  /** Cursor of the last event that it took; null before the first. */
  readonly position: string | null;
  /** How many events it is still to be told, of its types and of what it sees. */
  readonly pending: number;
  /** When it took an event last (ISO 8601); null where it never did. */
  readonly lastTakenAt: string | null;
  /** How often the next event was tried in vain. */
  readonly attempts: number;
  /** When to try again (ISO 8601); null where nothing failed. */
  readonly nextAttemptAt: string | null;
  /** What went wrong last; null where nothing did since an event was taken. */
  readonly lastError: string | null;
  /** Since when nothing is tried any more (ISO 8601); null while it is alive. */
  readonly deadSince: string | null;
}
