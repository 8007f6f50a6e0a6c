import { awscdk, ReleasableCommits, Version } from 'projen';

/** What a release needs: the version that follows from the commits, the changes, and the packages of all languages, in `dist`. */
export function releaseTask(project: awscdk.AwsCdkConstructLibrary) {
  const { bumpTask, unbumpTask } = new Version(project, {
    versionInputFile: 'package.json',
    artifactsDirectory: project.artifactsDirectory,
    releasableCommits: ReleasableCommits.featuresAndFixes(),
    nextVersionCommand: 'git tag --list "v*" | grep --quiet . || echo 0.1.0', // the first version; later ones follow from the commits
    bumpPackage: 'commit-and-tag-version@^12', // 13 wants Node 22
  });
  const packages = project.addTask('release:packages', { description: 'Everything that a release publishes, untested, in dist/' });
  packages.exec(`rm -rf ${project.artifactsDirectory}`);
  packages.spawn(bumpTask);
  packages.spawn(project.tasks.tryFind('package-all')!);
  packages.spawn(unbumpTask);

  // breaking changes must be named in .compatignore, so that nobody makes one without noticing
  const compat = project.tasks.tryFind('compat')!;
  compat.reset(`jsii-diff npm:${project.package.packageName} --keys --error-on=all --ignore-file .compatignore`, {
    condition: `npm view ${project.package.packageName} version`, // there is nothing to compare with before the first release
  });
}
