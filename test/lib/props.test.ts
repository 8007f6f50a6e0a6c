import { Duration, RemovalPolicy, Stack, Token } from 'aws-cdk-lib';
import * as actions from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as events from 'aws-cdk-lib/aws-events';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { ScheduleExpression, TimeWindow } from 'aws-cdk-lib/aws-scheduler';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import * as lib from '../../lib';
import { testApp } from '../support/apps';

const app = testApp();
const stack = new Stack(app, 'Stack', { env: { account: '111111111111', region: 'us-east-1' } });
const ids = (() => {
  let made = 0;
  return () => `C${made++}`;
})();

const topic = new sns.Topic(stack, 'Topic');
const bucket = new s3.Bucket(stack, 'Bucket');
const key = new kms.Key(stack, 'Key');
const role = new iam.Role(stack, 'Role', { assumedBy: new iam.AccountRootPrincipal() });
const vpc = new ec2.Vpc(stack, 'Vpc');
const securityGroup = new ec2.SecurityGroup(stack, 'SecurityGroup', { vpc });
const logGroup = new logs.LogGroup(stack, 'LogGroup');
const action = new actions.SnsAction(topic);
const features = lib.OrgRootAccessFeatures.fromOrgRootAccessFeaturesAttributes(stack, 'Imported', { organizationId: 'o-abcdefghij', managementAccountId: '111111111111' });
const guardrail = lib.RootUserGuardrail.fromPolicyId(stack, 'Guardrail', 'p-abcdefgh');
const accounts = lib.AccountSelection.organization();
const bus = events.EventBus.fromEventBusName(stack, 'Bus', 'bus');

/** Each interface with a value for each of its properties: the compiler misses none. */
const functionOptions: Required<lib.RootAccessFunctionOptions> = {
  runtime: lambda.Runtime.NODEJS_22_X,
  memorySize: 1_024,
  architecture: lambda.Architecture.ARM_64,
  environmentEncryption: key,
  logGroup,
  logRetention: logs.RetentionDays.ONE_WEEK,
  logRemovalPolicy: RemovalPolicy.DESTROY,
  vpc,
  vpcSubnets: { subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS },
  securityGroups: [securityGroup],
};
const sweep: Required<lib.RootCredentialsSweepOptions> = {
  readServiceControlPolicies: true,
  allowedEmailDomains: ['example.com'],
  failedAccounts: lib.FailedAccounts.TOLERATE,
  concurrency: { accountsPerBatch: 30, batchesAtOnce: 4, accountsInFlight: 10 } satisfies Required<lib.SweepConcurrency>,
  runOnEveryDeploy: false,
  schedule: ScheduleExpression.rate(Duration.days(1)),
  scheduleTimeWindow: TimeWindow.flexible(Duration.hours(1)),
  joinedAccounts: lib.JoinedAccounts.AUDIT,
  joinedAccountsForwarderAccountId: '111111111111',
  deploymentTimeout: Duration.minutes(30),
  reportsBucket: bucket,
  removalPolicy: RemovalPolicy.DESTROY,
  encryptionKey: key,
  reportRetention: Duration.days(30),
  notifications: topic,
  notify: lib.Notify.ALWAYS,
  alarms: { actions: [action], okActions: [action], failedAccounts: 1, foundCredentials: 1 } satisfies Required<lib.SweepAlarmOptions>,
  stsRegion: 'us-east-1',
  functionOptions,
};
const keep: Required<lib.KeepRule> = { accounts: ['333333333333'], credentials: [lib.RootCredential.PASSWORD], reason: 'break glass', owner: 'security', until: '2020-02-29' };
const exclusion: Required<lib.AccountExclusion> = { accounts: ['444444444444'], reason: 'moves out', owner: 'payments', until: '2027-01-31' };
const purge: Required<lib.RootCredentialsPurgeOptions> = {
  ...sweep,
  credentials: [lib.RootCredential.PASSWORD],
  dryRun: true,
  limits: lib.PurgeLimits.of({ credentials: 20, accounts: 5 }),
  plan: lib.PurgePlan.fromFile('test/support/plan.json'),
  approval: { topic, timeout: Duration.hours(1) } satisfies Required<lib.PurgeApproval>,
  deleteAccessKeysInUse: true,
  keepIfUsedWithin: Duration.days(30),
  keep: [keep],
  release: ['444444444444'],
  passwordRecoveries: lib.PasswordRecoveries.fromBucket(stack, 'Recoveries', bucket),
};
const attributes: Required<lib.RootCredentialsSweepAttributes> = {
  sweepName: 'Stack/Audit',
  stateMachine: sfn.StateMachine.fromStateMachineName(stack, 'Machine', 'sweep'),
  reportsBucket: bucket,
  reportsPrefix: 'sweep/',
  rootSessionRoles: [role],
};
const exemption: Required<lib.LongTermRootExemption> = { reason: 'MFA delete', actions: ['s3:PutBucketVersioning'], accountIds: ['444444444444'] };
const toleration: Required<lib.BlockedRootSessionsToleration> = { policyId: 'p-abcdefgh', organizationalUnitId: 'ou-abcd-11111111', reason: 'a test' };
const activityExemption: Required<lib.RootActivityExemption> = { accountId: '444444444444', activities: [lib.RootActivity.ROOT_SIGN_IN], reason: 'a test' };

