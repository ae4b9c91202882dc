import { readFileSync } from 'node:fs';
import { type Config, ConfigError, readConfig } from './config';
import { assertAppendable } from './operations/line-file';
import { readWebhooks } from './webhooks/webhook';

/**
 * The configuration of a process that serves: what is in the files that it names is looked at too.
 * @throws ConfigError that lists all that is wrong
 */
export function readServerConfig(): Config {
  return readConfig(undefined, {
    PERSISTED_DOCUMENTS: readDocuments,
    WEBHOOKS_FILE: readWebhooks,
    ACCESS_LOG: checkAccessLog,
  });
}

/** @throws ConfigError */
function checkAccessLog(path: string): void {
  try {
    assertAppendable(path);
  } catch (error) {
    throw new ConfigError(
      `${path} cannot be written: ${(error as Error).message}; expected a file, or - for standard output`,
    );
  }
}

/**
 * The documents that alone may be asked.
 * @throws ConfigError
 */
export function readDocuments(path: string): ReadonlyMap<string, string> {
  // Only who serves needs it: loading it takes longer than most commands.
  const { parseDocumentList } = require('./api/documents') as typeof import('./api/documents');
  try {
    return parseDocumentList(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new ConfigError(`${path} cannot be used: ${(error as Error).message}`);
  }
}
