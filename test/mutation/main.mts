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
/** Tests that are too slow to be run against every mutant: of constructs, on the deployment engine, in a browser, of random cases. */
const TOO_SLOW = [
  '/(joined-accounts|org-root-access-features|root-access-delegation|root-credentials-[a-z]+|schedule|sweep-signals|terraform)\\.test\\.ts$',
  '/(page-in-browser|run)\\.test\\.ts$',
  '/truth/(crashes|joined|narrowing|truth)\\.test\\.ts$',
];
/** What the last measurement of each file was, by what is in the file. */
const LEDGER = 'test/mutation/scores.json';

/** What a check may take, at the pace of a machine that has something else to do. */
const BUDGET_SECONDS = 3 * 60;
/** The tests of a room are run once before its first mutant, and most of them again for each. */
const SECONDS_PER_FILE = 60;
const SECONDS_PER_MUTANT = 20;
/** A check measures a file again that did not change, with as many mutants at most: tests may have gone. */
const SMALL = 12;

interface Score {
  /** Where it was when it was measured: for readers alone. */
  readonly file: string;
  readonly noticed: number;
  readonly all: number;
}

const files = ROOMS.flatMap((room) => readdirSync(`lambda/${room}`).filter((name) => name.endsWith('.ts')).map((name) => `lambda/${room}/${name}`));
/** By digest, so that a file that has moved stays measured. */
const ledger: Record<string, Score> = existsSync(LEDGER) ? JSON.parse(readFileSync(LEDGER, 'utf8')) : {};

/** Of what is in a file; a file that moves names others by other paths. */
const digestOf = (file: string) => createHash('sha256').update(readFileSync(file, 'utf8').replaceAll(/ from '[./]+(?:[^']*\/)?([^'/]*)'/g, " from '$1'")).digest('hex').slice(0, 16);
const recorded = (file: string): Score | undefined => ledger[digestOf(file)];
const percentOf = ({ noticed, all }: Score) => 100 * noticed / Math.max(all, 1);
const fallsShort = (score: Score) => percentOf(score) < FLOOR;

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
  const named = args.includes('--all') ? files : args.length > 0 ? args : files.filter((file) => recorded(file) === undefined || fallsShort(recorded(file)!));
  const measured: Score[] = [];
  for (const room of ROOMS) {
    measured.push(...await measure(named.filter((file) => file.startsWith(`lambda/${room}/`))));
    record();
  }
  finish(shortfalls(measured), `measured ${named.length} files`);
}

/** What changed is measured as far as the time goes, small files first; for the rest the ledger is believed, but for a small file that is chosen by the commit. */
async function check() {
  const changed = files.filter((file) => recorded(file) === undefined).sort((one, other) => mutantsIn(one) - mutantsIn(other));
  const kept = files.filter((file) => recorded(file) !== undefined);
  const again = inTurn(kept.filter((file) => recorded(file)!.all <= SMALL)).slice(0, 1);
  const before = again.map((file) => recorded(file)!);
  const end = Date.now() + BUDGET_SECONDS * 1_000;
  const measuredAgain = await measure(again);
  const measured: Score[] = [];
  const left: string[] = [];
  for (const file of changed) {
    const enough = Date.now() + (SECONDS_PER_FILE + SECONDS_PER_MUTANT * mutantsIn(file)) * 1_000 > end;
    enough ? left.push(file) : measured.push(...await measure([file]));
  }
  left.forEach((file) => console.error(`mutation: NOT MEASURED for lack of time, and changed since it was: ${file}; run \`npm run mutation -- ${file}\` and commit the ledger`));
  const lost = measuredAgain.filter((score, i) => percentOf(score) < percentOf(before[i]) - TOLERANCE)
    .map(({ file, noticed, all }, i) => `${file}: ${noticed} of ${all} mutants noticed, and ${before[i].noticed} when it was recorded`);
  finish([...shortfalls(kept.map((file) => recorded(file)!)), ...shortfalls(measured), ...lost],
    `measured ${measured.length} changed files and, of the others, ${again.join()}; ${kept.length - again.length} are as recorded, ${left.length} are not measured`);
}

/** From another file on with each commit. */
function inTurn(some: string[]): string[] {
  const commit = parseInt(execFileSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8' }).slice(0, 8), 16);
  const first = some.length === 0 ? 0 : commit % some.length;
  return [...some.slice(first), ...some.slice(0, first)];
}

/** About as many as there are lines with code in them. */
const mutantsIn = (file: string) => readFileSync(file, 'utf8').split('\n').filter((line) => /^\s*[^\s/*]/.test(line) && !line.startsWith('import')).length;

/** Files of one room, whose scores are then in the ledger. */
async function measure(mutate: string[]): Promise<Score[]> {
  if (mutate.length === 0) {
    return [];
  }
  const [, room] = mutate[0].split('/');
  const digests = mutate.map(digestOf); // of what is measured: it takes a while
  const { maxWorkers: _, ...jest } = JSON.parse(readFileSync('jest.config.json', 'utf8'));
  const mutants = await new Stryker({
    mutate,
    testRunner: 'jest',
    jest: {
      enableFindRelatedTests: false,
      config: { ...jest, testMatch: [`<rootDir>/test/${room}/**/*.test.ts`], testPathIgnorePatterns: ['/node_modules/', ...TOO_SLOW], testTimeout: 60_000 },
    },
    coverageAnalysis: 'perTest',
    concurrency: 2,
    timeoutMS: 10_000,
    timeoutFactor: 2,
    reporters: ['clear-text'],
    clearTextReporter: { allowColor: false, allowEmojis: false, logTests: false, reportTests: false, reportScoreTable: false },
    ignorePatterns: ['.local-aws', 'cdk.out', 'coverage', 'dist-lib', 'dist', 'docs', 'test-reports'],
    tempDirName: '.stryker-tmp',
  }).runMutationTest();
  return mutate.map((file, i) => {
    const count = (...statuses: string[]) => mutants.filter(({ fileName, status }) => fileName.endsWith(`/${file}`) && statuses.includes(status)).length;
    const noticed = count('Killed', 'Timeout');
    const score = { file, noticed, all: noticed + count('Survived', 'NoCoverage') };
    console.log(`${file}: ${percentOf(score).toFixed(1)} % of ${score.all} mutants noticed`);
    return ledger[digests[i]] = score;
  });
}

/** The scores of what is there now, in the order of the files. */
function record() {
  const current = files.filter((file) => recorded(file)).map((file) => [digestOf(file), { ...recorded(file), file }]);
  writeFileSync(LEDGER, `${JSON.stringify(Object.fromEntries(current), undefined, 2)}\n`);
}

const shortfalls = (scores: Score[]) => scores.filter(fallsShort).map(({ file, noticed, all }) => `${file}: ${noticed} of ${all} mutants noticed, at least ${FLOOR} % must be`);

function finish(problems: string[], summary: string) {
  problems.forEach((problem) => console.error(`mutation: ${problem}`));
  console.log(`mutation: ${summary}${problems.length > 0 ? '; run `npm run mutation`, read what nobody noticed, and commit the ledger' : ''}`);
  process.exitCode = problems.length > 0 ? 1 : 0;
}

void main(process.argv.slice(2));
