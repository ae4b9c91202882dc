import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  type CryptoKey,
  exportJWK,
  generateKeyPair,
  type JWK,
  type JWTHeaderParameters,
  SignJWT,
} from 'jose';

/** The audience that the tests' servers go by. */
export const AUDIENCE = 'toetsspoor';

export interface SigningKey {
  readonly privateKey: CryptoKey;
  readonly publicJwk: JWK;
}

/** An issuer of tokens as a government has one: a discovery document, a set of keys, and tokens. */
export interface TestIssuer {
  readonly url: string;
  /** The keys that it publishes; may be changed. */
  readonly keys: SigningKey[];
  /** Path at which it says that they are, and where they are; may be changed. */
  keysSaidAt: string;
  keysAt: string;
  /** How often its keys were fetched. */
  readonly fetches: () => number;
  /** How often something was asked for that is not there. */
  readonly misses: () => number;
  /** A token as it issues them, but for what is changed; a claim that is undefined is left out. */
  token(
    claims?: Readonly<Record<string, unknown>>,
    header?: Partial<JWTHeaderParameters>,
    key?: SigningKey,
  ): Promise<string>;
  close(): Promise<void>;
}

export async function newKey(alg: 'RS256' | 'PS256' | 'ES256', kid: string): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  return { privateKey, publicJwk: { ...(await exportJWK(publicKey)), alg, kid, use: 'sig' } };
}

export async function startIssuer(...keys: SigningKey[]): Promise<TestIssuer> {
  let fetches = 0;
  let misses = 0;
  let url = '';
  const places = { keysSaidAt: '/keys', keysAt: '/keys' };
  const server: Server = createServer((request, response) => {
    response.setHeader('content-type', 'application/json');
    if (request.url === '/.well-known/openid-configuration')
      response.end(JSON.stringify({ issuer: url, jwks_uri: `${url}${places.keysSaidAt}` }));
    else if (request.url !== places.keysAt) {
      misses += 1;
      response.writeHead(404).end('{}');
    } else {
      fetches += 1;
      response.end(JSON.stringify({ keys: keys.map(({ publicJwk }) => publicJwk) }));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return Object.assign(places, {
    url,
    keys,
    fetches: () => fetches,
    misses: () => misses,
    async token(
      claims: Readonly<Record<string, unknown>> = {},
      header: Partial<JWTHeaderParameters> = {},
      key: SigningKey | undefined = keys[0],
    ) {
      if (key === undefined) throw new Error('the issuer has no key');
      const now = Math.floor(Date.now() / 1000);
      const usual = { iss: url, sub: 'anna', aud: [AUDIENCE], azp: 'dashboard', iat: now, exp: now + 600 };
      const { alg = 'RS256', kid } = key.publicJwk;
      return new SignJWT({ ...usual, jti: 'a', roles: ['auditor'], ...claims })
        .setProtectedHeader({ alg, typ: 'at+jwt', ...(kid && { kid }), ...header })
        .sign(key.privateKey);
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  });
}
