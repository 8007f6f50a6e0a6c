import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { expectAbout } from '../support/expect-about';

const run = promisify(execFile);

const PROJECT = join(__dirname, '..', '..');
/** What each bundle exports. */
const EXPORTS: Readonly<Record<string, string>> = {
  'guardrail-preflight': 'handler',
  'monitor-activity': 'handler',
  'organization-switches': 'handler',
  'session-password-recovery-allow': 'handler',
  'session-password-recovery-close': 'handler',
  'session-password-recovery-closer': 'close,look',
  'session-password-recovery-extend': 'handler',
  'session-password-recovery-open-recoveries': 'handler',
  'session-resource-policy-bucket': 'restoreHandler,unlockHandler',
  'session-resource-policy-queue': 'restoreHandler,unlockHandler',
  'sweep-decide': 'handler',
  'sweep-deployment': 'handler',
  'sweep-joined': 'handler',
  'sweep-look': 'handler',
  'sweep-purge': 'handler',
  'sweep-report': 'handler',
  'sweep-select': 'handler',
};
const HANDLERS = Object.keys(EXPORTS);
const LARGEST_BUNDLE = 550_000;
const bundles = HANDLERS.map((handler) => join(PROJECT, 'assets', handler, 'index.mjs'));

describe('the bundles of the handlers', () => {
  test('are one for each handler, and small enough to start fast', () => {
    expect(readdirSync(join(PROJECT, 'assets')).sort()).toEqual(HANDLERS);
    for (const bundle of bundles) {
      expectAbout(bundle, statSync(bundle).size).toBeLessThan(LARGEST_BUNDLE);
    }
  });

  test('are the same bytes when they are built again', async () => {
    const built = () => bundles.map((bundle) => statSync(bundle).mtimeMs); // a bundle is replaced only when its bytes differ
    const before = built();
    await run(process.execPath, ['--import', 'tsx', 'projenrc/bundle-handlers.ts'], { cwd: PROJECT });
    expect(built()).toEqual(before);
  });

  test.each(HANDLERS)('%s is loaded by plain Node, with everything that it needs inside', async (handler) => {
    const script = `console.log(Object.keys(await import(${JSON.stringify(join(PROJECT, 'assets', handler, 'index.mjs'))})).join())`;
    const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', script], { cwd: tmpdir(), env: { AWS_REGION: 'us-east-1', STS_REGION: 'us-east-1' } });
    expect(stdout.trim()).toBe(EXPORTS[handler]);
  });
});

describe('what the package says of the work of others in its bundles', () => {
  const inProject = (file: string) => readFileSync(join(PROJECT, file), 'utf8');
  let bundled: string[];

  /** By the sources that the maps of bundles name. */
  beforeAll(async () => {
    const { outputFiles } = await build({
      entryPoints: [
        ...readdirSync(join(PROJECT, 'lambda'), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('handler.ts')).map((name) => join(PROJECT, 'lambda', name)),
        join(PROJECT, 'cli', 'main.ts'),
      ],
      outdir: tmpdir(),
      write: false,
      bundle: true,
      platform: 'node',
      format: 'esm',
      mainFields: ['module', 'main'],
      sourcemap: 'external',
      sourcesContent: false,
      external: ['@aws-sdk/credential-provider-*', '@smithy/credential-provider-imds'],
      loader: { '.css': 'text', '.html': 'text', '.js': 'js' },
      logLevel: 'error',
      plugins: [{ name: 'raw', setup: ({ onResolve }) => onResolve({ filter: /\?raw$/ }, () => ({ path: 'raw', external: true })) }],
    });
    const sources = outputFiles.filter(({ path }) => path.endsWith('.map')).flatMap(({ text }) => (JSON.parse(text) as { sources: string[] }).sources);
    bundled = [...new Set(sources.flatMap((source) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(source)?.[1] ?? []))].sort();
  });

  test('names every package with its version and licence, in words and as a bill of materials', () => {
    const { components } = JSON.parse(inProject('sbom.cdx.json')) as { components: { name: string; version: string; purl: string; licenses: { license: { id: string } }[] }[] };
    expect(bundled.length).toBeGreaterThan(20);
    expect(bundled.filter((name) => !components.some((component) => component.name === name))).toEqual([]);
    for (const { name, version, licenses: [{ license }] } of components) {
      expect(inProject('THIRD-PARTY-LICENSES')).toContain(`${name} ${version} (${license.id})`);
    }
  });

  test('holds the texts of their licences', () => {
    const notices = inProject('THIRD-PARTY-LICENSES');
    expect(notices).toContain('TERMS AND CONDITIONS FOR USE, REPRODUCTION, AND DISTRIBUTION');
    expect(notices).toContain('THE SOFTWARE IS PROVIDED "AS IS"');
    expect(notices.match(/published without a text/g)?.length ?? 0).toBeLessThanOrEqual(1); // MIT-0 asks for none
  });
});

