import { hash } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  decodeJwt,
  errors,
  type JWTPayload,
  type JWTVerifyGetKey,
  jwtVerify,
} from 'jose';
import { AuthenticationError } from './authentication-error';
import { LOCAL_ISSUER, readLocalKey } from './local-issuer';
import { Lru } from './lru';
import { ANONYMOUS, type Principal, ROLES, type SignedIn } from './principal';
import { isThisMachine } from './rate-limit';

/** Which tokens are believed. */
export interface TokenRules {
  /** Issuers (`iss`) that are trusted: URLs, each with its keys where its discovery document says. */
  readonly issuers: readonly string[];
  /** What this register is called in a token (`aud`). */
  readonly audience: string;
  /** The clients (`azp`) whose tokens are taken; null: those of every client. */
  readonly clients: readonly string[] | null;
  /** The types that a token may have in its header (`typ`). */
  readonly types: readonly string[];
  /** File of the key that tokens for trying out are signed with; null where none of these are believed. */
  readonly localKeyFile: string | null;
}

/** Asymmetric ones only: whoever can check a token cannot make one (NL GOV profile: RS256, PS256; and ES256). */
const ALGORITHMS = ['RS256', 'PS256', 'ES256'];
/** Longer ones are refused unread; the headers of a request together are at most 16 KiB. */
const MAX_CHARACTERS = 8_192;
/** How far clocks may differ, in seconds. */
const CLOCK_TOLERANCE = 30;
/** A token that is valid for longer than a day is no access token. */
const MAX_LIFETIME = 24 * 60 * 60;
/** How long a token that was verified is believed without looking again, in milliseconds: keys may be withdrawn. */
const BELIEVED_FOR_MS = 300_000;
const MAX_BELIEVED = 2_000;
/** How long to wait for an issuer, in milliseconds. */
const ISSUER_TIMEOUT_MS = 5_000;
/** How soon to look again for an issuer that could not be reached, in milliseconds. */
const LOOK_AGAIN_AFTER_MS = 5_000;
/** How long what an issuer says about itself is believed, and its keys, in milliseconds: both may change. */
const KEYS_FOR_MS = 300_000;

/** Where the keys of an issuer are fetched. */
interface IssuerKeys {
  readonly keys: Promise<RemoteKeys>;
  /** From when it is asked again where they are; milliseconds since 1970. */
  askAgainAt: number;
  /** Until when it may be asked beside using these; milliseconds since 1970. */
  readonly goodUntil: number;
}

type RemoteKeys = ReturnType<typeof createRemoteJWKSet>;

interface Believed {
  readonly principal: SignedIn;
  /** Seconds since 1970. */
  readonly expires: number;
  /** By a clock that never goes back, in milliseconds. */
  readonly untilMs: number;
}

/**
 * Tells who sends a request, by the bearer token in its header `Authorization` (RFC 6750) as the NL GOV
 * Assurance profile for OAuth 2.0 and RFC 9068 have it. Without a token it is anybody; with one that is not
 * believed it is refused, and never taken for anybody's.
 */
export class Authenticator {
  readonly #rules: TokenRules;
  readonly #keys = new Map<string, IssuerKeys>();
  /** By digest, so that no token is kept. */
  readonly #believed = new Lru<Believed>(MAX_BELIEVED);
  readonly #now: () => Date;
  readonly #nowMs: () => number;

  /** @param nowMs a clock that never goes back: by one that is set back, a key that was withdrawn would be believed on */
  constructor(
    rules: TokenRules,
    now: () => Date = () => new Date(),
    nowMs: () => number = () => performance.now(),
  ) {
    this.#rules = rules;
    this.#now = now;
    this.#nowMs = nowMs;
  }

