import { awscdk, type Task } from 'projen';
import { RUN_TYPESCRIPT } from './node';

export interface CdkVersions {
  readonly awsCdkLib: string;
  readonly constructs: string;
}

/** `npm test` has one version of the CDK, and users have others. */
export function testCdkVersions(project: awscdk.AwsCdkConstructLibrary, ...versions: readonly CdkVersions[]) {
  project.addTask('test:cdk-versions', {
    description: 'Compile lib/ and run its unit tests with the oldest CDK that users may have, and with the newest',
    steps: [
      { spawn: 'bundle' },
      { exec: `${RUN_TYPESCRIPT} projenrc/test-cdk-versions.ts ${versions.map(({ awsCdkLib, constructs }) => `${awsCdkLib}+${constructs}`).join(' ')}` },
    ],
  });
  // jsii would have the oldest one installed here; the task compiles with it
  for (const task of [project.compileTask, project.watchTask]) {
    task.reset(`${commandOf(task)} --silence-warnings=metadata/missing-dev-dependency`);
  }
  const newest = versions[versions.length - 1];
  project.addTask('test:go', {
    description: 'Make the package for Go, compile an app with it, and compare what it makes with the quick start',
    steps: [{ spawn: 'bundle' }, { spawn: 'compile' }, { exec: `${RUN_TYPESCRIPT} projenrc/test-go.ts ${newest.awsCdkLib} ${newest.constructs}` }],
  });
  project.gitignore.addPatterns('/.cdk-versions/');
}

const commandOf = ({ steps: [{ exec }] }: Task) => exec!;
