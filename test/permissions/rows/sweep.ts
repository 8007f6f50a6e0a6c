import { awsPolicies, entity, type Exercised, framework, FROM_THE_LIBRARY, inVpc, logDelivery, logs, member, NO_RESOURCE, NOT_ENCRYPTED, OF_RCPS, OF_SCPS, type Pinned, POLICIES, RESOURCE_POLICIES, root, task, versions, viaService } from './row';
import { MANAGEMENT } from '../../deploy/testing';
import { FORWARDED_TO, LISTED, PEOPLE } from '../stacks';

/** Of the asset: the hash of test/support/plan.json, as the CDK makes it. */
const PLAN_KEY = '8f1596ce291d6c2aa8f2bc17d1bf852f5ff7ba7edd2a38bbd6a98eee45cbe887.json';
const run = (file: string) => `<Reports>/runs/*/${file}`;
const executions = `arn:aws:states:us-east-1:${MANAGEMENT}:execution:<Sweep/StateMachine>`;

const SELECT = { holder: 'select function' };
const LOOK = { holder: 'look function of the sweep' };
const DECIDE = { holder: 'decide function of the sweep' };
const PURGE = { holder: 'purge function of the sweep' };
/** The functions that walk over accounts. */
const WALKS = [[LOOK, 'look at a batch'], [PURGE, 'purge a batch']] as const;
const REPORT = { holder: 'report function' };
const DEPLOYMENT = { holder: 'deployment function' };
const ACCEPTED = '<Reports>/accepted/*';
const EXPLAINED = { construct: 'Explained', denied: 'goes on' } as const;
const PROVIDER = { holder: 'Provider of the sweep' };
const WAITER = { holder: 'waiter of the Provider' };
const SWEEP_MACHINE = { holder: 'sweep state machine' };
const JOINED_MACHINE = { holder: 'joined state machine' };
const ABOUT_CHILDREN = { ...SWEEP_MACHINE, pinned: 'the engine follows and stops the children of a Map without asking for permission' };
const BY_STEP_FUNCTIONS = { ...JOINED_MACHINE, pinned: 'the engine waits for another execution without asking for permission' };

/** What every function of a sweep goes by. */
const CONTROLLED = [[SELECT, 'select'], [LOOK, 'look at a batch'], [DECIDE, 'decide'], [PURGE, 'purge a batch'], [REPORT, 'report']] as const;

const BY_HAND = { exercise: 'as a person', denied: 'fails' } as const;
const READER = { holder: 'who may read reports', ...BY_HAND };

