import fc from 'fast-check';
import { credentialsOf } from './witness';
import type { World } from './world';
import {
  cutBody, emptyPages, endEarly, endlessPages, fail, loseAnswer, neverAnswer, resetBefore, shortPages, stale,
  type Effect, type FakeAccount, type FakeOrganization,
} from '../../local-aws/organization';

const READS = ['GetAccountSummary', 'GetLoginProfile', 'ListAccessKeys', 'ListSigningCertificates', 'ListMFADevices'].map((name) => `iam:${name}`);
const DELETIONS = ['DeleteLoginProfile', 'DeleteAccessKey', 'DeleteSigningCertificate', 'DeactivateMFADevice'].map((name) => `iam:${name}`);
const IN_SESSION = [...READS, 'iam:GetUser', 'iam:GetAccessKeyLastUsed', ...DELETIONS];
const IN_ORGANIZATION = ['DescribeOrganization', 'ListAccounts', 'ListAccountsForParent', 'ListOrganizationalUnitsForParent'].map((name) => `organizations:${name}`);
const LISTS = [...READS.slice(2), ...IN_ORGANIZATION.slice(1)];
const IN_BUCKET = ['s3:PutObject', 's3:GetObject', 's3:ListObjectsV2'];
const RECORDS = ['recoveries:GetObject', 'recoveries:ListObjectsV2'];
const ANY = [...IN_SESSION, ...IN_ORGANIZATION, ...IN_BUCKET, ...RECORDS, 'sts:AssumeRoot', 'iam:ListOrganizationsFeatures'];

/** Something that goes wrong in a sweep, as plain data: this is what is printed when a property does not hold. */
export interface Trouble {
  readonly what: string;
  readonly operation: string;
  /** Id of the account that it strikes; all of them when absent. */
  readonly account?: string;
  /** How often it strikes; for ever when absent. */
  readonly times?: number;
}

/** Trouble of which each call, however it is repeated, has at most two: the stated waits and repetitions cure it. */
export function passingTrouble(): fc.Arbitrary<Trouble> {
  const twice = fc.integer({ min: 1, max: 2 });
  const of = (whats: string[], operations: string[], times: fc.Arbitrary<number | undefined> = twice) =>
    fc.record({ what: fc.constantFrom(...whats), operation: fc.constantFrom(...operations), times });
  return fc.oneof(
    { weight: 4, arbitrary: of(['throttled', 'unavailable', 'failed', 'failedAfterEffect', 'reset', 'lost', 'cut'], ANY) },
    { weight: 2, arbitrary: of(['endsEarly', 'endsAtOnce'], ANY) },
    { weight: 1, arbitrary: of(['unanswered'], ANY, fc.constant(1)) },
    { weight: 2, arbitrary: of(['unmodifiable', 'concurrent'], ['iam:DeleteLoginProfile', 'iam:DeactivateMFADevice']) },
    { weight: 2, arbitrary: of(['staleTwice'], READS, fc.constant(undefined)) },
    { weight: 1, arbitrary: of(['expired'], IN_SESSION, fc.constant(1)) },
    { weight: 1, arbitrary: of(['denied'], ['sts:AssumeRoot', 'organizations:DescribeOrganization']) },
    { weight: 1, arbitrary: of(['notTrusted', 'notDelegated', 'featureOff'], ['iam:ListOrganizationsFeatures']) },
    { weight: 2, arbitrary: of(['shortPages', 'emptyPages'], LISTS, fc.constant(undefined)) },
  );
}

/** Trouble in an account that stays, and what other people do there. */
export function lastingTrouble(accounts: string[]): fc.Arbitrary<Trouble> {
  const account = fc.constantFrom(...accounts);
  const of = (whats: string[], operations: string[], times?: number) =>
    fc.record({ what: fc.constantFrom(...whats), operation: fc.constantFrom(...operations), account, times: fc.constant(times) });
  return fc.oneof(
    { weight: 2, arbitrary: of(['denied', 'failed', 'failedAfterEffect', 'reset', 'cut', 'endsEarly', 'endsAtOnce', 'expired', 'unmodifiable'], [...IN_SESSION, 'sts:AssumeRoot']) },
    { weight: 1, arbitrary: of(['unanswered'], [...IN_SESSION, 'sts:AssumeRoot']) },
    { weight: 1, arbitrary: of(['endless', 'endlessAnew'], READS.slice(2)) },
    { weight: 1, arbitrary: of(['endless', 'endlessAnew'], IN_ORGANIZATION.slice(1)).map((trouble) => ({ ...trouble, account: undefined })) },
    { weight: 2, arbitrary: of(['pretended', 'lost'], DELETIONS) },
    { weight: 2, arbitrary: of(['denied', 'failed', 'reset', 'cut', 'endsEarly', 'hollow'], RECORDS) },
    { weight: 1, arbitrary: of(['opensRecovery before'], ['sts:AssumeRoot'], 1) },
    { weight: 2, arbitrary: of(['staleForLong', 'hollow'], READS) },
    { weight: 5, arbitrary: of(DEEDS.flatMap((deed) => [`${deed} before`, `${deed} after`]), [...IN_SESSION, ...DELETIONS, 'sts:AssumeRoot'], 1) },
  );
}

/** Arranges it in a world. What was arranged first is the outermost. */
export function arrange(world: World, { what, operation, account, times }: Trouble): void {
  const faults = /^(s3|recoveries):/.test(operation) ? world.bucketFaults : world.organization.faults;
  faults.add({ operation, account, times, effect: effectOf(what, world) });
}

