import { type Audience, EVERYTHING, type Limits, PUBLIC } from '../domain/audience';

/**
 * What somebody is here for. `reader`: reads the histories of what is published. `inspector`: reads and writes
 * what its own inspectorates assess. `auditor`: reads everything. `integration`: reads and writes what concerns
 * its own municipalities and frameworks. `admin`: reads and writes everything.
 */
export const ROLES = ['reader', 'inspector', 'auditor', 'integration', 'admin'] as const;
export type Role = (typeof ROLES)[number];
/** The roles that may write, each within its limits. */
export const WRITERS: readonly Role[] = ['inspector', 'integration', 'admin'];

/** Who sends a request: anybody, or somebody whom an issuer that is trusted here vouches for. */
export type Principal = Anonymous | SignedIn;

export interface Anonymous {
  readonly kind: 'ANONYMOUS';
}

export interface SignedIn {
  readonly kind: 'SIGNED_IN';
  /** Who it is (`sub`): unique for its issuer, and never given to another. */
  readonly subject: string;
  /** Who vouches for it (`iss`). */
  readonly issuer: string;
  readonly roles: readonly Role[];
  /** An inspector's own inspectorates, by the names that assessments have for their assessor. */
  readonly inspectorates: readonly string[];
  /** CBS codes of an integration's own municipalities; null where it is not limited to some. */
  readonly municipalities: readonly string[] | null;
  /** Codes of an integration's own frameworks; null where it is not limited to some. */
  readonly frameworks: readonly string[] | null;
}

export const ANONYMOUS: Anonymous = { kind: 'ANONYMOUS' };

/** What the events of a principal name as their actor. An issuer has no fragment, so the parts are told apart. */
export function actorOf({ issuer, subject }: SignedIn): string {
  return `${issuer}#${subject}`;
}

export function hasRole(principal: Principal, roles: readonly Role[]): principal is SignedIn {
  return principal.kind === 'SIGNED_IN' && roles.some((role) => principal.roles.includes(role));
}

/**
 * The limits within which a principal has the rights of any of these roles; none where it has none of the
 * roles. Use it with the rules of {@link Audience} for whether it may read or write something.
 */
export function limitsOf(principal: Principal, roles: readonly Role[] = ROLES): Limits[] {
  if (principal.kind === 'ANONYMOUS') return [];
  return principal.roles
    .filter((role) => roles.includes(role))
    .flatMap((role) => limitsOfRole(principal, role));
}

function limitsOfRole(principal: SignedIn, role: Role): Limits[] {
  const { inspectorates, municipalities, frameworks } = principal;
  switch (role) {
    case 'reader':
      return [];
    case 'inspector':
      return [{ ...EVERYTHING, inspectorates }];
    case 'integration':
      return [{ ...EVERYTHING, municipalities, frameworks }];
    case 'auditor':
    case 'admin':
      return [EVERYTHING];
  }
}

/** What a principal sees beside what is published. */
export function audienceOf(principal: Principal): Audience {
  return principal.kind === 'ANONYMOUS' ? PUBLIC : limitsOf(principal);
}

/**
 * What tells principals apart where answers are kept: the same for two requests only where the same one sends
 * them, with the same rights.
 */
export function keyOfPrincipal(principal: Principal): string {
  if (principal.kind === 'ANONYMOUS') return '';
  let key = keys.get(principal);
  if (key === undefined) {
    const { issuer, subject, roles, inspectorates, municipalities, frameworks } = principal;
    key = JSON.stringify([issuer, subject, roles, inspectorates, municipalities, frameworks]);
    keys.set(principal, key);
  }
  return key;
}

const keys = new WeakMap<SignedIn, string>();
