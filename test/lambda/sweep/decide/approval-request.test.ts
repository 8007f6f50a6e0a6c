import { approvalRequest } from '../../../../lambda/sweep/decide/approval-request';
import { planOf, type Planned } from '../../../../lambda/sweep/plan';

const ABOUT = {
  execution: {
    id: 'arn:aws:states:us-east-1:111111111111:execution:Sweep:4711',
    name: '4711',
    startTime: '2026-01-02T03:04:05Z',
    machine: 'arn:aws:states:us-east-1:111111111111:stateMachine:Sweep',
  },
  hours: 4,
  address: 's3://reports/runs/1/plan.json',
};
const plan = (...planned: Planned[]) => planOf(
  { execution: '4711', createdAt: '2026-01-02T03:04:05Z', organizationId: 'o-abcdefghij', work: 'purge', dryRun: false, unread: [] }, planned);
const toGo = (accountId: string, kind: Planned['kind']): Planned => ({ accountId, accountName: 'ledger', kind, action: 'delete' });

describe('a request to approve a plan', () => {
  test('says what is deleted, and of it what was used, and nothing of what is kept', () => {
    const { subject, approve, digest } = approvalRequest(plan(
      { ...toGo('222222222222', 'AccessKey'), id: 'AKIA1', lastUsedAt: '2026-01-01T00:00:00Z' },
      { ...toGo('222222222222', 'Password'), lastUsedAt: '2025-01-01T00:00:00Z' },
      toGo('222222222222', 'MfaDevice'),
      { ...toGo('333333333333', 'AccessKey'), id: 'AKIA2', lastUsedAt: '2026-01-02T00:00:00Z', action: 'keep', reason: 'it was used' },
    ), {}, ABOUT);
    expect(subject).toBe('Approval needed: delete 3 root credentials of 1 member account');
    expect(approve).toContain([
      'A sweep asks to delete 3 root credentials of 1 member account of o-abcdefghij.',
      '',
      'Password: 1',
      'AccessKey: 1',
      'MfaDevice: 1',
      '',
      'The most recently used:',
      '- 222222222222 (ledger): AccessKey AKIA1 used at 2026-01-01T00:00:00Z',
      '- 222222222222 (ledger): Password used at 2025-01-01T00:00:00Z',
      '',
      'Plan: s3:[//]reports/runs/1/plan.json',
      `Digest: ${digest}`,
      `Execution: ${ABOUT.execution.id}`,
      '',
      'Accounts:',
      '- 222222222222 (ledger): 3 credentials (AccessKey, Password, MfaDevice)',
      '',
      'Answer within 4 hours. To approve exactly this:',
      '',
      'aws stepfunctions send-task-success --region us-east-1 ',
    ].join('\n'));
  });

  test('says that no use is known, and how much more there is than a mail has room for', () => {
    const accounts = Array.from({ length: 31 }, (_, i) => toGo(String(200_000_000_000 + i), 'Password'));
    const used = accounts.slice(0, 11).map((each) => ({ ...each, lastUsedAt: '2026-01-01T00:00:00Z' }));
    const linesOf = (...planned: Planned[]) => approvalRequest(plan(...planned), {}, ABOUT).approve.split('\n');
    const counted = (lines: string[]) => lines.filter((line) => / more, /.test(line));

    expect(counted(linesOf(...accounts.slice(0, 30)))).toEqual([]);
    expect(linesOf(...accounts.slice(0, 30))).toContain('AWS knows of no use of any of them.');
    expect(counted(linesOf(...accounts))).toEqual(['  and 1 more, on the plan']);
    expect(linesOf(...accounts).filter((line) => line.startsWith('- '))).toHaveLength(30);
    expect(counted(linesOf(...used.slice(0, 10)))).toEqual([]);
    expect(counted(linesOf(...used))).toEqual(['  and 1 more, on the plan']);
    expect(linesOf(...used).filter((line) => / used at /.test(line))).toHaveLength(10);
  });

  test('names each account with unit, mailbox and what it loses', () => {
    const account = '222222222222';
    const selection = {
      placement: { units: [{ id: 'ou-abcd-payments', name: 'payments' }], parents: { [account]: 'ou-abcd-payments' } }, mailboxes: { [account]: 'ledger@example.com' },
    };
    const { approve } = approvalRequest(plan(toGo(account, 'Password'), toGo(account, 'MfaDevice'), toGo('333333333333', 'Password')), selection, ABOUT);
    expect(approve).toContain('\n- 222222222222 (ledger) in payments: 2 credentials (MfaDevice, Password), root mailbox ledger[@]example[.]com\n');
    expect(approve).toContain('\n- 333333333333 (ledger): 1 credential (Password)\n');
  });

  test('has plan, digest and execution, however many accounts there are', () => {
    const many = Array.from({ length: 200 }, (_, i) => toGo(String(200_000_000_000 + i), 'Password'));
    const mailboxes = Object.fromEntries(many.map(({ accountId }) => [accountId, `${'m'.repeat(150)}@example.com`]));
    const { approve, digest } = approvalRequest(plan(...many), { mailboxes }, ABOUT);
    for (const line of ['Plan: s3:[//]reports/runs/1/plan.json', `Digest: ${digest}`, `Execution: ${ABOUT.execution.id}`]) {
      expect(approve).toContain(`\n${line}\n`);
    }
  });
});
