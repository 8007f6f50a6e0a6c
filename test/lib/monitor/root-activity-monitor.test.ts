import { Lazy, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as actions from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as sns from 'aws-cdk-lib/aws-sns';
import fc from 'fast-check';
import { matcherOf } from './filter-pattern';
import { kindsOf } from '../../../lambda/monitor/activity/classify';
import { RootActivity, RootActivityMonitor, type RootActivityMonitorProps, RootUserGuardrail } from '../../../lib';
import { ACTIVITY_KINDS, type ActivityKind, COUNTED_BY_FUNCTION, type MonitorSettings } from '../../../lib/monitor/contract';
import { EVENTS, eventNamed, GUARDRAIL, MEMBER, RUNBOOK_USER, SWEEP_ROLE } from '../../lambda/monitor/activity/events';
import { madeOnce, testApp } from '../../support/apps';
import { cases } from '../../support/cases';

const ENV = { account: '111111111111', region: 'eu-west-1' };
const EXEMPTION = { accountId: MEMBER, activities: [RootActivity.ROOT_SIGN_IN, RootActivity.ROOT_API_USE], reason: 'yearly drill' };

type Props = Partial<RootActivityMonitorProps>;

const monitorWith = madeOnce((props: Props | ((stack: Stack) => Props) = {}, more?: (monitor: RootActivityMonitor, stack: Stack) => void) => {
  const stack = new Stack(testApp(), 'Stack', { env: ENV });
  const trailLogGroup = logs.LogGroup.fromLogGroupName(stack, 'Trail', 'organization-trail');
  const monitor = new RootActivityMonitor(stack, 'Monitor', { trailLogGroup, ...typeof props === 'function' ? props(stack) : props });
  more?.(monitor, stack);
  return { stack, monitor, template: Template.fromStack(stack) };
});

const propertiesOf = (template: Template, type: string): any[] => Object.values(template.findResources(type)).map(({ Properties }) => Properties);
const settingsOf = (template: Template): MonitorSettings => {
  const [{ Environment }] = propertiesOf(template, 'AWS::Lambda::Function');
  return JSON.parse(Environment.Variables.MONITOR_SETTINGS);
};

interface Filter {
  readonly metric: string;
  readonly pattern: string;
}

const filtersOf = (template: Template): Filter[] => propertiesOf(template, 'AWS::Logs::MetricFilter')
  .map(({ FilterPattern, MetricTransformations: [{ MetricName }] }) => ({ metric: MetricName, pattern: FilterPattern }));

const arn = (text: string) => new iam.ArnPrincipal(text);
const WATCHED = { allowedPrincipals: [arn(SWEEP_ROLE), arn(RUNBOOK_USER)], guardrails: [RootUserGuardrail.fromPolicyId(new Stack(), 'Guardrail', GUARDRAIL)] };
const BY_FILTERS = ACTIVITY_KINDS.filter((kind) => !COUNTED_BY_FUNCTION.includes(kind));

describe.each([['plain', WATCHED], ['with exemptions', { ...WATCHED, exemptions: [EXEMPTION] }]])('the metric filters, %s,', (_name, props) => {
  const { template } = monitorWith(props);
  const settings = settingsOf(template);
  const filters = filtersOf(template);
  const subscription: string = propertiesOf(template, 'AWS::Logs::SubscriptionFilter')[0].FilterPattern;

  /** What CloudWatch does, once for each reading of what its documentation leaves open. */
  const clouds = [false, true].map((unequalWhenMissing) => {
    const counters = filters.map(({ metric, pattern }) => ({ metric, matches: matcherOf(pattern, { unequalWhenMissing }) }));
    return {
      delivers: matcherOf(subscription, { unequalWhenMissing }),
      counts: (event: unknown) => {
        const counts: Record<string, number> = {};
        for (const { metric } of counters.filter(({ matches }) => matches(event))) {
          counts[metric] = (counts[metric] ?? 0) + 1;
        }
        return counts;
      },
    };
  });
  const told = (event: unknown) => kindsOf(event, settings).filter((kind) => BY_FILTERS.includes(kind));
  const expected = (event: unknown) => Object.fromEntries(told(event).map((kind) => [kind, 1]));
  const rootSessions = ({ eventName, eventSource, userIdentity }: any) => (
    eventName === 'AssumeRoot' && eventSource === 'sts.amazonaws.com' && !(userIdentity?.type === 'AWSAccount' && userIdentity.arn === undefined) ? { RootSessions: 1 } : {});

  test.each(EVENTS.map(({ name, event }) => [name, event] as const))('count what the function tells, once: %s', (_event, event) => {
    for (const { counts } of clouds) {
      expect(counts(event)).toEqual({ ...expected(event), ...rootSessions(event) });
    }
  });

  test.each(EVENTS.filter(({ kinds }) => kinds.length > 0).map(({ name, event }) => [name, event] as const))('leave to the function no less than it needs: %s', (_event, event) => {
    expect(clouds.map(({ delivers }) => delivers(event))).toEqual([true, true]);
  });

  test('are for every kind that does not need the list of principals', () => {
    expect(new Set(filters.map(({ metric }) => metric))).toEqual(new Set([...BY_FILTERS, 'RootSessions']));
  });

  test('agree with the function on any event, and the function gets all that it would tell', () => {
    fc.assert(fc.property(trailEvents, fc.constantFrom(...clouds), (event, { counts, delivers }) => {
      expect(counts(event)).toEqual({ ...expected(event), ...rootSessions(event) });
      expect(kindsOf(event, settings).length === 0 || delivers(event)).toBe(true);
    }), cases(3_000));
  });
});

/** Events whose fields have the values that matter, others, or are missing. */
const trailEvents = (() => {
  const values = (field: (event: any) => unknown) => [...new Set(EVENTS.map(({ event }) => field(event)).filter((value) => typeof value === 'string'))] as string[];
  const text = (...known: string[]) => fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...known) }, { weight: 1, arbitrary: fc.string() });
  const optional = (...known: string[]) => fc.option(text(...known), { nil: undefined, freq: 4 });
  const present = (made: object) => Object.fromEntries(Object.entries(made).filter(([, value]) => value !== undefined));
  const object = (fields: Record<string, fc.Arbitrary<unknown>>) => fc.record(fields).map(present);
  return object({
    eventName: optional(...values(({ eventName }) => eventName)),
    eventSource: optional(...values(({ eventSource }) => eventSource)),
    eventType: optional('AwsApiCall', 'AwsServiceEvent', 'AwsConsoleSignIn'),
    recipientAccountId: optional(MEMBER, '111111111111'),
    sessionCredentialFromConsole: fc.option(fc.constantFrom('true', 'false'), { nil: undefined }),
    errorCode: fc.option(fc.constantFrom('AccessDenied'), { nil: undefined, freq: 2 }),
    requestParameters: object({
      servicePrincipal: optional('iam.amazonaws.com', 'account.amazonaws.com'),
      policyId: optional(GUARDRAIL),
      policyType: optional('SERVICE_CONTROL_POLICY', 'RESOURCE_CONTROL_POLICY'),
      userName: optional('alice', 'root-account', 'the root', MEMBER),
      serialNumber: optional('arn:aws:iam::333333333333:mfa/root-account-mfa-device', 'arn:aws:iam::333333333333:mfa/alice'),
    }),
    responseElements: object({ ConsoleLogin: optional('Success', 'Failure'), policy: object({ policySummary: object({ type: optional('RESOURCE_CONTROL_POLICY') }) }) }),
    userIdentity: object({
      type: fc.oneof({ weight: 4, arbitrary: fc.constant('Root') }, optional('AssumedRole', 'IAMUser', 'AWSAccount')),
      accountId: optional('111111111111', MEMBER),
      arn: optional(RUNBOOK_USER),
      accessKeyId: optional('ASIAROOT', 'ASIA', 'AKIAROOT', ''),
      invokedBy: fc.option(fc.constantFrom('signin.amazonaws.com', 'cloudformation.amazonaws.com'), { nil: undefined, freq: 2 }),
      sessionContext: object({
        assumedRoot: fc.option(fc.constantFrom('true', 'false'), { nil: undefined }),
        attributes: object({ mfaAuthenticated: optional('true', 'false') }),
        sessionIssuer: object({ arn: optional(SWEEP_ROLE) }),
      }),
    }),
  });
})();

