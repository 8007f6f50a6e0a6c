import { awscdk, javascript } from 'projen';
import { RUN_TYPESCRIPT } from './node';

/** Bundles every `lambda/<room>/<step>/handler.ts` to `assets/<room>-<step>/index.mjs`, and tells what of others is in them. */
export function bundleHandlers(project: awscdk.AwsCdkConstructLibrary) {
  const bundle = project.addTask('bundle', {
    description: 'Bundle the Lambda handlers into assets/, and the program for the terminal into bin/',
    exec: `${RUN_TYPESCRIPT} projenrc/bundle-handlers.ts`,
  });
  project.preCompileTask.spawn(bundle); // the package holds the bundles
  project.gitignore.addPatterns('/assets/', '/bin/', '/THIRD-PARTY-LICENSES', '/sbom.cdx.json');

  // esbuild strips types without checking them, and jsii sees lib/ only; a folder that is linted needs its own tsconfig.json
  const root = javascript.TypescriptConfigExtends.fromTypescriptConfigs([project.tsconfig!]);
  for (const folder of ['lambda', 'cli', 'examples', 'local-aws']) {
    new javascript.TypescriptConfig(project, {
      fileName: `${folder}/tsconfig.json`,
      extends: root,
      include: ['**/*.ts'],
      exclude: ['node_modules'],
      compilerOptions: {
        noEmit: true,
        rootDir: '..',
        module: 'preserve',
        moduleResolution: javascript.TypeScriptModuleResolution.BUNDLER,
        // an example imports the package by its name, as its reader will
        ...(folder === 'examples' && { paths: { 'cdk-root-access': ['../lib'] } }),
      },
    });
  }
  // the script of the report's page is no module of ours: it runs in a browser, and is checked by its JSDoc
  new javascript.TypescriptConfig(project, {
    fileName: 'lambda/sweep/report/page/tsconfig.json',
    extends: root,
    include: ['*.js'],
    compilerOptions: { noEmit: true, rootDir: '.', allowJs: true, checkJs: true, lib: ['es2022', 'dom', 'dom.iterable'], types: [] },
  });
  const tests = project.tryFindObjectFile('test/tsconfig.json')!;
  tests.addOverride('compilerOptions.module', 'preserve');
  tests.addOverride('compilerOptions.moduleResolution', 'bundler');
  tests.addOverride('compilerOptions.allowImportingTsExtensions', true);
  tests.addOverride('compilerOptions.paths', { 'cdk-root-access': ['../lib'] });
  tests.addToArray('include', '**/*.mts');
}
