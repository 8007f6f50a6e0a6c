import { randomUUID } from 'node:crypto';
import { CreateLoginProfileCommand } from '@aws-sdk/client-iam';
import { CreateBucketCommand, DeleteBucketCommand, GetBucketPolicyCommand, PutBucketPolicyCommand, type BucketLocationConstraint } from '@aws-sdk/client-s3';
import { CreateQueueCommand, DeleteQueueCommand, GetQueueAttributesCommand, SetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { AssumeRoleCommand, type Credentials } from '@aws-sdk/client-sts';
import { confirm } from './confirm';
import { memberAccount, type Member } from './member';
import { commandLine, interruptible, sessionsOf, type TaskOptions } from './tasks';
import { answersTo, assumed, learned, notAsked, type Answer, type Question, type Seen } from './verify';
import { s3OfRootSession, sqsOfRootSession } from '../lambda/aws/clients';
import { isDenied, isNamed, isNoSuchEntity, isTemporarilyUnmodifiable, nameOf, textOf } from '../lambda/aws/errors';
import { readUntil, retryWhile } from '../lambda/aws/patience';
import { password, READS_LAG } from '../lambda/root-user/credentials';
import { deletePassword, UNMODIFIABLE } from '../lambda/root-user/deletion';
import type { RootSession, RootSessions } from '../lambda/root-user/sessions';
import { BUCKET_PATIENCE, findBucket } from '../lambda/session/resource-policy/bucket/bucket-policy';
import { isSame } from '../lambda/session/resource-policy/change';
import type { PolicyHolder } from '../lambda/session/resource-policy/holder';
import { findQueue, QUEUE_PATIENCE } from '../lambda/session/resource-policy/queue/queue-policy';
import { visible } from '../lambda/text';
import { TASK_POLICIES } from '../lib/private/contract';

export interface ChangesOptions extends TaskOptions {
  /** Name of the role in the account that makes and deletes the bucket and the queue. */
  readonly role: string;
}

/** Tries in an account what the single tasks do. What it makes it deletes. */
export async function verifyChanges(accountId: string, options: ChangesOptions): Promise<Answer[]> {
  const member = await memberAccount(accountId, options);
  await confirm(accountId, [
    `Changes something in ${member.title}. Use an account in which nothing matters.`,
    '1. Allows the recovery of its root password, and deletes the password; not if it has one.',
    `2. As ${options.role}, makes a bucket and a queue with policies that deny all principals, unlocks both, and deletes them.`,
  ].join('\n'), options.yes);
  const name = `cdk-root-access-verify-${randomUUID()}`;
  const left = () => `It may have left the bucket or the queue ${name} in ${member.aws.region}, or a root password:\n  ${commandLine(['close-recovery', accountId], options)}`;
  return interruptible(async () => [...await recoveryAnswers(member), ...await unlockAnswers(member, name, options)], left);
}

interface Recovery {
  readonly opening: RootSession;
  readonly closing: RootSession;
}

async function recoveryAnswers({ aws, accountId }: Member): Promise<Answer[]> {
  const sessions = sessionsOf(aws);
  const { createPassword, deleteCredentials } = TASK_POLICIES;
  const recovery = { opening: sessions.of(accountId, createPassword), closing: sessions.of(accountId, deleteCredentials) };
  if (await recovery.opening.use(password)) {
    return answersTo([['Is a password recovery allowed and closed?', async () => notAsked('the root user has a password')]], undefined);
  }
  try {
    const [allowing] = await answersTo([ALLOWING], recovery);
    return [allowing, ...allowing.state === 'differs' ? [] : await answersTo(OF_RECOVERY, recovery)];
  } finally {
    await recovery.closing.change(deletePassword).catch((error: unknown) => {
      process.stderr.write(isNoSuchEntity(error) ? '' : `A root password may be left, delete it with close-recovery: ${visible(textOf(error))}\n`);
    });
  }
}

const ALLOWING: Question<Recovery> = ['What does AWS answer when a recovery is allowed?', async ({ opening }) => {
  const { LoginProfile = {} } = await opening.use((iam) => iam.send(new CreateLoginProfileCommand({})));
  return learned(Object.entries(LoginProfile).filter(([, value]) => value !== undefined).map(([field]) => field).sort().join(', ') || 'nothing');
}];

/** Clocks differ by less than a minute, and the password may be seen a minute late. */
const DATE_MS = 120_000;

const OF_RECOVERY: readonly Question<Recovery>[] = [
  ['How soon is the password seen?', ({ opening }) => seen((found) => found !== undefined, READS_LAG, () => opening.use(password))],
  ['Is its date that of the recovery?', async ({ opening }) => {
    const { createdAt = '' } = await opening.use(password) ?? {};
    return assumed(Math.abs(Date.now() - Date.parse(createdAt)) < DATE_MS, createdAt || 'no date');
  }],
  ['How is a recovery refused that is allowed already?', ({ opening }) => refusal(
    () => opening.use((iam) => iam.send(new CreateLoginProfileCommand({}))), (error) => isNamed(error, 'EntityAlreadyExists', 'EntityAlreadyExistsException'))],
  ['Is the password deleted at once?', async ({ closing }) => {
    let refused = 0;
    await retryWhile((error) => isTemporarilyUnmodifiable(error) && ++refused > 0, UNMODIFIABLE, () => closing.change(deletePassword));
    return learned(refused === 0 ? 'yes' : `no, at attempt ${refused + 1}: it was temporarily unmodifiable`);
  }],
  ['How soon is it seen to be gone?', ({ closing }) => seen((found) => found === undefined, READS_LAG, () => closing.use(password))],
  ['How is the deletion refused of a password that is not there?', ({ closing }) => refusal(() => closing.change(deletePassword), isNoSuchEntity)],
];

/** A bucket or a queue of this program's own, and how the account's role and a root session see it. */
interface Locked {
  readonly policy: string;
  /** Makes it, with a policy that denies the role to read and change that policy. */
  make(): Promise<unknown>;
  find(sessions: RootSessions): Promise<PolicyHolder>;
  /** As the role. */
  readPolicy(): Promise<unknown>;
  remove(): Promise<unknown>;
}

async function unlockAnswers(member: Member, name: string, { role }: ChangesOptions): Promise<Answer[]> {
  let credentials: Credentials;
  try {
    credentials = await credentialsOf(member, role);
  } catch (error) {
    return answersTo([['Are a bucket and a queue unlocked?', async () => notAsked(`${role} cannot be assumed: ${textOf(error)}`)]], undefined);
  }
  return [...await answersOf('bucket', bucketOf(member, name, credentials), member), ...await answersOf('queue', queueOf(member, name, credentials), member)];
}

async function credentialsOf({ aws, accountId }: Member, role: string): Promise<Credentials> {
  const command = new AssumeRoleCommand({ RoleArn: `arn:${aws.partition}:iam::${accountId}:role/${role}`, RoleSessionName: 'cdk-root-access-verify' });
  return (await aws.sts.send(command)).Credentials!;
}

const denial = (actions: readonly string[], resource: string) => JSON.stringify({
  Version: '2012-10-17', Statement: [{ Sid: 'Locked', Effect: 'Deny', Principal: '*', Action: actions, Resource: resource }],
});

/** Its client is made of the credentials of the role in the account, and of nothing else. */
function bucketOf({ aws: { partition, region }, accountId }: Member, bucket: string, credentials: Credentials): Locked {
  const s3 = s3OfRootSession(region)(credentials);
  const arn = `arn:${partition}:s3:::${bucket}`;
  const policy = denial(['s3:GetBucketPolicy', 's3:PutBucketPolicy', 's3:DeleteBucketPolicy'], arn);
  const configuration = region === 'us-east-1' ? undefined : { LocationConstraint: region as BucketLocationConstraint };
  return {
    policy,
    make: async () => {
      await s3.send(new CreateBucketCommand({ Bucket: bucket, CreateBucketConfiguration: configuration }));
      await s3.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy: policy, ConfirmRemoveSelfBucketAccess: true }));
    },
    find: (sessions) => retryWhile((error) => isNamed(error, 'NoSuchBucket'), BUCKET_PATIENCE, () => findBucket(sessions, { accountId, bucket, arn })),
    readPolicy: () => s3.send(new GetBucketPolicyCommand({ Bucket: bucket })),
    remove: () => s3.send(new DeleteBucketCommand({ Bucket: bucket })),
  };
}

