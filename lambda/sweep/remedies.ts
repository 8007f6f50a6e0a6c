import type { Problem } from './results';
import { isDeniedName, isTemporarilyUnmodifiable, messageOf, nameOf } from '../aws/errors';
import { CONTROL_TOWER_REMEDY, EXEMPT_ROOT_SESSIONS, namedRemedies } from '../policies/denials';
import { isSessionDenied, remediesOfDenial, STS_REGION_REMEDY, type LikelyCauses } from '../root-user/denials';

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
  recoveryOpened: 'RecoveryOpened',
  outOfTime: 'DeadlineExceeded',
  unread: 'AccountsUnread',
  limitExceeded: 'LimitExceeded',
  tooLittleTime: 'TooLittleTime',
  planRefused: 'PlanRefused',
} as const;

/**
 * A failure in words that one can act on. A denial gets the remedies of the reason that AWS names, or else its likely causes, ranked: AWS answers many of
 * them alike.
 */
export function problemOf(error: unknown): Problem {
  const code = isSessionDenied(error) ? CODES.assumeRootDenied : nameOf(error);
  return { code, message: messageOf(error).slice(0, 500), remedies: remediesOf(error) };
}

/** The record of a recovery is read again before a password is deleted; by then other credentials may be gone. */
export function problemOfDeletion(error: unknown): Problem {
  const told = problemOf(error);
  return told.code === CODES.recoveryUnknown ? { ...told, remedies: told.remedies.map((remedy) => remedy.replace('nothing was deleted', 'the password was not deleted')) } : told;
}

export function problem(code: string, message: string, ...remedies: string[]): Problem {
  return { code, message, remedies };
}

/** Whether AWS denied a session for another reason than a switch that is off. */
export const isDeniedSession = ({ code, message }: Problem) => code === CODES.assumeRootDenied && !/not enabled/i.test(message);

/** Whether AWS gave a session and denied a call in it. */
export const isDenialOfCall = ({ code }: Problem) => isDeniedName(code);

export const SWEEP_ACCOUNT_AGAIN = 'sweep the account again: what is gone then is gone';
const SWEEP_AGAIN = 'start the sweep again: clean accounts cost little, and what was deleted stays deleted';

function remediesOf(error: unknown): string[] {
  const denied = remediesOfDenial(error, LIKELY_CAUSES);
  if (denied) {
    return [...denied];
  }
  if (isTemporarilyUnmodifiable(error)) {
    return [`the credential was being changed the whole time: ${SWEEP_AGAIN}`];
  }
  return [...BY_CODE[nameOf(error)] ?? [], SWEEP_AGAIN];
}

function named(message: string): string[] | undefined {
  const remedies = namedRemedies(message);
  return remedies.length > 0 ? remedies : undefined;
}

const BROKEN_ANSWERS = [
  'something between the sweep and AWS cuts or changes answers if it happens again: look for a proxy, a firewall or an inspection of traffic in functionOptions.vpc',
];

/** The remedy to try first, where one cause is likelier than all others. */
const BY_CODE: Readonly<Record<string, string[]>> = {
  RegionDisabledException: [STS_REGION_REMEDY],
  [CODES.recoveryUnknown]: [
    'nothing was deleted: look at the record of the account in the bucket of passwordRecoveries, and at what forbids the sweep to read it',
    'the bucket is encrypted with a key, or has a policy, that leaves the roles of the functions that decide and purge out: add them',
  ],
  UnreadableAnswer: BROKEN_ANSWERS,
  UnreadableObject: BROKEN_ANSWERS,
  [CODES.incompleteAnswer]: BROKEN_ANSWERS,
  EndlessList: ['AWS does not come to the end of the list: if it stays so, tell AWS Support the operation and the account'],
};

