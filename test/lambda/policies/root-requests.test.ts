import { ANY, ANY_ACCOUNT, ANY_ACTION, ANY_BUCKET, ANY_QUEUE, ANY_REGION, UNNAMED } from '../../../lambda/policies/patterns';
import { anyRootRequest, assumeRootRequest, rootRequest, TASK_ACTIONS, unnamedRequest } from '../../../lambda/policies/root-requests';

const ACCOUNT = '222222222222';
const ROOT_ARN = `arn:aws:iam::${ACCOUNT}:root`;
const ROOT = { partition: 'aws', accountId: ACCOUNT, organizationId: 'o-one' };
const OF_ANY = { partition: 'aws', organizationId: 'o-one' };

test('root sessions call in each task what its task policy allows', () => {
  const reads = ['iam:GetLoginProfile', 'iam:ListAccessKeys', 'iam:ListSigningCertificates', 'iam:ListMFADevices', 'iam:GetUser', 'iam:GetAccessKeyLastUsed'];
  expect(TASK_ACTIONS).toEqual({
    IAMAuditRootUserCredentials: ['iam:GetAccountSummary', ...reads],
    IAMDeleteRootUserCredentials: ['iam:DeleteLoginProfile', 'iam:DeleteAccessKey', 'iam:DeleteSigningCertificate', 'iam:DeactivateMFADevice', ...reads],
    IAMCreateRootUserPassword: ['iam:CreateLoginProfile', 'iam:GetLoginProfile'],
    S3UnlockBucketPolicy: ['s3:ListAllMyBuckets', 's3:GetBucketPolicy', 's3:DeleteBucketPolicy', 's3:PutBucketPolicy'],
    SQSUnlockQueuePolicy: ['sqs:ListQueues', 'sqs:GetQueueUrl', 'sqs:GetQueueAttributes', 'sqs:SetQueueAttributes'],
  });
});

describe('a call of a root user', () => {
  test.each([
    ['iam:GetUser', ROOT_ARN], ['iam:GetAccountSummary', '*'],
    ['s3:PutBucketPolicy', `arn:aws:s3:::${ANY_BUCKET}`], ['s3:ListAllMyBuckets', '*'],
    ['sqs:GetQueueUrl', `arn:aws:sqs:${ANY_REGION}:${ACCOUNT}:${ANY_QUEUE}`], ['sqs:ListQueues', '*'],
    ['ec2:RunInstances', ANY],
  ])('%s is one on %s', (action, resource) => {
    expect(rootRequest(ROOT, 'session', action)).toMatchObject({ action, resource });
  });

  test.each<['session' | 'long-term', string | undefined]>([['session', 'true'], ['long-term', undefined]])('is made with credentials of a %s', (credentials, assumedRoot) => {
    const { context } = rootRequest(ROOT, credentials, 'iam:GetUser');
    expect(context).toMatchObject({
      'aws:principalarn': ROOT_ARN, 'aws:principalaccount': ACCOUNT, 'aws:resourceaccount': ACCOUNT, 'aws:principalorgid': 'o-one', 'aws:requestedregion': 'us-east-1',
    });
    expect(context['aws:assumedroot']).toBe(assumedRoot);
  });

  test.each([['aws-cn', 'cn-north-1'], ['aws-us-gov', 'us-gov-west-1']])('of IAM is made in the one Region of its partition: %s, %s', (partition, region) => {
    const request = rootRequest({ ...ROOT, partition }, 'session', 'iam:GetUser');
    expect(request).toMatchObject({ resource: `arn:${partition}:iam::${ACCOUNT}:root`, context: { 'aws:requestedregion': region } });
  });

  test('of another service is made in any Region, and on a resource or on none', () => {
    const { context } = rootRequest(ROOT, 'session', 's3:PutBucketPolicy');
    expect([context['aws:requestedregion'], context['s3:resourceaccount']]).toEqual([ANY_REGION, ACCOUNT]);
    expect(rootRequest(ROOT, 'session', 's3:ListAllMyBuckets').context['s3:resourceaccount']).toEqual({ oneOf: [undefined, ACCOUNT] });
  });

  test('of any account is that of each account', () => {
    const request = rootRequest(OF_ANY, 'session', 'iam:GetUser');
    expect(request).toMatchObject({ resource: `arn:aws:iam::${ANY_ACCOUNT}:root`, context: { 'aws:principalaccount': ANY_ACCOUNT } });
    expect(request.inAccount!(ACCOUNT)).toEqual(rootRequest(ROOT, 'session', 'iam:GetUser'));
    expect(rootRequest(ROOT, 'session', 'iam:GetUser')).not.toHaveProperty('inAccount');
  });

  test('may be any call', () => {
    const request = anyRootRequest(ROOT, 'long-term');
    expect(request).toMatchObject({ action: ANY_ACTION, resource: ANY, context: { 'aws:principalarn': ROOT_ARN, 'aws:principaltype': 'Account' } });
    expect(request).not.toHaveProperty('inAccount');
    expect(anyRootRequest(OF_ANY, 'long-term').inAccount!(ACCOUNT)).toEqual(request);
    expect(request.context).toHaveProperty(['aws:resourcetag/*'], expect.anything()); // some call is on a resource with a tag
  });
});