describe('the metric filters', () => {
  test('are without those of the guardrail when no policy is named', () => {
    const { template } = monitorWith();
    expect(filtersOf(template).map(({ metric }) => metric)).not.toContain('GuardrailChange');
    expect(propertiesOf(template, 'AWS::CloudWatch::Alarm').map(({ MetricName }) => MetricName)).not.toContain('GuardrailChange');
  });

  test('of an activity that is exempt in an account still count it in the others', () => {
    const { template } = monitorWith({ exemptions: [EXEMPTION] });
    const [{ pattern }] = filtersOf(template).filter(({ metric }) => metric === 'RootSignIn');
    expect(matcherOf(pattern)(eventNamed('root of a member account signs in'))).toBe(false);
    expect(matcherOf(pattern)(eventNamed('root of the management account signs in'))).toBe(true);
  });

  test('hold five accounts at least', () => {
    const exemptions = [1, 2, 3, 4, 5].map((n) => ({ accountId: `55555555555${n}`, activities: Object.values(RootActivity), reason: 'why' }));
    expect(() => monitorWith({ exemptions })).not.toThrow();
  });

  test('and the subscription read the log group of the trail, of whose two subscriptions one is taken', () => {
    const { template } = monitorWith();
    template.resourceCountIs('AWS::Logs::SubscriptionFilter', 1);
    for (const type of ['AWS::Logs::SubscriptionFilter', 'AWS::Logs::MetricFilter']) {
      template.allResourcesProperties(type, { LogGroupName: 'organization-trail' });
    }
  });
});

