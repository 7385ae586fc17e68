import { defineConfig } from 'vitest/config';

// One copy of graphql: its ESM and CommonJS builds refuse each other's schemas, and Apollo loads the CommonJS one.
const resolve = { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] };
const shared = { pool: 'forks' as const, testTimeout: 20_000, hookTimeout: 30_000 };

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      {
        resolve,
        test: {
          ...shared,
          name: 'parts',
          include: ['{packages,subgraphs}/*/{src,test}/**/*.test.ts', '{gateway,app}/{src,test}/**/*.test.ts'],
        },
      },
      {
        resolve,
        test: { ...shared, name: 'e2e', include: ['e2e/**/*.test.ts'], testTimeout: 90_000, hookTimeout: 90_000 },
      },
    ],
  },
});
