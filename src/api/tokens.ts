import { hash } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  customFetch,
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
import { BrokenRule, brokenRule, issuerNamedBy, otherThanExpected } from './refused-tokens';

/** Which tokens are believed. */
export interface TokenRules {
  /** Issuers (`iss`) that are trusted: URLs, each with its keys where its discovery document says. */
  readonly issuers: readonly string[];
  /** What this register is called in a token (`aud`). */
  readonly audience: string;
  /** The clients (`azp`, or else `client_id`) whose tokens are taken; null: those of every client. */
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
/**
 * How soon to look again for an issuer that could not be reached, and for a key that it did not have, in
 * milliseconds: however many tokens name one, it is asked no more often.
 */
const LOOK_AGAIN_AFTER_MS = 5_000;
/** How long what an issuer says about itself is believed, and its keys, in milliseconds: both may change. */
const KEYS_FOR_MS = 300_000;

/** Where the keys of an issuer are fetched. */
interface IssuerKeys {
  readonly keys: Promise<RemoteKeys>;
  /** From when it is asked again where they are, by the clock that never goes back; so is {@link goodUntil}. */
  askAgainAt: number;
  /** Until when it may be asked beside using these. */
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
    if (countOf(raw.rawHeaders, 'authorization') !== 1) throw malformed('it comes more than once');
    const [, token] = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(authorization) ?? [];
    if (token === undefined) throw malformed('it is not Bearer, one blank, and a signed JWT');
    if (token.length > MAX_CHARACTERS)
      throw malformed(`the token has ${token.length} characters; accepted are at most ${MAX_CHARACTERS}`);
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
    const issuer = issuerNamedBy(token);
    try {
      const trusted = this.#trusted(issuer);
      const { payload, protectedHeader } = await jwtVerify(token, await this.#keysOf(trusted), {
        issuer: trusted,
        audience: this.#rules.audience,
        algorithms: ALGORITHMS,
        clockTolerance: CLOCK_TOLERANCE,
        currentDate: this.#now(),
        requiredClaims: ['sub', 'exp', 'iat'],
      });
      this.#checkType(protectedHeader.typ);
      this.#checkTimes(payload);
      this.#checkClient(payload);
      return { principal: toPrincipal(payload), expires: payload.exp ?? 0 };
    } catch (error) {
      const isOfOtherKey = error instanceof errors.JWKSNoMatchingKey && issuer === LOCAL_ISSUER;
      if (isOfOtherKey && isFromThisMachine(sender))
        throw new AuthenticationError('OTHER_LOCAL_KEY', { cause: error }, issuer);
      const known = this.#isTrusted(issuer) ? issuer : null;
      const broken = brokenRule(error, token, this.#rules.audience);
      if (broken !== null) {
        const problem = error instanceof errors.JWTExpired ? 'EXPIRED' : 'NOT_ACCEPTED';
        throw new AuthenticationError(problem, { cause: broken }, known);
      }
      if (known !== null) this.#askAgainSoon(known);
      throw new AuthenticationError('ISSUER_UNREACHABLE', { cause: error }, known);
    }
  }

