import { Stack, type StackProps } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as events from 'aws-cdk-lib/aws-events';
import { AccountJoinedForwarder, JoinedAccounts, RootCredentialsPurge, type RootCredentialsPurgeProps } from '../../../lib';
import { testApp, warningsOf } from '../../support/apps';

const MANAGEMENT = '111111111111';
const SECURITY = '222222222222';
const HOME = { account: MANAGEMENT, region: 'us-east-1' };
const ELSEWHERE = { account: SECURITY, region: 'eu-west-1' };
const PATTERN = { source: ['aws.organizations'], detail: { eventName: ['AccountJoinedOrganization'] } };

const stackIn = (env: StackProps['env']) => new Stack(testApp(), 'RootAccess', { env });

function purgeIn(env: StackProps['env'], props: RootCredentialsPurgeProps) {
  const stack = stackIn(env);
  const construct = new RootCredentialsPurge(stack, 'Purge', props);
  return { stack, construct, template: () => Template.fromStack(stack) };
}

/** The state machine that waits for the account, as it is deployed. */
function machineOf(template: Template) {
  const [, { Properties }] = Object.entries(template.findResources('AWS::StepFunctions::StateMachine')).find(([id]) => id.startsWith('PurgeOnJoinStateMachine'))!;
  const definition: (string | object)[] = Properties.DefinitionString['Fn::Join'][1];
  return JSON.parse(definition.map((part) => typeof part === 'string' ? part : 'token').join(''));
}

describe('accounts that join the organization', () => {
  test('are of no concern without the property', () => {
    const { construct, template } = purgeIn(ELSEWHERE, {});
    template().resourceCountIs('AWS::Events::Rule', 0);
    expect(construct.joinedAccountsBus).toBeUndefined();
  });

  test('start a state machine by a rule on the default bus that matches by name alone', () => {
    const { construct, template } = purgeIn(HOME, { joinedAccounts: JoinedAccounts.AUDIT });
    const [rule] = Object.values(template().findResources('AWS::Events::Rule'));
    expect(rule.Properties).toMatchObject({
      EventPattern: PATTERN,
      State: 'ENABLED',
      Targets: [{
        Arn: { Ref: expect.stringMatching(/^PurgeOnJoinStateMachine/) },
        DeadLetterConfig: { Arn: { 'Fn::GetAtt': [expect.stringMatching(/^PurgeOnJoinUndeliveredQueue/), 'Arn'] } },
      }],
    });
    expect(rule.Properties.EventBusName).toBeUndefined();
    expect(rule.Properties.Targets[0].Input).toBeUndefined(); // the whole event: nobody knows where in it the id is
    expect(construct.joinedAccountsBus).toBeUndefined();
    expect(construct.alarms).toHaveLength(2);
  });

  test('are swept alone by the sweep itself, whose failure is tried again', () => {
    const { States } = machineOf(purgeIn(HOME, { joinedAccounts: JoinedAccounts.AUDIT }).template());
    expect(States.SweepAccount).toMatchObject({
      Resource: expect.stringMatching(/:states:::states:startExecution\.sync:2$/),
      Parameters: { 'Input.$': '$.found.start' },
      Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.failure', Next: 'WaitForAccount' }],
    });
    expect(States.WaitForAccount).toMatchObject({ Type: 'Wait', SecondsPath: '$.found.waitSeconds', Next: 'FindAccount' });
    expect(States['Ready?']).toMatchObject({ Choices: [{ Variable: '$.found.ready', BooleanEquals: true, Next: 'SweepAccount' }], Default: 'WaitForAccount' });
  });

  test.each([[JoinedAccounts.AUDIT, 'false'], [JoinedAccounts.PURGE, 'true']])('are purged by choice only: %s', (joinedAccounts, purges) => {
    purgeIn(HOME, { joinedAccounts }).template().hasResourceProperties('AWS::Lambda::Function', { Environment: { Variables: { PURGE_JOINED_ACCOUNTS: purges } } });
  });

  test.each([['another Region', { account: MANAGEMENT, region: 'eu-west-1' }]])('cannot be heard of in %s: synth fails and names the remedy', (_where, env) => {
    expect(() => purgeIn(env, { joinedAccounts: JoinedAccounts.AUDIT })).toThrow(/joinedAccounts needs joinedAccountsForwarderAccountId in this Region: .* AccountJoinedForwarder/);
  });

  test('may be heard of in a Region that is not known yet: synth warns', () => {
    const { stack } = purgeIn(undefined, { joinedAccounts: JoinedAccounts.AUDIT });
    expect(warningsOf(stack, '/RootAccess/Purge/OnJoin')).toContainEqual(expect.stringContaining('joinedAccounts does nothing unless this stack is there: '));
  });

  test.each(['us-gov-west-1', 'cn-northwest-1'])('are heard of in the Region of AWS Organizations of another partition: %s', (region) => {
    expect(() => purgeIn({ account: MANAGEMENT, region }, { joinedAccounts: JoinedAccounts.AUDIT })).not.toThrow();
  });

  test.each([
    ['no reaction', { joinedAccountsForwarderAccountId: MANAGEMENT }, 'joinedAccountsForwarderAccountId must not be given without joinedAccounts'],
    ['an id that no account has', { joinedAccounts: JoinedAccounts.AUDIT, joinedAccountsForwarderAccountId: '1' }, "joinedAccountsForwarderAccountId must be a 12-digit AWS account id, got '1'"],
  ])('forwarded with %s are refused', (_what, props, message) => {
    expect(() => purgeIn(ELSEWHERE, props)).toThrow(message);
  });
});