describe('alarms', () => {
  const { template, monitor, stack } = monitorWith(WATCHED);
  const alarms = propertiesOf(template, 'AWS::CloudWatch::Alarm');

  test('watch every activity: one event is enough, and no event is well', () => {
    const watched = alarms.filter(({ Namespace }) => Namespace === 'CdkRootAccess');
    expect(watched.map(({ MetricName }) => MetricName).sort()).toEqual([...ACTIVITY_KINDS, 'UnreadableEvent'].sort());
    for (const alarm of watched) {
      expect(alarm).toMatchObject({ Threshold: 1, ComparisonOperator: 'GreaterThanOrEqualToThreshold', EvaluationPeriods: 1, Period: 300, Statistic: 'Sum', TreatMissingData: 'notBreaching' });
    }
  });

  test('watch the monitor: its function, its queue, and a trail that is silent', () => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', { Namespace: 'AWS/Lambda', MetricName: 'Errors', TreatMissingData: 'notBreaching' });
    template.hasResourceProperties('AWS::CloudWatch::Alarm', { Namespace: 'AWS/SQS', MetricName: 'ApproximateNumberOfMessagesVisible', Statistic: 'Maximum' });
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      Namespace: 'AWS/Logs',
      MetricName: 'IncomingLogEvents',
      Dimensions: [{ Name: 'LogGroupName', Value: 'organization-trail' }],
      ComparisonOperator: 'LessThanThreshold',
      Threshold: 1,
      Period: 3600,
      TreatMissingData: 'breaching',
    });
  });

  test('go to the topic, and are all in the list', () => {
    expect(monitor.alarms).toHaveLength(alarms.length);
    for (const { AlarmActions } of alarms) {
      expect(AlarmActions).toEqual([stack.resolve(monitor.topic.topicArn)]);
    }
  });

  test('do what they are told instead', () => {
    const { template: other } = monitorWith((scope) => ({ alarms: { actions: [new actions.SnsAction(sns.Topic.fromTopicArn(scope, 'Pager', 'arn:aws:sns:eu-west-1:111111111111:pager'))] } }));
    other.allResourcesProperties('AWS::CloudWatch::Alarm', { AlarmActions: ['arn:aws:sns:eu-west-1:111111111111:pager'] });
  });

  test('look at the metrics that the methods give', () => {
    const { monitor: other, stack: scope } = monitorWith({ metricNamespace: 'Mine' });
    expect(scope.resolve(other.metricActivity(RootActivity.ROOT_SIGN_IN))).toMatchObject({ namespace: 'Mine', metricName: 'RootSignIn', statistic: 'Sum' });
    expect(other.metricRootSessions()).toMatchObject({ namespace: 'Mine', metricName: 'RootSessions' });
    expect(other.metricUnreadableEvents()).toMatchObject({ namespace: 'Mine', metricName: 'UnreadableEvent' });
    expect(other.metricTrailEvents({ statistic: 'max' })).toMatchObject({ namespace: 'AWS/Logs', statistic: 'Maximum' });
  });

  test('are of metrics that somebody writes', () => {
    const { template: other } = monitorWith({ ...WATCHED, metricNamespace: 'Mine' });
    const written = [...filtersOf(other).map(({ metric }) => metric), ...COUNTED_BY_FUNCTION];
    const read = propertiesOf(other, 'AWS::CloudWatch::Alarm').filter(({ Namespace }) => Namespace === 'Mine').map(({ MetricName }) => MetricName);
    expect(read.filter((metric) => !written.includes(metric))).toEqual([]);
    // the function's metrics have its dimension, see activity.test.ts; the filters' have none
    for (const MetricName of read) {
      const byFunction = COUNTED_BY_FUNCTION.includes(MetricName);
      other.hasResourceProperties('AWS::CloudWatch::Alarm', { MetricName, Dimensions: byFunction ? [{ Name: 'service', Value: 'cdk-root-access' }] : Match.absent() });
    }
    expect(propertiesOf(other, 'AWS::Logs::MetricFilter').map(({ MetricTransformations: [{ MetricNamespace }] }) => MetricNamespace)).toEqual(filtersOf(other).map(() => 'Mine'));
    other.hasResourceProperties('AWS::Lambda::Function', { Environment: { Variables: { METRIC_NAMESPACE: 'Mine' } } });
  });
});

