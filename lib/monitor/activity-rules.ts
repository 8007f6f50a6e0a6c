import { type ActivityKind, type MonitorSettings } from './contract';

/**
 * Rules by which an event of CloudTrail is an activity. The construct renders them as filter patterns, and the function evaluates them, so that a
 * metric counts exactly the events that the function reports.
 */

/**
 * A condition on an event of CloudTrail. A missing field satisfies `absent` and `noneOf`, and neither `oneOf` nor `other`: what is unknown is
 * suspicious. A value may begin and end with `*`.
 */
export type Condition =
  | { readonly field: string; readonly oneOf: readonly string[] }
  | { readonly field: string; readonly noneOf: readonly string[] }
  | { readonly field: string; readonly other: readonly string[] }
  | { readonly field: string; readonly absent: boolean }
  | { readonly all: readonly Condition[] }
  | { readonly any: readonly Condition[] };

const is = (field: string, ...values: string[]): Condition => ({ field, oneOf: values });
const isNot = (field: string, ...values: string[]): Condition => ({ field, noneOf: values });
const isOther = (field: string, ...values: string[]): Condition => ({ field, other: values });
const absent = (field: string): Condition => ({ field, absent: true });
const present = (field: string): Condition => ({ field, absent: false });
const all = (...conditions: Condition[]): Condition => ({ all: conditions });
const any = (...conditions: Condition[]): Condition => ({ any: conditions });

const NAME = 'eventName';
const SOURCE = 'eventSource';
const KEY = 'userIdentity.accessKeyId';
const MFA = 'userIdentity.sessionContext.attributes.mfaAuthenticated';
const FROM_CONSOLE = 'sessionCredentialFromConsole';
const ISSUER = 'userIdentity.sessionContext.sessionIssuer.arn';
const ACCOUNT = 'recipientAccountId';
const USER = 'requestParameters.userName';
const POLICY = 'requestParameters.policyId';

const TYPE = 'userIdentity.type';
const byRoot = is(TYPE, 'Root');
const called = (source: string, ...names: string[]) => all(is(SOURCE, `${source}.amazonaws.com`), is(NAME, ...names));
/** CloudTrail records a denied call without its parameters, so it may have been about these values. */
const about = (parameter: string, ...values: string[]) => any(absent(`requestParameters.${parameter}`), is(`requestParameters.${parameter}`, ...values));

/**
 * Calls that the five task policies allow in a root session, by CloudTrail's names. `CreateLoginProfile` is always reported, as a change of
 * credentials.
 */
const IAM_READS_OF_SESSIONS = [
  'ListAccessKeys', 'ListSigningCertificates', 'ListMFADevices', 'GetLoginProfile', 'GetAccountSummary', 'GetUser', 'GetAccessKeyLastUsed',
];
const IAM_CHANGES_OF_SESSIONS = ['DeleteLoginProfile', 'DeleteAccessKey', 'DeleteSigningCertificate', 'DeactivateMFADevice', 'CreateLoginProfile'];
const POLICY_CALLS_OF_SESSIONS = [
  'ListBuckets', 'GetBucketPolicy', 'PutBucketPolicy', 'DeleteBucketPolicy', 'ListQueues', 'GetQueueUrl', 'GetQueueAttributes', 'SetQueueAttributes',
];
const IAM = 'iam.amazonaws.com';
const READS = ['Get*', 'List*'];
const POLICY_SERVICES = ['s3.amazonaws.com', 'sqs.amazonaws.com'];
const ACCOUNT_MANAGEMENT = 'account.amazonaws.com';

/**
 * Root sessions are recorded as `Root`, too. Events of member accounts were seen with `assumedRoot`, as CloudTrail's list of fields says; the
 * IAM User Guide shows one without it (both as of September 2026). A call therefore also counts as a call in a root session if the task policies
 * allow it and it is made with temporary credentials, without MFA and not through the console. This hides nothing: to get temporary credentials,
 * a root user has to sign in or to use an access key, and both are reported.
 */