function effectOf(what: string, world: World): Effect {
  const [deed, when] = what.split(' ');
  if (deed === 'opensRecovery') {
    return opensRecovery(world);
  }
  return when === undefined ? EFFECTS[what]() : doneByOthers(DEEDS_OF_OTHERS[deed], when === 'after', world);
}

const EFFECTS: Readonly<Record<string, () => Effect>> = {
  throttled: () => fail('Throttling'),
  unavailable: () => fail('ServiceUnavailable'),
  failed: () => fail('ServiceFailure'),
  failedAfterEffect: () => async (call, answer) => {
    await answer();
    return fail('ServiceFailure')(call, answer);
  },
  reset: () => resetBefore,
  lost: () => loseAnswer,
  cut: () => cutBody,
  endsEarly: () => endEarly(),
  endsAtOnce: () => endEarly(0),
  endless: () => endlessPages(1),
  endlessAnew: () => endlessPages(20),
  unanswered: () => neverAnswer,
  unmodifiable: () => fail('EntityTemporarilyUnmodifiable'),
  concurrent: () => fail('ConcurrentModification'),
  staleTwice: () => stale(2),
  staleForLong: () => stale(1_000),
  expired: () => fail('ExpiredToken'),
  denied: () => fail('AccessDenied'),
  notTrusted: () => fail('ServiceAccessNotEnabledException'),
  notDelegated: () => fail('AccountNotManagementOrDelegatedAdministratorException'),
  featureOff: () => async (_call, answer) => {
    const answered = await answer();
    return { ...answered, body: String(answered.body).replaceAll('RootCredentialsManagement', 'RootSessions') };
  },
  shortPages: () => shortPages(1),
  emptyPages: () => emptyPages,
  /** Success, and nothing in it. */
  hollow: () => async ({ operation }) => (
    { status: 200, headers: { 'content-type': 'text/xml' }, body: `<${operation}Response><${operation}Result/></${operation}Response>` }),
  hollowList: () => async () => ({ status: 200, headers: { 'content-type': 'application/x-amz-json-1.1' }, body: '{}' }),
  /** AWS says that it was done. */
  pretended: () => async ({ operation }) => (
    { status: 200, headers: { 'content-type': 'text/xml' }, body: `<${operation}Response><ResponseMetadata/></${operation}Response>` }),
};

/** At the first session in an account, which is that of the look. */
const opensRecovery = (world: World): Effect => async (call, answer) => {
  world.recordRecovery(call.target!, 'open');
  world.witness.of(call.target!).recoveryOpened = true;
  return answer();
};

type Act = (account: FakeAccount, organization: FakeOrganization) => void;

const DEEDS_OF_OTHERS: Readonly<Record<string, Act>> = {
  createsPassword: ({ root }) => { root.password = true; },
  createsKey: ({ root }) => { root.accessKeys = [...root.accessKeys, { id: `AKIANEW${root.credentials.version}`, status: 'Inactive', createDate: 0 }]; },
  createsMfaDevice: ({ root }) => { root.mfaDevices = [...root.mfaDevices, { serial: `NEW${root.credentials.version}`, enableDate: 0 }]; },
  deletesPassword: ({ root }) => { root.password = false; },
  deletesKeys: ({ root }) => { root.accessKeys = []; },
  deletesMfaDevices: ({ root }) => { root.mfaDevices = []; },
  createsPasswordAnew: ({ root }) => { root.password = false; root.password = true; },
  suspendsAccount: (account) => { account.state = 'SUSPENDED'; },
  leavesOrganization: ({ id }, organization) => {
    if (organization.findAccount(id)) {
      organization.removeAccount(id);
    }
  },
  /** By a service control policy. */
  deniesRootSessions: ({ id }, organization) => { organization.assumedRootDenied.add(id); },
};
const DEEDS = Object.keys(DEEDS_OF_OTHERS);

function doneByOthers(what: Act, afterwards: boolean, world: World): Effect {
  const act = (accountId: string) => doneTo(accountId, what, world);
  return async (call, answer) => {
    if (afterwards) {
      return answer().finally(() => act(call.target!));
    }
    act(call.target!);
    return answer();
  };
}

function doneTo(accountId: string, act: Act, { organization, witness }: World): void {
  const account = organization.account(accountId);
  const before = credentialsOf(account);
  act(account, organization);
  credentialsOf(account).filter((name) => !before.includes(name)).forEach((name) => witness.of(accountId).createdByOthers.add(name));
}

/** What somebody does between the plan and its deletion. */
export interface Deed {
  readonly deed: string;
  readonly account: string;
}

const MEANWHILE: Readonly<Record<string, (world: World, accountId: string) => void>> = {
  opensRecovery: (world, accountId) => {
    world.recordRecovery(accountId, 'open');
    world.witness.of(accountId).recoveryOpened = true;
  },
  switchesFeatureOff: ({ organization }) => { organization.features.current = new Set(); },
};

export const meanwhile = (accounts: string[]): fc.Arbitrary<Deed> => fc.record({
  deed: fc.constantFrom(...DEEDS, ...DEEDS, ...Object.keys(MEANWHILE)), account: fc.constantFrom(...accounts),
});

export function does(world: World, { deed, account }: Deed): void {
  const isThere = world.organization.findAccount(account) !== undefined;
  if (isThere) {
    const act = MEANWHILE[deed] ?? ((at: World, accountId: string) => doneTo(accountId, DEEDS_OF_OTHERS[deed], at));
    act(world, account);
  }
}
