import { type Grant } from './grants';
import { FORWARDED_TO, KEPT, LISTED, PEOPLE } from './stacks';
import { MANAGEMENT, SECURITY } from '../deploy/testing';

interface Row {
  readonly holder: string;
  readonly actions: readonly string[];
  readonly resource: string;
  readonly condition?: string;
  /** What fails without it. */
  readonly need: string;
  /** Why the resource is `*`. */
  readonly everything?: string;
}

/** A permission that a call on the local AWS needs, so that the call is denied without it. */
export interface Exercised extends Row {
  /** Name of what is done to need it. */
  readonly exercise: string;
  /** The construct whose selection makes the call. @default the first that has the permission */
  readonly construct?: string;
  /** What the function does when it is denied: it says so and fails, it tries until IAM has caught up, it goes on without, or the framework tells CloudFormation. */
  readonly denied: 'fails' | 'waits' | 'goes on' | 'tells CloudFormation';
}

/** A permission that nothing on the local AWS can show to be needed. */
export interface Pinned extends Row {
  /** Why it cannot be shown. */
  readonly pinned: string;
}

const OF_SCPS = 'organizations:PolicyType StringEquals SERVICE_CONTROL_POLICY';
const FOR_IAM = 'organizations:ServicePrincipal StringEquals iam.amazonaws.com';
export const NO_RESOURCE = 'IAM knows no resource for it (service authorization reference)';
export const BY_CONDITION = 'IAM knows no resource for it; the condition keeps it to iam.amazonaws.com, or to service control policies';
const task = (name: string) => `sts:TaskPolicyArn ArnEquals arn:aws:iam::aws:policy/root-task/${name}`;
const root = (accountId: string) => `arn:aws:iam::${accountId}:root`;
const run = (file: string) => `<Reports>/runs/*/${file}`;
const member = (accountId: string) => `arn:aws:organizations::*:account/o-*/${accountId}`;
const entity = (kind: string) => `arn:aws:organizations::*:${kind}/o-*/*`;
const executions = `arn:aws:states:us-east-1:${MANAGEMENT}:execution:<Sweep/StateMachine>`;

const FEATURES = { holder: 'switches function, for OrgRootAccessFeatures', resource: '*' };
const DELEGATION = { holder: 'switches function, for RootAccessDelegation' };
const BEGIN = { holder: 'begin function' };
const SELECT = { holder: 'select function' };
const BATCH = { holder: 'batch function' };
const REPORT = { holder: 'report function' };
const MONITOR = { holder: 'monitor function' };
const PREFLIGHT = { holder: 'guardrail preflight function', exercise: 'look before a guardrail', denied: 'waits' } as const;
const EXPLAINED = { ...BATCH, exercise: 'sweep a batch that a policy denies', construct: 'Explained', denied: 'goes on' } as const;
const PROVIDER = { holder: 'Provider of the sweep' };
const WAITER = { holder: 'waiter of the Provider' };

