import { awscdk } from 'projen';
import { RUN_TYPESCRIPT } from './node';

/** The AWS that runs on your machine, and the tasks that use it. */
export function localAws(project: awscdk.AwsCdkConstructLibrary) {
  // `build` makes a plain `cdk deploy` work in a fresh clone: the handlers are bundled first
  new awscdk.CdkConfig(project, {
    app: 'tsx --tsconfig examples/tsconfig.json examples/quick-start/app.ts',
    buildCommand: 'npx projen bundle',
    cdkout: 'cdk.out',
  });
  project.addTask('demo', {
    description: 'Deploy examples/quick-start to an organization on this machine (--keep leaves it running, --runbooks deploys the runbooks too, --open opens the report)',
    steps: [{ spawn: 'bundle' }, { exec: `${RUN_TYPESCRIPT} local-aws/demo/main.ts`, receiveArgs: true }],
  });
  project.addTask('bench', {
    description: 'Measure sweeps against their floor and against a bash loop (sizes: npm run bench -- 20 200)',
    steps: [{ spawn: 'bundle' }, { exec: `${RUN_TYPESCRIPT} test/bench/main.ts`, receiveArgs: true }],
  });
  project.gitignore.addPatterns('/.local-aws/', 'cdk.out/');
}
