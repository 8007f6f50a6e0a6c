import { readdirSync } from 'node:fs';
import type { MutantResult } from '@stryker-mutator/api/core';
import { Stryker } from '@stryker-mutator/core';

/** Percent of the mutants of a file that some test should notice. */
const FLOOR = 85;
const ROOMS = ['lambda/aws', 'lambda/organization', 'lambda/sweep'];

/**
 * Changes the code in many small ways and sees whether a test notices: `npm run mutation -- lambda/sweep/plan.ts`; without files,
 * all of the three rooms, which takes most of an hour. It prints what nobody noticed, and for each file whether the floor holds.
 */
async function main(files: string[]) {
  const results = await new Stryker({
    mutate: files,
    testRunner: 'vitest',
    vitest: { configFile: 'test/mutation/vitest.config.mts', related: false },
    coverageAnalysis: 'perTest',
    concurrency: 2,
    timeoutMS: 10_000,
    timeoutFactor: 2,
    reporters: ['clear-text'],
    clearTextReporter: { allowColor: false, logTests: false, reportTests: false, reportScoreTable: false },
    ignorePatterns: ['.local-aws', 'cdk.out', 'coverage', 'dist-lib', 'dist', 'docs', 'test-reports'],
    tempDirName: '.stryker-tmp',
  }).runMutationTest();
  for (const file of files) {
    const { noticed, all } = count(results.filter(({ fileName }) => fileName.endsWith(file)));
    const percent = 100 * noticed / Math.max(all, 1);
    console.log(`${file}: ${percent.toFixed(1)} % of ${all} mutants noticed, at least ${FLOOR} %: ${percent >= FLOOR ? 'holds' : 'falls short'}`);
  }
}

function count(mutants: MutantResult[]): { noticed: number; all: number } {
  const of = (...statuses: string[]) => mutants.filter(({ status }) => statuses.includes(status)).length;
  const noticed = of('Killed', 'Timeout');
  return { noticed, all: noticed + of('Survived', 'NoCoverage') };
}

const everything = () => ROOMS.flatMap((room) => readdirSync(room).filter((name) => name.endsWith('.ts')).map((name) => `${room}/${name}`));

const named = process.argv.slice(2);
void main(named.length > 0 ? named : everything());
