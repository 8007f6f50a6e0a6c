const { appendFileSync, existsSync, readFileSync } = require('node:fs');
const { dirname, join, relative, sep } = require('node:path');
const circus = require('jest-circus/runner').default;

/** A test may take so much longer with a mutant than without before it counts as one that hangs. */
const patience = (ms) => 10_000 + 3 * ms;

/** Code with a mutant may run so many times as often as without before it counts as an endless loop. */
const HITS = 100;

const HANDLERS = Symbol.for('EVENT_HANDLERS');
const ADAPTER = join(dirname(require.resolve('jest-circus/runner')), 'jestAdapterInit.js');

/**
 * jest's runner of a test file, which runs it once without a mutant and then once for each mutant, with the tests that meet it, until the first one fails.
 *
 * It stays in one process, and packages stay loaded: what takes time in a test file is to load the AWS SDK. The project's own modules are loaded anew each
 * time, so that constants mutate too and nothing that a mutant did to a module outlives it.
 */
module.exports = async function runWithMutants(globalConfig, config, environment, runtime, path, send) {
  const { mutants } = JSON.parse(readFileSync(process.env.MUTATION_JOB, 'utf8'));
  const test = relative(process.cwd(), path);
  const progress = existsSync(process.env.MUTATION_RESULTS) ? readFileSync(process.env.MUTATION_RESULTS, 'utf8').trim().split('\n').filter(Boolean).map((line) => JSON.parse(line)) : [];
  const tell = (result) => appendFileSync(process.env.MUTATION_RESULTS, `${JSON.stringify({ test, ...result })}\n`);
  const signOfLife = () => appendFileSync(process.env.MUTATION_RESULTS, '\n');
  const isOver = (id) => progress.some((one) => one.mutant === id && (one.status === 'killed' || one.status === 'timeout' || (one.status === 'survived' && one.test === test)));

  const round = async (mutant, { hitLimit, meets, times } = {}) => {
    refresh(environment, runtime);
    const switches = { activeMutant: mutant, hitCount: mutant === undefined ? undefined : 0, hitLimit };
    environment.global.__stryker__ = switches;
    const durations = [];
    let failed = false;
    let late = false;
    environment.onTestEvent = ({ name, test: current }, state) => {
      const index = name.startsWith('test_') ? testsOf(state.rootDescribeBlock).indexOf(current) : -1;
      if (name === 'run_start' && mutant !== undefined) {
        testsOf(state.rootDescribeBlock).filter((_, i) => !meets(i)).forEach((other) => { other.mode = 'skip'; });
        state.testTimeout = patience(0);
      } else if (name === 'test_start') {
        switches.currentTestId = `${index}`;
        if (mutant !== undefined) {
          current.timeout = patience(times[index] ?? 0);
          failed && (current.mode = 'skip');
        }
      } else if (name === 'test_done') {
        durations[index] = Date.now() - current.startedAt;
        late ||= mutant !== undefined && current.errors.length > 0 && durations[index] >= current.timeout;
        failed ||= current.errors.length > 0;
        signOfLife();
        switches.currentTestId = undefined;
      }
    };
    try {
      const result = await circus(globalConfig, config, environment, runtime, path, mutant === undefined ? send : undefined);
      return { result, durations, switches, late, failed: failed || result.numFailingTests > 0 || result.testExecError !== undefined };
    } catch (error) {
      if (mutant === undefined) {
        throw error;
      }
      return { failed: true }; // a module that does not load
    }
  };

  const { result, failed, durations, switches } = await round();
  if (failed) {
    return result;
  }
  const coverage = switches.mutantCoverage ?? { static: {}, perTest: {} };
  tell({ clean: durations.reduce((sum, ms) => sum + ms, 0) });
  for (const id of mutants.filter((one) => !isOver(one))) {
    const isStatic = coverage.static[id] > 0;
    const meets = (index) => isStatic || coverage.perTest[index]?.[id] > 0;
    if (!durations.some((_, index) => meets(index))) {
      continue;
    }
    const hits = Object.values(coverage.perTest).reduce((sum, of) => sum + (of[id] ?? 0), coverage.static[id] ?? 0);
    tell({ started: id });
    const { failed: noticed, late } = await round(id, { hitLimit: hits * HITS, meets, times: durations });
    tell({ mutant: id, status: noticed ? late ? 'timeout' : 'killed' : 'survived' });
  }
  const { failed: isDirty } = await round();
  tell({ over: true, isDirty });
  return result;
};

/** What the last round has left: modules of the project, the state of jest's test runner, spies, fake timers. */
function refresh(environment, runtime) {
  environment.fakeTimersModern?.useRealTimers();
  runtime.restoreAllMocks();
  runtime.enterTestCode(); // else it lets nothing be loaded
  const { moduleRegistry, internalModuleRegistry } = runtime.registries;
  [...moduleRegistry.keys()].filter((path) => !path.includes(`${sep}node_modules${sep}`)).forEach((path) => moduleRegistry.delete(path));
  internalModuleRegistry.delete(ADAPTER);
  delete environment.global[HANDLERS];
}

/** In the order of the file. */
function testsOf(block) {
  return block.children.flatMap((child) => child.type === 'describeBlock' ? testsOf(child) : [child]);
}
