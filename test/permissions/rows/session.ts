import { awsPolicies, entity, type Exercised, framework, inVpc, logDelivery, logs, NO_RESOURCE, NOT_ENCRYPTED, OF_RCPS, OF_SCPS, type Pinned, POLICIES, RESOURCE_POLICIES, root, task, versions, viaService } from './row';
import { MANAGEMENT } from '../../deploy/testing';
import { PEOPLE } from '../stacks';

const records = (files: string) => `<Records>/${files}`;
const listing = (files: string) => ({ actions: ['s3:ListBucket'], resource: '<Records>', condition: `s3:prefix StringLike ${files}` });
const key = (of: string) => `arn:aws:kms:us-east-1:${MANAGEMENT}:key/of-${of}`;
const systemsManager = (resource: string) => `arn:aws:ssm:us-east-1:${MANAGEMENT}:${resource}`;
const AUTOMATIONS = systemsManager('automation-execution/*');

const MACHINE = { holder: 'runbook state machine' };
const CLOSER = { holder: 'closer state machine', denied: 'tries on' } as const;
const FUNCTIONS = [
  'Bucket/UnlockFunction', 'Bucket/RestoreFunction', 'Queue/UnlockFunction', 'Queue/RestoreFunction',
  'PasswordRecovery/AllowFunction', 'PasswordRecovery/ExtendFunction', 'PasswordRecovery/CloseFunction',
];
const OPEN_RECOVERIES = 'OpenRecoveries/Handler';
const OPEN = { holder: 'open-recoveries function', exercise: 'delete the runbooks', denied: 'fails', need: 'whether a recovery is open is not known, so the runbooks cannot be deleted' } as const;
const PROVIDER = 'Provider of the open recoveries';
const CLOSER_FUNCTIONS = ['PasswordRecovery/Look', 'PasswordRecovery/CloseAtEnd'];

/** Every function of a runbook believes its state machine, and what the state machine has written. */
function controlled(holder: string, exercise: string): Exercised[] {
  const [, room, runbook] = /^(\w+) (\w+) function$/.exec(holder) ?? [, 'password recovery', holder.split(' ')[0]];
  const path = [room === 'password recovery' ? 'PasswordRecovery' : capital(room!), capital(runbook!)].join('/');
  const fn = { holder, exercise, denied: 'waits' } as const;
  return [
    { ...fn, actions: ['s3:GetObject'], resource: records('control/<own>/*'), need: 'what the state machine has begun is not known' },
    { ...fn, actions: ['states:DescribeExecution'], resource: executionsOf(path), need: 'whether the execution runs is not known' },
  ];
}

const capital = (word: string) => word[0].toUpperCase() + word.slice(1);
const executionsOf = (path: string) => `arn:aws:states:us-east-1:${MANAGEMENT}:execution:<${path}/StateMachine>:*`;

/** The runbooks for policies: the same for buckets and for queues, each of which has its own records and its own task. */
function ofPolicies(kind: 'bucket' | 'queue', taskPolicy: string): Exercised[] {
  const files = `policies/*/${kind}s/*`;
  const unlock = { holder: `${kind} unlock function`, exercise: `unlock a ${kind}`, denied: 'fails' } as const;
  const replace = { ...unlock, exercise: `replace the policy of a ${kind}` };
  const restore = { holder: `${kind} restore function`, exercise: `restore the policy of a ${kind}`, denied: 'fails' } as const;
  const session = { actions: ['sts:AssumeRoot'], resource: root('*'), condition: task(taskPolicy), need: 'the policy is neither read nor changed' };
  return [
    ...controlled(unlock.holder, unlock.exercise),
    ...controlled(restore.holder, restore.exercise),
    { ...unlock, ...session },
    { ...unlock, actions: ['s3:PutObject'], resource: records(files), need: 'nothing is removed, since it is not saved' },
    { ...unlock, ...listing(files), exercise: `unlock a ${kind} again`, need: 'what an attempt that died has changed is not told from what somebody else did' },
    { ...replace, actions: ['s3:GetObject'], resource: records('replacements/*'), need: 'with allowReplacement: the policy to put in its place is not read' },
    { ...replace, ...listing('replacements/*'), need: 'with allowReplacement: a policy that is not there is called denied' },
    { ...restore, ...session },
    { ...restore, actions: ['s3:GetObject'], resource: records(files), need: 'what an unlock saved is not read' },
    { ...restore, ...listing(files), need: 'a record that is not there is called denied' },
    { ...restore, actions: ['s3:PutObject'], resource: records(files), need: 'what is there now is not saved before it is replaced' },
  ];
}

