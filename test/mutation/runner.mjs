import { readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { strykerPlugins as jestPlugins } from '@stryker-mutator/jest-runner';

/** What the tests took without a mutant, in the sandbox: the worker that runs them first is one of several. */
const TESTS = 'tests-without-mutants.json';

/** A test may take so much longer with a mutant than without before it counts as one that hangs. */
const patience = (ms) => 5_000 + 3 * ms;

/**
 * Stryker's runner for jest, which loads only test files in which a test meets the mutant, one after the other, and is content with the first failure.
 *
 * By itself it loads every test file for every mutant, to pass over most of their tests by their names. Files named like that of the mutant come first,
 * then quick ones: most mutants die in the first.
 */
function jestByFile(injector) {
  const [{ factory: create }] = jestPlugins;
  const jest = create(injector);
  const adapter = jest.jestTestAdapter;
  const runTests = adapter.run.bind(adapter);
  let only;
  adapter.run = (settings) => runTests({ ...settings, testFiles: settings.testFiles ?? only });

  return {
    init: () => jest.init(),
    capabilities: () => jest.capabilities(),

    async dryRun(options) {
      const result = await jest.dryRun(options);
      writeFileSync(TESTS, JSON.stringify((result.tests ?? []).map(({ id, fileName, timeSpentMs }) => ({ id, file: fileName, ms: timeSpentMs }))));
      return result;
    },

    async mutantRun(options) {
      const tests = JSON.parse(readFileSync(TESTS, 'utf8'));
      const times = new Map(tests.map(({ id, ms }) => [id, ms]));
      globalThis.mutation = { patienceOf: (test) => patience(times.get(fullName(test)) ?? 0) };
      const met = options.testFilter ? new Set(options.testFilter) : new Set(times.keys()); // a static mutant may meet any
      let result = { status: 'survived', nrOfTests: 0 };
      for (const [file, some] of inOrder(options.sandboxFileName, tests.filter(({ id }) => met.has(id)))) {
        only = [file];
        result = await jest.mutantRun({ ...options, testFilter: options.testFilter && some.map(({ id }) => id) });
        if (result.status !== 'survived') {
          break;
        }
      }
      only = undefined;
      return result;
    },
  };
}
jestByFile.inject = jestPlugins[0].factory.inject;

/** The files of tests, those with the name of the mutated file first, then by what they take. */
function inOrder(mutated, tests) {
  const isNamesake = (file) => basename(file) === basename(mutated).replace(/\.ts$/, '.test.ts');
  const costOf = ([file, some]) => isNamesake(file) ? 0 : some.reduce((sum, { ms }) => sum + ms, 1);
  const byFile = new Map();
  tests.forEach((test) => byFile.set(test.file, [...byFile.get(test.file) ?? [], test]));
  return [...byFile].sort((one, other) => costOf(one) - costOf(other));
}

/** As Stryker makes it. */
function fullName({ name, parent }) {
  return parent?.parent ? `${fullName(parent)} ${name}` : name;
}

export const strykerPlugins = [{ ...jestPlugins[0], name: 'jest-by-file', factory: jestByFile }];