  /** Who sends the request, where that is known without waiting; else a promise of it, which may reject. */
  principalOf({ query, raw }: Pick<FastifyRequest, 'query' | 'raw'>): Principal | Promise<Principal> {
    // An address is written to logs and histories.
    if (typeof query === 'object' && query !== null && 'access_token' in query)
      throw new AuthenticationError('TOKEN_IN_ADDRESS');
    const { authorization } = raw.headers;
    if (authorization === undefined) return ANONYMOUS;
    // Node.js gives the first of several; another one before us may have looked at the last.
    if (countOf(raw.rawHeaders, 'authorization') !== 1) throw new AuthenticationError('NOT_ACCEPTED');
    const [, token] = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(authorization) ?? [];
    if (token === undefined || token.length > MAX_CHARACTERS) throw new AuthenticationError('NOT_ACCEPTED');
    const digest = hash('sha256', token, 'base64');
    const believed = this.#believed.get(digest);
    const nowMs = this.#nowMs();
    const isBelieved =
      believed !== undefined && nowMs < believed.untilMs && this.#now().getTime() / 1000 < believed.expires;
    if (isBelieved) return believed.principal;
    return this.#verify(token, raw).then(({ principal, expires }) => {
      this.#believed.set(digest, { principal, expires, untilMs: nowMs + BELIEVED_FOR_MS });
      return principal;
    });
  }

  async #verify(
    token: string,
    sender: FastifyRequest['raw'],
  ): Promise<{ principal: SignedIn; expires: number }> {
    let issuer: string | undefined;
    try {
      const { iss = '' } = decodeJwt(token);
      issuer = iss;
      const { payload, protectedHeader } = await jwtVerify(token, await this.#keysOf(iss), {
        issuer: iss,
        audience: this.#rules.audience,
        algorithms: ALGORITHMS,
        clockTolerance: CLOCK_TOLERANCE,
        currentDate: this.#now(),
        requiredClaims: ['sub', 'exp', 'iat'],
      });
      const type = protectedHeader.typ?.toLowerCase().replace(/^application\//, '');
      if (type === undefined || !this.#rules.types.includes(type))
        throw new AuthenticationError('NOT_ACCEPTED');
      this.#checkTimes(payload);
      this.#checkClient(payload);
      return { principal: toPrincipal(payload), expires: payload.exp ?? 0 };
    } catch (error) {
      const isOfOtherKey = error instanceof errors.JWKSNoMatchingKey && issuer === LOCAL_ISSUER;
      if (isOfOtherKey && isFromThisMachine(sender))
        throw new AuthenticationError('OTHER_LOCAL_KEY', { cause: error });
      const refusal = refusalFor(error);
      if (refusal.problem === 'ISSUER_UNREACHABLE' && issuer !== undefined) this.#askAgainSoon(issuer);
      throw refusal;
    }
  }

  /** The keys of an issuer that is trusted: of others nothing is ever fetched. */
  async #keysOf(issuer: string): Promise<JWTVerifyGetKey> {
    const { issuers, localKeyFile } = this.#rules;
    if (issuer === LOCAL_ISSUER && localKeyFile !== null) {
      const key = readLocalKey(localKeyFile);
      return createLocalJWKSet({ keys: key === undefined ? [] : [key.publicJwk] });
    }
    if (!issuers.includes(issuer)) throw new AuthenticationError('NOT_ACCEPTED');
    const known = this.#keys.get(issuer);
    const now = this.#now().getTime();
    if (known !== undefined && now < known.askAgainAt) return known.keys;
    const keys = remoteKeys(issuer);
    const asked: IssuerKeys = { keys, askAgainAt: now + KEYS_FOR_MS, goodUntil: now + KEYS_FOR_MS };
    keys.catch(() => this.#askAgainSoon(issuer));
    if (known !== undefined && now < known.goodUntil) {
      known.askAgainAt = now + LOOK_AGAIN_AFTER_MS;
      const atHand = await known.keys.catch(() => null);
      if (atHand?.fresh) {
        // Others take their place once they have come: whoever names keys that are not there must not cost anybody these.
        keys
          .then(async (others) => {
            await others.reload();
            this.#keys.set(issuer, asked);
          })
          .catch(() => {});
        return atHand;
      }
    }
    this.#keys.set(issuer, asked);
    return keys;
  }

  /** An issuer that could not be reached may be elsewhere by now; not every request asks it, though. */
  #askAgainSoon(issuer: string): void {
    const known = this.#keys.get(issuer);
    const soon = this.#now().getTime() + LOOK_AGAIN_AFTER_MS;
    if (known !== undefined) known.askAgainAt = Math.min(known.askAgainAt, soon);
  }

  #checkTimes({ iat, exp = Number.NaN }: JWTPayload): void {
    const now = this.#now().getTime() / 1000;
    if (!(typeof iat === 'number' && iat <= now + CLOCK_TOLERANCE && iat < exp && exp - iat <= MAX_LIFETIME))
      throw new AuthenticationError('NOT_ACCEPTED');
  }

  #checkClient({ azp }: JWTPayload): void {
    const { clients } = this.#rules;
    if (typeof azp !== 'string' || azp === '' || (clients !== null && !clients.includes(azp)))
      throw new AuthenticationError('NOT_ACCEPTED');
  }
}

