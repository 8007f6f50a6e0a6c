const ALL: readonly FakeableAPI[] = [
  'Date', 'hrtime', 'nextTick', 'performance', 'queueMicrotask', 'requestAnimationFrame', 'cancelAnimationFrame', 'requestIdleCallback', 'cancelIdleCallback',
  'setImmediate', 'clearImmediate', 'setInterval', 'clearInterval', 'setTimeout', 'clearTimeout',
];

/** Fakes these until `jest.useRealTimers()`: their time passes as the real one does, and by `jest.advanceTimersByTimeAsync`. HTTP goes on by the real ones. */
export function fakeTimers(...apis: readonly FakeableAPI[]): void {
  jest.useFakeTimers({ doNotFake: ALL.filter((api) => !apis.includes(api)), advanceTimers: true });
}
