const v8 = require('node:v8');
const vm = require('node:vm');
const { ModernFakeTimers } = require('@jest/fake-timers');
const { ModuleMocker } = require('jest-mock');
const { installCommonGlobals } = require('jest-util');

// What tests call, of the CDK and the SDK too, they mostly call a few times: to optimize it as soon as V8 does by default takes a tenth of the time of tests that compute.
v8.setFlagsFromString(parseInt(process.versions.node) < 22 ? '--interrupt-budget=300000' : '--invocation-count-for-turbofan=30000');

/** Errors that Node's own modules make, and a test file's, are of two worlds in jest. */
const NATIVE_ERRORS = ['Error', 'TypeError', 'RangeError', 'SyntaxError', 'AggregateError'];

/**
 * The world of a test file: a context with the globals of Node, as in jest's own environment for Node, but for two things.
 *
 * Its globals are properties like others. In jest's a proxy answers for each `Date`, `Map` or `Promise` that is read, which takes a tenth of the time of tests
 * that compute. Node has such contexts since 20.18; before, nothing differs but the time.
 *
 * `instanceof Error` holds for the errors of Node itself too, as it does in Lambda. Without it the SDK does not know the error of a reset connection for one,
 * wraps it and loses its code; then it is not repeated.
 */
module.exports = class {
  constructor({ projectConfig }) {
    this.context = vm.createContext(vm.constants.DONT_CONTEXTIFY);
    const global = this.global = vm.runInContext('globalThis', this.context);
    Object.getOwnPropertyNames(globalThis).filter((name) => !Object.hasOwn(global, name)).forEach((name) => lend(global, name));
    Object.assign(global, { global, Buffer, ArrayBuffer, Uint8Array }); // what Node's modules give is of these
    installCommonGlobals(global, projectConfig.globals);
    NATIVE_ERRORS.forEach((name) => recognize(global[name], globalThis[name]));
    this.moduleMocker = new ModuleMocker(global);
    this.fakeTimersModern = new ModernFakeTimers({ config: projectConfig, global });
  }

  exportConditions() {
    return ['node', 'node-addons'];
  }

  getVmContext() {
    return this.context;
  }

  async setup() {}

  async teardown() {
    this.fakeTimersModern.dispose();
    this.context = this.global = this.moduleMocker = this.fakeTimersModern = null;
  }
};

/** A global of Node: as it is, or, where Node loads it when it is first read, read of Node's own global each time, since it is made for no other. */
function lend(global, name) {
  const descriptor = Object.getOwnPropertyDescriptor(globalThis, name);
  const own = (value) => Object.defineProperty(global, name, { value, configurable: true, enumerable: descriptor.enumerable, writable: true });
  Object.defineProperty(global, name, 'value' in descriptor ? descriptor : { ...descriptor, get: () => globalThis[name], set: own });
}

function recognize(inner, outer) {
  const isOne = Function.prototype[Symbol.hasInstance];
  Object.defineProperty(inner, Symbol.hasInstance, {
    value(error) { // inherited by every class of errors, for which the question is another
      return isOne.call(this, error) || (this === inner && isOne.call(outer, error));
    },
  });
}
