import { readdirSync, readFileSync } from 'fs';
import { join } from 'path';
import type { Metafile } from 'esbuild';

/** A package of which something is in a bundle. */
interface Bundled {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  /** The texts of its licence and notice, as it is published with them. */
  readonly texts: readonly string[];
}

/** The packages in bundles, by what esbuild says that it has put into them. */
export function bundledIn(metafiles: readonly Metafile[]): Bundled[] {
  const inputs = metafiles.flatMap(({ outputs }) => Object.values(outputs).flatMap((output) => Object.entries(output.inputs)));
  const folders = new Set(inputs.flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 && /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0]) || []));
  const packages = [...folders].map(packageIn);
  const distinct = new Map(packages.map((each) => [`${each.name}@${each.version}`, each])); // one that is installed in several places
  return [...distinct.entries()].sort(([one], [other]) => one < other ? -1 : 1).map(([, each]) => each);
}

function packageIn(folder: string): Bundled {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const texts = readdirSync(folder).filter((file) => /^(licen[cs]e|notice)/i.test(file)).sort().map((file) => readFileSync(join(folder, file), 'utf8').trim());
  if (typeof license !== 'string') {
    throw new Error(`${name} ${version} names no licence in its package.json: it cannot be bundled`);
  }
  return { name, version, license, texts };
}

/** What the package owes to those whose work is in it: each text once, below all that it covers. */
export function noticesOf(packages: readonly Bundled[]): string {
  const covered = new Map<string, Bundled[]>();
  for (const each of packages) {
    const text = each.texts.join('\n\n') || standardText(each.license);
    covered.set(text, [...covered.get(text) ?? [], each]);
  }
  const parts = [...covered].map(([text, of]) => `${of.map(({ name, version, license }) => `${name} ${version} (${license})`).join('\n')}\n\n${text}\n`);
  return ['The functions in assets/ and the program in bin/ contain these packages, bundled and minified.\n', ...parts].join(`\n${'-'.repeat(80)}\n\n`);
}

/** For a package that is published without its licence. This project has the same one as most of them. */
function standardText(license: string): string {
  return license === 'Apache-2.0' ? readFileSync('LICENSE', 'utf8').trim() : `Licensed as ${license}; the package is published without a text.`;
}

/** The same as a bill of materials (CycloneDX). */
export function billOfMaterials(packages: readonly Bundled[]): string {
  const components = packages.map(({ name, version, license }) => ({
    'type': 'library',
    'bom-ref': `${name}@${version}`,
    name,
    version,
    'licenses': [{ license: { id: license } }],
    'purl': `pkg:npm/${name.replace('@', '%40')}@${version}`,
  }));
  return `${JSON.stringify({ $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json', bomFormat: 'CycloneDX', specVersion: '1.6', version: 1, components }, undefined, 2)}\n`;
}
