import { type Denier, denialOf, namedRemedies } from '../../../lambda/policies/denials';

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
    ['VPC endpoint policy', unlock(EXPLICIT['VPC endpoint policy']), /policy of a VPC endpoint denies it: allow s3:PutBucketPolicy in the policy of the endpoint for s3.*handler\.vpc/],
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

test('what to do is the same for every account in which a call of its root user is denied, so that it is said once for all', () => {
  for (const reason of Object.values(EXPLICIT)) {
    const message = look(reason);
    expect(namedRemedies(message.replaceAll('222222222222', '333333333333'))).toEqual(namedRemedies(message));
  }
});
