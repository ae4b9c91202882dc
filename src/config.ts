import { isIP } from 'node:net';
import { join } from 'node:path';
import { FormatRegistry, type Static, Type as T, type TString } from '@sinclair/typebox';
import { Errors } from '@sinclair/typebox/errors';
import { distance } from 'fastest-levenshtein';

/** What is set from outside, checked. */
export interface Config {
  readonly host: string;
  readonly port: number;
  /** Folder of the log and the read models. */
  readonly dataDir: string;
  /** `sqlite:PATH`, or `kurrentdb://…`, which may hold a password: not to be printed. */
  readonly eventStoreUrl: string;
  /** What the names of our streams begin with on a KurrentDB server. */
  readonly eventStorePrefix: string;
  /** The logs of `copy` where its options do not name them, as in `eventStoreUrl`; null where they must. */
  readonly copy: { readonly from: string | null; readonly to: string | null };
  /** How far the read models may be behind the log for this process to call itself ready, in seconds. */
  readonly maxLagSeconds: number;
  /** Whom developers turn to, as the description of the REST API names them. */
  readonly contact: { readonly name: string; readonly email: string; readonly url: string };
  /** What a new signing key is named, and so the log; null where it is not set. */
  readonly ledgerName: string | null;
  /** File of the signing key; replicas of one log may share it. */
  readonly ledgerKey: string;
  /** How this register names itself in events: a URN. */
  readonly source: string;
  /** Where it is reached from outside, without a slash at the end. */
  readonly publicUrl: string;
  /** File of the webhooks to tell of what happens; null where there are none. */
  readonly webhooksFile: string | null;
  /** Which tokens are believed: see `TokenRules` in `src/api/tokens.ts`. */
  readonly issuers: readonly string[];
  readonly audience: string;
  readonly clients: readonly string[] | null;
  readonly tokenTypes: readonly string[];
  /** File with the only documents that may be asked; null: any may be. */
  readonly documentsFile: string | null;
  readonly introspection: boolean;
  /** Whether the explorer is served, where the schema may be asked for and any document. */
  readonly explorer: boolean;
  /** How much cost a sender may ask a minute; 0: no limit. */
  readonly costPerMinute: number;
  /** How long a request may take, in seconds. */
  readonly requestSeconds: number;
  /** Origins whose pages may ask. */
  readonly origins: readonly string[];
  /** Addresses of proxies that are believed about whom they ask for. */
  readonly trustedProxies: readonly string[];
  readonly logLevel: string;
  /** Where actions are written to: a file, `-` for standard output, or null for nowhere. */
  readonly accessLog: string | null;
  /** URI under which the register of processing activities describes this register; null: not said. */
  readonly processingActivityId: string | null;
  /** Where `/metrics` is served; null: nowhere. */
  readonly metrics: { readonly host: string; readonly port: number } | null;
  /** Collector of OpenTelemetry that spans are sent to; null: none. */
  readonly traceEndpoint: string | null;
}

