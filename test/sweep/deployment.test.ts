import type { SFNClient } from '@aws-sdk/client-sfn';
import { newExecutions, serveExecutions, STATE_MACHINE, type FakeExecution, type FakeExecutions } from './executions';
import { stepFunctions } from '../../lambda/aws/clients';
import { attributesOf, startSweep, summaryOf } from '../../lambda/sweep/deployment';

const LONG = 600;

serveExecutions();
let client: SFNClient;
let executions: FakeExecutions;
beforeEach(() => {
  executions = newExecutions();
  client = stepFunctions();
});

const SUMMARY = { accounts: { failed: 0, purged: 17, clean: 15, skipped: 6 }, credentials: { found: 45, deleted: 44, kept: 2 }, report: 's3://bucket/runs/run/report.html' };

/** What a sweep says of itself when it has succeeded, as a deployment asks that waits so many seconds. */
const answerOf = (execution: FakeExecution, timeoutSeconds = LONG) => summaryOf(client, executions.arnOf(execution), timeoutSeconds);

describe('a deployment that waits for its sweep', () => {
  test.each(['RUNNING', 'PENDING_REDRIVE'])('goes on waiting while the sweep is %s', async (status) => {
    const sweep = executions.add('sweep', { status });
    expect(await answerOf(sweep)).toBeUndefined();
    expect(sweep.status).toBe(status);
  });

  test('succeeds with it, and learns what it did', async () => {
    const output = JSON.stringify({ succeeded: true, error: 'Succeeded', cause: '', summary: SUMMARY });
    expect(await answerOf(executions.add('sweep', { status: 'SUCCEEDED', output }))).toEqual(SUMMARY);
  });

  test.each([
    [SUMMARY, 'accounts: 17 purged, 15 clean, 6 skipped; root credentials: 45 found, 44 deleted, 2 kept', SUMMARY.report],
    [{ ...SUMMARY, accounts: { failed: 0 } }, 'accounts: none; root credentials: 45 found, 44 deleted, 2 kept', SUMMARY.report],
    [undefined, 'no sweep of a deployment has succeeded yet', 'none'],
  ])('tells CloudFormation: %o', (summary, Summary, Report) => {
    expect(attributesOf(summary)).toEqual({ Summary, Report });
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
      /^the sweep did not end within 60 s and was stopped: arn:.*; what it deleted stays deleted, and batches at work go on for some minutes\. Raise deploymentTimeout/,
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

describe('a request of CloudFormation', () => {
  test.each(['RUNNING', 'SUCCEEDED'])('that comes twice starts one sweep, also when the first one is %s', async (status) => {
    const first = await startSweep(client, STATE_MACHINE, 'request-1');
    expect(executions.all).toMatchObject([{ name: 'deployment-request-1', input: '{}' }]);
    executions.all[0].status = status;
    expect(await startSweep(client, STATE_MACHINE, 'request-1')).toBe(first);
    expect(executions.all).toHaveLength(1);
    expect(await startSweep(client, STATE_MACHINE, 'request-2')).not.toBe(first);
  });

  test('fails when its sweep cannot be started', async () => {
    executions.errors.push('StateMachineDoesNotExist');
    await expect(startSweep(client, STATE_MACHINE, 'request-1')).rejects.toMatchObject({ name: 'StateMachineDoesNotExist' });
  });

  test('to update nothing of what is swept starts no sweep', async () => {
    process.env.STATE_MACHINE_ARN = STATE_MACHINE;
    const { onEvent } = await import('../../lambda/sweep/deployment/index');
    const properties = { ServiceToken: 'arn', Sweep: { selection: { organization: 'true', exclude: [] }, credentials: ['Password'], dryRun: 'false' } };
    const answer = await onEvent({
      RequestType: 'Update',
      RequestId: 'request',
      StackId: 'stack',
      ResponseURL: 'https://example.com',
      LogicalResourceId: 'Sweep',
      ResourceType: 'Custom::Sweep',
      PhysicalResourceId: 'root-credentials-sweep',
      ServiceToken: 'arn',
      ResourceProperties: { ...properties, ServiceTimeout: '600' },
      OldResourceProperties: { ...properties, ServiceTimeout: '3600' },
    });
    expect(answer).toEqual({ PhysicalResourceId: 'root-credentials-sweep' });
    expect(executions.calls).toEqual([]);
  });
});
