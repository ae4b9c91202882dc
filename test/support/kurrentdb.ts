import { randomUUID } from 'node:crypto';
import { join } from 'node:path';

/** The server that tests may use, where there is one. */
export const KURRENTDB_URL = process.env.KURRENTDB_URL;

/** Set by `jest.config.js` in the second round of the suites that know nothing of engines. */
export const IS_SECOND_ROUND = 'ON_KURRENTDB' in globalThis;

/** A log of its own on that server: a prefix that nothing else has. */
export function ownLog(): { url: string; prefix: string } {
  return { url: KURRENTDB_URL ?? '', prefix: `test-${randomUUID()}-` };
}

/** The configuration of a log of its own: in a folder, or in the second round on KurrentDB. */
export function ownLogIn(folder: string): { eventStoreUrl: string; eventStorePrefix: string } {
  const { url, prefix } = ownLog();
  return {
    eventStoreUrl: IS_SECOND_ROUND ? url : `sqlite:${join(folder, 'events.db')}`,
    eventStorePrefix: prefix,
  };
}

/** Tests on a real server; without one they are skipped, and say why. */
export function describeOnKurrentDB(name: string, tests: () => void): void {
  if (KURRENTDB_URL !== undefined) describe(name, tests);
  else describe.skip(`${name} (KURRENTDB_URL is not set)`, tests);
}
