import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Tests that are too slow to be run against every mutant: with constructs, in a browser, at every call, of whole sweeps. */
const TOO_SLOW = [
  /\/(terraform|page-in-browser|crashes)\.test\.ts$/,
  /\/sweep\/run\.test\.ts$/,
];

/** Imports from a test to a file within which the test is about the file: a helper may stand between. */
const NEAR = 2;

const tests = readdirSync('test/lambda', { recursive: true, encoding: 'utf8' }).map((name) => `test/lambda/${name.replaceAll('\\', '/')}`)
  .filter((file) => file.endsWith('.test.ts') && !TOO_SLOW.some((pattern) => pattern.test(file)));

/** Groups of tests that reach a file, the nearest first: the one of its name, those that are about it, or else get closest to it, and the others. */
export function testsOf(file: string): string[][] {
  const all = tests.map((test) => ({ test, distance: distancesFrom(test).get(file) ?? Infinity })).filter(({ distance }) => distance < Infinity);
  const closest = Math.min(...all.map(({ distance }) => distance));
  const groupOf = ({ test, distance }: typeof all[number]) => (
    test === `test/${file.replace(/\.ts$/, '.test.ts')}` ? 0 : distance <= Math.max(NEAR, closest) ? 1 : 2);
  return [0, 1, 2].map((group) => all.filter((one) => groupOf(one) === group).map(({ test }) => test));
}

const known = new Map<string, Map<string, number>>();

function distancesFrom(test: string): Map<string, number> {
  if (!known.has(test)) {
    const found = new Map([[test, 0]]);
    for (const [file, distance] of found) { // grows meanwhile
      importsOf(file).filter((imported) => !found.has(imported)).forEach((imported) => found.set(imported, distance + 1));
    }
    known.set(test, found);
  }
  return known.get(test)!;
}

/** Those of the project: static ones but for mere types, and dynamic ones. */
function importsOf(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  const named = [...text.matchAll(/^(?:import|export)(?! type)[^;]*? from '(\.[^']+)'/gm), ...text.matchAll(/\bimport\('(\.[^']+)'\)/g)].map(([, path]) => join(dirname(file), path));
  return named.flatMap((path) => [`${path}.ts`, join(path, 'index.ts')].filter((candidate) => existsSync(candidate)).slice(0, 1));
}
