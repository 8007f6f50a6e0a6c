import { FREE } from '../../../lambda/policies/conditions';
import { ANY, ANY_ORGANIZATION, ANY_PLACE, FROM_NOW_ON } from '../../../lambda/policies/patterns';
import { contextOf, KNOWN_KEYS, type Caller } from '../../../lambda/policies/request-context';

const ACCOUNT = '222222222222';
const ROOT = `arn:aws:iam::${ACCOUNT}:root`;
const CALLER = { principalArn: ROOT, accountId: ACCOUNT, resourceAccountId: ACCOUNT, organizationId: 'o-one', region: 'eu-west-1', iamRegion: 'us-east-1', onResource: true };
/** A root session deletes a credential. */
const SESSION: Caller = { ...CALLER, credentials: 'session', action: 'iam:DeleteLoginProfile' };
/** A root user that has signed in does anything. */
const LONG_TERM: Caller = { ...CALLER, credentials: 'long-term' };
/** A function of this library takes a root session. */
const ROLE_ARN = 'arn:aws:iam::111111111111:role/Sweep';
const TASK = 'arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials';
const ROLE: Caller = { ...CALLER, credentials: 'role', action: 'sts:AssumeRoot', principalArn: ROLE_ARN, accountId: '111111111111', taskPolicyArn: TASK };

const NONE = undefined;
const PATHS = [`o-one/${ANY_PLACE}`];
const FALSE_OR_NONE = { oneOf: [NONE, 'false'] };

describe('what a call has of each global condition key', () => {
  const KEYS: [key: string, session: unknown, longTerm: unknown, role: unknown][] = [
    ['aws:PrincipalArn', ROOT, ROOT, ROLE_ARN],
    ['aws:PrincipalAccount', ACCOUNT, ACCOUNT, '111111111111'],
    ['aws:PrincipalOrgID', 'o-one', 'o-one', 'o-one'],
    ['aws:PrincipalOrgPaths', PATHS, PATHS, PATHS],
    ['aws:PrincipalTag/*', NONE, NONE, FREE],
    ['aws:PrincipalIsAWSService', 'false', 'false', 'false'],
    ['aws:PrincipalServiceName', NONE, NONE, NONE],
    ['aws:PrincipalServiceNamesList', NONE, NONE, NONE],
    ['aws:PrincipalType', FREE, 'Account', 'AssumedRole'],
    ['aws:userid', ACCOUNT, ACCOUNT, FREE],
    ['aws:username', NONE, NONE, NONE],
    ['aws:AssumedRoot', 'true', NONE, NONE],
    ['aws:FederatedProvider', NONE, NONE, NONE],
    ['aws:TokenIssueTime', FROM_NOW_ON, FREE, FROM_NOW_ON],
    ['aws:MultiFactorAuthAge', NONE, FREE, NONE],
    ['aws:MultiFactorAuthPresent', FALSE_OR_NONE, FREE, FALSE_OR_NONE],
    ['aws:ChatbotSourceArn', NONE, NONE, NONE],
    ['aws:Ec2InstanceSourceVpc', NONE, NONE, NONE],
    ['aws:Ec2InstanceSourcePrivateIPv4', NONE, NONE, NONE],
    ['aws:SourceIdentity', NONE, NONE, NONE],
    ['aws:SourceIp', FREE, FREE, FREE],
    ['aws:SourceVpc', FREE, FREE, FREE],
    ['aws:SourceVpcArn', FREE, FREE, FREE],
    ['aws:SourceVpce', FREE, FREE, FREE],
    ['aws:VpcSourceIp', FREE, FREE, FREE],
    ['aws:VpceAccount', FREE, FREE, FREE],
    ['aws:VpceOrgID', FREE, FREE, FREE],
    ['aws:VpceOrgPaths', FREE, FREE, FREE],
    ['aws:ResourceAccount', ACCOUNT, FREE, ACCOUNT],
    ['aws:ResourceOrgID', 'o-one', FREE, 'o-one'],
    ['aws:ResourceOrgPaths', PATHS, FREE, PATHS],
    ['aws:ResourceTag/*', NONE, FREE, NONE],
    ['aws:CalledVia', NONE, FREE, NONE],
    ['aws:CalledViaFirst', NONE, FREE, NONE],
    ['aws:CalledViaLast', NONE, FREE, NONE],
    ['aws:ViaAWSService', 'false', FREE, 'false'],
    ['aws:CalledViaAWSMCP', NONE, FREE, NONE],
    ['aws:ViaAWSMCPService', FALSE_OR_NONE, FREE, FALSE_OR_NONE],
    ['aws:IsMcpServiceAction', FALSE_OR_NONE, FREE, FALSE_OR_NONE],
    ['aws:CurrentTime', FROM_NOW_ON, FROM_NOW_ON, FROM_NOW_ON],
    ['aws:EpochTime', FROM_NOW_ON, FROM_NOW_ON, FROM_NOW_ON],
    ['aws:referer', NONE, FREE, NONE],
    ['aws:RequestedRegion', 'us-east-1', 'eu-west-1', 'eu-west-1'],
    ['aws:RequestTag/*', NONE, FREE, NONE],
    ['aws:TagKeys', NONE, FREE, NONE],
    ['aws:SecureTransport', 'true', 'true', 'true'],
    ['aws:SourceAccount', NONE, NONE, NONE],
    ['aws:SourceArn', NONE, NONE, NONE],
    ['aws:SourceOrgID', NONE, NONE, NONE],
    ['aws:SourceOrgPaths', NONE, NONE, NONE],
    ['aws:SourceOwner', NONE, NONE, NONE],
    ['aws:UserAgent', ANY, FREE, ANY],
  ];

  test.each(KEYS)('%s', (key, session, longTerm, role) => {
    const [ofSession, ofLongTerm, ofRole] = [SESSION, LONG_TERM, ROLE].map(contextOf);
    const name = key.toLowerCase();
    expect([ofSession, ofLongTerm, ofRole].every((context) => name in context)).toBe(true); // with a value or without
    expect([ofSession[name], ofLongTerm[name], ofRole[name]]).toEqual([session, longTerm, role]);
  });

  test('is in the table for every key', () => {
    expect(KNOWN_KEYS).toEqual(KEYS.map(([key]) => key));
  });

  test('is known of a call of a root user that is one of a service alone', () => {
    const context = contextOf({ ...LONG_TERM, action: 'iam:CreateAccessKey' });
    expect([context['aws:calledvia'], context['aws:viaawsservice'], context['aws:resourceaccount']]).toEqual([NONE, 'false', ACCOUNT]);
  });

  test('is open where the organization is not known', () => {
    const context = contextOf({ ...SESSION, organizationId: undefined });
    expect([context['aws:principalorgid'], context['aws:principalorgpaths']]).toEqual([ANY_ORGANIZATION, [`${ANY_ORGANIZATION}/${ANY_PLACE}`]]);
  });

  test('is the Region of the call where that of IAM is not known', () => {
    expect(contextOf({ ...SESSION, iamRegion: undefined })['aws:requestedregion']).toBe('eu-west-1');
  });
});

