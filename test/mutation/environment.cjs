const TestEnvironment = require('../support/environment.cjs');

/**
 * jest's environment while a mutant is active: one test that fails is enough, so the others of the file are left out; and a test that hangs is given up
 * soon, by what it took without a mutant.
 */
module.exports = class extends TestEnvironment {
  hasFailed = false;

  handleTestEvent({ name, test }) {
    if (process.env.__STRYKER_ACTIVE_MUTANT__ === undefined) {
      return;
    }
    if (name === 'test_start') {
      this.hasFailed ? test.mode = 'skip' : test.timeout = globalThis.mutation?.patienceOf(test);
    }
    this.hasFailed ||= name === 'test_done' && test.errors.length > 0;
  }
};
