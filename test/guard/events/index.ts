import {
  assumedRootAsDocumented, assumedRootAsSeen, call, consoleRoot, DENIED, type Event, FROM_CONSOLE, MANAGEMENT, MEMBER, role, root, SECURITY,
  SWEEP_ROLE, user,
} from './shapes';
import type { ActivityKind } from '../../../lib/private/contract-guard';

export * from './shapes';

export interface Recorded {
  readonly name: string;
  readonly event: Event;
  /** What it is, the first for the message. */
  readonly kinds: readonly ActivityKind[];
}

export const GUARDRAIL = 'p-guardrail1';
export const STRANGER = `arn:aws:iam::${SECURITY}:role/Admin`;
export const RUNBOOK_USER = `arn:aws:iam::${MANAGEMENT}:user/break-glass`;

const recorded = (name: string, event: Event, ...kinds: ActivityKind[]): Recorded => ({ name, event, kinds });

// --- signing in: CloudTrail user guide, "AWS Management Console sign-in events", root user with, without MFA and failing ---------------------------

const signIn = (accountId: string, result: 'Success' | 'Failure', more: Event = {}) => call('signin', 'ConsoleLogin', { ...root('', accountId) }, {
  eventType: 'AwsConsoleSignIn',
  userAgent: 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0',
  responseElements: { ConsoleLogin: result },
  additionalEventData: { LoginTo: 'https://console.aws.amazon.com/console/home', MobileVersion: 'No', MFAUsed: 'No' },
  ...more,
});

const SIGN_INS = [
  recorded('root of a member account signs in', signIn(MEMBER, 'Success'), 'RootSignIn'),
  recorded('root of the management account signs in', signIn(MANAGEMENT, 'Success'), 'RootSignIn'),
  recorded('root fails to sign in', signIn(MEMBER, 'Failure', { errorMessage: 'Failed authentication' }), 'RootSignInFailed'),
  recorded('root signs in, and how it ended is not said', signIn(MEMBER, 'Failure', { responseElements: null }), 'RootSignInFailed'),
  recorded('root asks for a new password', call('signin', 'PasswordRecoveryRequested', root(''), { eventType: 'AwsConsoleSignIn' }), 'RootCredentialChange', 'RootApiUse'),
  recorded('root sets a new password', call('signin', 'PasswordRecoveryCompleted', root(''), { eventType: 'AwsConsoleSignIn' }), 'RootCredentialChange', 'RootApiUse'),
];

// --- root with long-term credentials ----------------------------------------------------------------------------------------------------------

const ROOT_CALLS = [
  recorded('an access key of root lists buckets', call('s3', 'ListBuckets', root(), { readOnly: true }), 'RootApiUse'),
  recorded('an access key of root does what a root session may do', call('iam', 'DeleteAccessKey', root()), 'RootApiUse'),
  recorded('an access key of root gets a session', call('sts', 'GetSessionToken', root()), 'RootApiUse'),
  recorded('a call with an access key of root is denied', call('ec2', 'RunInstances', root(), DENIED), 'RootApiUse'),
  recorded('an access key of root creates another', call('iam', 'CreateAccessKey', root()), 'RootCredentialChange', 'RootApiUse'),
  recorded('an access key of root removes the MFA device', call('iam', 'DeactivateMFADevice', root(), { requestParameters: { userName: 'root-account', serialNumber: 'arn:mfa' } }), 'RootCredentialChange', 'RootApiUse'),
  recorded('root in the console reads its keys', call('iam', 'ListAccessKeys', consoleRoot(), { ...FROM_CONSOLE, readOnly: true }), 'RootApiUse'),
  recorded('root in the console with MFA deletes its password', call('iam', 'DeleteLoginProfile', consoleRoot('true')), 'RootApiUse'),
  recorded('root in the console removes its MFA device', call('iam', 'DeactivateMFADevice', consoleRoot(), FROM_CONSOLE), 'RootCredentialChange', 'RootApiUse'),
  recorded('root in the console starts an instance, without a word of the console', call('ec2', 'RunInstances', consoleRoot()), 'RootApiUse'),
  recorded('root in the console of old', call('iam', 'CreateUser', { ...consoleRoot(), invokedBy: 'signin.amazonaws.com' }), 'RootApiUse'),
  recorded('temporary credentials of root create a user, which no root session may', call('iam', 'CreateUser', assumedRootAsDocumented()), 'RootApiUse'),
  recorded('temporary credentials of root read what no root session may', call('iam', 'ListUsers', assumedRootAsDocumented()), 'RootApiUse'),
  recorded('temporary credentials of root delete a bucket, which no root session may', call('s3', 'DeleteBucket', assumedRootAsDocumented()), 'RootApiUse'),
  recorded('a service acts on a call of root', call('ec2', 'RunInstances', { ...root(), invokedBy: 'cloudformation.amazonaws.com' })),
  recorded('a service tells of itself', call('kms', 'RotateKey', { accountId: MEMBER, invokedBy: 'AWS Internal' }, { eventType: 'AwsServiceEvent' })),
];

