import { CfnOutput } from 'aws-cdk-lib';
import * as actions from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as subscriptions from 'aws-cdk-lib/aws-sns-subscriptions';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { BOTH_FEATURES, deploymentInto, member, purge, SECURITY, variedOrganization } from './testing';
import { AccountSelection, RootCredentialsDashboard } from '../../lib';
import { delay } from '../../local-aws/organization';
import { eventually } from '../support/eventually';
import { expectAbout } from '../support/expect-about';

const organization = variedOrganization(BOTH_FEATURES, 3);
const stack = deploymentInto(organization);

describe('a sweep with signals', () => {
  beforeAll(async () => {
    const { code, output } = await stack().deploy((scope) => {
      const [topic, pager] = ['People', 'OnCall'].map((id) => new sns.Topic(scope, id));
      const [events, mail, calls] = ['Events', 'Mail', 'Calls'].map((id) => new sqs.Queue(scope, id));
      topic.addSubscription(new subscriptions.SqsSubscription(mail));
      pager.addSubscription(new subscriptions.SqsSubscription(calls));
      const sweep = purge(scope, {
        accounts: AccountSelection.accounts([SECURITY, member(1), member(3)]),
        notifications: topic,
        alarms: { actions: [new actions.SnsAction(topic), new actions.SnsAction(pager)] },
      });
      sweep.onCredentialsFound('Found', { target: new targets.SqsQueue(events) });
      new RootCredentialsDashboard(scope, 'Dashboard', { sweeps: [sweep] });
      new CfnOutput(scope, 'EventsUrl', { value: events.queueUrl });
      new CfnOutput(scope, 'MailUrl', { value: mail.queueUrl });
      new CfnOutput(scope, 'CallsUrl', { value: calls.queueUrl });
    });
    expectAbout(output, code).toBe(0);
  });

  test('sends an event to those who asked for found credentials, with the address of a report that is there', async () => {
    const event = await stack().received('EventsUrl');
    expect(event).toMatchObject({
      'source': 'cdk-root-access',
      'detail-type': 'Root Credentials Sweep Finished',
      'detail': { sweep: 'RootAccess/Purge', succeeded: true, narrowed: false, accounts: { purged: 3 } },
    });
    const { credentials, report } = event.detail;
    expect(credentials.found).toBe(credentials.deleted);
    expect(JSON.parse(await stack().read(report.json))).toMatchObject({ counts: event.detail.accounts });
    expect(await stack().read(report.html)).toMatch(/^<!doctype html>/);
  });

  test('tells people what it deleted, and what to do', async () => {
    const { Subject, Message } = await stack().received('MailUrl', (body) => body.includes('credentials deleted'));
    expect(Subject).toMatch(/^Root credentials: \d+ credentials found, \d+ credentials deleted$/);
    expect(Message).toContain('find out in CloudTrail');
  });

  test('tells people of an account that failed, and still ends as failed', async () => {
    organization.assumedRootDenied.add(member(3)); // by a policy of the organization, within the session
    expect(await stack().start({ accounts: [member(3)] })).toMatchObject({ status: 'FAILED', error: 'AccountsFailed' });
    const { Message } = await stack().received('MailUrl', (body) => body.includes('1 account failed'));
    expect(Message).toContain(member(3));
    expect(Message).toContain('may still have root credentials');
  });

  test('tells people of a sweep that somebody stopped, which makes no report, by a message, and another topic by an alarm', async () => {
    organization.faults.add({ operation: 'sts:AssumeRoot', effect: delay(5_000) });
    const executionArn = await stack().begin({ accounts: [member(1)] });
    await eventually(() => organization.calls.some(({ operation }) => operation === 'AssumeRoot'));
    await stack().interrupt(executionArn);
    const name = executionArn.split(':').pop()!;
    const { Message } = await stack().received('MailUrl', (body) => body.includes(name));
    expect(Message).toMatch(new RegExp(`^"?Sweep RootAccess/Purge, execution ${name}: ABORTED\\. It wrote no report`));
    expect((await stack().objects()).filter((address) => address.includes(name) && address.includes('/report.'))).toEqual([]);

    const ringing = (await stack().aws.alarms()).filter(({ state }) => state === 'ALARM').map((alarm) => alarm.name);
    expect(ringing).toContain('RootAccess/Purge - unfinished sweep');
    const call = await stack().received('CallsUrl', (body) => body.includes('unfinished sweep'));
    expect(JSON.parse(call.Message)).toMatchObject({ NewStateValue: 'ALARM', AlarmDescription: expect.stringMatching(/ s3:\/\/[^/ ]+\/latest\/report\.html /) });
  });
});
