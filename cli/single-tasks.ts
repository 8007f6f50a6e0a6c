import type { Command } from 'commander';
import { withAccount } from './options';
import type { PolicyOptions, RestoreOptions } from './policies';
import type { AllowOptions, CloseOptions } from './recoveries';
import { print } from './terminal';
import { accountId, bucketName, countBetween, LONGEST_HOURS, queueArnOrUrl, timeInUtc } from './usage';

const EXIT_CODES = 'Exit codes: 0 done, or there was nothing to do; 2 failed; 64 wrong usage, nothing was changed.';

const ASKS = `It asks for the ID of the account. Without a terminal, give it with --yes; otherwise nothing is changed.
${EXIT_CODES}`;

const say = (text: string) => print(`${text}\n`);

/** One task in one account each, with the modules of the runbooks. The SDK is loaded when a task begins: `--help` does not wait for it. */
export function addSingleTasks(program: Command) {
  addPolicies(program);
  addRecoveries(program);
}

const withOut = (command: Command) => withAccount(command)
  .option('--out <file>', 'new file in which the policy is saved before it is changed (default: policy-of-… in this folder)');

function addPolicies(program: Command) {
  withOut(program.command('unlock-bucket'))
    .argument('<account>', '12-digit ID of the member account that owns the bucket', accountId)
    .argument('<bucket>', 'its name', bucketName)
    .summary('remove a bucket policy that denies all principals')
    .description('Shows the policy of a bucket, saves it in a file, removes it in a root session (S3UnlockBucketPolicy), and reads back that it is gone.')
    .addHelpText('after', `
Examples:
  $ cdk-root-access unlock-bucket 222222222222 my-bucket
  $ cdk-root-access unlock-bucket 222222222222 my-bucket --out before.json --yes 222222222222
  $ cdk-root-access restore-policy --file before.json

${ASKS}`)
    .action(async (account: string, bucket: string, options: PolicyOptions) => {
      const { unlockBucketPolicy } = await import('./policies');
      say(await unlockBucketPolicy(account, bucket, options));
    });

  withOut(program.command('unlock-queue'))
    .argument('<account>', '12-digit ID of the member account that owns the queue', accountId)
    .argument('<queue>', 'its ARN or URL', queueArnOrUrl)
    .summary('remove a queue policy that denies all principals')
    .description('Shows the policy of an SQS queue, saves it in a file, removes it in a root session (SQSUnlockQueuePolicy), and reads back that it is gone.')
    .addHelpText('after', `
Examples:
  $ cdk-root-access unlock-queue 222222222222 arn:aws:sqs:eu-central-1:222222222222:orders
  $ cdk-root-access unlock-queue 222222222222 https://sqs.eu-central-1.amazonaws.com/222222222222/orders --out before.json

${ASKS}`)
    .action(async (account: string, queue: string, options: PolicyOptions) => {
      const { unlockQueuePolicy } = await import('./policies');
      say(await unlockQueuePolicy(account, queue, options));
    });

  withOut(program.command('restore-policy'))
    .requiredOption('--file <file>', 'file that unlock-bucket or unlock-queue saved; it names account and resource')
    .summary('put back a policy that an unlock saved')
    .description('Puts back the policy that an unlock saved in a file, byte by byte. Shows what is there now and saves it before it is replaced.')
    .addHelpText('after', `
Example:
  $ cdk-root-access restore-policy --file before.json

${ASKS}`)
    .action(async (options: RestoreOptions) => {
      const { restorePolicy } = await import('./policies');
      say(await restorePolicy(options));
    });
}

function addRecoveries(program: Command) {
  withAccount(program.command('allow-recovery'))
    .argument('<account>', '12-digit ID of a member account', accountId)
    .option('--hours <count>', 'hours after which you are going to close it', countBetween(1, LONGEST_HOURS), 24)
    .summary('allow the owner of the root mailbox to set a root password')
    .description('Allows the owner of the root mailbox to set a root password (IAMCreateRootUserPassword). Nothing closes it except you, with close-recovery. '
      + 'Names the policies that stop the root user even with the password.')
    .addHelpText('after', `
Examples:
  $ cdk-root-access allow-recovery 222222222222
  $ cdk-root-access close-recovery 222222222222

${ASKS}`)
    .action(async (account: string, options: AllowOptions) => {
      const { allowRecovery } = await import('./recoveries');
      say(await allowRecovery(account, options));
    });

  withAccount(program.command('close-recovery'))
    .argument('<account>', '12-digit ID of a member account', accountId)
    .option('--opened <time>', 'when allow-recovery allowed it, as it said: an older password is left alone', timeInUtc)
    .summary('delete the root password that a recovery brought')
    .description('Deletes the password of the root user (IAMDeleteRootUserCredentials) and reads back that it is gone. Names its other credentials, which stay.')
    .addHelpText('after', `
Examples:
  $ cdk-root-access close-recovery 222222222222
  $ cdk-root-access close-recovery 222222222222 --opened 2026-11-27T10:00:00.000Z --yes 222222222222

${ASKS}`)
    .action(async (account: string, options: CloseOptions) => {
      const { closeRecovery } = await import('./recoveries');
      say(await closeRecovery(account, options));
    });
}
