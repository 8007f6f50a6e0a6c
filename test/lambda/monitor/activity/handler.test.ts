import { gzipSync } from 'node:zlib';
import { EVENTS, eventNamed, SWEEP_ROLE } from './events';
import { Receivers } from './receivers';
import type { handler as Handler } from '../../../../lambda/monitor/activity/handler';
import type { MonitorSettings } from '../../../../lib/monitor/contract';

const TOPIC = 'arn:aws:sns:us-east-1:111111111111:root-activity';
const SETTINGS: MonitorSettings = { allowedPrincipals: [SWEEP_ROLE], guardrailPolicies: [], exemptions: [] };

let receivers: Receivers;
let handler: typeof Handler;
let metrics: any[];

/** The function as Lambda starts it anew, with SNS and EventBridge on this machine. */
beforeEach(async () => {
  receivers = new Receivers();
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: await receivers.listen(),
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'AKIAFUNCTION',
    AWS_SECRET_ACCESS_KEY: 'secret',
    MONITOR_SETTINGS: JSON.stringify(SETTINGS),
    TOPIC_ARN: TOPIC,
    EVENT_BUS_NAME: 'security',
    METRIC_NAMESPACE: 'Mine',
    POWERTOOLS_DEV: 'true', // metrics go to the console, where they can be seen
    POWERTOOLS_METRICS_DISABLED: 'false',
  });
  metrics = [];
  jest.spyOn(console, 'log').mockImplementation((text: string) => void metrics.push(JSON.parse(text)));
  jest.resetModules();
  ({ handler } = await import('../../../../lambda/monitor/activity/handler'));
});
afterEach(() => {
  jest.restoreAllMocks();
  receivers.close();
});

const event = (messages: string[], messageType = 'DATA_MESSAGE') => ({
  awslogs: {
    data: gzipSync(JSON.stringify({
      messageType, owner: '1', logGroup: 'trail', logStream: 's', subscriptionFilters: ['f'], logEvents: messages.map((message, i) => ({ id: `${i}`, timestamp: 0, message })),
    })).toString('base64'),
  },
});
const deliver = (...events: object[]) => handler(event(events.map((each) => JSON.stringify(each))));

const signIn = eventNamed('root of a member account signs in');
const stranger = eventNamed('a stranger takes a root session');
const delegate = eventNamed('a delegate for IAM is registered');

describe('the function', () => {
  test('publishes one message and puts one event for each event that is noticed', async () => {
    await deliver(...EVENTS.map((each) => each.event));
    const noticed = EVENTS.filter(({ kinds }) => kinds.length > 0 && kinds[0] !== 'GuardrailChange'); // no policy is watched here
    expect(receivers.published.map(({ activity }) => activity).sort()).toEqual([
      ...noticed.map(({ kinds }) => kinds[0]), 'UnexpectedRootSession', // the user whom these settings do not allow
    ].sort());
    expect(receivers.put.map(({ detail }) => detail.activity).sort()).toEqual(receivers.published.map(({ activity }) => activity).sort());
  });

  test('says the same on the topic and on the bus', async () => {
    await deliver(signIn);
    expect(receivers.published).toEqual([{ topicArn: TOPIC, subject: 'Root signed in to the console (333333333333)', message: expect.stringContaining(`Event:    ${signIn.eventID}`), activity: 'RootSignIn', accountId: '333333333333' }]);
    expect(receivers.put).toEqual([{ bus: 'security', source: 'cdk-root-access', detailType: 'Root Activity', detail: expect.objectContaining({ activity: 'RootSignIn', eventId: signIn.eventID, accountId: '333333333333' }) }]);
  });

  test('says nothing of what is expected', async () => {
    await deliver(eventNamed('the sweep takes a root session'), eventNamed('a root session calls DeleteAccessKey, as it was seen'));
    expect([receivers.published, receivers.put]).toEqual([[], []]);
  });

  test('tells an event once, however often it is delivered', async () => {
    await deliver(signIn, signIn);
    await deliver(signIn, stranger);
    expect(receivers.published.map(({ activity }) => activity)).toEqual(['RootSignIn', 'UnexpectedRootSession']);
    expect(receivers.put).toHaveLength(2);
  });

  test('tells of what it cannot read', async () => {
    await handler(event(['{"eventName":"Cons']));
    expect(receivers.published).toMatchObject([{ activity: 'UnreadableEvent', message: expect.stringContaining('it is not JSON (18 characters)') }]);
  });

  test('answers when CloudWatch Logs asks whether it is there', async () => {
    await handler(event(['CWL CONTROL MESSAGE: Checking health of destination Lambda function.'], 'CONTROL_MESSAGE'));
    expect(receivers.published).toEqual([]);
  });

  test('fails for a delivery that it cannot decode, so that it is kept', async () => {
    await expect(handler({ awslogs: { data: Buffer.from('no gzip').toString('base64') } })).rejects.toThrow();
  });
});

describe('what could not be told', () => {
  test('fails the function, after the rest was told; tried again, only what is missing is told', async () => {
    receivers.refusedByTopic.set(stranger.eventID as string, 1);
    await expect(deliver(signIn, stranger, delegate)).rejects.toThrow('1 of 6 messages were not sent; the first: InvalidParameterException: not this one');
    expect(receivers.published.map(({ activity }) => activity).sort()).toEqual(['DelegateChange', 'RootSignIn']);
    expect(receivers.put).toHaveLength(3);
    await deliver(signIn, stranger, delegate);
    expect(receivers.published.map(({ activity }) => activity).sort()).toEqual(['DelegateChange', 'RootSignIn', 'UnexpectedRootSession']);
    expect(receivers.put).toHaveLength(3);
  });

  test('is noticed also when the event bus refuses an entry without failing', async () => {
    receivers.refusedByBus = 1;
    await expect(deliver(signIn)).rejects.toThrow('the event bus refused the event: InternalFailure: try again');
    expect(receivers.put).toEqual([]);
    await deliver(signIn);
    expect([receivers.published.length, receivers.put.length]).toEqual([1, 1]);
  });
});

describe('metrics', () => {
  const counted = () => metrics.filter((each) => each._aws);

  test('count what no filter can, whether or not it can be told', async () => {
    receivers.refusedByTopic.set(stranger.eventID as string, 1);
    await expect(deliver(stranger, { ...stranger, eventID: 'another' }, signIn, { no: 'event' })).rejects.toThrow();
    expect(counted()).toMatchObject([{
      UnexpectedRootSession: 2,
      UnreadableEvent: 1,
      service: 'cdk-root-access',
      _aws: { CloudWatchMetrics: [{ Namespace: 'Mine', Dimensions: [['service']], Metrics: [{ Name: 'UnexpectedRootSession', Unit: 'Count' }, { Name: 'UnreadableEvent', Unit: 'Count' }] }] },
    }]);
    expect(Object.keys(counted()[0])).not.toContain('RootSignIn');
  });

  test('of a root that asks for a root session count the session too', async () => {
    await deliver(eventNamed('root itself asks for a root session'));
    expect(counted()).toMatchObject([{ UnexpectedRootSession: 1 }]);
  });

  test('are not written when there is nothing to count', async () => {
    await deliver(signIn);
    expect(counted()).toEqual([]);
  });
});
