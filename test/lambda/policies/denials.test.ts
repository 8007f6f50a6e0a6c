import { actionIn, CONTROL_TOWER_REMEDY, type Denier, denialOf, exemptionOf, namedRemedies, principalIn } from '../../../lambda/policies/denials';

const ROLE = 'arn:aws:sts::111111111111:assumed-role/Sweep-Batch/function';
const ROOT = 'arn:aws:iam::222222222222:root';
const denied = (caller: string, action: string, resource: string, reason: string) => `User: ${caller} is not authorized to perform: ${action} on resource: ${resource} ${reason}`;
const assumeRoot = (reason: string) => denied(ROLE, 'sts:AssumeRoot', ROOT, reason);
const look = (reason: string) => denied(ROOT, 'iam:GetLoginProfile', ROOT, reason);
const unlock = (reason: string) => denied(ROOT, 's3:PutBucketPolicy', '"arn:aws:s3:::locked"', reason);

/** As recorded, or as the IAM and S3 user guides have it. */
const EXPLICIT: Readonly<Record<Exclude<Denier, 'S3 Block Public Access'>, string>> = {
  'service control policy': 'with an explicit deny in a service control policy',
  'resource control policy': 'with an explicit deny in a resource control policy',
  'permissions boundary': 'with an explicit deny in a permissions boundary',
  'VPC endpoint policy': 'with an explicit deny in a VPC endpoint policy',
  'session policy': 'with an explicit deny in a session policy',
  'identity-based policy': 'with an explicit deny in an identity-based policy',
  'resource-based policy': 'with an explicit deny in a resource-based policy',
};
const DENIERS = Object.keys(EXPLICIT) as (keyof typeof EXPLICIT)[];

describe('the reason that AWS names in a denial', () => {
  test.each(DENIERS)('is %s, by a statement that denies the call', (denier) => {
    expect(denialOf(look(EXPLICIT[denier]))).toMatchObject({ by: denier, explicit: true, action: 'iam:GetLoginProfile', resource: ROOT, caller: ROOT });
  });

  test.each(DENIERS)('is %s, since none allows the call', (denier) => {
    expect(denialOf(look(`because no ${denier} allows the iam:GetLoginProfile action`))).toMatchObject({ by: denier, explicit: false });
  });

  test.each<[string, Denier]>([
    [unlock('because public policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access.'), 'S3 Block Public Access'],
    [unlock('because public access control lists (ACLs) are prevented by the BlockPublicAcls setting in S3 Block Public Access.'), 'S3 Block Public Access'],
    ['iam:GetAccountSummary: a service control policy explicitly denies the action', 'service control policy'],
    ['Authorization denied because of a resource control policy', 'resource control policy'],
    ['AccessDenied: with an explicit deny in a Service Control Policy', 'service control policy'],
    ['because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access', 'resource-based policy'],
  ])('is found in other words: %s', (message, by) => {
    expect(denialOf(message)?.by).toBe(by);
  });

  test.each(['service', 'resource'])('is a policy of which newer messages have the ARN, for a %s control policy', (kind) => {
    const message = look(`with an explicit deny in a ${kind} control policy: arn:aws:organizations::111111111111:policy/o-abcdefghij/${kind}_control_policy/p-12345678`);
    expect(denialOf(message)).toMatchObject({ by: `${kind} control policy`, policyId: 'p-12345678' });
    expect(namedRemedies(message)[0]).toContain(`a ${kind} control policy (p-12345678) denies it`);
  });

  test.each([
    assumeRoot(''), 'Access Denied', 'Service not enabled for AWS Organizations.', 'with an explicit deny in a policy of another kind', '',
    denied(ROLE, 's3:PutObject', '"arn:aws:s3:::b/a session policy.json"', ''),
  ])('is none in: %s', (message) => {
    expect(denialOf(message)).toBeUndefined();
    expect(namedRemedies(message)).toEqual([]);
  });
});

