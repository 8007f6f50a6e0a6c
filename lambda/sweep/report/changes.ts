import type { ReportedException } from './exceptions';
import { isLeft } from './totals';
import { isSame, type Credential } from '../../root-user/credentials';
import type { AccountResult, CredentialResult } from '../results';

type Change = NonNullable<CredentialResult['change']>;

/** One that the sweep before saw, and this one did not. */
export interface GoneCredential extends Pick<Credential, 'kind' | 'id' | 'createdAt'> {
  readonly accountId: string;
  readonly accountName: string;
}

/** Differences from the report before. Accounts that one of the two could not read are not compared. */
export interface Changes {
  /** The execution that the other report is of, and when it began. */
  readonly since: { readonly execution: string; readonly startedAt: string };
  readonly counts: Record<Change | 'gone', number>;
  readonly gone: GoneCredential[];
}

/** The part of a report with which a later one is compared. */
export interface EarlierReport {
  readonly execution: string;
  readonly startedAt: string;
  readonly accounts: readonly AccountResult[];
  readonly exceptions?: readonly ReportedException[];
}

export interface Compared {
  readonly changes: Changes;
  /** Each credential with its `change`, where both sweeps read the account. */
  readonly accounts: AccountResult[];
}

export function compare(now: readonly AccountResult[], { execution, startedAt, accounts }: EarlierReport): Compared {
  const before = new Map(accounts.filter(isRead).map((account) => [account.accountId, account.credentials]));
  const compared = now.map((account) => {
    const earlier = isRead(account) ? before.get(account.accountId) : undefined;
    const credentials = earlier && account.credentials.map((each) => ({ ...each, change: changeOf(each, earlier) }));
    return credentials === undefined ? account : { ...account, credentials };
  });
  const gone = now.filter(isRead).flatMap(({ accountId, accountName, credentials }) => (before.get(accountId) ?? [])
    .filter((earlier) => isLeft(earlier) && !credentials.some((each) => isSame(each, earlier)))
    .map(({ kind, id, createdAt }) => ({ accountId, accountName, kind, id, createdAt })));
  const changed = compared.flatMap(({ credentials }) => credentials.map(({ change }) => change));
  const count = (wanted: Change) => changed.filter((change) => change === wanted).length;
  const counts = { 'new': count('new'), 'recreated': count('recreated'), 'still-there': count('still-there'), 'gone': gone.length };
  return { changes: { since: { execution, startedAt }, counts, gone }, accounts: compared };
}

/** Whether it is known what an account had: of one that failed as a whole it is not. */
export const isRead = ({ outcome, problem }: AccountResult) => outcome !== 'skipped' && problem === undefined;

/** A password and a virtual MFA device have no id of their own: one that was there, or was deleted, is there again. A key has another id each time. */
function changeOf(credential: CredentialResult, earlier: readonly CredentialResult[]): Change {
  if (earlier.some((each) => isLeft(each) && isSame(each, credential))) {
    return 'still-there';
  }
  return earlier.some(({ kind, id }) => kind === credential.kind && id === credential.id) ? 'recreated' : 'new';
}
