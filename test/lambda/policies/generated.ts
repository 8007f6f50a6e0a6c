import * as fc from 'fast-check';
import { TASK_ACTIONS } from '../../../lambda/policies/root-requests';

export const ACCOUNT = '333333333333';
export const ORGANIZATION = 'o-fakeorganization';
const OTHER = '444444444444';
const PLACE = `${ORGANIZATION}/r-fake/ou-fake-11111111/`;

/** Keys as policies of organizations have them, each with values that such policies compare it with, and that requests have. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  'aws:PrincipalArn': [
    'arn:aws:iam::*:root', 'arn:*:iam::*:root', '*:root', `arn:aws:iam::${ACCOUNT}:root`, `arn:aws:iam::${OTHER}:root`, 'arn:aws:iam::*:role/*', 'arn:aws:iam::????????????:root',
    'arn:aws:iam::${aws:PrincipalAccount}:root', 'arn:aws:iam::3*:root', 'arn:aws:iam::*:role/${aws:PrincipalTag/team}', '*',
  ],
  'aws:PrincipalAccount': [ACCOUNT, OTHER, '${aws:PrincipalAccount}', '${aws:ResourceAccount}', "${aws:username, '333333333333'}", '33333333333?'],
  'aws:PrincipalOrgID': [ORGANIZATION, 'o-anotherone1', '${aws:ResourceOrgID}', 'o-*'],
  'aws:PrincipalOrgPaths': [PLACE, `${ORGANIZATION}/*`, `${ORGANIZATION}/r-fake/ou-fake-22222222/*`],
  'aws:PrincipalTag/team': ['security', 'sec*'],
  'aws:PrincipalIsAWSService': ['true', 'false'],
  'aws:PrincipalServiceName': ['cloudtrail.amazonaws.com'],
  'aws:PrincipalType': ['Account', 'AssumedRole'],
  'aws:userid': [ACCOUNT, 'AROA*'],
  'aws:username': ['admin', '${aws:PrincipalAccount}'],
  'aws:AssumedRoot': ['true', 'false'],
  'aws:MultiFactorAuthPresent': ['true', 'false'],
  'aws:MultiFactorAuthAge': ['3600', '60'],
  'aws:ChatbotSourceArn': ['arn:aws:chatbot::333333333333:chat-configuration/slack-channel/ops'],
  'aws:SourceIdentity': ['admin', '*'],
  'aws:FederatedProvider': ['arn:aws:iam::333333333333:saml-provider/idp'],
  'aws:SourceIp': ['10.0.0.0/8', '203.0.113.7', '0.0.0.0/0'],
  'aws:SourceVpc': ['vpc-11111111', 'vpc-*'],
  'aws:ResourceAccount': [ACCOUNT, OTHER, '${aws:PrincipalAccount}'],
  'aws:ResourceOrgID': [ORGANIZATION, 'o-anotherone1', '${aws:PrincipalOrgID}'],
  'aws:ResourceOrgPaths': [PLACE, `${ORGANIZATION}/*`],
  'aws:ResourceTag/team': ['security', '${aws:PrincipalTag/team}'],
  'aws:CalledVia': ['cloudformation.amazonaws.com', 'athena.amazonaws.com'],
  'aws:CalledViaFirst': ['cloudformation.amazonaws.com'],
  'aws:ViaAWSService': ['true', 'false'],
  'aws:CurrentTime': ['2020-01-01T00:00:00Z', '2098-01-01T00:00:00Z'],
  'aws:TokenIssueTime': ['2020-01-01T00:00:00Z'],
  'aws:RequestedRegion': ['us-east-1', 'eu-central-1', 'us-*', 'US-EAST-1'],
  'aws:RequestTag/team': ['security'],
  'aws:TagKeys': ['team', 'cost*'],
  'aws:SecureTransport': ['true', 'false'],
  'aws:SourceAccount': [ACCOUNT, '${aws:PrincipalAccount}'],
  'aws:SourceArn': ['arn:aws:sns:us-east-1:333333333333:topic'],
  'aws:UserAgent': ['*terraform*', 'aws-sdk-js/3.1169.0'],
  's3:TlsVersion': ['1.2', '1.3'],
  's3:authType': ['REST-HEADER', 'REST-QUERY-STRING'],
  's3:ResourceAccount': [ACCOUNT, OTHER],
  's3:x-amz-acl': ['public-read', 'private'],
  'iam:PermissionsBoundary': ['arn:aws:iam::*:policy/boundary'],
  'iam:ResourceTag/team': ['security'],
  'ec2:InstanceType': ['t3.micro', 't3.*'],
  'kms:ViaService': ['s3.us-east-1.amazonaws.com'],
  'ram:RequestedAllowsExternalPrincipals': ['true', 'false'],
};
export const KEYS = Object.keys(VALUES);
export const MULTIVALUED = ['aws:PrincipalOrgPaths', 'aws:ResourceOrgPaths', 'aws:CalledVia', 'aws:TagKeys'];

/** Values that a request can have for a key of which nothing is known. */
export const valuesOf = (key: string) => (VALUES[key] ?? []).filter((value) => !/[*?$]|\.\d+\/\d+$/.test(value));

