/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  setupFiles: ['<rootDir>/test/support/seed.ts'],
  roots: ['<rootDir>/test'],
  // Generous, because machines are shared: a test that hangs fails, one that waits for its turn does not.
  testTimeout: 60_000,
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
  transformIgnorePatterns: ['/node_modules/(?!(uuid|canonicalize)/)'],
};
