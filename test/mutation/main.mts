import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { Stryker } from '@stryker-mutator/core';

/** Percent of the mutants of a file that some test must notice. */
const FLOOR = 85;
/** Percent that a file may lose without a change of its own: a mutant that times out on one machine need not do so on another. */
const TOLERANCE = 4;
/** The tests of a room are those in its own folder. */
const ROOMS = ['aws', 'organization', 'sweep'];
/** What the last measurement of each file was. */
const LEDGER = 'test/mutation/scores.json';

/** What changed files may take in a check, at the pace of a machine that has something else to do. */
const BUDGET_SECONDS = 20 * 60;
const SECONDS_PER_MUTANT = 2;
/** A check measures two files again that did not change, with as many mutants at most: tests may have gone. */
const SMALL = 30;

interface Score {
  readonly digest: string;
  readonly noticed: number;
  readonly all: number;
}
type Ledger = Record<string, Score>;

const files = ROOMS.flatMap((room) => readdirSync(`lambda/${room}`).filter((name) => name.endsWith('.ts')).map((name) => `lambda/${room}/${name}`));
const ledger: Ledger = existsSync(LEDGER) ? JSON.parse(readFileSync(LEDGER, 'utf8')) : {};
const digestOf = (file: string) => createHash('sha256').update(readFileSync(file)).digest('hex').slice(0, 16);
const isRecorded = (file: string) => ledger[file]?.digest === digestOf(file);
const percentOf = ({ noticed, all }: Score) => 100 * noticed / Math.max(all, 1);
const secondsFor = (some: string[]) => some.reduce((sum, file) => sum + ledger[file].all, 0) * SECONDS_PER_MUTANT;

/**
 * Changes the code in many small ways and sees whether a test notices.
 *
 * `npm run mutation` measures what has changed since it was last measured, and what fell short, `-- --all` everything, `-- lambda/sweep/plan.ts` one file; each prints what
 * nobody noticed and records the scores. `-- --check` is for CI: it records nothing.
 */
async function main(args: string[]) {
  if (args.includes('--check')) {
    return check();
  }
  const named = args.includes('--all') ? files : args.length > 0 ? args : files.filter((file) => !isRecorded(file) || percentOf(ledger[file]) < FLOOR);
  const measured = await measure(named);
  const scores = { ...ledger, ...measured };
  writeFileSync(LEDGER, `${JSON.stringify(Object.fromEntries(files.filter((file) => scores[file]).map((file) => [file, scores[file]])), undefined, 2)}\n`);
  finish(shortfalls(measured), `measured ${named.length} files`);
}

/** What changed is measured, for the rest the ledger is believed, but for two small files that are chosen by the commit. */
async function check() {
  const unknown = files.filter((file) => !ledger[file]);
  const changed = files.filter((file) => ledger[file] && !isRecorded(file));
  const kept = files.filter(isRecorded);
  const problems = [...unknown.map((file) => `${file}: was never measured`), ...shortfalls(Object.fromEntries(kept.map((file) => [file, ledger[file]])))];
  if (secondsFor(changed) > BUDGET_SECONDS) {
    problems.push(`these take longer than ${BUDGET_SECONDS / 60} minutes to measure: ${changed.join(', ')}`);
  }
  if (problems.length > 0) {
    return finish(problems, 'measured nothing');
  }
  const again = sampleOf(kept);
  const measured = await measure([...changed, ...again]);
  const lost = again.filter((file) => percentOf(measured[file]) < percentOf(ledger[file]) - TOLERANCE)
    .map((file) => `${file}: ${measured[file].noticed} of ${measured[file].all} mutants noticed, and ${ledger[file].noticed} when it was recorded`);
  return finish([...shortfalls(measured), ...lost], `measured ${changed.length} changed files and ${again.join(', ')}; ${kept.length - again.length} are as recorded`);
}

function sampleOf(kept: string[]): string[] {
  const small = kept.filter((file) => ledger[file].all <= SMALL);
  const commit = parseInt(execFileSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8' }).slice(0, 8), 16);
  return [...new Set([0, 1].map((n) => small[(commit + n) % small.length]))];
}

async function measure(some: string[]): Promise<Ledger> {
  const scores: Ledger = {};
  for (const room of ROOMS) {
    const mutate = some.filter((file) => file.startsWith(`lambda/${room}/`));
    const digests = mutate.map(digestOf); // of what is measured: it takes a while
    const mutants = mutate.length === 0 ? [] : await new Stryker({
      mutate,
      testRunner: 'vitest',
      vitest: { configFile: 'test/mutation/vitest.config.mts', dir: `test/${room}` },
      coverageAnalysis: 'perTest',
      concurrency: 2,
      timeoutMS: 10_000,
      timeoutFactor: 2,
      reporters: ['clear-text'],
      clearTextReporter: { allowColor: false, allowEmojis: false, logTests: false, reportTests: false, reportScoreTable: false },
      ignorePatterns: ['.local-aws', 'cdk.out', 'coverage', 'dist-lib', 'dist', 'docs', 'test-reports'],
      tempDirName: '.stryker-tmp',
    }).runMutationTest();
    for (const [i, file] of mutate.entries()) {
      const count = (...statuses: string[]) => mutants.filter(({ fileName, status }) => fileName.endsWith(`/${file}`) && statuses.includes(status)).length;
      const noticed = count('Killed', 'Timeout');
      scores[file] = { digest: digests[i], noticed, all: noticed + count('Survived', 'NoCoverage') };
      console.log(`${file}: ${percentOf(scores[file]).toFixed(1)} % of ${scores[file].all} mutants noticed`);
    }
  }
  return scores;
}

const shortfalls = (scores: Ledger) => Object.entries(scores).filter(([, score]) => percentOf(score) < FLOOR)
  .map(([file, score]) => `${file}: ${score.noticed} of ${score.all} mutants noticed, at least ${FLOOR} % must be`);

function finish(problems: string[], summary: string) {
  problems.forEach((problem) => console.error(`mutation: ${problem}`));
  console.log(`mutation: ${summary}${problems.length > 0 ? '; run `npm run mutation`, read what nobody noticed, and commit the ledger' : ''}`);
  process.exitCode = problems.length > 0 ? 1 : 0;
}

void main(process.argv.slice(2));