describe('what to do', () => {
  const exemptRole = '"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::111111111111:role/Sweep-Batch"}';

  test.each<[Denier, string, RegExp]>([
    ['service control policy', look(EXPLICIT['service control policy']), /add "Null": \{"aws:AssumedRoot": "true"\} to the condition of its Deny on the root user, at or above the account$/],
    ['resource control policy', unlock(EXPLICIT['resource control policy']), /look at and above the account of arn:aws:s3:::locked, and add "Null": \{"aws:AssumedRoot": "true"\}/],
    ['permissions boundary', assumeRoot(EXPLICIT['permissions boundary']), /permissions boundary of the role Sweep-Batch denies it: allow sts:AssumeRoot there/],
    ['VPC endpoint policy', unlock(EXPLICIT['VPC endpoint policy']), /policy of a VPC endpoint denies it: allow s3:PutBucketPolicy in the policy of the endpoint for s3.*functionOptions\.vpc/],
    ['session policy', look(EXPLICIT['session policy']), /AWS's task policy, which has no iam:GetLoginProfile/],
    ['session policy', assumeRoot(EXPLICIT['session policy']), /session policy of the role Sweep-Batch denies it: open the session without it/],
    ['identity-based policy', assumeRoot(EXPLICIT['identity-based policy']), /a policy of the role Sweep-Batch denies it: an account that is excluded or protected/],
    ['identity-based policy', assumeRoot('because no identity-based policy allows the sts:AssumeRoot action'), /no policy of the role Sweep-Batch allows sts:AssumeRoot.*deploy the stack again/],
    ['resource-based policy', unlock(EXPLICIT['resource-based policy']), /the policy of arn:aws:s3:::locked denies it: allow s3:PutBucketPolicy to the root user in/],
    ['S3 Block Public Access', unlock('because public policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access.'), /\(BlockPublicPolicy\) refuses it, because the policy makes arn:aws:s3:::locked public/],
    ['service control policy', look('because no service control policy allows the iam:GetLoginProfile action'), /attach FullAWSAccess at each level above the account from/],
  ])('about %s comes first: %s', (_denier, message, remedy) => {
    expect(namedRemedies(message)[0]).toMatch(remedy);
  });

  test.each(['service', 'resource'])('about a %s control policy that denies the role itself is to exempt the role', (kind) => {
    expect(namedRemedies(assumeRoot(`with an explicit deny in a ${kind} control policy`))).toEqual([expect.stringContaining(exemptRole)]);
  });
});

describe('of two reasons', () => {
  test('the first that AWS names is told', () => {
    expect(denialOf('a resource-based policy or a service control policy denies it')?.by).toBe('resource-based policy');
    expect(denialOf('service control policies deny it, or session policies')?.by).toBe('service control policy');
  });

  test('the one in quotes is none: the key of an object can be any text', () => {
    expect(denialOf(denied(ROLE, 's3:PutObject', '"arn:aws:s3:::b/a session policy"', 'because no identity-based policy allows it'))?.by).toBe('identity-based policy');
  });
});

describe('what to do, in whole sentences', () => {
  const because = (denier: string) => `because no ${denier} allows it`;
  test.each<[string, string[]]>([
    [look(EXPLICIT['service control policy']), [
      'AWS says that a service control policy denies it: add "Null": {"aws:AssumedRoot": "true"} to the condition of its Deny on the root user, at or above the account',
      'the Control Tower control AWS-GR_RESTRICT_ROOT_USER is enabled on the OU without ExemptAssumeRoot: enable it again with that parameter',
      'its Deny is on iam:GetLoginProfile or on the Region: exempt root sessions there, too, and look at the policies of every parent of the account',
    ]],
    [assumeRoot(EXPLICIT['service control policy']), [
      'AWS says that a service control policy at or above the account 111111111111 denies it: add "ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::111111111111:role/Sweep-Batch"} to the condition of that Deny',
    ]],
    [assumeRoot(because('service control policy')), [
      'AWS says that no service control policy allows it: attach FullAWSAccess at each level above the account 111111111111 from which it was detached, or allow sts:AssumeRoot in a policy there',
    ]],
    [look(because('resource control policy')), [
      'AWS says that no resource control policy allows it: look at and above the account, and add "Null": {"aws:AssumedRoot": "true"} to the condition of the Deny',
    ]],
    [assumeRoot(because('permissions boundary')), [
      'AWS says that the permissions boundary of the role Sweep-Batch does not allow it: allow sts:AssumeRoot there, or give the role another boundary (it comes from an Aspect of the app, from `cdk bootstrap` or from cdk.json)',
    ]],
    [look(because('VPC endpoint policy')), [
      'AWS says that the policy of a VPC endpoint does not allow it: allow iam:GetLoginProfile in the policy of the endpoint for iam, in the VPC of the function (functionOptions.vpc)',
    ]],
    [assumeRoot(because('session policy')), ['AWS says that a session policy of the role Sweep-Batch does not allow it: open the session without it, or allow sts:AssumeRoot in it']],
    [unlock(because('resource-based policy')), [
      'AWS says that no policy of arn:aws:s3:::locked allows it: allow s3:PutBucketPolicy to the root user in the policy of the bucket, queue, topic or key',
    ]],
    [look(EXPLICIT['resource-based policy']), [
      'AWS says that the policy of the resource denies it: allow iam:GetLoginProfile to the root user in the policy of the bucket, queue, topic or key',
    ]],
    [denied('arn:aws:iam::111111111111:user/jane', 's3:GetObject', '*', EXPLICIT['resource-based policy']), [
      'AWS says that the policy of the resource denies it: allow s3:GetObject to arn:aws:iam::111111111111:user/jane in the policy of the bucket, queue, topic or key',
    ]],
    [denied(ROOT, 's3:GetObject', 'arn:aws:s3:::b:root/x', EXPLICIT['resource-based policy']), [
      'AWS says that the policy of arn:aws:s3:::b:root/x denies it: allow s3:GetObject to the root user in the policy of the bucket, queue, topic or key',
    ]],
    [`denied ${EXPLICIT['resource-based policy']}`, ['AWS says that the policy of the resource denies it: allow the call to the caller in the policy of the bucket, queue, topic or key']],
    [`denied ${EXPLICIT['VPC endpoint policy']}`, [
      'AWS says that the policy of a VPC endpoint denies it: allow the call in the policy of the endpoint for the service, in the VPC of the function (functionOptions.vpc)',
    ]],
    ['the RestrictPublicBuckets setting in S3 Block Public Access', [
      'AWS says that S3 Block Public Access (RestrictPublicBuckets) refuses it, because the policy makes the bucket public: take the public statement out of the policy, or have that setting '
      + 'of the bucket, the account or the organization switched off meanwhile; a root session cannot',
    ]],
    ['S3 Block Public Access', [expect.stringContaining('S3 Block Public Access (BlockPublicPolicy) refuses it')]],
    ['prevented by the BlockPublicAcls setting in S3 Block Public Access', [expect.stringContaining('S3 Block Public Access (BlockPublicAcls) refuses it')]],
  ])('%s', (message, remedies) => {
    expect(namedRemedies(message)).toEqual(remedies);
  });

  test('the control of Control Tower is named', () => {
    expect(CONTROL_TOWER_REMEDY).toContain('AWS-GR_RESTRICT_ROOT_USER');
  });

  test('a role that nobody names is exempt by its ARN', () => {
    expect(exemptionOf()).toBe('"ArnNotLike": {"aws:PrincipalArn": "ARN of the role"}');
  });
});

test.each<[string, string | undefined, string | undefined]>([
  [assumeRoot(''), 'arn:aws:iam::111111111111:role/Sweep-Batch', 'sts:AssumeRoot'],
  [look(''), ROOT, 'iam:GetLoginProfile'],
  [denied('arn:aws-cn:sts::111111111111:assumed-role/Role/session/x', 'sqs:ListQueues', '*', ''), 'arn:aws-cn:iam::111111111111:role/Role', 'sqs:ListQueues'],
  [denied('arn:aws:sts::111111111111:federated-user/arn:aws:sts::111111111111:assumed-role/Role/x', 'sqs:ListQueues', '*', ''), 'arn:aws:sts::111111111111:federated-user/arn:aws:sts::111111111111:assumed-role/Role/x', 'sqs:ListQueues'],
  ['Access Denied', undefined, undefined],
])('a denial names its principal and its action, as policies do: %s', (message, principal, action) => {
  expect([principalIn(message), actionIn(message)]).toEqual([principal, action]);
});

test('what to do is the same for every account in which a call of its root user is denied, so that it is said once for all', () => {
  for (const reason of Object.values(EXPLICIT)) {
    const message = look(reason);
    expect(namedRemedies(message.replaceAll('222222222222', '333333333333'))).toEqual(namedRemedies(message));
  }
});
