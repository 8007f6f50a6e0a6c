import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'fs';
import { dirname } from 'path';
import { build } from 'esbuild';

const KB = 1000;

/** Runs as `projen bundle`: ESM with the SDK inside, because the runtime's own copy may not know AssumeRoot yet. */
async function main() {
  const bundles = new Map(await Promise.all(handlers().map(bundle)));
  for (const [outfile, contents] of bundles) {
    replace(outfile, contents);
    console.log(`${outfile}  ${Math.round(contents.length / KB)} kB`);
  }
  const folders = [...bundles.keys()].map((outfile) => dirname(outfile));
  for (const stale of readdirSync('assets').map((name) => `assets/${name}`).filter((folder) => !folders.includes(folder))) {
    rmSync(stale, { recursive: true });
  }
}

/** Every `lambda/<room>/<handler>/index.ts`, in the order of their names. */
function handlers(): string[] {
  return readdirSync('lambda', { recursive: true, encoding: 'utf8' })
    .map((file) => `lambda/${file.replaceAll('\\', '/')}`)
    .filter((file) => /^lambda\/[^/]+\/[^/]+\/index\.ts$/.test(file))
    .sort();
}

async function bundle(handler: string): Promise<[outfile: string, contents: Uint8Array]> {
  const [, room, name] = handler.split('/');
  const outfile = `assets/${room}-${name}/index.mjs`;
  const { outputFiles } = await build({
    entryPoints: [handler],
    outfile,
    write: false,
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node22',
    format: 'esm',
    mainFields: ['module', 'main'], // the SDK's CommonJS builds cannot be tree-shaken: 43 % larger
    tsconfig: 'lambda/tsconfig.json',
    banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
    logLevel: 'warning',
  });
  return [outfile, outputFiles[0].contents];
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
