import { CfnParameter, Duration, Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as actions from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as sns from 'aws-cdk-lib/aws-sns';
import { ArtifactMetadataEntryType } from 'aws-cdk-lib/cloud-assembly-schema';
import {
  AccountSelection, CentralizedRootAccess, OrgRootAccessFeatures, RootAccessDelegation, RootActivityMonitor, RootCredential, RootCredentialsAudit,
  RootCredentialsPurge, RootSessionRunbooks, RootTaskPolicy, RootUserGuardrail,
} from '../../lib';
import { testApp, warningsOf } from '../support/apps';

const MANAGEMENT = '111111111111';

const stackIn = (region?: string, account: string | undefined = MANAGEMENT, app = testApp()) => new Stack(app, `Stack${app.node.children.length}`, { env: { account, region } });
/** The warnings that constructs give as soon as they are made. */
const warningsAtOnce = (stack: Stack) => stack.node.findAll().flatMap(({ node }) => node.metadata)
  .filter(({ type }) => type === ArtifactMetadataEntryType.WARN).map(({ data }) => String(data));

describe('a topic that AWS encrypts with its own key is told', () => {
  const TOPICS: [what: string, topic: (stack: Stack) => sns.ITopic][] = [
    ['an alias', (stack) => new sns.Topic(stack, 'Topic', { masterKey: kms.Alias.fromAliasName(stack, 'Key', 'alias/aws/sns') })],
    ['an ARN', (stack) => new sns.Topic(stack, 'Topic', { masterKey: kms.Key.fromKeyArn(stack, 'Key', 'arn:aws:kms:us-east-1:111111111111:alias/aws/sns') })],
    ['an import', (stack) => sns.Topic.fromTopicAttributes(stack, 'Topic', {
      topicArn: 'arn:aws:sns:us-east-1:111111111111:topic', keyArn: 'arn:aws:kms:us-east-1:111111111111:alias/aws/sns',
    })],
    ['an escape hatch', (stack) => {
      const topic = new sns.Topic(stack, 'Topic');
      (topic.node.defaultChild as sns.CfnTopic).kmsMasterKeyId = 'alias/aws/sns';
      return topic;
    }],
  ];
  const USES: [property: string, use: (stack: Stack, topic: sns.ITopic) => unknown][] = [
    ['notifications', (stack, notifications) => new RootCredentialsAudit(stack, 'X', { notifications })],
    ['alarms.actions[0]', (stack, topic) => new RootCredentialsPurge(stack, 'X', { alarms: { actions: [new actions.SnsAction(topic)] } })],
    ['notifications', (stack, notifications) => new CentralizedRootAccess(stack, 'X', { notifications })],
    ['topic', (stack, topic) => new RootActivityMonitor(stack, 'X', { topic, trailLogGroup: new logs.LogGroup(stack, 'Trail') })],
    ['alarms.actions[0]', (stack, topic) => new RootActivityMonitor(stack, 'X', { alarms: { actions: [new actions.SnsAction(topic)] }, trailLogGroup: new logs.LogGroup(stack, 'Trail') })],
  ];

  test.each(TOPICS.flatMap(([what, topic]) => USES.map(([property, use]) => [what, property, topic, use] as const)))('%s, %s', (_what, property, topic, use) => {
    const stack = stackIn('us-east-1');
    use(stack, topic(stack));
    expect(warningsAtOnce(stack)).toContainEqual(expect.stringContaining(`${property} is encrypted with alias/aws/sns`));
  });

  test('and one with a key of yours, or with none, is not', () => {
    const stack = stackIn('us-east-1');
    new RootCredentialsAudit(stack, 'One', { notifications: new sns.Topic(stack, 'Encrypted', { masterKey: new kms.Key(stack, 'Key') }) });
    new RootCredentialsAudit(stack, 'Other', { notifications: new sns.Topic(stack, 'Plain') });
    expect(warningsOf(stack)).toEqual([]);
  });
});

describe('another partition is told, once for each stack', () => {
  test.each([
    ['cn-north-1', 'accounts in the China Regions have no root user'], ['cn-northwest-1', 'accounts in the China Regions have no root user'],
    ['us-gov-west-1', "the partition 'aws' alone"], ['us-iso-east-1', "the partition 'aws' alone"], ['eu-isoe-west-1', "the partition 'aws' alone"], ['eusc-de-east-1', "the partition 'aws' alone"],
  ])('%s', (region, why) => {
    const stack = stackIn(region);
    new OrgRootAccessFeatures(stack, 'Features');
    new RootAccessDelegation(stack, 'Delegation', { accountId: '222222222222' });
    new RootUserGuardrail(stack, 'Guardrail', { targets: ['ou-abcd-11111111'] });
    new RootSessionRunbooks(stack, 'Runbooks');
    expect(warningsAtOnce(stack)).toEqual([expect.stringContaining(why)]);
    const other = stackIn(region);
    new RootCredentialsAudit(other, 'Audit');
    expect(warningsAtOnce(other)).toEqual([expect.stringContaining(why)]);
  });

  test.each(['us-east-1', 'eu-central-1', undefined])('and %s is not', (region) => {
    const stack = stackIn(region);
    new OrgRootAccessFeatures(stack, 'Features');
    expect(warningsOf(stack)).toEqual([]);
  });
});

describe('two guardrails of one name', () => {
  const guardrail = (stack: Stack, policyName = 'deny') => new RootUserGuardrail(stack, `Guardrail${stack.node.children.length}`, { targets: ['ou-abcd-11111111'], policyName });

  test.each([
    ['in one stack', () => {
      const stack = new Stack();
      return [stack, stack];
    }],
    ['in one account', () => {
      const app = testApp();
      return [stackIn('us-east-1', MANAGEMENT, app), stackIn('eu-west-1', MANAGEMENT, app)];
    }],
  ])('are refused %s', (_where, stacks) => {
    const [one, other] = stacks();
    const first = guardrail(one);
    expect(() => guardrail(other)).toThrow(`policyName 'deny' is that of ${first.node.path}, too`);
  });

  test('are told where the accounts are not known, and pass in two accounts', () => {
    const app = testApp();
    const [one, other, third] = [new Stack(app, 'One'), stackIn('us-east-1', MANAGEMENT, app), stackIn('us-east-1', '999999999999', app)];
    guardrail(other);
    guardrail(third);
    expect(warningsAtOnce(third)).toEqual([]);
    guardrail(one);
    expect(warningsOf(one)).toContainEqual(expect.stringContaining("policyName 'deny' is that of"));
  });

  test('and two of two names pass', () => {
    const stack = new Stack();
    guardrail(stack);
    expect(() => guardrail(stack, 'other')).not.toThrow();
  });
});

describe('the account of the stack as delegate is refused', () => {
  test.each([
    ['of a delegation', (stack: Stack) => new RootAccessDelegation(stack, 'X', { accountId: MANAGEMENT }), 'accountId'],
    ['of a delegation with features', (stack: Stack) => new RootAccessDelegation(stack, 'X', { accountId: MANAGEMENT, features: new OrgRootAccessFeatures(stack, 'F') }), 'accountId'],
    ['of centralized root access', (stack: Stack) => new CentralizedRootAccess(stack, 'X', { delegatedAdministratorAccountId: MANAGEMENT }), 'delegatedAdministratorAccountId'],
  ])('%s', (_what, use, property) => {
    expect(() => use(stackIn('us-east-1'))).toThrow(`${property} must be a member account: '111111111111' is the account of this stack`);
  });
});

test('a delegate that is known only at the deployment passes, unless it is the account of the stack', () => {
  const stack = new Stack();
  expect(() => new RootAccessDelegation(stack, 'One', { accountId: new CfnParameter(stack, 'Id').valueAsString })).not.toThrow();
  expect(() => new RootAccessDelegation(stack, 'Other', { accountId: stack.account })).toThrow('is the account of this stack');
});

describe('alarms without actions are told', () => {
  test.each([
    ['{}', {}],
    ['an empty list', { actions: [] }],
    ['their end alone', { okActions: [{ bind: () => ({ alarmActionArn: 'arn:aws:sns:us-east-1:111111111111:topic' }) }] }],
  ])('%s', (_what, alarms) => {
    const stack = stackIn('us-east-1');
    new RootCredentialsPurge(stack, 'Purge', { alarms });
    expect(warningsOf(stack)).toEqual([expect.stringContaining('alarms has no actions')]);
  });

  test.each<[string, (audit: RootCredentialsAudit, action: cloudwatch.IAlarmAction) => void]>([
    ['actions', () => undefined],
    ['actions that were added later', ({ alarms }, action) => alarms[0].addAlarmAction(action)],
  ])('and those with %s are not', (what, add) => {
    const stack = stackIn('us-east-1');
    const action = new actions.SnsAction(new sns.Topic(stack, 'Topic'));
    add(new RootCredentialsAudit(stack, 'Audit', { alarms: what === 'actions' ? { actions: [action] } : {} }), action);
    expect(warningsOf(stack)).toEqual([]);
  });
});

describe('a selection of which nothing is left is refused', () => {
  const two = AccountSelection.accounts(['222222222222', '333333333333']);

  test('by runbooks that protect all of it', () => {
    expect(() => new RootSessionRunbooks(new Stack(), 'X', { accounts: two, protectedAccounts: ['333333333333', '222222222222'] })).toThrow('no account is left');
    expect(() => new RootSessionRunbooks(new Stack(), 'X', { accounts: two, protectedAccounts: ['333333333333'] })).not.toThrow();
  });

  test('by a grant that protects all of it', () => {
    const role = new iam.Role(new Stack(), 'Role', { assumedBy: new iam.AccountRootPrincipal() });
    expect(() => RootTaskPolicy.AUDIT_CREDENTIALS.grantAssumeRoot(role, { accounts: two, protectedAccounts: ['333333333333', '222222222222'] })).toThrow('no account is left');
  });

  test('by a sweep of the management account alone', () => {
    const stack = new Stack();
    const features = OrgRootAccessFeatures.fromOrgRootAccessFeaturesAttributes(stack, 'F', { organizationId: 'o-abcdefghij', managementAccountId: MANAGEMENT });
    expect(() => new RootCredentialsAudit(stack, 'X', { features, accounts: AccountSelection.accounts([MANAGEMENT]) })).toThrow('no account is left');
  });

  test.each([
    ['all accounts', { accounts: two, keep: [{ accounts: ['222222222222', '333333333333', '444444444444'].slice(0, 2), reason: 'r' }] }],
    ['all kinds', { keep: [{ credentials: Object.values(RootCredential), reason: 'r' }] }],
    ['all kinds that are to be deleted', { credentials: [RootCredential.PASSWORD], keep: [{ credentials: [RootCredential.PASSWORD], reason: 'r' }] }],
  ])('and a purge that keeps %s is told', (_what, props) => {
    const stack = stackIn('us-east-1');
    new RootCredentialsPurge(stack, 'Purge', props);
    expect(warningsOf(stack)).toEqual([expect.stringContaining('keep keeps everything')]);
  });

  test('and one that keeps a part is not', () => {
    const stack = stackIn('us-east-1');
    new RootCredentialsPurge(stack, 'Purge', { accounts: two, keepIfUsedWithin: Duration.days(1), keep: [{ accounts: ['222222222222'], reason: 'r' }, { credentials: [RootCredential.PASSWORD], reason: 'r' }] });
    expect(warningsOf(stack)).toEqual([]);
  });
});
