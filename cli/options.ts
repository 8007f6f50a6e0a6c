import type { Command } from 'commander';

export const withConnection = (command: Command) => command
  .option('--region <region>', 'Region in which STS is called (default: that of the shell, or us-east-1)')
  .option('--profile <name>', 'named profile of the AWS configuration');

export const withOrganization = (command: Command) => withConnection(command)
  .option('--yes <organization>', 'ID of the organization (o-…), instead of typing it when asked');

export const withAccount = (command: Command) => withConnection(command)
  .option('--yes <account>', 'ID of the account, instead of typing it when asked');