/** A subject: at most 255 ASCII characters (OpenID Connect Core, section 2), none of control, no blank around them. */
const SUBJECT = /^[!-~](?:[ -~]{0,253}[!-~])?$/;

/** Who a token speaks of. A claim that has another form than is agreed on says nothing that could be relied on. */
function toPrincipal({ iss = '', sub, ...claims }: JWTPayload): SignedIn {
  // It becomes the actor of events. Typed as a string, and still whatever the issuer has put into the token.
  if (typeof sub !== 'string' || !SUBJECT.test(sub)) throw new AuthenticationError('NOT_ACCEPTED');
  const list = (name: string): readonly string[] | null => {
    const value = claims[name];
    if (value === undefined) return null;
    if (!Array.isArray(value) || !value.every((one) => typeof one === 'string'))
      throw new AuthenticationError('NOT_ACCEPTED');
    return value;
  };
  const roles = list('roles') ?? [];
  const municipalities = list('municipalities');
  const frameworks = list('frameworks');
  // Where nothing is said at all, nothing is meant: a forgotten claim opens no door.
  const isLimited = municipalities !== null || frameworks !== null;
  return {
    kind: 'SIGNED_IN',
    subject: sub,
    issuer: iss,
    roles: ROLES.filter((role) => roles.includes(role)),
    inspectorates: list('inspectorates') ?? [],
    municipalities: isLimited ? municipalities : [],
    frameworks: isLimited ? frameworks : [],
  };
}

function refusalFor(error: unknown): AuthenticationError {
  if (error instanceof AuthenticationError) return error;
  if (error instanceof errors.JWTExpired) return new AuthenticationError('EXPIRED');
  const isOfIssuer =
    !(error instanceof errors.JOSEError) ||
    error instanceof errors.JWKSTimeout ||
    error instanceof errors.JWKSInvalid ||
    // Its keys came in another form, or not at all.
    error.code === errors.JOSEError.code;
  return new AuthenticationError(isOfIssuer ? 'ISSUER_UNREACHABLE' : 'NOT_ACCEPTED', { cause: error });
}

/** The keys of an issuer, fetched from where it says that they are when they are needed. */
async function remoteKeys(issuer: string): Promise<RemoteKeys> {
  return createRemoteJWKSet(await jwksAddress(issuer), {
    timeoutDuration: ISSUER_TIMEOUT_MS,
    cacheMaxAge: KEYS_FOR_MS,
  });
}

/** Where an issuer has its keys, by its discovery document (OpenID Connect Discovery, RFC 8414). */
async function jwksAddress(issuer: string): Promise<URL> {
  const response = await fetch(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`, {
    signal: AbortSignal.timeout(ISSUER_TIMEOUT_MS),
    redirect: 'error',
  });
  if (!response.ok) throw new Error(`the discovery document of ${issuer} answers ${response.status}`);
  const document = (await response.json()) as { issuer?: unknown; jwks_uri?: unknown };
  if (document.issuer !== issuer || typeof document.jwks_uri !== 'string')
    throw new Error(`the discovery document of ${issuer} is not its own, or names no jwks_uri`);
  const address = new URL(document.jwks_uri);
  if (address.protocol !== 'https:' && new URL(issuer).protocol === 'https:')
    throw new Error(`the discovery document of ${issuer} names keys that do not come by https`);
  return address;
}

/** True where the request comes from this machine, and from nobody behind a proxy on it. */
function isFromThisMachine({ socket, headers }: FastifyRequest['raw']): boolean {
  const isForwarded = ['forwarded', 'x-forwarded-for', 'via'].some((name) => headers[name] !== undefined);
  return !isForwarded && isThisMachine(socket?.remoteAddress ?? '');
}

function countOf(rawHeaders: readonly string[], name: string): number {
  return rawHeaders.filter((header, index) => index % 2 === 0 && header.toLowerCase() === name).length;
}
