import { spawnSync } from 'node:child_process';

const hasOpenssl = spawnSync('openssl', ['version']).status === 0;

/** What cannot be tried without openssl is skipped, and says so in its name. */
export const describeWithOpenssl = hasOpenssl ? describe : describe.skip;
export const testWithOpenssl = hasOpenssl ? test : test.skip;
