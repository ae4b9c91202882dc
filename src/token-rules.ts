import { join } from 'node:path';
import type { TokenRules } from './api/tokens';
import type { Config } from './config';

/** Which tokens a server with this configuration believes. */
export function tokenRules(config: Config): TokenRules {
  const { dataDir, issuers, audience, clients, tokenTypes } = config;
  const localKeyFile = whyNoLocalTokens(config) === null ? localKeyFileIn(dataDir) : null;
  return { issuers, audience, clients, types: tokenTypes, localKeyFile };
}

/** Where the key lies that tokens for trying out are signed with. */
export function localKeyFileIn(dataDir: string): string {
  return join(dataDir, 'token-key.json');
}

/** Why a server with this configuration believes no tokens for trying out: others reach it; null where it does. */
export function whyNoLocalTokens({ host, issuers, trustedProxies }: Config): string | null {
  if (!isLoopback(host)) return `HOST is ${host}, which others can reach`;
  if (issuers.length > 0) return 'OIDC_ISSUERS names those who sign tokens here';
  return trustedProxies.length > 0 ? 'TRUST_PROXY names a proxy, by which others reach it' : null;
}

/** True where nobody but this machine itself can reach a server that listens there. */
function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}