// --- root sessions --------------------------------------------------------------------------------------------------------------------------

const TASK = { taskPolicyArn: { arn: 'arn:aws:iam::aws:policy/root-task/IAMDeleteRootUserCredentials' } };
/** IAM User Guide, "Track privileged tasks in AWS CloudTrail". */
const assumeRoot = (identity: Event, more: Event = {}) => call('sts', 'AssumeRoot', identity, {
  awsRegion: 'us-west-2',
  requestParameters: { targetPrincipal: MEMBER, ...TASK },
  responseElements: { credentials: { accessKeyId: 'ASIAROOT', sessionToken: 'token', expiration: 'Oct 25, 2024, 9:07:11 PM' } },
  ...more,
});
/** The page has the field in the caller's event. */
const marked = (identity: Event): Event => ({ ...identity, sessionContext: { ...identity.sessionContext as Event, assumedRoot: 'true' } });
const asDenied = { ...DENIED, responseElements: null };

const READS = ['GetAccountSummary', 'GetLoginProfile', 'ListAccessKeys', 'ListSigningCertificates', 'ListMFADevices', 'GetUser', 'GetAccessKeyLastUsed'];
const DELETIONS = ['DeleteLoginProfile', 'DeleteAccessKey', 'DeleteSigningCertificate', 'DeactivateMFADevice'];
const UNLOCKS: [string, string][] = [
  ['s3', 'ListBuckets'], ['s3', 'GetBucketPolicy'], ['s3', 'PutBucketPolicy'], ['s3', 'DeleteBucketPolicy'],
  ['sqs', 'ListQueues'], ['sqs', 'GetQueueUrl'], ['sqs', 'GetQueueAttributes'], ['sqs', 'SetQueueAttributes'],
];
const inSession = (service: string, eventName: string) => [
  recorded(`a root session calls ${eventName}, as it was seen`, call(service, eventName, assumedRootAsSeen())),
  recorded(`a root session calls ${eventName}, as it is documented`, call(service, eventName, assumedRootAsDocumented())),
];

const ROOT_SESSIONS = [
  recorded('the sweep takes a root session', assumeRoot(role())),
  recorded('the sweep takes a root session, marked as in the documentation', assumeRoot(marked(role()))),
  recorded('the sweep is denied a root session', assumeRoot(role(), asDenied)),
  recorded('an allowed user takes a root session', assumeRoot(user('break-glass'))),
  recorded('a stranger takes a root session', assumeRoot(role(STRANGER)), 'UnexpectedRootSession'),
  recorded('a stranger takes a root session, marked as in the documentation', assumeRoot(marked(role(STRANGER))), 'UnexpectedRootSession'),
  recorded('a stranger is denied a root session', assumeRoot(role(STRANGER), asDenied), 'UnexpectedRootSession'),
  recorded("a stranger's session has the name of the sweep's role", assumeRoot(role(STRANGER, 'CentralizedRootAccess-PurgeSweepFunctionsBatchRole-1A2B3C')), 'UnexpectedRootSession'),
  recorded("a role of the sweep's name in another account takes a root session", assumeRoot(role(SWEEP_ROLE.replace(MANAGEMENT, SECURITY))), 'UnexpectedRootSession'),
  recorded('a user who is not allowed takes a root session', assumeRoot(user('somebody')), 'UnexpectedRootSession'),
  recorded('nobody knows who takes a root session', assumeRoot({ type: 'Unknown' }), 'UnexpectedRootSession'),
  recorded('root itself asks for a root session', assumeRoot(root(), asDenied), 'RootApiUse', 'UnexpectedRootSession'),
  ...[...READS, ...DELETIONS].flatMap((eventName) => inSession('iam', eventName)),
  ...UNLOCKS.flatMap(([service, eventName]) => inSession(service, eventName)),
  recorded('a root session allows password recovery, as it was seen', call('iam', 'CreateLoginProfile', assumedRootAsSeen()), 'RootCredentialChange'),
  recorded('a root session allows password recovery, as it is documented', call('iam', 'CreateLoginProfile', assumedRootAsDocumented()), 'RootCredentialChange'),
];

