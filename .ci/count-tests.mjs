// Prints the one line that counts the tests, from jest's own results; fails when a test, a guard or the run itself failed.
import { readFileSync } from 'node:fs';

const [status, guard] = process.argv.slice(2).map(Number);
let results;
try {
  results = JSON.parse(readFileSync('test-reports/jest.json', 'utf8'));
} catch {
  console.log('the tests did not come to their end: there are no results');
  process.exit(1);
}
const { numPassedTests: passed, numFailedTests: failed, numPendingTests: pending, numTodoTests: todo, numRuntimeErrorTestSuites: broken } = results;
for (const { assertionResults } of results.testResults) {
  for (const { status: state, fullName } of assertionResults) {
    if (state === 'pending' || state === 'skipped') {
      console.log(`SKIPPED: ${fullName}`);
    }
  }
}
console.log(`tests: ${passed} passed, ${failed} failed, ${pending + todo} skipped`);
process.exit(status !== 0 || guard !== 0 || failed > 0 || broken > 0 || passed === 0 ? 1 : 0);
