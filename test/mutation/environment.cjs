const TestEnvironment = require('../support/environment.cjs');

/** jest's environment while mutants are active, which tells the runner of each test. */
module.exports = class extends TestEnvironment {
  /** @type {((event: object, state: object) => void) | undefined} */
  onTestEvent;

  handleTestEvent(event, state) {
    this.onTestEvent?.(event, state);
  }
};
