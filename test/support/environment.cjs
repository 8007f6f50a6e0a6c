const { TestEnvironment } = require('jest-environment-node');

/** Errors that Node's own modules make, and a test file's, are of two worlds in jest. */
const NATIVE_ERRORS = ['Error', 'TypeError', 'RangeError', 'SyntaxError', 'AggregateError'];

/**
 * jest's environment for Node, in which `instanceof Error` holds for the errors of Node itself too, as it does in Lambda.
 *
 * Without it the SDK does not know the error of a reset connection for one, wraps it and loses its code; then it is not repeated.
 */
module.exports = class extends TestEnvironment {
  async setup() {
    await super.setup();
    for (const name of NATIVE_ERRORS) {
      const [inner, outer] = [this.global[name], globalThis[name]];
      const isOne = Function.prototype[Symbol.hasInstance];
      Object.defineProperty(inner, Symbol.hasInstance, {
        value(error) { // inherited by every class of errors, for which the question is another
          return isOne.call(this, error) || (this === inner && isOne.call(outer, error));
        },
      });
    }
  }
};