describe('what a call has of keys of its service', () => {
  const S3: Caller = { ...SESSION, action: 's3:DeleteBucketPolicy' };

  test.each<[string, unknown, unknown, unknown]>([
    ['s3:resourceaccount', ACCOUNT, { oneOf: [NONE, ACCOUNT] }, ACCOUNT],
    ['s3:buckettag/*', FREE, NONE, FREE],
    ['s3:tlsversion', { oneOf: ['1.2', '1.3'] }, { oneOf: ['1.2', '1.3'] }, { oneOf: ['1.2', '1.3'] }],
    ['s3:authtype', 'REST-HEADER', 'REST-HEADER', FREE],
    ['s3:signatureversion', 'AWS4-HMAC-SHA256', 'AWS4-HMAC-SHA256', FREE],
    ['s3:signatureage', FREE, FREE, FREE],
    ['s3:x-amz-content-sha256', FREE, FREE, FREE],
    ['aws:resourcetag/*', FREE, NONE, FREE],
  ])('%s: on a bucket, on none, and with long-term credentials', (key, onBucket, onNone, longTerm) => {
    const contexts = [S3, { ...S3, onResource: false }, { ...S3, credentials: 'long-term' as const }].map(contextOf);
    expect(contexts.every((context) => key in context)).toBe(true);
    expect(contexts.map((context) => context[key])).toEqual([onBucket, onNone, longTerm]);
  });

  test('is the task policy of AssumeRoot, and keys of S3 in calls of S3 alone', () => {
    expect(contextOf(ROLE)['sts:taskpolicyarn']).toBe(TASK);
    expect(Object.keys(contextOf(S3)).filter((key) => key.startsWith('sts:'))).toEqual([]);
    expect(Object.keys(contextOf(ROLE)).filter((key) => key.startsWith('s3:'))).toEqual([]);
  });

  test('is nothing of other services where the service is known, and not known where it is any', () => {
    expect(contextOf(SESSION)).toHaveProperty(['*'], NONE);
    expect(contextOf(LONG_TERM)).not.toHaveProperty(['*']);
  });
});

test.each([
  'lambda:SourceFunctionArn', 'ec2:SourceInstanceArn', 'ec2:RoleDelivery', 'glue:RoleAssumedBy', 'glue:CredentialIssuingService', 'ssm:SourceInstanceArn',
  'identitystore:UserId', 'codebuild:BuildArn', 'codebuild:ProjectArn', 'ecs:task-arn', 'ecs:cluster-arn',
])('%s is of credentials that a service issued: functions have that of Lambda, and root users none', (key) => {
  const name = key.toLowerCase();
  expect([SESSION, LONG_TERM].map(contextOf).map((context) => [name in context, context[name]])).toEqual([[true, NONE], [true, NONE]]);
  expect(contextOf(ROLE)).toHaveProperty([name], key === 'lambda:SourceFunctionArn' ? ANY : NONE);
});