const notMarked = isNot('userIdentity.sessionContext.assumedRoot', 'true');
const unlikeSession = any(isNot(KEY, 'ASIA*'), isNot(MFA, 'false'), present(FROM_CONSOLE));
const likeSession = [is(KEY, 'ASIA*'), is(MFA, 'false'), absent(FROM_CONSOLE)];

/** Excludes calls that a service makes on behalf of a root user. The former console recorded itself as such a service. */
const longTermCall = all(byRoot, notMarked, any(absent('userIdentity.invokedBy'), is('userIdentity.invokedBy', 'signin.amazonaws.com')));

/** `aws login` turns a console sign-in into temporary credentials: one call for the consent in the browser, one for each set of credentials. */
const LOGIN = called('signin', 'AuthorizeOAuth2Access', 'CreateOAuth2Token');
const notSignIn = any(isNot(SOURCE, 'signin.amazonaws.com'), isNot(NAME, 'ConsoleLogin', 'AuthorizeOAuth2Access', 'CreateOAuth2Token'));
const failed = any(present('errorCode'), present('errorMessage'));

/**
 * A root user also manages IAM users, with the same calls. A call about the root user names no user. Some tools name the root user in a call
 * about an MFA device ('root-account'), and the ARN of its device contains that word. A root session cannot change a user.
 */
const aboutUser = all(isOther(USER, '*root*'), isNot('requestParameters.serialNumber', '*root-account*'));
const aboutRoot = any(
  absent(USER), is(USER, '*root*'), is('requestParameters.serialNumber', '*root-account*'), is('userIdentity.sessionContext.assumedRoot', 'true'),
);

/** Calls that create a root credential or give one more power. */
const CREDENTIAL_CALLS = [
  'CreateLoginProfile', 'UpdateLoginProfile', 'ChangePassword', 'PasswordUpdated', 'PasswordRecoveryRequested', 'PasswordRecoveryCompleted', 'EmailUpdated',
  'CreateAccessKey', 'UpdateAccessKey', 'UploadSigningCertificate', 'UpdateSigningCertificate', 'CreateVirtualMFADevice', 'EnableMFADevice',
];

/**
 * An event is of a kind if one of these conditions holds. They exclude each other: each is a metric filter, and an event must count once.
 */
export function conditionsOf(kind: ActivityKind, settings: MonitorSettings): Condition[] {
  const exempt = settings.exemptions.filter(({ activities }) => activities.includes(kind)).map(({ accountId }) => accountId);
  const conditions = CONDITIONS[kind](settings);
  return exempt.length === 0 ? conditions : conditions.map((condition) => all(condition, isNot(ACCOUNT, ...exempt)));
}

