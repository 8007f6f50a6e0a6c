import { isNamed } from '../aws/errors';
import { EXEMPT_ROOT_SESSIONS } from '../policies/denials';
import { remediesOfDenial, STS_REGION_REMEDY, type LikelyCauses } from '../root-user/denials';

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
  const denied = remediesOfDenial(error, LIKELY_CAUSES);
  if (denied) {
    return denied.length === 1 ? denied[0] : denied.map((remedy, i) => `${i + 1}. ${remedy}`).join('; ');
  }
  return isNamed(error, 'RegionDisabledException') ? STS_REGION_REMEDY : undefined;
}

/** Of a denial that AWS does not explain. */
const LIKELY_CAUSES: LikelyCauses = {
  ofSession: [
    'the account is protected from runbooks, is the management account, is not ACTIVE or is not in the organization',
    'the caller is in an account that is neither the management account nor a delegated administrator for iam.amazonaws.com',
    'a service control policy or permissions boundary denies sts:AssumeRoot to the caller, or no policy allows it',
  ],
  ofCall: [
    `a service or resource control policy denies it to the root user without exempting root sessions (condition ${EXEMPT_ROOT_SESSIONS})`,
    'the call goes through a VPC endpoint whose policy denies it',
  ],
};
