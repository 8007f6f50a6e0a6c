import { GetAccountSummaryCommand, type IAMClient } from '@aws-sdk/client-iam';
import type { CredentialKind } from '../../../lib/private/contract';
import { accessKeys, lastUse, mfaDevices, password, signingCertificates, type Credential } from '../../root-user/credentials';
import type { RootSession } from '../../root-user/sessions';

/** The credentials of an account's root user, read in five ways that must agree. */
export interface Observation {
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
export async function look(iam: IAMClient): Promise<Observation> {
  const [summary, ...found] = await inOrder([
    iam.send(new GetAccountSummaryCommand({})),
    password(iam),
    accessKeys(iam),
    signingCertificates(iam),
    mfaDevices(iam),
  ]);
  const credentials = found.flat().filter((credential) => credential !== undefined);
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
export async function withLastUse(session: RootSession, credentials: readonly Credential[]): Promise<Credential[]> {
  return Promise.all(credentials.map(async (credential) => (
    { ...credential, ...await session.use((iam) => lastUse(iam, credential)).catch(() => ({})) })));
}
