import { CloudWatchLogsClient, CreateLogStreamCommand, PutLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { CfnOutput } from 'aws-cdk-lib';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { deploymentInto } from './testing';
import { RootActivity, RootActivityMonitor } from '../../lib';
import type { PublishedMessage } from '../../local-aws/local-aws';
import { FakeOrganization } from '../../local-aws/organization';
import { eventNamed, MEMBER } from '../lambda/monitor/activity/events';
import { eventually } from '../support/eventually';
import { expectAbout } from '../support/expect-about';

const TRAIL = 'organization-trail';
const METRICS = 'Trail';

const stack = deploymentInto(new FakeOrganization());
let topic: string;

/** As CloudTrail writes them into the trail's log group. */
async function write(...events: object[]) {
  const client = new CloudWatchLogsClient(stack().aws.clientSettings());
  const stream = { logGroupName: TRAIL, logStreamName: `stream-${Date.now()}` };
  await client.send(new CreateLogStreamCommand(stream));
  const logEvents = events.map((event) => ({ timestamp: Date.now(), message: JSON.stringify(event) }));
  await client.send(new PutLogEventsCommand({ ...stream, logEvents }));
}

const isOfAlarm = ({ subject }: PublishedMessage) => subject!.startsWith('ALARM');

/** The messages to people; those of alarms are left out. */
const told = async () => (await stack().aws.published(topic)).filter((message) => !isOfAlarm(message));

describe('a deployed monitor', () => {
  beforeAll(async () => {
    const { code, output } = await stack().deploy((scope) => {
      const trailLogGroup = new logs.LogGroup(scope, 'Trail', { logGroupName: TRAIL });
      const monitor = new RootActivityMonitor(scope, 'Monitor', { trailLogGroup, metricNamespace: METRICS });
      const queue = new sqs.Queue(scope, 'SignIns');
      monitor.onRootActivity('OnSignIn', { activities: [RootActivity.ROOT_SIGN_IN], target: new targets.SqsQueue(queue) });
      new CfnOutput(scope, 'SignInsUrl', { value: queue.queueUrl });
      new CfnOutput(scope, 'Topic', { value: monitor.topic.topicArn });
    });
    expectAbout(output, code).toBe(0);
    topic = await stack().output('Topic');
  });

  test('tells the topic what the root user did, and is silent about root sessions and everybody else', async () => {
    await write(
      eventNamed('a role describes instances'),
      eventNamed('a user signs in'),
      eventNamed('root of a member account signs in'),
      eventNamed('an access key of root lists buckets'),
    );
    await eventually(async () => expect(await told()).toHaveLength(2));
    expect((await told()).every(({ subject }) => subject!.includes(MEMBER))).toBe(true);
    const [{ message }] = await told();
    expect(message).toMatch(/^What to do:$/m);
  });

  test('sends an event to the rule that asked for this activity, and no other', async () => {
    const client = new SQSClient(stack().aws.clientSettings());
    const { Messages: messages = [] } = await client.send(new ReceiveMessageCommand({
      QueueUrl: await stack().output('SignInsUrl'), MaxNumberOfMessages: 10, WaitTimeSeconds: 5,
    }));
    expect(messages.map(({ Body }) => JSON.parse(Body!).detail)).toMatchObject([{ activity: 'RootSignIn', accountId: MEMBER, action: expect.stringContaining('ConsoleLogin') }]);
  });

  test('counts what it noticed, and its alarms go off and tell the topic', async () => {
    const counted = (await stack().aws.metrics(METRICS)).filter(({ values }) => values.some((value) => value > 0)).map(({ name }) => name);
    expect(counted).toEqual(expect.arrayContaining(['RootSignIn', 'RootApiUse']));
    const ringing = (await stack().aws.alarms()).filter(({ state }) => state === 'ALARM').map(({ name }) => name);
    expect(ringing.length).toBeGreaterThanOrEqual(2);
    const heard = async () => (await stack().aws.published(topic)).filter(isOfAlarm);
    await eventually(async () => (await heard()).length === ringing.length);
  });
});
