import { Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as scheduler from 'aws-cdk-lib/aws-scheduler';
import * as sns from 'aws-cdk-lib/aws-sns';
import { AccountSelection, CentralizedRootAccess, type CentralizedRootAccessProps, OrgRootAccessFeatures, RootCredential } from '../../lib';
import { madeOnce, testApp } from '../support/apps';

const synthesized = madeOnce((props: CentralizedRootAccessProps = {}) => {
  const stack = new Stack(testApp(), 'Stack', { env: { account: '111111111111', region: 'us-east-1' } });
  const construct = new CentralizedRootAccess(stack, 'RootAccess', props);
  return { stack, construct, template: Template.fromStack(stack) };
});

const PURGING = { accounts: AccountSelection.accounts(['333333333333']), purge: {} };

const tasks = (template: Template) => new Set([...JSON.stringify(template.toJSON()).matchAll(/root-task\/(\w+)/g)].map(([, task]) => task));
const sweeps = (template: Template) => Object.values(template.findResources('Custom::RootCredentialsSweep')).map(({ Properties }) => Properties.Sweep);

describe('centralized root access with its defaults', () => {
  const { template, construct, stack } = synthesized();

  test('switches both features on and keeps them', () => {
    template.hasResourceProperties('Custom::OrgRootAccessFeatures', { Features: ['RootCredentialsManagement', 'RootSessions'], RemovalPolicy: 'retain' });
  });

  test('delegates to nobody', () => {
    template.resourceCountIs('Custom::RootAccessDelegation', 0);
  });

  test('audits every member account each day, and can delete nothing', () => {
    expect(sweeps(template)).toMatchObject([{ work: 'audit', selection: { exclude: [] } }]);
    template.hasResourceProperties('AWS::Scheduler::Schedule', { ScheduleExpression: 'rate(1 day)' });
    expect(tasks(template)).toEqual(new Set(['IAMAuditRootUserCredentials']));
  });

  test('does not let an account that cannot be read roll the switches back', () => {
    const definitions = JSON.stringify(template.findResources('AWS::StepFunctions::StateMachine'));
    expect(definitions).toContain('\\"tolerateFailedAccounts\\":true');
  });

  test('tells a topic, by a message or else by an alarm', () => {
    const alarms = Object.values(template.findResources('AWS::CloudWatch::Alarm')).map(({ Properties }) => Properties);
    const to = [stack.resolve(construct.notifications.topicArn)];
    expect(Object.fromEntries(alarms.map(({ AlarmName, AlarmActions = [] }) => [AlarmName.split(' - ')[1], AlarmActions]))).toEqual({
      'failed accounts': [],
      'found credentials': [],
      'unfinished sweep': [],
      'unreported sweep': to,
      'sweep not started': to,
      'missed sweep': to,
    });
  });

  test('has a topic that speaks TLS only', () => {
    template.hasResourceProperties('AWS::SNS::TopicPolicy', {
      PolicyDocument: { Statement: Match.arrayWith([Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } })]) },
    });
  });
});

describe('centralized root access', () => {
  test('delegates to the account that is named', () => {
    synthesized({ delegatedAdministratorAccountId: '222222222222' }).template.hasResourceProperties('Custom::RootAccessDelegation', { AccountId: '222222222222' });
  });

  test('deletes only when it is asked to, in the accounts that it audits', () => {
    const { template, construct } = synthesized(PURGING);
    const selection = { accounts: ['333333333333'] };
    expect(sweeps(template)).toMatchObject([{ work: 'audit', selection }, { work: 'purge', dryRun: false, selection }]);
    expect(tasks(template)).toEqual(new Set(['IAMAuditRootUserCredentials', 'IAMDeleteRootUserCredentials']));
    expect(construct.purge).toBeDefined();
  });

  test('audits when the purge is done, so that its report names what stays and not what goes', () => {
    const { template } = synthesized(PURGING);
    const [[purge], [, audit]] = ['purge', 'audit'].map((work) => (
      Object.entries(template.findResources('Custom::RootCredentialsSweep', { Properties: { Sweep: { work } } }))[0]));
    expect(audit.DependsOn).toContain(purge);
  });

  test('purges as it is told to', () => {
    const { template } = synthesized({ purge: { dryRun: true, credentials: [RootCredential.PASSWORD] } });
    expect(sweeps(template)[1]).toMatchObject({ dryRun: true, credentials: ['Password'] });
  });

  test.each(['features', 'accounts', 'notifications', 'alarms', 'handler', 'dryRun'])('is not changed by a purge whose %s is undefined', (name) => {
    const { accounts } = PURGING;
    expect(synthesized({ accounts, purge: { [name]: undefined } }).template.toJSON()).toEqual(synthesized(PURGING).template.toJSON());
  });

  test.each([
    ['features', OrgRootAccessFeatures.fromOrgRootAccessFeaturesAttributes(new Stack(), 'Features', { organizationId: 'o-abcdefghij', managementAccountId: '111111111111' })],
    ['accounts', AccountSelection.organization()],
  ])('does not let its purge have %s of its own', (name, value) => {
    expect(() => synthesized({ purge: { [name]: value } })).toThrow(`purge.${name} must not be given`);
  });

  test('audits by the schedule that is given, and accounts that join', () => {
    const { template } = synthesized({ auditSchedule: scheduler.ScheduleExpression.expression('cron(0 6 * * ? *)'), auditJoinedAccounts: true });
    template.hasResourceProperties('AWS::Scheduler::Schedule', { ScheduleExpression: 'cron(0 6 * * ? *)' });
    template.hasResourceProperties('AWS::Events::Rule', { EventPattern: { source: ['aws.organizations'], detail: { eventName: ['AccountJoinedOrganization'] } } });
  });

  test('tells the topic that is given, and makes none', () => {
    const stack = new Stack(testApp(), 'Stack', { env: { account: '111111111111', region: 'us-east-1' } });
    const topic = sns.Topic.fromTopicArn(stack, 'Topic', 'arn:aws:sns:us-east-1:111111111111:security');
    expect(new CentralizedRootAccess(stack, 'RootAccess', { notifications: topic }).notifications).toBe(topic);
    Template.fromStack(stack).resourceCountIs('AWS::SNS::Topic', 0);
  });
});
