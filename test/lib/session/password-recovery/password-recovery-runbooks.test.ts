import { Duration, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sns from 'aws-cdk-lib/aws-sns';
import { OPENER_MS } from '../../../../lambda/session/password-recovery/record';
import { Approvals } from '../../../../lib/private/approvals';
import { SharedAssumeRoot } from '../../../../lib/private/assume-root';
import { PasswordRecovery, type PasswordRecoveryOptions } from '../../../../lib/session/password-recovery/password-recovery-runbooks';
import { madeOnce, testApp } from '../../../support/apps';

const ACCOUNTS = ['222222222222', '333333333333'];
const PROTECTED = ['444444444444'];

interface Options {
  readonly recovery?: PasswordRecoveryOptions;
  readonly topic?: boolean;
  readonly approvers?: boolean;
}

const synthesized = madeOnce(({ recovery, topic, approvers }: Options = {}) => {
  const stack = new Stack(testApp(), 'Stack', { env: { account: '111111111111', region: 'eu-central-1' } });
  const told = topic ? new sns.Topic(stack, 'Topic') : undefined;
  const construct = new PasswordRecovery(stack, 'Recovery', {
    recovery: { ...recovery, topic: told },
    settings: { selection: { accounts: ACCOUNTS, exclude: [] }, protectedAccounts: PROTECTED },
    rootSessions: new SharedAssumeRoot(stack, 'AssumeRoot', { accounts: ACCOUNTS, exclude: PROTECTED }),
    approvals: new Approvals(approvers ? { topic: new sns.Topic(stack, 'Approvers') } : undefined),
    bucket: new s3.Bucket(stack, 'Records'),
    stsRegion: 'us-east-1',
  });
  return { stack, construct, template: Template.fromStack(stack) };
});

type Statement = { Effect: string; Action: string | string[]; Resource: unknown; Condition?: Record<string, Record<string, unknown>> };

/** Statements of every policy of a role, by the part of its logical id. */
function statementsOf(template: Template, role: string): Statement[] {
  const policies = Object.values({ ...template.findResources('AWS::IAM::Policy'), ...template.findResources('AWS::IAM::ManagedPolicy') });
  return policies.filter(({ Properties }) => JSON.stringify(Properties.Roles).includes(role))
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement);
}

const actionsOf = (statements: Statement[]) => statements.filter(({ Effect }) => Effect === 'Allow').flatMap(({ Action }) => Action).sort();

/** The definition, with what is known only when it is deployed left out. */
function definitionOf(template: Template, machine: string) {
  const [, { Properties }] = Object.entries(template.findResources('AWS::StepFunctions::StateMachine')).find(([id]) => id.includes(machine))!;
  return JSON.parse(Properties.DefinitionString['Fn::Join'][1].map((part: unknown) => typeof part === 'string' ? part : 'TOKEN').join(''));
}

describe('the roles of password recovery', () => {
  test.each([
    ['AllowFunctionRole', ['IAMCreateRootUserPassword']],
    ['CloseFunctionRole', ['IAMDeleteRootUserCredentials']],
    ['CloseAtEndRole', ['IAMDeleteRootUserCredentials']],
    ['ExtendFunctionRole', []],
    ['LookRole', []],
  ])('of %s may take root sessions for %s only, in the selected accounts, and never in protected ones', (role, tasks) => {
    const assume = statementsOf(synthesized().template, role).filter(({ Action }) => Action === 'sts:AssumeRoot');
    const allowed = assume.filter(({ Effect }) => Effect === 'Allow');
    expect(allowed.map(({ Condition }) => JSON.stringify(Condition))).toEqual(tasks.map((task) => expect.stringContaining(`:policy/root-task/${task}`)));
    if (tasks.length > 0) {
      expect(JSON.stringify(allowed.map(({ Resource }) => Resource)).match(/\d{12}/g)).toEqual(ACCOUNTS);
      expect(JSON.stringify(assume.filter(({ Effect }) => Effect === 'Deny'))).toContain('444444444444');
    }
  });

  test.each([
    ['AllowFunctionRole', ['organizations:DescribePolicy', 'organizations:ListParents', 'organizations:ListPoliciesForTarget', 's3:GetObject', 's3:ListBucket', 's3:PutObject', 'states:DescribeExecution', 'states:StartExecution', 'sts:AssumeRoot']],
    ['ExtendFunctionRole', ['s3:GetObject', 's3:ListBucket', 's3:PutObject', 'states:DescribeExecution', 'states:StartExecution']],
    ['CloseFunctionRole', ['s3:GetObject', 's3:ListBucket', 's3:PutObject', 'states:DescribeExecution', 'states:StartExecution', 'sts:AssumeRoot']],
    ['CloseAtEndRole', ['s3:GetObject', 's3:ListBucket', 's3:PutObject', 'states:DescribeExecution', 'sts:AssumeRoot']],
    ['LookRole', ['s3:GetObject', 's3:ListBucket', 'states:DescribeExecution']],
  ])('of %s has these permissions and no other', (role, actions) => {
    const statements = statementsOf(synthesized().template, role);
    expect([...new Set(actionsOf(statements).filter((action) => !action.startsWith('logs:')))]).toEqual(actions);
    const objects = statements.filter(({ Action }) => [Action].flat().includes('s3:GetObject'));
    expect(JSON.stringify(objects)).toContain('/recoveries/*');
  });
});

