import type { CredentialKind } from '../../lib/private/contract';
import type { Effect, FakeAccount, FakeOrganization } from '../../local-aws/organization';

interface Named {
  readonly kind: CredentialKind;
  readonly id?: string;
  readonly createdAt?: string;
}

/** `Password 2019-05-01T12:00:00.000Z`, `AccessKey AKIA…`: a credential as tests and reports name it. A password has no id, and one that came later is another. */
export const nameOf = ({ kind, id, createdAt }: Named) => [kind, id ?? createdAt].filter(Boolean).join(' ');

/** Where AWS does not say when a password was created, any is meant. */
export const isAmong = (names: string[], name: string) => names.includes(name) || (isPassword(name) && (name === 'Password' || names.includes('Password')) && names.some(isPassword));

const isPassword = (name: string) => name.startsWith('Password');

/** As IAM tells times. */
const wholeSeconds = (time: number) => new Date(Math.floor(time / 1_000) * 1_000).toISOString();

/** What the root user of an account really has. */
export function credentialsOf({ root }: FakeAccount): string[] {
  const { loginProfile } = root.credentials.current;
  return [
    ...loginProfile ? [nameOf({ kind: 'Password', createdAt: wholeSeconds(loginProfile.createDate) })] : [],
    ...root.accessKeys.map(({ id }) => nameOf({ kind: 'AccessKey', id })),
    ...root.signingCertificates.map(({ id }) => nameOf({ kind: 'SigningCertificate', id })),
    ...root.mfaDevices.map(({ serial }) => nameOf({ kind: 'MfaDevice', id: serial })),
  ];
}

/** The call that shows the credentials of a kind. */
const SHOWN_BY: Record<string, CredentialKind> = {
  GetLoginProfile: 'Password', ListAccessKeys: 'AccessKey', ListSigningCertificates: 'SigningCertificate', ListMFADevices: 'MfaDevice',
};

/** The truth about one account, told by the organization's own state and not by its answers. */
export class Testimony {
  /** What was there when each kind was last read. */
  readonly atLastRead = new Map<CredentialKind, string[]>();
  readonly deletedByUs = new Set<string>();
  readonly createdByOthers = new Set<string>();
  /** Somebody opened a password recovery before the account was looked at. */
  recoveryOpened = false;
  /** Moments in which MFA went although nobody had made sure that no password is there. */
  readonly unguarded: string[] = [];
  /** The password was not there when it was last read, and no MFA device has been removed since. */
  passwordSeenGone = false;

  get lastSeen(): string[] {
    return [...this.atLastRead.values()].flat();
  }
}

/** Watches what calls do to an organization, from behind all of its faults. */
export class Witness {
  private readonly testimonies = new Map<string, Testimony>();

  constructor(private readonly organization: FakeOrganization) {}

  /** Takes its place behind the faults that were added so far. */
  watch(): void {
    this.organization.faults.add({ operation: 'iam:*', effect: this.effect });
  }

  of(accountId: string): Testimony {
    const testimony = this.testimonies.get(accountId) ?? new Testimony();
    this.testimonies.set(accountId, testimony);
    return testimony;
  }

  private readonly effect: Effect = (call, answer) => {
    const account = call.target === undefined ? undefined : this.organization.account(call.target);
    if (account === undefined) {
      return answer();
    }
    const before = credentialsOf(account);
    const answered = answer(); // its effect is there at once
    const after = credentialsOf(account);
    this.note(this.of(account.id), call.operation, before, after);
    return answered;
  };

  private note(testimony: Testimony, operation: string, before: string[], after: string[]): void {
    const deleted = before.filter((name) => !after.includes(name));
    deleted.forEach((name) => testimony.deletedByUs.add(name));
    const kind = SHOWN_BY[operation];
    if (kind !== undefined) {
      testimony.atLastRead.set(kind, after.filter((name) => name.split(' ')[0] === kind));
    }
    if (kind === 'Password') {
      testimony.passwordSeenGone = !after.some(isPassword);
    }
    if (operation === 'DeactivateMFADevice' && deleted.length > 0) {
      if (!testimony.passwordSeenGone) {
        testimony.unguarded.push(deleted[0]);
      }
      testimony.passwordSeenGone = false;
    }
  }
}
