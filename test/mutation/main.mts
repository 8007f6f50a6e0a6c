import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { Stryker } from '@stryker-mutator/core';
import { nearTests, testsOf } from './tests-of.mts';

type MutantResult = Awaited<ReturnType<Stryker['runMutationTest']>>[number];

/** Percent of the mutants of a file that some test must notice. */
const FLOOR = 85;
/** Percent that a file may lose without a change of its own: a mutant that times out on one machine need not do so on another. */
const TOLERANCE = 4;
const ROOMS = ['aws', 'organization', 'sweep', 'session', 'guardrail', 'monitor', 'policies'];
/** Modules that put clients and environment variables together, and that deployments alone reach: the tests of a mutant deploy nothing. */
const DEPLOYED = ['session/password-recovery/functions.ts', 'session/password-recovery/runbooks.ts', 'session/resource-policy/functions.ts'];
/** What the last measurement of each file was, by what is in the file. */
const LEDGER = 'test/mutation/scores.json';

/** What a check may take, at the pace of a machine that has something else to do. */
const BUDGET_SECONDS = 6 * 60;
/** A check measures a file again that did not change, with as many mutants at most: tests may have gone. */
const SMALL = 12;

interface Score {
  /** Where it was when it was measured: for readers alone. */
  readonly file: string;
  readonly noticed: number;
  readonly all: number;
}

const files = ROOMS.flatMap((room) => readdirSync(`lambda/${room}`, { recursive: true, encoding: 'utf8' }).map((name) => `${room}/${name.replaceAll('\\', '/')}`))
  .filter((name) => name.endsWith('.ts') && !name.endsWith('/handler.ts') && !DEPLOYED.includes(name)).sort().map((name) => `lambda/${name}`);
/** By digest, so that a file that has moved stays measured. */
const ledger: Record<string, Score> = existsSync(LEDGER) ? JSON.parse(readFileSync(LEDGER, 'utf8')) : {};

/** Of what is in a file; a file that moves names others by other paths. */
const digestOf = (file: string) => createHash('sha256').update(readFileSync(file, 'utf8').replaceAll(/ from '[./]+(?:[^']*\/)?([^'/]*)'/g, " from '$1'")).digest('hex').slice(0, 16);
const recorded = (file: string): Score | undefined => ledger[digestOf(file)];
const percentOf = ({ noticed, all }: Score) => all === 0 ? 100 : 100 * noticed / all; // types alone have no mutants
const fallsShort = (score: Score) => percentOf(score) < FLOOR;

/**
 * Changes the code in many small ways and sees whether a test notices.
 *
 * `npm run mutation` measures what has changed since it was last measured, and what fell short, `-- --all` everything, `-- lambda/sweep/batch/plan.ts` one file; each prints what
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

/**
 * What changed is measured as far as the time goes, small files first; for the rest the ledger is believed, but for a small file that is chosen by the commit.
 * A file that is in the ledger fails the check when it falls short. One that is not, and turns out to, is named: which files there is time for depends on the machine.
 */
async function check() {
  const changed = files.filter((file) => recorded(file) === undefined).sort((one, other) => linesOf(one) - linesOf(other));
  const kept = files.filter((file) => recorded(file) !== undefined);
  const [again] = inTurn(kept.filter((file) => recorded(file)!.all <= SMALL));
  const before = again === undefined ? undefined : recorded(again);
  const scores = await measureInTime([...again ? [again] : [], ...changed]);
  const isMeasured = (file: string) => scores.some((score) => score.file === file);
  const left = changed.filter((file) => !isMeasured(file));
  left.forEach((file) => console.error(`mutation: NOT MEASURED for lack of time, and changed since it was: ${file}; run \`npm run mutation -- ${file}\` and commit the ledger`));
  shortfalls(scores.filter(({ file }) => file !== again)).forEach((problem) => console.error(`mutation: FALLS SHORT, and is not in the ledger: ${problem}`));
  const lost = scores.filter((score) => score.file === again && percentOf(score) < percentOf(before!) - TOLERANCE)
    .map(({ file, noticed, all }) => `${file}: ${noticed} of ${all} mutants noticed, and ${before!.noticed} when it was recorded`);
  finish([...shortfalls(kept.map((file) => recorded(file)!)), ...lost],
    `measured again: ${scores.map(({ file }) => file).join(', ') || 'nothing'}; the others of ${kept.length} that are known are as recorded, ${left.length} are not measured`);
  process.exit(); // what is still measured is not waited for
}

