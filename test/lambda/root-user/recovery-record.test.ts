import { isOpen, isOver, recoveryKey } from '../../../lambda/root-user/recovery-record';
import type { PasswordRecovery } from '../../../lib/private/contract';

const recovery: PasswordRecovery = { accountId: '222222222222', reason: 'lost', openedAt: '2026-11-23T00:00:00Z', endsAt: '2026-11-24T00:00:00Z' };
const at = (time: string) => Date.parse(time);

describe('a password recovery', () => {
  test('has a record for each account', () => {
    expect(recoveryKey('222222222222')).toBe('recoveries/222222222222.json');
  });

  test.each<[string, Partial<PasswordRecovery>, string, boolean]>([
    ['before its end', {}, '2026-11-23T23:59:59.999Z', true],
    ['not at its end', {}, '2026-11-24T00:00:00Z', false],
    ['not when it was closed', { closedAt: '2026-11-23T01:00:00Z' }, '2026-11-23T02:00:00Z', false],
  ])('is open %s', (_when, change, now, open) => {
    expect(isOpen({ ...recovery, ...change }, at(now))).toBe(open);
  });

  test('is over at its end', () => {
    expect([isOver(recovery, at('2026-11-23T23:59:59.999Z')), isOver(recovery, at(recovery.endsAt))]).toEqual([false, true]);
  });
});
