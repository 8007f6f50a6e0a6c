import {
  GetAccessKeyLastUsedCommand, GetAccountSummaryCommand, GetLoginProfileCommand, GetUserCommand, type IAMClient,
  paginateListAccessKeys, paginateListMFADevices, paginateListSigningCertificates,
} from '@aws-sdk/client-iam';
import type { CredentialKind } from '../../../lib/private/contract';
import { isNoSuchEntity } from '../../aws/errors';
import { everyItem } from '../../aws/pages';
import type { RootSession } from '../../aws/root-sessions';
import type { Credential } from '../results';

/** What the root user of an account has, read in five ways that must agree. */
export interface Sight {
  readonly credentials: Credential[];
  /** Kinds that the account summary claims and that no list shows: one of the two is stale, or something is hidden. */
  readonly unaccounted: CredentialKind[];
}

/** The summary's flag for each kind. */
const FLAGS: Record<CredentialKind, 'AccountPasswordPresent' | 'AccountAccessKeysPresent' | 'AccountSigningCertificatesPresent' | 'AccountMFAEnabled'> = {
  Password: 'AccountPasswordPresent',
  AccessKey: 'AccountAccessKeysPresent',
  SigningCertificate: 'AccountSigningCertificatesPresent',
  MfaDevice: 'AccountMFAEnabled',
};

/**
 * Reads the root user's credentials in an audit session.
 *
 * The lists show what is there. The summary proves nothing by a 0 (whether it counts inactive keys is not documented), but
 * any other answer than 0 for a kind of which the lists show nothing means that the account is not proven clean.
 */
export async function look(iam: IAMClient): Promise<Sight> {
  const [summary, ...found] = await inOrder([
    iam.send(new GetAccountSummaryCommand({})),
    password(iam),
    accessKeys(iam),
    signingCertificates(iam),
    mfaDevices(iam),
  ]);
  const credentials = found.flat();
  const kinds = Object.keys(FLAGS) as CredentialKind[];
  const unaccounted = kinds.filter((kind) => summary.SummaryMap?.[FLAGS[kind]] !== 0 && !credentials.some((credential) => credential.kind === kind));
  return { credentials, unaccounted };
}

/** Of several failures the first in this order, so that accounts that fail alike are reported alike, whichever answer is the first to arrive. */
async function inOrder<Answers extends readonly unknown[]>(reads: { [i in keyof Answers]: Promise<Answers[i]> }): Promise<Answers> {
  await Promise.allSettled(reads);
  return await Promise.all(reads) as unknown as Answers; // which is over: it rejects with the first
}

/** When passwords and access keys were last used, where AWS says so. No answer stops no sweep; where use protects, it counts as used. */
export async function withLastUse(session: RootSession, credentials: Credential[]): Promise<Credential[]> {
  return Promise.all(credentials.map(async (credential) => {
    const lastUsedAt = await session.use((iam) => lastUse(iam, credential)).catch(() => undefined);
    return { ...credential, lastUsedAt: lastUsedAt?.toISOString() };
  }));
}

async function lastUse(iam: IAMClient, { kind, id }: Credential): Promise<Date | undefined> {
  switch (kind) {
    case 'Password':
      return (await iam.send(new GetUserCommand({}))).User?.PasswordLastUsed;
    case 'AccessKey':
      return (await iam.send(new GetAccessKeyLastUsedCommand({ AccessKeyId: id }))).AccessKeyLastUsed?.LastUsedDate;
    default:
      return undefined; // AWS keeps none for certificates and MFA devices
  }
}

/** At most one, which has no id. */
export async function password(iam: IAMClient): Promise<Credential[]> {
  try {
    const { LoginProfile } = await iam.send(new GetLoginProfileCommand({}));
    return [{ kind: 'Password', createdAt: LoginProfile?.CreateDate?.toISOString() }];
  } catch (error) {
    if (isNoSuchEntity(error)) {
      return [];
    }
    throw error;
  }
}

async function accessKeys(client: IAMClient): Promise<Credential[]> {
  const keys = await everyItem('iam:ListAccessKeys', paginateListAccessKeys({ client }, {}), (page) => page.AccessKeyMetadata);
  return keys.map((key) => ({ kind: 'AccessKey', id: key.AccessKeyId, state: key.Status, createdAt: key.CreateDate?.toISOString() }));
}

async function signingCertificates(client: IAMClient): Promise<Credential[]> {
  const certificates = await everyItem('iam:ListSigningCertificates', paginateListSigningCertificates({ client }, {}), (page) => page.Certificates);
  return certificates.map((certificate) => ({
    kind: 'SigningCertificate', id: certificate.CertificateId, state: certificate.Status, createdAt: certificate.UploadDate?.toISOString(),
  }));
}

export async function mfaDevices(client: IAMClient): Promise<Credential[]> {
  const devices = await everyItem('iam:ListMFADevices', paginateListMFADevices({ client }, {}), (page) => page.MFADevices);
  return devices.map((device) => ({ kind: 'MfaDevice', id: device.SerialNumber, createdAt: device.EnableDate?.toISOString() }));
}
