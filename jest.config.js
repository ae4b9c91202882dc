/** @type {import('jest').Config} */
const suites = {
  testEnvironment: 'node',
  setupFiles: ['<rootDir>/test/support/seed.ts'],
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  transform: {
    '\\.[jt]s$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2024',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
        },
        module: { type: 'commonjs' },
      },
    ],
  },
  // These ship ES modules only, which Node.js loads from CommonJS and Jest does not.
  transformIgnorePatterns: ['/node_modules/(?!(uuid|canonicalize|jose)/)'],
};

// Where there is a KurrentDB server, the suites that know nothing of engines run on it in a second round.
const onKurrentDB = {
  ...suites,
  displayName: 'KurrentDB',
  testMatch: ['**/test/api/**/*.test.ts', '**/test/projector.test.ts', '**/test/handle-command.test.ts'],
  globals: { ON_KURRENTDB: true },
};

/** @type {import('jest').Config} */
module.exports = {
  // Generous, because machines are shared: a test that hangs fails, one that waits for its turn does not.
  testTimeout: 180_000,
  projects: process.env.KURRENTDB_URL ? [suites, onKurrentDB] : [suites],
};
