import { Option, type Command } from 'commander';
import { FORMATS } from './formats';
import { accountIds, countBetween, credentialKinds, emailDomains, keptAccount, unitIds } from './usage';

export const withConnection = (command: Command) => command
  .option('--region <region>', 'Region in which STS is called (default: that of the shell, or us-east-1)')
  .option('--profile <name>', 'named profile of the AWS configuration');

export const withOrganization = (command: Command) => withConnection(command)
  .option('--yes <organization>', 'ID of the organization (o-…), instead of typing it when asked');

export const withAccount = (command: Command) => withConnection(command)
  .option('--yes <account>', 'ID of the account, instead of typing it when asked');

export const withSelection = (command: Command) => withConnection(command)
  .addOption(new Option('--accounts <ids>', 'only these accounts (12-digit IDs, separated by commas)').argParser(accountIds).conflicts('ou'))
  .option('--ou <ids>', 'only the accounts in these organizational units and those below them', unitIds)
  .option('--exclude <ids>', 'not these accounts', accountIds)
  .option('--concurrency <count>', 'accounts that are worked on at once', countBetween(1, 200), 25);

export const withReport = (command: Command) => command
  .addOption(new Option('--output <format>', 'format of the report').choices(FORMATS).default('table'))
  .option('--out <file>', 'write the report to this file instead of stdout')
  .option('--allowed-email-domains <domains>', 'a root mailbox in another domain is a finding', emailDomains);

/** The options that say what a purge deletes and keeps. */
export const withRules = (command: Command) => command
  .option('--credentials <kinds>', 'only these kinds, of Password, AccessKey, SigningCertificate and MfaDevice (default: all)', credentialKinds)
  .option('--keep <account:reason>', 'keep what this account has; may be given several times', keptAccount)
  .option('--keep-if-used-within <days>', 'keep passwords and access keys that were used or created within so many days', countBetween(1, 3650))
  .option('--delete-access-keys-in-use', 'also delete access keys that were used within the last 30 days')
  .option('--recoveries-bucket <name>', 'keep what an open password recovery needs, by the records of the runbooks in this bucket');
