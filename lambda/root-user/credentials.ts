import {
  GetAccessKeyLastUsedCommand, GetLoginProfileCommand, GetUserCommand, type IAMClient,
  paginateListAccessKeys, paginateListMFADevices, paginateListSigningCertificates,
} from '@aws-sdk/client-iam';
import type { CredentialKind } from '../../lib/private/contract';
import { isNoSuchEntity } from '../aws/errors';
import { everyItem } from '../aws/pages';
import { seconds } from '../aws/patience';

/** A credential of a root user, as its account shows it. */
export interface Credential {
  readonly kind: CredentialKind;
  /** Access key id, certificate id, serial number of the MFA device; a password has none. */
  readonly id?: string;
  readonly state?: string;
  /** ISO 8601, like `lastUsedAt`. */
  readonly createdAt?: string;
  readonly lastUsedAt?: string;
  /** AWS says that it knows of no use. */
  readonly neverUsed?: boolean;
}

/** The credential alone, without the fields that a plan or a report adds to it. */
export const credentialOf = ({ kind, id, state, createdAt, lastUsedAt, neverUsed }: Credential): Credential => (
  { kind, id, state, createdAt, lastUsedAt, neverUsed });

/** How long reads may lag behind a change. */
export const READS_LAG = seconds(60);

/** Whether two reads show the same credential. A password has no id and a virtual MFA device always the same one, so that only its time distinguishes a later one. */
export function isSame(one: Credential, other: Credential): boolean {
  const isLater = one.createdAt !== undefined && other.createdAt !== undefined && one.createdAt !== other.createdAt;
  return one.kind === other.kind && one.id === other.id && !isLater;
}

/** The password, if there is one. */
export async function password(iam: IAMClient): Promise<Credential | undefined> {
  try {
    const { LoginProfile } = await iam.send(new GetLoginProfileCommand({}));
    return { kind: 'Password', createdAt: LoginProfile?.CreateDate?.toISOString() };
  } catch (error) {
    if (isNoSuchEntity(error)) {
      return undefined;
    }
    throw error;
  }
}

export async function accessKeys(client: IAMClient): Promise<Credential[]> {
  const keys = await everyItem('iam:ListAccessKeys', paginateListAccessKeys({ client }, {}), (page) => page.AccessKeyMetadata);
  return keys.map((key) => ({ kind: 'AccessKey', id: key.AccessKeyId, state: key.Status, createdAt: key.CreateDate?.toISOString() }));
}

export async function signingCertificates(client: IAMClient): Promise<Credential[]> {
  const certificates = await everyItem('iam:ListSigningCertificates', paginateListSigningCertificates({ client }, {}), (page) => page.Certificates);
  return certificates.map((certificate) => ({
    kind: 'SigningCertificate', id: certificate.CertificateId, state: certificate.Status, createdAt: certificate.UploadDate?.toISOString(),
  }));
}

export async function mfaDevices(client: IAMClient): Promise<Credential[]> {
  const devices = await everyItem('iam:ListMFADevices', paginateListMFADevices({ client }, {}), (page) => page.MFADevices);
  return devices.map((device) => ({ kind: 'MfaDevice', id: device.SerialNumber, createdAt: device.EnableDate?.toISOString() }));
}

/** The last use of a credential: never, as far as AWS knows, or at a time. Nothing where AWS does not say. */
export type LastUse = Pick<Credential, 'lastUsedAt' | 'neverUsed'>;

/** When a password or an access key was last used. AWS keeps no such time for certificates and MFA devices, and for a password none that says "never". */
export async function lastUse(iam: IAMClient, { kind, id }: Credential): Promise<LastUse> {
  switch (kind) {
    case 'Password':
      return { lastUsedAt: (await iam.send(new GetUserCommand({}))).User?.PasswordLastUsed?.toISOString() };
    case 'AccessKey': {
      const { AccessKeyLastUsed: told } = await iam.send(new GetAccessKeyLastUsedCommand({ AccessKeyId: id }));
      return told?.LastUsedDate ? { lastUsedAt: told.LastUsedDate.toISOString() } : { neverUsed: told?.ServiceName === NO_SERVICE || undefined };
    }
    default:
      return {};
  }
}

/** AWS's word where it knows of no use. */
const NO_SERVICE = 'N/A';
