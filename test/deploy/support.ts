import { spawnSync } from 'node:child_process';

/** What cannot be tried without openssl is skipped, and says so in its name. */
export const describeWithOpenssl = spawnSync('openssl', ['version']).status === 0 ? describe : describe.skip;
