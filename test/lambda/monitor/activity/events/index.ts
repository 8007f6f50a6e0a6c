import {
  assumedRootAsDocumented, assumedRootAsSeen, call, consoleRoot, DENIED, type Event, FROM_CONSOLE, MANAGEMENT, MEMBER, role, root, SECURITY,
  SWEEP_ROLE, user,
} from './shapes';
import type { ActivityKind } from '../../../../../lib/monitor/contract';

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

/** `aws login`: AWS Sign-In API reference, "AuthorizeOAuth2Access", "CreateOAuth2Token". AWS shows no record, so what the fields may be is tried. */
const login = (eventName: string, identity: Event, more: Event = {}) => call('signin', eventName, identity, {
  ...FROM_CONSOLE, additionalEventData: { client_id: 'arn:aws:signin:::devtools/same-device' }, readOnly: true, ...more,
});

const SIGN_INS = [
  recorded('root of a member account signs in', signIn(MEMBER, 'Success'), 'RootSignIn'),
  recorded('root of the management account signs in', signIn(MANAGEMENT, 'Success'), 'RootSignIn'),
  recorded('root fails to sign in', signIn(MEMBER, 'Failure', { errorMessage: 'Failed authentication' }), 'RootSignInFailed'),
  recorded('root signs in, and how it ended is not said', signIn(MEMBER, 'Failure', { responseElements: null }), 'RootSignInFailed'),
  recorded('root asks for a new password', call('signin', 'PasswordRecoveryRequested', root(''), { eventType: 'AwsConsoleSignIn' }), 'RootCredentialChange', 'RootApiUse'),
  recorded('root answers for its MFA device on the way to the console', call('signin', 'CheckMfa', root(''), { eventType: 'AwsConsoleSignIn', responseElements: { CheckMfa: 'Success' } }), 'RootApiUse'),
  recorded('root allows `aws login` in the browser', login('AuthorizeOAuth2Access', consoleRoot('true')), 'RootSignIn'),
  recorded('`aws login` gets credentials of root', login('CreateOAuth2Token', consoleRoot('true')), 'RootSignIn'),
  recorded('`aws login` gets credentials of root without MFA, and no word of the console', login('CreateOAuth2Token', consoleRoot(), { sessionCredentialFromConsole: undefined }), 'RootSignIn'),
  recorded('`aws login` gets credentials of root, without a session', login('CreateOAuth2Token', root('')), 'RootSignIn'),
  recorded('root may not use `aws login`', login('AuthorizeOAuth2Access', consoleRoot(), DENIED), 'RootSignInFailed'),
  recorded('a resource control policy keeps root from `aws login`', login('CreateOAuth2Token', consoleRoot(), { errorMessage: 'Authorization denied because of a resource control policy' }), 'RootSignInFailed'),
  recorded('a call of another service has a name of the sign-in', call('cognito-idp', 'CreateOAuth2Token', root()), 'RootApiUse'),
  recorded('a user takes credentials by `aws login`', login('CreateOAuth2Token', user('alice'))),
  recorded('root sets a new password', call('signin', 'PasswordRecoveryCompleted', root(''), { eventType: 'AwsConsoleSignIn' }), 'RootCredentialChange', 'RootApiUse'),
];

// --- root with long-term credentials ----------------------------------------------------------------------------------------------------------

/** IAM API reference: the calls about a user's credentials name the user. */
const aboutAlice = (parameters: Event = {}) => ({ requestParameters: { userName: 'alice', ...parameters } });
const DEVICE = { serialNumber: `arn:aws:iam::${MEMBER}:mfa/alice` };
const ABOUT_USERS: [string, Event?][] = [
  ['CreateAccessKey'], ['UpdateAccessKey', { accessKeyId: 'AKIAALICE', status: 'Active' }], ['DeleteAccessKey', { accessKeyId: 'AKIAALICE' }],
  ['CreateLoginProfile'], ['UpdateLoginProfile'], ['DeleteLoginProfile'], ['UploadSigningCertificate'], ['EnableMFADevice', DEVICE], ['DeactivateMFADevice', DEVICE],
];

