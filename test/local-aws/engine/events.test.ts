import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { LocalAws } from '../local-aws';
import { FakeOrganization } from '../organization';
import { att, lambdaFunction, role, Stacks } from './fixtures/stacks';

describe('an event of an AWS service', () => {
  let aws: LocalAws;

  beforeAll(async () => {
    aws = await LocalAws.start({ organization: new FakeOrganization() });
  }, 120_000);
  afterAll(() => aws?.stop());

  test('reaches the rules of the account and the Region that it names, and no other', async () => {
    const rule = {
      Role: role('lambda'),
      Function: lambdaFunction('Role', 'exports.handler = async ({ detail, account, region }) => console.log(`joined ${detail.id} ${account} ${region}`);'),
      Permission: { Type: 'AWS::Lambda::Permission', Properties: { FunctionName: att('Function'), Action: 'lambda:InvokeFunction', Principal: 'events.amazonaws.com' } },
      Rule: { Type: 'AWS::Events::Rule', Properties: { EventPattern: { source: ['aws.organizations'] }, Targets: [{ Id: 'function', Arn: att('Function') }] } },
    };
    await new Stacks(aws).create('rule', rule);
    await new Stacks(aws, '222222222222').create('rule', rule);

    const event = { source: 'aws.organizations', detailType: 'AWS Service Event via CloudTrail' };
    await aws.putAwsEvents([{ ...event, detail: { id: 'one' } }, { ...event, detail: { id: 'two' }, accountId: '222222222222' }]);

    const joined = async () => (await aws.logLines()).filter((line) => line.includes('joined')).map((line) => line.slice(line.indexOf('joined'))).sort();
    await vi.waitFor(async () => expect(await joined()).toEqual(['joined one 111111111111 us-east-1', 'joined two 222222222222 us-east-1']), 10_000);
  });
});
