import { levelsOf } from './simulated';
import { judge, type Judgement } from '../../../lambda/policies/judge';
import { assumeRootRequest, rootRequest } from '../../../lambda/policies/root-requests';

const ORGANIZATION = 'o-fakeorganization';
const ANY_ROOT = { partition: 'aws', organizationId: ORGANIZATION };

const root = { 'aws:PrincipalArn': ['arn:aws:iam::*:root'] };
const but = (...roles: string[]) => ({ ArnNotLike: { 'aws:PrincipalARN': roles.map((role) => `arn:aws:iam::*:role/${role}`) } });
const CONTROL_TOWER = but('AWSControlTowerExecution');
const deny = (Action: string | string[], Condition?: object, Resource: string | string[] = '*') => ({ Effect: 'Deny', Action, Resource, ...Condition && { Condition } });
const denyBut = (NotAction: string[], Condition: object) => ({ Effect: 'Deny', NotAction, Resource: '*', Condition });
const outside = (...regions: string[]) => ({ StringNotEquals: { 'aws:RequestedRegion': regions } });
const GLOBAL = ['iam:*', 'organizations:*', 'route53:*', 'sts:*', 'support:*', 'cloudfront:*', 's3:ListAllMyBuckets', 's3:GetBucketLocation'];

const judged = (statement: object, action: string, credentials: 'session' | 'long-term' = 'session') => (
  judge(levelsOf([{ Version: '2012-10-17', Statement: [statement] }], []), rootRequest(ANY_ROOT, credentials, action)).judgement);

const ALLOWS = ['allows', 'allows', 'allows'] as const;
const BLOCKS = ['blocks', 'blocks', 'blocks'] as const;

