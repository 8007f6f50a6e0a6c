import { isDenied, isNamed, messageOf } from '../aws/errors';
import { AssumeRootError } from '../aws/root-sessions';
import { EXEMPT_ROOT_SESSIONS, namedRemedies } from '../policies/denials';

/** Lets an error say what to do about it, where AWS's own words do not. */
export async function explained<T>(operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (error) {
    const remedy = remedyOf(error);
    if (remedy !== undefined && error instanceof Error) {
      error.message = `${error.message} - likely causes: ${remedy}`;
    }
    throw error;
  }
}

function remedyOf(error: unknown): string | undefined {
  if (isNamed(error, 'UnreadableAnswer', 'UnreadableObject', 'IncompleteAnswer', 'EndlessList')) {
    return '1. AWS was in trouble for a moment: run it again; 2. a proxy, a firewall or an inspection of traffic on the way cuts or changes answers';
  }
  const named = isDenied(error) ? namedRemedies(messageOf(error)) : [];
  if (named.length > 0) {
    return named.length === 1 ? named[0] : named.map((remedy, i) => `${i + 1}. ${remedy}`).join('; ');
  }
  if (error instanceof AssumeRootError) {
    return error.denied ? assumeRootDenied(messageOf(error)) : undefined;
  }
  if (isDenied(error)) {
    return `1. a service or resource control policy denies it to the root user without exempting root sessions (condition ${EXEMPT_ROOT_SESSIONS}); `
      + '2. the function runs in a VPC whose endpoint policy denies it';
  }
  return isNamed(error, 'RegionDisabledException') ? 'STS is not active in this Region for the account: set stsRegion to a Region that is enabled by default' : undefined;
}

/** STS uses the same words for every cause of a denial, except for the switches. */
function assumeRootDenied(message: string): string {
  if (/feature is not enabled/i.test(message)) {
    return 'the feature is off: switch it on with OrgRootAccessFeatures, or in the IAM console under "Root access management"';
  }
  if (/service not enabled/i.test(message)) {
    return 'trusted access for iam.amazonaws.com is off: switch it on with OrgRootAccessFeatures';
  }
  return '1. the account is protected here, is the management account, is not ACTIVE or is not in the organization; '
    + '2. the runbooks run in an account that is neither the management account nor a delegated administrator for iam.amazonaws.com; '
    + '3. a service control policy or permissions boundary denies sts:AssumeRoot to the role of the runbook';
}
