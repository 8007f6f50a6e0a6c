import { createHash } from 'node:crypto';
import { FakeOrganization, type AccessKey, type AccountState, type FakeAccount, type FakeResource, type RootCredentialsInit } from '../organization';

type Credential = 'password' | 'key' | 'unused key' | 'inactive key' | 'certificate' | 'MFA';
type Accounts = Readonly<Record<string, readonly Credential[]>>;

export const MANAGEMENT_ACCOUNT = idOf('management');
/** Becomes the delegated administrator. */
export const SECURITY_ACCOUNT = idOf('security-tools');
/** Excluded: it keeps its root user for the day when nobody can sign in otherwise. */
export const BREAK_GLASS_ACCOUNT = idOf('break-glass');

/** What a policy that denies everyone leaves behind: only the root user of the account can remove it. */
const LOCKED = {
  bucket: { name: 'payments-us-archive', account: idOf('payments-us') },
  queue: { name: 'orders-us-events', account: idOf('orders-us') },
};
const DENIES_ALL = JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Deny', Principal: '*', Action: '*', Resource: '*' }] });

const STATES: Readonly<Record<string, AccountState>> = { 'old-website': 'SUSPENDED' };

/** Root credentials by organizational unit and account: what ten years and a few acquisitions leave behind. */
const UNITS: Readonly<Record<string, Accounts>> = {
  'Security': {
    'log-archive': [],
    'security-tools': ['password', 'MFA'],
    'break-glass': ['password', 'MFA', 'MFA'],
  },
  'Infrastructure': {
    'network-hub': ['password', 'MFA'],
    'shared-tools': ['password', 'unused key', 'MFA'],
    'backup-vault': [],
    'build-farm': ['key', 'inactive key', 'certificate'],
  },
  'Workloads/Production/Europe': {
    'payments-eu': ['password', 'MFA', 'MFA', 'MFA'],
    'orders-eu': [],
    'web-shop-eu': [],
    'data-lake-eu': ['password', 'key', 'key', 'MFA'],
  },
  'Workloads/Production/America': {
    'payments-us': ['password', 'certificate', 'MFA'],
    'orders-us': [],
    'web-shop-us': ['certificate'],
  },
  'Workloads/Test': {
    'payments-test': [],
    'orders-test': ['inactive key'],
    'load-test': [],
  },
  'Acquired/Northwind': {
    'nw-erp': ['password', 'key', 'certificate'],
    'nw-warehouse': ['password', 'certificate', 'certificate'],
    'nw-mail': ['password'],
    'old-website': ['password', 'key'],
  },
  'Sandbox': {
    'sandbox-anna': [],
    'sandbox-jonas': ['password'],
    'sandbox-mei': [],
    'workshop': [],
  },
};

/** A company's organization, the same on every run. */
export function company(): FakeOrganization {
  const organization = new FakeOrganization({ managementAccountId: MANAGEMENT_ACCOUNT });
  const unitIds = new Map([['', organization.rootId]]);
  const unit = (path: string): string => {
    if (!unitIds.has(path)) {
      const [name, ...above] = path.split('/').reverse();
      unitIds.set(path, organization.addOrganizationalUnit({ name, parent: unit(above.reverse().join('/')) }));
    }
    return unitIds.get(path)!;
  };
  for (const [path, accounts] of Object.entries(UNITS)) {
    for (const [name, credentials] of Object.entries(accounts)) {
      organization.addAccount({ id: idOf(name), name, ou: unit(path), state: STATES[name], root: root(credentials) });
    }
  }
  return organization;
}

export interface Locked {
  readonly bucket: FakeResource;
  readonly queue: FakeResource;
}

/** A bucket and a queue to which nobody has access any more. */
export function lockedIn(organization: FakeOrganization, region: string): Locked {
  const locked = { region, policy: DENIES_ALL };
  return { bucket: organization.addBucket({ ...LOCKED.bucket, ...locked }), queue: organization.addQueue({ ...LOCKED.queue, ...locked }) };
}

/** An account of the acquired company accepts its invitation, and brings its root credentials along. */
export function lateComer(organization: FakeOrganization): FakeAccount {
  return organization.addAccount({ id: idOf('nw-tracking'), name: 'nw-tracking', joinedMethod: 'INVITED', root: root(['password', 'key', 'MFA']) });
}

function root(credentials: readonly Credential[]): RootCredentialsInit {
  const all = (kind: Credential) => credentials.filter((credential) => credential === kind);
  return {
    password: credentials.includes('password'),
    accessKeys: credentials.flatMap((credential) => ACCESS_KEYS[credential] ?? []),
    signingCertificates: all('certificate').map(() => ({})),
    mfaDevices: all('MFA').map(() => ({})),
  };
}

const ACCESS_KEYS: Partial<Record<Credential, Partial<AccessKey>>> = {
  'key': { status: 'Active', lastUsed: { date: Date.UTC(2026, 8, 14), service: 's3', region: 'eu-west-1' } },
  'unused key': { status: 'Active' },
  'inactive key': { status: 'Inactive' },
};

/** Twelve digits that look like AWS's and never change. */
function idOf(name: string): string {
  const digest = createHash('sha256').update(name).digest().readUIntBE(0, 6);
  return String(100_000_000_000 + digest % 900_000_000_000);
}