export const EXERCISED: readonly Exercised[] = [
  {
    ...FEATURES,
    actions: ['organizations:DescribeOrganization'],
    exercise: 'switch on',
    denied: 'waits',
    need: 'that this is the management account, with all features, is not known',
    everything: NO_RESOURCE,
  },
  {
    ...FEATURES,
    actions: ['organizations:ListAWSServiceAccessForOrganization', 'iam:ListOrganizationsFeatures'],
    exercise: 'switch on',
    denied: 'waits',
    need: 'what is on is not known, and what was switched on is not confirmed',
    everything: NO_RESOURCE,
  },
  {
    ...FEATURES,
    actions: ['organizations:EnableAWSServiceAccess'],
    condition: FOR_IAM,
    exercise: 'switch on',
    denied: 'waits',
    need: 'trusted access stays off',
    everything: BY_CONDITION,
  },
  {
    ...FEATURES,
    actions: ['iam:EnableOrganizationsRootCredentialsManagement', 'iam:EnableOrganizationsRootSessions'],
    exercise: 'switch on',
    denied: 'waits',
    need: 'the feature stays off',
    everything: NO_RESOURCE,
  },
  {
    ...FEATURES,
    actions: ['organizations:DisableAWSServiceAccess'],
    condition: FOR_IAM,
    exercise: 'switch on, and fail',
    denied: 'waits',
    need: 'a creation that fails leaves trusted access on',
    everything: BY_CONDITION,
  },
  {
    ...FEATURES,
    actions: ['iam:DisableOrganizationsRootCredentialsManagement', 'iam:DisableOrganizationsRootSessions'],
    exercise: 'switch on, and fail',
    denied: 'waits',
    need: 'a creation that fails leaves the feature on',
    everything: NO_RESOURCE,
  },
  {
    ...FEATURES,
    actions: ['organizations:ListDelegatedAdministrators'],
    condition: FOR_IAM,
    exercise: 'switch off',
    denied: 'waits',
    need: 'only with DESTROY: switching off while somebody is delegated is not refused',
    everything: BY_CONDITION,
  },
  {
    ...DELEGATION,
    actions: ['organizations:DescribeOrganization'],
    resource: '*',
    exercise: 'delegate',
    denied: 'waits',
    need: 'that this is the management account is not known',
    everything: NO_RESOURCE,
  },
  {
    ...DELEGATION,
    actions: ['organizations:ListDelegatedAdministrators'],
    resource: '*',
    condition: FOR_IAM,
    exercise: 'delegate',
    denied: 'waits',
    need: 'who is registered is not known, and the registration is not confirmed',
    everything: BY_CONDITION,
  },
  ...[SECURITY, KEPT].map((accountId): Exercised => ({
    ...DELEGATION,
    actions: ['organizations:RegisterDelegatedAdministrator'],
    resource: member(accountId),
    condition: FOR_IAM,
    exercise: 'delegate',
    denied: 'waits',
    need: 'the account is not registered',
  })),
  {
    ...DELEGATION,
    actions: ['organizations:DeregisterDelegatedAdministrator'],
    resource: member('*'),
    condition: FOR_IAM,
    exercise: 'deregister the older account',
    denied: 'waits',
    need: 'only with DESTROY: the account that another one replaced, which this template does not name, stays registered',
  },
  {
    ...DELEGATION,
    actions: ['organizations:DeregisterDelegatedAdministrator'],
    resource: member(KEPT),
    condition: FOR_IAM,
    exercise: 'delegate, and fail',
    denied: 'waits',
    need: 'only with RETAIN: a registration that fails is not taken back',
  },
  {
    ...DELEGATION,
    actions: ['cloudformation:DescribeStacks'],
    resource: '<this stack>',
    exercise: 'deregister an account that was registered before',
    denied: 'fails',
    need: 'only with DESTROY: a rollback deregisters an account that was registered before',
  },
  {
    holder: 'Provider of the switches',
    actions: ['lambda:InvokeFunction'],
    resource: '<RootAccessSwitches/Handler>',
    exercise: 'ask the switches by CloudFormation',
    denied: 'tells CloudFormation',
    need: 'no switch hears of a deployment',
  },
  { ...BEGIN, actions: ['states:ListExecutions'], resource: '<Sweep/StateMachine>', exercise: 'begin', denied: 'waits', need: 'which other sweeps are at work is not known' },
  {
    ...BEGIN,
    actions: ['states:DescribeExecution'],
    resource: `${executions}:*`,
    exercise: 'begin beside another sweep',
    denied: 'fails',
    need: 'whether the sweep that is at work is one of everything is not known',
  },
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
    ...PREFLIGHT,
    actions: ['organizations:DescribeOrganization', 'organizations:ListRoots'],
    resource: '*',
    need: 'which account is the management account, and whether service control policies are enabled, is not known',
    everything: NO_RESOURCE,
  },
  {
    ...PREFLIGHT,
    actions: ['organizations:ListPolicies'],
    resource: '*',
    condition: OF_SCPS,
    need: 'policies below the targets that block root sessions are not found',
    everything: BY_CONDITION,
  },
  ...['account', 'ou'].map((kind): Exercised => (
    { ...PREFLIGHT, actions: ['organizations:ListParents'], resource: entity(kind), need: 'what is above a target is not known' })),
  ...['account', 'ou', 'root'].map((kind): Exercised => (
    { ...PREFLIGHT, actions: ['organizations:ListPoliciesForTarget'], resource: entity(kind), condition: OF_SCPS, need: 'what is attached to and above a target is not known' })),
  {
    ...PREFLIGHT,
    actions: ['organizations:DescribePolicy'],
    resource: 'arn:aws:organizations::*:policy/o-*/service_control_policy/p-*',
    condition: OF_SCPS,
    need: 'what a policy says is not known',
  },
  {
    ...PREFLIGHT,
    actions: ['organizations:ListTargetsForPolicy'],
    resource: 'arn:aws:organizations::*:policy/o-*/service_control_policy/p-*',
    condition: OF_SCPS,
    need: 'where a policy that blocks root sessions is attached is not known',
  },
  {
    ...PREFLIGHT,
    actions: ['cloudformation:DescribeStacks'],
    resource: '<this stack>',
    exercise: 'look before a guardrail is changed',
    denied: 'fails',
    need: 'a rollback is refused, which leaves the stack where it can go neither forward nor back',
  },
  {
    holder: 'Provider of the guardrail preflight',
    actions: ['lambda:InvokeFunction'],
    resource: '<RootUserGuardrailPreflight/Handler>',
    exercise: 'ask the preflight by CloudFormation',
    denied: 'tells CloudFormation',
    need: 'nobody looks before a guardrail is attached',
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
  { ...SELECT, actions: ['s3:PutObject'], resource: run('batches.json'), exercise: 'select', denied: 'fails', need: 'the Map has no batches' },
  { ...BATCH, actions: ['s3:GetObject'], resource: run('selection.json'), exercise: 'sweep a batch', denied: 'fails', need: 'the selection is not read' },
  { ...BATCH, actions: ['s3:GetObject'], resource: run('plans/*'), exercise: 'sweep a batch again', denied: 'fails', need: 'what an attempt that died deleted is forgotten' },
  { ...BATCH, actions: ['s3:ListBucket'], resource: '<Reports>', condition: 's3:prefix StringLike runs/*', exercise: 'sweep a batch', denied: 'fails', need: 'the plans of an attempt that died are not found' },
  { ...BATCH, actions: ['s3:PutObject'], resource: run('plans/*'), exercise: 'sweep a batch', denied: 'fails', need: 'nothing is deleted, since no plan is saved' },
  { ...BATCH, actions: ['s3:PutObject'], resource: run('batch-*.json'), exercise: 'sweep a batch', denied: 'fails', need: 'results are not written' },
  {
    ...BATCH,
    actions: ['s3:ListBucket'],
    resource: '<Recoveries>',
    condition: 's3:prefix StringLike recoveries/*',
    exercise: 'sweep a batch',
    construct: 'Protected',
    denied: 'fails',
    need: 'with password recoveries: whether one is on record for an account is not known, so nothing is deleted',
  },
  {
    ...BATCH,
    actions: ['s3:GetObject'],
    resource: '<Recoveries>/recoveries/*',
    exercise: 'sweep a batch in a recovery',
    construct: 'Protected',
    denied: 'fails',
    need: 'with password recoveries: whether that of an account is open is not known, so nothing is deleted',
  },
  ...['account', 'ou'].map((kind): Exercised => (
    { ...EXPLAINED, actions: ['organizations:ListParents'], resource: entity(kind), need: 'with readServiceControlPolicies: what is above an account is not known' })),
  ...['account', 'ou', 'root'].map((kind): Exercised => (
    { ...EXPLAINED, actions: ['organizations:ListPoliciesForTarget'], resource: entity(kind), condition: OF_SCPS, need: 'with readServiceControlPolicies: the policy that denied a call is not named' })),
  {
    ...EXPLAINED,
    actions: ['organizations:DescribePolicy'],
    resource: 'arn:aws:organizations::*:policy/o-*/service_control_policy/p-*',
    condition: OF_SCPS,
    need: 'with readServiceControlPolicies: what a policy says is not known',
  },
  ...['*', ...LISTED].flatMap((accountId): Exercised[] => [
    {
      ...BATCH,
      actions: ['sts:AssumeRoot'],
      resource: root(accountId),
      condition: task('IAMAuditRootUserCredentials'),
      exercise: 'sweep a batch',
      denied: 'fails',
      need: accountId === '*' ? 'no account can be looked at' : 'a listed account cannot be looked at',
    },
    {
      ...BATCH,
      actions: ['sts:AssumeRoot'],
      resource: root(accountId),
      condition: task('IAMDeleteRootUserCredentials'),
      exercise: 'sweep a batch',
      denied: 'waits',
      need: 'unless it is a dry run: nothing can be deleted',
    },
  ]),
  { ...REPORT, actions: ['s3:GetObject'], resource: run('selection.json'), exercise: 'report', denied: 'fails', need: 'the selection is not read' },
  { ...REPORT, actions: ['s3:GetObject'], resource: run('batch-*.json'), exercise: 'report what was swept', denied: 'fails', need: 'the results are not read' },
  { ...REPORT, actions: ['s3:ListBucket'], resource: '<Reports>', condition: 's3:prefix StringLike runs/*', exercise: 'report', denied: 'fails', need: 'which batches ended is not known' },
  { ...REPORT, actions: ['s3:PutObject'], resource: run('report.*'), exercise: 'report', denied: 'fails', need: 'the report of the run is not written' },
  { ...REPORT, actions: ['s3:PutObject'], resource: '<Reports>/latest/report.*', exercise: 'report', denied: 'fails', need: 'the latest report is not written' },
  {
    ...REPORT,
    actions: ['events:PutEvents'],
    resource: `arn:aws:events:us-east-1:${MANAGEMENT}:event-bus/default`,
    condition: 'events:source ForAllValues:StringEquals cdk-root-access',
    exercise: 'report',
    denied: 'goes on',
    need: 'no event tells of a sweep',
  },
  { holder: 'start function', actions: ['states:StartExecution'], resource: '<Sweep/StateMachine>', exercise: 'start', denied: 'fails', need: 'a deployment starts no sweep' },
  { holder: 'start function', actions: ['cloudformation:DescribeStacks'], resource: '<this stack>', exercise: 'start', denied: 'fails', need: 'a rollback would sweep too' },
  { holder: 'await function', actions: ['states:DescribeExecution'], resource: `${executions}:*`, exercise: 'await', denied: 'fails', need: 'a deployment does not learn how its sweep ended' },
  { holder: 'await function', actions: ['states:StopExecution'], resource: `${executions}:*`, exercise: 'give up waiting', denied: 'fails', need: 'a sweep goes on after its deployment gave up' },
  { ...PROVIDER, actions: ['lambda:InvokeFunction'], resource: '<OnDeploy/Start>', exercise: 'ask the sweep by CloudFormation', denied: 'tells CloudFormation', need: 'a deployment starts no sweep' },
  {
    ...PROVIDER,
    actions: ['states:StartExecution'],
    resource: '<OnDeploy/Provider/waiter-state-machine>',
    exercise: 'ask the sweep by CloudFormation',
    denied: 'tells CloudFormation',
    need: 'a deployment waits for no sweep',
  },
  { ...WAITER, actions: ['lambda:InvokeFunction'], resource: '<OnDeploy/Await>', exercise: 'ask for the end of the sweep', denied: 'tells CloudFormation', need: 'a deployment does not learn how its sweep ended' },
];

