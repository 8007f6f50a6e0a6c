import { existsSync, readFileSync, writeFileSync } from 'node:fs';

/** Compares a text with a file that reviewers read; `jest --updateSnapshot` writes it, as it does jest's own snapshots. */
export function expectFileSnapshot(text: string, file: string): void {
  const { snapshotState } = expect.getState() as unknown as { snapshotState: { _updateSnapshot: 'all' | 'new' | 'none' } };
  if (snapshotState._updateSnapshot === 'all') {
    writeFileSync(file, text);
  }
  expect(text).toBe(existsSync(file) ? readFileSync(file, 'utf8') : undefined);
}