export const EXERCISED: readonly Exercised[] = [
  ...CONTROLLED.map(([holder, exercise]): Exercised => (
    { ...holder, actions: ['s3:GetObject'], resource: '<Reports>/control/<own>/*', exercise, denied: 'waits', need: 'what the state machine has begun is not known' })),
  ...CONTROLLED.map(([holder, exercise]): Exercised => (
    { ...holder, actions: ['states:DescribeExecution'], resource: `${executions}:*`, exercise, denied: 'waits', need: 'whether the execution runs is not known' })),
  { ...SELECT, actions: ['states:ListExecutions'], resource: '<Sweep/StateMachine>', exercise: 'select', denied: 'waits', need: 'which other sweeps are at work is not known' },
  {
    holder: 'schedule',
    actions: ['states:StartExecution'],
    resource: '<Sweep/StateMachine>',
    exercise: 'start by the schedule',
    denied: 'fails',
    need: 'with a schedule: it starts no sweep',
  },
  {
    holder: 'joined rule',
    actions: ['states:StartExecution'],
    resource: '<OnJoin/StateMachine>',
    exercise: 'start by the rule',
    denied: 'fails',
    need: 'with joinedAccounts: nothing happens when an account joins',
  },
  {
    holder: 'joined function',
    actions: ['organizations:DescribeAccount'],
    resource: member('*'),
    exercise: 'find the account that joined',
    denied: 'fails',
    need: 'with joinedAccounts: whether the account is in the organization, and usable, is not known',
  },
  {
    ...SELECT,
    actions: ['organizations:DescribeOrganization', 'iam:ListOrganizationsFeatures'],
    resource: '*',
    exercise: 'select',
    denied: 'waits',
    need: 'which account is the management account, and whether root credentials can be managed, is not known',
    everything: NO_RESOURCE,
  },
  {
    ...SELECT,
    actions: ['organizations:ListAccounts'],
    resource: '*',
    exercise: 'select',
    denied: 'fails',
    need: 'unless units are selected: the accounts are not known',
    everything: NO_RESOURCE,
  },
  {
    ...SELECT,
    actions: ['organizations:ListAccountsForParent', 'organizations:ListOrganizationalUnitsForParent'],
    resource: '*',
    exercise: 'select',
    denied: 'fails',
    need: 'when units are selected: the accounts in them are not known',
    everything: 'the units are not the only ones: those below them are asked too, and are not known to the template',
  },
  {
    ...SELECT,
    actions: ['organizations:DescribeAccount'],
    resource: member('*'),
    exercise: 'select',
    construct: 'Units',
    denied: 'fails',
    need: 'with exclusions: one that is mistyped is not told from one that is outside of the units',
  },
  {
    ...SELECT,
    actions: ['organizations:DescribeOrganizationalUnit'],
    resource: 'arn:aws:organizations::*:ou/o-*/ou-*',
    exercise: 'select an account in a unit',
    denied: 'goes on',
    need: 'reports name units by their ids',
  },
  { ...SELECT, actions: ['s3:PutObject'], resource: run('selection.json'), exercise: 'select', denied: 'fails', need: 'the selection is not handed on' },
  ...[LOOK, DECIDE, PURGE].map((holder): Exercised => ({
    ...holder, actions: ['s3:GetObject'], resource: run('selection.json'), exercise: CONTROLLED.find(([each]) => each === holder)![1], denied: 'fails', need: 'the selection is not read',
  })),
  { ...LOOK, actions: ['s3:PutObject'], resource: run('look-*.json'), exercise: 'look at a batch', denied: 'fails', need: 'what was seen is not written' },
  { ...DECIDE, actions: ['s3:GetObject'], resource: run('look-*.json'), exercise: 'decide', denied: 'fails', need: 'what was seen is not read' },
  { ...DECIDE, actions: ['s3:ListBucket'], resource: '<Reports>', condition: 's3:prefix StringLike runs/*', exercise: 'decide', denied: 'fails', need: 'which batches were looked at is not known' },
  { ...DECIDE, actions: ['s3:PutObject'], resource: run('decision.json'), exercise: 'decide', denied: 'fails', need: 'what is decided is not written' },
  { ...DECIDE, actions: ['s3:PutObject'], resource: run('plan.json'), exercise: 'decide', denied: 'fails', need: 'nothing is deleted, since no plan is written' },
  { ...DECIDE, actions: ['s3:PutObject'], resource: '<Reports>/latest/plan.json', exercise: 'decide about everything', denied: 'fails', need: 'the latest plan is not written' },
  { ...PURGE, actions: ['s3:GetObject'], resource: run('plan.json'), exercise: 'purge a batch', denied: 'fails', need: 'the plan is not read' },
  { ...PURGE, actions: ['s3:PutObject'], resource: run('purge-*.json'), exercise: 'purge a batch', denied: 'fails', need: 'nothing is deleted, since no result could be written' },
  ...([[DECIDE, 'decide'], [PURGE, 'purge a batch']] as const).map(([holder, exercise]): Exercised => ({
    ...holder,
    actions: ['s3:ListBucket'],
    resource: '<Records>',
    condition: 's3:prefix StringLike recoveries/*',
    exercise,
    construct: 'Protected',
    denied: 'fails',
    need: 'with password recoveries: whether one is on record for an account is not known, so nothing is deleted',
  })),
  ...([[DECIDE, 'decide in a recovery'], [PURGE, 'purge a batch in a recovery']] as const).map(([holder, exercise]): Exercised => ({
    ...holder,
    actions: ['s3:GetObject'],
    resource: '<Records>/recoveries/*',
    exercise,
    construct: 'Protected',
    denied: 'fails',
    need: 'with password recoveries: whether that of an account is open is not known, so nothing is deleted',
  })),
  {
    ...PURGE,
    actions: ['organizations:DescribeAccount'],
    resource: member('*'),
    exercise: 'purge a batch',
    construct: 'Units',
    denied: 'fails',
    need: 'when units are selected: whether an account is still active is not known, so nothing is deleted',
  },
  ...['account', 'ou'].map((kind): Exercised => ({
    ...PURGE,
    actions: ['organizations:ListParents'],
    resource: entity(kind),
    exercise: 'purge a batch',
    construct: 'Units',
    denied: 'fails',
    need: 'when units are selected: whether an account is still in them is not known, so nothing is deleted',
  })),
  ...WALKS.flatMap(([holder, exercise]): Exercised[] => [
    ...['account', 'ou', 'root'].map((kind): Exercised => ({
      ...holder,
      ...EXPLAINED,
      actions: ['organizations:ListPoliciesForTarget'],
      resource: entity(kind),
      condition: OF_SCPS,
      exercise: `${exercise} that a policy denies`,
      need: 'with readServiceControlPolicies: the policy that denied a call is not named',
    })),
    {
      ...holder,
      ...EXPLAINED,
      actions: ['organizations:DescribePolicy'],
      resource: POLICIES,
      condition: OF_SCPS,
      exercise: `${exercise} that a policy denies`,
      need: 'with readServiceControlPolicies: what a policy says is not known',
    },
    ...['account', 'ou', 'root'].map((kind): Exercised => ({
      ...holder,
      ...EXPLAINED,
      actions: ['organizations:ListPoliciesForTarget'],
      resource: entity(kind),
      condition: OF_RCPS,
      exercise: `${exercise} that gets no session`,
      need: 'with readServiceControlPolicies: the policy that denied a session is not named',
    })),
    {
      ...holder,
      ...EXPLAINED,
      actions: ['organizations:DescribePolicy'],
      resource: RESOURCE_POLICIES,
      condition: OF_RCPS,
      exercise: `${exercise} that gets no session`,
      need: 'with readServiceControlPolicies: what a resource control policy says is not known',
    },
  ]),
  ...['*', ...LISTED].flatMap((accountId): Exercised[] => [
    {
      ...LOOK,
      actions: ['sts:AssumeRoot'],
      resource: root(accountId),
      condition: task('IAMAuditRootUserCredentials'),
      exercise: 'look at a batch',
      denied: 'fails',
      need: accountId === '*' ? 'no account can be looked at' : 'a listed account cannot be looked at',
    },
    {
      ...PURGE,
      actions: ['sts:AssumeRoot'],
      resource: root(accountId),
      condition: task('IAMDeleteRootUserCredentials'),
      exercise: 'purge a batch',
      denied: 'waits',
      need: 'unless it is a dry run: nothing can be deleted',
    },
    {
      ...PURGE,
      actions: ['sts:AssumeRoot'],
      resource: root(accountId),
      condition: task('IAMAuditRootUserCredentials'),
      exercise: 'purge a batch',
      denied: 'waits',
      need: 'unless it is a dry run: nobody sees whether a credential is gone',
    },
  ]),
  { ...REPORT, actions: ['s3:GetObject'], resource: run('selection.json'), exercise: 'report', denied: 'fails', need: 'the selection is not read' },
  { ...REPORT, actions: ['s3:GetObject'], resource: run('look-*.json'), exercise: 'report what was seen', denied: 'fails', need: 'what was seen is not read' },
  { ...REPORT, actions: ['s3:GetObject'], resource: run('decision.json'), exercise: 'report what was purged', denied: 'fails', need: 'what was decided is not read' },
  { ...REPORT, actions: ['s3:GetObject'], resource: run('purge-*.json'), exercise: 'report what was purged', denied: 'fails', need: 'what was purged is not read' },
  { ...REPORT, actions: ['s3:GetObject'], resource: '<Reports>/latest/report.json', exercise: 'report', denied: 'goes on', need: 'what has changed since is not said' },
  { ...REPORT, actions: ['s3:ListBucket'], resource: '<Reports>', condition: 's3:prefix StringLike runs/*', exercise: 'report', denied: 'fails', need: 'which batches ended is not known' },
  { ...REPORT, actions: ['s3:PutObject'], resource: run('report.*'), exercise: 'report', denied: 'fails', need: 'the report of the run is not written' },
  { ...REPORT, actions: ['s3:PutObject'], resource: '<Reports>/latest/report.*', exercise: 'report', denied: 'fails', need: 'the latest report is not written' },
  {
    ...REPORT,
    actions: ['events:PutEvents'],
    resource: `arn:aws:events:us-east-1:${MANAGEMENT}:event-bus/default`,
    condition: FROM_THE_LIBRARY,
    exercise: 'report',
    denied: 'goes on',
    need: 'no event tells of a sweep',
  },
  { ...DEPLOYMENT, actions: ['states:StartExecution'], resource: '<Sweep/StateMachine>', exercise: 'start', denied: 'waits', need: 'a deployment starts no sweep' },
  { ...DEPLOYMENT, actions: ['states:ListExecutions'], resource: '<Sweep/StateMachine>', exercise: 'delete', denied: 'waits', need: 'sweeps at work are not found, so they go on when the stack is deleted' },
  { ...DEPLOYMENT, actions: ['states:StopExecution'], resource: `${executions}:*`, exercise: 'delete beside a sweep', denied: 'waits', need: 'sweeps at work go on when the stack is deleted' },
  { ...DEPLOYMENT, actions: ['states:DescribeExecution'], resource: `${executions}:*`, exercise: 'start', denied: 'waits', need: 'a request that comes again begins a second sweep' },
  ...['DescribeStacks', 'DescribeStackResource', 'DescribeStackEvents'].map((action): Exercised => ({
    ...DEPLOYMENT,
    actions: [`cloudformation:${action}`],
    resource: '<this stack>',
    exercise: action === 'DescribeStackEvents' ? 'clean up' : 'start',
    denied: action === 'DescribeStackEvents' ? 'fails' : 'waits',
    need: 'who may invoke the function can pass for CloudFormation',
  })),
  ...[{ ...DEPLOYMENT, exercise: 'start' }, { ...SELECT, exercise: 'select' }, { ...DECIDE, exercise: 'decide' }].flatMap((role): Exercised[] => [
    { ...role, actions: ['s3:GetObject'], resource: ACCEPTED, denied: 'waits', need: 'what a deployment has accepted is not known, so nothing is swept' },
    { ...role, actions: ['s3:ListBucket'], resource: '<Reports>', condition: 's3:prefix StringEquals accepted/*', denied: 'waits', need: 'that nothing is accepted is not told from a denial' },
  ]),
  ...WALKS.map(([holder, exercise]): Exercised => ({
    ...holder, actions: ['s3:GetObject'], resource: ACCEPTED, exercise, denied: 'goes on', need: 'no account is begun, since the sweep may have been stopped',
  })),
  { ...DEPLOYMENT, actions: ['s3:PutObject'], resource: ACCEPTED, exercise: 'start', denied: 'waits', need: 'no settings are accepted, so nothing is swept' },
  { ...PROVIDER, actions: ['lambda:InvokeFunction'], resource: '<OnDeploy/Handler>', exercise: 'ask the sweep by CloudFormation', denied: 'tells CloudFormation', need: 'a deployment starts no sweep' },
  {
    ...PROVIDER,
    actions: ['states:StartExecution'],
    resource: '<OnDeploy/Provider/waiter-state-machine>',
    exercise: 'ask the sweep by CloudFormation',
    denied: 'tells CloudFormation',
    need: 'a deployment waits for no sweep',
  },
  { ...WAITER, actions: ['lambda:InvokeFunction'], resource: '<OnDeploy/Handler>', exercise: 'ask for the end of the sweep', denied: 'tells CloudFormation', need: 'a deployment does not learn how its sweep ended' },
  ...['Select', 'Look', 'Decide', 'Purge', 'Report'].map((fn): Exercised => ({
    ...SWEEP_MACHINE, actions: ['lambda:InvokeFunction'], resource: `<Sweep/Functions/${fn}>`, exercise: 'sweep', denied: 'tries on', need: 'a state of the sweep does not run',
  })),
  { ...SWEEP_MACHINE, actions: ['s3:PutObject'], resource: '<Reports>/control/<own>/*', exercise: 'sweep', denied: 'tries on', need: 'no function believes that the state machine has begun' },
  {
    ...SWEEP_MACHINE,
    actions: ['states:StartExecution'],
    resource: '<Sweep/StateMachine>',
    exercise: 'sweep',
    denied: 'fails',
    need: 'the Map starts no child (Step Functions developer guide, "IAM policies for using Distributed Map states")',
  },
  { ...JOINED_MACHINE, actions: ['lambda:InvokeFunction'], resource: '<OnJoin/Find>', exercise: 'an account joins', denied: 'tries on', need: 'the account that joined is not found' },
  { ...JOINED_MACHINE, actions: ['states:StartExecution'], resource: '<Sweep/StateMachine>', exercise: 'an account joins', denied: 'tries on', need: 'the account that joined is not swept' },
  {
    holder: 'waiting state machine',
    actions: ['lambda:InvokeFunction'],
    resource: '<OnDeploy/Provider/framework-isComplete>',
    exercise: 'wait for a sweep',
    denied: 'tries on',
    need: 'a deployment does not learn how its sweep ended',
  },
  ...[
    { actions: ['states:StartExecution'], resource: '<Sweep/StateMachine>', need: 'nobody starts a sweep by hand' },
    { actions: ['states:DescribeExecution', 'states:GetExecutionHistory'], resource: `${executions}:*`, need: 'a sweep that was started by hand is not followed' },
  ].map((row): Exercised => ({ ...row, holder: 'who may start a sweep', ...BY_HAND })),
  ...['latest/*', 'runs/*'].map((files): Exercised => (
    { ...READER, actions: ['s3:GetObject'], resource: `<Reports>/${files}`, need: 'reports are not read' })),
  ...['latest/*', 'runs/*'].map((files): Exercised => (
    { ...READER, actions: ['s3:ListBucket'], resource: '<Reports>', condition: `s3:prefix StringLike ${files}`, need: 'which reports there are is not known' })),
];