/** One file after the other, so that those that are done count when the time is over. */
async function measureInTime(some: string[]): Promise<Score[]> {
  const over = new Promise<undefined>((late) => void setTimeout(late, BUDGET_SECONDS * 1_000));
  const scores: Score[] = [];
  for (const file of some) {
    const measured = await Promise.race([measure([file]), over]);
    if (measured === undefined) {
      break;
    }
    scores.push(...measured);
  }
  return scores;
}

/** From another file on with each commit. */
function inTurn(some: string[]): string[] {
  const commit = parseInt(execFileSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8' }).slice(0, 8), 16);
  const first = some.length === 0 ? 0 : commit % some.length;
  return [...some.slice(first), ...some.slice(0, first)];
}

/** Lines with code in them, of which each makes one mutant or two. */
const linesOf = (file: string) => readFileSync(file, 'utf8').split('\n').filter((line) => /^\s*[^\s/*]/.test(line) && !line.startsWith('import')).length;

/** Files whose scores are then in the ledger. The tests near them are enough for most; what falls short meets all tests that reach it. */
async function measure(mutate: string[]): Promise<Score[]> {
  const digests = mutate.map(digestOf); // of what is measured: it takes a while
  const found = await run(mutate, (file) => nearTests(file));
  const short = mutate.filter((file) => fallsShort(scoreOf(file, found)));
  const survivors = found.filter(({ fileName, status }) => short.some((file) => fileName.endsWith(`/${file}`)) && !NOTICED.includes(status));
  const foundLater = await run(survivors.map(rangeOf), (range) => testsOf(range.split(':')[0]));
  return mutate.map((file, i) => {
    const noticedLater = foundLater.filter(({ fileName, status }) => fileName.endsWith(`/${file}`) && NOTICED.includes(status)).length;
    const { noticed, all } = scoreOf(file, found);
    const score = { file, noticed: Math.min(noticed + noticedLater, all), all };
    console.log(`${file}: ${percentOf(score).toFixed(1)} % of ${score.all} mutants noticed`);
    return ledger[digests[i]] = score;
  });
}

/** Runs the mutants of files, or of ranges in files, against some of the tests. */
async function run(mutate: string[], testsFor: (file: string) => string[]): Promise<MutantResult[]> {
  if (mutate.length === 0) {
    return [];
  }
  const { maxWorkers: _, ...jest } = JSON.parse(readFileSync('jest.config.json', 'utf8'));
  return new Stryker({
    mutate,
    plugins: ['@stryker-mutator/jest-runner', './test/mutation/runner.mjs'],
    testRunner: 'jest-by-file',
    jest: {
      enableFindRelatedTests: false,
      config: {
        ...jest,
        testEnvironment: './test/mutation/environment.cjs',
        testMatch: [...new Set(mutate.flatMap(testsFor))].map((file) => `<rootDir>/${file}`),
        testTimeout: 60_000,
      },
    },
    coverageAnalysis: 'perTest',
    concurrency: 3, // of two cores: tests wait
    timeoutMS: 10_000,
    timeoutFactor: 2,
    reporters: ['clear-text', 'progress-append-only'],
    clearTextReporter: { allowColor: false, allowEmojis: false, logTests: false, reportTests: false, reportScoreTable: false },
    ignorePatterns: ['.local-aws', 'cdk.out', 'coverage', 'dist-lib', 'dist', 'docs', 'examples', 'test-reports'],
    tempDirName: '.stryker-tmp',
  }).runMutationTest();
}

const NOTICED = ['Killed', 'Timeout'];

function scoreOf(file: string, mutants: MutantResult[]): Score {
  const count = (...statuses: string[]) => mutants.filter(({ fileName, status }) => fileName.endsWith(`/${file}`) && statuses.includes(status)).length;
  const noticed = count(...NOTICED);
  return { file, noticed, all: noticed + count('Survived', 'NoCoverage') };
}

/** Stryker counts lines of a range from 1, and of a result too. */
function rangeOf({ fileName, location: { start, end } }: MutantResult): string {
  return `${relative(process.cwd(), fileName)}:${start.line}:${start.column}-${end.line}:${end.column}`;
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