describe('a call that no policy names', () => {
  test('is one of a role that no policy names', () => {
    expect(unnamedRequest(ROOT)).toEqual({
      action: `${UNNAMED}:${UNNAMED}`,
      resource: ANY,
      context: {
        'aws:principalarn': `arn:aws:iam::${ACCOUNT}:role/${UNNAMED}`,
        'aws:principalaccount': ACCOUNT,
        'aws:principalisawsservice': 'false',
        'aws:principaltag/*': undefined,
        'aws:assumedroot': undefined,
        'aws:viaawsservice': 'false',
        'aws:principalorgid': 'o-one',
      },
    });
    expect(Object.keys(unnamedRequest(ROOT).context)).toEqual(expect.arrayContaining(['aws:principaltag/*', 'aws:assumedroot']));
  });

  test('is in any account where none is known, and in an organization only where one is', () => {
    const request = unnamedRequest({ partition: 'aws' });
    expect(request.context).toMatchObject({ 'aws:principalaccount': ANY_ACCOUNT, 'aws:principalarn': `arn:aws:iam::${ANY_ACCOUNT}:role/${UNNAMED}` });
    expect(request.context).not.toHaveProperty(['aws:principalorgid']);
    expect(request.inAccount!(ACCOUNT)).toEqual(unnamedRequest({ partition: 'aws', accountId: ACCOUNT }));
  });
});

describe('the call of AssumeRoot', () => {
  const CALL = { partition: 'aws', roleArn: 'arn:aws:iam::111111111111:role/Sweep', organizationId: 'o-one', accountId: ACCOUNT, taskPolicy: 'S3UnlockBucketPolicy', region: 'eu-west-1' };

  test('is one of a role in its own account, on the root user of another', () => {
    expect(assumeRootRequest(CALL)).toMatchObject({
      action: 'sts:AssumeRoot',
      resource: ROOT_ARN,
      context: {
        'aws:principalarn': CALL.roleArn,
        'aws:principalaccount': '111111111111',
        'aws:resourceaccount': ACCOUNT,
        'aws:principalorgid': 'o-one',
        'aws:requestedregion': 'eu-west-1',
        'aws:principaltype': 'AssumedRole',
        'sts:taskpolicyarn': 'arn:aws:iam::aws:policy/root-task/S3UnlockBucketPolicy',
      },
    });
    expect(assumeRootRequest(CALL)).not.toHaveProperty('inAccount');
  });

  test('is made in any Region and on any account where none is known', () => {
    const { accountId, region: _, ...call } = CALL;
    const request = assumeRootRequest(call);
    expect(request).toMatchObject({ resource: `arn:aws:iam::${ANY_ACCOUNT}:root`, context: { 'aws:requestedregion': ANY_REGION, 'aws:resourceaccount': ANY_ACCOUNT } });
    expect(request.inAccount!(accountId)).toEqual(assumeRootRequest({ ...call, accountId }));
  });
});
