import { join } from 'node:path';

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
  /** How far the read models may be behind the log for this process to call itself ready, in seconds. */
  readonly maxLagSeconds: number;
  /** Whom developers turn to, as the description of the REST API names them. */
  readonly contact: { readonly name: string; readonly email: string; readonly url: string };
  /** What a new signing key is named, and so the log; null where it is not set. */
  readonly ledgerName: string | null;
  /** File of the signing key; replicas of one log may share it. */
  readonly ledgerKey: string;
}

/** The environment holds something that cannot be used. Lists all that is wrong. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/**
 * The configuration from the environment: `HOST`, `PORT`, `DATA_DIR`, `EVENT_STORE_URL`, `EVENT_STORE_PREFIX`,
 * `MAX_LAG_SECONDS`, `LEDGER_NAME`, `LEDGER_KEY`. This is the only place that reads it.
 * @throws ConfigError
 */
export function readConfig(environment: NodeJS.ProcessEnv = process.env): Config {
  const problems: string[] = [];
  const set = (name: string): string | undefined =>
    environment[name]?.trim() ? environment[name]?.trim() : undefined;

  const port = set('PORT') ?? '4000';
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) {
    problems.push(`PORT is "${port}"; expected a number from 0 to 65535`);
  }
  const dataDir = set('DATA_DIR') ?? 'data';
  const eventStoreUrl = set('EVENT_STORE_URL') ?? `sqlite:${join(dataDir, 'events.db')}`;
  if (!/^(sqlite:|kurrentdb(\+discover)?:\/\/)./.test(eventStoreUrl)) {
    // Not the whole value: it may hold a password.
    problems.push(
      `EVENT_STORE_URL begins with "${eventStoreUrl.slice(0, eventStoreUrl.indexOf(':') + 1)}"; expected sqlite:PATH or kurrentdb://HOST`,
    );
  }
  const eventStorePrefix = set('EVENT_STORE_PREFIX') ?? 'toetsspoor-';
  // The server keeps names that begin with $ to itself.
  if (!/^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(eventStorePrefix)) {
    problems.push(
      `EVENT_STORE_PREFIX is "${eventStorePrefix}"; expected letters, digits and . _ -, such as toetsspoor-`,
    );
  }
  const maxLag = set('MAX_LAG_SECONDS') ?? '10';
  if (!/^\d{1,6}$/.test(maxLag) || Number(maxLag) < 2) {
    problems.push(`MAX_LAG_SECONDS is "${maxLag}"; expected a whole number from 2`);
  }
  const ledgerName = set('LEDGER_NAME') ?? null;
  if (ledgerName !== null && /[\s+\p{Cc}]/u.test(ledgerName)) {
    problems.push(
      `LEDGER_NAME is "${ledgerName}"; expected a name without spaces and "+", such as example.org/toetsspoor`,
    );
  }
  const ledgerKey = set('LEDGER_KEY') ?? join(dataDir, 'ledger.key');
  if (problems.length > 0) throw new ConfigError(problems.join('\n'));
  const contact = {
    name: set('CONTACT_NAME') ?? 'Toetsspoor',
    email: set('CONTACT_EMAIL') ?? 'toetsspoor@example.nl',
    url: set('CONTACT_URL') ?? 'https://example.nl/toetsspoor',
  };
  return {
    host: set('HOST') ?? '127.0.0.1',
    port: Number(port),
    dataDir,
    eventStoreUrl,
    eventStorePrefix,
    maxLagSeconds: Number(maxLag),
    contact,
    ledgerName,
    ledgerKey,
  };
}