test('the activities of the API are those of the table', () => {
  expect(Object.values(RootActivity) as ActivityKind[]).toEqual([...ACTIVITY_KINDS]);
});

describe('the function', () => {
  const statements = (template: Template) => propertiesOf(template, 'AWS::IAM::Policy').flatMap(({ PolicyDocument }) => PolicyDocument.Statement);

  test('may publish, put events, keep what fails, and write its log', () => {
    const { template } = monitorWith();
    expect(statements(template).map(({ Action }) => [Action].flat()).flat().sort()).toEqual([
      'events:PutEvents', 'logs:CreateLogStream', 'logs:PutLogEvents', 'sns:Publish', 'sqs:GetQueueAttributes', 'sqs:GetQueueUrl', 'sqs:SendMessage',
    ]);
    expect(statements(template).filter(({ Resource }) => Resource === '*')).toEqual([]);
    expect(statements(template).find(({ Action }) => Action === 'events:PutEvents').Condition).toEqual({ 'ForAllValues:StringEquals': { 'events:source': 'cdk-root-access' } });
  });

  test('is tried three times before an event goes to the queue', () => {
    monitorWith().template.hasResourceProperties('AWS::Lambda::EventInvokeConfig', {
      MaximumRetryAttempts: 2, DestinationConfig: { OnFailure: { Destination: { 'Fn::GetAtt': [Match.stringLikeRegexp('MonitorUndelivered'), 'Arn'] } } },
    });
  });

  test('can be called by this log group of this account only, and not before it has its permissions', () => {
    const { template } = monitorWith();
    template.hasResourceProperties('AWS::Lambda::Permission', { Principal: 'logs.amazonaws.com', SourceArn: Match.objectLike({ 'Fn::Join': ['', Match.arrayWith([Match.stringLikeRegexp('log-group:organization-trail')])] }) });
    template.hasResource('AWS::Logs::SubscriptionFilter', { DependsOn: Match.arrayWith([Match.stringLikeRegexp('MonitorTellRoleDefaultPolicy')]) });
  });

  test('knows whom to expect, also roles that are deployed with it', () => {
    const { stack } = monitorWith((scope) => ({
      allowedPrincipals: [new iam.Role(scope, 'Sweeper', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') }), arn(RUNBOOK_USER)],
    }));
    const variable = propertiesOf(Template.fromStack(stack), 'AWS::Lambda::Function')[0].Environment.Variables.MONITOR_SETTINGS;
    const text = variable['Fn::Join'][1].map((part: any) => typeof part === 'string' ? part : 'THE-ROLE').join('');
    expect(JSON.parse(text).allowedPrincipals).toEqual(['THE-ROLE', RUNBOOK_USER]);
  });
});

describe('the topic', () => {
  test('takes messages by TLS only, and alarms of this account', () => {
    const { template } = monitorWith();
    template.hasResourceProperties('AWS::SNS::TopicPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({ Effect: 'Deny', Action: 'sns:Publish', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
          Match.objectLike({ Effect: 'Allow', Action: 'sns:Publish', Principal: { Service: 'cloudwatch.amazonaws.com' }, Condition: Match.objectLike({ StringEquals: { 'aws:SourceAccount': '111111111111' } }) }),
        ]),
      },
    });
  });

  test('may have a key, which the function and alarms may use then', () => {
    const { template } = monitorWith((scope) => ({ encryptionKey: new kms.Key(scope, 'Key') }));
    template.hasResourceProperties('AWS::SNS::Topic', { KmsMasterKeyId: Match.anyValue() });
    const [policy] = propertiesOf(template, 'AWS::IAM::Policy');
    expect(policy.PolicyDocument.Statement).toContainEqual({
      Effect: 'Allow',
      Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
      Resource: { 'Fn::GetAtt': [expect.stringContaining('Key'), 'Arn'] },
      Condition: { StringEquals: { 'kms:ViaService': 'sns.eu-west-1.amazonaws.com' } },
    });
    template.hasResourceProperties('AWS::KMS::Key', { KeyPolicy: { Statement: Match.arrayWith([Match.objectLike({ Principal: { Service: 'cloudwatch.amazonaws.com' }, Action: ['kms:Decrypt', 'kms:GenerateDataKey*'] })]) } });
  });

  test('may be one that is there', () => {
    const { template } = monitorWith((scope) => ({ topic: sns.Topic.fromTopicArn(scope, 'Mine', 'arn:aws:sns:eu-west-1:111111111111:mine') }));
    template.resourceCountIs('AWS::SNS::Topic', 0);
    template.hasResourceProperties('AWS::Lambda::Function', { Environment: { Variables: { TOPIC_ARN: 'arn:aws:sns:eu-west-1:111111111111:mine' } } });
  });
});