describe('the opener', () => {
  test('lives no longer than its deadline is made for', () => {
    const { template } = synthesized();
    const [fn] = Object.entries(template.findResources('AWS::Lambda::Function')).filter(([id]) => id.includes('AllowFunction')).map(([, resource]) => resource);
    expect(fn.Properties.Timeout * 1_000).toBe(OPENER_MS);
  });

  test('is asked for approval when there are approvers, and so is extending; closing never is', () => {
    const { template } = synthesized({ approvers: true });
    expect(definitionOf(template, 'RecoveryAllow').States).toHaveProperty('AskForApproval');
    expect(definitionOf(template, 'RecoveryExtend').States).toHaveProperty('AskForApproval');
    expect(definitionOf(template, 'RecoveryCloseStateMachine').States).not.toHaveProperty('AskForApproval');
  });
});

describe('the closer', () => {
  test('has no timeout: that would be an end without closing', () => {
    expect(definitionOf(synthesized().template, 'RecoveryCloser')).not.toHaveProperty('TimeoutSeconds');
  });

  test.each(['Look', 'Close'])('tries to %s for a day, but for what trying again does not help', (state) => {
    const { States } = definitionOf(synthesized().template, 'RecoveryCloser');
    const [hopeless, { IntervalSeconds, BackoffRate, MaxDelaySeconds, MaxAttempts, ErrorEquals }] = States[state].Retry;
    expect(hopeless).toMatchObject({ MaxAttempts: 0, ErrorEquals: expect.arrayContaining(['PasswordNotOfRecovery', 'PasswordAfterRecovery']) });
    expect(ErrorEquals).toEqual(['States.ALL']);
    const pauses = Array.from({ length: MaxAttempts }, (_, i) => Math.min(IntervalSeconds * BackoffRate ** i, MaxDelaySeconds));
    expect(pauses.reduce((sum, pause) => sum + pause) / 3600).toBeGreaterThanOrEqual(24);
  });

  test('without a topic fails loudly, and tells nobody', () => {
    const { States } = definitionOf(synthesized().template, 'RecoveryCloser');
    expect(States.Close.Catch).toEqual([expect.objectContaining({ Next: 'FailedInFunction?' })]);
    expect([States.MessageOfFunction.Next, States.MessageOfService.Next]).toEqual(['NotClosed', 'NotClosed']);
    expect(States).not.toHaveProperty('Remind');
  });

  test('with a topic tells it, and fails all the same; what cannot be sent keeps nothing from going on', () => {
    const { States } = definitionOf(synthesized({ topic: true }).template, 'RecoveryCloser');
    expect(States.Close.Catch).toEqual([expect.objectContaining({ Next: 'FailedInFunction?' })]);
    expect([States.MessageOfFunction.Next, States.MessageOfService.Next]).toEqual(['TellThatItIsOpen', 'TellThatItIsOpen']);
    expect(States.TellThatItIsOpen).toMatchObject({ Next: 'NotClosed', Catch: [expect.objectContaining({ Next: 'NotClosed' })] });
    expect(States.Remind).toMatchObject({ Next: 'Look', Catch: [expect.objectContaining({ Next: 'Look' })] });
  });

  test('keeps its logical ids and those of its functions: another one is a new resource, and who is asleep calls the old one', () => {
    const { template } = synthesized();
    const ids = ['AWS::StepFunctions::StateMachine', 'AWS::Lambda::Function'].flatMap((type) => Object.keys(template.findResources(type)));
    expect(ids.filter((id) => /Closer|Look|CloseAtEnd/.test(id)).sort()).toEqual(['RecoveryCloseAtEnd27913B26', 'RecoveryCloserStateMachine54E9C4AE', 'RecoveryLook7D9FEAE3']);
  });

  test('knows the functions of the runbooks as those that start it, and nobody else', () => {
    const { template } = synthesized();
    const starters = Object.values(template.findResources('AWS::IAM::Policy')).filter(({ Properties }) => JSON.stringify(Properties).includes('states:StartExecution'));
    expect(starters.flatMap(({ Properties }) => Properties.Roles.map(({ Ref }: { Ref: string }) => Ref.replace(/[0-9A-F]{8}$/, ''))).sort())
      .toEqual(['RecoveryAllowFunctionRole', 'RecoveryCloseFunctionRole', 'RecoveryExtendFunctionRole']);
  });
});