const recovery: Required<lib.PasswordRecoveryOptions> = {
  duration: Duration.hours(1), longestDuration: Duration.hours(2), topic, reminders: [Duration.hours(1)],
};

function api<Props extends object>(name: string, sample: Required<Props>, use: (props: Props) => unknown, needed: (keyof Props)[] = []) {
  return { name, sample: sample as Record<string, unknown>, use: use as (props: any) => unknown, needed: needed as string[] };
}

const API = [
  api<lib.RootCredentialsAuditProps>('RootCredentialsAudit', { ...sweep, features, accounts, failOnFindings: true }, (props) => new lib.RootCredentialsAudit(stack, ids(), props)),
  api<lib.RootCredentialsPurgeProps>('RootCredentialsPurge', { ...purge, features, accounts }, (props) => new lib.RootCredentialsPurge(stack, ids(), props)),
  api<lib.CentralizedRootAccessProps>('CentralizedRootAccess', {
    delegatedAdministratorAccountId: '222222222222', accounts, auditSchedule: ScheduleExpression.rate(Duration.days(1)), auditJoinedAccounts: true, purge, notifications: topic, notify: lib.Notify.NEW, functionOptions,
  }, (props) => new lib.CentralizedRootAccess(stack, ids(), props)),
  api<lib.OrgRootAccessFeaturesProps>('OrgRootAccessFeatures', { features: [lib.RootAccessFeature.ROOT_SESSIONS], removalPolicy: RemovalPolicy.RETAIN, functionOptions },
    (props) => new lib.OrgRootAccessFeatures(stack, ids(), props)),
  api<lib.OrgRootAccessFeaturesAttributes>('OrgRootAccessFeatures.fromOrgRootAccessFeaturesAttributes', { organizationId: 'o-abcdefghij', managementAccountId: '111111111111' },
    (props) => lib.OrgRootAccessFeatures.fromOrgRootAccessFeaturesAttributes(stack, ids(), props), ['organizationId', 'managementAccountId']),
  api<lib.RootAccessDelegationProps>('RootAccessDelegation', { accountId: '222222222222', features, exclusive: true, removalPolicy: RemovalPolicy.RETAIN, functionOptions },
    (props) => new lib.RootAccessDelegation(stack, ids(), props), ['accountId']),
  api<{ accountId: string }>('RootAccessDelegation.fromAccountId', { accountId: '222222222222' }, ({ accountId }) => lib.RootAccessDelegation.fromAccountId(stack, ids(), accountId), ['accountId']),
  api<lib.RootCredentialsSweepAttributes>('RootCredentialsAudit.fromRootCredentialsAuditAttributes', attributes,
    (props) => lib.RootCredentialsAudit.fromRootCredentialsAuditAttributes(stack, ids(), props), ['sweepName', 'stateMachine', 'reportsBucket']),
  api<lib.RootCredentialsSweepAttributes>('RootCredentialsPurge.fromRootCredentialsPurgeAttributes', attributes,
    (props) => lib.RootCredentialsPurge.fromRootCredentialsPurgeAttributes(stack, ids(), props), ['sweepName', 'stateMachine', 'reportsBucket']),
  api<lib.AccountJoinedForwarderProps>('AccountJoinedForwarder', { bus, alarms: { actions: [action], okActions: [action] } satisfies Required<lib.AlarmOptions> }, (props) => new lib.AccountJoinedForwarder(stack, ids(), props), ['bus']),
  api<lib.RootCredentialsDashboardProps>('RootCredentialsDashboard', { sweeps: [new lib.RootCredentialsAudit(stack, 'Audit')], dashboardName: 'root' },
    (props) => new lib.RootCredentialsDashboard(stack, ids(), props), ['sweeps']),
  api<lib.RootSessionRunbooksProps>('RootSessionRunbooks', {
    features,
    accounts,
    protectedAccounts: ['333333333333'],
    protectedBuckets: ['logs'],
    protectedQueues: ['queue'],
    allowReplacement: true,
    approvers: { topic, timeout: Duration.hours(1) } satisfies Required<lib.RootSessionApprovers>,
    passwordRecovery: recovery,
    alarms: { actions: [action], okActions: [action] } satisfies Required<lib.AlarmOptions>,
    recordsBucket: bucket,
    encryptionKey: key,
    stsRegion: 'us-east-1',
    functionOptions,
  }, (props) => new lib.RootSessionRunbooks(stack, ids(), props)),
  api<lib.RootUserGuardrailProps>('RootUserGuardrail', {
    targets: ['ou-abcd-11111111'],
    exemptions: [exemption],
    policyName: 'deny',
    blockedRootSessions: lib.BlockedRootSessions.FAIL,
    tolerations: [toleration],
    features,
    removalPolicy: RemovalPolicy.RETAIN,
    functionOptions,
  }, (props) => new lib.RootUserGuardrail(stack, ids(), props), ['targets']),
  api<lib.RootActivityMonitorProps>('RootActivityMonitor', {
    trailLogGroup: logGroup,
    topic,
    encryptionKey: key,
    eventBus: bus,
    allowedPrincipals: [role],
    guardrails: [guardrail],
    exemptions: [activityExemption],
    metricNamespace: 'Root',
    alarms: { actions: [action], okActions: [action] },
    functionOptions,
  }, (props) => new lib.RootActivityMonitor(stack, ids(), props), ['trailLogGroup']),
  api<lib.RootActivityMonitorAttributes>('RootActivityMonitor.fromRootActivityMonitorAttributes', { topic, eventBus: bus, metricNamespace: 'Root' },
    (props) => lib.RootActivityMonitor.fromRootActivityMonitorAttributes(stack, ids(), props), ['topic']),
  api<{ policyId: string }>('RootUserGuardrail.fromPolicyId', { policyId: 'p-abcdefgh' }, ({ policyId }) => lib.RootUserGuardrail.fromPolicyId(stack, ids(), policyId), ['policyId']),
  api<lib.AccountSelectionOptions>('AccountSelection.organization', { exclude: ['333333333333'], exclusions: [exclusion] }, (props) => lib.AccountSelection.organization(props)),
  api<lib.AccountSelectionOptions>('AccountSelection.organizationalUnits', { exclude: ['333333333333'], exclusions: [exclusion] }, (props) => lib.AccountSelection.organizationalUnits(['ou-abcd-11111111'], props)),
  api<{ accountIds: string[] }>('AccountSelection.accounts', { accountIds: ['333333333333'] }, ({ accountIds }) => lib.AccountSelection.accounts(accountIds), ['accountIds']),
  api<{ organizationalUnitIds: string[] }>('AccountSelection.organizationalUnits (ids)', { organizationalUnitIds: ['ou-abcd-11111111'] },
    (props) => lib.AccountSelection.organizationalUnits(props.organizationalUnitIds), ['organizationalUnitIds']),
  api<lib.AssumeRootOptions>('RootTaskPolicy.grantAssumeRoot', { accounts, protectedAccounts: ['333333333333'] }, (props) => lib.RootTaskPolicy.UNLOCK_BUCKET.grantAssumeRoot(role, props)),
  api<{ policyName: string; feature: lib.RootAccessFeature }>('RootTaskPolicy.custom', { policyName: 'X', feature: lib.RootAccessFeature.ROOT_SESSIONS },
    ({ policyName, feature }) => lib.RootTaskPolicy.custom(policyName, feature), ['policyName', 'feature']),
  api<{ bucket: s3.IBucket }>('PasswordRecoveries.fromBucket', { bucket }, (props) => lib.PasswordRecoveries.fromBucket(stack, ids(), props.bucket), ['bucket']),
];

