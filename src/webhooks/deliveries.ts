import { setTimeout as sleep } from 'node:timers/promises';
import { BEYOND } from '../api/awaited-cursors';
import { cursorOf, isOfAnotherLog } from '../api/event-cursors';
import { type CloudEventOptions, cloudEvent } from '../api/following/cloud-events';
import { releasedBehind } from '../api/following/follow';
import { logMark } from '../api/log-mark';
import { ReadScope } from '../api/read-scope';
import type { ReadSources } from '../api/read-sources';
import { behindAll, type ReleasePoint } from '../api/released-events';
import { type TraceContext, traceContextOf, traceparentOf } from '../api/trace-context';
import type { Position } from '../domain/events';
import type { DeliveryStates } from './delivery-state';
import { keptPlaceOf, placeOf } from './place';
import { post } from './post';
import type { Webhook } from './webhook';

/** How long to wait before each further attempt, in seconds: some three days in all, as Standard Webhooks advises. */
export const RETRY_AFTER_SECONDS: readonly number[] = [
  5,
  5 * 60,
  30 * 60,
  ...[2, 5, 10, 14, 20, 24].map((hours) => hours * 60 * 60),
];
/** The longest wait that a receiver may ask for by `Retry-After`, in seconds. */
export const MAX_RETRY_AFTER_SECONDS = 24 * 60 * 60;
/** How long a receiver may take to answer, in milliseconds. */
const ANSWER_WITHIN_MS = 15_000;
/** How often to look whether a webhook that is dead was revived, in milliseconds. */
const LOOK_EVERY_MS = 5_000;
/** How long to wait for the log to grow before looking whether anybody still delivers, in milliseconds. */
const GROWN_WITHIN_MS = 1_000;
/** A wait is longer or shorter by up to this part, so that webhooks do not all come back at once. */
const JITTER = 0.1;

