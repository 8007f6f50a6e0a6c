import { defineConfig } from 'vitest/config';
import config from '../../vitest.config.mts';

/** The tests that are quick enough to be run against every mutant: no deployments, no generated cases but the smallest. */
export default defineConfig({
  ...config,
  test: {
    ...config.test,
    include: [
      'test/aws/**/*.test.ts',
      'test/organization/{delegation,features,switches}.test.ts',
      'test/sweep/{account,deployment,plan,selection,verdict}.test.ts',
      'test/sweep/truth/regressions.test.ts',
    ],
    reporters: ['default'],
  },
});
