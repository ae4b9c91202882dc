import type { ErrorCode } from './errors';

/** Why the sender of a request is not believed: as much as may be told to anybody. */
export type AuthenticationProblem =
  | 'NOT_ACCEPTED'
  | 'OTHER_LOCAL_KEY'
  | 'EXPIRED'
  | 'TOKEN_IN_ADDRESS'
  | 'ISSUER_UNREACHABLE';

/**
 * What is answered: status, code, message, and what `WWW-Authenticate` has behind the realm (RFC 6750). Messages fit
 * into the frame that closes a WebSocket: at most 123 bytes (RFC 6455, section 5.5).
 */
const ANSWERS: Readonly<Record<AuthenticationProblem, readonly [number, ErrorCode, string, string]>> = {
  NOT_ACCEPTED: [
    401,
    'UNAUTHENTICATED',
    'the token is not accepted; expected one Authorization: Bearer TOKEN, of an issuer trusted here, made for this register',
    ', error="invalid_token"',
  ],
  // For this machine only: others are not told that tokens of this kind are believed here.
  OTHER_LOCAL_KEY: [
    401,
    'UNAUTHENTICATED',
    'the token is one for trying out, of another DATA_DIR; expected one that npm run token prints with that of this server',
    ', error="invalid_token"',
  ],
  EXPIRED: [
    401,
    'UNAUTHENTICATED',
    'the token has expired; expected a new one',
    ', error="invalid_token", error_description="The token has expired"',
  ],
  TOKEN_IN_ADDRESS: [
    400,
    'BAD_REQUEST',
    'a token in an address can be read by others and is refused; expected it in the header Authorization, and a new one',
    ', error="invalid_request"',
  ],
  ISSUER_UNREACHABLE: [
    503,
    'ISSUER_UNREACHABLE',
    'the issuer of the token cannot be reached to check it; try again shortly',
    '',
  ],
};

/**
 * The sender of a request is not believed. What it says is fit for callers; what was behind it, for the operator, is
 * its cause.
 */
export class AuthenticationError extends Error {
  override readonly name = 'AuthenticationError';
  readonly problem: AuthenticationProblem;
  readonly statusCode: number;
  readonly code: ErrorCode;
  /** The header `WWW-Authenticate`; null where another token would not help. */
  readonly challenge: string | null;
  /** Who issued the token, where that is one who is trusted; else null. */
  readonly issuer: string | null;

  constructor(problem: AuthenticationProblem, options?: ErrorOptions, issuer: string | null = null) {
    const [statusCode, code, message, detail] = ANSWERS[problem];
    super(message, options);
    this.problem = problem;
    this.statusCode = statusCode;
    this.code = code;
    this.issuer = issuer;
    this.challenge = statusCode === 503 ? null : `Bearer realm="toetsspoor"${detail}`;
  }
}
