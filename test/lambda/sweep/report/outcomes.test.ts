import { planOf, type Decision, type Planned } from '../../../../lambda/sweep/plan';
import { outcomesOf } from '../../../../lambda/sweep/report/outcomes';
import { resultOf, type AccountResult } from '../../../../lambda/sweep/results';
import { RunFolder } from '../../../../lambda/sweep/run-folder';
import { account, SELECTION, serveRunFolder } from '../../../support/run-folder';

const KEY = { kind: 'AccessKey', id: 'AKIA1' } as const;
const OTHER_KEY = { kind: 'AccessKey', id: 'AKIA2' } as const;

let folder: RunFolder;
const served = serveRunFolder();
beforeEach(() => {
  ({ folder } = served);
});

const planned: Planned[] = [
  { ...account(0), ...KEY, action: 'delete' }, { ...account(0), ...OTHER_KEY, action: 'keep', reason: 'a rule keeps it' }, { ...account(1), ...KEY, action: 'delete' },
];
const DECISION: Decision = {
  accounts: [
    resultOf(account(0), [{ ...KEY, status: 'would-delete' }, { ...OTHER_KEY, status: 'kept', reason: 'a rule keeps it' }]),
    resultOf(account(1), [{ ...KEY, status: 'would-delete' }]),
    resultOf(account(2), []),
  ],
  plan: planOf({ execution: 'one', createdAt: '2026-11-23T00:00:00.000Z', organizationId: 'o-abcdefghij', work: 'purge', dryRun: false, unread: [] }, planned),
};

async function outcomes(isCarriedOut = true): Promise<Record<string, AccountResult>> {
  const results = await outcomesOf(folder, SELECTION, { decision: DECISION, isCarriedOut, accountsPerBatch: 2 });
  return Object.fromEntries(results.map((result) => [result.accountName, result]));
}
const save = (results: AccountResult[], attempt = '1', ended = true) => folder.saveResults('purge', 0, { attempt, ended, results });

const deleted = (n: number) => resultOf(account(n), [{ ...KEY, status: 'deleted', deletedAt: '2026-11-23T00:00:01.000Z', requestId: 'request-1' }]);
const NOT_ATTEMPTED = { code: 'NotAttempted', message: 'no time', remedies: ['again'] };
const notAttempted = (n: number) => resultOf(account(n), [{ ...KEY, status: 'failed', problem: NOT_ATTEMPTED }], NOT_ATTEMPTED);
const INTERRUPTED = {
  code: 'Interrupted',
  message: 'the sweep ended before it could say what became of this: what was to be deleted may be gone, or still there',
  remedies: ['sweep the account again: what is gone then is gone'],
};

describe('every account of the selection has one outcome', () => {
  test('as it was seen when nothing was decided', async () => {
    await folder.saveResults('look', 0, { attempt: '1', ended: true, results: [resultOf(account(0), [{ ...KEY, status: 'found' }])] });
    const results = await outcomesOf(folder, SELECTION, { isCarriedOut: false, accountsPerBatch: 2 });
    expect(results.map(({ outcome }) => outcome)).toEqual(['found', 'failed', 'failed', 'skipped']);
  });

  test('as it was decided when the plan was not let go', async () => {
    const results = Object.values(await outcomes(false));
    expect(results.map(({ outcome }) => outcome)).toEqual(['kept', 'would-purge', 'clean', 'skipped']);
  });

  test('as its batch wrote it', async () => {
    await save([deleted(0), deleted(1)]);
    expect(Object.values(await outcomes()).map(({ outcome }) => outcome)).toEqual(['purged', 'purged', 'clean', 'skipped']);
  });

  test('failed when its batch did not come to its end: what was to be deleted may be gone, and what was kept is kept', async () => {
    await save([deleted(1)], '1', false);
    expect(await outcomes()).toMatchObject({
      'account-0': {
        outcome: 'failed',
        problem: INTERRUPTED,
        credentials: [{ ...KEY, status: 'failed', problem: INTERRUPTED }, { ...OTHER_KEY, status: 'kept', reason: 'a rule keeps it' }],
      },
      'account-1': { outcome: 'purged' },
    });
  });

  test('by the last attempt that has acted, with what the others have deleted', async () => {
    await save([deleted(0), deleted(1)], '1', false);
    await save([resultOf(account(0), [{ ...KEY, status: 'absent', reason: 'it is gone' }]), notAttempted(1)], '2');
    const { 'account-0': zero, 'account-1': one } = await outcomes();
    const told = [zero, one].map(({ outcome, credentials: [{ status, reason, requestId }] }) => [outcome, status, reason, requestId]);
    expect(told).toEqual([['purged', 'deleted', undefined, 'request-1'], ['purged', 'deleted', undefined, 'request-1']]);
  });

  test('never deleted by what an attempt saw when a later one has seen the credential', async () => {
    await save([deleted(0), deleted(1)], '1', false);
    const present = { code: 'StillPresent', message: 'it is there', remedies: ['again'] };
    await save([resultOf(account(0), [{ ...KEY, status: 'failed', problem: present }]), deleted(1)], '2');
    expect((await outcomes())['account-0']).toMatchObject({ outcome: 'failed', credentials: [{ status: 'failed', problem: { code: 'StillPresent' } }] });
  });

  test('failed when a later attempt began and was not heard of again, with what an earlier one has seen to be deleted', async () => {
    await save([deleted(0), resultOf(account(1), [{ ...KEY, status: 'kept', reason: 'recovery' }])], '1');
    await save([], '2', false);
    expect(await outcomes()).toMatchObject({
      'account-0': { outcome: 'failed', problem: { code: 'Interrupted' }, credentials: [{ ...KEY, status: 'deleted' }, { status: 'kept' }] },
      'account-1': { outcome: 'failed', credentials: [{ ...KEY, status: 'failed', problem: { code: 'Interrupted' } }] },
    });
  });

  test('failed when the attempt that came to it had no time, and interrupted when another had begun before', async () => {
    await save([notAttempted(0), notAttempted(1)], '2');
    expect((await outcomes())['account-0']).toMatchObject({ outcome: 'failed', problem: { code: 'NotAttempted' } });
    await save([], '1', false);
    expect((await outcomes())['account-0']).toMatchObject({ outcome: 'failed', problem: { code: 'Interrupted' } });
  });
});
