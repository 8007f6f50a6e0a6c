import { AssumeRootError } from './sessions';
import { isDenied, messageOf } from '../aws/errors';
import { namedRemedies } from '../policies/denials';

/** Likely causes of a denial that AWS does not explain, the likeliest first. */
export interface LikelyCauses {
  /** Of a root session that AWS did not issue. */
  readonly ofSession: readonly string[];
  /** Of a call in a root session that AWS issued: the task policy allows it, so another policy denies it. */
  readonly ofCall: readonly string[];
}

/** AWS names it AccessDenied, like the denial of a call in a session that it issued; causes and remedies differ. */
export const isSessionDenied = (error: unknown): error is AssumeRootError => error instanceof AssumeRootError && error.denied;

/** Remedies of a denial: those of the reason that AWS names, otherwise of its likely causes. Undefined for any other error. */
export function remediesOfDenial(error: unknown, likely: LikelyCauses): readonly string[] | undefined {
  if (!isDenied(error)) {
    return undefined;
  }
  const message = messageOf(error);
  const named = namedRemedies(message);
  if (named.length > 0) {
    return named;
  }
  return isSessionDenied(error) ? disabled(message) ?? likely.ofSession : likely.ofCall;
}

/** STS answers every cause of a denied session with the same words, except for features and trusted access that are not enabled. */
function disabled(message: string): readonly string[] | undefined {
  if (/feature is not enabled/i.test(message)) {
    const feature = /root sessions/i.test(message) ? 'RootSessions' : 'RootCredentialsManagement';
    return [`enable ${feature} for the organization (OrgRootAccessFeatures, or the IAM console under "Root access management")`];
  }
  if (/service not enabled/i.test(message)) {
    return ['enable trusted access for iam.amazonaws.com (OrgRootAccessFeatures, or `aws organizations enable-aws-service-access`)'];
  }
  return undefined;
}

export const STS_REGION_REMEDY = 'STS is not active in this Region for the account: set stsRegion to a Region that is enabled by default, such as us-east-1';
