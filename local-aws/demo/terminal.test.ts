import { PassThrough } from 'node:stream';
import { Terminal } from './terminal';

describe('a step that takes long', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  test.each([
    ['in a file', {}, 100],
    ['on a terminal', { isTTY: true, columns: 40, hasColors: () => false }, 40],
  ])('says %s where it is, on a line that is not too long', async (_where, kind, columns) => {
    const stream = Object.assign(new PassThrough(), kind) as unknown as NodeJS.WriteStream & PassThrough;
    const step = new Terminal(stream).step('deploy', () => new Promise((resolve) => setTimeout(resolve, 5_000)), () => `57/134 ${'Runbooks/Bucket/'.repeat(10)}`);
    await jest.advanceTimersByTimeAsync(5_000);
    await step;
    const lines = String(stream.read()).split(/\n|\r\x1b\[K/).filter(Boolean);
    expect(lines.length).toBeGreaterThan(1);
    expect(lines[0]).toMatch(/deploy {2}\d\.\d s {2}57\/134 Runbooks/);
    expect(lines.filter((line) => line.length > columns)).toEqual([]);
    expect(lines.at(-1)).toBe('✓ deploy  5.0 s');
  });
});
