import { Receivers } from './receivers';
import { eventBridge, sns } from '../../../../lambda/aws/clients';
import { unreadable, type Finding } from '../../../../lambda/monitor/activity/finding';
import { Outputs } from '../../../../lambda/monitor/activity/outputs';
import { setEnvironment } from '../../../support/environment-variables';

const TOPIC = 'arn:aws:sns:us-east-1:111111111111:root-activity';
const finding = (id: string): Finding => ({ ...unreadable({ logGroup: 'trail', logStream: 's', id, timestamp: 0 }, '{', 'it is not JSON'), accountId: '222222222222' });

let receivers: Receivers;
let outputs: Outputs;
beforeEach(async () => {
  receivers = new Receivers();
  setEnvironment({ AWS_ENDPOINT_URL: await receivers.listen(), AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'secret' });
  outputs = new Outputs({ sns: sns(), topicArn: TOPIC, eventBridge: eventBridge(), busName: 'security' });
});
afterEach(() => {
  receivers.close();
  jest.restoreAllMocks();
});

const told = () => [receivers.published.map(({ message }) => /Event: +(\S+)/.exec(message)![1]).sort(), receivers.put.map(({ detail }) => detail.eventId as string).sort()];

test('a finding is a message, with what subscriptions filter by, and an event', async () => {
  await outputs.publish([finding('one')]);
  expect(receivers.published).toEqual([{
    topicArn: TOPIC, subject: 'An event of the trail could not be read (222222222222)', message: expect.stringContaining('Event:    one'), activity: 'UnreadableEvent', accountId: '222222222222',
  }]);
  expect(receivers.put).toEqual([{ bus: 'security', source: 'cdk-root-access', detailType: 'Root Activity', detail: finding('one') }]);
});

test('each is told once, also when it is delivered again', async () => {
  await outputs.publish([finding('one'), finding('two'), finding('one')]);
  await outputs.publish([finding('two'), finding('three')]);
  expect(told()).toEqual([['one', 'three', 'two'], ['one', 'three', 'two']]);
});

test('what was refused fails after the rest was told, with the first reason and the count, and is told when it is tried again', async () => {
  receivers.refusedByTopic.set('two', 1);
  receivers.refusedByBus = 1;
  await expect(outputs.publish([finding('one'), finding('two')])).rejects.toThrow(/^2 of 4 messages were not sent; the first: .+/);
  await outputs.publish([finding('one'), finding('two')]);
  expect(told()).toEqual([['one', 'two'], ['one', 'two']]);
});

test('nothing is told of nothing', async () => {
  await outputs.publish([]);
  expect(told()).toEqual([[], []]);
});