function queueOf({ aws: { partition, region }, accountId }: Member, name: string, credentials: Credentials): Locked {
  const sqs = sqsOfRootSession(region)(credentials);
  const arn = `arn:${partition}:sqs:${region}:${accountId}:${name}`;
  const policy = denial(['sqs:GetQueueAttributes', 'sqs:SetQueueAttributes'], arn);
  let QueueUrl: string | undefined;
  return {
    policy,
    make: async () => {
      ({ QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: name })));
      await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy: policy } }));
    },
    find: (sessions) => retryWhile((error) => isNamed(error, 'NoSuchQueue'), QUEUE_PATIENCE, () => findQueue(sessions, { accountId, region, name }, arn)),
    readPolicy: () => sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['Policy'] })),
    remove: () => sqs.send(new DeleteQueueCommand({ QueueUrl })),
  };
}

async function answersOf(kind: PolicyHolder['kind'], locked: Locked, member: Member): Promise<Answer[]> {
  try {
    await locked.make();
    return await answersTo(questionsOf(kind, locked, member), undefined);
  } catch (error) {
    return await answersTo([[`Is a ${kind} unlocked?`, async () => notAsked(`it cannot be made: ${textOf(error)}`)]], undefined);
  } finally {
    await locked.remove().catch((error: unknown) => process.stderr.write(isGone(error) ? '' : `A ${kind} is left, delete it: ${visible(textOf(error))}\n`));
  }
}

