import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { Instrumenter } from '@stryker-mutator/instrumenter';
import ts from 'typescript';
import { testsOf } from './tests-of.mts';

type Mutant = Awaited<ReturnType<Instrumenter['instrument']>>['mutants'][number];

/** Percent of the mutants of a file that some test must notice. */
const FLOOR = 85;
/** Percent that a file may lose without a change of its own: a mutant that times out on one machine need not do so on another. */
const TOLERANCE = 4;
/** Parses an event and calls a module that takes its clients. */
const ENTRY_POINT = 'handler.ts';
/** What the last measurement of each file was, by what is in the file. */
const LEDGER = 'test/mutation/scores.json';

/** What a check may take, at the pace of a machine that has something else to do. */
const BUDGET_SECONDS = 6 * 60;
/** A check measures a file again that did not change, with as many mutants at most: tests may have gone. */
const SMALL = 12;

/** Processes of two cores. */
const AT_ONCE = 2;
/** A process that says nothing for so long runs in circles. */
const HUNG_MS = 180_000;

interface Score {
  /** Where it was when it was measured: for readers alone. */
  readonly file: string;
  readonly noticed: number;
  readonly all: number;
}

/** Of what can mutate in a file: no comments, types, imports or layout. */
const digestOf = (file: string) => createHash('sha256').update(tokensOf(file).join(' ').replaceAll(/ ,(?= [)\]}])/g, '')).digest('hex').slice(0, 16);

function tokensOf(file: string): string[] {
  const { outputText } = ts.transpileModule(readFileSync(file, 'utf8'), { compilerOptions: { target: ts.ScriptTarget.ESNext, module: ts.ModuleKind.ESNext, removeComments: true } });
  const source = ts.createSourceFile('file.js', outputText, ts.ScriptTarget.ESNext);
  const tokens = (node: ts.Node): string[] => {
    if (node.getChildCount(source) === 0) {
      return [ts.isStringLiteral(node) ? JSON.stringify(node.text) : node.getText(source)];
    }
    return node.getChildren(source).filter((child) => !ts.isImportDeclaration(child) && !ts.isExportDeclaration(child)).flatMap(tokens);
  };
  return tokens(source).filter((token) => token !== '');
}

