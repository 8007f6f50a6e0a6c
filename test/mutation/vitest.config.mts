import { defineConfig } from 'vitest/config';
import config from '../../vitest.config.mts';

/** The tests that are quick enough to be run against every mutant; `main.mts` says in which folder. */
export default defineConfig({
  ...config,
  test: {
    ...config.test,
    include: ['**/*.test.ts'],
    exclude: [
      '**/{joined-accounts,org-root-access-features,root-access-delegation,root-credentials-*,schedule,sweep-signals,terraform}.test.ts', // of constructs
      '**/{page-in-browser,run}.test.ts', // in a browser and on the deployment engine, which take seconds to start
      '**/truth/{crashes,joined,narrowing,truth}.test.ts', // random cases
    ],
    testTimeout: 10_000,
    reporters: ['default'],
  },
});
