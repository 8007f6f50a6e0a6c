import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  // an example imports the package by its name, as its reader will
  resolve: { alias: { 'cdk-root-access': join(import.meta.dirname, 'lib') } },
  test: {
    include: ['test/**/*.test.ts'],
    env: {
      // the CDK's built-in template validation costs 83 ms a template; cfn-lint checks the examples
      CDK_VALIDATION: 'false',
      // Node 20 is a supported prerequisite; the SDK's notice would drown the results
      NODE_NO_WARNINGS: '1',
      POWERTOOLS_LOG_LEVEL: 'SILENT',
    },
    css: true, // the page of the report is read as it is
    testTimeout: 30_000,
    hookTimeout: 120_000,
    reporters: ['default', ['json', { outputFile: 'test-reports/vitest.json' }]],
    coverage: { provider: 'v8', include: ['lib/**', 'lambda/**'], reporter: ['text-summary', 'json-summary'] },
  },
});