const CONDITIONS: Record<ActivityKind, (settings: MonitorSettings) => Condition[]> = {
  RootSignIn: () => [
    all(byRoot, is(NAME, 'ConsoleLogin'), is('responseElements.ConsoleLogin', 'Success')),
    all(byRoot, LOGIN, absent('errorCode'), absent('errorMessage')),
  ],
  RootSignInFailed: () => [
    all(byRoot, is(NAME, 'ConsoleLogin'), isNot('responseElements.ConsoleLogin', 'Success')),
    all(byRoot, LOGIN, failed),
  ],
  RootCredentialChange: () => [
    all(byRoot, is(NAME, ...CREDENTIAL_CALLS), aboutRoot),
    all(byRoot, is(NAME, 'DeactivateMFADevice', 'DeleteVirtualMFADevice'), notMarked, unlikeSession, aboutRoot),
    called('account', 'StartPrimaryEmailUpdate', 'AcceptPrimaryEmailUpdate'),
  ],
  RootApiUse: () => [
    all(longTermCall, isNot('eventType', 'AwsServiceEvent'), notSignIn, unlikeSession),
    // the rest is one condition, split in five to fit the length of a filter pattern
    all(longTermCall, notSignIn, ...likeSession, isNot(SOURCE, IAM, ...POLICY_SERVICES)),
    all(longTermCall, ...likeSession, is(SOURCE, IAM), is(NAME, ...READS), isNot(NAME, ...IAM_READS_OF_SESSIONS)),
    all(longTermCall, ...likeSession, is(SOURCE, IAM), isNot(NAME, ...READS, ...IAM_CHANGES_OF_SESSIONS)),
    all(longTermCall, ...likeSession, is(SOURCE, IAM), is(NAME, ...IAM_CHANGES_OF_SESSIONS), aboutUser),
    all(longTermCall, ...likeSession, is(SOURCE, ...POLICY_SERVICES), isNot(NAME, ...POLICY_CALLS_OF_SESSIONS)),
  ],
  UnexpectedRootSession: ({ allowedPrincipals }) => [
    all(rootSession, any(isOther(ISSUER, ...allowedPrincipals), all(absent(ISSUER), isNot('userIdentity.arn', ...allowedPrincipals)))),
    all(copyOfRootSession, isNot('userIdentity.accountId', ...accountsOf(allowedPrincipals))),
  ],
  RootAccessDisabled: () => [
    called('iam', 'DisableOrganizationsRootCredentialsManagement', 'DisableOrganizationsRootSessions'),
    all(called('organizations', 'DisableAWSServiceAccess'), about('servicePrincipal', IAM)),
  ],
  DelegateChange: () => [
    all(called('organizations', 'RegisterDelegatedAdministrator', 'DeregisterDelegatedAdministrator'), about('servicePrincipal', IAM, ACCOUNT_MANAGEMENT)),
  ],
  GuardrailChange: ({ guardrailPolicies }) => guardrailPolicies.length === 0 ? [] : [
    all(called('organizations', 'AttachPolicy', 'DetachPolicy', 'DeletePolicy', 'UpdatePolicy'), about('policyId', ...guardrailPolicies)),
    // UpdatePolicy is the only call about an existing policy whose response contains the type of the policy
    all(called('organizations', 'UpdatePolicy'), isOther(POLICY, ...guardrailPolicies), is('responseElements.policy.policySummary.type', 'RESOURCE_CONTROL_POLICY')),
    all(called('organizations', 'DisablePolicyType'), about('policyType', 'SERVICE_CONTROL_POLICY', 'RESOURCE_CONTROL_POLICY')),
  ],
  AccountChange: () => [
    called('organizations', 'MoveAccount', 'RemoveAccountFromOrganization', 'LeaveOrganization', 'AccountDepartedOrganization', 'CloseAccount', 'DeleteOrganization'),
  ],
};

/**
 * When a role is assumed from another account, CloudTrail also delivers a copy of the event to the account of the role: of type `AWSAccount`,
 * with the account of the caller and without its ARN. Whether it does so for AssumeRoot is not documented. The event of the caller's own account
 * is complete, and arrives in the same trail.
 */
const copied = all(is(TYPE, 'AWSAccount'), absent('userIdentity.arn'));
const notCopied = any(isNot(TYPE, 'AWSAccount'), present('userIdentity.arn'));
const assumeRoot = called('sts', 'AssumeRoot');

/** A request for a root session. CloudTrail's documentation shows `assumedRoot` in such an event, too, which must not hide it. */
export const rootSession = all(assumeRoot, notCopied);
const copyOfRootSession = all(assumeRoot, copied);

/** Account IDs in ARNs, where they are known at synthesis. */
const accountsOf = (arns: readonly string[]) => arns.flatMap((arn) => arn.split(':')[4] ?? []);

/** Events that the log group delivers to the function: a superset of those of a kind, so that the function decides. */
export const subscribed = any(
  byRoot,
  is(NAME, 'AssumeRoot', 'DisableOrganizationsRootCredentialsManagement', 'DisableOrganizationsRootSessions', 'StartPrimaryEmailUpdate', 'AcceptPrimaryEmailUpdate'),
  all(is(SOURCE, 'organizations.amazonaws.com'), isNot(NAME, 'Describe*', 'List*')),
);
