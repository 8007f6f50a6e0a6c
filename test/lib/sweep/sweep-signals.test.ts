import { Duration, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sns from 'aws-cdk-lib/aws-sns';
import { Notify, RootCredentialsDashboard, RootCredentialsPurge, type RootCredentialsPurgeProps } from '../../../lib';
import { madeOnce, testApp } from '../../support/apps';

type Props = RootCredentialsPurgeProps | ((stack: Stack) => RootCredentialsPurgeProps);

const synthesized = madeOnce((props: Props, more?: (purge: RootCredentialsPurge, stack: Stack) => void) => {
  const stack = new Stack(testApp(), 'RootAccess', { env: { account: '111111111111', region: 'eu-west-1' } });
  const purge = new RootCredentialsPurge(stack, 'Purge', typeof props === 'function' ? props(stack) : props);
  more?.(purge, stack);
  return Template.fromStack(stack);
});

const alone = (props: Props) => synthesized(props);
const NONE = {};
const withAlarms = { alarms: {} };
const withPeople = (stack: Stack) => ({ notifications: new sns.Topic(stack, 'People') });
const reporter = (template: Template) => Object.values(template.findResources('AWS::Lambda::Function')).find(({ Properties }) => /reports one outcome/.test(Properties.Description))!.Properties;
const reportPolicy = (template: Template) => Object.entries(template.findResources('AWS::IAM::Policy')).find(([id]) => /ReportRoleDefaultPolicy/.test(id))![1].Properties.PolicyDocument.Statement;

describe('a sweep without further props', () => {
  test('sends its events, and adds neither alarm nor rule nor topic', () => {
    const template = alone(NONE);
    for (const type of ['AWS::CloudWatch::Alarm', 'AWS::Events::Rule', 'AWS::SNS::TopicPolicy', 'AWS::CloudWatch::Dashboard']) {
      template.resourceCountIs(type, 0);
    }
    expect(reporter(template).Environment.Variables).toEqual({ CONTROL_PREFIX: expect.any(String), REPORTS_BUCKET: expect.anything(), SWEEP_NAME: 'RootAccess/Purge' });
    expect(reportPolicy(template)).toContainEqual({
      Effect: 'Allow',
      Action: 'events:PutEvents',
      Resource: { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':events:eu-west-1:111111111111:event-bus/default']] },
      Condition: { 'ForAllValues:StringEquals': { 'events:source': 'cdk-root-access' } },
    });
  });
});

