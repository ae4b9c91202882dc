import { setTimeout as sleep } from 'node:timers/promises';
import { pointOf } from '../api/event-page';
import { type CloudEventOptions, cloudEvent } from '../api/following/cloud-events';
import { releasedEvents } from '../api/following/follow';
import { ReadScope } from '../api/read-scope';
import type { ReadSources } from '../api/read-sources';
import { DeliveryStates } from './delivery-state';
import type { Webhook } from './webhook';

/** How long to wait before each further attempt, in seconds: some three days in all, as Standard Webhooks advises. */
export const RETRY_AFTER_SECONDS: readonly number[] = [
  5,
  5 * 60,
  30 * 60,
  ...[2, 5, 10, 14, 20, 24].map((hours) => hours * 60 * 60),
];
/** How long a receiver may take to answer, in milliseconds. */
const ANSWER_WITHIN_MS = 15_000;
/** How often to look whether a webhook that is dead was revived, in milliseconds. */
const LOOK_EVERY_MS = 5_000;
/** A wait is longer or shorter by up to this part, so that webhooks do not all come back at once. */
const JITTER = 0.1;

export interface DeliveryOptions {
  readonly sources: ReadSources;
  readonly states: DeliveryStates;
  readonly cloudEvents: CloudEventOptions;
  /** Told where a webhook died. */
  readonly onError?: (error: unknown) => void;
  /** In milliseconds of time that passes; replaced in tests. */
  readonly wait?: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

/**
 * Tells all webhooks of what happens until `signal` is aborted; each goes its own way.
 * @param path of the file that keeps how far each is
 */
export async function deliverAll(
  webhooks: readonly Webhook[],
  options: Omit<DeliveryOptions, 'states'> & { readonly onError: (error: unknown) => void },
  path: string,
  signal: AbortSignal,
): Promise<void> {
  if (webhooks.length === 0) return;
  const states = new DeliveryStates(path);
  await Promise.all(
    webhooks.map(async (webhook) => {
      while (!signal.aborted) {
        try {
          await deliver(webhook, { ...options, states }, signal);
        } catch (error) {
          // Nothing was taken as told, so it begins again where it was.
          options.onError(error);
          await waited(LOOK_EVERY_MS, signal);
        }
      }
    }),
  );
  states.close();
}

/**
 * Tells a webhook of every event that it sees, in order, each until it is taken, until `signal` is aborted. An
 * event may come twice, with the same `webhook-id`; none is left out. After the last attempt, or where the receiver
 * answers 410 Gone, the webhook is dead: it stays where it is until it is revived.
 * @throws what reading the log throws
 */
export async function deliver(
  webhook: Webhook,
  options: DeliveryOptions,
  signal: AbortSignal,
): Promise<void> {
  const { sources, states, wait = waited } = options;
  while (!signal.aborted) {
    const state = states.of(webhook.id);
    if (state.deadSince !== null) {
      await wait(LOOK_EVERY_MS, signal);
      continue;
    }
    const behind = pointOf(state.position);
    for await (const released of releasedEvents(
      sources,
      webhook.audience,
      behind,
      { types: webhook.types, stream: null },
      signal,
    )) {
      const scope = new ReadScope(sources, webhook.audience);
      const message = JSON.stringify(await cloudEvent(scope, released, options.cloudEvents, 'small'));
      const isTaken = await deliverOne(webhook, released.event.id, message, options, signal);
      if (!isTaken) break;
      states.save(webhook.id, { ...NOTHING_WRONG, position: released.cursor });
    }
  }
}

const NOTHING_WRONG = { attempts: 0, nextAttemptAt: null, lastError: null, deadSince: null } as const;

/** @returns false where the webhook is dead, or nobody waits for it any more */
async function deliverOne(
  webhook: Webhook,
  id: string,
  message: string,
  { sources, states, onError, wait = waited }: DeliveryOptions,
  signal: AbortSignal,
): Promise<boolean> {
  while (!signal.aborted) {
    const state = states.of(webhook.id);
    const leftMs =
      state.nextAttemptAt === null ? 0 : Date.parse(state.nextAttemptAt) - sources.now().getTime();
    // In parts, so that one that is revived meanwhile is tried at once.
    if (leftMs > 0) {
      await wait(Math.min(leftMs, LOOK_EVERY_MS), signal);
      continue;
    }
    const failure = await send(webhook, id, message, sources.now(), signal);
    if (signal.aborted) return false;
    if (failure === null) return true;
    const afterSeconds = RETRY_AFTER_SECONDS[state.attempts];
    const now = sources.now();
    const isDead = afterSeconds === undefined || failure.isFinal;
    const jitter = 1 + JITTER * (2 * Math.random() - 1);
    states.save(webhook.id, {
      position: state.position,
      attempts: state.attempts + 1,
      lastError: failure.what,
      deadSince: isDead ? now.toISOString() : null,
      nextAttemptAt: isDead ? null : new Date(now.getTime() + afterSeconds * 1000 * jitter).toISOString(),
    });
    if (!isDead) continue;
    onError?.(
      new Error(
        `the webhook ${webhook.id} is dead: ${failure.what}; revive it with \`webhooks --revive ${webhook.id}\``,
      ),
    );
    return false;
  }
  return false;
}

interface Failure {
  readonly what: string;
  /** Whether the receiver wants no more. */
  readonly isFinal: boolean;
}

async function send(
  webhook: Webhook,
  id: string,
  message: string,
  at: Date,
  signal: AbortSignal,
): Promise<Failure | null> {
  try {
    const response = await fetch(webhook.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/cloudevents+json; charset=utf-8',
        ...webhook.sign(id, at, message),
      },
      body: message,
      // Elsewhere is not where we were asked to send.
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_WITHIN_MS)]),
    });
    await response.body?.cancel();
    return response.ok
      ? null
      : { what: `the receiver answered ${response.status}`, isFinal: response.status === 410 };
  } catch (error) {
    const { cause, name } = error as Error;
    const code = (cause as NodeJS.ErrnoException | undefined)?.code;
    const what =
      name === 'TimeoutError'
        ? `no answer within ${ANSWER_WITHIN_MS / 1000} s`
        : `not reached${code ? ` (${code})` : ''}`;
    return { what, isFinal: false };
  }
}

async function waited(milliseconds: number, signal: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, { signal }).catch(() => {});
}
