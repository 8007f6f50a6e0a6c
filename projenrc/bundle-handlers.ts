import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'fs';
import { dirname, extname, join, relative } from 'path';
import { build, transform, type BuildOptions, type Loader, type Plugin } from 'esbuild';
import { billOfMaterials, bundledIn, noticesOf } from './third-party';

const KB = 1000;

const VERSION = { LIBRARY_VERSION: JSON.stringify(JSON.parse(readFileSync('package.json', 'utf8')).version) };

/** Runs as `projen bundle`: the handlers and the program for the terminal, ESM with the SDK inside, because the runtime's own copy may not know AssumeRoot yet. */
async function main() {
  const [ofHandlers, ofTerminal] = await Promise.all([bundleHandlers(), bundleTerminal()]);
  const bundles = new Map([...ofHandlers.outputFiles, ...ofTerminal.outputFiles].map(({ path, contents }) => [relative('.', path).replaceAll('\\', '/'), contents]));
  for (const [outfile, contents] of bundles) {
    replace(outfile, contents);
    console.log(`${outfile}  ${Math.round(contents.length / KB)} kB`);
  }
  const folders = [...bundles.keys()].map((outfile) => dirname(outfile));
  chmodSync('bin/cdk-root-access.mjs', 0o755);
  for (const stale of readdirSync('assets').map((name) => `assets/${name}`).filter((folder) => !folders.includes(folder))) {
    rmSync(stale, { recursive: true });
  }
  const packages = bundledIn([ofHandlers.metafile, ofTerminal.metafile]);
  replace('THIRD-PARTY-LICENSES', Buffer.from(noticesOf(packages)));
  replace('sbom.cdx.json', Buffer.from(billOfMaterials(packages)));
}

/**
 * Where the SDK looks for credentials after the environment, which is where Lambda puts them. It imports each when it comes to it, which it never does;
 * inside, they are a sixth of every bundle.
 */
const CREDENTIALS_ELSEWHERE = [
  ...['sso', 'ini', 'process', 'web-identity', 'http'].map((source) => `@aws-sdk/credential-provider-${source}`), '@smithy/credential-provider-imds',
];

/** Every `handler.ts` in a folder of a room, in the order of their names. */
function handlers(): string[] {
  return readdirSync('lambda', { recursive: true, encoding: 'utf8' })
    .map((file) => `lambda/${file.replaceAll('\\', '/')}`)
    .filter((file) => /^lambda\/.+\/handler\.ts$/.test(file))
    .sort();
}

const bundleHandlers = () => bundled(handlers().map((handler) => {
  const path = handler.split('/').slice(1, -1);
  return { in: handler, out: `assets/${path.join('-')}/index` };
}), { target: 'node22', external: CREDENTIALS_ELSEWHERE });

/** What runs in a terminal finds credentials wherever the AWS CLI does, and on the oldest Node that the package supports. */
const bundleTerminal = () => bundled([{ in: 'cli/main.ts', out: 'bin/cdk-root-access' }], { target: 'node20' }, '#!/usr/bin/env node\n');

/** A bundle for each entry point. One build reads what they share once. */
function bundled(entryPoints: { in: string; out: string }[], options: Pick<BuildOptions, 'target' | 'external'>, firstLine = '') {
  return build({
    entryPoints,
    outdir: '.',
    outExtension: { '.js': '.mjs' },
    write: false,
    metafile: true,
    bundle: true,
    minify: true,
    platform: 'node',
    format: 'esm',
    mainFields: ['module', 'main'], // the SDK's CommonJS builds cannot be tree-shaken: 43 % larger
    tsconfig: 'lambda/tsconfig.json',
    define: VERSION,
    banner: { js: `${firstLine}import{createRequire}from'node:module';const require=createRequire(import.meta.url);` },
    plugins: [rawText],
    logLevel: 'warning',
    ...options,
  });
}

/** `import text from './page.css?raw'`, as Vite has it for the tests; what esbuild can make smaller is smaller. */
const rawText: Plugin = {
  name: 'raw text',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /\?raw$/ }, ({ path, resolveDir }) => ({ path: join(resolveDir, path.replace(/\?raw$/, '')), namespace: 'raw' }));
    onLoad({ filter: /.*/, namespace: 'raw' }, async ({ path }) => ({ contents: await smaller(path), loader: 'text' }));
  },
};

async function smaller(path: string): Promise<string> {
  const text = readFileSync(path, 'utf8');
  const loader = extname(path).slice(1) as Loader;
  return loader === 'js' || loader === 'css' ? (await transform(text, { loader, minify: true, target: loader === 'js' ? 'es2022' : undefined })).code.trim() : text;
}

/** At once, and only when it differs: tests and deployments may be reading it. */
function replace(file: string, contents: Uint8Array) {
  if (existsSync(file) && readFileSync(file).equals(contents)) {
    return;
  }
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.new`, contents);
  renameSync(`${file}.new`, file);
}

void main();
