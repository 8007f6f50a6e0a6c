import type { Locked } from './accounts';
import type { Trial } from './stay';

/** Names of the outputs of examples/break-glass, and of the variables that hold them. */
export const BREAK_GLASS_OUTPUTS = {
  UnlockBucket: 'UNLOCK_BUCKET',
  UnlockQueue: 'UNLOCK_QUEUE',
  AllowPasswordRecovery: 'ALLOW_RECOVERY',
  Records: 'RECORDS',
} as const;

/** What the runbooks do, for a person to try. */
export function runbookTrials({ bucket, queue }: Locked): Trial[] {
  const start = (document: string, parameters: string) => `aws ssm start-automation-execution --document-name $${document} \\\n  --parameters '${parameters},Reason=ticket 4711'`;
  return [
    ['no one reads the locked bucket, not even the administrator of its account', readOf(bucket)],
    ['a runbook unlocks it, once a person has approved: the mail below has the command', start('UNLOCK_BUCKET', `AccountId=${bucket.account},Bucket=${bucket.name}`)],
    ['the same for the locked queue', start('UNLOCK_QUEUE', `AccountId=${queue.account},Queue=arn:aws:sqs:${queue.region}:${queue.account}:${queue.name}`)],
    ['let a person set a new root password, for some hours', start('ALLOW_RECOVERY', `AccountId=${bucket.account}`)],
    ['the records of what was done: by whom, why and who approved', 'aws s3 ls --recursive ${RECORDS}policies/'],
  ];
}

/** What the terminal does without any runbook. */
export function unlockTrials({ bucket, queue }: Locked): Trial[] {
  return [
    ['no one reads the locked bucket, not even the administrator of its account', readOf(bucket)],
    ['unlock it: what it has as its policy is shown and saved first', `npx cdk-root-access unlock-bucket ${bucket.account} ${bucket.name}`],
    ['the same for the locked queue', `npx cdk-root-access unlock-queue ${queue.account} arn:aws:sqs:${queue.region}:${queue.account}:${queue.name}`],
  ];
}

const readOf = ({ account, name }: { account: string; name: string }) => `AWS_ACCESS_KEY_ID=${account} aws s3api get-bucket-policy --bucket ${name}`;
