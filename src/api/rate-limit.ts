import { setTimeout as sleep } from 'node:timers/promises';
import { HeaderMap } from '@apollo/server';
import type { FastifyRequest } from 'fastify';
import { GraphQLError } from 'graphql';
import type { ErrorCode } from './errors';
import { Lru } from './lru';
import { actorOf } from './principal';

/** Senders whose allowance is remembered; one that was forgotten has a full one again. */
const MAX_SENDERS = 20_000;
/** How long an allowance takes to fill up, in seconds. */
const WINDOW = 60;
/** What a request costs before it is known what it asks. */
export const COST_OF_ASKING = 10;

/** Whom a cost is taken from. */
export type Sender = Pick<FastifyRequest, 'principal' | 'ip'>;

interface Allowance {
  left: number;
  /** Milliseconds, by a clock that never goes back. */
  at: number;
}

/**
 * How much a sender may ask: so much cost a minute, and as much at once where it has not asked for a minute. The
 * cost of a query is what it is measured at (`src/api/limits.ts`); answers that are kept cost nothing.
 */
export class RateLimit {
  readonly #perMinute: number;
  readonly #nowMs: () => number;
  readonly #allowances = new Lru<Allowance>(MAX_SENDERS);

  /**
   * @param perMinute 0: no limit
   * @param nowMs a clock that never goes back: that of the day may be set, and would hold up everybody meanwhile
   */
  constructor(perMinute: number, nowMs = () => performance.now()) {
    this.#perMinute = perMinute;
    this.#nowMs = nowMs;
  }

  /**
   * Takes a cost off what the sender may ask.
   * @throws GraphQLError with code RATE_LIMITED where that is not enough, and takes nothing
   */
  charge(sender: Sender, cost: number): void {
    const short = this.#take(sender, cost);
    if (short !== null) throw beyond(cost, short.left, this.#perMinute, short.seconds);
  }

  /**
   * Takes a cost off what the sender may ask, once that is enough for it; until then it waits.
   * @param cost one that was let in by {@link charge}: more than a minute gives is never there
   * @param signal ends the waiting, and takes nothing
   */
  async spend(sender: Sender, cost: number, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const short = this.#take(sender, cost);
      if (short === null) return;
      await sleep(short.seconds * 1000, undefined, { signal }).catch(() => {});
    }
  }

  /** What is left and how long the rest takes to come back, where a cost is more than that; else takes it. */
  #take(from: Sender, cost: number): { readonly left: number; readonly seconds: number } | null {
    if (this.#perMinute === 0 || isThisMachine(from.ip)) return null;
    const sender = senderOf(from);
    const now = this.#nowMs();
    const known = this.#allowances.get(sender) ?? { left: this.#perMinute, at: now };
    const perSecond = this.#perMinute / WINDOW;
    const left = Math.min(this.#perMinute, known.left + ((now - known.at) / 1000) * perSecond);
    if (left < cost) return { left: Math.floor(left), seconds: Math.ceil((cost - left) / perSecond) };
    this.#allowances.set(sender, { left: left - cost, at: now });
    return null;
  }
}

function beyond(cost: number, left: number, perMinute: number, seconds: number): GraphQLError {
  return limited(
    `the request costs ${cost} and ${left} is left of ${perMinute} a minute; try again in ${seconds} s`,
    seconds,
    [
      ['ratelimit-policy', `"cost";q=${perMinute};w=${WINDOW}`],
      ['ratelimit', `"cost";r=${left};t=${seconds}`],
    ],
  );
}

/** Says that there was too much, and in how many seconds to try again. */
export function limited(
  message: string,
  seconds: number,
  more: readonly (readonly [name: string, value: string])[] = [],
): GraphQLError {
  const headers = new HeaderMap([['retry-after', String(seconds)], ...more]);
  return new GraphQLError(message, {
    extensions: { code: 'RATE_LIMITED' satisfies ErrorCode, http: { status: 429, headers } },
  });
}

/** Who is signed in, or else where the request comes from: of IPv6 the network, as one has many addresses. */
export function senderOf({ principal, ip }: Sender): string {
  if (principal.kind === 'SIGNED_IN') return actorOf(principal);
  return networkOf(ip);
}

/** The first 64 bits of an IPv6 address, however it is written; an IPv4 address as it is. */
function networkOf(ip: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip);
  if (mapped?.[1] !== undefined) return mapped[1];
  if (!ip.includes(':')) return ip;
  const [before = [], behind] = ip.split('::').map((part) => part.split(':').filter((group) => group !== ''));
  const zeros = behind === undefined ? 0 : Math.max(0, 8 - before.length - behind.length);
  const groups = [...before, ...Array(zeros).fill('0'), ...(behind ?? [])];
  return groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':');
}

/** What runs on this machine is its operator's. A proxy here must say whom it asks for: TRUST_PROXY. */
export function isThisMachine(ip: string): boolean {
  return ip === '::1' || /^(::ffff:)?127\./.test(ip);
}
