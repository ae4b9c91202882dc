import { GraphQLError } from 'graphql';
import { pointBefore, pointOf } from '../api/event-page';
import type { ReleasePoint } from '../api/released-events';
import type { Webhook } from './webhook';

/**
 * The place that a webhook is at. Where it sees otherwise than when it was given the cursor, it would miss events
 * behind it: it then begins again where it wants all from the start, and else with what came together with the
 * event of the cursor.
 */
export function placeOf(
  { audience, from }: Pick<Webhook, 'audience' | 'from'>,
  cursor: string,
): ReleasePoint {
  try {
    return pointOf(cursor, audience);
  } catch (error) {
    if (!(error instanceof GraphQLError) || error.extensions.code !== 'CURSOR_OF_OTHER_RIGHTS') throw error;
    return from === 'start' ? pointOf(null, audience) : pointBefore(cursor);
  }
}