describe('events that are forwarded', () => {
  const FORWARDED = { joinedAccounts: JoinedAccounts.AUDIT, joinedAccountsForwarderAccountId: MANAGEMENT };

  test('come in on a bus on which the management account alone may put events of AWS Organizations', () => {
    const template = purgeIn(ELSEWHERE, FORWARDED).template();
    template.hasResourceProperties('AWS::Events::EventBusPolicy', {
      Statement: {
        Effect: 'Allow',
        Principal: { AWS: { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:iam::${MANAGEMENT}:root`]] } },
        Action: 'events:PutEvents',
        Condition: { 'ForAllValues:StringEquals': { 'events:source': 'aws.organizations' } },
      },
    });
    template.hasResourceProperties('AWS::Events::Rule', { EventBusName: { Ref: Match.stringLikeRegexp('^PurgeOnJoinBus') }, EventPattern: PATTERN });
  });

  test('leave the management account by one rule, to that bus, with a role that may do nothing else', () => {
    const app = testApp();
    const purge = new RootCredentialsPurge(new Stack(app, 'Security', { env: ELSEWHERE }), 'Purge', FORWARDED);
    const management = new Stack(app, 'Management', { env: HOME });
    const forwarder = new AccountJoinedForwarder(management, 'Forwarder', { bus: purge.joinedAccountsBus! });
    const bus = Template.fromStack(purge.node.scope as Stack).findResources('AWS::Events::EventBus');
    const [{ Properties: { Name } }] = Object.values(bus);
    const arn = { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:events:eu-west-1:${SECURITY}:event-bus/${Name}`]] };
    const template = Template.fromStack(management);
    template.hasResourceProperties('AWS::Events::Rule', { EventPattern: PATTERN, Targets: [{ Arn: arn, RoleArn: Match.anyValue(), DeadLetterConfig: Match.anyValue() }] });
    template.resourceCountIs('AWS::IAM::Policy', 1);
    template.hasResourceProperties('AWS::IAM::Policy', { PolicyDocument: { Statement: [{ Effect: 'Allow', Action: 'events:PutEvents', Resource: arn }] } });
    expect(management.resolve(forwarder.alarms[0].alarmArn)).toBeDefined();
  });

  test('may go to a bus of another app', () => {
    const stack = stackIn(HOME);
    new AccountJoinedForwarder(stack, 'Forwarder', { bus: events.EventBus.fromEventBusArn(stack, 'Bus', `arn:aws:events:eu-west-1:${SECURITY}:event-bus/joined`) });
    Template.fromStack(stack).hasResourceProperties('AWS::Events::Rule', { Targets: [Match.objectLike({ Arn: `arn:aws:events:eu-west-1:${SECURITY}:event-bus/joined` })] });
  });

  test('are nowhere but in us-east-1: the forwarder cannot be deployed elsewhere', () => {
    const stack = stackIn({ account: MANAGEMENT, region: 'eu-west-1' });
    const bus = events.EventBus.fromEventBusName(stack, 'Bus', 'joined');
    expect(() => new AccountJoinedForwarder(stack, 'Forwarder', { bus })).toThrow(/AccountJoinedForwarder must be deployed in the management account in us-east-1/);
  });

  test('are perhaps nowhere in a Region that is not known yet: synth warns', () => {
    const stack = stackIn(undefined);
    new AccountJoinedForwarder(stack, 'Forwarder', { bus: events.EventBus.fromEventBusName(stack, 'Bus', 'joined') });
    expect(warningsOf(stack, '/RootAccess/Forwarder')).toContainEqual(expect.stringContaining('does nothing unless it is deployed in the management account'));
  });
});