/** The environment holds something that cannot be used. Lists all that is wrong. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

export const FORMAT_OF_PREFIX = 'letters, digits and . _ -, such as toetsspoor-';

/** What a variable may be, and how an error says so. */
const FORMATS = {
  text: ['some text', () => true],
  port: ['a number from 0 to 65535', (text) => /^\d{1,5}$/.test(text) && Number(text) <= 65_535],
  'log-url': ['sqlite:PATH or kurrentdb://HOST', isEventStoreUrl],
  lag: ['a whole number from 2', (text) => /^\d{1,6}$/.test(text) && Number(text) >= 2],
  'ledger-name': [
    'a name without spaces and "+", such as example.org/toetsspoor',
    (text) => !/[\s+\p{Cc}]/u.test(text),
  ],
  prefix: [FORMAT_OF_PREFIX, isEventStorePrefix],
  issuers: [
    'addresses with https, or with http on this machine, as issuers write them in their tokens, with spaces between',
    (text) => words(text).every(isIssuer),
  ],
  origins: [
    'origins such as https://dashboard.example.nl, with spaces between',
    (text) => words(text).every((word) => URL.parse(word)?.origin === word),
  ],
  addresses: [
    'IP addresses or networks such as 10.0.0.0/8, with spaces between',
    (text) => words(text).every(isNetwork),
  ],
  url: ['an address with http or https', (text) => /^https?:$/.test(URL.parse(text)?.protocol ?? '')],
  uri: ['a URI', (text) => URL.parse(text) !== null],
  'on-off': ['on or off', (text) => text === 'on' || text === 'off'],
  // Less than a query may cost would let nobody ask it.
  cost: [
    '0 or a number from 100000 on',
    (text) => /^\d{1,12}$/.test(text) && (Number(text) === 0 || Number(text) >= 100_000),
  ],
  seconds: [
    'a number of seconds from 1 to 600',
    (text) => /^\d{1,3}$/.test(text) && Number(text) >= 1 && Number(text) <= 600,
  ],
  'log-level': [
    'debug, info, warn, error or silent',
    (text) => /^(debug|info|warn|error|silent)$/.test(text),
  ],
  urn: [
    'a URN such as urn:nld:oin:00000001823288444000:systeem:toetsspoor',
    (text) => /^urn:[a-z0-9][a-z0-9-]{1,31}:\S+$/i.test(text),
  ],
  address: [
    'an address with http or https, without a query',
    (text) => /^https?:$/.test(URL.parse(text)?.protocol ?? '') && !/[?#]/.test(text),
  ],
  words: ['words with spaces between', (text) => words(text).length > 0],
  'token-types': [
    'at+jwt, JWT or both with a space between',
    (text) => words(text).every((word) => /^(at\+)?jwt$/i.test(word)),
  ],
} as const satisfies Record<string, readonly [expected: string, isFit: (text: string) => boolean]>;

for (const [format, [, isFit]] of Object.entries(FORMATS)) FormatRegistry.Set(`config-${format}`, isFit);

/** A variable; without a default it may be left out, and then is not set. */
function variable(
  format: keyof typeof FORMATS,
  description: string,
  options: { default?: string } = {},
): TString {
  return T.String({ format: `config-${format}`, description, ...options });
}

/**
 * Every variable that is read, each a text: what it means, what it may be, and its default. One that is empty
 * counts as not set.
 */
export const Environment = T.Partial(
  T.Object({
    HOST: variable('text', 'Where to listen.', { default: '127.0.0.1' }),
    PORT: variable('port', 'Where to listen; 0 for any free port.', { default: '4000' }),
    DATA_DIR: variable('text', 'Folder of the log and the read models.', { default: 'data' }),
    EVENT_STORE_URL: variable('log-url', 'The log; `sqlite:$DATA_DIR/events.db` where not set.'),
    EVENT_STORE_PREFIX: variable('prefix', 'What the names of our streams begin with on KurrentDB.', {
      default: 'toetsspoor-',
    }),
    COPY_FROM: variable('log-url', 'The log that `copy` takes; `--from` where not set.'),
    COPY_TO: variable('log-url', 'The log that `copy` fills; `--to` where not set.'),
    MAX_LAG_SECONDS: variable(
      'lag',
      'How far read models may be behind for `/readyz` to say ready, in seconds.',
      { default: '10' },
    ),
    LEDGER_NAME: variable('ledger-name', 'What a new signing key, and so the log, is named.'),
    LEDGER_KEY: variable('text', 'File of the signing key; `$DATA_DIR/ledger.key` where not set.'),
    CONTACT_NAME: variable('text', 'Whom developers turn to, as `/v1/openapi.json` says.', {
      default: 'Toetsspoor',
    }),
    CONTACT_EMAIL: variable('text', 'Their e-mail address.', { default: 'toetsspoor@example.nl' }),
    CONTACT_URL: variable('text', 'Their page.', { default: 'https://example.nl/toetsspoor' }),
    CLOUDEVENTS_SOURCE: variable('urn', 'How this register names itself in events (`source`).', {
      default: 'urn:nld:oin:00000000000000000000:systeem:toetsspoor',
    }),
    PUBLIC_URL: variable('address', 'Where it is reached from outside; `http://HOST:PORT` where not set.'),
    WEBHOOKS_FILE: variable('text', 'File of the webhooks to tell of what happens; on one replica only.'),
    OIDC_ISSUERS: variable('issuers', 'Issuers whose tokens are believed; none where not set.'),
    OIDC_AUDIENCE: variable('text', 'What this register is called in tokens (`aud`).', {
      default: 'toetsspoor',
    }),
    OIDC_CLIENTS: variable('words', 'Clients (`azp`) whose tokens are taken; every one where not set.'),
    PERSISTED_DOCUMENTS: variable(
      'text',
      'File with the only documents that may be asked, a JSON object of SHA-256 to text; any may be where not set.',
    ),
    INTROSPECTION: variable('on-off', 'Whether the schema may be asked for.', { default: 'on' }),
    EXPLORER: variable('on-off', 'Whether `/explorer/` is served, where it can work.', { default: 'on' }),
    COST_PER_MINUTE: variable('cost', 'How much cost a sender may ask a minute; 0: no limit.', {
      default: '10000000',
    }),
    REQUEST_TIMEOUT: variable('seconds', 'How long a request may take, in seconds.', { default: '30' }),
    CORS_ORIGINS: variable('origins', 'Origins of other sites whose pages may ask; none where not set.'),
    TRUST_PROXY: variable(
      'addresses',
      'Proxies that are believed about whom they ask for (`X-Forwarded-For`); none where not set.',
    ),
    LOG_LEVEL: variable('log-level', 'What is written to standard error, as JSON.', { default: 'info' }),
    ACCESS_LOG: variable('text', 'File that every request is written to, or `-`; none where not set.'),
    PROCESSING_ACTIVITY_ID: variable(
      'uri',
      'URI of this processing activity in your register of these, for ACCESS_LOG.',
    ),
    METRICS_PORT: variable('port', 'Where `/metrics` is served; nowhere where not set.'),
    METRICS_HOST: variable('text', 'Where `/metrics` listens.', { default: '127.0.0.1' }),
    OTEL_EXPORTER_OTLP_ENDPOINT: variable(
      'url',
      'Collector of OpenTelemetry that traces are sent to; none where not set.',
    ),
    OIDC_TOKEN_TYPES: variable('token-types', 'Types of token that are taken (`typ`).', {
      default: 'at+jwt',
    }),
  }),
);
export type Environment = Static<typeof Environment>;

/** Of these an error repeats the beginning only: the rest may hold a password. */
const SECRET: ReadonlySet<string> = new Set(['EVENT_STORE_URL', 'COPY_FROM', 'COPY_TO']);

/** What looks into the file that a variable names. */
export type FileChecks = Readonly<Partial<Record<keyof Environment, (path: string) => unknown>>>;

/**
 * The configuration from the environment. This is the only file that reads it.
 * @param files looked into as well, where they are named: what reads them throws what is wrong with them
 * @throws ConfigError that lists all that is wrong
 */
export function readConfig(environment: NodeJS.ProcessEnv = process.env, files: FileChecks = {}): Config {
  const set: Record<string, string> = {};
  for (const name of Object.keys(Environment.properties)) {
    const value = environment[name]?.trim();
    if (value) set[name] = value;
  }
  const problems = [...Errors(Environment, set)].map(({ path, value, schema }) => {
    const name = path.slice(1);
    const [expected] = FORMATS[String(schema.format).replace('config-', '') as keyof typeof FORMATS];
    const text = String(value);
    return SECRET.has(name)
      ? `${name} begins with "${text.slice(0, text.indexOf(':') + 1)}"; expected ${expected}`
      : `${name} is "${text}"; expected ${expected}`;
  });
  for (const [name, check] of Object.entries(files)) {
    const path = set[name];
    if (path !== undefined) problems.push(...problemsOf(check, path).map((problem) => `${name}: ${problem}`));
  }
  problems.push(...portsThatMeet(set));
  if (problems.length > 0) throw new ConfigError(problems.join('\n'));

  const of = (name: keyof Environment): string =>
    set[name] ?? String(Environment.properties[name].default ?? '');
  const metricsPort = of('METRICS_PORT');
  return {
    host: of('HOST'),
    port: Number(of('PORT')),
    dataDir: of('DATA_DIR'),
    eventStoreUrl: of('EVENT_STORE_URL') || `sqlite:${join(of('DATA_DIR'), 'events.db')}`,
    eventStorePrefix: of('EVENT_STORE_PREFIX'),
    copy: { from: of('COPY_FROM') || null, to: of('COPY_TO') || null },
    maxLagSeconds: Number(of('MAX_LAG_SECONDS')),
    ledgerName: of('LEDGER_NAME') || null,
    ledgerKey: of('LEDGER_KEY') || join(of('DATA_DIR'), 'ledger.key'),
    contact: { name: of('CONTACT_NAME'), email: of('CONTACT_EMAIL'), url: of('CONTACT_URL') },
    source: of('CLOUDEVENTS_SOURCE'),
    publicUrl: (of('PUBLIC_URL') || `http://${of('HOST')}:${of('PORT')}`).replace(/\/+$/, ''),
    webhooksFile: of('WEBHOOKS_FILE') || null,
    issuers: words(of('OIDC_ISSUERS')),
    audience: of('OIDC_AUDIENCE'),
    clients: of('OIDC_CLIENTS') === '' ? null : words(of('OIDC_CLIENTS')),
    tokenTypes: words(of('OIDC_TOKEN_TYPES').toLowerCase()),
    documentsFile: of('PERSISTED_DOCUMENTS') || null,
    introspection: of('INTROSPECTION') === 'on',
    explorer: of('EXPLORER') === 'on',
    costPerMinute: Number(of('COST_PER_MINUTE')),
    requestSeconds: Number(of('REQUEST_TIMEOUT')),
    origins: words(of('CORS_ORIGINS')),
    trustedProxies: words(of('TRUST_PROXY')),
    logLevel: of('LOG_LEVEL'),
    accessLog: of('ACCESS_LOG') || null,
    processingActivityId: of('PROCESSING_ACTIVITY_ID') || null,
    metrics: metricsPort === '' ? null : { host: of('METRICS_HOST'), port: Number(metricsPort) },
    traceEndpoint: of('OTEL_EXPORTER_OTLP_ENDPOINT') || null,
  };
}

/** Of these kinds all variables are ours: another one of them was misspelt. */
const KIND = /^(EVENT_?STORE|OIDC|LEDGER|METRICS|PERSISTED|WEBHOOKS?|CORS|CLOUDEVENTS)_/;

/** What to tell of variables that look like ours and are not read, a line each. */
export function unknownVariables(environment: NodeJS.ProcessEnv = process.env): string[] {
  const known = Object.keys(Environment.properties);
  return Object.keys(environment).flatMap((name) => {
    if (known.includes(name)) return [];
    const wanted = name.toUpperCase();
    const meant = closest(wanted, known);
    // Two letters are much of a short name.
    const isSlip = wanted.length >= 8 && distance(wanted, meant) <= 2;
    return isSlip || KIND.test(wanted)
      ? [`${name} is set, but there is no such variable and it is not read; nearest: ${meant}`]
      : [];
  });
}

/** Two servers of one process cannot listen on one port, unless at addresses that have nothing in common. */
function portsThatMeet(set: Readonly<Record<string, string>>): string[] {
  const { HOST, PORT, METRICS_HOST } = Environment.properties;
  const port = Number(set.PORT ?? PORT.default);
  if (port === 0 || set.METRICS_PORT === undefined || Number(set.METRICS_PORT) !== port) return [];
  const hosts = [set.HOST ?? HOST.default, set.METRICS_HOST ?? METRICS_HOST.default];
  if (hosts[0] !== hosts[1] && !hosts.includes('0.0.0.0') && !hosts.includes('::')) return [];
  return [`METRICS_PORT is "${set.METRICS_PORT}", as PORT; expected another port`];
}

function problemsOf(check: (path: string) => unknown, path: string): string[] {
  try {
    check(path);
    return [];
  } catch (error) {
    return (error as Error).message.split('\n');
  }
}

/** An issuer as it stands in `iss`: without a query or a fragment, and reached so that nobody else can answer. */
function isIssuer(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || url.search !== '' || url.hash !== '' || url.username !== '') return false;
  const isOfThisMachine = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
  return url.protocol === 'https:' || (url.protocol === 'http:' && isOfThisMachine);
}

/** An IP address, or a network: with how many of its bits all addresses in it have in common. */
function isNetwork(text: string): boolean {
  const [address = '', bits, ...more] = text.split('/');
  const version = isIP(address);
  if (version === 0 || more.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128));
}

function closest(name: string, known: readonly string[]): string {
  return known.reduce((best, one) => (distance(name, one) < distance(name, best) ? one : best));
}

function words(text: string): string[] {
  return text.split(/[\s,]+/).filter((word) => word !== '');
}

/** True where streams on a KurrentDB server may begin so: names that begin with $ it keeps to itself. */
export function isEventStorePrefix(text: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(text);
}

/** True where the beginning of a URL is that of a log. */
export function isEventStoreUrl(url: string): boolean {
  return /^(sqlite:|kurrentdb(\+discover)?:\/\/)./.test(url);
}
