import { awscdk, javascript } from 'projen';

/** Tests that need no deployment, no browser and no other language: seconds each. */
const DEPLOYING = ['/test/deploy/'];

/** Packages that are published as ES modules only. */
const ESM_ONLY = ['p-limit', 'yocto-queue'];

/** `npm test` runs jest; its results are also written as JSON, from which CI counts. */
export function jest(project: awscdk.AwsCdkConstructLibrary) {
  project.addDevDeps('@swc/core', '@swc/jest', '@types/jest@^30', 'jest-environment-node@^30');
  project.testTask.spawn(project.compileTask); // the tests of the package pack what is compiled
  new javascript.Jest(project, {
    jestVersion: '^30',
    configFilePath: 'jest.config.json',
    junitReporting: false,
    passWithNoTests: false,
    updateSnapshot: javascript.UpdateSnapshot.NEVER,
    extraCliOptions: ['--json', '--outputFile=test-reports/jest.json'],
    jestConfig: {
      testMatch: ['<rootDir>/test/**/*.test.ts'],
      testEnvironment: './test/support/environment.cjs',
      transform: {
        '/page/page\\.(css|html|js)$': new javascript.Transform('<rootDir>/test/support/raw-text.cjs'),
        '\\.[cm]?[jt]s$': new javascript.Transform('@swc/jest', { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } }),
      },
      transformIgnorePatterns: [`/node_modules/(?!(${ESM_ONLY.join('|')})/)`],
      moduleNameMapper: {
        '^(.+)\\?raw$': '$1',
        '^cdk-root-access$': '<rootDir>/lib', // an example imports the package by its name, as its reader will
      },
      modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/cdk.out/', '<rootDir>/.local-aws/', '<rootDir>/.stryker-tmp/'],
      setupFiles: ['<rootDir>/test/support/setup.ts'],
      testTimeout: 300_000, // that of the machine which has much else to do; tests wait for states, not for time
      clearMocks: false,
      collectCoverage: false,
      collectCoverageFrom: ['lib/**/*.ts', 'lambda/**/*.ts'],
      coverageReporters: ['text-summary', 'json-summary'],
      additionalOptions: { maxWorkers: '200%' }, // a test file mostly waits: for deployments, functions and processes
    },
  });
  project.addTask('test:unit', {
    description: 'The tests without deployments',
    exec: `jest --testPathIgnorePatterns /node_modules/ ${DEPLOYING.join(' ')}`,
    receiveArgs: true,
  });
  project.addTask('mutation', {
    description: 'Change the code in small ways and see whether a test notices (files: npm run mutation -- lambda/sweep/plan.ts)',
    exec: 'tsx test/mutation/main.mts',
    receiveArgs: true,
  });
  project.gitignore.addPatterns('/coverage/', '/test-reports/', '/.stryker-tmp/');
}
