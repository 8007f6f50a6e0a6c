import { describe, expect, test } from 'vitest';
import { withoutStack } from '../../lambda/aws/errors';

/** What the CDK's Provider makes of an error that a function threw: its message, and its stack but for the first line. */
const reasonOf = ({ message, stack }: Error) => [message, ...stack!.split('\n').slice(1)].join('\n');

describe('an error for CloudFormation', () => {
  test('is shown once, with all its lines', () => {
    expect(reasonOf(withoutStack(new Error('1 failed\n  remedy\nreport')))).toBe('1 failed\n  remedy\nreport');
  });

  test('names what AWS called it', () => {
    expect(withoutStack(Object.assign(new Error('no'), { name: 'AccessDenied' })).message).toBe('AccessDenied: no');
  });

  test('fits its answer in any alphabet', () => {
    expect(Buffer.byteLength(reasonOf(withoutStack(new Error('猫'.repeat(5_000)))))).toBeLessThan(3_300);
  });
});