describe('the documents', () => {
  test.each([['Allow', ['AccountId', 'DryRun', 'Hours', 'Reason']], ['Extend', ['AccountId', 'DryRun', 'Hours', 'Reason']], ['CloseDocument', ['AccountId', 'DryRun', 'Reason']]])(
    'of %s have these parameters, each with a pattern', (name, parameters) => {
      const documents = Object.entries(synthesized().template.findResources('AWS::SSM::Document'));
      const [, { Properties: { Content } }] = documents.find(([id]) => id.startsWith(`Recovery${name}`))!;
      expect(Object.keys(Content.parameters).sort()).toEqual(parameters);
      Object.values<{ allowedPattern: string }>(Content.parameters).forEach(({ allowedPattern }) => expect(allowedPattern).toMatch(/^\^.*\$$/));
    });

  const HOURS = new RegExp('^([1-9][0-9]{0,2})?$');
  test.each(['', '1', '24', '168'])('admit %s hours', (hours) => expect(HOURS.test(hours)).toBe(true));
  test.each(['0', '-1', '1.5', '1e2', ' 1', '1\n', '1"', '{{ x }}', '$(id)', '1000'])('refuse %j hours', (hours) => expect(HOURS.test(hours)).toBe(false));
  test('have that pattern', () => {
    synthesized().template.hasResourceProperties('AWS::SSM::Document', { Content: Match.objectLike({ parameters: Match.objectLike({ Hours: Match.objectLike({ allowedPattern: HOURS.source }) }) }) });
  });
});

describe('bad properties', () => {
  test.each<[string, Options, string]>([
    ['a duration of less than an hour', { recovery: { duration: Duration.minutes(59) } }, 'passwordRecovery.duration must be from 1 hour to 7 days, in whole hours, got 59 minutes'],
    ['a duration that is not whole', { recovery: { duration: Duration.minutes(90) } }, 'in whole hours, got 1 hour 30 minutes'],
    ['a duration of more than a week', { recovery: { duration: Duration.days(8) } }, 'to 7 days, in whole hours, got 8 days'],
    ['a longest duration below the usual one', { recovery: { longestDuration: Duration.hours(12) } }, 'passwordRecovery.longestDuration must be from 1 day to 7 days'],
    ['reminders for nobody', { recovery: { reminders: [Duration.hours(1)] } }, 'must be left out without passwordRecovery.topic'],
    ['a reminder of no time', { recovery: { reminders: [Duration.minutes(0)] }, topic: true }, 'passwordRecovery.reminders[0] must be from 1 minute to 7 days'],
    ['too many reminders', { recovery: { reminders: Array.from({ length: 11 }, (_, i) => Duration.hours(i + 1)) }, topic: true }, 'must list at most 10 times, got 11'],
  ])('%s fail the synthesis', (_what, options, message) => {
    expect(() => synthesized(options)).toThrow(message);
  });

  test('none: a day, at most a week, and a reminder an hour before', () => {
    const { template } = synthesized({ topic: true });
    template.hasResourceProperties('AWS::Lambda::Function', { Environment: { Variables: Match.objectLike({ REMINDERS_MINUTES: '[60]' }) } });
    expect(definitionOf(template, 'RecoveryAllow').States.WriteRun.Parameters.Body.settings).toMatchObject({ hours: 24, longestHours: 168 });
  });
});