const ROOT_CALLS = [
  recorded('an access key of root lists buckets', call('s3', 'ListBuckets', root(), { readOnly: true }), 'RootApiUse'),
  recorded('an access key of root does what a root session may do', call('iam', 'DeleteAccessKey', root()), 'RootApiUse'),
  recorded('an access key of root gets a session', call('sts', 'GetSessionToken', root()), 'RootApiUse'),
  recorded('a call with an access key of root is denied', call('ec2', 'RunInstances', root(), DENIED), 'RootApiUse'),
  recorded('an access key of root creates another', call('iam', 'CreateAccessKey', root()), 'RootCredentialChange', 'RootApiUse'),
  ...['CreateLoginProfile', 'UpdateLoginProfile', 'ChangePassword', 'UpdateAccessKey', 'UploadSigningCertificate', 'UpdateSigningCertificate', 'EnableMFADevice', 'CreateVirtualMFADevice', 'DeleteVirtualMFADevice'].flatMap((eventName) => [
    recorded(`an access key of root calls ${eventName} for root`, call('iam', eventName, root()), 'RootCredentialChange', 'RootApiUse'),
    recorded(`root in the console calls ${eventName} for root`, call('iam', eventName, consoleRoot('true'), FROM_CONSOLE), 'RootCredentialChange', 'RootApiUse'),
  ]),
  ...['PasswordUpdated', 'EmailUpdated'].map((eventName) => (
    recorded(`root in the console: ${eventName}`, call('signin', eventName, root(''), { eventType: 'AwsConsoleSignIn', responseElements: { [eventName]: 'Success' } }), 'RootCredentialChange', 'RootApiUse'))),
  recorded('an access key of root removes the MFA device', call('iam', 'DeactivateMFADevice', root(), { requestParameters: { userName: 'root-account', serialNumber: 'arn:mfa' } }), 'RootCredentialChange', 'RootApiUse'),
  recorded('an access key of root removes the MFA device, named by its ARN', call('iam', 'DeactivateMFADevice', root(), { requestParameters: { userName: MEMBER, serialNumber: `arn:aws:iam::${MEMBER}:mfa/root-account-mfa-device` } }), 'RootCredentialChange', 'RootApiUse'),
  recorded('a call that may have been about root is denied', call('iam', 'CreateAccessKey', root(), DENIED), 'RootCredentialChange', 'RootApiUse'),
  ...ABOUT_USERS.map(([eventName, more]) => recorded(`an access key of root calls ${eventName} for a user`, call('iam', eventName, root(), aboutAlice(more)), 'RootApiUse')),
  ...ABOUT_USERS.map(([eventName, more]) => recorded(`root in the console calls ${eventName} for a user`, call('iam', eventName, consoleRoot(), { ...FROM_CONSOLE, ...aboutAlice(more) }), 'RootApiUse')),
  ...ABOUT_USERS.map(([eventName, more]) => recorded(`temporary credentials of root call ${eventName} for a user, which no root session may`, call('iam', eventName, assumedRootAsDocumented(), aboutAlice(more)), 'RootApiUse')),
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
/** IAM User Guide, "Logging IAM and AWS STS API calls": how AssumeRole from another account is recorded in the account of the role. */
const copied = ({ userIdentity, ...event }: Event): Event => {
  const { principalId, accountId } = userIdentity as Event;
  return { ...event, userIdentity: { type: 'AWSAccount', principalId, accountId }, recipientAccountId: MEMBER, sharedEventID: 'd1b5f3a0-0000-4000-8000-000000000001' };
};
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
  recorded("the sweep's session is copied to the member account", copied(assumeRoot(role()))),
  recorded("a denied session of the sweep's account is copied to the member account", copied(assumeRoot(role(), asDenied))),
  recorded('a session of another account is copied to the member account', copied(assumeRoot(role(STRANGER))), 'UnexpectedRootSession'),
  recorded('a session is copied, of what account is not said', { ...copied(assumeRoot(role(STRANGER))), userIdentity: { type: 'AWSAccount', principalId: 'AROAEXAMPLE:sweep' } }, 'UnexpectedRootSession'),
  recorded('another account is named with its ARN', assumeRoot({ type: 'AWSAccount', accountId: MANAGEMENT, arn: STRANGER }), 'UnexpectedRootSession'),
  recorded('root itself asks for a root session', assumeRoot(root(), asDenied), 'RootApiUse', 'UnexpectedRootSession'),
  ...[...READS, ...DELETIONS].flatMap((eventName) => inSession('iam', eventName)),
  ...UNLOCKS.flatMap(([service, eventName]) => inSession(service, eventName)),
  recorded('a root session allows password recovery, as it was seen', call('iam', 'CreateLoginProfile', assumedRootAsSeen()), 'RootCredentialChange'),
  recorded('a root session allows password recovery, as it is documented', call('iam', 'CreateLoginProfile', assumedRootAsDocumented()), 'RootCredentialChange'),
];

// --- the organization: IAM API reference and AWS Organizations user guide, "Logging AWS Organizations API calls with AWS CloudTrail" ---------------