interface RecoveryWork {
  readonly starts?: boolean;
  readonly writes?: boolean;
  readonly taskPolicy?: string;
}

/** A function of the password recovery, which reads the record of an account, and may write it, start closers and take root sessions. */
function ofRecoveries(holder: string, exercise: string, { starts = false, writes = true, taskPolicy }: RecoveryWork): Exercised[] {
  const fn = { holder, exercise, denied: 'fails' } as const;
  return [
    ...starts ? controlled(holder, exercise) : [{ ...fn, actions: ['states:DescribeExecution'], resource: executionsOf('PasswordRecovery/Closer'), need: 'what the closer was started with, and whether it runs, is not known' }],
    { ...fn, actions: ['s3:GetObject'], resource: records('recoveries/*'), need: 'whether a recovery is open is not known' },
    { ...fn, ...listing('recoveries/*'), need: 'a record that is not there is called denied' },
    ...writes ? [{ ...fn, actions: ['s3:PutObject'], resource: records('recoveries/*'), need: 'what is done is not on record, so it is not done' }] : [],
    ...starts ? [{ ...fn, actions: ['states:StartExecution'], resource: '<PasswordRecovery/Closer/StateMachine>', need: 'nobody closes the recovery at its end, so it is not opened or moved' }] : [],
    ...taskPolicy ? [{ ...fn, actions: ['sts:AssumeRoot'], resource: root('*'), condition: task(taskPolicy), denied: 'waits' as const, need: 'the password is neither seen, allowed nor deleted' }] : [],
  ];
}

const ABOVE = { holder: 'allow function', exercise: 'look at what stops the root user', denied: 'goes on', need: 'policies that stop the root user with its new password are not named' } as const;
const BY_HAND = { exercise: 'as a person', denied: 'fails' } as const;
const OPERATOR = { holder: 'who may start a runbook', exercise: 'start a runbook by its document', denied: 'fails' } as const;
const READER = { holder: 'who may read records', ...BY_HAND };