  #isTrusted(issuer: unknown): issuer is string {
    const { issuers, localKeyFile } = this.#rules;
    return issuers.includes(issuer as string) || (issuer === LOCAL_ISSUER && localKeyFile !== null);
  }

  #trusted(issuer: unknown): string {
    if (this.#isTrusted(issuer)) return issuer;
    const expected =
      issuer === LOCAL_ISSUER
        ? 'one of OIDC_ISSUERS: tokens for trying out are believed only without these, without TRUST_PROXY, and with HOST on this machine'
        : 'one of OIDC_ISSUERS, to the letter';
    throw otherThanExpected('iss', issuer, expected);
  }

  /** The keys of an issuer that is trusted: of others nothing is ever fetched. */
  async #keysOf(issuer: string): Promise<JWTVerifyGetKey> {
    const { localKeyFile } = this.#rules;
    if (issuer === LOCAL_ISSUER && localKeyFile !== null) {
      const key = readLocalKey(localKeyFile);
      return createLocalJWKSet({ keys: key === undefined ? [] : [key.publicJwk] });
    }
    const known = this.#keys.get(issuer);
    const now = this.#nowMs();
    if (known !== undefined && now < known.askAgainAt) return known.keys;
    const keys = this.#remoteKeys(issuer);
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
    const soon = this.#nowMs() + LOOK_AGAIN_AFTER_MS;
    if (known !== undefined) known.askAgainAt = Math.min(known.askAgainAt, soon);
  }

  /** The keys of an issuer, fetched from where it says that they are when they are needed, and seldom. */
  async #remoteKeys(issuer: string): Promise<RemoteKeys> {
    let askedAt = Number.NEGATIVE_INFINITY;
    return createRemoteJWKSet(await jwksAddress(issuer), {
      timeoutDuration: ISSUER_TIMEOUT_MS,
      cacheMaxAge: KEYS_FOR_MS,
      cooldownDuration: LOOK_AGAIN_AFTER_MS,
      // The cooldown holds after keys that came; this one after those that did not.
      [customFetch]: async (address, options) => {
        const now = this.#nowMs();
        if (now < askedAt + LOOK_AGAIN_AFTER_MS)
          throw new Error(
            `the keys of ${issuer} could not be fetched just before, and are not asked for again yet`,
          );
        askedAt = now;
        return fetch(address, options);
      },
    });
  }

  #checkType(typ: string | undefined): void {
    const type = typ?.toLowerCase().replace(/^application\//, '');
    if (type === undefined || !this.#rules.types.includes(type))
      throw otherThanExpected('typ', typ, `one of OIDC_TOKEN_TYPES: ${this.#rules.types.join(', ')}`);
  }

  #checkTimes({ iat, exp = Number.NaN }: JWTPayload): void {
    const now = this.#now().getTime() / 1000;
    if (!(typeof iat === 'number' && iat <= now + CLOCK_TOLERANCE && iat < exp))
      throw otherThanExpected('iat', iat, 'a time that has come, before exp');
    if (!(exp - iat <= MAX_LIFETIME))
      throw new BrokenRule('exp', `exp lies ${exp - iat} s behind iat; accepted are at most ${MAX_LIFETIME}`);
  }

  /** The client is `azp` by the profile of NL GOV, `client_id` by RFC 9068; an issuer that follows both says it twice. */
  #checkClient({ azp, client_id: id }: JWTPayload): void {
    const { clients } = this.#rules;
    const client = azp ?? id;
    const isOne = typeof client === 'string' && client !== '' && (id === undefined || id === client);
    if (!isOne)
      throw otherThanExpected(
        'azp',
        azp === undefined || id === undefined ? client : [azp, id],
        'one client',
      );
    if (clients !== null && !clients.includes(client))
      throw otherThanExpected('azp', client, 'one of OIDC_CLIENTS');
  }
}

/** The header `Authorization` is not what it must be; what it has, which may be a token, is shown to nobody. */
function malformed(why: string): AuthenticationError {
  return new AuthenticationError('NOT_ACCEPTED', { cause: new BrokenRule('Authorization', why) });
}

/** A subject: at most 255 ASCII characters (OpenID Connect Core, section 2), none of control, no blank around them. */
const SUBJECT = /^[!-~](?:[ -~]{0,253}[!-~])?$/;

/** Who a token speaks of. A claim that has another form than is agreed on says nothing that could be relied on. */
function toPrincipal({ iss = '', sub, ...claims }: JWTPayload): SignedIn {
  // It becomes the actor of events. Typed as a string, and still whatever the issuer has put into the token.
  if (typeof sub !== 'string' || !SUBJECT.test(sub))
    throw new BrokenRule(
      'sub',
      'sub is not 1 to 255 printable characters of ASCII, without a blank around them',
    );
  const list = (name: string): readonly string[] | null => {
    const value = claims[name];
    if (value === undefined) return null;
    if (!Array.isArray(value) || !value.every((one) => typeof one === 'string'))
      throw otherThanExpected(name, value, 'a list of texts');
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