const THE_CDK_GRANTS = 'the CDK grants it beside what is needed';
const INACTIVE = 'the framework asks when a call to the function failed, which may be because Lambda still makes it ready';
const BY_MESSAGES = 'the engine takes messages and events without asking for permission';
const BY_MACHINE = 'the engine calls functions and runs the children of a Map without asking for permission';

/** Logs of a function, which are written by the runtime. */
const logs = (holder: string, group: string): Pinned => ({
  holder,
  actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
  resource: `<${group}>`,
  need: 'the function logs nothing',
  pinned: 'the runtime writes the logs, on the local AWS without asking for permission',
});

const versions = (holder: string, ...functions: string[]) => functions.map((fn): Pinned => ({
  holder, actions: ['lambda:InvokeFunction'], resource: `<${fn}>:*`, need: 'nothing', pinned: `${THE_CDK_GRANTS}: versions of the function, of which there are none`,
}));

const framework = (holder: string, ...functions: string[]) => functions.map((fn): Pinned => ({
  holder, actions: ['lambda:GetFunction'], resource: `<${fn}>`, need: 'a deployment fails when Lambda still makes the function ready', pinned: INACTIVE,
}));

const machine = (holder: string, need: string, ...functions: string[]) => functions.map((fn): Pinned => ({
  holder, actions: ['lambda:InvokeFunction'], resource: `<${fn}>`, need, pinned: BY_MACHINE,
}));

