import { DescribeAccountCommand, type Account } from '@aws-sdk/client-organizations';
import { caller, type Caller, type ConnectionOptions } from './caller';
import { UsageError } from './usage';
import { isNamed } from '../lambda/aws/errors';
import { organizationOf } from '../lambda/aws/organization';
import { inertName } from '../lambda/text';

/** A member account in which something is about to change. */
export interface Member {
  readonly aws: Caller;
  readonly accountId: string;
  /** ID and name, for a person to recognize it. */
  readonly title: string;
  /** The email address of its root user. */
  readonly mailbox: string;
}

/** The account must be in the caller's organization, and not its management account, in which no root session is asked for. */
export async function memberAccount(accountId: string, options: ConnectionOptions): Promise<Member> {
  const aws = await caller(options);
  const organization = await organizationOf(aws.organizations);
  if (organization === undefined) {
    throw new Error(`account ${aws.accountId} is in no organization: use credentials of its management account or of the delegated administrator for IAM`);
  }
  if (accountId === organization.MasterAccountId) {
    throw new UsageError(`${accountId} is the management account, in which no root session is asked for: name a member account. Nothing was changed.`);
  }
  const account = await accountOf(aws, accountId);
  return { aws, accountId, title: `${accountId} (${inertName(account.Name ?? '')})`, mailbox: mailboxOf(account.Email) };
}

/** An account of the caller's organization. */
export async function accountOf({ organizations }: Caller, AccountId: string): Promise<Account> {
  try {
    return (await organizations.send(new DescribeAccountCommand({ AccountId }))).Account ?? {};
  } catch (error) {
    throw isNamed(error, 'AccountNotFoundException') ? new Error(`the organization has no account ${AccountId}: look it up in AWS Organizations`) : error;
  }
}

/** To be copied, so only what is no letter of an address is replaced. */
export const mailboxOf = (email = 'unknown') => email.replace(/[^\x21-\x7e]/g, '?');
