import type { Problem } from './results';
import { isDenied, isDeniedName, isNamed, isTemporarilyUnmodifiable, messageOf, nameOf } from '../aws/errors';
import { AssumeRootError } from '../aws/root-sessions';

/** Codes of this library, for what AWS has no error name for. */
export const CODES = {
  assumeRootDenied: 'AssumeRootDenied',
  stillPresent: 'StillPresent',
  appeared: 'AppearedDuringSweep',
  readsDisagree: 'ReadsDisagree',
  incompleteAnswer: 'IncompleteAnswer',
  notVerified: 'NotVerified',
  notAttempted: 'NotAttempted',
  interrupted: 'Interrupted',
  passwordStays: 'PasswordStays',
  recoveryUnknown: 'RecoveryUnknown',
} as const;

/** A failure in words that one can act on. A denial gets its likely causes, ranked: AWS answers many of them alike. */
export function problemOf(error: unknown): Problem {
  const code = isAssumeRootDenied(error) ? CODES.assumeRootDenied : nameOf(error);
  return { code, message: messageOf(error).slice(0, 500), remedies: remediesOf(error) };
}

export function problem(code: string, message: string, ...remedies: string[]): Problem {
  return { code, message, remedies };
}

/** AWS calls it AccessDenied, as it does a call within a session that it gave; causes and remedies are others. */
const isAssumeRootDenied = (error: unknown): error is AssumeRootError => error instanceof AssumeRootError && error.denied;

/** Whether AWS gave a session and denied a call in it. */
export const isDenialOfCall = ({ code }: Problem) => isDeniedName(code);

const SWEEP_AGAIN = 'start the sweep again: clean accounts cost little, and what was deleted stays deleted';

function remediesOf(error: unknown): string[] {
  if (isAssumeRootDenied(error)) {
    return assumeRootDenied(error.message);
  }
  if (isDenied(error)) {
    return callDenied(error);
  }
  if (isTemporarilyUnmodifiable(error)) {
    return [`the credential was being changed the whole time: ${SWEEP_AGAIN}`];
  }
  if (isNamed(error, 'RegionDisabledException')) {
    return ['STS is not active in this Region for the account: set stsRegion to a Region that is enabled by default, such as us-east-1'];
  }
  if (isNamed(error, CODES.recoveryUnknown)) {
    return [
      'nothing was deleted: look at the record of the account in the bucket of passwordRecoveries, and at what forbids the sweep to read it',
      'the bucket is encrypted with a key, or has a policy, that leaves the role of the batch function out: add it',
      SWEEP_AGAIN,
    ];
  }
  return [SWEEP_AGAIN];
}

/** STS uses the same words for every cause of a denial, except for the switches. */
function assumeRootDenied(message: string): string[] {
  if (/feature is not enabled/i.test(message)) {
    return ['switch on RootCredentialsManagement for the organization (OrgRootAccessFeatures, or the IAM console under "Root access management")'];
  }
  if (/service not enabled/i.test(message)) {
    return ['switch on trusted access for iam.amazonaws.com (OrgRootAccessFeatures, or `aws organizations enable-aws-service-access`)'];
  }
  return [
    "the sweep's role is not allowed sts:AssumeRoot here: look for a service control policy, a permissions boundary or a VPC endpoint policy on the account that runs the sweep",
    'that account is neither the management account nor a delegated administrator for iam.amazonaws.com, or became one minutes ago: register it, or sweep again later',
    'the account is closed, suspended or about to be: look at its state in Organizations, and exclude it',
  ];
}

/** A call within the root session was denied: the session itself may do it, so a policy of the organization forbids it. */
function callDenied(error: unknown): string[] {
  const byPolicy = /service control policy/i.test(messageOf(error));
  return [
    'a service control policy denies the root user without exempting root sessions: add "Null": {"aws:AssumedRoot": "true"} to the condition of its Deny'
      + (byPolicy ? ' (the error names a service control policy)' : ''),
    'the Control Tower control AWS-GR_RESTRICT_ROOT_USER is enabled on the OU without ExemptAssumeRoot: enable it again with that parameter',
    'another policy higher up denies the action or the Region: look at the policies of every parent of the account',
  ];
}
