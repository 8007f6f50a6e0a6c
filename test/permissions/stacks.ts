import { App, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as events from 'aws-cdk-lib/aws-events';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import * as sns from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import {
  AccountJoinedForwarder, AccountSelection, CentralizedRootAccess, JoinedAccounts, OrgRootAccessFeatures, PurgePlan, RootAccessDelegation,
  RootAccessFeature, RootActivityMonitor, RootCredentialsAudit, RootCredentialsPurge, type RootCredentialsPurgeProps, RootSessionRunbooks,
  RootTaskPolicy, RootUserGuardrail,
} from '../../lib';
import { type Build, EXCLUDED, MANAGEMENT, member, SECURITY } from '../deploy/testing';
import { madeOnce, testApp } from '../support/apps';

/** A delegated administrator whose registration outlives the stack. */
export const KEPT = member(9);
/** The accounts that a selection lists, and one that it does not. */
export const LISTED = [member(1), member(2)];
export const UNLISTED = member(3);
/** A unit that does not hold the excluded account. */
export const UNIT = 'ou-fake-00000001';
/** An account in a unit below that one. */
export const BELOW = member(50);
/** Name of the guardrail's policy. */
export const GUARDRAIL = 'guardrail';
/** A topic that is told, and its key. */
export const PEOPLE = `arn:aws:sns:us-east-1:${MANAGEMENT}:people`;
const keyArn = (of: string) => `arn:aws:kms:us-east-1:${MANAGEMENT}:key/of-${of}`;
/** Sweeps that do not begin with the deployment, so that nothing accepts their settings. */
export const UNDEPLOYED = ['Listed', 'Units', 'DryRun', 'Protected', 'Explained', 'Audit'];
/** An imported bucket, whose policy is not ours. */
export const IMPORTED_BUCKET = 'imported-reports';

/** A bus elsewhere. */
export const FORWARDED_TO = `arn:aws:events:eu-west-1:${SECURITY}:event-bus/joined`;

/** One of each construct, and purges that differ in what their roles may do. */
const everyConstruct: Build = (stack) => {
  const features = new OrgRootAccessFeatures(stack, 'RootAccess', { removalPolicy: RemovalPolicy.DESTROY });
  new RootAccessDelegation(stack, 'SecurityAccount', { accountId: SECURITY, features });
  new RootAccessDelegation(stack, 'KeptAccount', { accountId: KEPT, features, removalPolicy: RemovalPolicy.RETAIN });
  const exclude = [EXCLUDED];
  const purge = new RootCredentialsPurge(stack, 'Purge', {
    features,
    accounts: AccountSelection.organization({ exclude }),
    schedule: ScheduleExpression.cron({ minute: '0', hour: '3' }),
    joinedAccounts: JoinedAccounts.AUDIT,
  });
  undeployed(stack, 'Listed', { accounts: AccountSelection.accounts(LISTED) });
  undeployed(stack, 'Units', {
    accounts: AccountSelection.organizationalUnits([UNIT], { exclude }),
    reportsBucket: s3.Bucket.fromBucketName(stack, 'Imported', IMPORTED_BUCKET),
  });
  undeployed(stack, 'DryRun', { dryRun: true });
  const runbooks = new RootSessionRunbooks(stack, 'Runbooks', {
    features,
    accounts: AccountSelection.organizationalUnits([UNIT], { exclude }),
    approvers: { topic: new sns.Topic(stack, 'Approvers') },
    allowReplacement: true,
    passwordRecovery: { topic: new sns.Topic(stack, 'Reminders'), reminders: [Duration.hours(1)] },
  });
  undeployed(stack, 'Protected', { passwordRecoveries: runbooks.passwordRecoveries });
  undeployed(stack, 'Explained', { readServiceControlPolicies: true });
  new RootCredentialsAudit(stack, 'Audit').node.tryRemoveChild('OnDeploy');
  new RootUserGuardrail(stack, 'Guardrail', { features, targets: [UNIT], policyName: GUARDRAIL });
  new RootActivityMonitor(stack, 'Monitor', { trailLogGroup: new logs.LogGroup(stack, 'Trail') });

  runbooks.unlockBucket.grantStart(person(stack, 'Operator'));
  runbooks.grantApprove(person(stack, 'Approver'));
  runbooks.grantReadRecords(person(stack, 'RecordsReader'));
  purge.grantStart(person(stack, 'Sweeper'));
  purge.grantReadReports(person(stack, 'ReportsReader'));
  RootTaskPolicy.AUDIT_CREDENTIALS.grantAssumeRoot(person(stack, 'Auditor'), { protectedAccounts: exclude });
};

/** Somebody to whom a construct gives permissions. Anybody in the account may be him. */
function person(stack: Stack, id: string): iam.Role {
  const people = stack.node.tryFindChild('People') ?? new Construct(stack, 'People');
  return new iam.Role(people, id, { assumedBy: new iam.AccountRootPrincipal() });
}

/** By its path. */
export const isPerson = (role: string) => role.startsWith('People/');

const trail = (stack: Stack) => logs.LogGroup.fromLogGroupName(stack, 'Trail', 'organization-trail');
const key = (stack: Stack, of: string) => kms.Key.fromKeyArn(stack, `KeyOf${of}`, keyArn(of));
const people = (stack: Stack) => sns.Topic.fromTopicAttributes(stack, 'PeopleTopic', { topicArn: PEOPLE, keyArn: keyArn('topic') });

/** Its sweep does not begin with the deployment: the roles are what matters. */
function undeployed(stack: Stack, id: string, props: RootCredentialsPurgeProps) {
  new RootCredentialsPurge(stack, id, props).node.tryRemoveChild('OnDeploy');
}

/** Stacks of which no local AWS could tell more than their templates do. */
const VARIANTS: readonly Build[] = [
  everyConstruct,
  (stack) => void new OrgRootAccessFeatures(stack, 'RootAccess'),
  (stack) => void new OrgRootAccessFeatures(stack, 'RootAccess', { features: [RootAccessFeature.ROOT_CREDENTIALS_MANAGEMENT], removalPolicy: RemovalPolicy.DESTROY }),
  (stack) => void new RootCredentialsPurge(stack, 'Purge', { encryptionKey: key(stack, 'reports') }).grantReadReports(person(stack, 'ReportsReader')),
  (stack) => void new RootCredentialsPurge(stack, 'Purge', { notifications: people(stack), alarms: {} }),
  (stack) => {
    const plan = PurgePlan.fromFile('test/support/plan.json');
    const purge = new RootCredentialsPurge(stack, 'Purge', { plan, approval: { topic: people(stack) } });
    purge.grantStart(person(stack, 'Sweeper'));
    purge.grantApprove(person(stack, 'Approver'));
  },
  (stack) => {
    const vpc = new ec2.Vpc(stack, 'Vpc', { restrictDefaultSecurityGroup: false });
    const features = new OrgRootAccessFeatures(stack, 'RootAccess', { functionOptions: { vpc } });
    new RootCredentialsPurge(stack, 'Purge', { features, functionOptions: { vpc }, joinedAccounts: JoinedAccounts.AUDIT });
    new RootActivityMonitor(stack, 'Monitor', { trailLogGroup: trail(stack), functionOptions: { vpc } });
    new RootSessionRunbooks(stack, 'Runbooks', { functionOptions: { vpc } });
  },
  (stack) => {
    const topic = people(stack);
    const runbooks = new RootSessionRunbooks(stack, 'Runbooks', { encryptionKey: key(stack, 'records'), approvers: { topic }, passwordRecovery: { topic } });
    runbooks.grantReadRecords(person(stack, 'RecordsReader'));
    undeployed(stack, 'Protected', { passwordRecoveries: runbooks.passwordRecoveries });
  },
  (stack) => void new CentralizedRootAccess(stack, 'Root', { delegatedAdministratorAccountId: SECURITY, auditJoinedAccounts: true, purge: {} }),
  (stack) => void new RootActivityMonitor(stack, 'Monitor', {
    trailLogGroup: trail(stack),
    encryptionKey: key(stack, 'topic'),
  }),
  (stack) => void new AccountJoinedForwarder(stack, 'Forwarder', { bus: events.EventBus.fromEventBusArn(stack, 'Bus', FORWARDED_TO) }),
];

const synthesized = (build: Build, app = testApp()): Stack => {
  const stack = new Stack(app, 'RootAccess', { env: { account: MANAGEMENT, region: 'us-east-1' } });
  build(stack);
  return stack;
};

/** The stack with every construct, for what is read from it and for what is deployed. */
export const everyStack = madeOnce(() => synthesized(everyConstruct, new App({ treeMetadata: false })));

export const everyVariant = (): Stack[] => VARIANTS.map((build) => synthesized(build));
