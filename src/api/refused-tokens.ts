import { decodeJwt, decodeProtectedHeader, errors } from 'jose';
import { AuthenticationError } from './authentication-error';
import type { TraceContext } from './trace-context';

/** How often the operator is told at most that tokens of one issuer break one rule, in milliseconds. */
const TELL_EVERY_MS = 60_000;
/** The most that is shown of what a token says, in characters: others choose it. */
const MAX_SHOWN = 100;

/**
 * What a token must be and is not. Its message is for the operator: it shows what the token says only quoted and
 * shortened, and never the token itself, nor who it speaks of.
 */
export class BrokenRule extends Error {
  override readonly name = 'BrokenRule';
  /** The claim, the parameter of the header, or the part of the request: one of a fixed set. */
  readonly rule: string;

  constructor(rule: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.rule = rule;
  }
}

/** A claim or parameter that says something else than is expected. */
export function otherThanExpected(rule: string, value: unknown, expected: string): BrokenRule {
  const said = value === undefined ? 'is not there' : `is ${quoted(value)}`;
  return new BrokenRule(rule, `${rule} ${said}; expected ${expected}`);
}

/** As JSON in printable ASCII, so that it can end no line and steer no terminal. */
function quoted(value: unknown): string {
  const json = JSON.stringify(value).replace(
    /[^ -~]/g,
    (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return json.length <= MAX_SHOWN ? json : `${json.slice(0, MAX_SHOWN)}…`;
}

const A_TIME = 'a time, in seconds since 1970';

/** Which rule a token breaks that `jose` refused; null where the fault is not the token's. */
export function brokenRule(error: unknown, token: string, audience: string): BrokenRule | null {
  if (error instanceof BrokenRule) return error;
  const options = { cause: error };
  if (error instanceof errors.JWTExpired || error instanceof errors.JWTClaimValidationFailed) {
    const { claim, payload } = error;
    if (claim === 'aud')
      return otherThanExpected('aud', payload.aud, `${JSON.stringify(audience)} (OIDC_AUDIENCE) in it`);
    // Whoever it speaks of is not for a log.
    if (claim === 'sub') return new BrokenRule('sub', 'sub is not there', options);
    if (error instanceof errors.JWTExpired) return otherThanExpected('exp', payload.exp, 'a time to come');
    if (claim === 'nbf') return otherThanExpected('nbf', payload.nbf, `${A_TIME}, that has come`);
    return otherThanExpected(claim, payload[claim], A_TIME);
  }
  if (error instanceof errors.JOSEAlgNotAllowed)
    return otherThanExpected('alg', headerOf(token).alg, 'RS256, PS256 or ES256');
  if (error instanceof errors.JWKSNoMatchingKey) {
    const { kid, alg } = headerOf(token);
    const key = `kid ${kid === undefined ? '(none)' : quoted(kid)} and alg ${quoted(alg)}`;
    return new BrokenRule('kid', `its issuer publishes no key that fits ${key}`, options);
  }
  if (error instanceof errors.JWKSMultipleMatchingKeys)
    return new BrokenRule('kid', 'it names no kid, and several keys of its issuer fit', options);
  if (error instanceof errors.JWSSignatureVerificationFailed)
    return new BrokenRule('signature', 'it is not signed by the key that it names', options);
  const isOfToken =
    error instanceof errors.JWSInvalid ||
    error instanceof errors.JWTInvalid ||
    error instanceof errors.JOSENotSupported;
  return isOfToken ? new BrokenRule('form', `it is no JWT that is read here (${error.code})`, options) : null;
}

/** The issuer that a token names, believed or not. */
export function issuerNamedBy(token: string): unknown {
  try {
    return decodeJwt(token).iss;
  } catch {
    return undefined;
  }
}

function headerOf(token: string): ReturnType<typeof decodeProtectedHeader> {
  try {
    return decodeProtectedHeader(token);
  } catch {
    return {};
  }
}

/** Whom operators are told by. */
export interface Operator {
  /** Told of what somebody should look into, and is no fault of the register's. */
  readonly onWarning: (message: string, trace: TraceContext | null) => void;
  /** Told of what went wrong here. */
  readonly onError: (error: unknown, trace: TraceContext | null) => void;
}

/**
 * Tells the operator why tokens are refused, which callers are not told. Whoever sends bad tokens can fill no log: of
 * each rule and each issuer that is trusted there is one line a minute at most, which says how many came beside it.
 */
export class RefusedTokens {
  readonly #operator: Operator;
  readonly #nowMs: () => number;
  readonly #told = new Map<string, { readonly at: number; untold: number }>();

  /** @param nowMs a clock that never goes back: by one that is set back, nothing would be told until it is there again */
  constructor(operator: Operator, nowMs: () => number = () => performance.now()) {
    this.#operator = operator;
    this.#nowMs = nowMs;
  }

  /** @param trace what it belongs to; made only where it is told */
  tell(refusal: AuthenticationError, trace: () => TraceContext): void {
    const { problem, issuer, cause } = refusal;
    const rule = cause instanceof BrokenRule ? cause.rule : problem;
    const key = `${rule} ${issuer ?? ''}`;
    const now = this.#nowMs();
    const last = this.#told.get(key);
    if (last !== undefined && now < last.at + TELL_EVERY_MS) {
      last.untold += 1;
      return;
    }
    this.#told.set(key, { at: now, untold: 0 });
    if (problem === 'ISSUER_UNREACHABLE') {
      this.#operator.onError(refusal, trace());
      return;
    }
    const of = issuer === null ? '' : ` of ${issuer}`;
    const why = cause instanceof BrokenRule ? cause.message : refusal.message;
    const others = last === undefined || last.untold === 0 ? '' : `; as were ${last.untold} before it`;
    this.#operator.onWarning(`a token${of} is refused by the rule ${rule}: ${why}${others}`, trace());
  }
}
