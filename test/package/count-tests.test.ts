import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const COUNT = join(__dirname, '..', '..', '.ci', 'count-tests.mjs');
const REPORTS = ['jest', 'toolchains', 'cdk-versions'];

interface Results {
  readonly passed?: number;
  readonly failed?: number;
  readonly skipped?: string[];
}

const ALL_PASS: Results[] = [{ passed: 6_000 }, { passed: 100 }, { passed: 3_000 }];

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'count-'));
  mkdirSync(join(folder, 'test-reports'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** What a whole run of CI prints at its end, and how it ends: with results in the order of `REPORTS`, and the codes of the tests and of the other guards. */
function counted(all: (Results | undefined)[], codes = ['0', '0']) {
  all.forEach((results, i) => results && writeFileSync(join(folder, 'test-reports', `${REPORTS[i]}.json`), JSON.stringify({
    numPassedTests: results.passed ?? 0,
    numFailedTests: results.failed ?? 0,
    numPendingTests: results.skipped?.length ?? 0,
    numTodoTests: 0,
    numRuntimeErrorTestSuites: 0,
    testResults: [{ assertionResults: (results.skipped ?? []).map((fullName) => ({ status: 'pending', fullName })) }],
  })));
  const { stdout, status } = spawnSync(process.execPath, [COUNT, ...codes], { cwd: folder, encoding: 'utf8' });
  return { lines: stdout.trim().split('\n'), status };
}

test('the last line of CI counts the tests of every run', () => {
  expect(counted(ALL_PASS)).toEqual({ lines: ['tests: 9100 passed, 0 failed, 0 skipped'], status: 0 });
});

test('CI says which tests were skipped', () => {
  expect(counted([{ passed: 6_000 }, { passed: 100, skipped: ['the example in Java'] }, { passed: 3_000 }])).toEqual(
    { lines: ['SKIPPED: the example in Java', 'tests: 9100 passed, 0 failed, 1 skipped'], status: 0 });
});

test.each<[string, (Results | undefined)[], string[] | undefined, string]>([
  ['a test fails', [{ passed: 6_000 }, { passed: 99, failed: 1 }, { passed: 3_000 }], undefined, 'tests: 9099 passed, 1 failed, 0 skipped'],
  ['there is no test', [{}, {}, {}], undefined, 'tests: 0 passed, 0 failed, 0 skipped'],
  ['a run did not come to its end', [{ passed: 6_000 }, undefined, { passed: 3_000 }], undefined, 'tests: 9000 passed, 0 failed, 0 skipped'],
  ['what ran the tests fails', ALL_PASS, ['1', '0'], 'tests: 9100 passed, 0 failed, 0 skipped'],
  ['another guard fails', ALL_PASS, ['0', '1'], 'tests: 9100 passed, 0 failed, 0 skipped'],
])('CI fails when %s', (_when, results, codes, line) => {
  const { lines, status } = counted(results, codes);
  expect(lines.at(-1)).toBe(line);
  expect(status).toBe(1);
});

test('CI names a run that did not come to its end', () => {
  expect(counted([{ passed: 6_000 }, undefined, { passed: 3_000 }]).lines[0]).toBe('the tests of other toolchains did not come to their end: there are no results');
});