describe('alarms', () => {
  const alarms = (template: Template) => Object.values(template.findResources('AWS::CloudWatch::Alarm')).map(({ Properties }) => Properties);

  test('hold between sweeps what the last sweep said, and are off when nobody has swept yet', () => {
    expect(alarms(alone(withAlarms))).toEqual([
      expect.objectContaining({ MetricName: 'AccountsFailed', Namespace: 'CdkRootAccess', Dimensions: [{ Name: 'Sweep', Value: 'RootAccess/Purge' }], Statistic: 'Maximum', Threshold: 1, TreatMissingData: 'ignore' }),
      expect.objectContaining({ MetricName: 'CredentialsFound', Statistic: 'Maximum', Threshold: 1, TreatMissingData: 'ignore' }),
      expect.objectContaining({ Threshold: 1, TreatMissingData: 'notBreaching' }),
      expect.objectContaining({ Threshold: 1, TreatMissingData: 'notBreaching' }),
    ]);
  });

  test('go off for a sweep that was stopped, timed out, broke, could not report or could not tell', () => {
    const summed = alarms(alone(withAlarms)).slice(2).map(({ Metrics: [{ Expression }, ...metrics] }) => [
      Expression, ...metrics.map(({ Id, MetricStat: { Metric } }: any) => [Id, Metric.Namespace, Metric.MetricName]),
    ]);
    expect(summed).toEqual([
      ['FILL(incomplete, 0) + FILL(aborted, 0) + FILL(timedOut, 0)',
        ['incomplete', 'CdkRootAccess', 'SweepsIncomplete'], ['aborted', 'AWS/States', 'ExecutionsAborted'], ['timedOut', 'AWS/States', 'ExecutionsTimedOut']],
      ['FILL(reportErrors, 0) + FILL(noticesFailed, 0)',
        ['reportErrors', 'AWS/Lambda', 'Errors'], ['noticesFailed', 'CdkRootAccess', 'SignalsFailed']],
    ]);
  });

  test('say what to do, and do what they are told', () => {
    const to = (stack: Stack, id: string) => [new SnsAction(new sns.Topic(stack, id))];
    const template = alone((stack) => ({ alarms: { actions: to(stack, 'People'), okActions: to(stack, 'Log'), failedAccounts: 10, foundCredentials: 5 } }));
    const shown = alarms(template).map(({ AlarmActions, OKActions, Threshold }) => [AlarmActions.length, OKActions.length, Threshold]);
    expect(shown).toEqual([[1, 1, 10], [1, 1, 5], [1, 1, 1], [1, 1, 1]]);
  });

  test('have names, and name the bucket of the report', () => {
    const shown = alarms(alone(withAlarms));
    expect(shown.map(({ AlarmName }) => AlarmName)).toEqual([
      'RootAccess/Purge - failed accounts', 'RootAccess/Purge - found credentials', 'RootAccess/Purge - unfinished sweep', 'RootAccess/Purge - unreported sweep',
    ]);
    for (const { AlarmDescription: { 'Fn::Join': [, [text, bucket, rest]] } } of shown) {
      expect(text).toMatch(/^RootAccess\/Purge: .* s3:\/\/$/);
      expect(bucket).toEqual({ Ref: expect.stringMatching(/^PurgeReports/) });
      expect(rest).toMatch(/^\/latest\/report\.html/);
      expect(text.length + rest.length + 63).toBeLessThanOrEqual(1_024);
    }
  });

  test('have the name of their stack, of which there may be two in an account, and none that is too long', () => {
    const named = (stackName: string, id: string) => {
      const stack = new Stack(testApp(), 'RootAccess', { stackName });
      return alarms((new RootCredentialsPurge(stack, id, { alarms: {} }), Template.fromStack(stack))).map(({ AlarmName }) => AlarmName);
    };
    expect(named('preview-1', 'Purge')[0]).toBe('preview-1/Purge - failed accounts');
    expect(named('x'.repeat(128), 'y'.repeat(120))).toEqual([undefined, undefined, undefined, undefined]);
  });

  test('do not publish to the topic that has a message for the same, and do publish to others', () => {
    const template = alone((stack) => {
      const [people, pager] = ['People', 'Pager'].map((id) => new sns.Topic(stack, id));
      return { notifications: people, alarms: { actions: [new SnsAction(people), new SnsAction(pager)], okActions: [new SnsAction(people)] } };
    });
    const people = { Ref: expect.stringMatching(/^People/) };
    const pager = { Ref: expect.stringMatching(/^Pager/) };
    expect(alarms(template).map(({ AlarmActions, OKActions }) => [AlarmActions, OKActions])).toEqual([
      [[pager], [people]], [[pager], [people]], [[pager], [people]], [[people, pager], [people]],
    ]);
  });

  test.each([
    [{ failedAccounts: 0 }, 'alarms.failedAccounts must be a whole number from 1 to 10000, got 0'],
    [{ foundCredentials: 1.5 }, 'alarms.foundCredentials must be a whole number from 1 to 100000, got 1.5'],
  ])('of %j are refused at synth', (options, message) => {
    expect(() => alone({ alarms: options })).toThrow(message);
  });
});

describe('notifications', () => {
  test('of every sweep are asked of the function that reports, and only where there is a topic', () => {
    const variables = (props: Props) => reporter(alone(props)).Environment.Variables;
    expect(variables((stack) => ({ ...withPeople(stack), notify: Notify.ALWAYS }))).toHaveProperty('NOTIFY', 'ALWAYS');
    expect(variables(withPeople)).not.toHaveProperty('NOTIFY');
    expect(() => alone({ notify: Notify.NEW })).toThrow('notify must not be given without notifications: no topic is notified');
  });

  test('come from the function that reports, and from a rule when a sweep was stopped or timed out', () => {
    const template = alone(withPeople);
    expect(reporter(template).Environment.Variables).toHaveProperty('NOTIFICATIONS_TOPIC_ARN', { Ref: expect.stringMatching(/^People/) });
    expect(reportPolicy(template)).toContainEqual({ Effect: 'Allow', Action: 'sns:Publish', Resource: { Ref: expect.stringMatching(/^People/) } });
    template.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: {
        'source': ['aws.states'],
        'detail-type': ['Step Functions Execution Status Change'],
        'detail': { stateMachineArn: [{ Ref: Match.stringLikeRegexp('SweepStateMachine') }], status: ['ABORTED', 'TIMED_OUT'] },
      },
      Targets: [{ Arn: { Ref: Match.stringLikeRegexp('^People') }, InputTransformer: { InputPathsMap: { 'detail-name': '$.detail.name', 'detail-status': '$.detail.status' } } }],
    });
  });

  test('leave the topic open to the alarms of the account: the policy for the rule replaces the one that lets them', () => {
    const template = alone(withPeople);
    const alarms = {
      Effect: 'Allow',
      Action: 'sns:Publish',
      Principal: { Service: 'cloudwatch.amazonaws.com' },
      Resource: { Ref: Match.stringLikeRegexp('^People') },
    };
    template.resourceCountIs('AWS::SNS::TopicPolicy', 1);
    template.hasResourceProperties('AWS::SNS::TopicPolicy', {
      PolicyDocument: { Statement: Match.arrayWith([Match.objectLike({ ...alarms, Condition: Match.objectLike({ ArnLike: Match.anyValue() }) })]) },
    });
  });

  test('on a topic with a key may use that key', () => {
    const template = alone((stack) => ({ notifications: new sns.Topic(stack, 'People', { masterKey: new kms.Key(stack, 'Key') }) }));
    expect(reportPolicy(template)).toContainEqual(expect.objectContaining({ Action: ['kms:Decrypt', 'kms:GenerateDataKey'], Resource: { 'Fn::GetAtt': [expect.stringMatching(/^Key/), 'Arn'] } }));
  });
});

