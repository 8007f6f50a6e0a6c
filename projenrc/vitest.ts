import { awscdk } from 'projen';

/** `npm test` runs vitest; its results are also written as JSON, from which CI counts. */
export function vitest(project: awscdk.AwsCdkConstructLibrary) {
  project.addDevDeps('vitest@^4.1.12', '@vitest/coverage-v8@^4.1.12');
  project.testTask.spawn(project.compileTask); // the tests of the package pack what is compiled
  project.testTask.exec('vitest run --coverage', { receiveArgs: true });
  project.addTask('test:watch', { exec: 'vitest', receiveArgs: true });
  project.addTask('test:unit', {
    description: 'The tests without deployments',
    exec: 'vitest run --exclude "test/deploy/**"',
    receiveArgs: true,
  });
  project.addTask('mutation', {
    description: 'Change the code in small ways and see whether a test notices (files: npm run mutation -- lambda/sweep/plan.ts)',
    exec: 'tsx test/mutation/main.mts',
    receiveArgs: true,
  });
  project.gitignore.addPatterns('/coverage/', '/test-reports/', '/.stryker-tmp/');
}
