import type { GraphQLError } from 'graphql';
import { countEvents, type EventPlace, eventPlaceAt, lastEventPlace } from '../../projections/event-index';
import { type LogEndEvent, logEnd } from '../../projections/log-ends';
import type { Position } from '../domain/events';
import { leafHash } from '../ledger/entry';
import { userError } from './errors';
import { Lru } from './lru';
import type { ReadSources } from './read-sources';

/** What the register held up to one of its events. */
export interface Snapshot {
  readonly token: string;
  /** How many events it holds: the size of the ledger's tree then. */
  readonly events: number;
  readonly position: Position;
  /** When its last event was recorded; null before the first. */
  readonly recordedAt: string | null;
}

/** What a token says: the first and the last event by their hashes, and how many events there are. */
interface Mark {
  readonly log: string;
  readonly hash: string;
  readonly events: number;
}

/** Says below `/v1` in every answer which snapshot it was read from; `?snapshot=` with it gives the same answer again. */
export const SNAPSHOT_HEADER = 'toetsspoor-snapshot';

/** How tokens read before they are made opaque; the number in front tells them from any of a later make. */
const FORM = /^1 ([0-9a-f]{32}) ([1-9]\d{0,14}) ([0-9a-f]{32})$/;
/** The longest token, in characters. */
export const LONGEST_TOKEN = Math.ceil(('1   '.length + 32 + 15 + 32) * (4 / 3));
/** The token of the log before its first event: every log begins so. */
const EMPTY = '1 empty';
/** Hexadecimal digits of a hash in a token: enough that no two events share them. */
const HASH_DIGITS = 32;
/** Where positions have gaps, an event is counted to from one of those that lie so many events apart. */
const STRIDE = 10_000;
/** Tokens that were found good are remembered, so that asking again costs no read of the log. */
const MAX_KNOWN = 1_000;

/**
 * Tokens of snapshots. A token names the first and the last event by what the ledger hashes of them, and says
 * how many there are. Neither the engine's positions nor anything that only some may read is in it; it holds
 * on every replica, after a rebuild, and in a log that was restored or moved to another engine.
 */
export class Snapshots {
  readonly #sources: Pick<ReadSources, 'database' | 'position' | 'readStream'>;
  readonly #known = new Lru<Position>(MAX_KNOWN);
  /** Counted so far: the log is long, and from one snapshot to the next it grows by little. */
  #counted = { position: 0, events: 0 };
  /** The position behind which each stride of events begins, as far as they were asked for. */
  readonly #strides: Position[] = [0];
  #latest: { readonly position: Position; readonly snapshot: Promise<Snapshot> } | undefined;

  constructor(sources: Pick<ReadSources, 'database' | 'position' | 'readStream'>) {
    this.#sources = sources;
  }

