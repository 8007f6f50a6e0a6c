/**
 * What `RootActivityMonitor` and its function agree on. The conditions below are rendered as filter patterns into the template and
 * evaluated by the function: an event counts in a metric just when the function finds it to be of that kind.
 */

/** Kinds of activity, the more telling first: a message is about the first that applies. The names are those of the metrics too. */
export const ACTIVITY_KINDS = [
  'RootSignIn', 'RootSignInFailed', 'RootCredentialChange', 'RootApiUse', 'UnexpectedRootSession', 'RootAccessDisabled', 'DelegateChange', 'GuardrailChange',
  'AccountChange',
] as const;
export type ActivityKind = typeof ACTIVITY_KINDS[number];

/** An event that the function cannot read as one of CloudTrail. */
export const UNREADABLE = 'UnreadableEvent';
/** Every root session that is asked for, expected or not. */
export const ROOT_SESSIONS = 'RootSessions';

export type FindingKind = ActivityKind | typeof UNREADABLE;

/** What is expected, and what is watched beside root users. */
export interface MonitorSettings {
  /** ARNs of roles and users. */
  readonly allowedPrincipals: string[];
  /** Ids of service control policies and resource control policies. */
  readonly guardrailPolicies: string[];
  readonly ignored: IgnoredActivity[];
}

export interface IgnoredActivity {
  readonly accountId: string;
  readonly activities: ActivityKind[];
  readonly reason: string;
}

export const SETTINGS_VARIABLE = 'MONITOR_SETTINGS';
export const TOPIC_VARIABLE = 'TOPIC_ARN';
export const BUS_VARIABLE = 'EVENT_BUS_NAME';
export const NAMESPACE_VARIABLE = 'METRIC_NAMESPACE';

/** Of the events that the function puts on a bus. */
export const EVENT_SOURCE = 'cdk-root-access';
export const EVENT_DETAIL_TYPE = 'Root Activity';

/**
 * A condition on an event of CloudTrail. A field that is missing is `absent`, fulfils `noneOf`, and neither `oneOf` nor `other`: what is not
 * known counts as suspect. A value may begin and end with `*`.
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
/** A call that was denied is recorded without its parameters: it may have been about this one. */
const about = (parameter: string, ...values: string[]) => any(absent(`requestParameters.${parameter}`), is(`requestParameters.${parameter}`, ...values));

/**
 * What the five task policies let a root session call, by CloudTrail's names. `CreateLoginProfile` is a change of credentials
 * whoever makes it, and is noticed as that.
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
 * Root sessions sign as `Root` too. Events of member accounts were seen with `assumedRoot`, as CloudTrail's list of fields says; the
 * IAM User Guide shows one without (both as of September 2026). So a call is also taken for one of a root session when it is one that a
 * session may make, with temporary credentials, without MFA, and not by way of the console. Nothing is hidden by that: root cannot come by
 * temporary credentials without signing in or calling with an access key, and both are noticed.
 */
const notMarked = isNot('userIdentity.sessionContext.assumedRoot', 'true');
const unlikeSession = any(isNot(KEY, 'ASIA*'), isNot(MFA, 'false'), present(FROM_CONSOLE));
const likeSession = [is(KEY, 'ASIA*'), is(MFA, 'false'), absent(FROM_CONSOLE)];

/** A service that acts on a call of root's does not call by itself; the console of old called itself a service. */
const longTermCall = all(byRoot, notMarked, any(absent('userIdentity.invokedBy'), is('userIdentity.invokedBy', 'signin.amazonaws.com')));

/** `aws login` turns a sign-in to the console into temporary credentials: one call when the browser agrees, one for each set of credentials. */
const LOGIN = called('signin', 'AuthorizeOAuth2Access', 'CreateOAuth2Token');
const notSignIn = any(isNot(SOURCE, 'signin.amazonaws.com'), isNot(NAME, 'ConsoleLogin', 'AuthorizeOAuth2Access', 'CreateOAuth2Token'));
const failed = any(present('errorCode'), present('errorMessage'));

