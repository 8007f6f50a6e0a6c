import { sts } from '../../../lambda/aws/clients';
import { seconds } from '../../../lambda/aws/patience';
import type { Credential } from '../../../lambda/root-user/credentials';
import { RootSessions } from '../../../lambda/root-user/sessions';
import { sweepAccount } from '../../../lambda/sweep/batch/account';
import type { Recoveries } from '../../../lambda/sweep/batch/recoveries';
import type { AccountResult } from '../../../lambda/sweep/results';
import { CREDENTIAL_KINDS, type CredentialKind } from '../../../lib/private/contract';
import { type Protection, type SweepWork } from '../../../lib/sweep/contract';
import { FakeOrganization, serve, type RootCredentialsInit } from '../../../local-aws/organization';

export const MEMBER = '222222222222';

/** Credentials of every kind, more than one of each where AWS allows it. */
export const EVERYTHING: RootCredentialsInit = {
  password: true,
  accessKeys: [{ status: 'Active' }, { status: 'Inactive' }],
  signingCertificates: [{}, {}],
  mfaDevices: [{}, { serial: 'GAHT12345678' }],
};

/** A purge that keeps nothing. */
export const UNPROTECTED: Protection = { keep: [], keepCertificates: false };
export const NO_RECOVERIES: Recoveries = { of: async () => undefined };

export interface SweepOptions {
  readonly work?: SweepWork;
  readonly protection?: Partial<Protection>;
  readonly recoveries?: Recoveries;
  readonly credentials?: CredentialKind[];
  readonly dryRun?: boolean;
  readonly onPlan?: (credentials: Credential[]) => void;
  /** Seconds that a denial may pass. */
  readonly lateSeconds?: number;
  readonly readSeconds?: number;
  readonly unmodifiableSeconds?: number;
}

/** An organization of one member on a loopback port, its features on, and the sweep of that member by the real SDK. */
export class OneMember {
  readonly organization = new FakeOrganization({ trustedAccess: true, features: ['RootCredentialsManagement', 'RootSessions'] });
  readonly account;

  constructor(root: RootCredentialsInit) {
    this.account = this.organization.addAccount({ id: MEMBER, name: 'member', root });
  }

  /** With waits that are short enough for a test and longer than what the test arranges. */
  sweep(options: SweepOptions = {}): Promise<AccountResult> {
    const { work = 'purge', credentials = [...CREDENTIAL_KINDS], dryRun = false, protection, recoveries = NO_RECOVERIES, lateSeconds = 0, readSeconds = 30, unmodifiableSeconds = 30 } = options;
    return sweepAccount({ accountId: MEMBER, accountName: 'member' }, {
      sessions: new RootSessions(sts('us-east-1'), 'aws', Date.now() + lateSeconds * 1_000, seconds(1, 10, 100)),
      plans: { save: async (_account, planned) => options.onPlan?.(planned) },
      recoveries,
      settings: { work, credentials, dryRun, protection: { ...UNPROTECTED, ...protection } },
      patience: { reads: seconds(readSeconds, 20, 200), unmodifiable: seconds(unmodifiableSeconds, 20, 200) },
    });
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
