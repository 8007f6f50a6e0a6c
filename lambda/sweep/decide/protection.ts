import type { PasswordRecovery } from '../../../lib/private/contract';
import type { KeptCredentials, SweepSettings } from '../../../lib/sweep/contract';
import type { Credential } from '../../root-user/credentials';
import { isOpen } from '../../root-user/recovery-record';

/** The conditions of an account on which a plan depends, beside its credentials and the settings. */
export interface Circumstances {
  readonly accountId: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Of the account, if one is on record, open or not. */
  readonly recovery?: PasswordRecovery;
  /** Whether the credential is on the plan that was reviewed, where there is one. */
  isOnPlan?(credential: Credential): boolean;
}

type Settings = Pick<SweepSettings, 'credentials' | 'protection'>;

/** Why a purge leaves a credential where it is: the first reason that applies, or nothing when it is to be deleted. */
export function reasonToKeep(credential: Credential, settings: Settings, circumstances: Circumstances): string | undefined {
  return byKind(credential, settings)
    ?? byRule(credential, settings, circumstances)
    ?? byRecovery(credential, circumstances)
    ?? byUse(credential, settings, circumstances)
    ?? byKeyInUse(credential, settings, circumstances)
    ?? byPlan(credential, circumstances);
}

const byKind = ({ kind }: Credential, { credentials }: Settings) =>
  credentials.includes(kind) ? undefined : 'its kind is not among the credentials to delete';

function byRule({ kind }: Credential, { protection: { keep } }: Settings, { accountId }: Circumstances): string | undefined {
  const applies = ({ accounts, credentials }: KeptCredentials) => (accounts?.includes(accountId) ?? true) && (credentials?.includes(kind) ?? true);
  const rule = keep.find(applies);
  return rule && reasonOfRule(rule);
}

export const reasonOfRule = ({ reason }: Partial<KeptCredentials>) => `a rule keeps it: ${reason}`;

/** Whoever recovers the password needs it and sets up MFA beside it; access keys and certificates are no part of that. */
export function byRecovery({ kind }: Credential, { now, recovery }: Pick<Circumstances, 'now' | 'recovery'>): string | undefined {
  const isPart = kind === 'Password' || kind === 'MfaDevice';
  return isPart && recovery !== undefined && isOpen(recovery, now) ? `recovery until ${recovery.endsAt}: ${recovery.reason}` : undefined;
}

function byUse({ kind, createdAt, lastUsedAt, neverUsed }: Credential, { protection }: Settings, { now }: Circumstances): string | undefined {
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
    return lastUsedAt === undefined ? unknownUse(neverUsed) : `it was used within the last ${days}`;
  }
  return undefined;
}

const unknownUse = (neverUsed = false) => neverUsed
  ? 'AWS knows of no use since it was created, which does not count as unused for a time'
  : 'AWS does not tell when it was last used, or it could not be read, which counts as used';

/** A key that was used so lately is a job in production, whatever else it is. */
const IN_USE_DAYS = 30;

/** AWS says when a key was last used, or that it knows of no use; an answer that is missing says neither. A password has no such time that could be relied on. */
function byKeyInUse({ kind, lastUsedAt, neverUsed = false }: Credential, { protection }: Settings, { now }: Circumstances): string | undefined {
  if (kind !== 'AccessKey' || protection.deleteAccessKeysInUse || neverUsed) {
    return undefined;
  }
  if (lastUsedAt === undefined) {
    return 'when it was last used could not be read, which counts as in use; deleteAccessKeysInUse deletes it anyway';
  }
  const isInUse = now - Date.parse(lastUsedAt) < IN_USE_DAYS * 86_400_000;
  return isInUse ? `it is in use (last on ${lastUsedAt.slice(0, 10)}): find out what uses it; deleteAccessKeysInUse deletes it anyway` : undefined;
}

const byPlan = (credential: Credential, { isOnPlan }: Circumstances) => (
  isOnPlan === undefined || isOnPlan(credential) ? undefined : 'it is not on the plan');