/**
 * Root also manages IAM users, by the same calls. A call about root itself names no user. Some tools name root in a call about an MFA device
 * ('root-account'), and the ARN of root's device has that word. A root session can do nothing to a user.
 */
const aboutUser = all(isOther(USER, '*root*'), isNot('requestParameters.serialNumber', '*root-account*'));
const aboutRoot = any(
  absent(USER), is(USER, '*root*'), is('requestParameters.serialNumber', '*root-account*'), is('userIdentity.sessionContext.assumedRoot', 'true'),
);

/** Ways to a root credential, or to more power for one. */
const CREDENTIAL_CALLS = [
  'CreateLoginProfile', 'UpdateLoginProfile', 'ChangePassword', 'PasswordUpdated', 'PasswordRecoveryRequested', 'PasswordRecoveryCompleted', 'EmailUpdated',
  'CreateAccessKey', 'UpdateAccessKey', 'UploadSigningCertificate', 'UpdateSigningCertificate', 'CreateVirtualMFADevice', 'EnableMFADevice',
];

/**
 * When an event is of a kind: when one of the conditions holds. They exclude each other, since each is a metric filter and an event must
 * count once.
 */
export function conditionsOf(kind: ActivityKind, settings: MonitorSettings): Condition[] {
  const ignored = settings.ignored.filter(({ activities }) => activities.includes(kind)).map(({ accountId }) => accountId);
  const conditions = CONDITIONS[kind](settings);
  return ignored.length === 0 ? conditions : conditions.map((condition) => all(condition, isNot(ACCOUNT, ...ignored)));
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
    // the rest is one condition, cut in five because a filter pattern holds no more
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
    // of all calls about a policy that exists, only this one answers with the type of the policy
    all(called('organizations', 'UpdatePolicy'), isOther(POLICY, ...guardrailPolicies), is('responseElements.policy.policySummary.type', 'RESOURCE_CONTROL_POLICY')),
    all(called('organizations', 'DisablePolicyType'), about('policyType', 'SERVICE_CONTROL_POLICY', 'RESOURCE_CONTROL_POLICY')),
  ],
  AccountChange: () => [
    called('organizations', 'MoveAccount', 'RemoveAccountFromOrganization', 'LeaveOrganization', 'AccountDepartedOrganization', 'CloseAccount', 'DeleteOrganization'),
  ],
};

/**
 * CloudTrail gives the account whose role is assumed a copy of a caller's event from another account: of type `AWSAccount`, with the
 * caller's account and without its ARN. Nobody has recorded whether it does so for AssumeRoot. The event of the caller's own account says
 * everything, and comes by the same trail.
 */
const copied = all(is(TYPE, 'AWSAccount'), absent('userIdentity.arn'));
const notCopied = any(isNot(TYPE, 'AWSAccount'), present('userIdentity.arn'));
const assumeRoot = called('sts', 'AssumeRoot');

/** A root session that somebody asks for. The document of CloudTrail shows `assumedRoot` here too, which must not hide it. */
export const rootSession = all(assumeRoot, notCopied);
const copyOfRootSession = all(assumeRoot, copied);

/** The accounts of ARNs, as far as they are known. */
const accountsOf = (arns: readonly string[]) => arns.flatMap((arn) => arn.split(':')[4] ?? []);

/** The kinds that the function counts, because a list of allowed principals does not fit a filter pattern. */
export const COUNTED_BY_FUNCTION: readonly FindingKind[] = ['UnexpectedRootSession', UNREADABLE];
/** Their dimension: the embedded metric format does not say what becomes of a metric without one. */
export const FUNCTION_DIMENSION = { service: 'cdk-root-access' };

/** What the function must see: more than what is of a kind, so that the function decides. */
export const subscribed = any(
  byRoot,
  is(NAME, 'AssumeRoot', 'DisableOrganizationsRootCredentialsManagement', 'DisableOrganizationsRootSessions', 'StartPrimaryEmailUpdate', 'AcceptPrimaryEmailUpdate'),
  all(is(SOURCE, 'organizations.amazonaws.com'), isNot(NAME, 'Describe*', 'List*')),
);