describe('an imported monitor', () => {
  const imported = (attrs: { readonly eventBus?: boolean; readonly metricNamespace?: string } = {}) => {
    const stack = new Stack(testApp(), 'Stack', { env: ENV });
    const eventBus = attrs.eventBus ? events.EventBus.fromEventBusName(stack, 'Bus', 'security') : undefined;
    const topic = sns.Topic.fromTopicArn(stack, 'Topic', 'arn:aws:sns:eu-west-1:111111111111:root-activity');
    return { stack, topic, monitor: RootActivityMonitor.fromRootActivityMonitorAttributes(stack, 'Monitor', { ...attrs, topic, eventBus }) };
  };

  test('has the topic and the metrics of the one that was deployed, and adds nothing', () => {
    const { stack, topic, monitor } = imported();
    expect(monitor.topic).toBe(topic);
    expect(monitor.metricActivity(RootActivity.ROOT_SIGN_IN)).toMatchObject({ namespace: 'CdkRootAccess', metricName: 'RootSignIn' });
    expect(imported({ metricNamespace: 'Mine' }).monitor.metric('UnreadableEvent')).toMatchObject({ namespace: 'Mine', dimensions: { service: 'cdk-root-access' } });
    expect(Template.fromStack(stack).toJSON().Resources).toBeUndefined();
  });

  test('has rules on its bus', () => {
    const { stack, topic, monitor } = imported({ eventBus: true });
    monitor.onRootActivity('Page', { activities: [RootActivity.ROOT_API_USE], target: new targets.SnsTopic(topic) });
    Template.fromStack(stack).hasResourceProperties('AWS::Events::Rule', { EventBusName: 'security', EventPattern: { detail: { activity: ['RootApiUse'] } } });
  });
});

describe('a rule on the event bus', () => {
  const rule = (props: Props | ((stack: Stack) => Props), activities?: RootActivity[]) => monitorWith(props, (monitor, stack) => {
    monitor.onRootActivity('Page', { activities, target: new targets.SnsTopic(sns.Topic.fromTopicArn(stack, 'Pager', 'arn:aws:sns:eu-west-1:111111111111:pager')) });
  }).template;

  test('is for all activities', () => {
    rule({}).hasResourceProperties('AWS::Events::Rule', { EventPattern: { 'source': ['cdk-root-access'], 'detail-type': ['Root Activity'] }, EventBusName: Match.absent() });
  });

  test('or for some, on the bus that the monitor has', () => {
    const template = rule((scope) => ({ eventBus: new events.EventBus(scope, 'Bus') }), [RootActivity.ROOT_SIGN_IN]);
    template.hasResourceProperties('AWS::Events::Rule', { EventPattern: { detail: { activity: ['RootSignIn'] } }, EventBusName: { Ref: Match.stringLikeRegexp('Bus') } });
    template.hasResourceProperties('AWS::Lambda::Function', { Environment: { Variables: { EVENT_BUS_NAME: { Ref: Match.stringLikeRegexp('Bus') } } } });
  });
});

