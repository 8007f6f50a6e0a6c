import { createHash } from 'node:crypto';
import { approvalRequest } from '../../../lambda/session/approval-request';
import type { Start } from '../../../lambda/session/start';
import type { RunbookSettings } from '../../../lib/session/contract';

const EXECUTION = 'arn:aws:states:eu-central-1:111111111111:execution:Unlock:4711';
const START: Start<{}, RunbookSettings> = {
  execution: { id: EXECUTION, name: '4711', startTime: '2026-11-23T01:02:03.456Z', machine: 'arn:aws:states:eu-central-1:111111111111:stateMachine:Unlock' },
  input: { accountId: '222222222222', reason: 'ticket 4711', dryRun: false },
  settings: { selection: { exclude: [] }, protectedAccounts: [] },
  startedBy: 'arn:aws:sts::111111111111:assumed-role/Operator/jane',
};
const INTENTION = { plan: { resource: 'arn:aws:s3:::locked' }, title: 'remove the policy of bucket locked in 222222222222', details: ['', 'It is now:', '{}'] };

describe('a request for approval', () => {
  test('says what is asked for, why, by whom, and how to answer', () => {
    const { digest, subject, approve, refuse } = approvalRequest(START, INTENTION);
    expect(subject).toBe('Approval needed: remove the policy of bucket locked in 222222222222');
    expect(`${approve}TOKEN${refuse}TOKEN`).toBe([
      'Somebody asks to remove the policy of bucket locked in 222222222222.',
      '',
      'Reason: ticket 4711',
      'Started by: arn:aws:sts::111111111111:assumed-role/Operator/jane',
      `Execution: ${EXECUTION}`,
      '',
      'It is now:',
      '{}',
      '',
      'To approve exactly this:',
      '',
      `aws stepfunctions send-task-success --region eu-central-1 --task-output '{"approved":"${digest}"}' --task-token TOKEN`,
      '',
      'To refuse it:',
      '',
      "aws stepfunctions send-task-failure --region eu-central-1 --error ApprovalRefused --cause 'an approver refused it' --task-token TOKEN",
    ].join('\n'));
  });

  test.each<[string, Start<{}, RunbookSettings>['account'], string[]]>([
    ['all', { Account: { Name: 'payments [prod]', Email: 'root@example.com', Paths: ['o-abcdefghij/r-abcd/ou-abcd-11111111/222222222222/'] } },
      ['Account: payments ·prod·', 'Unit: r-abcd / ou-abcd-11111111', 'Root mailbox: root[@]example[.]com']],
    ['a part', { Account: { Name: 'payments' } }, ['Account: payments']],
    ['nothing, for the call was denied', {}, []],
  ])('names the account, its unit and its root mailbox, as far as AWS tells: %s', (_what, account, lines) => {
    const { approve } = approvalRequest({ ...START, account }, INTENTION);
    expect(approve.split('\n').slice(2, 2 + lines.length + 1)).toEqual([...lines, 'Reason: ticket 4711']);
  });

  test('names a digest of what is done, and by which execution', () => {
    expect(approvalRequest(START, INTENTION).digest).toBe(createHash('sha256').update(JSON.stringify({ execution: EXECUTION, title: INTENTION.title, plan: INTENTION.plan })).digest('hex'));
  });

  test('of a direct start says where its starter is recorded', () => {
    expect(approvalRequest({ ...START, startedBy: undefined }, INTENTION).approve).toContain('\nStarted by: a direct start of the state machine; CloudTrail has it as StartExecution\n');
  });

  test.each([[4, '4'], [0.25, '0.3'], [168, '168'], [1 / 3, '0.3']])('says how long it is waited for: %d hours', (approvalHours, shown) => {
    expect(approvalRequest({ ...START, settings: { ...START.settings, approvalHours } }, INTENTION).approve).toContain(`\n\nAnswer within ${shown} hours. To approve exactly this:\n\naws `);
  });

  test('is short enough for SNS and Step Functions, and still says how to answer', () => {
    const { subject, approve, digest } = approvalRequest(START, { ...INTENTION, title: 'x'.repeat(200), details: ['y'.repeat(20_000)] });
    expect(subject).toHaveLength(100);
    expect(approve.length).toBeLessThan(4_500);
    expect(approve).toContain(`"approved":"${digest}"`);
  });

  test('has a subject of printable ASCII, as SNS demands', () => {
    expect(approvalRequest(START, { ...INTENTION, title: 'unlock Zahlungen-支付~' }).subject).toBe('Approval needed: unlock Zahlungen-??~');
  });
});