const forService = (servicePrincipal: string, more: Event = {}) => ({ requestParameters: { servicePrincipal, ...more } });
const IAM = 'iam.amazonaws.com';
const ACCOUNT = 'account.amazonaws.com';
/** Account Management API reference. CloudTrail hides the address. */
const email = { accountId: MEMBER, primaryEmail: 'HIDDEN_DUE_TO_SECURITY_REASONS' };
const ofType = (type: string) => ({ responseElements: { policy: { policySummary: { id: 'p-another01', type, awsManaged: false } } } });
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
  recorded('a delegate for IAM may not be registered', call('organizations', 'RegisterDelegatedAdministrator', role(), DENIED), 'DelegateChange'),
  recorded('a delegate for Account Management is registered', call('organizations', 'RegisterDelegatedAdministrator', role(), forService(ACCOUNT, { accountId: MEMBER })), 'DelegateChange'),
  recorded('a delegate for Account Management is deregistered', call('organizations', 'DeregisterDelegatedAdministrator', role(), forService(ACCOUNT, { accountId: MEMBER })), 'DelegateChange'),
  recorded('a delegate for another service is registered', call('organizations', 'RegisterDelegatedAdministrator', role(), forService('guardduty.amazonaws.com', { accountId: MEMBER }))),
  recorded('the guardrail is detached', call('organizations', 'DetachPolicy', role(), { requestParameters: { policyId: GUARDRAIL, targetId: 'r-abcd' } }), 'GuardrailChange'),
  recorded('the guardrail is attached', call('organizations', 'AttachPolicy', role(), { requestParameters: { policyId: GUARDRAIL, targetId: 'r-abcd' } }), 'GuardrailChange'),
  recorded('the guardrail is deleted', call('organizations', 'DeletePolicy', role(), { requestParameters: { policyId: GUARDRAIL } }), 'GuardrailChange'),
  recorded('another policy is attached', call('organizations', 'AttachPolicy', role(), { requestParameters: { policyId: 'p-another01', targetId: 'r-abcd' } })),
  recorded('another resource control policy is changed', call('organizations', 'UpdatePolicy', role(), { requestParameters: { policyId: 'p-another01' }, ...ofType('RESOURCE_CONTROL_POLICY') }), 'GuardrailChange'),
  recorded('another service control policy is changed', call('organizations', 'UpdatePolicy', role(), { requestParameters: { policyId: 'p-another01' }, ...ofType('SERVICE_CONTROL_POLICY') })),
  recorded('resource control policies are switched off', call('organizations', 'DisablePolicyType', role(), { requestParameters: { rootId: 'r-abcd', policyType: 'RESOURCE_CONTROL_POLICY' } }), 'GuardrailChange'),
  recorded('the guardrail is changed', call('organizations', 'UpdatePolicy', role(), { requestParameters: { policyId: GUARDRAIL, content: '{}' } }), 'GuardrailChange'),
  recorded('another policy is deleted', call('organizations', 'DeletePolicy', role(), { requestParameters: { policyId: 'p-another01' } })),
  recorded('service control policies are switched off', call('organizations', 'DisablePolicyType', role(), { requestParameters: { rootId: 'r-abcd', policyType: 'SERVICE_CONTROL_POLICY' } }), 'GuardrailChange'),
  recorded('tag policies are switched off', call('organizations', 'DisablePolicyType', role(), { requestParameters: { rootId: 'r-abcd', policyType: 'TAG_POLICY' } })),
  recorded('a role begins to change the e-mail address of root', call('account', 'StartPrimaryEmailUpdate', role(), { requestParameters: email }), 'RootCredentialChange'),
  recorded('a role changes the e-mail address of root', call('account', 'AcceptPrimaryEmailUpdate', DELEGATE, { requestParameters: email }), 'RootCredentialChange'),
  recorded('a role may not change the e-mail address of root', call('account', 'AcceptPrimaryEmailUpdate', role(), DENIED), 'RootCredentialChange'),
  recorded('root of the management account changes the e-mail address of another', call('account', 'StartPrimaryEmailUpdate', root('AKIAROOT', MANAGEMENT), { requestParameters: email }), 'RootCredentialChange', 'RootApiUse'),
  recorded('a role reads the e-mail address of root', call('account', 'GetPrimaryEmail', role(), { requestParameters: { accountId: MEMBER }, readOnly: true })),
  recorded('an account is moved', call('organizations', 'MoveAccount', role(), { requestParameters: { accountId: MEMBER, sourceParentId: 'ou-abcd-11111111', destinationParentId: 'r-abcd' } }), 'AccountChange'),
  recorded('an account may not be moved', call('organizations', 'MoveAccount', role(), DENIED), 'AccountChange'),
  recorded('an account is removed', call('organizations', 'RemoveAccountFromOrganization', role(), { requestParameters: { accountId: MEMBER } }), 'AccountChange'),
  recorded('an account leaves', call('organizations', 'LeaveOrganization', role(`arn:aws:iam::${MEMBER}:role/Admin`)), 'AccountChange'),
  recorded('root of an account lets it leave', call('organizations', 'LeaveOrganization', root()), 'RootApiUse', 'AccountChange'),
  recorded('an account has left', call('organizations', 'AccountDepartedOrganization', { accountId: MANAGEMENT, invokedBy: 'organizations.amazonaws.com' }, { eventType: 'AwsServiceEvent', serviceEventDetails: { accountId: MEMBER } }), 'AccountChange'),
  recorded('an account is closed', call('organizations', 'CloseAccount', role(), { requestParameters: { accountId: MEMBER } }), 'AccountChange'),
  recorded('the organization is deleted', call('organizations', 'DeleteOrganization', role()), 'AccountChange'),
  recorded('an account is invited', call('organizations', 'InviteAccountToOrganization', role())),
  recorded('an account has joined', call('organizations', 'AccountJoinedOrganization', { accountId: MANAGEMENT, invokedBy: 'organizations.amazonaws.com' }, { eventType: 'AwsServiceEvent' })),
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
