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
