import { failure } from '../../../lambda/aws/errors';
import { isSessionDenied, remediesOfDenial, type LikelyCauses } from '../../../lambda/root-user/denials';
import { AssumeRootError } from '../../../lambda/root-user/sessions';

const LIKELY: LikelyCauses = { ofSession: ['the session'], ofCall: ['the call'] };
const session = (message: string) => new AssumeRootError(true, failure('AccessDenied', message));

describe('what a denial means', () => {
  test.each<[string, unknown, RegExp]>([
    ['of a root session', session('not authorized to perform: sts:AssumeRoot'), /^the session$/],
    ['of a root session, with a reason', session('with an explicit deny in a permissions boundary'), /^AWS says that the permissions boundary/],
    ['of a call', failure('AccessDeniedException', 'not authorized'), /^the call$/],
    ['of a call, with a reason', failure('AccessDenied', 'with an explicit deny in a VPC endpoint policy'), /^AWS says that the policy of a VPC endpoint denies it/],
    ['of a session for credentials while their feature is not enabled', session('Root credentials management feature is not enabled for your AWS Organization.'), /^enable RootCredentialsManagement/],
    ['of a session for policies while their feature is not enabled', session('Root sessions feature is not enabled for your AWS Organization.'), /^enable RootSessions/],
    ['of a session without trusted access', session('Service not enabled for AWS Organizations.'), /^enable trusted access/],
  ])('%s', (_what, error, remedy) => {
    expect(remediesOfDenial(error, LIKELY)).toEqual([expect.stringMatching(remedy)]);
  });

  test('is nothing for an error that is no denial', () => {
    expect(remediesOfDenial(failure('ServiceFailure', 'not authorized'), LIKELY)).toBeUndefined();
  });
});

test('a session that failed in another way was not denied', () => {
  expect([session('no'), new AssumeRootError(false, failure('ServiceFailure', 'no')), failure('AccessDenied', 'no')].map(isSessionDenied)).toEqual([true, false, false]);
});
