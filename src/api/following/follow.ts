import type { Audience } from '../../domain/audience';
import type { Position, RecordedEvent } from '../../domain/events';
import { cursorOf } from '../event-cursors';
import { ReadScope } from '../read-scope';
import type { ReadSources } from '../read-sources';
import {
  behindAll,
  type LogFilter,
  type ReleasedPlace,
  type ReleasePoint,
  releasedPlaces,
} from '../released-events';
import { loadedEvents } from './loaded-events';

/** Events whose places are found at a time; the events themselves are loaded as they are taken. */
const AT_A_TIME = 100;
/** How long to wait for the log to grow before looking whether anybody still follows, in milliseconds. */
const LOOK_EVERY_MS = 1_000;

/** An event, as it comes to somebody who follows. */
export interface ReleasedEvent {
  readonly place: ReleasedPlace;
  readonly event: RecordedEvent;
  /** Go on behind this one to miss nothing and get nothing twice. */
  readonly cursor: string;
}

/** What is there for an audience behind a place. */
export interface ReleasedBehind {
  /** Where they lie, in order. */
  readonly places: readonly ReleasedPlace[];
  /** The events there, loaded as they are taken; to be gone through once. */
  readonly released: AsyncIterable<ReleasedEvent>;
  /** The place to go on behind. */
  readonly next: ReleasePoint;
  readonly isAll: boolean;
}

/** What is there for an audience behind a place, at most so many, and the place to go on behind. */
export async function releasedBehind(
  sources: Pick<ReadSources, 'readStream'>,
  scope: ReadScope,
  behind: ReleasePoint,
  filter: LogFilter,
  limit = AT_A_TIME,
): Promise<ReleasedBehind> {
  const places = await releasedPlaces(scope, behind, filter, limit);
  const last = places.at(-1);
  const isAll = places.length < limit;
  // Where nothing more is there, what was looked through in vain need not be looked through again. A place
  // that the read models have not reached stays where it is.
  const end = scope.upTo < behind.from ? behind : behindAll(scope.upTo);
  return {
    places,
    released: releasedAt(sources, scope, places),
    next: isAll || last === undefined ? end : last,
    isAll,
  };
}

async function* releasedAt(
  sources: Pick<ReadSources, 'readStream'>,
  scope: ReadScope,
  places: readonly ReleasedPlace[],
): AsyncGenerator<ReleasedEvent, void, undefined> {
  for await (const { place, event } of loadedEvents(sources, scope, places))
    yield { place, event, cursor: cursorOf(place, scope) };
}

/**
 * The events that are there for an audience behind a place, in order, each once: first those that are there
 * already, then each as it comes, until `signal` is aborted. The next are read when those before were taken.
 */
export async function* releasedEvents(
  sources: ReadSources,
  audience: Audience,
  behind: ReleasePoint,
  filter: LogFilter,
  signal: AbortSignal,
): AsyncGenerator<ReleasedEvent, void, undefined> {
  let after = behind;
  while (!signal.aborted) {
    const scope = new ReadScope(sources, audience);
    const { released, next, isAll } = await releasedBehind(sources, scope, after, filter);
    for await (const one of released) {
      if (signal.aborted) return;
      yield one;
    }
    after = next;
    if (isAll) await untilGrown(sources, scope.upTo, LOOK_EVERY_MS, signal);
  }
}

/** Waits until the read models hold something behind the position, for a bounded time, or until the signal is aborted. */
export async function untilGrown(
  { grown }: Pick<ReadSources, 'grown'>,
  behind: Position,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<void> {
  if (signal.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const stop = (): void => resolve();
  signal.addEventListener('abort', stop);
  await Promise.race([grown(behind, timeoutMs), promise]);
  signal.removeEventListener('abort', stop);
}
