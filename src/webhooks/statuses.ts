import { countEvents } from '../../projections/event-index';
import type { ReadSources } from '../api/read-sources';
import type { ReleasePoint } from '../api/released-events';
import type { WebhookStatus } from '../api/webhook-status';
import type { Position } from '../domain/events';
import type { DeliveryStates } from './delivery-state';
import { KeptPlaceError, keptPlaceOf } from './place';
import { shownAddress, type Webhook } from './webhook';

/**
 * How all webhooks do, in the order of their file. One whose place cannot be read says so, with all events pending:
 * it must not hide how the others do.
 */
export function statusesOf(
  webhooks: readonly Webhook[],
  states: DeliveryStates,
  { database, position }: Pick<ReadSources, 'database' | 'position'>,
): WebhookStatus[] {
  return webhooks.map((webhook) => {
    const { id, url, types } = webhook;
    const state = states.of(id);
    const status = { id, url: shownAddress(url), types, ...state };
    const pendingBehind = (place: ReleasePoint): number =>
      countEvents(database, lastPassed(place), position());
    const known = states.placeOf(id);
    if (known !== undefined) return { ...status, pending: pendingBehind(known) };
    if (state.position === null) return { ...status, pending: 0 };
    try {
      return { ...status, pending: pendingBehind(keptPlaceOf(webhook, state.position)) };
    } catch (error) {
      if (!(error instanceof KeptPlaceError)) throw error;
      return { ...status, pending: pendingBehind({ position: 0, from: 0 }), lastError: error.message };
    }
  });
}

/** Up to which position all was told; beside an event that came later than its time lie others that did. */
function lastPassed({ position, from }: ReleasePoint): Position {
  return from === position || position === Number.MAX_SAFE_INTEGER ? from : from - 1;
}