const isGone = (error: unknown) => isNamed(error, 'NoSuchBucket', 'QueueDoesNotExist', 'AWS.SimpleQueueService.NonExistentQueue');

function questionsOf(kind: PolicyHolder['kind'], locked: Locked, { aws }: Member): Question<undefined>[] {
  const question = (text: string, ask: () => Promise<Seen>): Question<undefined> => [text.replace('…', kind), ask];
  const patience = kind === 'bucket' ? BUCKET_PATIENCE : QUEUE_PATIENCE;
  const isLockedOut = () => locked.readPolicy().then(() => false, isDenied);
  let found: Promise<PolicyHolder> | undefined;
  const holder = () => found ??= locked.find(sessionsOf(aws));
  return [
    question('Is the role of the account denied to read the policy of the …?', () => seen((isDeniedIt) => isDeniedIt, patience, isLockedOut)),
    question('Does a root session find the …, in its Region?', async () => {
      const { region } = await holder();
      return assumed(region === aws.region, region);
    }),
    question('Does a root session read the policy of the …, as it was written?', async () => {
      const read = await readUntil((policy) => policy !== undefined, patience, async () => (await holder()).read());
      return assumed(isSame(read, locked.policy), read === locked.policy ? 'byte by byte' : read === undefined ? 'no policy' : 'with other white space or order');
    }),
    question('How soon is the policy of the … gone that a root session removes?', async () => {
      const resource = await holder();
      await resource.remove();
      return seen((policy) => policy === undefined, patience, () => resource.read());
    }),
    question('How soon can the role read the policy of the … again?', () => seen((isDeniedIt) => !isDeniedIt, patience, isLockedOut)),
  ];
}

/** The result of a read within the time that the library waits for it. */
async function seen<T>(wanted: (value: T) => boolean, patience: typeof READS_LAG, read: () => Promise<T>): Promise<Seen> {
  const begin = Date.now();
  const isSeen = wanted(await readUntil(wanted, patience, read));
  const seconds = Math.round((Date.now() - begin) / 1_000);
  return assumed(isSeen, isSeen ? seconds < 2 ? 'at once' : `after about ${seconds} seconds` : `not within ${seconds} seconds`);
}

async function refusal(call: () => Promise<unknown>, isExpected: (error: unknown) => boolean): Promise<Seen> {
  return call().then(() => assumed(false, 'not at all'), (error: unknown) => assumed(isExpected(error), nameOf(error)));
}
