import { sts } from '../../../lambda/aws/clients';
import { seconds } from '../../../lambda/aws/patience';
import type { Credential } from '../../../lambda/root-user/credentials';
import { RootSessions } from '../../../lambda/root-user/sessions';
import { decide } from '../../../lambda/sweep/decide/decision';
import type { Recoveries } from '../../../lambda/sweep/decide/recoveries';
import { lookAtAccount } from '../../../lambda/sweep/look/account';
import { batchesOf, isToGo } from '../../../lambda/sweep/plan';
import { PurgeOfAccount } from '../../../lambda/sweep/purge/account';
import type { AccountResult } from '../../../lambda/sweep/results';
import type { ResolvedSelection } from '../../../lambda/sweep/selection';
import { CREDENTIAL_KINDS, type CredentialKind } from '../../../lib/private/contract';
import { type Protection, type SweepWork } from '../../../lib/sweep/contract';
import { FakeOrganization, serve, type RootCredentialsInit } from '../../../local-aws/organization';

export const MEMBER = '222222222222';
const ACCOUNT = { accountId: MEMBER, accountName: 'member' };

/** Credentials of every kind, more than one of each where AWS allows it. */
export const EVERYTHING: RootCredentialsInit = {
  password: true,
  accessKeys: [{ status: 'Active' }, { status: 'Inactive' }],
  signingCertificates: [{}, {}],
  mfaDevices: [{}, { serial: 'GAHT12345678' }],
};

/** A purge that keeps nothing. */
export const UNPROTECTED: Protection = { keep: [], keepCertificates: false, deleteAccessKeysInUse: true };
export const NO_RECOVERIES: Recoveries = { of: async () => undefined };

export interface SweepOptions {
  readonly work?: SweepWork;
  readonly protection?: Partial<Protection>;
  readonly recoveries?: Recoveries;
  readonly credentials?: CredentialKind[];
  readonly dryRun?: boolean;
  /** Between the walks. */
  readonly onPlan?: (credentials: Credential[]) => void | Promise<void>;
  /** Seconds that a denial may pass. */
  readonly lateSeconds?: number;
  readonly readSeconds?: number;
  readonly unmodifiableSeconds?: number;
}

/** Both walks over one member by the real SDK, with waits that are short enough for a test and longer than what the test arranges. */
export async function sweepMember(organization: FakeOrganization, options: SweepOptions = {}): Promise<AccountResult> {
  const { recoveries = NO_RECOVERIES, lateSeconds = 0, readSeconds = 30, unmodifiableSeconds = 30 } = options;
  const sessions = new RootSessions(sts('us-east-1'), 'aws', Date.now() + lateSeconds * 1_000, seconds(1, 10, 100));
  const reads = seconds(readSeconds, 20, 200);
  const selection = selectionOf(organization, options);
  const look = await lookAtAccount(ACCOUNT, { sessions, reads });
  const { accounts: [judged], plan } = await decide({
    execution: 'one', selection, settings: { tolerateFailedAccounts: true }, looks: [look], recoveries, isOfDeployment: false, now: new Date(),
  });
  const [[planned] = []] = batchesOf(plan, 1);
  if (selection.work === 'audit' || selection.dryRun || planned === undefined) {
    return judged;
  }
  await options.onPlan?.(planned.credentials.filter(isToGo));
  const patience = { reads, unmodifiable: seconds(unmodifiableSeconds, 20, 200) };
  return new PurgeOfAccount(planned, { sessions, recoveries, settings: selection, patience }).run();
}

function selectionOf(
  { organizationId, managementAccountId }: FakeOrganization, { work = 'purge', credentials = [...CREDENTIAL_KINDS], dryRun = false, protection }: SweepOptions,
): ResolvedSelection {
  return {
    organizationId,
    managementAccountId,
    callerAccountId: managementAccountId,
    work,
    credentials,
    dryRun,
    protection: { ...UNPROTECTED, ...protection },
    narrowed: false,
    alsoRunning: [],
    batches: [[ACCOUNT]],
    skipped: [],
  };
}

/** An organization of one member on a loopback port, its features on. */
export class OneMember {
  readonly organization = new FakeOrganization({ trustedAccess: true, features: ['RootCredentialsManagement', 'RootSessions'] });
  readonly account;

  constructor(root: RootCredentialsInit) {
    this.account = this.organization.addAccount({ id: MEMBER, name: 'member', root });
  }

  sweep(options: SweepOptions = {}): Promise<AccountResult> {
    return sweepMember(this.organization, options);
  }

  /** Names of the operations that were called, in order. */
  operations(): string[] {
    return this.organization.calls.map(({ operation }) => operation);
  }
}

export async function memberWith(root: RootCredentialsInit = {}): Promise<OneMember> {
  const member = new OneMember(root);
  const served = await serve(member.organization);
  Object.assign(process.env, served.environment);
  closing.push(served.close);
  return member;
}

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

/** `Password deleted`, `AccessKey AKIA… failed`: what a report says of each credential. */
export function lines({ credentials }: AccountResult): string[] {
  return credentials.map(({ kind, id, status }) => [kind, id, status].filter(Boolean).join(' '));
}
