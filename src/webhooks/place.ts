import { GraphQLError } from 'graphql';
import { pointBefore, pointOf } from '../api/event-cursors';
import type { ReleasePoint } from '../api/released-events';
import type { Audience } from '../domain/audience';

/** Who is told, and where they begin. */
interface Told {
  readonly id: string;
  readonly audience: Audience;
  readonly from: string;
}

/**
 * The place that a webhook is at. Where it sees otherwise than when it was given the cursor, it would miss events
 * behind it: it then begins again where it wants all from the start, and else with what came together with the
 * event of the cursor.
 * @throws GraphQLError with code BAD_USER_INPUT where the cursor is none of events
 */
export function placeOf({ audience, from }: Pick<Told, 'audience' | 'from'>, cursor: string): ReleasePoint {
  try {
    return pointOf(cursor, { audience, logMark: null });
  } catch (error) {
    if (!(error instanceof GraphQLError) || error.extensions.code !== 'CURSOR_OF_OTHER_RIGHTS') throw error;
    return from === 'start' ? pointOf(null, { audience, logMark: null }) : pointBefore(cursor);
  }
}

/** The place that is kept for a webhook cannot be read. */
export class KeptPlaceError extends Error {
  override readonly name = 'KeptPlaceError';
}

/**
 * The place that a webhook has come to, as it is kept.
 * @throws KeptPlaceError where that is none: where to go on only its operator can tell
 */
export function keptPlaceOf(webhook: Told, position: string): ReleasePoint {
  try {
    return placeOf(webhook, position);
  } catch (error) {
    throw new KeptPlaceError(
      `the webhook ${webhook.id} is kept at "${position}", which is no position of an event; give it another id to begin where its "from" says`,
      { cause: error },
    );
  }
}
