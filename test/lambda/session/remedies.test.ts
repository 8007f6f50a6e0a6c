import { AssumeRootError } from '../../../lambda/root-user/sessions';
import { explained } from '../../../lambda/session/remedies';

const named = (name: string, message: string) => Object.assign(new Error(message), { name });
const said = async (error: unknown) => explained(() => Promise.reject(error)).then(() => 'nothing', (thrown: unknown) => thrown instanceof Error ? thrown.message : thrown);
const assumeRoot = (name: string, message: string) => new AssumeRootError(name === 'AccessDenied', named(name, message));

const DENIED = 'User: arn:aws:iam::222222222222:root is not authorized to perform: s3:GetBucketPolicy on resource: "arn:aws:s3:::locked"';

describe('an error of a runbook', () => {
  test('keeps its name, and what went well goes on', async () => {
    await expect(explained(() => Promise.reject(named('AccessDenied', DENIED)))).rejects.toThrow(expect.objectContaining({ name: 'AccessDenied' }));
    expect(await explained(async () => 42)).toBe(42);
  });

  test.each(['UnreadableAnswer', 'UnreadableObject', 'IncompleteAnswer', 'EndlessList'])('%s says that AWS or something on the way was in trouble', async (name) => {
    expect(await said(named(name, 'cut'))).toBe('cut - likely causes: 1. AWS was in trouble for a moment: run it again; '
      + '2. a proxy, a firewall or an inspection of traffic on the way cuts or changes answers');
  });

  test('of a denial names the policy that AWS names', async () => {
    expect(await said(named('AccessDenied', `${DENIED} with an explicit deny in a resource control policy`)))
      .toMatch(/^User: .* - likely causes: AWS says that a resource control policy denies it: look at and above the account of arn:aws:s3:::locked, and add /);
  });

  test('of a denial that may have several causes numbers them', async () => {
    const message = await said(named('AccessDenied', `${DENIED} with an explicit deny in a service control policy`));
    expect(message).toMatch(/ - likely causes: 1\. AWS says that a service control policy denies it: .*; 2\. the Control Tower control .*; 3\. its Deny is on /);
  });

  test.each(['AccessDenied', 'AccessDeniedException'])('%s without a reason names policies and endpoints', async (name) => {
    expect(await said(named(name, 'Access Denied'))).toBe('Access Denied - likely causes: 1. a service or resource control policy denies it to the root user without exempting root sessions '
      + '(condition "Null": {"aws:AssumedRoot": "true"}); 2. the call goes through a VPC endpoint whose policy denies it');
  });

  test.each([
    ['Root credentials management feature is not enabled', /^.* - likely causes: .*\(?OrgRootAccessFeatures, or the IAM console/],
    ['Service not enabled for organization', /^.* - likely causes: .*trusted access for iam\.amazonaws\.com.*OrgRootAccessFeatures/],
    ['User is not authorized to perform: sts:AssumeRoot', /^.* - likely causes: 1\. the account .*; 2\. .* delegated administrator .*; 3\. .*policy.* sts:AssumeRoot/],
  ])('of AssumeRoot that says "%s" names what is off or not allowed', async (message, explanation) => {
    expect(await said(assumeRoot('AccessDenied', message))).toMatch(explanation);
  });

  test('of a Region in which STS is not active names the property', async () => {
    expect(await said(named('RegionDisabledException', 'off'))).toMatch(/^off - likely causes: STS is not active in this Region .*stsRegion/);
  });

  test.each<[string, unknown, unknown]>([
    ['of the runbook itself', named('PasswordExists', 'there is nothing to recover'), 'there is nothing to recover'],
    ['of AssumeRoot that is no denial', assumeRoot('Throttling', 'Rate exceeded'), 'Rate exceeded'],
    ['that is none', 'a text', 'a text'],
  ])('%s stays as it is', async (_which, error, message) => {
    expect(await said(error)).toBe(message);
  });
});
