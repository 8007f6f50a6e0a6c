// Prints the one line that counts the tests, from jest's own results; fails when a test, a guard or the run itself failed.
import { readFileSync } from 'node:fs';

const REPORTS = {
  'the tests': 'test-reports/jest.json',
  'the tests of other toolchains': 'test-reports/toolchains.json',
  'the tests with other versions of the CDK': 'test-reports/cdk-versions.json',
};

const [status, guard] = process.argv.slice(2).map(Number);
const all = Object.entries(REPORTS).map(([name, file]) => resultsIn(name, file));
const sum = (...counts) => all.flatMap((results) => counts.map((count) => results?.[count] ?? 0)).reduce((one, other) => one + other);
for (const { status: state, fullName } of all.flatMap((results) => results?.testResults ?? []).flatMap(({ assertionResults }) => assertionResults)) {
  if (state === 'pending' || state === 'skipped') {
    console.log(`SKIPPED: ${fullName}`);
  }
}
const [passed, failed, skipped] = [sum('numPassedTests'), sum('numFailedTests'), sum('numPendingTests', 'numTodoTests')];
console.log(`tests: ${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exit(status !== 0 || guard !== 0 || failed > 0 || sum('numRuntimeErrorTestSuites') > 0 || all.includes(undefined) || passed === 0 ? 1 : 0);

function resultsIn(name, file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    console.log(`${name} did not come to their end: there are no results`);
    return undefined;
  }
}
