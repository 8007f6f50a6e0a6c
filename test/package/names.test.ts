import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const PROJECT = join(__dirname, '..', '..');
const { name, repository, stability, jsii: { targets } } = JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8'));
const { java, python, dotnet, go } = targets;

const FOLDERS = ['docs', 'schema', 'examples', 'lambda', 'local-aws', '.github'];
const PAGES = ['README.md', 'SECURITY.md', 'CONTRIBUTING.md', 'CHANGELOG.md'];
const files = [
  ...PAGES,
  ...FOLDERS.flatMap((folder) => readdirSync(join(PROJECT, folder), { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file))),
].filter((file) => /\.(md|json|ts|py|java|yml)$/.test(file) && !/node_modules|cdk\.out/.test(file));

/** Where a text names the repository or a package, and what it must be: `.projenrc.ts` says it, and whoever publishes this has names of their own. */
const NAMES: readonly { readonly pattern: RegExp; readonly allowed: readonly string[] }[] = [
  { pattern: /\b(?:github\.com|raw\.githubusercontent\.com|github\/v\/tag)\/([\w.-]+\/cdk-root-access[\w-]*)/g, allowed: [repositoryOf(repository.url), repositoryOf(go.moduleName)] },
  { pattern: /\bnpmjs\.com\/package\/([@\w/-]+)/g, allowed: [name] },
  { pattern: /\bconstructs\.dev\/(?:packages\/|badge\?package=)([@%\w-]+)/g, allowed: [name, encodeURIComponent(name)] },
  { pattern: /\bpypi\.org\/project\/([\w-]+)/g, allowed: [python.distName] },
  { pattern: /\b(?:maven-central\/v|central\.sonatype\.com\/artifact)\/([\w.-]+\/[\w-]+)/g, allowed: [`${java.maven.groupId}/${java.maven.artifactId}`] },
  { pattern: /\bnuget\.org\/packages\/([\w.]+)/g, allowed: [dotnet.packageId] },
  { pattern: /\bimport ((?:com|io|org)[\w.]*rootaccess[\w]*)\./g, allowed: [java.package] },
  { pattern: /\bfrom (\w*root_access\w*) import/g, allowed: [python.module] },
];

function repositoryOf(url: string): string {
  return /github\.com\/([\w.-]+\/[\w-]+)/.exec(url)![1];
}

test('every page and example names the repository and the packages as they are published', () => {
  const others = files.flatMap((file) => readFileSync(join(PROJECT, file), 'utf8').split('\n').flatMap((line, index) => NAMES.flatMap(({ pattern, allowed }) =>
    [...line.matchAll(pattern)].flatMap(([, found]) => allowed.includes(found) ? [] : [`${file}:${index + 1} has ${found}, not ${allowed.join(' or ')}`]),
  )));
  expect(others).toEqual([]);
});

test('the README has the name of the package in every language', () => {
  const readme = readFileSync(join(PROJECT, 'README.md'), 'utf8');
  for (const each of [name, python.distName, `${java.maven.groupId}:${java.maven.artifactId}`, dotnet.packageId, go.moduleName]) {
    expect(readme).toContain(each);
  }
});

test('the README says how stable the API is, as the packages do', () => {
  expect(readFileSync(join(PROJECT, 'README.md'), 'utf8')).toContain(`badge/stability-${stability}-`);
});
