import { isRead, type EarlierReport } from './changes';
import type { SweepReport } from './contents';
import { isLeft } from './totals';
import { isSame } from '../../root-user/credentials';
import type { AccountResult, CredentialResult } from '../results';

/**
 * Whether a sweep has something to tell that the report before it does not: a credential that was not there, that is no longer kept or that was deleted, an
 * account that fails for another reason, an exception that ends, a mailbox outside of the allowed domains, or that it did not come to its end. Without an earlier report everything is new except what is kept.
 */
export function hasNews(report: SweepReport, earlier?: EarlierReport): boolean {
  const before = new Map(earlier?.accounts.map((account) => [account.accountId, account]));
  const told = earlier?.exceptions?.map((exception) => JSON.stringify(exception)) ?? [];
  return report.problem !== undefined
    || report.exceptions.some((exception) => exception.state !== undefined && !told.includes(JSON.stringify(exception)))
    || report.accounts.some((account) => isNews(account, before.get(account.accountId)));
}

function isNews(account: AccountResult, before: AccountResult | undefined): boolean {
  const known = before === undefined ? [] : codesOf(before);
  return (account.outcome === 'failed' && codesOf(account).some((code) => !known.includes(code)))
    || (account.foreignMailbox === true && before?.foreignMailbox !== true)
    || account.credentials.some((credential) => isNewCredential(credential, before));
}

function isNewCredential(credential: CredentialResult, before: AccountResult | undefined): boolean {
  const known = before?.credentials.find((each) => isLeft(each) && isSame(each, credential));
  if (credential.status === 'kept') {
    return known === undefined && before !== undefined && isRead(before); // in an account of which nothing is known, a rule keeps what it is there for
  }
  return credential.status === 'deleted' || known === undefined || known.status === 'kept';
}

const codesOf = ({ problem, credentials }: AccountResult) => (
  [problem, ...credentials.map((credential) => credential.problem)].flatMap((each) => each?.code ?? []));
