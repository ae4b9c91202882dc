import type { Audience } from '../domain/audience';
import type { Position } from '../domain/events';
import { audienceKey } from './audience-key';
import { fromCursor, toCursor } from './connection';
import { userError } from './errors';
import { behindAll, type ReleasePoint } from './released-events';

/**
 * A position of the log; an event, by its position and by whom it is seen; the same with where it was released; and
 * that without by whom, as earlier versions had it: such a cursor may be anybody's.
 */
const FORMS = [
  ['number'],
  ['number', 'string'],
  ['number', 'number', 'string'],
  ['number', 'number'],
] as const;
/** What one who reads events holds: followers have the position of the last one. */
const EXPECTED =
  'the position of an event, the position that an answer of this register had, or an endCursor or edge cursor of it';

/** Who reads, and what. */
export interface CursorReader {
  readonly audience: Audience;
  /** What tells the log from others; null where that is not to be looked at, or before its first event. */
  readonly logMark: string | null;
}

/** Stands between whom a cursor is for and the mark of its log, which those of earlier versions lack. */
const MARK = '@';
/**
 * The cursor of a place, for who reads: to others the events come in another order. That of an event that is there
 * from its own position on is its position alone.
 */
export function cursorOf(
  { position, from }: ReleasePoint,
  { audience, logMark: mark }: CursorReader,
): string {
  const key = audienceKey(audience) + (mark === null ? '' : MARK + mark);
  return from === position ? toCursor(position, key) : toCursor(position, from, key);
}

/**
 * The place that a cursor stands for; before the first event where there is none. What is a position of the log and
 * no more, as answers have it, is the place behind all that was there by then.
 * @throws GraphQLError with code CURSOR_OF_OTHER_RIGHTS where the cursor was given to who sees otherwise,
 *   CURSOR_OF_ANOTHER_LOG where it was given in another log
 */
export function pointOf(
  cursor: string | null | undefined,
  { audience, logMark: mark }: CursorReader,
): ReleasePoint {
  const values = valuesOf(cursor);
  if (values === null) return { position: 0, from: 0 };
  if (mark !== null && isOfAnotherLog(String(cursor), mark))
    throw userError(
      `after "${cursor}" was given in another log, which begins with another event; leave it out to begin with this one`,
      'CURSOR_OF_ANOTHER_LOG',
    );
  const position = Number(values[0]);
  if (values.length === 1) return behindAll(position);
  if (String(values.at(-1)).split(MARK)[0] !== audienceKey(audience))
    throw userError(
      `after "${cursor}" was given to somebody with other rights, or does not say to whom; to others events come in another order, so going on behind it may miss some; leave it out to begin again: an event that you had is known by its id`,
      'CURSOR_OF_OTHER_RIGHTS',
    );
  return { position, from: values.length === 2 ? position : Number(values[1]) };
}

/** Whether a cursor was given in another log than that; one that does not say in which may be of any. */
export function isOfAnotherLog(cursor: string, mark: string): boolean {
  const [, its = mark] = String(valuesOf(cursor)?.at(-1)).split(MARK);
  return its !== mark;
}

/** The place before all that came together with the event of a cursor, whoever it was given to. */
export function pointBefore(cursor: string): ReleasePoint {
  const places = valuesOf(cursor)?.filter((value) => typeof value === 'number') ?? [];
  const [position = 0, from = position] = places;
  return behindAll(from - 1);
}

/** How far the log went where the event of a cursor was there for who it was given to. */
export function reachOf(cursor: string): Position {
  return Number(valuesOf(cursor)?.findLast((value) => typeof value === 'number'));
}

/** The position of the event that a cursor stands for, whoever it was given to. */
export function positionOf(cursor: string): Position {
  const [position] = valuesOf(cursor) ?? [];
  return Number(position);
}

/** @throws GraphQLError with code BAD_USER_INPUT where it is no cursor of events */
function valuesOf(cursor: string | null | undefined): ReturnType<typeof fromCursor> {
  const values = fromCursor(cursor, FORMS, EXPECTED);
  if (values?.some((value) => typeof value === 'number' && !(Number.isSafeInteger(value) && value >= 0)))
    throw userError(`after "${cursor}" is not a cursor of this list; expected ${EXPECTED}`);
  return values;
}