// What AWS publishes (service control policy examples, Control Tower, Landing Zone Accelerator, data perimeters), by kind and in other words.
describe('a published kind of service control policy', () => {
  test.each<[string, object, readonly [iam: Judgement, s3: Judgement, sqs: Judgement]]>([
    ['denies root users everything', deny('*', { ArnLike: root }), BLOCKS],
    ['denies root users everything, by StringLike', deny('*', { StringLike: root }), BLOCKS],
    ['denies root users everything that no service does for them', deny('*', { StringLike: { 'aws:PrincipalArn': '*:root' }, Bool: { 'aws:ViaAWSService': 'false' } }), BLOCKS],
    ['denies root users everything but root sessions', deny('*', { ArnLike: root, Null: { 'aws:AssumedRoot': 'true' } }), ALLOWS],
    ['denies root users new access keys (Control Tower)', deny('iam:CreateAccessKey', { StringLike: { 'aws:PrincipalArn': 'arn:*:iam::*:root' } }), ALLOWS],
    ['denies leaving the organization', deny('organizations:LeaveOrganization'), ALLOWS],
    ['denies Regions, but global services', denyBut(GLOBAL, { ...outside('eu-central-1', 'eu-west-1'), ...CONTROL_TOWER }), ['allows', 'cannot tell', 'cannot tell']],
    ['denies Regions without sparing IAM', denyBut(['organizations:*', 'sts:*'], outside('eu-central-1')), ['blocks', 'cannot tell', 'cannot tell']],
    ['denies Regions other than that of IAM', denyBut(['sts:*'], outside('us-east-1', 'eu-central-1')), ['allows', 'cannot tell', 'cannot tell']],
    ['protects roles of an accelerator', deny('iam:*', but('AWSAccelerator-*'), ['arn:aws:iam::*:role/AWSAccelerator-*', 'arn:aws:iam::*:policy/AWSAccelerator-*']), ALLOWS],
    ['protects roles of Control Tower', deny(['iam:AttachRolePolicy', 'iam:DeleteRole*', 'iam:Put*'], CONTROL_TOWER, 'arn:aws:iam::*:role/aws-controltower-*'), ALLOWS],
    ['protects service-linked roles from all but themselves', deny('iam:*', but('aws-service-role/*'), 'arn:*:iam::*:role/aws-service-role/*'), ALLOWS],
    ['protects identity providers', deny(['iam:*SAMLProvider', 'iam:*'], undefined, ['arn:aws:iam::*:saml-provider/*', 'arn:aws:iam::*:oidc-provider/*']), ALLOWS],
    ['leaves changes in IAM to administrators', deny('iam:*', but('Admin*')), ['blocks', 'allows', 'allows']],
    ['denies new IAM users and keys', deny(['iam:CreateUser', 'iam:CreateAccessKey', 'iam:UpdateAccessKey']), ALLOWS],
    ['demands permissions boundaries', deny(['iam:CreateRole', 'iam:PutRolePolicy'], { StringNotEquals: { 'iam:PermissionsBoundary': 'arn:aws:iam::${aws:PrincipalAccount}:policy/boundary' } }), ALLOWS],
    ['protects the log buckets of Control Tower', deny(['s3:PutBucketPolicy', 's3:DeleteBucket*'], CONTROL_TOWER, 'arn:aws:s3:::aws-controltower*'), ['allows', 'cannot tell', 'allows']],
    ['protects objects of a bucket', deny('s3:*', undefined, 'arn:aws:s3:::logs/*'), ALLOWS],
    ['demands encrypted objects', deny('s3:PutObject', { StringNotEquals: { 's3:x-amz-server-side-encryption': 'aws:kms' } }), ALLOWS],
    ['denies old TLS', deny('s3:*', { NumericLessThan: { 's3:TlsVersion': '1.2' } }), ALLOWS],
    ['denies plain HTTP', deny('*', { Bool: { 'aws:SecureTransport': 'false' } }), ALLOWS],
    ['denies public ACLs', deny('s3:*', { StringEquals: { 's3:x-amz-acl': ['public-read', 'public-read-write'] } }), ALLOWS],
    ['protects queues of an accelerator', deny('sqs:*', but('AWSAccelerator-*'), 'arn:aws:sqs:*:*:AWSAccelerator-*'), ['allows', 'allows', 'cannot tell']],
    ['demands tags', deny('ec2:RunInstances', { Null: { 'aws:RequestTag/cost': 'true' } }), ALLOWS],
    ['keeps tags from everybody', deny('*', { 'ForAnyValue:StringLike': { 'aws:TagKeys': ['security*'] } }), ALLOWS],
    ['protects what has a tag', deny('*', { StringEquals: { 'aws:ResourceTag/managed-by': 'platform' }, ...but('platform') }), ['allows', 'cannot tell', 'cannot tell']],
    ['denies principals with a tag', deny('*', { StringEquals: { 'aws:PrincipalTag/team': 'contractors' } }), ALLOWS],
    ['denies sharing outside', deny('ram:*', { Bool: { 'ram:RequestedAllowsExternalPrincipals': 'true' } }), ALLOWS],
    ['denies function URLs without authorization', deny('lambda:*', { StringNotEquals: { 'lambda:FunctionUrlAuthType': 'AWS_IAM' } }), ALLOWS],
    ['denies chats', deny('*', { ArnLike: { 'aws:ChatbotSourceArn': 'arn:aws:chatbot::*:*' } }), ALLOWS],
    ['is a perimeter of resources', deny('*', {
      StringNotEqualsIfExists: { 'aws:ResourceOrgID': ORGANIZATION, 'aws:PrincipalTag/dp:exclude:resource': 'true' }, BoolIfExists: { 'aws:ViaAWSService': 'false' },
    }), ALLOWS],
    ['is a perimeter of networks', deny('*', {
      NotIpAddressIfExists: { 'aws:SourceIp': '203.0.113.0/24' },
      StringNotEqualsIfExists: { 'aws:SourceVpc': 'vpc-1' },
      BoolIfExists: { 'aws:PrincipalIsAWSService': 'false', 'aws:ViaAWSService': 'false' },
    }), ['cannot tell', 'cannot tell', 'cannot tell']],
    ['is a perimeter of networks for what has a tag', deny('*', {
      NotIpAddressIfExists: { 'aws:SourceIp': '203.0.113.0/24' }, StringEquals: { 'aws:PrincipalTag/dp:include:network': 'true' },
    }), ALLOWS],
    ['demands MFA', deny('*', { BoolIfExists: { 'aws:MultiFactorAuthPresent': 'false' } }), BLOCKS],
    ['demands MFA of users', deny('*', { BoolIfExists: { 'aws:MultiFactorAuthPresent': 'false' }, ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:user/*' } }), ALLOWS],
    ['ends older sessions of roles', deny('*', { DateLessThan: { 'aws:TokenIssueTime': '2026-01-01T00:00:00Z' }, ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/*' } }), ALLOWS],
    ['closes accounts', deny('*'), BLOCKS],
    ['closes accounts but to some roles', deny('*', but('AWSAccelerator-*', 'BreakGlass')), BLOCKS],
  ])('%s', (_kind, statement, expected) => {
    const verdicts = ['iam:DeleteLoginProfile', 's3:DeleteBucketPolicy', 'sqs:SetQueueAttributes'].map((action) => judged(statement, action));
    expect(verdicts).toEqual(expected);
  });
});

describe('the call of AssumeRoot', () => {
  const call = { partition: 'aws', roleArn: 'arn:aws:iam::222222222222:role/Sweep', organizationId: ORGANIZATION, taskPolicy: 'IAMAuditRootUserCredentials' };
  const asked = (statement: object, accountId?: string) => (
    judge(levelsOf([{ Version: '2012-10-17', Statement: [statement] }], []), assumeRootRequest({ ...call, ...accountId && { accountId } })).judgement);

  test.each<[string, object, Judgement]>([
    ['is that of a role, and not of root', deny('*', { ArnLike: root }), 'allows'],
    ['is denied to all roles but one', deny('sts:AssumeRoot', but('Other')), 'blocks'],
    ['is left to the role', deny('sts:AssumeRoot', but('Sweep')), 'allows'],
    ['is denied for other tasks', deny('sts:AssumeRoot', { ArnNotEquals: { 'sts:TaskPolicyArn': 'arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials' } }), 'allows'],
    ['is denied for this task', deny('sts:AssumeRoot', { StringLike: { 'sts:TaskPolicyArn': '*/IAMAudit*' } }), 'blocks'],
    ['has the function that makes it', deny('sts:*', { Null: { 'lambda:SourceFunctionArn': 'true' } }), 'allows'],
    ['has no MFA', deny('sts:*', { BoolIfExists: { 'aws:MultiFactorAuthPresent': 'false' } }), 'blocks'],
    ['is on the root user of a member account', deny('sts:AssumeRoot', undefined, 'arn:aws:iam::*:root'), 'blocks'],
    ['is on a resource of another account than the role', deny('*', { StringNotEquals: { 'aws:ResourceAccount': '${aws:PrincipalAccount}' } }), 'blocks'],
  ])('%s', (_what, statement, judgement) => {
    expect(asked(statement, '333333333333')).toBe(judgement);
  });

  test('on a member account that a statement spares', () => {
    const spared = { Effect: 'Deny', Action: 'sts:AssumeRoot', NotResource: 'arn:aws:iam::333333333333:root' };
    expect([asked(spared, '333333333333'), asked(spared, '444444444444'), asked(spared)]).toEqual(['allows', 'blocks', 'blocks']);
  });
});
