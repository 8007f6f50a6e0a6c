import { confirm } from './confirm';
import { memberAccount, type Member } from './member';
import { PolicyFile, readPolicyFile } from './policy-file';
import { policyText } from './policy-text';
import { commandLine, explainedTo, inputOf, interruptible, sessionsOf, SETTINGS, startOf, type TaskOptions } from './tasks';
import { messageOf } from '../lambda/aws/errors';
import { restoreBucket, unlockBucket } from '../lambda/session/resource-policy/bucket/runbook';
import type { PolicyAws } from '../lambda/session/resource-policy/functions';
import { restoreQueue, unlockQueue } from '../lambda/session/resource-policy/queue/runbook';
import type { PolicyRecord } from '../lambda/session/resource-policy/records';
import type { RestorePlan } from '../lambda/session/resource-policy/restore';
import type { UnlockPlan } from '../lambda/session/resource-policy/unlock';
import type { Task } from '../lambda/session/runbook';
import type { Fields, InputOf } from '../lambda/session/start-input';
import { visible } from '../lambda/text';
import type { PolicySettings } from '../lib/session/contract';

export interface PolicyOptions extends TaskOptions {
  /** The file in which a policy is saved before it is changed. */
  readonly out?: string;
}

export interface RestoreOptions extends PolicyOptions {
  /** The file that an unlock saved. */
  readonly file: string;
}

const POLICY_SETTINGS: PolicySettings = { ...SETTINGS, protectedResources: [], allowReplacement: false };

/** Removes the policy of a bucket with the task of the runbook `unlockBucket`. */
export async function unlockBucketPolicy(accountId: string, bucket: string, options: PolicyOptions): Promise<string> {
  const change = await changeIn(accountId, 'bucket', bucket, options);
  return unlock(unlockBucket(change.aws), { ...inputOf(accountId), bucket, replacementSha256: undefined }, change);
}

/** Removes the policy of a queue with the task of the runbook `unlockQueue`. */
export async function unlockQueuePolicy(accountId: string, queue: string, options: PolicyOptions): Promise<string> {
  const change = await changeIn(accountId, 'queue', queue.split(/[:/]/).at(-1)!, options);
  return unlock(unlockQueue(change.aws), { ...inputOf(accountId), queue, region: undefined, replacementSha256: undefined }, change);
}

/** Puts back the policy that an unlock saved in a file, with the task of the runbooks `restoreBucketPolicy` and `restoreQueuePolicy`. */
export async function restorePolicy(options: RestoreOptions): Promise<string> {
  const { file: record } = options;
  const saved = readPolicyFile(record);
  const { accountId, kind, name, region } = saved;
  const change = await changeIn(accountId, kind, name, options, saved);
  return kind === 'bucket'
    ? restore(restoreBucket(change.aws), { ...inputOf(accountId), bucket: name, record }, change, saved)
    : restore(restoreQueue(change.aws), { ...inputOf(accountId), queue: name, region, record }, change, saved);
}

/** Clients and arguments of a change of a policy. */
interface Change {
  readonly member: Member;
  readonly file: PolicyFile;
  readonly aws: PolicyAws;
  readonly options: PolicyOptions;
}

async function changeIn(accountId: string, kind: string, name: string, options: PolicyOptions, restored?: PolicyRecord): Promise<Change> {
  const { out = `./policy-of-${kind}-${name}-${accountId}-${new Date().toISOString().replace(/\.\d+/, '').replaceAll(':', '-')}.json` } = options;
  const file = new PolicyFile(out, restored);
  const member = await memberAccount(accountId, options);
  const sessions = sessionsOf(member.aws);
  return { member, file, options, aws: { records: file, sessionsOf: () => sessions } };
}

async function unlock<F extends Fields>(task: Task<F, PolicySettings, UnlockPlan>, input: InputOf<F>, change: Change): Promise<string> {
  const { member: { title }, file } = change;
  const { status, resource } = await carryOut(task, input, change, ({ resource: arn, policy }) => [
    `Saves the policy of ${arn} in ${title} to ${file.path}, and removes it.`,
    policyText('It is now', policy),
  ]);
  if (status === 'Unlocked') {
    return `${resource} has no policy any more. ${howToRestore(change)}`;
  }
  return `${resource} has no policy: there was nothing to remove.`;
}

async function restore<F extends Fields>(
  task: Task<F, PolicySettings, RestorePlan>, input: InputOf<F>, change: Change, { startedAt }: PolicyRecord,
): Promise<string> {
  const { member: { title }, file } = change;
  const { status, resource } = await carryOut(task, input, change, ({ resource: arn, policy, before, restored }) => [
    `Puts back the policy of ${arn} in ${title}, which was saved in ${restored} at ${visible(`${startedAt}`)}.`,
    ...before === undefined ? ['It has no policy now.'] : [policyText('It is now', before), `That is saved to ${file.path} first.`],
    policyText('It will be', policy),
  ]);
  return status === 'Restored' ? `${resource} has its policy back.` : `${resource} has that policy already: there was nothing to restore.`;
}

/** The part of the tasks' answers that is printed. */
interface Outcome {
  readonly status: 'Unlocked' | 'AlreadyUnlocked' | 'Restored' | 'AlreadyRestored';
  readonly resource: string;
}

/** Looks, shows, asks, and only then changes something. */
async function carryOut<F extends Fields, Plan>(
  task: Task<F, PolicySettings, Plan>, input: InputOf<F>, change: Change, describe: (plan: Plan) => string[],
): Promise<Outcome> {
  const { member: { aws, accountId }, options } = change;
  const start = startOf(aws, input, POLICY_SETTINGS);
  const failed = (error: unknown) => { throw explainedTo(error, accountId, options); };
  const prepared = await task.prepare(start).catch(failed);
  if ('result' in prepared) {
    return prepared.result as Outcome;
  }
  await confirm(accountId, describe(prepared.plan).join('\n'), options.yes);
  const afterwards = () => change.file.isSaved ? howToRestore(change) : 'No policy was saved: run it again to see what is there.';
  const acting = interruptible(() => task.act(start, prepared.plan).catch(failed), afterwards);
  return await acting.catch((error: unknown) => { throw withRestore(error, change); }) as Outcome;
}

function withRestore(error: unknown, change: Change): unknown {
  return change.file.isSaved ? new Error(`${messageOf(error)}\n${howToRestore(change)}`) : error;
}

function howToRestore({ file: { path }, options }: Change): string {
  return `What it was is saved in ${path}; to put it back:\n  ${commandLine(['restore-policy', '--file', path], options)}`;
}