export interface DeliveryOptions {
  readonly sources: ReadSources;
  readonly states: DeliveryStates;
  /** The last position of the log itself, which the read models may not have reached. */
  readonly logEnd: () => Promise<Position>;
  readonly cloudEvents: CloudEventOptions;
  /** Told where a webhook died, with the trace of the last request to it. */
  readonly onError?: (error: unknown, trace: TraceContext | null) => void;
  /** In milliseconds of time that passes; replaced in tests. */
  readonly wait?: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

/** Tells all webhooks of what happens until `signal` is aborted; each goes its own way. */
export async function deliverAll(
  webhooks: readonly Webhook[],
  options: DeliveryOptions & Required<Pick<DeliveryOptions, 'onError'>>,
  signal: AbortSignal,
): Promise<void> {
  await Promise.all(
    webhooks.map(async (webhook) => {
      while (!signal.aborted) {
        try {
          await deliver(webhook, options, signal);
        } catch (error) {
          // Nothing was taken as told, so it begins again where it was.
          options.onError(error, null);
          await waited(LOOK_EVERY_MS, signal);
        }
      }
    }),
  );
}

/**
 * Tells a webhook of every event that it sees, in order, each until it is taken, until `signal` is aborted. An
 * event may come twice, with the same `webhook-id`; none is left out. After the last attempt, or where the receiver
 * answers 410 Gone, the webhook is dead: it stays where it is until it is revived.
 * @throws KeptPlaceError
 * @throws what reading the log throws
 */
export async function deliver(
  webhook: Webhook,
  options: DeliveryOptions,
  signal: AbortSignal,
): Promise<void> {
  const { id, audience, types } = webhook;
  const { sources, states, wait = waited } = options;
  let behind = await beginning(webhook, options);
  let isInLog = false;
  next: while (!signal.aborted) {
    if (states.of(id).deadSince !== null) {
      await wait(LOOK_EVERY_MS, signal);
      continue;
    }
    const whyNot: string | null = isInLog ? null : await whyNotInLog(behind, states.of(id).position, options);
    isInLog = whyNot === null;
    if (whyNot !== null) {
      // Now, rather than when the log has grown so far: by then it would have missed events.
      die(webhook, `its place "${states.of(id).position}" ${whyNot}`, ANOTHER_ID, options, null);
      continue;
    }
    const scope = new ReadScope(sources, audience);
    const { released, next, isAll } = await releasedBehind(sources, scope, behind, { types, stream: null });
    for await (const one of released) {
      const content = await cloudEvent(new ReadScope(sources, audience), one, options.cloudEvents, 'small');
      const isTaken = await deliverOne(webhook, one.event.id, JSON.stringify(content), options, signal);
      if (!isTaken) continue next;
      const lastTakenAt = sources.now().toISOString();
      states.save(id, { ...NOTHING_WRONG, position: one.cursor, lastTakenAt });
      behind = one.place;
    }
    behind = next;
    if (isAll && !signal.aborted) await sources.grown(scope.upTo, GROWN_WITHIN_MS);
  }
}

/**
 * The place behind which a webhook is to be told: where it was, or else where it says to begin, from then on.
 * @throws KeptPlaceError
 */
async function beginning(
  webhook: Webhook,
  { sources, states, logEnd }: DeliveryOptions,
): Promise<ReleasePoint> {
  const { id, from, audience } = webhook;
  const state = states.of(id);
  if (state.position !== null) return keptPlaceOf(webhook, state.position);
  if (from === 'start') return behindAll(0);
  const place = from === 'now' ? behindAll(await logEnd()) : placeOf(webhook, from);
  const reader = { audience, logMark: logMark(sources.database) };
  states.save(id, { ...state, position: from === 'now' ? cursorOf(place, reader) : from });
  return place;
}

/** Why nothing can be told behind a place; null where it lies in this log. */
async function whyNotInLog(
  { from }: ReleasePoint,
  cursor: string | null,
  { sources, logEnd }: DeliveryOptions,
): Promise<string | null> {
  const mark = logMark(sources.database);
  if (cursor !== null && mark !== null && isOfAnotherLog(cursor, mark)) return 'is of another log';
  return from <= sources.position() || from <= (await logEnd()) ? null : BEYOND;
}

const NOTHING_WRONG = { attempts: 0, nextAttemptAt: null, lastError: null, deadSince: null } as const;

/** @returns false where the webhook is dead, or nobody waits for it any more */
async function deliverOne(
  webhook: Webhook,
  id: string,
  message: string,
  options: DeliveryOptions,
  signal: AbortSignal,
): Promise<boolean> {
  const { sources, states, wait = waited } = options;
  // One trace a message, in which each attempt is an action of its own.
  const traceparent = traceparentOf(traceContextOf({}));
  while (!signal.aborted) {
    const state = states.of(webhook.id);
    const leftMs =
      state.nextAttemptAt === null ? 0 : Date.parse(state.nextAttemptAt) - sources.now().getTime();
    // In parts, so that one that is revived meanwhile is tried at once.
    if (leftMs > 0) {
      await wait(Math.min(leftMs, LOOK_EVERY_MS), signal);
      continue;
    }
    const trace = traceContextOf({ traceparent });
    const failure = await send(webhook, id, message, { at: sources.now(), trace }, signal);
    if (signal.aborted) return false;
    if (failure === null) return true;
    const afterSeconds = RETRY_AFTER_SECONDS[state.attempts];
    const now = sources.now();
    const tried = { ...state, attempts: state.attempts + 1 };
    if (afterSeconds === undefined || failure.isFinal) {
      states.save(webhook.id, tried);
      die(webhook, failure.what, '', options, trace);
      return false;
    }
    const jitter = 1 + JITTER * (2 * Math.random() - 1);
    const waitSeconds = Math.max(afterSeconds * jitter, failure.retryAfterSeconds);
    states.save(webhook.id, {
      ...tried,
      lastError: failure.what,
      nextAttemptAt: new Date(now.getTime() + waitSeconds * 1000).toISOString(),
    });
  }
  return false;
}

/** What else an operator may do where the place of a webhook is not in the log. */
const ANOTHER_ID = ', or give it another id to begin where its "from" says';

/** Has a webhook left alone until it is revived, and says so, with the trace of the last request to it. */
function die(
  { id }: Webhook,
  why: string,
  orElse: string,
  { sources, states, onError }: DeliveryOptions,
  trace: TraceContext | null,
): void {
  const deadSince = sources.now().toISOString();
  states.save(id, { ...states.of(id), lastError: why, deadSince, nextAttemptAt: null });
  onError?.(
    new Error(`the webhook ${id} is dead: ${why}; revive it with \`webhooks --revive ${id}\`${orElse}`),
    trace,
  );
}

interface Failure {
  readonly what: string;
  /** Whether the receiver wants no more. */
  readonly isFinal: boolean;
  /** How long the receiver asks to wait at least; 0 where it does not. */
  readonly retryAfterSeconds: number;
}

async function send(
  webhook: Webhook,
  id: string,
  message: string,
  { at, trace }: { readonly at: Date; readonly trace: TraceContext },
  signal: AbortSignal,
): Promise<Failure | null> {
  try {
    const { status, retryAfter } = await post(
      webhook.url,
      {
        'content-type': 'application/cloudevents+json; charset=utf-8',
        traceparent: traceparentOf(trace),
        ...webhook.sign(id, at, message),
      },
      message,
      AbortSignal.any([signal, AbortSignal.timeout(ANSWER_WITHIN_MS)]),
    );
    if (status >= 200 && status < 300) return null;
    return {
      what: `the receiver answered ${status}`,
      isFinal: status === 410,
      retryAfterSeconds: grantedSeconds(retryAfter, at),
    };
  } catch (error) {
    const { code, name } = error as NodeJS.ErrnoException;
    const what =
      name === 'TimeoutError'
        ? `no answer within ${ANSWER_WITHIN_MS / 1000} s`
        : `not reached${typeof code === 'string' ? ` (${code})` : ''}`;
    return { what, isFinal: false, retryAfterSeconds: 0 };
  }
}

/** The wait that a header `Retry-After` asks for, a number of seconds or an instant, as far as it is granted. */
function grantedSeconds(header: string | undefined, now: Date): number {
  const text = header?.trim() ?? '';
  const seconds = /^\d+$/.test(text) ? Number(text) : (Date.parse(text) - now.getTime()) / 1000;
  return Number.isNaN(seconds) ? 0 : Math.min(Math.max(seconds, 0), MAX_RETRY_AFTER_SECONDS);
}

async function waited(milliseconds: number, signal: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, { signal }).catch(() => {});
}