export const EXERCISED: readonly Exercised[] = [
  ...ofPolicies('bucket', 'S3UnlockBucketPolicy'),
  ...ofPolicies('queue', 'SQSUnlockQueuePolicy'),
  ...ofRecoveries('allow function', 'allow a recovery', { starts: true, taskPolicy: 'IAMCreateRootUserPassword' }),
  ...ofRecoveries('extend function', 'extend a recovery', { starts: true }),
  ...ofRecoveries('close function', 'close a recovery', { starts: true, taskPolicy: 'IAMDeleteRootUserCredentials' }),
  ...ofRecoveries('look function', 'look whether a recovery has ended', { writes: false }),
  ...ofRecoveries('close-at-end function', 'close a recovery at its end', { taskPolicy: 'IAMDeleteRootUserCredentials' }),
  { ...OPEN, actions: ['s3:GetObject'], resource: records('recoveries/*') },
  { ...OPEN, ...listing('recoveries/*') },
  { ...OPEN, actions: ['states:ListExecutions'], resource: '<PasswordRecovery/Closer/StateMachine>' },
  { ...OPEN, actions: ['states:DescribeExecution'], resource: executionsOf('PasswordRecovery/Closer') },
  ...['DescribeStacks', 'DescribeStackResource', 'DescribeStackEvents'].map((action): Exercised => ({
    ...OPEN,
    actions: [`cloudformation:${action}`],
    resource: '<this stack>',
    exercise: action === 'DescribeStackEvents' ? 'clean up after runbooks' : OPEN.exercise,
    denied: action === 'DescribeStackEvents' ? 'fails' : 'waits',
    need: 'who may invoke the function can pass for CloudFormation, and learn which recoveries are open',
  })),
  { holder: PROVIDER, actions: ['lambda:InvokeFunction'], resource: `<${OPEN_RECOVERIES}>`, exercise: 'ask by CloudFormation whether a recovery is open', denied: 'tells CloudFormation', need: 'the runbooks cannot be deleted' },
  ...['account', 'ou'].map((kind): Exercised => ({ ...ABOVE, actions: ['organizations:ListParents'], resource: entity(kind) })),
  ...['account', 'ou', 'root'].map((kind): Exercised => ({ ...ABOVE, actions: ['organizations:ListPoliciesForTarget'], resource: entity(kind), condition: OF_SCPS })),
  { ...ABOVE, actions: ['organizations:DescribePolicy'], resource: POLICIES, condition: OF_SCPS },
  ...['account', 'ou', 'root'].map((kind): Exercised => ({ ...ABOVE, actions: ['organizations:ListPoliciesForTarget'], resource: entity(kind), condition: OF_RCPS })),
  { ...ABOVE, actions: ['organizations:DescribePolicy'], resource: RESOURCE_POLICIES, condition: OF_RCPS },

  ...FUNCTIONS.map((fn): Exercised => (
    { ...MACHINE, actions: ['lambda:InvokeFunction'], resource: `<${fn}>`, exercise: 'run a runbook', denied: 'tries on', need: 'the runbook does nothing' })),
  { ...MACHINE, actions: ['s3:PutObject'], resource: records('control/<own>/*'), exercise: 'run a runbook', denied: 'tries on', need: 'the function does not believe that the runbook has begun' },
  { ...MACHINE, actions: ['ssm:GetAutomationExecution'], resource: AUTOMATIONS, exercise: 'run a runbook', denied: 'goes on', need: 'who started it is not on record' },
  ...['account', 'ou'].map((kind): Exercised => ({
    ...MACHINE, actions: ['organizations:ListParents'], resource: entity(kind), exercise: 'run a runbook', denied: 'fails', need: 'when units are selected: the units of an account are not known',
  })),
  { ...MACHINE, actions: ['organizations:DescribeAccount'], resource: entity('account'), exercise: 'run a runbook', denied: 'goes on', need: 'with approvers: the request does not name the account, its unit and mailbox' },
  { ...MACHINE, actions: ['sns:Publish'], resource: '<Approvers>', exercise: 'ask for approval', denied: 'fails', need: 'with approvers: nobody is asked' },
  { ...CLOSER, actions: ['lambda:InvokeFunction'], resource: '<PasswordRecovery/Look>', exercise: 'close by the closer', need: 'the closer does not learn that the recovery has ended' },
  { ...CLOSER, actions: ['lambda:InvokeFunction'], resource: '<PasswordRecovery/CloseAtEnd>', exercise: 'close by the closer', need: 'the password stays after the end' },
  { ...CLOSER, actions: ['sns:Publish'], resource: '<Reminders>', exercise: 'remind', need: 'with a topic: nobody is reminded, or told of a password that stays' },

  { ...OPERATOR, actions: ['ssm:StartAutomationExecution'], resource: systemsManager('document/<Bucket/Unlock/Document>'), need: 'the document is not started' },
  { ...OPERATOR, actions: ['ssm:StartAutomationExecution'], resource: AUTOMATIONS, need: 'the document is not started' },
  { ...OPERATOR, actions: ['ssm:GetAutomationExecution'], resource: AUTOMATIONS, need: 'the document is not followed; IAM can limit it by tags alone, which whoever starts an automation gives it' },
  { ...OPERATOR, actions: ['states:StartExecution'], resource: '<Bucket/Unlock/StateMachine>', need: 'the state machine is not started, directly or by the document' },
  { ...OPERATOR, actions: ['states:DescribeExecution'], resource: `arn:aws:states:us-east-1:${MANAGEMENT}:execution:<Bucket/Unlock/StateMachine>:*`, need: 'the document does not learn how it ended' },
  { ...OPERATOR, ...BY_HAND, actions: ['states:StopExecution'], resource: `arn:aws:states:us-east-1:${MANAGEMENT}:execution:<Bucket/Unlock/StateMachine>:*`, need: 'a runbook is not cancelled' },
  { ...OPERATOR, ...BY_HAND, actions: ['s3:PutObject'], resource: records('replacements/*'), need: 'with allowReplacement: no policy can be given that is put in place of another' },
  {
    holder: 'who may approve',
    ...BY_HAND,
    actions: ['states:SendTaskSuccess', 'states:SendTaskFailure'],
    resource: '*',
    need: 'nobody answers a request for approval',
    everything: NO_RESOURCE,
  },
  ...['policies/*', 'recoveries/*'].flatMap((files): Exercised[] => [
    { ...READER, actions: ['s3:GetObject'], resource: records(files), need: 'records are not read' },
    { ...READER, ...listing(files), need: 'which records there are is not known' },
  ]),
  { holder: 'who may audit', ...BY_HAND, actions: ['sts:AssumeRoot'], resource: root('*'), condition: task('IAMAuditRootUserCredentials'), need: 'RootTaskPolicy gives no root session' },
];