  /** The snapshot of all that the read models hold up to a position; the latest one is kept at hand. */
  at(position: Position): Promise<Snapshot> {
    if (this.#latest?.position === position) return this.#latest.snapshot;
    const snapshot = this.#make(position);
    if (position !== this.#sources.position()) return snapshot;
    const latest = { position, snapshot };
    this.#latest = latest;
    // What failed is tried again the next time.
    snapshot.catch(() => {
      if (this.#latest === latest) this.#latest = undefined;
    });
    return snapshot;
  }

  /**
   * The position of the last event that the snapshot holds.
   * @throws GraphQLError with code SNAPSHOT_MALFORMED where it is no token, SNAPSHOT_OF_ANOTHER_LOG where it
   *   is none of this log, SNAPSHOT_NOT_REACHED where the read models do not hold its last event (yet).
   */
  async positionOf(token: string): Promise<Position> {
    const known = this.#known.get(token);
    if (known !== undefined) return known;
    const mark = parse(token);
    if (mark === null) return 0;
    if (this.#sources.position() === 0) throw notReached();
    if (mark.log !== this.#logId()) throw ofAnotherLog('begins with another event');
    const place = await this.#placeOf(mark);
    this.#known.set(token, place.position);
    return place.position;
  }

  async #placeOf({ events, hash }: Mark): Promise<EventPlace> {
    // Asked first, so that a number that somebody made up costs no search.
    if (events > this.#count(this.#sources.position())) throw notReached();
    const place = this.#placeAt(events);
    if (place === undefined) throw notReached();
    if (tokenHash(await this.#endAt(place)) !== hash)
      throw ofAnotherLog(`has another event as number ${events}`);
    return place;
  }

  /** The place of the event with that number, from 1, of those counted so far. */
  #placeAt(number: number): EventPlace | undefined {
    const { database } = this.#sources;
    // Where positions count from 1 without gaps there is nothing to count.
    if (this.#counted.events === this.#counted.position) return lastEventPlace(database, number);
    const strides = Math.floor((number - 1) / STRIDE);
    for (let from = this.#strides.at(-1); this.#strides.length <= strides; from = this.#strides.at(-1)) {
      const end = eventPlaceAt(database, STRIDE - 1, from);
      if (end === undefined) return undefined;
      this.#strides.push(end.position);
    }
    return eventPlaceAt(database, (number - 1) % STRIDE, this.#strides[strides]);
  }

  async #make(position: Position): Promise<Snapshot> {
    const place = position === 0 ? undefined : lastEventPlace(this.#sources.database, position);
    if (place === undefined) return { token: toToken(EMPTY), events: 0, position, recordedAt: null };
    const events = this.#count(position);
    const last = await this.#endAt(place);
    const token = toToken(`1 ${this.#logId()} ${events} ${tokenHash(last)}`);
    return { token, events, position, recordedAt: last.recordedAt };
  }

  #count(position: Position): number {
    const from = position < this.#counted.position ? { position: 0, events: 0 } : this.#counted;
    const events = from.events + countEvents(this.#sources.database, from.position, position);
    if (position > this.#counted.position) this.#counted = { position, events };
    return events;
  }

  #logId(): string {
    const first = logEnd(this.#sources.database, 'first');
    if (first === undefined) throw new RangeError('the log has no first event');
    return tokenHash(first);
  }

  /** The event there, as the end of the log that it is or was: the last one is at hand, another is read. */
  async #endAt({ position, stream, revision }: EventPlace): Promise<LogEndEvent> {
    const last = logEnd(this.#sources.database, 'last');
    if (last?.position === position) return last;
    for await (const [event] of this.#sources.readStream(stream, revision)) {
      if (event === undefined) break;
      const { recordedAt } = event.metadata;
      return { position, recordedAt, hash: leafHash(event).toString('hex') };
    }
    throw new RangeError(`${stream} has no revision ${revision}`);
  }
}

/** True where it has the form of a token, of whichever log. */
export function isSnapshotToken(token: string): boolean {
  const text = inToken(token);
  return (text === EMPTY || FORM.test(text)) && toToken(text) === token;
}

/** What a token says; null where it is that of the empty log. */
function parse(token: string): Mark | null {
  if (!isSnapshotToken(token)) {
    throw userError(
      'the snapshot token is malformed; expected one as an answer of this register gives it in extensions.snapshot, or below /v1 in the header Toetsspoor-Snapshot',
      'SNAPSHOT_MALFORMED',
    );
  }
  const [, log = '', events = '', hash = ''] = FORM.exec(inToken(token)) ?? [];
  return hash === '' ? null : { log, hash, events: Number(events) };
}

function inToken(token: string): string {
  return Buffer.from(token, 'base64url').toString();
}

function toToken(text: string): string {
  return Buffer.from(text).toString('base64url');
}

function tokenHash({ hash }: LogEndEvent): string {
  return hash.slice(0, HASH_DIGITS);
}

function ofAnotherLog(why: string): GraphQLError {
  return userError(
    `the snapshot token is of another log: this one ${why}; expected a token from an answer of this register`,
    'SNAPSHOT_OF_ANOTHER_LOG',
  );
}

function notReached(): GraphQLError {
  return userError(
    'this register does not hold all of the snapshot: try again when it has caught up; one that was restored from an older backup never will',
    'SNAPSHOT_NOT_REACHED',
  );
}