const HANDLERS = [
  'switches function', 'begin function', 'joined function', 'select function', 'batch function', 'report function', 'start function', 'await function',
  'monitor function',
];
const SWEEP_MACHINE = { holder: 'sweep state machine' };
const JOINED_MACHINE = { holder: 'joined state machine', pinned: 'without it, the state machine tries for an hour; test/deploy shows the sweep that it starts' };
const ABOUT_CHILDREN = { ...SWEEP_MACHINE, pinned: BY_MACHINE };

export const PINNED: readonly Pinned[] = [
  logs('switches function', 'RootAccessSwitches/HandlerLogs'),
  logs('Provider of the switches', 'RootAccessSwitches/ProviderLogs'),
  logs('begin function', 'Sweep/Functions/BeginLogs'),
  logs('joined function', 'OnJoin/FindLogs'),
  logs('guardrail preflight function', 'RootUserGuardrailPreflight/HandlerLogs'),
  logs('Provider of the guardrail preflight', 'RootUserGuardrailPreflight/ProviderLogs'),
  logs('select function', 'Sweep/Functions/SelectLogs'),
  logs('batch function', 'Sweep/Functions/BatchLogs'),
  logs('report function', 'Sweep/Functions/ReportLogs'),
  logs('start function', 'OnDeploy/StartLogs'),
  logs('await function', 'OnDeploy/AwaitLogs'),
  logs('monitor function', 'TellLogs'),
  logs('Provider of the sweep', 'OnDeploy/ProviderLogs'),
  logs('waiter of the Provider', 'OnDeploy/ProviderLogs'),
  ...HANDLERS.map((holder): Pinned => ({
    holder,
    actions: [
      'ec2:CreateNetworkInterface', 'ec2:DescribeNetworkInterfaces', 'ec2:DescribeSubnets', 'ec2:DeleteNetworkInterface',
      'ec2:AssignPrivateIpAddresses', 'ec2:UnassignPrivateIpAddresses',
    ],
    resource: '*',
    need: 'in a VPC: the function cannot be deployed (Lambda developer guide, "Attaching Lambda functions to an Amazon VPC")',
    everything: 'Lambda asks for it before there is a network interface to name',
    pinned: 'the local AWS has no VPC',
  })),
  ...[
    ...['batch function', 'report function', 'sweep state machine'].map((holder) => ({ holder, actions: ['kms:Decrypt'] })),
    ...['select function', 'batch function', 'report function'].map((holder) => ({ holder, actions: ['kms:GenerateDataKey'] })),
  ].map((who): Pinned => ({
    ...who,
    resource: `arn:aws:kms:us-east-1:${MANAGEMENT}:key/of-reports`,
    condition: 'kms:ViaService StringEquals s3.us-east-1.amazonaws.com',
    need: 'with a key: objects of the bucket cannot be read, or not be written',
    pinned: 'the local AWS does not encrypt',
  })),
  {
    ...REPORT,
    actions: ['sns:Publish'],
    resource: PEOPLE,
    need: 'with notifications: nobody is told of failed accounts and found credentials',
    pinned: 'the deployment of every construct has no topic',
  },
  {
    ...REPORT,
    actions: ['s3:GetObject'],
    resource: run('plans/*'),
    need: 'what a batch that died was about to delete is not reported',
    pinned: 'a batch would have to die while it deletes',
  },
  { ...MONITOR, actions: ['sns:Publish'], resource: '<Topic>', need: 'nobody gets a message', pinned: BY_MESSAGES },
  { ...MONITOR, actions: ['events:PutEvents'], resource: `arn:aws:events:us-east-1:${MANAGEMENT}:event-bus/default`, need: 'no rule hears of it', pinned: BY_MESSAGES },
  { ...MONITOR, actions: ['sqs:SendMessage'], resource: '<Undelivered>', need: 'what could not be told is lost', pinned: 'a delivery would have to fail three times' },
  { ...MONITOR, actions: ['sqs:GetQueueAttributes', 'sqs:GetQueueUrl'], resource: '<Undelivered>', need: 'nothing', pinned: THE_CDK_GRANTS },
  {
    ...MONITOR,
    actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
    resource: `arn:aws:kms:us-east-1:${MANAGEMENT}:key/of-topic`,
    condition: 'kms:ViaService StringEquals sns.us-east-1.amazonaws.com',
    need: 'with a key: nobody gets a message',
    pinned: 'the local AWS does not encrypt',
  },
  ...[PREFLIGHT.holder, BATCH.holder].map((holder): Pinned => ({
    holder,
    actions: ['organizations:DescribePolicy'],
    resource: 'arn:aws:organizations::aws:policy/service_control_policy/p-*',
    condition: OF_SCPS,
    need: "what a policy of AWS's own says is not known",
    pinned: 'AWS has one, FullAWSAccess, whose text is known',
  })),
  ...framework('Provider of the switches', 'RootAccessSwitches/Handler'),
  ...framework('Provider of the guardrail preflight', 'RootUserGuardrailPreflight/Handler'),
  ...framework('Provider of the sweep', 'OnDeploy/Start', 'OnDeploy/Await'),
  ...framework('waiter of the Provider', 'OnDeploy/Start', 'OnDeploy/Await'),
  ...versions('Provider of the switches', 'RootAccessSwitches/Handler'),
  ...versions('Provider of the guardrail preflight', 'RootUserGuardrailPreflight/Handler'),
  ...versions('Provider of the sweep', 'OnDeploy/Start', 'OnDeploy/Await'),
  ...versions('waiter of the Provider', 'OnDeploy/Start', 'OnDeploy/Await'),
  ...versions('waiting state machine', 'OnDeploy/Provider/framework-isComplete', 'OnDeploy/Provider/framework-onTimeout'),
  ...versions('joined state machine', 'OnJoin/Find'),
  ...versions('sweep state machine', 'Sweep/Functions/Begin', 'Sweep/Functions/Select', 'Sweep/Functions/Batch', 'Sweep/Functions/Report'),
  { ...PROVIDER, actions: ['lambda:InvokeFunction'], resource: '<OnDeploy/Await>', need: 'nothing', pinned: `${THE_CDK_GRANTS}: its roles may call both functions` },
  { ...WAITER, actions: ['lambda:InvokeFunction'], resource: '<OnDeploy/Start>', need: 'nothing', pinned: `${THE_CDK_GRANTS}: its roles may call both functions` },
  ...machine('joined state machine', 'the account that joined is not found', 'OnJoin/Find'),
  ...machine('sweep state machine', 'a state of the sweep does not run', 'Sweep/Functions/Begin', 'Sweep/Functions/Select', 'Sweep/Functions/Batch', 'Sweep/Functions/Report'),
  ...machine('waiting state machine', 'a deployment does not learn how its sweep ended', 'OnDeploy/Provider/framework-isComplete', 'OnDeploy/Provider/framework-onTimeout'),
  {
    ...SWEEP_MACHINE,
    actions: ['s3:GetObject'],
    resource: '<Reports>/*',
    need: 'the Map does not read its batches',
    pinned: 'the engine reads the items of a Map without asking for permission',
  },
  { ...ABOUT_CHILDREN, actions: ['states:StartExecution'], resource: '<Sweep/StateMachine>', need: 'the Map starts no child (Step Functions developer guide, "IAM policies for using Distributed Map states")' },
  { ...ABOUT_CHILDREN, actions: ['states:DescribeExecution', 'states:StopExecution'], resource: `${executions}:*`, need: 'the Map neither follows nor stops its children' },
  { ...ABOUT_CHILDREN, actions: ['states:RedriveExecution'], resource: `${executions}/*:*`, need: 'children that failed are not begun again when a sweep is redriven' },
  {
    holder: 'schedule',
    actions: ['sqs:SendMessage'],
    resource: '<Schedule/Undelivered/Queue>',
    need: 'with a schedule: a start that failed for 24 hours is not kept',
    pinned: 'it would have to fail for 24 hours',
  },
  { ...JOINED_MACHINE, actions: ['states:StartExecution'], resource: '<Sweep/StateMachine>', need: 'the account that joined is not swept' },
  {
    ...JOINED_MACHINE,
    actions: ['states:DescribeExecution', 'states:StopExecution'],
    resource: `${executions}*`,
    need: 'the end of the sweep is not waited for (Step Functions developer guide, "IAM policies for nested workflows")',
  },
  {
    ...JOINED_MACHINE,
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
  ...[SWEEP_MACHINE, { holder: 'joined state machine' }].map((holder): Pinned => ({
    ...holder,
    actions: [
      'logs:CreateLogDelivery', 'logs:GetLogDelivery', 'logs:UpdateLogDelivery', 'logs:DeleteLogDelivery', 'logs:ListLogDeliveries',
      'logs:PutResourcePolicy', 'logs:DescribeResourcePolicies', 'logs:DescribeLogGroups',
    ],
    resource: '*',
    need: 'the state machine cannot be deployed with its log (Step Functions developer guide, "Using CloudWatch Logs to log execution history")',
    everything: NO_RESOURCE,
    pinned: 'the engine writes the log without asking for permission',
  })),
];

export function matches(row: Row, { holder, action, resource, condition }: Grant): boolean {
  return row.holder === holder && row.actions.includes(action) && row.resource === resource && row.condition === condition;
}