// --- the organization: IAM API reference and AWS Organizations user guide, "Logging AWS Organizations API calls with AWS CloudTrail" ---------------

const forService = (servicePrincipal: string, more: Event = {}) => ({ requestParameters: { servicePrincipal, ...more } });
const IAM = 'iam.amazonaws.com';
const DELEGATE = role(`arn:aws:iam::${SECURITY}:role/Security`);

const ORGANIZATION = [
  recorded('the management account switches off root credentials management', call('iam', 'DisableOrganizationsRootCredentialsManagement', role()), 'RootAccessDisabled'),
  recorded('the delegate switches off root sessions', call('iam', 'DisableOrganizationsRootSessions', DELEGATE), 'RootAccessDisabled'),
  recorded('somebody may not switch off root sessions', call('iam', 'DisableOrganizationsRootSessions', user('somebody', MEMBER), DENIED), 'RootAccessDisabled'),
  recorded('trusted access for IAM is switched off', call('organizations', 'DisableAWSServiceAccess', role(), forService(IAM)), 'RootAccessDisabled'),
  recorded('trusted access for another service is switched off', call('organizations', 'DisableAWSServiceAccess', role(), forService('config.amazonaws.com'))),
  recorded('trusted access may not be switched off, of what is not said', call('organizations', 'DisableAWSServiceAccess', role(), DENIED), 'RootAccessDisabled'),
  recorded('a delegate for IAM is registered', call('organizations', 'RegisterDelegatedAdministrator', role(), forService(IAM, { accountId: MEMBER })), 'DelegateChange'),
  recorded('a delegate for IAM is deregistered', call('organizations', 'DeregisterDelegatedAdministrator', role(), forService(IAM, { accountId: MEMBER })), 'DelegateChange'),
  recorded('a delegate for another service is registered', call('organizations', 'RegisterDelegatedAdministrator', role(), forService('guardduty.amazonaws.com', { accountId: MEMBER }))),
  recorded('the guardrail is detached', call('organizations', 'DetachPolicy', role(), { requestParameters: { policyId: GUARDRAIL, targetId: 'r-abcd' } }), 'GuardrailChange'),
  recorded('the guardrail is changed', call('organizations', 'UpdatePolicy', role(), { requestParameters: { policyId: GUARDRAIL, content: '{}' } }), 'GuardrailChange'),
  recorded('another policy is deleted', call('organizations', 'DeletePolicy', role(), { requestParameters: { policyId: 'p-another01' } })),
  recorded('service control policies are switched off', call('organizations', 'DisablePolicyType', role(), { requestParameters: { rootId: 'r-abcd', policyType: 'SERVICE_CONTROL_POLICY' } }), 'GuardrailChange'),
  recorded('tag policies are switched off', call('organizations', 'DisablePolicyType', role(), { requestParameters: { rootId: 'r-abcd', policyType: 'TAG_POLICY' } })),
  recorded('features are switched on', call('iam', 'EnableOrganizationsRootSessions', role())),
];

const ORDINARY = [
  recorded('a role describes instances', call('ec2', 'DescribeInstances', role(), { readOnly: true })),
  recorded('a role gives a user a password', call('iam', 'CreateLoginProfile', role(), { requestParameters: { userName: 'alice' } })),
  recorded('a role creates an access key', call('iam', 'CreateAccessKey', role())),
  recorded('a user signs in', call('signin', 'ConsoleLogin', user('alice'), { eventType: 'AwsConsoleSignIn', responseElements: { ConsoleLogin: 'Success' } })),
  recorded('a role assumes another', call('sts', 'AssumeRole', role())),
  recorded('a service of AWS calls', call('kms', 'Decrypt', { type: 'AWSService', invokedBy: 'cloudtrail.amazonaws.com' })),
];

/** Events of each kind, and of none. */
export const EVENTS: readonly Recorded[] = [...SIGN_INS, ...ROOT_CALLS, ...ROOT_SESSIONS, ...ORGANIZATION, ...ORDINARY];

export const eventNamed = (name: string): Event => EVENTS.find((each) => each.name === name)!.event;
