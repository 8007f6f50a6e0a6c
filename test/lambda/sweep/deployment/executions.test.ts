import { stepFunctions } from '../../../../lambda/aws/clients';
import { seconds } from '../../../../lambda/aws/patience';
import { attributesOf, summaryOf, Sweeps } from '../../../../lambda/sweep/deployment/executions';
import { newExecutions, serveExecutions, STATE_MACHINE, type FakeExecution, type FakeExecutions } from '../executions';

const LONG = 600;

serveExecutions();
let executions: FakeExecutions;
beforeEach(() => {
  executions = newExecutions();
});

const sweeps = () => new Sweeps(stepFunctions(), STATE_MACHINE);

const SUMMARY = { accounts: { failed: 0, purged: 17, clean: 15, skipped: 6 }, credentials: { found: 45, deleted: 44, kept: 2 }, report: 's3://bucket/runs/run/report.html' };

/** What a sweep says of itself when it has succeeded, as a deployment asks that waits so many seconds. */
const answerOf = (execution: FakeExecution, timeoutSeconds = LONG) => summaryOf(sweeps(), executions.arnOf(execution), timeoutSeconds);

describe('a deployment that waits for its sweep', () => {
  test.each(['RUNNING', 'PENDING_REDRIVE'])('goes on waiting while the sweep is %s', async (status) => {
    const sweep = executions.add('sweep', { status });
    expect(await answerOf(sweep)).toBeUndefined();
    expect(sweep.status).toBe(status);
  });

  test('succeeds with it, and learns what it did', async () => {
    const output = JSON.stringify({ succeeded: true, cause: '', summary: SUMMARY });
    expect(await answerOf(executions.add('sweep', { status: 'SUCCEEDED', output }))).toEqual(SUMMARY);
  });

  test.each([
    [SUMMARY, 'accounts: 17 purged, 15 clean, 6 skipped; root credentials: 45 found, 44 deleted, 2 kept', SUMMARY.report, ['32', '0', '45', '44', '2']],
    [{ ...SUMMARY, accounts: { failed: 0 } }, 'accounts: none; root credentials: 45 found, 44 deleted, 2 kept', SUMMARY.report, ['0', '0', '45', '44', '2']],
    [undefined, 'no sweep of a deployment has succeeded yet', 'none', ['none', 'none', 'none', 'none', 'none']],
  ])('tells CloudFormation: %o', (summary, Summary, Report, [AccountsSwept, AccountsFailed, CredentialsFound, CredentialsDeleted, CredentialsKept]) => {
    expect(attributesOf(summary)).toEqual({ Summary, Report, AccountsSwept, AccountsFailed, CredentialsFound, CredentialsDeleted, CredentialsKept });
  });

  test('fails with the words of the sweep', async () => {
    const sweep = executions.add('sweep', { status: 'FAILED', error: 'AccountsFailed', cause: '1 failed\nreport: s3://bucket/report.json' });
    await expect(answerOf(sweep)).rejects.toThrow(/^1 failed\nreport: s3:\/\/bucket\/report\.json$/);
  });

  test.each([
    ['{"errorType":"SelectionError","errorMessage":"no such account","trace":["at x"]}', /^no such account$/],
    ['{"reason":"of another service"}', /^\{"reason":"of another service"\}$/],
  ])('fails with the message in the cause of a function: %s', async (cause, message) => {
    await expect(answerOf(executions.add('sweep', { status: 'FAILED', error: 'SelectionError', cause }))).rejects.toThrow(message);
  });

  test.each([['States.Runtime', 'States.Runtime'], [undefined, 'no reason was given']])('fails with what there is when no cause is given: %s', async (error, reason) => {
    const sweep = executions.add('sweep', { status: 'FAILED', error });
    await expect(answerOf(sweep)).rejects.toThrow(`the sweep failed: ${reason} (${executions.arnOf(sweep)})`);
  });

  test('waits to the end of its time', async () => {
    const sweep = executions.add('sweep', { startDate: new Date(Date.now() - 50_000) });
    expect(await answerOf(sweep, 60)).toBeUndefined();
    expect(sweep.status).toBe('RUNNING');
  });

  test('stops a sweep that takes longer than the deployment may, and says how to give it more time', async () => {
    const sweep = executions.add('sweep', { startDate: new Date(Date.now() - 61_000) });
    await expect(answerOf(sweep, 60)).rejects.toThrow(
      /^the sweep did not end within 60 s and was stopped: arn:.*; what it deleted stays deleted, and accounts under way are brought to their end\. Raise deploymentTimeout/,
    );
    expect(sweep).toMatchObject({ status: 'ABORTED', error: 'DeploymentTimedOut', cause: 'the deployment waits 60 s for it' });
  });

  test.each([['NotToday', 'NotToday'], [undefined, 'no reason was given']])('fails when somebody stops the sweep (%s)', async (error, reason) => {
    const sweep = executions.add('sweep', { status: 'ABORTED', error });
    await expect(answerOf(sweep)).rejects.toThrow(`the sweep was stopped by somebody (${reason}): ${executions.arnOf(sweep)}; deploy again to sweep again`);
  });

  test('fails when the sweep runs longer than its state machine may', async () => {
    await expect(answerOf(executions.add('sweep', { status: 'TIMED_OUT' }))).rejects.toThrow('the sweep ran longer than its state machine may');
  });
});

describe('a deployment that sweeps', () => {
  test.each(['RUNNING', 'SUCCEEDED'])('starts one sweep for a request that comes twice, also when the first one is %s', async (status) => {
    const first = await sweeps().executionFor('request-1');
    await sweeps().start(first);
    expect(executions.all).toMatchObject([{ name: 'deployment-request-1', input: '{}' }]);
    executions.all[0].status = status;
    expect(await sweeps().executionFor('request-1')).toBe(first);
    await sweeps().start(first);
    expect(executions.all).toHaveLength(1);
    expect(await sweeps().executionFor('request-2')).not.toBe(first);
  });

  test('sweeps again under a name that is free for a request that comes again after its sweep has failed', async () => {
    executions.add('deployment-request-1', { status: 'FAILED' });
    executions.add('deployment-request-1-2', { status: 'ABORTED' });
    expect(await sweeps().executionFor('request-1')).toBe('deployment-request-1-3');
  });

  test('fails when its sweep cannot be started', async () => {
    executions.errors.push('StateMachineDoesNotExist');
    await expect(sweeps().start('deployment-request-1')).rejects.toMatchObject({ name: 'StateMachineDoesNotExist' });
  });

  test('stops what runs, and waits until nothing does', async () => {
    const running = ['scheduled', 'by-hand', 'joined-222222222222-1'].map((name) => executions.add(name));
    const ended = executions.add('ended', { status: 'SUCCEEDED' });
    await sweeps().stopAll('it is over');
    expect(running.map(({ status, error, cause }) => [status, error, cause])).toEqual(Array(3).fill(['ABORTED', 'DeploymentOver', 'it is over']));
    expect(ended.status).toBe('SUCCEEDED');
  });

  test('fails, and says what to do, when something goes on for all that', async () => {
    executions.add('stubborn');
    executions.StopExecution = () => ({ stopDate: 0 });
    await expect(sweeps().stopAll('it is over', undefined, seconds(0.1, 10))).rejects.toThrow('these sweeps could not be stopped: stubborn; stop them in Step Functions, then deploy again');
  });
});
