import type { PasswordRecovery } from '../../../lib/private/contract';
import type { KeptCredentials, SweepSettings } from '../../../lib/sweep/contract';
import type { Credential } from '../../root-user/credentials';
import { isOpen } from '../../root-user/recovery-record';

/** What a plan depends on beside the credentials and the settings. */
export interface Circumstances {
  readonly accountId: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Of the account, if one is on record, open or not. */
  readonly recovery?: PasswordRecovery;
}

type Settings = Pick<SweepSettings, 'credentials' | 'protection'>;

/** Why a purge leaves a credential where it is: the first reason that applies, or nothing when it is to be deleted. */
export function reasonToKeep(credential: Credential, settings: Settings, circumstances: Circumstances): string | undefined {
  return byKind(credential, settings)
    ?? byRule(credential, settings, circumstances)
    ?? byRecovery(credential, circumstances)
    ?? byUse(credential, settings, circumstances);
}

const byKind = ({ kind }: Credential, { credentials }: Settings) =>
  credentials.includes(kind) ? undefined : 'its kind is not among the credentials to delete';

function byRule({ kind }: Credential, { protection: { keep } }: Settings, { accountId }: Circumstances): string | undefined {
  const applies = ({ accounts, credentials }: KeptCredentials) => (accounts?.includes(accountId) ?? true) && (credentials?.includes(kind) ?? true);
  const rule = keep.find(applies);
  return rule && `a rule keeps it: ${rule.reason}`;
}

/** Whoever recovers the password needs it and sets up MFA beside it; access keys and certificates are no part of that. */
export function byRecovery({ kind }: Credential, { now, recovery }: Pick<Circumstances, 'now' | 'recovery'>): string | undefined {
  const isPart = kind === 'Password' || kind === 'MfaDevice';
  return isPart && recovery !== undefined && isOpen(recovery, now) ? `recovery until ${recovery.endsAt}: ${recovery.reason}` : undefined;
}

function byUse({ kind, createdAt, lastUsedAt }: Credential, { protection }: Settings, { now }: Circumstances): string | undefined {
  const { usedWithinSeconds, keepCertificates } = protection;
  if (kind === 'SigningCertificate') {
    return keepCertificates ? 'AWS does not tell when a certificate was last used; it is deleted when `credentials` names its kind' : undefined;
  }
  if (usedWithinSeconds === undefined || kind === 'MfaDevice') {
    return undefined;
  }
  const days = `${Math.floor(usedWithinSeconds / 86_400)} days`;
  const isBefore = (time: string | undefined) => time !== undefined && now - Date.parse(time) >= usedWithinSeconds * 1_000;
  if (!isBefore(createdAt)) {
    return createdAt === undefined ? 'AWS does not tell when it was created, which counts as just now' : `it was created within the last ${days}`;
  }
  if (!isBefore(lastUsedAt)) {
    return lastUsedAt === undefined ? 'AWS does not tell when it was last used, or it could not be read, which counts as used' : `it was used within the last ${days}`;
  }
  return undefined;
}