const ENUMS = [
  lib.RootCredential, lib.FailedAccounts, lib.JoinedAccounts, lib.RootAccessFeature, lib.RootActivity, lib.BlockedRootSessions, RemovalPolicy,
].flatMap((each) => Object.values(each) as string[]);
const isPlain = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value?.constructor === Object;
const kindOf = (value: unknown) => Array.isArray(value) ? 'list' : value === null ? 'null' : isPlain(value) ? 'plain' : typeof value;

const VALUES = [null, true, 'false', 42, NaN, [], ['x'], {}, { x: 1 }, () => undefined, Symbol('x'), new Date(0), new Map()];

/** Values of other kinds than the sample, within lists and objects too, each with the property that is to be named. */
function wrong(property: string, sample: unknown): [property: string, value: unknown][] {
  const isEnum = ENUMS.includes(sample as string);
  const isOptions = isPlain(sample) && !/passwordRecoveries|vpcSubnets/.test(property);
  const others = VALUES.filter((value) => Number.isNaN(value) || isEnum || kindOf(value) !== kindOf(sample))
    .filter((value) => !(isPlain(sample) && kindOf(value) === 'object')); // an object of any class may have the properties
  const here = others.map((value): [string, unknown] => [property, value]);
  if (isEnum) {
    return [...here, [property, `${(sample as string).toLowerCase()} `]];
  }
  if (Array.isArray(sample)) {
    const [item] = sample;
    const ofItem = wrong(`${property}[0]`, item).map(([name, value]): [string, unknown] => [name, [value]]);
    return [...here, [property, item], ...[undefined, null, [item]].map((other): [string, unknown] => [`${property}[1]`, [item, other]]), ...ofItem];
  }
  if (isOptions) {
    const within = Object.keys(sample).flatMap((name) => (
      wrong(`${property}.${name}`, sample[name]).map(([path, value]): [string, unknown] => [path, { ...sample, [name]: value }])));
    return [...here, ...within];
  }
  return here;
}

