import { KurrentDBClient } from '@kurrent/kurrentdb-client';
import { UnusableLogError } from './event-store';

/**
 * What stands behind `?` in the URL; the client knows a few more, which would work against us: with
 * `nodePreference`, a write would be read back from a node that does not have it yet.
 */
const OPTIONS: Readonly<Record<string, readonly [expected: string, format: RegExp]>> = {
  tls: ['true or false', /^(true|false)$/],
  tlsVerifyCert: ['true or false', /^(true|false)$/],
  tlsCAFile: ['a file', /./],
  userCertFile: ['a file', /./],
  userKeyFile: ['a file', /./],
  connectionName: ['a name', /./],
  discoveryInterval: ['milliseconds', /^\d{1,9}$/],
  gossipTimeout: ['milliseconds', /^\d{1,9}$/],
  maxDiscoverAttempts: ['a whole number', /^\d{1,9}$/],
  keepAliveInterval: ['milliseconds', /^\d{1,9}$/],
  keepAliveTimeout: ['milliseconds', /^\d{1,9}$/],
};

/**
 * What is wrong with a URL, and in which part of it; null where nothing is. It never holds user or password.
 * The client would print what it does not know, password and all.
 */
export function problemOf(url: string): string | null {
  const [authority = '', ...more] = url.slice(url.indexOf('://') + 3).split('@');
  if (more.length > 1)
    return 'has more than one @: expected one, between USER:PASSWORD and HOST; write any other as %40';
  const [behind = authority] = more;
  const begin = behind.indexOf('?');
  const hosts = begin < 0 ? behind : behind.slice(0, begin);
  const problem =
    (more.length > 0 ? problemOfCredentials(authority) : null) ?? problemOfHosts(hosts.replace(/\/+$/, ''));
  return problem ?? (begin < 0 ? null : problemOfOptions(behind.slice(begin + 1)));
}

function problemOfCredentials(credentials: string): string | null {
  const parts = credentials.split(':');
  if (parts.length !== 2 || parts.includes(''))
    return 'has something else than USER:PASSWORD before the @; write a : within either as %3A';
  for (const [index, part] of parts.entries()) {
    const of = index === 0 ? 'the user' : 'the password';
    if (/[^\w.~!$&'()*+;=%-]/.test(part))
      return `has a character in ${of} that must be written as %XX there, as / is %2F, ? is %3F and # is %23`;
    if (/%(?![0-9A-Fa-f]{2})/.test(part))
      return `has a % in ${of} that two hexadecimal digits do not follow; write % itself as %25`;
  }
  return null;
}

/** It repeats nothing of them: where the @ was forgotten, what stands there is user and password. */
function problemOfHosts(hosts: string): string | null {
  for (const host of hosts.split(',')) {
    const [name = '', port = '2113', ...more] = host.split(':');
    if (name === '') return 'has no host where one is expected: kurrentdb://HOST:PORT, several with commas';
    if (more.length > 0 || !/^[\w.-]+$/.test(name))
      return 'has a host that is none; expected HOST:PORT, the name or IPv4 address of a server and its port';
    if (!/^\d{1,5}$/.test(port) || Number(port) < 1 || Number(port) > 65_535)
      return 'has a port that is none; expected HOST:PORT with a number from 1 to 65535';
  }
  return null;
}

function problemOfOptions(options: string): string | null {
  for (const option of options.split('&')) {
    const equals = option.indexOf('=');
    const [name, value] = equals < 0 ? [option, ''] : [option.slice(0, equals), option.slice(equals + 1)];
    const known = Object.keys(OPTIONS).find((one) => one.toLowerCase() === name.toLowerCase());
    if (known === undefined) return `has the option "${name}"; known are ${Object.keys(OPTIONS).join(', ')}`;
    const [expected, format] = OPTIONS[known] ?? [];
    if (format?.test(value) !== true || /%(?![0-9A-Fa-f]{2})/.test(value))
      return `has the option "${known}" with the value "${value}"; expected ${expected}`;
  }
  return null;
}

/**
 * The client for a URL.
 * @throws UnusableLogError, which never holds user or password
 */
export function clientOf(url: string): KurrentDBClient {
  const problem = problemOf(url);
  if (problem !== null) throw new UnusableLogError(`EVENT_STORE_URL ${problem}`);
  silenceAddressWarning();
  try {
    return KurrentDBClient.connectionString(url);
  } catch (error) {
    // The client's errors of parsing repeat what they could not parse.
    const parsing = !(error instanceof Error) || 'connectionString' in error || error.message.includes(url);
    throw new UnusableLogError(
      parsing
        ? `the URL of the log at ${placeOf(url)} cannot be read: expected kurrentdb://HOST:PORT, several hosts with commas, USER:PASSWORD@ before them where needed (special characters as %XX), ?OPTION=VALUE behind them`
        : `the log at ${placeOf(url)}: ${error.message}`,
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