describe('the package for npm', () => {
  let folder: string;
  let files: string[];
  let tarball: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'package-'));
    const { stdout } = await run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], { cwd: PROJECT });
    const [packed] = JSON.parse(stdout);
    files = packed.files.map(({ path }: { path: string }) => path);
    tarball = join(folder, packed.filename);
    await run('tar', ['-xzf', tarball, '-C', folder]);
    mkdirSync(join(folder, 'node_modules'));
    renameSync(join(folder, 'package'), join(folder, 'node_modules', 'cdk-root-access'));
    for (const peer of ['aws-cdk-lib', 'constructs']) {
      symlinkSync(join(PROJECT, 'node_modules', peer), join(folder, 'node_modules', peer));
    }
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('holds what users need and nothing else', () => {
    const allowed = /^(\.jsii|LICENSE|README\.md|API\.md|package\.json|assets\/[\w-]+\/index\.mjs|bin\/cdk-root-access\.mjs|dist-lib\/.*\.(js|d\.ts)|schema\/(plan-1|report-2|sweep-finished-1)\.json|THIRD-PARTY-LICENSES|sbom\.cdx\.json)$/;
    expect(files.filter((file) => !allowed.test(file))).toEqual([]);
    expect(files).toEqual(expect.arrayContaining([
      '.jsii', 'LICENSE', 'README.md', 'API.md', 'dist-lib/index.js', 'dist-lib/index.d.ts', 'schema/plan-1.json', 'schema/report-2.json', 'schema/sweep-finished-1.json', 'THIRD-PARTY-LICENSES', 'sbom.cdx.json',
      'bin/cdk-root-access.mjs', ...HANDLERS.map((handler) => `assets/${handler}/index.mjs`),
    ]));
  });

  test('asks for the CDK as a peer, which the program for the terminal does without, and for nothing at run time', () => {
    const { dependencies, peerDependencies, peerDependenciesMeta } = JSON.parse(readFileSync(join(folder, 'node_modules', 'cdk-root-access', 'package.json'), 'utf8'));
    expect(dependencies ?? {}).toEqual({});
    expect(Object.keys(peerDependencies).sort()).toEqual(['aws-cdk-lib', 'constructs']);
    expect(peerDependenciesMeta).toEqual({ 'aws-cdk-lib': { optional: true }, 'constructs': { optional: true } });
  });

  test('has a program for the terminal, which npx runs from an empty cache and without a registry: it installs nothing else', async () => {
    const cache = mkdtempSync(join(tmpdir(), 'npm-cache-'));
    const { version } = JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8'));
    const { stdout } = await run('npx', ['--offline', '--yes', '--cache', cache, '--package', tarball, 'cdk-root-access', '--version'], { cwd: cache });
    expect(stdout.trim()).toBe(version);
    rmSync(cache, { recursive: true });
  });

  test('is synthesized with by an app that has nothing but the package and its peers', async () => {
    writeFileSync(join(folder, 'app.js'), `
      const { App, Stack, aws_logs: logs } = require('aws-cdk-lib');
      const library = require('cdk-root-access');
      const app = new App({ outdir: 'cdk.out' });
      const stack = new Stack(app, 'Consumer');
      const features = new library.OrgRootAccessFeatures(stack, 'RootAccess');
      new library.RootAccessDelegation(stack, 'Security', { accountId: '222222222222', features });
      new library.RootCredentialsPurge(stack, 'Purge', {
        features,
        accounts: library.AccountSelection.organization({ exclude: ['333333333333'] }),
        joinedAccounts: library.JoinedAccounts.AUDIT,
      });
      new library.RootSessionRunbooks(stack, 'Runbooks', { features });
      new library.RootUserGuardrail(stack, 'Guardrail', { targets: ['r-abcd'] });
      new library.RootActivityMonitor(stack, 'Monitor', { trailLogGroup: logs.LogGroup.fromLogGroupName(stack, 'Trail', 'trail') });
      app.synth();
    `);
    await run(process.execPath, ['app.js'], { cwd: folder, env: { ...process.env, CDK_VALIDATION: 'false' } });
    const { files: assets } = JSON.parse(readFileSync(join(folder, 'cdk.out', 'Consumer.assets.json'), 'utf8'));
    const handlers = Object.values<{ source: { path: string } }>(assets).map(({ source }) => join(folder, 'cdk.out', source.path, 'index.mjs')).filter(existsSync);
    expect(handlers).toHaveLength(HANDLERS.length);
  });

  test('is configured for every language of Construct Hub', () => {
    const { targets } = JSON.parse(readFileSync(join(folder, 'node_modules', 'cdk-root-access', '.jsii'), 'utf8'));
    expect(Object.keys(targets).sort()).toEqual(['dotnet', 'go', 'java', 'js', 'python']);
  });

  test('has a README whose links work on PyPI and Construct Hub too', () => {
    const { readme, repository } = JSON.parse(readFileSync(join(folder, 'node_modules', 'cdk-root-access', '.jsii'), 'utf8'));
    const targetsIn = (markdown: string) => [...markdown.matchAll(/\]\(([^)\s]+)|\b(?:src|srcset|href)="([^"]+)"/g)].map(([, link, attribute]) => link ?? attribute);
    expect(targetsIn(readme.markdown).filter((target) => !/^(https:|#|mailto:)/.test(target))).toEqual([]);
    const ownRepository = repository.url.replace(/\.git$/, '').replace('https://github.com/', '');
    const own = targetsIn(readme.markdown).flatMap((target) => new RegExp(`/${ownRepository}/(?:blob/)?main/([^#?]+)`).exec(target)?.[1] ?? []);
    expect(own.length).toBeGreaterThan(3);
    expect(own.filter((path) => !existsSync(join(PROJECT, path)))).toEqual([]);
  });

  test('has a name for every parameter, of which some languages make a variable', () => {
    const assembly = readFileSync(join(folder, 'node_modules', 'cdk-root-access', '.jsii'), 'utf8');
    const names: string[] = [];
    JSON.parse(assembly, (key, value) => {
      names.push(...key === 'parameters' ? value.map(({ name }: { name: string }) => name) : []);
      return value;
    });
    expect(names.length).toBeGreaterThan(50);
    expect(names.filter((name) => !/^[a-z][A-Za-z0-9]*$/.test(name))).toEqual([]);
  });
});
