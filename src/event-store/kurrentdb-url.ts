import { KurrentDBClient } from '@kurrent/kurrentdb-client';
import { UnusableLogError } from './event-store';

/** What stands behind `?` in the URL; the client knows a few more, which would work against us. */
const OPTIONS: readonly string[] = [
  'tls',
  'tlsVerifyCert',
  'tlsCAFile',
  'userCertFile',
  'userKeyFile',
  'connectionName',
  'nodePreference',
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
  for (const [option = ''] of optionsOf(url)) {
    if (!OPTIONS.some((known) => known.toLowerCase() === option.toLowerCase())) {
      throw new UnusableLogError(
        `EVENT_STORE_URL has the option "${option}"; known are ${OPTIONS.join(', ')}`,
      );
    }
  }
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

/** The hosts that a URL names, without user, password and options: what may be printed. */
export function placeOf(url: string): string {
  const rest = url.slice(url.indexOf('://') + 3).split('?', 1)[0] ?? '';
  return rest.slice(rest.lastIndexOf('@') + 1).replace(/\/+$/, '');
}

function optionsOf(url: string): string[][] {
  const at = url.lastIndexOf('@');
  const begin = url.indexOf('?', at + 1);
  return begin < 0
    ? []
    : url
        .slice(begin + 1)
        .split('&')
        .map((option) => option.split('=', 2));
}
