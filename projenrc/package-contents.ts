import { awscdk } from 'projen';

/** What the npm tarball holds. */
export function packageContents(project: awscdk.AwsCdkConstructLibrary) {
  project.package.addField('files', ['.jsii', 'dist-lib/**/*.js', 'dist-lib/**/*.d.ts', 'assets', 'schema', 'API.md']);
}
