import { RootCredentials, RootUser } from './accounts';
import { actionOf, Call } from './call';
import { accessDenied, AwsError } from './errors';
import { Operation, Operations, Result, Value } from './operation';
import { Organization } from './organization';
import { page } from './pages';
import { rootDenial } from './service-control-policies';

/** The root user's own credentials, within a root session: no operation names a user. */
export const IAM_ROOT_OPERATIONS: Operations = {
  GetAccountSummary: (call, organization) => ({ SummaryMap: accountSummary(seen(call, organization), organization) }),
  GetUser: (call, organization) => ({
    User: {
      UserId: call.caller.accountId,
      Arn: call.caller.arn,
      CreateDate: new Date(organization.account(call.caller.accountId).joinedAt),
      PasswordLastUsed: dateOf(seen(call, organization).loginProfile?.lastUsed),
    },
  }),
  GetLoginProfile: (call, organization) => loginProfile(seen(call, organization)),
  CreateLoginProfile: createLoginProfile,
  DeleteLoginProfile: (call, organization) => {
    const root = rootOf(call, organization);
    if (!root.password) throw NO_LOGIN_PROFILE();
    root.password = false;
    return undefined;
  },
  ListAccessKeys: (call, organization) => list(call, 'AccessKeyMetadata', seen(call, organization).accessKeys.map((key) => (
    { ...owner(organization), AccessKeyId: key.id, Status: key.status, CreateDate: new Date(key.createDate) }))),
  GetAccessKeyLastUsed: getAccessKeyLastUsed,
  DeleteAccessKey: (call, organization) => {
    const root = rootOf(call, organization);
    root.accessKeys = without(root.accessKeys, ({ id }) => id, 'Access Key with id', call.input.AccessKeyId);
    return undefined;
  },
  ListSigningCertificates: (call, organization) => list(call, 'Certificates', seen(call, organization).signingCertificates.map((certificate) => (
    {
      ...owner(organization),
      CertificateId: certificate.id,
      CertificateBody: CERTIFICATE_BODY,
      Status: certificate.status,
      UploadDate: new Date(certificate.uploadDate),
    }))),
  DeleteSigningCertificate: (call, organization) => {
    const root = rootOf(call, organization);
    root.signingCertificates = without(root.signingCertificates, ({ id }) => id, 'Certificate with id', call.input.CertificateId);
    return undefined;
  },
  ListMFADevices: (call, organization) => list(call, 'MFADevices', seen(call, organization).mfaDevices.map((device) => (
    { ...owner(organization), SerialNumber: device.serial, EnableDate: new Date(device.enableDate) }))),
  DeactivateMFADevice: deactivateMfaDevice,
};

/** Any IAM call of the root user: what the session's task policy or a service control policy denies never gets further. */
export function asRoot(operation: Operation | undefined): Operation {
  return (call, organization) => {
    const perform = (denial: string | undefined) => {
      if (denial !== undefined) throw accessDenied(denial);
      return operation!(call, organization);
    };
    const denied = rootDenial(organization, call.caller, actionOf(call), resourceOf(call));
    return denied instanceof Promise ? denied.then(perform) : perform(denied);
  };
}

function resourceOf({ operation, caller, input }: Call): string {
  if (operation === 'GetAccountSummary') return '*';
  if (operation === 'DeleteVirtualMFADevice') return input.SerialNumber!;
  return input.UserName === undefined ? caller.arn : `arn:aws:iam::${caller.accountId}:user/${input.UserName}`;
}

const rootOf = ({ caller }: Call, organization: Organization): RootUser => organization.account(caller.accountId).root;
const seen = (call: Call, organization: Organization): RootCredentials => call.view(rootOf(call, organization).credentials);
const dateOf = (time?: number) => time === undefined ? undefined : new Date(time);
const owner = ({ switches }: Organization) => switches.userNameInEntries ? { UserName: 'root' } : {};

/** Recorded from AWS, September 2026: without a name the user is "null". */
const NO_LOGIN_PROFILE = () => new AwsError('NoSuchEntity', 'Login Profile for User null cannot be found.', 404);

const CERTIFICATE_BODY = '-----BEGIN CERTIFICATE-----\nbG9jYWw=\n-----END CERTIFICATE-----';

/** Without a `UserName`, although IAM's model calls it required (recorded from AWS, September 2026). */
function loginProfile({ loginProfile: profile }: RootCredentials): Result {
  if (!profile) throw NO_LOGIN_PROFILE();
  return { LoginProfile: { CreateDate: new Date(profile.createDate), PasswordResetRequired: false } };
}

