import { ReadScope } from '../api/read-scope';
import type { ReadSources } from '../api/read-sources';
import { behindAll, countReleased, type ReleasePoint } from '../api/released-events';
import type { WebhookStatus } from '../api/webhook-status';
import type { Position } from '../domain/events';
import type { DeliveryState, DeliveryStates } from './delivery-state';
import { KeptPlaceError, keptPlaceOf, placeOf } from './place';
import { shownAddress, type Webhook } from './webhook';

/** How many events were waiting for a webhook behind a place, up to a position. */
interface Counted {
  readonly behind: ReleasePoint;
  readonly upTo: Position;
  readonly pending: number;
}

/** How webhooks do. What waits for each was counted once; from then on what comes and what was taken is. */
export class WebhookStatuses {
  readonly #webhooks: readonly Webhook[];
  readonly #states: DeliveryStates;
  readonly #sources: ReadSources;
  readonly #counted = new Map<string, Counted>();

  constructor(webhooks: readonly Webhook[], states: DeliveryStates, sources: ReadSources) {
    this.#webhooks = webhooks;
    this.#states = states;
    this.#sources = sources;
  }

  /**
   * Of all, in the order of their file. One whose place cannot be read says so, with all that it sees pending: it
   * must not hide how the others do.
   */
  all(): Promise<WebhookStatus[]> {
    return Promise.all(
      this.#webhooks.map(async (webhook) => {
        const { id, url, types } = webhook;
        const state = this.#states.of(id);
        const status = { id, url: shownAddress(url), types, ...state };
        try {
          return { ...status, pending: await this.#pending(webhook, placeNow(webhook, state)) };
        } catch (error) {
          if (!(error instanceof KeptPlaceError)) throw error;
          return { ...status, pending: await this.#pending(webhook, behindAll(0)), lastError: error.message };
        }
      }),
    );
  }

  async #pending(webhook: Webhook, behind: ReleasePoint | null): Promise<number> {
    if (behind === null) return 0;
    const { id, audience, types } = webhook;
    const scope = new ReadScope(this.#sources, audience);
    const { upTo } = scope;
    const count = (from: ReleasePoint, to: Position) => countReleased(scope, from, { types }, to);
    const last = this.#counted.get(id);
    let pending: number;
    if (last === undefined || upTo < last.upTo || isBefore(behind, last.behind) || behind.from > last.upTo) {
      pending = await count(behind, upTo);
    } else {
      const come = await count(behindAll(last.upTo), upTo);
      const taken = (await count(last.behind, behind.from)) - (await count(behind, behind.from));
      pending = last.pending + come - taken;
    }
    this.#counted.set(id, { behind, upTo, pending });
    return pending;
  }
}

/**
 * The place behind which a webhook is told what comes; null before it begins now.
 * @throws KeptPlaceError
 */
function placeNow(webhook: Webhook, { position }: DeliveryState): ReleasePoint | null {
  if (position !== null) return keptPlaceOf(webhook, position);
  const { from } = webhook;
  if (from === 'now') return null;
  return from === 'start' ? behindAll(0) : placeOf(webhook, from);
}

/** Whether a place lies before another one, in the order in which events are there. */
function isBefore(one: ReleasePoint, other: ReleasePoint): boolean {
  return one.from < other.from || (one.from === other.from && one.position < other.position);
}