const messageOf = (use: () => unknown): unknown => {
  try {
    return use() && 'accepted';
  } catch (error) {
    return (error as Error).message;
  }
};

describe.each(API)('$name', ({ sample, use, needed }) => {
  test('names the property, what it may be and what it got, whatever it is given', () => {
    const without = Object.fromEntries(needed.map((name) => [name, sample[name]]));
    for (const [name, value] of Object.entries(sample)) {
      for (const [property, other] of wrong(name, value)) {
        const message = messageOf(() => use({ ...without, [name]: other }));
        expect([property, other, message]).toEqual([property, other, expect.stringMatching(new RegExp(`^${property.replace(/[.[\]]/g, '\\$&')}.* must be .*, got .`, 's'))]);
      }
    }
  });

  test('names the property that is needed and not given', () => {
    for (const name of needed) {
      const { [name]: _, ...others } = sample;
      expect(messageOf(() => use(others))).toEqual(expect.stringMatching(new RegExp(`^${name} must be .*, got undefined`)));
    }
  });
});

test.each([null, 'x', 42, [], true])('properties as a whole that are %j are refused', (props) => {
  for (const { name, use } of API.filter((each) => !/AccountSelection\.accounts|ids|custom|fromBucket|fromPolicyId|fromAccountId/.test(each.name))) {
    expect([name, messageOf(() => use(props))]).toEqual([name, expect.stringMatching(/^props must be an object with properties, got /)]);
  }
});

test.each([
  ['dryrun', 'dryRun'], ['DryRun', 'dryRun'], ['dry_run', 'dryRun'], ['keepifusedwithin', 'keepIfUsedWithin'],
])('the property %s is not overlooked', (name, meant) => {
  expect(() => new lib.RootCredentialsPurge(stack, ids(), { [name]: true } as lib.RootCredentialsPurgeProps)).toThrow(`${name} is not a property: it must be written '${meant}'`);
  expect(() => new lib.CentralizedRootAccess(stack, ids(), { purge: { [name]: true } })).toThrow(`purge.${name} is not a property`);
});

test('an account id is a text', () => {
  expect(() => lib.AccountSelection.organization({ exclude: [333333333333 as never] })).toThrow('exclude[0] must be a text, got 333333333333');
});

test('what is known only at the deployment passes, and so does what somebody hands on beside', () => {
  const token = Token.asString({ Ref: 'Parameter' });
  const list = Token.asList({ Ref: 'Parameters' });
  const props = { accounts: lib.AccountSelection.accounts([token]), stsRegion: token, concurrency: { accountsPerBatch: Token.asNumber({ Ref: 'Number' }) }, team: 'security' };
  expect(() => new lib.RootCredentialsAudit(stack, ids(), props)).not.toThrow();
  expect(() => new lib.RootUserGuardrail(stack, ids(), { targets: list, policyName: token })).not.toThrow();
  expect(() => new lib.RootCredentialsAudit(stack, ids(), { failOnFindings: undefined, alarms: undefined })).not.toThrow();
});
