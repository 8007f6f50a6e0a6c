import { AssumeRootError } from '../../../lambda/root-user/sessions';
import { CODES, isDenialOfCall, problemOf, problemOfSweep } from '../../../lambda/sweep/remedies';

const named = (name: string, message = 'the words of AWS') => Object.assign(new Error(message), { name });
const assumeRoot = (message: string, denied = true) => new AssumeRootError(denied, named('AccessDenied', message));

describe('what to do about a sweep that did not come to its end', () => {
  test.each<[string, RegExp]>([
    ['InputRefused', /input of the execution/],
    ['SelectionError', /selection of the construct/],
    ['FeatureNotEnabled', /OrgRootAccessFeatures/],
    ['AccountNotManagementOrDelegatedAdministratorException', /RootAccessDelegation/],
    ['AccessDeniedException', /service control policy or a permissions boundary/],
    ['Sandbox.Timedout', /answers slowly or not at all/],
    ['States.Timeout', /answers slowly or not at all/],
    ['UnreadableAnswer', /a proxy, a firewall/],
    ['EndlessList', /AWS Support/],
    ['SyntaxError', /start the sweep again/],
  ])('because of %s is said first', (code, remedy) => {
    const { remedies } = problemOfSweep(code, 'the words of the error');
    expect(remedies[0]).toMatch(remedy);
    expect(remedies.at(-1)).toMatch(/start the sweep again/);
  });
});

test('what to do about a sweep that was denied something is, first, about the policy that AWS names', () => {
  const { remedies } = problemOfSweep('AccessDeniedException', 'because no permissions boundary allows the organizations:ListAccounts action');
  expect(remedies[0]).toMatch(/^AWS says that the permissions boundary of the caller does not allow it/);
  expect(remedies.at(-1)).toMatch(/start the sweep again/);
});

describe('what to do about an error', () => {
  test.each<[string, unknown, string, RegExp[]]>([
    ['a denied AssumeRoot', assumeRoot('not authorized to perform: sts:AssumeRoot'), 'AssumeRootDenied', [
      /role is not allowed sts:AssumeRoot.*VPC endpoint policy/, /neither the management account nor a delegated administrator/, /closed, suspended.*exclude it/,
    ]],
    ['a feature that is off', assumeRoot('Root credentials management FEATURE IS NOT ENABLED for your organization.'), 'AssumeRootDenied', [/enable RootCredentialsManagement/]],
    ['trusted access that is off', assumeRoot('SERVICE NOT ENABLED for AWS Organizations.'), 'AssumeRootDenied', [/enable trusted access for iam\.amazonaws\.com/]],
    ['a denied call', named('AccessDenied', 'not authorized'), 'AccessDenied', [
      /"Null": \{"aws:AssumedRoot": "true"\} to the condition of its Deny$/, /Control Tower control AWS-GR_RESTRICT_ROOT_USER/, /policies of every parent/,
    ]],
    ['a call that is denied by a policy that AWS names', named('AccessDeniedException', 'explicit deny in a Service Control Policy'), 'AccessDeniedException', [
      /^AWS says that a service control policy denies it: add "Null"/, /Control Tower/, /every parent/,
    ]],
    ['a call that is denied by the endpoint of a VPC', named('AccessDenied', 'with an explicit deny in a VPC endpoint policy'), 'AccessDenied', [/^AWS says that the policy of a VPC endpoint denies it.*functionOptions\.vpc/]],
    ['an AssumeRoot that is denied by a policy that AWS names', assumeRoot('with an explicit deny in a permissions boundary'), 'AssumeRootDenied', [/^AWS says that the permissions boundary/]],
    ['a credential that changes all the time', named('EntityTemporarilyUnmodifiable'), 'EntityTemporarilyUnmodifiable', [/being changed the whole time: start the sweep again/]],
    ['a Region that is off', named('RegionDisabledException'), 'RegionDisabledException', [/set stsRegion to a Region that is enabled by default/, /start the sweep again/]],
    ['a recovery that cannot be read', named(CODES.recoveryUnknown), 'RecoveryUnknown', [
      /nothing was deleted: look at the record/, /policy, that leaves the roles of the functions that decide and purge out: add them/, /start the sweep again/,
    ]],
    ['an answer that cannot be read', named('UnreadableAnswer'), 'UnreadableAnswer', [/a proxy, a firewall/, /start the sweep again/]],
    ['a session of which the answer cannot be read', new AssumeRootError(false, named('UnreadableAnswer')), 'UnreadableAnswer', [/a proxy, a firewall/, /start the sweep again/]],
    ['a list that never ends', named('EndlessList'), 'EndlessList', [/AWS Support/, /start the sweep again/]],
    ['an AssumeRoot that failed in another way', assumeRoot('no', false), 'AccessDenied', [/Null/, /Control Tower/, /every parent/]],
    ['anything else', named('ServiceFailure'), 'ServiceFailure', [/^start the sweep again: clean accounts cost little/]],
    ['what is no error', 'broken', 'Error', [/start the sweep again/]],
  ])('%s', (_what, error, code, remedies) => {
    const problem = problemOf(error);
    expect(problem.code).toBe(code);
    expect(problem.remedies).toEqual(remedies.map((remedy) => expect.stringMatching(remedy)));
  });

  test('says what AWS said, as far as a report has room', () => {
    expect(problemOf(named('Broken')).message).toBe('the words of AWS');
    expect(problemOf(named('Broken', 'x'.repeat(10_000))).message).toHaveLength(500);
  });

  test('tells a denied call in a session from a session that is denied', () => {
    expect(isDenialOfCall(problemOf(named('AccessDenied')))).toBe(true);
    expect(isDenialOfCall(problemOf(assumeRoot('no')))).toBe(false);
  });
});