/** It only opens the way: the owner of the mailbox sets the password. */
function createLoginProfile(call: Call, organization: Organization): Result {
  if (call.input.Password !== undefined) {
    throw new AwsError('ValidationError', 'Password must be omitted when the request is made with an AssumeRoot session');
  }
  const root = rootOf(call, organization);
  if (root.password) throw new AwsError('EntityAlreadyExists', `Login Profile for account ${call.caller.accountId} already exists.`, 409);
  root.password = true;
  return loginProfile(root.credentials.current);
}

/** IAM's model has no "not found" for this operation. */
function getAccessKeyLastUsed(call: Call, organization: Organization): Result {
  const id = call.input.AccessKeyId;
  const key = seen(call, organization).accessKeys.find((candidate) => candidate.id === id);
  if (!key) throw accessDenied(`User: ${call.caller.arn} is not authorized to perform: iam:GetAccessKeyLastUsed on resource: access key ${id}`);
  const used = key.lastUsed;
  return {
    ...owner(organization),
    AccessKeyLastUsed: { LastUsedDate: used && new Date(used.date), ServiceName: used?.service ?? 'N/A', Region: used?.region ?? 'N/A' },
  };
}

function deactivateMfaDevice(call: Call, organization: Organization): Result {
  const root = rootOf(call, organization);
  const { mfaRemoval } = organization.switches;
  const remaining = without(root.mfaDevices, ({ serial }) => serial, 'MFA device with serial number', call.input.SerialNumber);
  if (mfaRemoval === 'never' || (mfaRemoval === 'without-password' && root.password)) {
    throw accessDenied(`User: ${call.caller.arn} is not authorized to perform: iam:DeactivateMFADevice on resource: ${call.caller.arn}`);
  }
  root.mfaDevices = remaining;
  return undefined;
}

function without<T>(items: readonly T[], idOf: (item: T) => string, what: string, id?: string): readonly T[] {
  const remaining = items.filter((item) => idOf(item) !== id);
  if (remaining.length === items.length) throw new AwsError('NoSuchEntity', `The ${what} ${id} cannot be found.`, 404);
  return remaining;
}

function list(call: Call, member: string, items: readonly Value[]): Result {
  const { Marker: marker, MaxItems: size = '100' } = call.input;
  const found = page(items, call, Number(size), marker);
  if (!found || !(Number(size) >= 1 && Number(size) <= 1000)) throw new AwsError('ValidationError', 'The specified marker or number of items is not valid.');
  return { [member]: found.items, IsTruncated: found.next !== undefined, Marker: found.next };
}

/** The 34 keys of IAM's model. The root user has four of them; the others are an account without IAM users, with its default quotas. */
function accountSummary(root: RootCredentials, { switches }: Organization): ReadonlyMap<string, number> {
  const keys = root.accessKeys.filter(({ status }) => status === 'Active' || switches.summaryCountsInactiveKeys);
  return new Map([
    ...REST_OF_SUMMARY,
    ['AccountPasswordPresent', Number(root.loginProfile !== undefined)],
    ['AccountAccessKeysPresent', Number(keys.length > 0)],
    ['AccountMFAEnabled', Number(root.mfaDevices.length > 0)],
    ['AccountSigningCertificatesPresent', Number(root.signingCertificates.length > 0)],
  ]);
}

const REST_OF_SUMMARY: readonly (readonly [string, number])[] = Object.entries({
  AccessKeysPerUserQuota: 2,
  AssumeRolePolicySizeQuota: 2048,
  AttachedPoliciesPerGroupQuota: 10,
  AttachedPoliciesPerRoleQuota: 10,
  AttachedPoliciesPerUserQuota: 10,
  GlobalEndpointTokenVersion: 1,
  GroupPolicySizeQuota: 5120,
  Groups: 0,
  GroupsPerUserQuota: 10,
  GroupsQuota: 300,
  InstanceProfiles: 0,
  InstanceProfilesQuota: 1000,
  MFADevices: 0,
  MFADevicesInUse: 0,
  Policies: 0,
  PoliciesQuota: 1500,
  PolicySizeQuota: 6144,
  PolicyVersionsInUse: 0,
  PolicyVersionsInUseQuota: 10000,
  Providers: 0,
  RolePolicySizeQuota: 10240,
  Roles: 1,
  RolesQuota: 1000,
  ServerCertificates: 0,
  ServerCertificatesQuota: 20,
  SigningCertificatesPerUserQuota: 2,
  UserPolicySizeQuota: 2048,
  Users: 0,
  UsersQuota: 5000,
  VersionsPerPolicyQuota: 5,
});
