import { countEvents } from '../../projections/event-index';
import type { ReadSources } from '../api/read-sources';
import type { ReleasePoint } from '../api/released-events';
import type { WebhookStatus } from '../api/webhook-status';
import type { Position } from '../domain/events';
import type { DeliveryStates } from './delivery-state';
import { placeOf } from './place';
import { shownAddress, type Webhook } from './webhook';

/** How all webhooks do, in the order of their file. */
export function statusesOf(
  webhooks: readonly Webhook[],
  states: DeliveryStates,
  { database, position }: Pick<ReadSources, 'database' | 'position'>,
): WebhookStatus[] {
  return webhooks.map((webhook) => {
    const { id, url, types } = webhook;
    const state = states.of(id);
    const place = states.placeOf(id) ?? (state.position === null ? null : placeOf(webhook, state.position));
    const pending = place === null ? 0 : countEvents(database, lastPassed(place), position());
    return { id, url: shownAddress(url), types, ...state, pending };
  });
}

/** Up to which position all was told; beside an event that came later than its time lie others that did. */
function lastPassed({ position, from }: ReleasePoint): Position {
  return from === position || position === Number.MAX_SAFE_INTEGER ? from : from - 1;
}
