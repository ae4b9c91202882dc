import { randomUUID } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from 'jose';

/**
 * The issuer of tokens for trying out: this register itself, by a key in a file that only its owner reads.
 * A server that others can reach does not believe it.
 */
export const LOCAL_ISSUER = 'urn:toetsspoor:local';
const ALGORITHM = 'ES256';

/** The file of the local key cannot be used as it is. Names the file and says what to do. */
export class LocalKeyError extends Error {
  override readonly name = 'LocalKeyError';
}

export interface LocalKey {
  readonly privateJwk: JWK;
  readonly publicJwk: JWK;
}

/**
 * The key of the file, or undefined where there is none.
 * @throws LocalKeyError where others than its owner may read it, or it holds something else.
 */
export function readLocalKey(file: string): LocalKey | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
  // On Windows these bits say nothing: there the folder's access rules do.
  if (process.platform !== 'win32' && (statSync(file).mode & 0o077) !== 0)
    throw new LocalKeyError(`${file} holds the key for trying out and others may read it: chmod 600 it`);
  try {
    const privateJwk = JSON.parse(text) as JWK;
    const { d, ...publicJwk } = privateJwk;
    if (typeof d === 'string' && publicJwk.kid !== undefined && publicJwk.alg === ALGORITHM)
      return { privateJwk, publicJwk };
  } catch {
    // Said below.
  }
  throw new LocalKeyError(
    `${file} is not a key for trying out: remove it, and the next token makes a new one`,
  );
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
 * @throws LocalKeyError as {@link readLocalKey}.
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

/** Makes the file, whole or not at all; of several that make it at once one wins, and all get its key. */
async function makeLocalKey(file: string): Promise<LocalKey> {
  const { privateKey } = await generateKeyPair(ALGORITHM, { extractable: true });
  const jwk = { ...(await exportJWK(privateKey)), alg: ALGORITHM, use: 'sig', kid: randomUUID() };
  const draft = `${file}.${randomUUID()}`;
  const descriptor = openSync(draft, 'wx', 0o600);
  try {
    writeSync(descriptor, `${JSON.stringify(jwk)}\n`);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  try {
    linkSync(draft, file);
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
  } finally {
    unlinkSync(draft);
  }
  const made = readLocalKey(file);
  if (made === undefined) throw new LocalKeyError(`${file} was removed while it was made: try again`);
  return made;
}

function hasCode(error: unknown, code: string): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === code;
}
