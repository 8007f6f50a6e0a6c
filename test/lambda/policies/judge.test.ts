import * as fc from 'fast-check';
import { FULL, isAllowed, levelsOf } from './simulated';
import type { Context } from '../../../lambda/policies/conditions';
import { judge, type Judgement, type Request } from '../../../lambda/policies/judge';
import { ANY, matches } from '../../../lambda/policies/patterns';
import { anyRootRequest, rootRequest, TASK_ACTIONS } from '../../../lambda/policies/root-requests';
import { cases } from '../../support/cases';

const ACCOUNT = '333333333333';
const ROOT = { partition: 'aws', accountId: ACCOUNT, organizationId: 'o-fakeorganization' };
const IS_ROOT = { ArnLike: { 'aws:PrincipalArn': 'arn:*:iam::*:root' } };
const EXEMPT = { ...IS_ROOT, Null: { 'aws:AssumedRoot': 'true' } };
const deny = (Condition?: object, Action: string | string[] = '*', others: object = { Resource: '*' }) => (
  { Version: '2012-10-17', Statement: [{ Effect: 'Deny', Action, ...others, ...Condition && { Condition } }] });
const judged = (document: object, request: Request) => judge(levelsOf([document], []), request).judgement;
const session = (action = 'iam:DeleteLoginProfile') => rootRequest(ROOT, 'session', action);
const longTerm = (action = 'iam:DeleteLoginProfile') => rootRequest(ROOT, 'long-term', action);