const READERS_AND_WRITERS = [
  'bucket unlock function', 'bucket restore function', 'queue unlock function', 'queue restore function', 'allow function', 'extend function', 'close function',
  'close-at-end function',
];
const HANDLERS = [...READERS_AND_WRITERS, 'look function', OPEN.holder];
const keyed = (holder: string, actions: string[], of: string, service: string): Pinned => ({
  holder, actions, resource: key(of), condition: viaService(service), need: 'with a key: what it is for is neither read nor written', pinned: NOT_ENCRYPTED,
});

export const PINNED: readonly Pinned[] = [
  logs('bucket unlock function', 'Bucket/UnlockFunctionLogs'),
  logs('bucket restore function', 'Bucket/RestoreFunctionLogs'),
  logs('queue unlock function', 'Queue/UnlockFunctionLogs'),
  logs('queue restore function', 'Queue/RestoreFunctionLogs'),
  logs('allow function', 'PasswordRecovery/AllowFunctionLogs'),
  logs('extend function', 'PasswordRecovery/ExtendFunctionLogs'),
  logs('close function', 'PasswordRecovery/CloseFunctionLogs'),
  logs('look function', 'PasswordRecovery/LookLogs'),
  logs('close-at-end function', 'PasswordRecovery/CloseAtEndLogs'),
  logs(OPEN.holder, 'OpenRecoveries/HandlerLogs'),
  logs(PROVIDER, 'OpenRecoveries/ProviderLogs'),
  ...framework(PROVIDER, OPEN_RECOVERIES),
  ...versions(PROVIDER, OPEN_RECOVERIES),
  ...logDelivery(MACHINE.holder, CLOSER.holder),
  ...versions(MACHINE.holder, ...FUNCTIONS),
  ...versions(CLOSER.holder, ...CLOSER_FUNCTIONS),
  ...inVpc(...HANDLERS, PROVIDER),
  ...awsPolicies('allow function'),
  ...HANDLERS.map((holder) => keyed(holder, ['kms:Decrypt'], 'records', 's3')),
  ...[...READERS_AND_WRITERS, MACHINE.holder].map((holder) => keyed(holder, ['kms:GenerateDataKey'], 'records', 's3')),
  ...READERS_AND_WRITERS.filter((holder) => holder !== 'close-at-end function').map((holder): Pinned => ({
    holder,
    ...listing('control/<own>/*'),
    need: 'what no state machine has begun is not told from a permission that takes effect late',
    pinned: 'the local AWS says of a missing object that it is missing, whoever asks',
  })),
  ...[MACHINE, CLOSER].flatMap(({ holder }): Pinned[] => [
    keyed(holder, ['kms:Decrypt', 'kms:GenerateDataKey'], 'topic', 'sns'),
    { holder, actions: ['sns:Publish'], resource: PEOPLE, need: 'with approvers, or a topic for reminders: nobody is asked, or reminded', pinned: 'it is the same permission as that of the topics that are deployed' },
  ]),
  keyed('who may read records', ['kms:Decrypt'], 'records', 's3'),
];
