import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as actions from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as events from 'aws-cdk-lib/aws-events';
import * as logs from 'aws-cdk-lib/aws-logs';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import * as sns from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import {
  AccountJoinedForwarder, AccountSelection, CentralizedRootAccess, type RootAccessFunctionOptions, JoinedAccounts, OrgRootAccessFeatures,
  RootAccessDelegation, RootActivityMonitor, RootCredentialsAudit, RootCredentialsDashboard, RootCredentialsPurge, RootSessionRunbooks,
  RootUserGuardrail,
} from '../../lib';

export const MANAGEMENT = '111111111111';
export const SECURITY = '222222222222';
export const BREAK_GLASS = '333333333333';
export const UNIT = 'ou-abcd-11111111';

/** The constructs by hand, each with all that it can have. */
export function everyPart(scope: Construct, functionOptions?: RootAccessFunctionOptions) {
  const accounts = AccountSelection.organizationalUnits([UNIT], { exclude: [BREAK_GLASS] });
  const topic = new sns.Topic(scope, 'People');
  const schedule = ScheduleExpression.rate(Duration.days(1));
  const features = new OrgRootAccessFeatures(scope, 'Features', { functionOptions, removalPolicy: RemovalPolicy.DESTROY });
  new RootAccessDelegation(scope, 'Delegation', { accountId: SECURITY, features, functionOptions });
  const runbooks = new RootSessionRunbooks(scope, 'Runbooks', {
    features, accounts, protectedAccounts: [SECURITY], allowReplacement: true, approvers: { topic }, passwordRecovery: { topic }, functionOptions,
  });
  const audit = new RootCredentialsAudit(scope, 'Audit', { features, accounts, schedule, joinedAccounts: JoinedAccounts.AUDIT, readServiceControlPolicies: true, notifications: topic, functionOptions });
  const purge = new RootCredentialsPurge(scope, 'Purge', { features, accounts, passwordRecoveries: runbooks.passwordRecoveries, notifications: topic, alarms: { actions: [new actions.SnsAction(topic)] }, functionOptions });
  new RootCredentialsDashboard(scope, 'Dashboard', { sweeps: [audit, purge] });
  new RootUserGuardrail(scope, 'Guardrail', { features, targets: [UNIT], functionOptions });
  new RootActivityMonitor(scope, 'Monitor', { trailLogGroup: new logs.LogGroup(scope, 'Trail'), allowedPrincipals: purge.rootSessionRoles, functionOptions });
  new AccountJoinedForwarder(scope, 'Forwarder', { bus: events.EventBus.fromEventBusArn(scope, 'Bus', `arn:aws:events:eu-west-1:${SECURITY}:event-bus/joined`) });
}

/** And the one that has parts of its own. */
export function everythingInOne(scope: Construct, functionOptions?: RootAccessFunctionOptions) {
  new CentralizedRootAccess(scope, 'Root', {
    accounts: AccountSelection.organization({ exclude: [BREAK_GLASS] }),
    delegatedAdministratorAccountId: SECURITY,
    auditJoinedAccounts: true,
    purge: {},
    functionOptions,
  });
}

/** Statements about root sessions, by the part of the app in which they are: what must be the same in every app. */
export function rootSessionStatements(templates: Record<string, { Resources: Record<string, any> }>): unknown[] {
  return Object.values(templates).flatMap(({ Resources }) => Object.values(Resources))
    .flatMap(({ Properties }) => (Properties?.PolicyDocument?.Statement ?? []) as { Action: unknown }[])
    .filter(({ Action }) => JSON.stringify(Action).includes('sts:AssumeRoot'));
}

export const stackOf = (scope: Construct, id = 'Stack') => new Stack(scope, id, { env: { account: MANAGEMENT, region: 'us-east-1' } });
