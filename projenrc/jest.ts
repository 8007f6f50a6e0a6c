import { awscdk, javascript } from 'projen';
import { NODE_FLAGS, RUN_TYPESCRIPT } from './node';

/** What other toolchains make of the package and of its templates. They need packages of PyPI and Maven, and fail when the API changes or an example. */
const TOOLCHAINS = 'test/toolchains/';

/** Tests on the deployment engine, of the package, of the program for the terminal, in a browser, and those that go through very many cases. */
const NOT_UNITS = [
  '/test/(cli|deploy|examples|package)/', '/local-aws/(demo|engine|front)/', '/local-aws\\.test', '/permissions\\.test', '/page-in-browser\\.test', '/sweep/run\\.test',
  '/truth/', '/crashes\\.test', '/matrix\\.test', '/many-accounts\\.test', '/second-opinion\\.test', '/resource-policy/runbooks\\.test',
];

/** Tests that draw cases. */
const PROPERTIES = ['test/truth', 'test/lambda/sweep/joined', 'test/lambda/policies', 'test/lambda/monitor', 'test/lib/monitor', 'test/lambda/guardrail'];

/** Packages that are published as ES modules only. */
const ESM_ONLY = ['p-limit', 'yocto-queue'];

const NODE = ['node', ...NODE_FLAGS].join(' ');
const JEST = `${NODE} node_modules/jest/bin/jest.js`;

/** The option that leaves out these paths, and always other toolchains. It takes every argument up to the next option: let one follow. */
const without = (...paths: string[]) => ['--testPathIgnorePatterns', '/node_modules/', TOOLCHAINS, ...paths].map((pattern) => `'${pattern}'`).join(' ');

const reports = { exec: 'mkdir -p test-reports' };

/** The tests run on jest; their results are also written as JSON, from which CI counts. */
export function jest(project: awscdk.AwsCdkConstructLibrary) {
  project.addDevDeps('@swc/core', '@swc/jest', '@types/jest@^30', 'concurrently@^9', 'jest-mock@^30', 'jest-util@^30', '@jest/fake-timers@^30');
  const { config } = new javascript.Jest(project, {
    jestVersion: '^30',
    configFilePath: 'jest.config.json',
    junitReporting: false,
    passWithNoTests: false,
    updateSnapshot: javascript.UpdateSnapshot.NEVER,
    jestConfig: {
      testMatch: ['<rootDir>/{local-aws,test}/**/*.test.ts'],
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
      modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/cdk.out/', '<rootDir>/.local-aws/', '<rootDir>/.stryker-tmp/', '<rootDir>/.cdk-versions/'],
      setupFiles: ['<rootDir>/test/support/setup.ts'],
      globalSetup: '<rootDir>/test/support/one-folder.cjs',
      testTimeout: 900_000, // that of the machine which has much else to do; tests wait for states, not for time
      clearMocks: false,
      collectCoverage: false,
      collectCoverageFrom: ['lib/**/*.ts', 'lambda/**/*.ts'],
      additionalOptions: {
        maxWorkers: 6, // of two cores: a test file mostly waits, for deployments, functions and processes; with four they stand idle for a tenth of the time
        testSequencer: './test/support/longest-first.cjs',
      },
    },
  });
  config.coverageReporters = ['text-summary', 'json-summary'];

  const check = project.addTask('check', { description: 'Types, style and the rules of import' });
  everythingIn(project);
  check.exec([RUN_TYPESCRIPT, ...NODE_FLAGS, 'projenrc/check.ts'].join(' '));
  check.exec('tsc --project lambda/sweep/report/page');

  const all = project.addTask('test:all', {
    description: 'Every test, but for those of other toolchains',
    steps: [reports, { exec: `${JEST} ${without()} --ci --json --outputFile=test-reports/jest.json`, receiveArgs: true }],
  });

  // what only computes has its turn while tests wait
  project.testTask.reset();
  project.testTask.spawn(project.tasks.tryFind('bundle')!); // a plain `npm ci && npm test` synthesizes with them
  project.testTask.spawn(project.compileTask); // the tests of the package pack what is compiled
  project.testTask.exec(
    `concurrently --group --passthrough-arguments --names check,test "projen ${check.name}" "projen ${all.name} {@}" --`,
    { receiveArgs: true },
  );

  project.addTask('test:unit', {
    description: 'The tests that take seconds',
    exec: `${JEST} ${without(...NOT_UNITS)} --ci`,
    receiveArgs: true,
  });
  project.addTask('test:toolchains', {
    description: 'Make the packages for Python and Java, run the examples with them, and let cfn-lint read the templates of the examples',
    steps: [
      { spawn: 'bundle' }, { spawn: 'compile' }, reports,
      { exec: `${JEST} --ci --json --outputFile=test-reports/toolchains.json ${TOOLCHAINS}`, receiveArgs: true },
    ],
  });
  project.addTask('fuzz', {
    description: 'The tests that draw cases, with new ones (FC_SEED repeats those of a seed, FC_RUNS makes more of them)',
    env: { FC_FUZZ: 'true' },
    steps: [reports, { exec: `${JEST} --ci --json --outputFile=test-reports/fuzz.json ${PROPERTIES.join(' ')}`, receiveArgs: true }],
  });
  project.addTask('mutation', {
    description: 'Change the code in small ways and see whether a test notices (files: npm run mutation -- lambda/sweep/batch/plan.ts)',
    exec: `${RUN_TYPESCRIPT} test/mutation/main.mts`,
    receiveArgs: true,
  });
  project.gitignore.addPatterns('/coverage/', '/test-reports/', '/.stryker-tmp/');
}

/** One program of all that tsc and eslint check: a program for each folder would read the CDK and the SDK again each time. */
function everythingIn(project: awscdk.AwsCdkConstructLibrary) {
  const { fileName } = new javascript.TypescriptConfig(project, {
    fileName: 'tsconfig.check.json',
    extends: javascript.TypescriptConfigExtends.fromTypescriptConfigs([project.tsconfig!]),
    include: ['.projenrc.ts', ...['projenrc', 'lib', 'lambda', 'cli', 'examples', 'local-aws', 'test'].map((folder) => `${folder}/**/*.ts`), 'test/**/*.mts'],
    exclude: ['node_modules'],
    compilerOptions: {
      noEmit: true,
      declaration: false,
      rootDir: '.',
      module: 'preserve',
      moduleResolution: javascript.TypeScriptModuleResolution.BUNDLER,
      allowImportingTsExtensions: true,
      isolatedModules: true,
      paths: { 'cdk-root-access': ['./lib'] },
    },
  });
  const eslint = project.tryFindObjectFile('.eslintrc.json')!;
  eslint.addDeletionOverride('parserOptions.projectService');
  eslint.addOverride('parserOptions.project', `./${fileName}`);
}
