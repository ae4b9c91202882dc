import { randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from 'jose';
import { makeSecret, readSecret, type Secret, SecretFileError } from '../secret-file';

/**
 * The issuer of tokens for trying out: this register itself, by a key in a file that only its owner reads.
 * A server that others can reach does not believe it.
 */
export const LOCAL_ISSUER = 'urn:toetsspoor:local';
const ALGORITHM = 'ES256';
const SECRET: Secret = { what: 'the key for trying out', fileName: 'token-key.json' };

export interface LocalKey {
  readonly privateJwk: JWK;
  readonly publicJwk: JWK;
}

/**
 * The key of the file, or undefined where there is none.
 * @throws SecretFileError where others than its owner may read it, or it holds something else.
 */
export function readLocalKey(file: string): LocalKey | undefined {
  const text = readSecret(file, SECRET);
  return text === undefined ? undefined : parsed(file, text);
}

/** What a token for trying out says of its bearer. */
export interface LocalClaims {
  readonly sub: string;
  readonly roles: readonly string[];
  readonly inspectorates?: readonly string[];
  readonly municipalities?: readonly string[];
  readonly frameworks?: readonly string[];
}

/**
 * A token signed with the key of the file, which is made where there is none.
 * @param lifetime in seconds
 * @throws SecretFileError as {@link readLocalKey}.
 */
export async function signLocalToken(
  file: string,
  claims: LocalClaims,
  { audience, lifetime }: { readonly audience: string; readonly lifetime: number },
): Promise<string> {
  const { privateJwk } = readLocalKey(file) ?? (await makeLocalKey(file));
  return new SignJWT({ ...claims, azp: 'toetsspoor-token' })
    .setProtectedHeader({ alg: ALGORITHM, typ: 'at+jwt', kid: privateJwk.kid ?? '' })
    .setIssuer(LOCAL_ISSUER)
    .setAudience(audience)
    .setIssuedAt()
    .setExpirationTime(`${lifetime}s`)
    .setJti(randomUUID())
    .sign(await importJWK(privateJwk, ALGORITHM));
}

async function makeLocalKey(file: string): Promise<LocalKey> {
  const { privateKey } = await generateKeyPair(ALGORITHM, { extractable: true });
  const jwk = { ...(await exportJWK(privateKey)), alg: ALGORITHM, use: 'sig', kid: randomUUID() };
  return parsed(file, makeSecret(file, SECRET, `${JSON.stringify(jwk)}\n`));
}

function parsed(file: string, text: string): LocalKey {
  try {
    const privateJwk = JSON.parse(text) as JWK;
    const { d, ...publicJwk } = privateJwk;
    if (typeof d === 'string' && publicJwk.kid !== undefined && publicJwk.alg === ALGORITHM)
      return { privateJwk, publicJwk };
  } catch {
    // Said below.
  }
  throw new SecretFileError(
    `${file} is not a key for trying out: remove it, and the next token makes a new one`,
  );
}