/** Why a sweep as a whole did not come to its end, as the state machine caught it. */
export function problemOfSweep(code: string, message: string): Problem {
  return problem(code, message, ...isDeniedName(code) ? named(message) ?? SELECTION_DENIED : OF_SWEEP[code] ?? BY_CODE[code] ?? [], 'then start the sweep again: clean accounts cost little');
}

const SELECTION_DENIED = [
  'a service control policy or a permissions boundary denies the role of the select function organizations:Describe*, organizations:List* or iam:ListOrganizationsFeatures: allow them',
];

const OUT_OF_TIME = ['AWS answers slowly or not at all: look at the log of the function that ended, and in functionOptions.vpc for a way to the endpoints of AWS'];
const OUT_OF_MEMORY = ['the selection is too large for the function: select organizational units, or accounts, in more than one construct'];
const SWITCHED_OFF = ['switch it on: deploy OrgRootAccessFeatures in the management account, and pass it as `features`'];
const WRONG_ACCOUNT = ['deploy the sweep in the management account, or register its account as delegated administrator for iam.amazonaws.com (RootAccessDelegation)'];

/** Errors of functions are named by Lambda, those of waiting by Step Functions. */
const OF_SWEEP: Readonly<Record<string, string[]>> = {
  'InputRefused': ['correct the input of the execution: {} sweeps all that the construct selects'],
  'SelectionError': ['correct the selection of the construct and deploy it, or the input of the execution'],
  'FeatureNotEnabled': SWITCHED_OFF,
  'ServiceAccessNotEnabledException': SWITCHED_OFF,
  'AccountNotManagementOrDelegatedAdministratorException': WRONG_ACCOUNT,
  'AWSOrganizationsNotInUseException': WRONG_ACCOUNT,
  'OrganizationNotFoundException': WRONG_ACCOUNT,
  'OrganizationNotInAllFeaturesModeException': ['enable all features of the organization in AWS Organizations'],
  'TooManyRequestsException': ['other callers use up what AWS Organizations allows: start at another time'],
  'Sandbox.Timedout': OUT_OF_TIME,
  'States.Timeout': OUT_OF_TIME,
  'Runtime.OutOfMemory': OUT_OF_MEMORY,
};

/** Of a denial that AWS does not explain. A call in a root session is denied by a policy of the organization, since the session itself allows it. */
const LIKELY_CAUSES: LikelyCauses = {
  ofSession: [
    "the sweep's role is not allowed sts:AssumeRoot here: look for a service control policy, a permissions boundary or a VPC endpoint policy on the account that runs the sweep",
    'that account is neither the management account nor a delegated administrator for iam.amazonaws.com, or became one minutes ago: register it, or sweep again later',
    'the account is closed, suspended or about to be: look at its state in Organizations, and exclude it',
  ],
  ofCall: [
    `a service control policy denies the root user without exempting root sessions: add ${EXEMPT_ROOT_SESSIONS} to the condition of its Deny`,
    CONTROL_TOWER_REMEDY,
    'another policy higher up denies the action or the Region: look at the policies of every parent of the account',
  ],
};

/** A denial in one account while others were given sessions: what all have in common is not the cause. The policies that were found to deny it stay first. */
export function rankedBesideOthers(denied: Problem): Problem {
  const common = LIKELY_CAUSES.ofSession;
  const at = denied.remedies.indexOf(common[0]);
  return !isDeniedSession(denied) || at < 0 ? denied : {
    ...denied,
    remedies: [...denied.remedies.slice(0, at), ...DENIED_BESIDE_OTHERS, ...denied.remedies.slice(at + common.length)],
  };
}

const DENIED_BESIDE_OTHERS = [
  'the account is closed, suspended or about to be: look at its state in Organizations, and exclude it',
  'a policy denies it for this account and not for others: look for its id in the service control policies of the account that runs the sweep, in a permissions '
    + 'boundary or a VPC endpoint policy, and for a resource control policy above the account',
  'the permission or the delegation was taken away while the sweep ran: look in CloudTrail, and sweep the account again',
];
