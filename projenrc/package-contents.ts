import { awscdk } from 'projen';
import { RUN_TYPESCRIPT } from './node';

const BUILD = 'node projenrc/build.mjs';

/** What the npm tarball holds, and that it holds what the sources say. */
export function packageContents(project: awscdk.AwsCdkConstructLibrary) {
  project.package.addField('files', ['.jsii', 'dist-lib/**/*.js', 'dist-lib/**/*.d.ts', 'assets', 'bin', 'schema', 'API.md', 'THIRD-PARTY-LICENSES', 'sbom.cdx.json']);
  // `npx cdk-root-access` needs neither, and whoever writes a CDK app has both
  project.package.addField('peerDependenciesMeta', { 'aws-cdk-lib': { optional: true }, 'constructs': { optional: true } });
  project.package.addBin({ 'cdk-root-access': 'bin/cdk-root-access.mjs' });
  project.gitignore.addPatterns('/.npmignore'); // jsii-pacmak writes it, and npm prefers `files`
  project.compileTask.exec(`${RUN_TYPESCRIPT} projenrc/absolute-links.ts`);
  project.setScript('prepare', `${BUILD} --dependency`);
  for (const language of ['js', 'java', 'python', 'dotnet', 'go']) {
    project.tasks.tryFind(`package:${language}`)!.prependExec(BUILD);
  }
}
