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

interface Allowance {
  left: number;
  /** Milliseconds since 1970. */
  at: number;
}

/**
 * How much a sender may ask: so much cost a minute, and as much at once where it has not asked for a minute. The
 * cost of a query is what it is measured at (`src/api/limits.ts`); answers that are kept cost nothing.
 */
export class RateLimit {
  readonly #perMinute: number;
  readonly #now: () => Date;
  readonly #allowances = new Lru<Allowance>(MAX_SENDERS);

  /** @param perMinute 0: no limit */
  constructor(perMinute: number, now: () => Date) {
    this.#perMinute = perMinute;
    this.#now = now;
  }

  /**
   * Takes a cost off what the sender may ask.
   * @throws GraphQLError with code RATE_LIMITED where that is not enough, and takes nothing
   */
  charge(request: Pick<FastifyRequest, 'principal' | 'ip'>, cost: number): void {
    if (this.#perMinute === 0 || isThisMachine(request.ip)) return;
    const sender = senderOf(request);
    const now = this.#now().getTime();
    const known = this.#allowances.get(sender) ?? { left: this.#perMinute, at: now };
    const perSecond = this.#perMinute / WINDOW;
    const left = Math.min(this.#perMinute, known.left + ((now - known.at) / 1000) * perSecond);
    if (left < cost)
      throw beyond(cost, Math.floor(left), this.#perMinute, Math.ceil((cost - left) / perSecond));
    this.#allowances.set(sender, { left: left - cost, at: now });
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
export function senderOf({ principal, ip }: Pick<FastifyRequest, 'principal' | 'ip'>): string {
  if (principal.kind === 'SIGNED_IN') return actorOf(principal);
  return ip.includes(':') ? ip.split(':').slice(0, 4).join(':') : ip;
}

/** What runs on this machine is its operator's. A proxy here must say whom it asks for: TRUST_PROXY. */
export function isThisMachine(ip: string): boolean {
  return ip === '::1' || /^(::ffff:)?127\./.test(ip);
}