export const PINNED: readonly Pinned[] = [
  logs('joined function', 'OnJoin/FindLogs'),
  logs('select function', 'Sweep/Functions/SelectLogs'),
  logs('look function of the sweep', 'Sweep/Functions/LookLogs'),
  logs('decide function of the sweep', 'Sweep/Functions/DecideLogs'),
  logs('purge function of the sweep', 'Sweep/Functions/PurgeLogs'),
  logs('report function', 'Sweep/Functions/ReportLogs'),
  logs('deployment function', 'OnDeploy/HandlerLogs'),
  logs('Provider of the sweep', 'OnDeploy/ProviderLogs'),
  logs('waiter of the Provider', 'OnDeploy/ProviderLogs'),
  ...inVpc('joined function', 'select function', 'look function of the sweep', 'decide function of the sweep', 'purge function of the sweep', 'report function', 'deployment function', 'Provider of the sweep', 'waiter of the Provider'),
  ...[
    ...['select function', 'look function of the sweep', 'decide function of the sweep', 'purge function of the sweep', 'report function', 'deployment function', READER.holder].map((holder) => ({ holder, actions: ['kms:Decrypt'] })),
    ...['select function', 'look function of the sweep', 'decide function of the sweep', 'purge function of the sweep', 'report function', 'deployment function', 'sweep state machine'].map((holder) => ({ holder, actions: ['kms:GenerateDataKey'] })),
  ].map((who): Pinned => ({
    ...who,
    resource: `arn:aws:kms:us-east-1:${MANAGEMENT}:key/of-reports`,
    condition: viaService('s3'),
    need: 'with a key: objects of the bucket cannot be read, or not be written',
    pinned: NOT_ENCRYPTED,
  })),
  {
    ...DECIDE,
    actions: ['s3:GetObject'],
    resource: `arn:aws:s3:::cdk-hnb659fds-assets-${MANAGEMENT}-us-east-1/${PLAN_KEY}`,
    need: 'with a plan from code review: it is not read, so nothing is deleted',
    pinned: 'the rollout is deployed with one (test/deploy/rollout.test.ts)',
  },
  {
    ...DEPLOYMENT,
    actions: ['s3:GetObject'],
    resource: '<Reports>/control/<own>/*/asked.json',
    need: 'with approval: a deployment waits for people',
    pinned: 'a purge is deployed with it (test/deploy/approval.test.ts)',
  },
  {
    ...DEPLOYMENT,
    actions: ['s3:ListBucket'],
    resource: '<Reports>',
    condition: 's3:prefix StringLike control/<own>/*',
    need: 'with approval: that nobody has been asked is not told from a denial',
    pinned: 'the local AWS says of a missing object that it is missing, whoever asks',
  },
  {
    ...SWEEP_MACHINE,
    actions: ['sns:Publish'],
    resource: PEOPLE,
    need: 'with approval: nobody is asked',
    pinned: 'a purge is deployed with it (test/deploy/approval.test.ts)',
  },
  {
    ...SWEEP_MACHINE,
    actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
    resource: `arn:aws:kms:us-east-1:${MANAGEMENT}:key/of-topic`,
    condition: viaService('sns'),
    need: 'with approval by a topic with a key: nobody is asked',
    pinned: NOT_ENCRYPTED,
  },
  {
    ...REPORT,
    actions: ['sns:Publish'],
    resource: PEOPLE,
    need: 'with notifications: nobody is told of failed accounts and found credentials',
    pinned: 'the deployment of every construct has no topic',
  },
  {
    ...REPORT,
    actions: ['sns:Publish'],
    resource: '<Root/Notifications>',
    need: 'nobody is told of failed accounts and found credentials',
    pinned: 'it is the same permission as that of a given topic',
  },
  {
    ...REPORT,
    actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
    resource: `arn:aws:kms:us-east-1:${MANAGEMENT}:key/of-topic`,
    condition: viaService('sns'),
    need: 'with notifications to a topic with a key: nobody is told',
    pinned: NOT_ENCRYPTED,
  },
  ...[DECIDE, PURGE].map((holder): Pinned => ({
    ...holder,
    actions: ['kms:Decrypt'],
    resource: `arn:aws:kms:us-east-1:${MANAGEMENT}:key/of-records`,
    condition: viaService('s3'),
    need: 'with password recoveries and a key: whether that of an account is open is not known, so nothing is deleted',
    pinned: NOT_ENCRYPTED,
  })),
  {
    ...DECIDE,
    actions: ['s3:GetObject'],
    resource: run('decision.json'),
    need: 'a decision that is begun again does not find what it has decided',
    pinned: 'the function would have to die after it has saved the decision',
  },
  {
    ...SELECT,
    actions: ['s3:GetObject'],
    resource: run('selection.json'),
    need: 'a selection that is begun again does not find what it has saved',
    pinned: 'the function would have to die after it has saved the selection',
  },
  ...CONTROLLED.map(([holder]): Pinned => ({
    ...holder,
    actions: ['s3:ListBucket'],
    resource: '<Reports>',
    condition: 's3:prefix StringLike control/<own>/*',
    need: 'what no state machine has begun is not told from a permission that takes effect late',
    pinned: 'the local AWS says of a missing object that it is missing, whoever asks',
  })),
  ...awsPolicies(LOOK.holder),
  ...awsPolicies(PURGE.holder),
  ...['account', 'ou'].map((kind): Pinned => ({
    ...LOOK,
    actions: ['organizations:ListParents'],
    resource: entity(kind),
    need: 'with readServiceControlPolicies: what is above the account of the sweep, or above an account that the selection does not know, is not known',
    pinned: 'the selection knows what is above its accounts, and the management account is bound by no policy',
  })),
  ...framework('Provider of the sweep', 'OnDeploy/Handler'),
  ...framework('waiter of the Provider', 'OnDeploy/Handler'),
  ...versions('Provider of the sweep', 'OnDeploy/Handler'),
  ...versions('waiter of the Provider', 'OnDeploy/Handler'),
  ...versions('waiting state machine', 'OnDeploy/Provider/framework-isComplete', 'OnDeploy/Provider/framework-onTimeout'),
  ...versions('joined state machine', 'OnJoin/Find'),
  ...versions('sweep state machine', 'Sweep/Functions/Select', 'Sweep/Functions/Look', 'Sweep/Functions/Decide', 'Sweep/Functions/Purge', 'Sweep/Functions/Report'),
  {
    holder: 'waiting state machine',
    actions: ['lambda:InvokeFunction'],
    resource: '<OnDeploy/Provider/framework-onTimeout>',
    need: 'a sweep goes on after its deployment gave up',
    pinned: 'it is called when an hour has passed',
  },
  { ...ABOUT_CHILDREN, actions: ['states:DescribeExecution', 'states:StopExecution'], resource: `${executions}:*`, need: 'the Map neither follows nor stops its children' },
  { ...ABOUT_CHILDREN, actions: ['states:RedriveExecution'], resource: `${executions}/*:*`, need: 'children that failed are not begun again when a sweep is redriven' },
  {
    holder: 'schedule',
    actions: ['sqs:SendMessage'],
    resource: '<Schedule/Undelivered/Queue>',
    need: 'with a schedule: a start that failed for 24 hours is not kept',
    pinned: 'it would have to fail for 24 hours',
  },
  {
    ...BY_STEP_FUNCTIONS,
    actions: ['states:DescribeExecution', 'states:StopExecution'],
    resource: `${executions}*`,
    need: 'the end of the sweep is not waited for (Step Functions developer guide, "IAM policies for nested workflows")',
  },
  {
    ...BY_STEP_FUNCTIONS,
    actions: ['events:PutTargets', 'events:PutRule', 'events:DescribeRule'],
    resource: `arn:aws:events:us-east-1:${MANAGEMENT}:rule/StepFunctionsGetEventsForStepFunctionsExecutionRule`,
    need: 'the end of the sweep is not heard of (Step Functions developer guide, "IAM policies for nested workflows")',
  },
  {
    holder: 'forwarder rule',
    actions: ['events:PutEvents'],
    resource: FORWARDED_TO,
    need: 'with AccountJoinedForwarder: events do not reach the other bus',
    pinned: 'it is of another stack, in another account than the bus',
  },
  ...logDelivery('sweep state machine', 'joined state machine'),
];
