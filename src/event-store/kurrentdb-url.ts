import { KurrentDBClient } from '@kurrent/kurrentdb-client';
import { UnusableLogError } from './event-store';

/**
 * What stands behind `?` in the URL; the client knows a few more, which would work against us: with
 * `nodePreference`, a write would be read back from a node that does not have it yet.
 */
const OPTIONS: readonly string[] = [
  'tls',
  'tlsVerifyCert',
  'tlsCAFile',
  'userCertFile',
  'userKeyFile',
  'connectionName',
  'discoveryInterval',
  'gossipTimeout',
  'maxDiscoverAttempts',
  'keepAliveInterval',
  'keepAliveTimeout',
];

/**
 * The client for a URL. What the URL holds is checked here first, because the client prints what it does not
 * know, password and all.
 * @throws UnusableLogError, which never holds user or password
 */
export function clientOf(url: string): KurrentDBClient {
  if (url.indexOf('@') !== url.lastIndexOf('@')) {
    throw new UnusableLogError(
      'EVENT_STORE_URL has more than one @: expected one, between USER:PASSWORD and HOST; write any other as %40',
    );
  }
  for (const [option = ''] of optionsOf(url)) {
    if (!OPTIONS.some((known) => known.toLowerCase() === option.toLowerCase())) {
      throw new UnusableLogError(
        `EVENT_STORE_URL has the option "${option}"; known are ${OPTIONS.join(', ')}`,
      );
    }
  }
  silenceAddressWarning();
  try {
    return KurrentDBClient.connectionString(url);
  } catch (error) {
    // The client's errors of parsing repeat what they could not parse.
    const parsing = !(error instanceof Error) || 'connectionString' in error || error.message.includes(url);
    throw new UnusableLogError(
      parsing
        ? 'EVENT_STORE_URL cannot be read: expected kurrentdb://HOST:PORT, several hosts with commas, USER:PASSWORD@ before them where needed (special characters as %XX), ?OPTION=VALUE behind them'
        : `EVENT_STORE_URL: ${error.message}`,
    );
  }
}

let isSilenced = false;

/**
 * Keeps Node.js from warning (DEP0123) that TLS is told an address for a name. A cluster's nodes may be known by
 * address alone, the check of their certificate is none the worse for it, and who operates us can change nothing.
 */
function silenceAddressWarning(): void {
  if (isSilenced) return;
  isSilenced = true;
  const emit = process.emitWarning as (...about: unknown[]) => void;
  process.emitWarning = (...about: unknown[]): void => {
    if (!about.includes('DEP0123')) emit.apply(process, about);
  };
}

/** The hosts that a URL names, without user, password and options: what may be printed. */
export function placeOf(url: string): string {
  const from = Math.max(url.indexOf('://') + 3, url.lastIndexOf('@') + 1);
  return (url.slice(from).split('?', 1)[0] ?? '').replace(/\/+$/, '');
}

function optionsOf(url: string): string[][] {
  const begin = url.indexOf('?', url.lastIndexOf('@') + 1);
  return begin < 0
    ? []
    : url
        .slice(begin + 1)
        .split('&')
        .map((option) => option.split('=', 2));
}