describe('a policy that denies the root user', () => {
  test.each<[string, object, Judgement, Judgement]>([
    ['exempts root sessions with Null', EXEMPT, 'allows', 'blocks'],
    ['exempts nobody', IS_ROOT, 'blocks', 'blocks'],
    ['names the root user by StringLike', { StringLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:root' } }, 'blocks', 'blocks'],
    ['writes the key in another case', { ArnLike: { 'AWS:principalARN': 'arn:aws:iam::*:root' } }, 'blocks', 'blocks'],
    ['exempts with Bool, which long-term credentials do not have', { ...IS_ROOT, Bool: { 'aws:AssumedRoot': 'false' } }, 'allows', 'allows'],
    ['exempts with BoolIfExists', { ...IS_ROOT, BoolIfExists: { 'aws:AssumedRoot': 'false' } }, 'allows', 'blocks'],
    ['exempts with StringNotEquals', { ...IS_ROOT, StringNotEquals: { 'aws:AssumedRoot': 'true' } }, 'allows', 'blocks'],
    ['has the exemption the wrong way round', { ...IS_ROOT, Null: { 'aws:AssumedRoot': 'false' } }, 'blocks', 'allows'],
    ['names another account', { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::999999999999:root' } }, 'allows', 'allows'],
    ['names roles', { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/*' } }, 'allows', 'allows'],
    ['spares one role', { ArnNotLike: { 'aws:PrincipalArn': 'arn:*:iam::*:role/AWSControlTowerExecution' } }, 'blocks', 'blocks'],
    ['spares those with a tag, which root users cannot have', { StringNotEquals: { 'aws:PrincipalTag/team': 'security' } }, 'blocks', 'blocks'],
    ['spares the account', { StringNotEquals: { 'aws:PrincipalAccount': ['111111111111', ACCOUNT] } }, 'allows', 'allows'],
    ['spares the organization', { StringNotEquals: { 'aws:PrincipalOrgID': 'o-fakeorganization' } }, 'allows', 'allows'],
    ['asks for an address', { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } }, 'cannot tell', 'cannot tell'],
    ['asks for MFA, which root sessions do not have', { ...IS_ROOT, BoolIfExists: { 'aws:MultiFactorAuthPresent': 'false' } }, 'blocks', 'cannot tell'],
    ['has an operator that nobody knows', { StringSounds: { 'aws:PrincipalArn': 'arn' } }, 'cannot tell', 'cannot tell'],
    ['has a key that nobody knows', { StringEquals: { 'aws:Weather': 'rain' } }, 'cannot tell', 'cannot tell'],
    ['has a variable that is not known', { StringEquals: { 'aws:PrincipalAccount': '${aws:SourceAccount}' } }, 'cannot tell', 'cannot tell'],
    ['has a variable that is known', { StringEquals: { 'aws:PrincipalAccount': '${aws:PrincipalAccount}' } }, 'blocks', 'blocks'],
  ])('%s', (_how, condition, ofSession, ofLongTerm) => {
    const document = deny(condition);
    expect({ session: judged(document, session()), longTerm: judged(document, longTerm()) }).toEqual({ session: ofSession, longTerm: ofLongTerm });
  });
});

/** Of any member account, as the preflight asks. */
const ANY_ROOT = { partition: 'aws', organizationId: 'o-fakeorganization' };

describe('what is in a root session and what is not decides', () => {
  test.each<[string, object, Judgement, string?]>([
    ['what no service does for somebody', { StringLike: { 'aws:PrincipalArn': '*:root' }, Bool: { 'aws:ViaAWSService': 'false' } }, 'blocks'],
    ['what no service does for somebody, by another key', { Null: { 'aws:CalledVia': 'true' } }, 'blocks'],
    ['what CloudFormation does', { 'ForAnyValue:StringEquals': { 'aws:CalledVia': 'cloudformation.amazonaws.com' } }, 'allows'],
    ['MFA, of which a session has none', { BoolIfExists: { 'aws:MultiFactorAuthPresent': 'false' } }, 'blocks'],
    ['MFA of the last hour', { NumericGreaterThanIfExists: { 'aws:MultiFactorAuthAge': '3600' } }, 'blocks'],
    ['MFA that is there', { Bool: { 'aws:MultiFactorAuthPresent': 'true' } }, 'allows'],
    ['MFA that is false, which is so when the key is there', { Bool: { 'aws:MultiFactorAuthPresent': 'false' } }, 'cannot tell'],
    ['whether MFA is in the request, whichever way', { Null: { 'aws:MultiFactorAuthPresent': ['true', 'false'] } }, 'blocks'],
    ['the root user of its own account', { ArnEquals: { 'aws:PrincipalArn': 'arn:aws:iam::${aws:PrincipalAccount}:root' } }, 'blocks'],
    ['a variable with a default that is not needed', { StringEquals: { 'aws:PrincipalAccount': "${aws:PrincipalAccount, '000000000000'}" } }, 'blocks'],
    ['a variable with a default that is needed', { StringNotEquals: { 'aws:PrincipalAccount': "${aws:username, 'nobody'}" } }, 'blocks'],
    ['a variable that has no value', { StringNotEquals: { 'aws:PrincipalAccount': '${aws:username}' } }, 'cannot tell'],
    ['a resource in another account', { StringNotEquals: { 'aws:ResourceAccount': '${aws:PrincipalAccount}' } }, 'allows'],
    ['a resource in another organization', { StringNotEqualsIfExists: { 'aws:ResourceOrgID': '${aws:PrincipalOrgID}' } }, 'allows'],
    ['a resource in another organization than this', { StringNotEqualsIfExists: { 'aws:ResourceOrgID': 'o-fakeorganization' } }, 'allows'],
    ['a resource that is not in the unit', { 'ForAllValues:StringNotLike': { 'aws:ResourceOrgPaths': 'o-fakeorganization/r-abcd/ou-abcd-11111111/*' } }, 'cannot tell'],
    ['a tag of a root user', { StringEquals: { 'aws:ResourceTag/team': 'security' } }, 'allows'],
    ['the lack of a tag of a root user', { StringNotEquals: { 'iam:ResourceTag/team': 'security' } }, 'blocks'],
    ['tags in the request', { 'ForAnyValue:StringLike': { 'aws:TagKeys': 'team*' } }, 'allows'],
    ['the lack of tags in the request', { Null: { 'aws:RequestTag/team': 'true' } }, 'blocks'],
    ['a chat', { ArnLike: { 'aws:ChatbotSourceArn': 'arn:aws:chatbot::*:chat-configuration/*' } }, 'allows'],
    ['a key of ram', { Bool: { 'ram:RequestedAllowsExternalPrincipals': 'true' } }, 'allows'],
    ['a key of ec2', { StringNotEquals: { 'ec2:InstanceType': 't3.micro' } }, 'blocks'],
    ['a key of lambda', { StringEquals: { 'lambda:FunctionUrlAuthType': 'NONE' } }, 'allows'],
    ['a key of glue', { StringEquals: { 'glue:RoleAssumedBy': 'glue.amazonaws.com' } }, 'allows'],
    ['a policy of permissions', { StringNotLike: { 'iam:PermissionsBoundary': 'arn:aws:iam::*:policy/boundary' } }, 'blocks'],
    ['old TLS', { NumericLessThan: { 's3:TlsVersion': '1.2' } }, 'allows', 's3:PutBucketPolicy'],
    ['new TLS', { NumericLessThan: { 's3:TlsVersion': '1.3' } }, 'cannot tell', 's3:PutBucketPolicy'],
    ['presigned URLs', { StringEquals: { 's3:authType': 'REST-QUERY-STRING' } }, 'allows', 's3:PutBucketPolicy'],
    ['a tag of a bucket', { StringEquals: { 'aws:ResourceTag/team': 'security' } }, 'cannot tell', 's3:PutBucketPolicy'],
    ['a tag of no bucket', { StringEquals: { 'aws:ResourceTag/team': 'security' } }, 'allows', 's3:ListAllMyBuckets'],
    ['the encryption of an object', { StringNotEquals: { 's3:x-amz-server-side-encryption': 'aws:kms' } }, 'blocks', 's3:PutBucketPolicy'],
    ['plain HTTP', { Bool: { 'aws:SecureTransport': 'false' } }, 'allows', 's3:PutBucketPolicy'],
    ['a Region of China', { StringEquals: { 'aws:RequestedRegion': 'CN_NORTH_1' } }, 'allows', 'sqs:SetQueueAttributes'],
    ['a Region that may be', { StringLike: { 'aws:RequestedRegion': 'eu-*' } }, 'cannot tell', 'sqs:SetQueueAttributes'],
    ['a time that is past', { DateGreaterThan: { 'aws:CurrentTime': '2020-01-01T00:00:00Z' }, DateLessThan: { 'aws:CurrentTime': '2020-02-01T00:00:00Z' } }, 'allows'],
    ['a time since when', { DateGreaterThanEquals: { 'aws:EpochTime': '1577836800' } }, 'blocks'],
    ['a time that is still to come', { DateLessThan: { 'aws:CurrentTime': '2098-01-01T00:00:00Z' } }, 'cannot tell'],
    ['sessions that are older', { DateLessThan: { 'aws:TokenIssueTime': '2020-01-01T00:00:00Z' } }, 'allows'],
    ['a time as a text', { StringLike: { 'aws:CurrentTime': '2098-*' } }, 'cannot tell'],
    ['no time at all', { DateLessThan: { 'aws:CurrentTime': 'yesterday' } }, 'cannot tell'],
    ['a VPC', { StringNotEqualsIfExists: { 'aws:SourceVpc': 'vpc-1' } }, 'cannot tell'],
    ['a key that is called as a method of objects is', { StringEquals: { constructor: 'x' }, Null: { 'aws:toString': 'true' } }, 'cannot tell'],
  ])('%s', (_what, condition, judgement, action = 'iam:DeleteLoginProfile') => {
    expect(judged(deny(condition), rootRequest(ANY_ROOT, 'session', action))).toBe(judgement);
  });
});

describe('the form of what is not known decides', () => {
  test.each<[string, string, string, Judgement]>([
    ['roles of any account', 'iam:DeleteLoginProfile', 'arn:aws:iam::*:role/X*', 'allows'],
    ['users of any account', 'iam:DeleteLoginProfile', 'arn:aws:iam::*:user/*', 'allows'],
    ['identity providers', 'iam:GetUser', 'arn:*:iam::*:saml-provider/*', 'allows'],
    ['roles of another account', 'iam:GetUser', 'arn:aws:iam::444444444444:role/*', 'allows'],
    ['root users of any account', 'iam:GetUser', 'arn:aws:iam::*:root', 'blocks'],
    ['root users of twelve digits', 'iam:GetUser', 'arn:aws:iam::????????????:root', 'blocks'],
    ['root users of eleven digits', 'iam:GetUser', 'arn:aws:iam::???????????:root', 'allows'],
    ['root users of some accounts', 'iam:GetUser', 'arn:aws:iam::4444*:root', 'cannot tell'],
    ['root users of its own account', 'iam:GetUser', 'arn:aws:iam::${aws:PrincipalAccount}:root', 'blocks'],
    ['objects of a bucket', 's3:DeleteBucketPolicy', 'arn:aws:s3:::b/*', 'allows'],
    ['objects of any bucket', 's3:DeleteBucketPolicy', 'arn:aws:s3:::*/*', 'allows'],
    ['a bucket', 's3:DeleteBucketPolicy', 'arn:aws:s3:::logs', 'cannot tell'],
    ['buckets of a prefix', 's3:DeleteBucketPolicy', 'arn:aws:s3:::aws-controltower*', 'cannot tell'],
    ['buckets with at least three letters', 's3:DeleteBucketPolicy', 'arn:aws:s3:::???*', 'blocks'],
    ['a bucket of two letters', 's3:DeleteBucketPolicy', 'arn:aws:s3:::ab', 'allows'],
    ['access points', 's3:GetBucketPolicy', 'arn:aws:s3:*:*:accesspoint/*', 'allows'],
    ['queues of any account', 'sqs:SetQueueAttributes', 'arn:aws:sqs:*:*:*', 'blocks'],
    ['queues of another account', 'sqs:SetQueueAttributes', 'arn:aws:sqs:*:444444444444:*', 'cannot tell'],
    ['topics', 'sqs:SetQueueAttributes', 'arn:aws:sns:*:*:*', 'allows'],
  ])('%s', (_what, action, resource, judgement) => {
    expect(judged(deny(undefined, '*', { Resource: resource }), rootRequest(ANY_ROOT, 'session', action))).toBe(judgement);
  });
});

describe('accounts that a statement names', () => {
  const any = rootRequest(ANY_ROOT, 'session', 'iam:DeleteLoginProfile');
  const causes = (condition: object) => (
    judge(levelsOf([deny(condition)], []), any).causes.map(({ judgement, accounts }) => ({ judgement, ...accounts })));

  test.each<[string, object]>([
    ['by the ARN of the root user', { ...IS_ROOT, ArnNotEquals: { 'aws:PrincipalArn': 'arn:aws:iam::444444444444:root' } }],
    ['by ArnNotLike', { ...IS_ROOT, ArnNotLike: { 'aws:PrincipalArn': 'arn:*:iam::444444444444:*' } }],
    ['by their ids', { ...IS_ROOT, StringNotEquals: { 'aws:PrincipalAccount': ['444444444444'] } }],
  ])('are spared %s, and the others are not', (_how, condition) => {
    expect(causes(condition)).toEqual([{ judgement: 'blocks', except: ['444444444444'] }]);
  });

  test('are denied, and no others', () => {
    expect(causes({ StringEquals: { 'aws:PrincipalAccount': ['444444444444', '555555555555'] } })).toEqual([{ judgement: 'cannot tell', only: ['444444444444', '555555555555'] }]);
  });

  test('are no exception where it is their roles that are spared', () => {
    expect(causes({ ArnNotLike: { 'aws:PrincipalArn': 'arn:aws:iam::444444444444:role/admin' } })).toEqual([{ judgement: 'blocks' }]);
  });

  test('are an exception in an allowance, which then allows not surely', () => {
    const allow = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*', Condition: { StringNotEquals: { 'aws:PrincipalAccount': '444444444444' } } }] };
    expect(judge(levelsOf([allow], [], { root: false, account: true }), any).judgement).toBe('cannot tell');
  });
});

test('without the version of 2012 a policy has no variables', () => {
  const condition = { StringEquals: { 'aws:PrincipalAccount': '${aws:PrincipalAccount}' } };
  expect(['2008-10-17', undefined, '2012-10-17'].map((Version) => judged({ ...deny(condition), Version }, session()))).toEqual(['allows', 'allows', 'blocks']);
});

describe('a policy', () => {
  const REGIONS = { StringNotEquals: { 'aws:RequestedRegion': ['eu-central-1'] } };

  test.each<[string, object, string, Judgement]>([
    ['of other actions', deny(undefined, ['ec2:*', 'iam:CreateUser']), 'iam:DeleteLoginProfile', 'allows'],
    ['of the action, in another case', deny(undefined, 'IAM:deleteLOGINprofile'), 'iam:DeleteLoginProfile', 'blocks'],
    ['of a pattern', deny(undefined, 'iam:Delete*Prof?le'), 'iam:DeleteLoginProfile', 'blocks'],
    ['of Regions, for IAM, which is in us-east-1', deny(REGIONS), 'iam:DeleteLoginProfile', 'blocks'],
    ['of Regions, for a bucket anywhere', deny(REGIONS), 's3:DeleteBucketPolicy', 'cannot tell'],
    ['of some buckets', deny(undefined, 's3:*', { Resource: 'arn:aws:s3:::aws-controltower*' }), 's3:DeleteBucketPolicy', 'cannot tell'],
    ['of all buckets', deny(undefined, 's3:*', { Resource: 'arn:aws:s3:::*' }), 's3:DeleteBucketPolicy', 'blocks'],
    ['of other resources', deny(undefined, '*', { Resource: 'arn:aws:iam::*:role/*' }), 'iam:DeleteLoginProfile', 'allows'],
    ['of every resource but some', deny(undefined, '*', { NotResource: 'arn:aws:iam::*:root' }), 'iam:DeleteLoginProfile', 'allows'],
    ['with an element that a policy cannot have', deny(undefined, '*', { Resource: '*', Principal: '*' }), 'iam:DeleteLoginProfile', 'cannot tell'],
  ])('%s', (_which, document, action, judgement) => {
    expect(judged(document, session(action))).toBe(judgement);
  });

  test('with NotAction spares what it names', () => {
    const document = { Version: '2012-10-17', Statement: [{ Effect: 'Deny', NotAction: ['iam:*'], Resource: '*' }] };
    expect([judged(document, session()), judged(document, session('s3:DeleteBucketPolicy'))]).toEqual(['allows', 'blocks']);
  });

  test('that is not JSON is never taken for one that allows', () => {
    const [root, account] = levelsOf([], []);
    const broken = { ...root, policies: [...root.policies, { id: 'p', name: 'broken', awsManaged: false, content: '{' }] };
    expect(judge([broken, account], session())).toMatchObject({ judgement: 'cannot tell', causes: [{ statement: 'a document that is not JSON' }] });
  });
});

describe('an account', () => {
  const ALLOW_S3 = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 's3:*', Resource: '*' }] };

  test('needs every level above it to allow, and is told which one does not', () => {
    const levels = levelsOf([ALLOW_S3], [], { root: false, account: true });
    expect(judge(levels, session())).toEqual({ judgement: 'blocks', causes: [{ judgement: 'blocks', target: { id: 'r-fake', type: 'ROOT' } }] });
    expect(judge(levels, session('s3:DeleteBucketPolicy')).judgement).toBe('allows');
  });

  test('without policies of the type is not bound', () => {
    expect(judge(levelsOf([], [], { root: false, account: false }), session()).judgement).toBe('allows');
  });

  test('that is any account is judged by what holds for all of them', () => {
    const any = rootRequest({ partition: 'aws' }, 'session', 'iam:DeleteLoginProfile');
    expect(judged(deny(IS_ROOT), any)).toBe('blocks');
    expect(judged(deny(EXEMPT), any)).toBe('allows');
    expect(judged(deny({ StringEquals: { 'aws:PrincipalAccount': ACCOUNT } }), any)).toBe('cannot tell');
    expect(judged(deny({ ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::3333*:root' } }), any)).toBe('cannot tell');
    expect(judged(deny({ ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/*' } }), any)).toBe('allows');
  });

  test('is blocked wholly by a denial of everything, and perhaps by one of something', () => {
    expect(judged(deny(EXEMPT), anyRootRequest(ROOT, 'long-term'))).toBe('blocks');
    expect(judged(deny(undefined, 'iam:*'), anyRootRequest(ROOT, 'long-term'))).toBe('cannot tell');
    expect(judged(deny({ StringEquals: { 'aws:PrincipalAccount': '999999999999' } }), anyRootRequest(ROOT, 'long-term'))).toBe('allows');
  });

  test('lists what blocks before what may', () => {
    const { causes } = judge(levelsOf([deny({ IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } })], [deny()]), session());
    expect(causes.map(({ judgement, target, policy, statement }) => [judgement, target.id, policy?.name, statement])).toEqual([
      ['blocks', ACCOUNT, 'policy 1', 'statement 1'], ['cannot tell', 'r-fake', 'policy 1', 'statement 1'],
    ]);
  });
});

describe('patterns', () => {
  test.each([
    ['*', '', 'yes'], ['', '', 'yes'], ['?', '', 'no'], ['a*c', 'abbc', 'yes'], ['a?c', 'abbc', 'no'], ['a*b*', 'axxbyy', 'yes'], ['a.c', 'abc', 'no'],
    ['*', ANY, 'yes'], ['a*', `a${ANY}`, 'yes'], ['ab*', `a${ANY}`, 'unknown'], ['b*', `a${ANY}`, 'no'], ['a?', `a${ANY}`, 'unknown'],
    ['a*c', `a${ANY}c`, 'yes'], ['abc', `a${ANY}c`, 'unknown'], ['abd', `a${ANY}c`, 'no'], ['ac', `a${ANY}c`, 'unknown'], [`a${'b*'.repeat(30)}`, `a${'b'.repeat(300)}`, 'yes'],
  ])('%j of %j: %s', (pattern, value, truth) => {
    expect(matches(pattern, value)).toBe(truth);
  });
});

/** Policies as organizations have them, and requests that they are asked about: a small grammar, so that they often meet. */
const conditions = fc.array(fc.oneof(
  fc.record({
    operator: fc.constantFrom('ArnLike', 'ArnNotLike', 'ArnEquals', 'ArnNotEquals', 'StringLike', 'StringNotLike', 'ArnLikeIfExists', 'StringNotLikeIfExists'),
    key: fc.constant('aws:PrincipalArn'),
    values: fc.subarray(['arn:aws:iam::*:root', 'arn:*:iam::*:root', `arn:aws:iam::${ACCOUNT}:root`, 'arn:aws:iam::*:role/*', 'arn:aws:iam::9*:root', 'arn:aws:iam::????????????:root'], { minLength: 1 }),
  }),
  fc.record({
    operator: fc.constantFrom('StringEquals', 'StringNotEquals', 'StringEqualsIgnoreCase', 'StringNotEqualsIgnoreCase', 'StringLike', 'StringEqualsIfExists', 'StringNotEqualsIfExists', 'ForAnyValue:StringEquals', 'ForAllValues:StringEquals'),
    key: fc.constantFrom('aws:PrincipalAccount', 'aws:RequestedRegion', 'aws:PrincipalTag/team'),
    values: fc.subarray([ACCOUNT, '999999999999', '${aws:PrincipalAccount}', 'us-east-1', 'US-EAST-1', 'us-*', 'eu-central-1', 'security'], { minLength: 1 }),
  }),
  fc.record({ operator: fc.constantFrom('Null', 'Bool', 'BoolIfExists'), key: fc.constantFrom('aws:AssumedRoot', 'aws:ViaAWSService'), values: fc.constantFrom(['true'], ['false']) }),
  fc.record({ operator: fc.constantFrom('NumericLessThan', 'NumericLessThanIfExists', 'IpAddress', 'NotIpAddress'), key: fc.constant('aws:MultiFactorAuthAge'), values: fc.constant(['3600']) }),
), { maxLength: 3 }).map((each) => Object.fromEntries(each.map(({ operator }) => (
  [operator, Object.fromEntries(each.filter((one) => one.operator === operator).map(({ key, values }) => [key, values]))]))));

const actions = ['*', 'iam:*', 's3:*', 's3:DeleteBucketPolicy', 'S3:delete*', 'iam:GetAccountSummary', 'sqs:*'];
const resources = ['*', 'arn:aws:s3:::*', 'arn:aws:s3:::locked', 'arn:aws:s3:::other*', 'arn:aws:s3:::${aws:PrincipalAccount}', 'arn:aws:sqs:*:*:*'];
const statement = fc.record({
  Effect: fc.constantFrom('Deny', 'Deny', 'Deny', 'Allow'),
  actions: fc.record({ element: fc.constantFrom('Action', 'NotAction'), values: fc.subarray(actions, { minLength: 1 }) }),
  resources: fc.record({ element: fc.constantFrom('Resource', 'Resource', 'NotResource'), values: fc.subarray(resources, { minLength: 1 }) }),
  Condition: conditions,
}).map(({ Effect, actions: a, resources: r, Condition }) => (
  { Effect, [a.element]: a.values, [r.element]: r.values, ...Object.keys(Condition).length > 0 && { Condition } }));
const documents = fc.array(fc.array(statement, { minLength: 1, maxLength: 2 }).map((Statement) => ({ Version: '2012-10-17', Statement })), { maxLength: 2 });
const requests = fc.record({
  call: fc.constantFrom(
    { action: 's3:DeleteBucketPolicy', resource: 'arn:aws:s3:::locked' }, { action: 's3:ListAllMyBuckets', resource: '*' },
    { action: 'iam:GetAccountSummary', resource: '*' }, { action: 'sqs:SetQueueAttributes', resource: `arn:aws:sqs:us-east-1:${ACCOUNT}:locked` },
  ),
  assumed: fc.boolean(),
  region: fc.constantFrom('us-east-1', 'eu-central-1'),
  /** Keys that the judge is not told. */
  hidden: fc.subarray(['aws:principalarn', 'aws:principalaccount', 'aws:requestedregion', 'aws:assumedroot', 'aws:viaawsservice', 'aws:principaltag/*', 'aws:multifactorauthage']),
});

const RUNS = cases(300);

describe('against an independent evaluator', () => {
  const told = (context: Readonly<Record<string, string>>): Context => ({
    'aws:assumedroot': undefined,
    'aws:principaltag/*': undefined,
    'aws:multifactorauthage': undefined,
    ...Object.fromEntries(Object.entries(context).map(([key, value]) => [key.toLowerCase(), value])),
  });
  const without = (context: Context, keys: readonly string[]): Context => (
    Object.fromEntries(Object.entries(context).filter(([key]) => !keys.includes(key))));
  const contextOf = ({ assumed, region }: { assumed: boolean; region: string }) => ({
    'aws:PrincipalArn': `arn:aws:iam::${ACCOUNT}:root`,
    'aws:PrincipalAccount': ACCOUNT,
    'aws:RequestedRegion': region,
    'aws:ViaAWSService': 'false',
    ...assumed && { 'aws:AssumedRoot': 'true' },
  });
  const isFullSomewhere = fc.record({ root: fc.constantFrom(true, true, false), account: fc.constantFrom(true, true, false) });

  test('it says the same of a request of which everything is known', async () => {
    const seen = { blocks: 0, allows: 0 };
    await fc.assert(fc.asyncProperty(documents, documents, isFullSomewhere, requests, async (atRoot, atAccount, isFull, { call, ...request }) => {
      const [full] = levelsOf([], []);
      const levels = levelsOf(atRoot, atAccount, isFull).map((level) => level.policies.length > 0 ? level : { ...level, policies: full.policies });
      const context = contextOf(request);
      const { judgement } = judge(levels, { ...call, context: told(context) });
      const expected = await isAllowed(levels, { ...call, context }) ? 'allows' : 'blocks';
      seen[expected]++;
      expect(judgement).toBe(expected);
    }), RUNS);
    expect(Math.min(seen.blocks, seen.allows)).toBeGreaterThan(RUNS.numRuns / 20); // else it was never asked
  });

  test('what it is not told it does not claim: where it says more than that it cannot tell, that is so', async () => {
    let claims = 0;
    await fc.assert(fc.asyncProperty(documents, documents, requests, async (atRoot, atAccount, { call, hidden, ...request }) => {
      const levels = levelsOf(atRoot, atAccount);
      const context = contextOf(request);
      const { judgement } = judge(levels, { ...call, context: without(told(context), hidden) });
      if (judgement !== 'cannot tell') {
        claims++;
        expect(judgement).toBe(await isAllowed(levels, { ...call, context }) ? 'allows' : 'blocks');
      }
    }), RUNS);
    expect(claims).toBeGreaterThan(RUNS.numRuns / 10);
  });

  /** The evaluator knows IAM's other calls on users only. */
  const evaluable = Object.values(TASK_ACTIONS).flat().filter((action) => !/^iam:(?!GetAccountSummary)/.test(action));

  test.each(evaluable)('the guardrail lets a root session call %s, and denies it to the root user', async (action) => {
    const levels = levelsOf([deny(EXEMPT)], [FULL]);
    const resource = { iam: '*', s3: 'arn:aws:s3:::locked', sqs: `arn:aws:sqs:us-east-1:${ACCOUNT}:locked` }[action.split(':')[0]]!;
    const of = (assumed: boolean) => isAllowed(levels, { action, resource: /List(AllMyBuckets|Queues)/.test(action) ? '*' : resource, context: contextOf({ assumed, region: 'us-east-1' }) });
    expect([await of(true), await of(false)]).toEqual([true, false]);
    expect([judge(levels, session(action)).judgement, judge(levels, longTerm(action)).judgement]).toEqual(['allows', 'blocks']);
  });
});