const STRINGS = ['StringEquals', 'StringNotEquals', 'StringEqualsIgnoreCase', 'StringNotEqualsIgnoreCase', 'StringLike', 'StringNotLike'];
const ARNS = ['ArnLike', 'ArnNotLike', 'ArnEquals', 'ArnNotEquals'];
const OPERATORS: readonly [RegExp, readonly string[]][] = [
  [/Arn$|Boundary|Provider$/, [...ARNS, 'StringLike', 'StringNotLike', 'StringEquals']],
  [/AssumedRoot|Present|IsAWSService|ViaAWSService|SecureTransport|External/, ['Bool', 'StringEquals', 'StringNotEquals']],
  [/Age|TlsVersion/, ['NumericLessThan', 'NumericGreaterThan', 'NumericLessThanEquals', 'NumericGreaterThanEquals', 'NumericEquals', 'NumericNotEquals']],
  [/SourceIp/, ['IpAddress', 'NotIpAddress']],
  [/Time$/, ['DateLessThan', 'DateGreaterThan']],
  [/./, STRINGS],
];
const operatorsOf = (key: string) => OPERATORS.find(([pattern]) => pattern.test(key))![1];

/** Mostly the keys by which root users and sessions are told from others. */
const keys = fc.oneof(fc.constantFrom('aws:PrincipalArn', 'aws:AssumedRoot', 'aws:PrincipalAccount'), fc.constantFrom(...KEYS), fc.constantFrom(...KEYS));

const condition = keys.chain((key) => {
  const values = fc.subarray([...VALUES[key]], { minLength: 1 });
  const quantified = MULTIVALUED.includes(key) ? fc.constantFrom('ForAllValues:', 'ForAnyValue:', 'ForAnyValue:') : fc.constantFrom('', '', '', '', 'ForAllValues:', 'ForAnyValue:');
  const operator = fc.tuple(quantified, fc.constantFrom(...operatorsOf(key)), fc.constantFrom('', '', 'IfExists')).map((parts) => parts.join(''));
  return fc.oneof(
    { weight: 4, arbitrary: fc.record({ operator, key: fc.constant(key), values }) },
    { weight: 1, arbitrary: fc.record({ operator: fc.constant('Null'), key: fc.constant(key), values: fc.constantFrom(['true'], ['false']) }) },
  );
});

/** The evaluator splits an ARN with a variable at the colon in the variable. */
const splittable = condition.map(({ operator, key, values }) => (
  { operator, key, values: /Arn(Not)?(Like|Equals)/.test(operator) ? values.map((value) => value.replace(/\$\{.*?\}/, '*')) : values }));

const conditions = fc.array(splittable, { maxLength: 3 }).map((each) => Object.fromEntries(each.map(({ operator }) => (
  [operator, Object.fromEntries(each.filter((one) => one.operator === operator).map(({ key, values }) => [key, values]))]))));

const actions = fc.oneof(fc.constant(['*']), fc.subarray([
  '*', 'iam:*', 'iam:Get*', 's3:*', 's3:DeleteBucketPolicy', 'S3:*bucketPOLICY', 'iam:GetAccountSummary', 'sqs:*', 'sqs:SetQueueAttribute?', 'ec2:*', 'sts:AssumeRoot', 'organizations:*',
], { minLength: 1, maxLength: 4 }));
const resources = fc.oneof(fc.constant(['*']), fc.subarray([
  '*', 'arn:aws:s3:::*', 'arn:aws:s3:::logs', 'arn:aws:s3:::*/*', 'arn:aws:s3:::cdk-${aws:PrincipalAccount}*', 'arn:aws:sqs:*:*:*', `arn:aws:sqs:*:${OTHER}:*`, 'arn:aws:iam::*:role/X*',
  'arn:aws:iam::*:root', `arn:aws:iam::${OTHER}:root`, 'arn:aws:iam::${aws:PrincipalAccount}:*', 'arn:aws:sqs:us-east-1:*:*',
], { minLength: 1, maxLength: 3 }));

const statement = fc.record({
  Effect: fc.constantFrom('Deny', 'Deny', 'Deny', 'Deny', 'Allow'),
  action: fc.record({ element: fc.constantFrom('Action', 'Action', 'Action', 'NotAction'), values: actions }),
  resource: fc.record({ element: fc.constantFrom('Resource', 'Resource', 'Resource', 'NotResource'), values: resources }),
  Condition: conditions,
}).map(({ Effect, action, resource, Condition }) => (
  { Effect, [action.element]: action.values, [resource.element]: resource.values, ...Object.keys(Condition).length > 0 && { Condition } }));

/** Service control policies as organizations have them, and as they might. */
export const policies = fc.array(statement, { minLength: 1, maxLength: 2 }).map((Statement) => ({ Version: '2012-10-17', Statement }));

/** The evaluator knows IAM's other calls on users only. */
export const EVALUABLE = Object.values(TASK_ACTIONS).flat().filter((action) => !/^iam:(?!GetAccountSummary)/.test(action));

/** What can stand for the parts of a request that are not known. */
export const unknowns = fc.record({
  region: fc.constantFrom('us-east-1', 'eu-central-1', 'me-central-1'),
  bucket: fc.constantFrom('logs', 'cdk-333333333333-assets', 'a.b-c', 'Old_Bucket'),
  queue: fc.constantFrom('jobs', 'jobs.fifo'),
  account: fc.constantFrom(ACCOUNT, OTHER, '555555555555'),
  path: fc.constantFrom('r-fake/ou-fake-11111111/', 'r-fake/ou-fake-22222222/ou-fake-33333333/'),
  /** Of each key of which nothing is known: absent, or one of its values. */
  choices: fc.array(fc.nat(1_000), { minLength: KEYS.length, maxLength: KEYS.length }),
});