/** Those with code in them: types alone have no mutants. */
const files = readdirSync('lambda', { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts') && basename(name) !== ENTRY_POINT)
  .map((name) => `lambda/${name}`).filter((file) => tokensOf(file).length > 0).sort();
/** By digest, so that a file that has moved stays measured. */
const ledger: Record<string, Score> = readLedger();

function readLedger(): Record<string, Score> {
  return existsSync(LEDGER) ? JSON.parse(readFileSync(LEDGER, 'utf8')) : {};
}

const recorded = (file: string): Score | undefined => ledger[digestOf(file)];
const percentOf = ({ noticed, all }: Score) => all === 0 ? 100 : 100 * noticed / all;
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
  for (const room of new Set(named.map(dirname))) {
    measured.push(...await measure(named.filter((file) => dirname(file) === room)));
    record(measured);
  }
  finish(shortfalls(measured), `measured ${named.length} files`);
}

/**
 * What changed is measured as far as the time goes, cheap files first; for the rest the ledger is believed, but for a small file that is chosen by the commit.
 * A file that is in the ledger fails the check when it falls short. One that is not, and turns out to, is named: which files there is time for depends on the machine.
 */
async function check() {
  const changed = files.filter((file) => recorded(file) === undefined).sort((one, other) => costOf(one) - costOf(other));
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

/** A file with a test of its name is cheap; one without meets tests of other things first, which may take minutes. */
const costOf = (file: string) => linesOf(file) * (testsOf(file)[0].length > 0 ? 1 : 1_000);

/** Lines with code in them, of which each makes one mutant or two. */
const linesOf = (file: string) => readFileSync(file, 'utf8').split('\n').filter((line) => /^\s*[^\s/*]/.test(line) && !line.startsWith('import')).length;

/** Files whose scores are then in the ledger. */
async function measure(mutate: string[]): Promise<Score[]> {
  const left = [...mutate];
  const scores: Score[] = [];
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    for (let file = left.shift(); file !== undefined; file = left.shift()) {
      scores.push(await measureFile(file));
    }
  }));
  return scores;
}

/** What the nearest tests leave short of the floor meets the others that reach it. */
async function measureFile(file: string): Promise<Score> {
  const digest = digestOf(file); // of what is measured: it takes a while
  const job = await jobOf(file);
  for (const tests of testsOf(file)) {
    if (fallsShort(scoreOf(job))) {
      await run(job, tests);
    }
  }
  const score = scoreOf(job);
  job.survivors.forEach((mutant) => console.log(describe(file, mutant)));
  console.log(`${file}: ${percentOf(score).toFixed(1)} % of ${score.all} mutants noticed`);
  return ledger[digest] = score;
}

interface Job {
  readonly file: string;
  /** The file with all its mutants, each behind a switch. */
  readonly instrumented: string;
  readonly all: Mutant[];
  survivors: Mutant[];
}

async function jobOf(file: string): Promise<Job> {
  const silent = { isDebugEnabled: () => false, info: () => {}, debug: () => {}, warn: console.warn };
  const { files: [{ content }], mutants } = await new Instrumenter(silent as never).instrument(
    [{ name: resolve(file), content: readFileSync(file, 'utf8'), mutate: true }], { plugins: null, excludedMutations: [], ignorers: [] } as never);
  const all = mutants.filter(({ status }) => status !== 'Ignored') as Mutant[];
  return { file, instrumented: content, all, survivors: all };
}

/** Runs the mutants of a file against some tests, one process for all: those that nobody notices stay. A process that hangs is started again without its mutant. */
async function run(job: Job, tests: string[]): Promise<void> {
  if (tests.length === 0 || job.survivors.length === 0) {
    return;
  }
  const folder = join('.stryker-tmp', `${process.pid}-${basename(job.file, '.ts')}`);
  mkdirSync(folder, { recursive: true });
  const [jobFile, results, config] = ['job.json', 'results.jsonl', 'jest.json'].map((name) => resolve(folder, name));
  rmSync(results, { force: true });
  writeFileSync(jobFile, JSON.stringify({ ...job, tests, mutants: job.survivors.map(({ id }) => id) }));
  writeFileSync(config, JSON.stringify(jestConfig(tests)));
  const resultsNow = (): Result[] => existsSync(results) ? readFileSync(results, 'utf8').trim().split('\n').filter(Boolean).map((line) => JSON.parse(line)) : [];
  for (;;) {
    const hung = await runJest(config, { MUTATION_JOB: jobFile, MUTATION_RESULTS: results });
    const last = resultsNow().at(-1);
    if (!hung) {
      break;
    }
    if (last?.started === undefined) {
      throw new Error(`${job.file}: the tests hang without a mutant`);
    }
    appendFileSync(results, `${JSON.stringify({ test: last.test, mutant: last.started, status: 'timeout' })}\n`);
  }
  const found = resultsNow();
  const failing = tests.filter((test) => !found.some((result) => result.test === test && result.over && !result.isDirty));
  if (failing.length > 0) {
    throw new Error(`${job.file}: ${failing.join(', ')} must pass without a mutant, before the mutants and after them`);
  }
  const noticed = new Set(found.filter(({ status }) => status === 'killed' || status === 'timeout').map(({ mutant }) => mutant));
  job.survivors = job.survivors.filter(({ id }) => !noticed.has(id));
  rmSync(folder, { recursive: true });
}

/** Of the runner, a line each. */
interface Result {
  readonly test: string;
  readonly started?: string;
  readonly mutant?: string;
  readonly status?: 'killed' | 'timeout' | 'survived';
  readonly over?: boolean;
  /** Whether the tests fail without a mutant after all mutants. */
  readonly isDirty?: boolean;
}

function jestConfig(tests: string[]): object {
  const { maxWorkers: _, ...jest } = JSON.parse(readFileSync('jest.config.json', 'utf8'));
  const transform = Object.fromEntries(Object.entries(jest.transform).map(([pattern, by]) => [pattern, Array.isArray(by) ? ['<rootDir>/test/mutation/transform.cjs', by[1]] : by]));
  return {
    ...jest,
    transform,
    rootDir: process.cwd(),
    testMatch: tests.map((file) => `<rootDir>/${file}`),
    testRunner: '<rootDir>/test/mutation/runner.cjs',
    testEnvironment: '<rootDir>/test/mutation/environment.cjs',
    testSequencer: '<rootDir>/test/mutation/sequencer.cjs',
  };
}

const children = new Set<ChildProcess>();
process.on('exit', () => children.forEach((child) => child.kill('SIGKILL')));

/** Whether it hangs: then it is ended. */
async function runJest(config: string, env: Record<string, string>): Promise<boolean> {
  const args = ['node_modules/jest/bin/jest.js', '--config', config, '--runInBand', '--ci', '--forceExit', '--silent'];
  const child = spawn(process.execPath, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'ignore', 'pipe'] });
  children.add(child);
  let output = '';
  child.stderr.on('data', (text) => { output += text; });
  const started = Date.now();
  let hung = false;
  const watch = setInterval(() => {
    const lastSign = existsSync(env.MUTATION_RESULTS) ? statSync(env.MUTATION_RESULTS).mtimeMs : 0;
    hung ||= Date.now() - Math.max(started, lastSign) > HUNG_MS && child.kill('SIGKILL');
  }, 1_000);
  const code = await new Promise((ended) => child.on('close', ended));
  clearInterval(watch);
  children.delete(child);
  if (code !== 0 && !hung) {
    console.error(output);
  }
  return hung;
}

function scoreOf({ file, all, survivors }: Job): Score {
  return { file, noticed: all.length - survivors.length, all: all.length };
}

function describe(file: string, { mutatorName, replacement, location: { start, end } }: Mutant): string {
  const lines = readFileSync(file, 'utf8').split('\n').slice(start.line, end.line + 1);
  lines[lines.length - 1] = lines.at(-1)!.slice(0, end.column);
  lines[0] = lines[0].slice(start.column);
  return `${file}:${start.line + 1}:${start.column + 1} nobody notices (${mutatorName})\n  - ${lines.join('\n  - ')}\n  + ${replacement.replaceAll('\n', '\n  + ')}`;
}

/** The scores of what is there now, in the order of the files. Another process may have measured others meanwhile. */
function record(measured: Score[]) {
  const known = { ...readLedger(), ...Object.fromEntries(Object.entries(ledger).filter(([, score]) => measured.includes(score))) };
  const current = files.filter((file) => known[digestOf(file)]).map((file) => [digestOf(file), { ...known[digestOf(file)], file }]);
  writeFileSync(LEDGER, `${JSON.stringify(Object.fromEntries(current), undefined, 2)}\n`);
}

const shortfalls = (scores: Score[]) => scores.filter(fallsShort).map(({ file, noticed, all }) => `${file}: ${noticed} of ${all} mutants noticed, at least ${FLOOR} % must be`);

function finish(problems: string[], summary: string) {
  problems.forEach((problem) => console.error(`mutation: ${problem}`));
  console.log(`mutation: ${summary}${problems.length > 0 ? '; run `npm run mutation`, read what nobody noticed, and commit the ledger' : ''}`);
  process.exitCode = problems.length > 0 ? 1 : 0;
}

void main(process.argv.slice(2));
