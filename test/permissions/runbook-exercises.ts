import { createHash, randomUUID } from 'node:crypto';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { DescribeExecutionCommand, GetExecutionHistoryCommand, SendTaskFailureCommand, SendTaskSuccessCommand, SFNClient, StartExecutionCommand, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { AssumeRootCommand, STSClient } from '@aws-sdk/client-sts';
import type { Deployed } from './deployed';
import { allOn, ask, begun, cleanUp, cloudFormationEvent, type Exercise, idling, isTriedForLong, organizationOf, runMachine } from './exercises';
import type { Grant } from './grants';
import { BELOW, UNIT } from './stacks';
import type { Closer, RecoveryRecord } from '../../lambda/session/password-recovery/record';
import { GO_FILE, type Planned } from '../../lib/session/contract';
import { automate } from '../../local-aws/engine/fixtures/automations';
import { member } from '../deploy/testing';
import { DENY_ALL } from '../lambda/session/resource-policy/world';

/** In the unit of the runbooks. */
const ACCOUNT = member(12);
const REASON = 'an exercise';
const OTHER_POLICY = JSON.stringify({ Version: '2012-10-17', Statement: [] });
const HOUR = 3_600_000;

export const RUNBOOK_EXERCISES: Readonly<Record<string, Exercise>> = Object.fromEntries([
  ...(['bucket', 'queue'] as const).flatMap((kind): [string, Exercise][] => [
    [`unlock a ${kind}`, (deployed) => unlock(deployed, kind)],
    [`unlock a ${kind} again`, (deployed) => unlock(deployed, kind, 2)],
    [`replace the policy of a ${kind}`, (deployed) => replace(deployed, kind)],
    [`restore the policy of a ${kind}`, (deployed) => restore(deployed, kind)],
  ]),
  ['allow a recovery', async (deployed, grant) => {
    await record(deployed, grant, { closedAt: iso(-HOUR) });
    return asked(deployed, 'PasswordRecovery/Allow', {});
  }],
  ['look at what stops the root user', lookAtPolicies],
  ['extend a recovery', async (deployed, grant) => {
    await record(deployed, grant);
    return asked(deployed, 'PasswordRecovery/Extend', { hours: '1' });
  }],
  ['close a recovery', async (deployed, grant) => {
    await record(deployed, grant);
    return asked(deployed, 'PasswordRecovery/Close', {});
  }],
  ['look whether a recovery has ended', async (deployed, grant) => deployed.invoke('Runbooks/PasswordRecovery/Look', await asleep(deployed, grant, false))],
  ['close a recovery at its end', async (deployed, grant) => deployed.invoke('Runbooks/PasswordRecovery/CloseAtEnd', await asleep(deployed, grant, true))],
  ['delete the runbooks', async (deployed, grant) => {
    await asleep(deployed, grant, false);
    return ask(deployed, OPEN_RECOVERIES, deletion(deployed));
  }],
  ['clean up after runbooks', (deployed) => cleanUp(deployed, OPEN_RECOVERIES, deletion(deployed))],
  ['ask by CloudFormation whether a recovery is open', (deployed) => deployed.invoke('Runbooks/OpenRecoveries/Provider/framework-onEvent', deletion(deployed))],
  ['run a runbook', (deployed, grant) => {
    const machine = deployed.pathOf(grant).replace(/\/Role$/, '');
    const accountId = grant.resource.includes(':ou/') ? BELOW : ACCOUNT;
    const input = { accountId, reason: REASON, dryRun: 'true', ...machine.endsWith('/Bucket/Unlock/StateMachine') && { bucket: locked(deployed, 'bucket', accountId) } };
    return runMachine(deployed, grant, machine, input, { untilDenied: isTriedForLong(grant) });
  }],
  ['ask for approval', askForApproval],
  ['close by the closer', async (deployed, grant) => {
    const ended = await record(deployed, grant, { endsAt: iso(-HOUR) });
    return runMachine(deployed, grant, CLOSER, awake(ended), { untilDenied: true });
  }],
  ['remind', remind],
  ['start a runbook by its document', startByDocument],
  ['as a person', asPerson],
]);

// -- functions --------------------------------------------------------------------------------------------------------

const CLOSER = 'Runbooks/PasswordRecovery/Closer/StateMachine';

/** Asks the function of a runbook as its state machine does: to look, and to act as often as it is said. What came of it, as text. */
async function asked(deployed: Deployed, runbook: string, input: object, acts = 1): Promise<string> {
  allOn(organizationOf(deployed));
  organizationOf(deployed).account(ACCOUNT).root.password = false;
  const name = randomUUID();
  await begun(deployed, `Runbooks/${runbook}`, { name, input: { accountId: ACCOUNT, reason: REASON, ...input } });
  let answer = await deployed.invoke(`Runbooks/${runbook}Function`, { step: 'prepare', run: name });
  const { plan, startedBy = null, approval } = JSON.parse(answer) as Partial<Planned>;
  const go = { plan, startedBy, digest: approval?.digest, at: iso(0), timeoutSeconds: 3_600 };
  for (let i = 0; plan && i < acts && !answer.includes('errorMessage'); i++) {
    await begun(deployed, `Runbooks/${runbook}`, { name, file: GO_FILE, content: go });
    answer = await deployed.invoke(`Runbooks/${runbook}Function`, { step: 'act', run: name });
  }
  return answer;
}

type Kind = 'bucket' | 'queue';

/** A bucket or a queue of its own, whose policy denies everybody. */
function locked(deployed: Deployed, kind: Kind, account = ACCOUNT): string {
  const name = `locked-${randomUUID()}`;
  const lock = { name, account, region: 'us-east-1', policy: DENY_ALL };
  kind === 'bucket' ? organizationOf(deployed).addBucket(lock) : organizationOf(deployed).addQueue(lock);
  return name;
}

const inputFor = (kind: Kind, name: string) => kind === 'bucket' ? { bucket: name } : { queue: name, region: 'us-east-1' };
const roomOf = (kind: Kind) => kind === 'bucket' ? 'Bucket' : 'Queue';

const unlock = (deployed: Deployed, kind: Kind, acts?: number) => asked(deployed, `${roomOf(kind)}/Unlock`, inputFor(kind, locked(deployed, kind)), acts);

async function replace(deployed: Deployed, kind: Kind): Promise<string> {
  const replacementSha256 = createHash('sha256').update(OTHER_POLICY).digest('hex');
  await putAs(deployed, deployed.deployment.aws.clientSettings() as Settings, `replacements/${replacementSha256}.json`, OTHER_POLICY);
  return asked(deployed, `${roomOf(kind)}/Unlock`, { ...inputFor(kind, locked(deployed, kind)), replacementSha256 });
}

/** What was unlocked, and got another policy since, which is saved in its turn. */
async function restore(deployed: Deployed, kind: Kind): Promise<string> {
  const name = locked(deployed, kind);
  const { record: key } = JSON.parse(await asked(deployed, `${roomOf(kind)}/Unlock`, inputFor(kind, name))) as { record: string };
  const { buckets, queues } = organizationOf(deployed);
  (kind === 'bucket' ? buckets.get(name) : queues.get(`us-east-1/${ACCOUNT}/${name}`))!.policy = OTHER_POLICY;
  return asked(deployed, `${roomOf(kind)}/Restore`, { ...inputFor(kind, name), record: key });
}

// -- recoveries -------------------------------------------------------------------------------------------------------

const iso = (fromNow: number) => new Date(Date.now() + fromNow).toISOString();

/** Puts the record of a recovery that is open, but for what is said. Only roles of the runbooks may: here, one that lacks nothing. */
async function record(deployed: Deployed, grant: Grant, rest: Partial<RecoveryRecord> = {}): Promise<RecoveryRecord> {
  const writer = ['Allow', 'Close'].map((name) => `Runbooks/PasswordRecovery/${name}FunctionRole`).find((role) => role !== deployed.pathOf(grant))!;
  const opened = { openedAt: iso(-HOUR), allowedAt: iso(-HOUR), openBy: iso(-HOUR), endsAt: iso(HOUR / 2) };
  const id = randomUUID();
  const written = { accountId: ACCOUNT, reason: REASON, recoveryId: id, remindedBy: id, extensions: [], ...opened, ...rest };
  await putAs(deployed, deployed.settingsAs(writer), `recoveries/${ACCOUNT}.json`, JSON.stringify(written));
  return written;
}

/** Of a closer that has woken up. */
const awake = (of: RecoveryRecord): Closer => (
  { accountId: of.accountId, recoveryId: of.recoveryId, atOnce: false, wakeAt: iso(-HOUR), remindedUntil: iso(-HOUR), recordsBucket: 'of the runbooks', record: of });

/** What the functions of a closer are asked, whose state machine does nothing itself meanwhile. */
async function asleep(deployed: Deployed, grant: Grant, atOnce: boolean): Promise<object> {
  const closer = { ...awake(await record(deployed, grant)), atOnce, recordsBucket: deployed.id('Runbooks/Records') };
  return { execution: await idling(new SFNClient(deployed.deployment.aws.clientSettings()), deployed.id(CLOSER), JSON.stringify(closer)), closer };
}

const OPEN_RECOVERIES = 'Runbooks/OpenRecoveries/Handler';
const deletion = (deployed: Deployed) => ({ ...cloudFormationEvent(deployed), RequestType: 'Delete' as const, LogicalResourceId: deployed.logicalId('Runbooks/OpenRecoveries/Resource/Default'), ResourceProperties: {} });

/** Of an account in a unit, so that there is every kind of level above it. */
async function lookAtPolicies(deployed: Deployed, grant: Grant): Promise<string> {
  await record(deployed, grant, { closedAt: iso(-HOUR) });
  const { policies } = organizationOf(deployed);
  const Statement = [{ Effect: 'Deny', Action: 's3:GetObject', Resource: '*' }];
  const added = [policies.add('No objects', { Version: '2012-10-17', Statement }, UNIT), policies.addResourceControl('Perimeter', { Statement }, UNIT)];
  return asked(deployed, 'PasswordRecovery/Allow', { dryRun: 'true' }).finally(() => {
    added.forEach(({ id }) => {
      policies.detach(id, UNIT);
      policies.remove(id);
    });
  });
}

// -- state machines ---------------------------------------------------------------------------------------------------

async function askForApproval(deployed: Deployed, grant: Grant): Promise<string> {
  allOn(organizationOf(deployed));
  const input = { accountId: ACCOUNT, reason: REASON, bucket: locked(deployed, 'bucket') };
  return runMachine(deployed, grant, 'Runbooks/Bucket/Unlock/StateMachine', input, { untilPublishedTo: 'Approvers' });
}

async function remind(deployed: Deployed, grant: Grant): Promise<string> {
  const open = await record(deployed, grant);
  return runMachine(deployed, grant, CLOSER, awake(open), { untilPublishedTo: 'Reminders', untilDenied: true, name: open.remindedBy });
}

// -- people -----------------------------------------------------------------------------------------------------------

async function startByDocument(deployed: Deployed): Promise<string> {
  allOn(organizationOf(deployed));
  const parameters = { AccountId: [ACCOUNT], Bucket: [locked(deployed, 'bucket')], Reason: [REASON], DryRun: ['true'] };
  const automation = automate(deployed.deployment.aws, deployed.id('Runbooks/Bucket/Unlock/Document'), parameters, deployed.settingsAs('People/Operator'));
  return automation.then(({ FailureMessage }) => FailureMessage ?? '', messageOf);
}

type Settings = ReturnType<Deployed['settingsAs']>;

interface Whereabouts {
  readonly bucket: string;
  readonly path: string;
  readonly machine: string;
}

/** The call that an action is for, on something that need not be there. */
const CALLS: Readonly<Record<string, (as: Settings, at: Whereabouts) => Promise<unknown>>> = {
  's3:GetObject': (as, { bucket, path }) => s3(as).send(new GetObjectCommand({ Bucket: bucket, Key: path })),
  's3:PutObject': (as, { bucket, path }) => s3(as).send(new PutObjectCommand({ Bucket: bucket, Key: path, Body: OTHER_POLICY })),
  's3:ListBucket': (as, { bucket, path }) => s3(as).send(new ListObjectsV2Command({ Bucket: bucket, Prefix: path })),
  'states:StartExecution': (as, { machine }) => new SFNClient(as).send(new StartExecutionCommand({ stateMachineArn: machine, input: '{"notBefore":"2999-01-01T00:00:00Z"}' })),
  'states:DescribeExecution': (as, { machine }) => new SFNClient(as).send(new DescribeExecutionCommand({ executionArn: executionOf(machine) })),
  'states:GetExecutionHistory': (as, { machine }) => new SFNClient(as).send(new GetExecutionHistoryCommand({ executionArn: executionOf(machine) })),
  'states:StopExecution': (as, { machine }) => new SFNClient(as).send(new StopExecutionCommand({ executionArn: executionOf(machine) })),
  'states:SendTaskSuccess': (as) => new SFNClient(as).send(new SendTaskSuccessCommand({ taskToken: 'none', output: '{}' })),
  'states:SendTaskFailure': (as) => new SFNClient(as).send(new SendTaskFailureCommand({ taskToken: 'none' })),
  'sts:AssumeRoot': (as) => new STSClient(as).send(new AssumeRootCommand({
    TargetPrincipal: ACCOUNT, TaskPolicyArn: { arn: 'arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials' },
  })),
};

async function asPerson(deployed: Deployed, grant: Grant): Promise<string> {
  allOn(organizationOf(deployed));
  const { action, resource, condition = resource } = grant;
  const person = deployed.pathOf(grant);
  const [bucket, machine] = /Sweeper|Reports/.test(person) ? ['Purge/Reports', 'Purge/Sweep/StateMachine'] : ['Runbooks/Records', 'Runbooks/Bucket/Unlock/StateMachine'];
  const path = /(\w+\/)\*$/.exec(condition)?.[1] ?? '';
  const at = { bucket: deployed.id(bucket), machine: deployed.id(machine), path: action === 's3:ListBucket' ? path : `${path}none.json` };
  return CALLS[action](deployed.settingsAs(person), at).then(() => '', messageOf);
}

const messageOf = ({ message }: Error) => message;
const executionOf = (machine: string) => `${machine.replace(':stateMachine:', ':execution:')}:none`;
const s3 = (settings: Settings) => new S3Client({ ...settings, forcePathStyle: true, maxAttempts: 1 });
const putAs = (deployed: Deployed, as: Settings, Key: string, Body: string) => s3(as).send(new PutObjectCommand({ Bucket: deployed.id('Runbooks/Records'), Key, Body }));
