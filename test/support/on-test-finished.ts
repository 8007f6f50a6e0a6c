const pending: (() => unknown)[] = [];

afterEach(async () => {
  while (pending.length > 0) {
    await pending.pop()!();
  }
});

/** Cleans up after the test that runs, whatever became of it: the latest first. */
export function onTestFinished(cleanUp: () => unknown): void {
  pending.push(cleanUp);
}
