import { Timeline } from './timeline';

export type AccountState = 'PENDING_ACTIVATION' | 'ACTIVE' | 'SUSPENDED' | 'PENDING_CLOSURE' | 'CLOSED';

export interface AccessKey {
  readonly id: string;
  readonly status: 'Active' | 'Inactive' | 'Expired';
  /** Milliseconds since the epoch, as all times here. */
  readonly createDate: number;
  /** Absent when the key was never used. */
  readonly lastUsed?: { readonly date: number; readonly service: string; readonly region: string };
}

export interface SigningCertificate {
  readonly id: string;
  readonly status: 'Active' | 'Inactive';
  readonly uploadDate: number;
}

export interface MfaDevice {
  readonly serial: string;
  readonly enableDate: number;
}

export interface RootCredentials {
  /** Present while the root user has a password. `lastUsed` is absent when nobody signed in with it. */
  readonly loginProfile?: { readonly createDate: number; readonly lastUsed?: number };
  readonly accessKeys: readonly AccessKey[];
  readonly signingCertificates: readonly SigningCertificate[];
  readonly mfaDevices: readonly MfaDevice[];
}

/** What a root user begins with. Identifiers and dates that a test does not care about are made up. */
export interface RootCredentialsInit {
  readonly password?: boolean | { readonly createDate?: number; readonly lastUsed?: number };
  readonly accessKeys?: readonly Partial<AccessKey>[];
  readonly signingCertificates?: readonly Partial<SigningCertificate>[];
  readonly mfaDevices?: readonly Partial<MfaDevice>[];
}

/** Any fixed date will do: credentials are older than what tests do with them. */
export const LONG_AGO = Date.UTC(2019, 4, 1, 12);

/** Assigning to a property is a change like one that came over the wire; the lists themselves cannot be changed in place. */
export class RootUser {
  readonly credentials: Timeline<RootCredentials>;

  constructor(accountId: string, private readonly clock: () => number, init: RootCredentialsInit = {}) {
    this.credentials = new Timeline(clock, {
      loginProfile: init.password ? { createDate: LONG_AGO, ...init.password === true ? {} : init.password } : undefined,
      accessKeys: (init.accessKeys ?? []).map((key, index) => (
        { id: `AKIA${accountId}ROO${index}`, status: 'Active', createDate: LONG_AGO, ...key })),
      signingCertificates: (init.signingCertificates ?? []).map((certificate, index) => (
        { id: `CERTIFICATE${accountId}ROOT${index}`, status: 'Active', uploadDate: LONG_AGO, ...certificate })),
      mfaDevices: (init.mfaDevices ?? []).map((device, index) => (
        { serial: `arn:aws:iam::${accountId}:mfa/root-account-mfa-device${index || ''}`, enableDate: LONG_AGO, ...device })),
    });
  }

  get password(): boolean { return this.credentials.current.loginProfile !== undefined; }
  set password(present: boolean) { this.change({ loginProfile: present ? { createDate: this.clock() } : undefined }); }

  get accessKeys() { return this.credentials.current.accessKeys; }
  set accessKeys(accessKeys) { this.change({ accessKeys }); }

  get signingCertificates() { return this.credentials.current.signingCertificates; }
  set signingCertificates(signingCertificates) { this.change({ signingCertificates }); }

  get mfaDevices() { return this.credentials.current.mfaDevices; }
  set mfaDevices(mfaDevices) { this.change({ mfaDevices }); }

  get isClean(): boolean {
    return !this.password && [this.accessKeys, this.signingCertificates, this.mfaDevices].every((list) => list.length === 0);
  }

  private change(change: Partial<RootCredentials>): void {
    this.credentials.current = { ...this.credentials.current, ...change };
  }
}

export interface AccountInit {
  readonly id: string;
  readonly name?: string;
  readonly email?: string;
  /** Id of the organizational unit; the organization's root when absent. */
  readonly ou?: string;
  readonly state?: AccountState;
  readonly joinedMethod?: 'CREATED' | 'INVITED';
  readonly root?: RootCredentialsInit;
}

export class FakeAccount {
  readonly id: string;
  readonly joinedMethod: 'CREATED' | 'INVITED';
  readonly joinedAt: number;
  readonly root: RootUser;
  name: string;
  email: string;
  state: AccountState;
  /** It is in no organization any more, or in another. */
  hasLeft = false;

  constructor(init: AccountInit, public parentId: string, clock: () => number) {
    this.id = init.id;
    this.joinedMethod = init.joinedMethod ?? 'CREATED';
    this.joinedAt = LONG_AGO;
    this.root = new RootUser(init.id, clock, init.root);
    this.name = init.name ?? `account-${init.id}`;
    this.email = init.email ?? `root+${init.id}@example.com`;
    this.state = init.state ?? 'ACTIVE';
  }
}