describe('synth fails for', () => {
  const rule = { accountId: MEMBER, activities: [RootActivity.ROOT_SIGN_IN], reason: 'why' };

  test.each<[string, Props | ((stack: Stack) => Props), string]>([
    ['a principal with a wildcard', { allowedPrincipals: [arn('arn:aws:iam::111111111111:role/*')] }, "allowedPrincipals[0] must be the ARN of one role or user, without wildcards, got 'arn:aws:iam::111111111111:role/*'"],
    ['the session of a role', { allowedPrincipals: [arn('arn:aws:sts::111111111111:assumed-role/Admin/me')] }, 'allowedPrincipals[0] must be the ARN of one role or user'],
    ['an account as principal', { allowedPrincipals: [arn('arn:aws:iam::111111111111:root')] }, 'allowedPrincipals[0] must be the ARN of one role or user'],
    ['a service as principal', { allowedPrincipals: [new iam.ServicePrincipal('lambda.amazonaws.com')] }, 'allowedPrincipals[0] must be a role, a user or an iam.ArnPrincipal, got '],
    ['a policy that cannot be', (scope) => ({ guardrails: [RootUserGuardrail.fromPolicyId(scope, 'Guardrail', 'guardrail')] }), "policyId must be the id of a policy ('p-abcdefgh'), got 'guardrail'"],
    ['an account that cannot be', { exemptions: [{ ...rule, accountId: '1' }] }, "exemptions[0].accountId must be a 12-digit AWS account id, got '1'"],
    ['an exemption without a reason', { exemptions: [rule, { ...rule, reason: ' ' }] }, "exemptions[1].reason must have 1 to 200 characters, got ' '"],
    ['an exemption of nothing', { exemptions: [{ ...rule, activities: [] }] }, 'exemptions[0].activities must name at least one activity'],
    ['a namespace of AWS', { metricNamespace: 'AWS/Logs' }, "metricNamespace must be 1 to 255 letters, digits or . - _ / #, not beginning with 'AWS/', got 'AWS/Logs'"],
    ['too many exempt accounts', { exemptions: Array.from({ length: 10 }, (_, n) => ({ ...rule, accountId: String(200_000_000_000 + n), activities: [RootActivity.ROOT_API_USE] })) }, 'the filter pattern of RootApiUse may have 1024 characters'],
    ['too many principals', { allowedPrincipals: Array.from({ length: 60 }, (_, n) => arn(`${SWEEP_ROLE}${n}`)) }, 'may have 3500 characters together'],
  ])('%s', (_name, props, message) => {
    expect(() => monitorWith(props)).toThrow(message);
  });

  test('too many principals that are known only when deployed', () => {
    const allowedPrincipals = Array.from({ length: 40 }, () => arn(Lazy.string({ produce: () => SWEEP_ROLE })));
    expect(() => monitorWith({ allowedPrincipals })).toThrow('may have 3500 characters together');
    expect(() => monitorWith({ allowedPrincipals: allowedPrincipals.slice(0, 20) })).not.toThrow();
  });

  test('a topic and a key', () => {
    expect(() => monitorWith((scope) => ({ topic: new sns.Topic(scope, 'Mine'), encryptionKey: new kms.Key(scope, 'Key') }))).toThrow('give topic or encryptionKey, not both');
  });

  test('a log group of another account or Region', () => {
    const of = (logGroupArn: string) => monitorWith((scope) => ({ trailLogGroup: logs.LogGroup.fromLogGroupArn(scope, 'Other', logGroupArn) }));
    expect(() => of('arn:aws:logs:eu-west-1:222222222222:log-group:trail:*')).toThrow('trailLogGroup must be in the account and Region of the stack (111111111111, eu-west-1), got one of 222222222222, eu-west-1: deploy the monitor there');
    expect(() => of('arn:aws:logs:us-east-1:111111111111:log-group:trail:*')).toThrow('got one of 111111111111, us-east-1');
  });
});