describe('rules for the events of a sweep', () => {
  const patterns = (template: Template) => Object.values(template.findResources('AWS::Events::Rule')).map(({ Properties }) => Properties.EventPattern);
  const event = { 'source': ['cdk-root-access'], 'detail-type': ['Root Credentials Sweep Finished'] };

  test('hear of this sweep only, and of found credentials only when there are some', () => {
    const template = synthesized({}, (purge, stack) => {
      const target = new targets.SnsTopic(new sns.Topic(stack, 'People'));
      purge.onSweepFinished('Finished', { target });
      purge.onCredentialsFound('Found', { target });
    });
    expect(patterns(template)).toEqual([
      { ...event, detail: { sweep: ['RootAccess/Purge'] } },
      { ...event, detail: { sweep: ['RootAccess/Purge'], credentials: { found: [{ numeric: ['>', 0] }] } } },
    ]);
  });

  test('are narrowed by a pattern of their own', () => {
    const template = synthesized({}, (purge) => void purge.onSweepFinished('Failed', { eventPattern: { detail: { succeeded: [false] } } }));
    expect(patterns(template)).toEqual([{ ...event, detail: { sweep: ['RootAccess/Purge'], succeeded: [false] } }]);
  });
});

describe('the dashboard', () => {
  test('shows each sweep with its numbers, its alarms and its latest report', () => {
    const template = synthesized({ alarms: {} }, (purge, stack) => void new RootCredentialsDashboard(stack, 'Dashboard', { sweeps: [purge, new RootCredentialsPurge(stack, 'Second')] }));
    const [{ Properties: { DashboardBody } }] = Object.values(template.findResources('AWS::CloudWatch::Dashboard'));
    const body = JSON.stringify(DashboardBody);
    for (const shown of ['RootAccess/Purge', 'RootAccess/Second', 'AccountsFailed', 'CredentialsFound', 'SweepsFinished', 'ExecutionsAborted', 'latest/report.html', 'FailedAccountsAlarm']) {
      expect(body).toContain(shown);
    }
  });

  test('without a sweep is refused', () => {
    expect(() => new RootCredentialsDashboard(new Stack(), 'Dashboard', { sweeps: [] })).toThrow('sweeps must name 1 to 20 audits and purges, got 0');
  });
});

describe('the lifecycle of the reports', () => {
  const rules = (props: RootCredentialsPurgeProps) => Object.values(alone(props).findResources('AWS::S3::Bucket'))[0].Properties.LifecycleConfiguration.Rules;

  test('keeps every run, and older versions of latest/ for 90 days', () => {
    expect(rules(NONE)).toEqual([
      { Id: 'OlderLatest', Prefix: 'latest/', NoncurrentVersionExpiration: { NoncurrentDays: 90 }, Status: 'Enabled' },
      { Id: 'Uploads', AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 }, Status: 'Enabled' },
    ]);
  });

  test('lets runs go when that is asked for, and never what is in latest/', () => {
    const gone = { ExpirationInDays: 400, NoncurrentVersionExpiration: { NoncurrentDays: 1 }, Status: 'Enabled' };
    expect(rules({ reportRetention: Duration.days(400) })).toEqual(expect.arrayContaining([
      { Id: 'Runs', Prefix: 'runs/', ...gone }, { Id: 'Control', Prefix: 'control/', ...gone },
    ]));
  });

  test.each<[string, Props, string]>([
    ['half a day', { reportRetention: Duration.hours(12) }, 'reportRetention must be whole days, 1 at least, got 12 hours'],
    ['a day and a half', { reportRetention: Duration.hours(36) }, 'reportRetention must be whole days'],
    ['the bucket of somebody else', (stack) => ({ reportRetention: Duration.days(9), reportsBucket: new s3.Bucket(stack, 'Mine') }), 'reportRetention must not be given together with reportsBucket'],
  ])('of %s is refused at synth', (_what, props, message) => {
    expect(() => alone(props)).toThrow(message);
  });
});
