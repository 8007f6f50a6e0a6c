import { runSimulation } from '@cloud-copilot/iam-simulate';
import { Duration, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sns from 'aws-cdk-lib/aws-sns';
import { AccountSelection, OrgRootAccessFeatures, RootAccessFeature, RootSessionRunbooks, type RootSessionRunbooksProps, RootTaskPolicy } from '../../../lib';
import { TASK_POLICIES } from '../../../lib/private/contract';
import { madeOnce, testApp } from '../../support/apps';
import { expectAbout } from '../../support/expect-about';

const MEMBER = '222222222222';
const PROTECTED = '333333333333';
const LISTED = '444444444444';
const ENV = { account: '111111111111', region: 'us-east-1' };

type Props = RootSessionRunbooksProps | ((stack: Stack) => RootSessionRunbooksProps);

const synthesized = madeOnce((props: Props = {}, also: (runbooks: RootSessionRunbooks, stack: Stack) => void = () => undefined) => {
  const stack = new Stack(testApp(), 'Stack', { env: ENV });
  const runbooks = new RootSessionRunbooks(stack, 'Runbooks', typeof props === 'function' ? props(stack) : props);
  also(runbooks, stack);
  return Template.fromStack(stack);
});

const person = (stack: Stack, id: string) => new iam.Role(stack, id, { assumedBy: new iam.AccountRootPrincipal() });
const withApprovers = (stack: Stack) => ({ approvers: { topic: new sns.Topic(stack, 'Topic') } });
const withReplacement = (stack: Stack) => ({ ...withApprovers(stack), allowReplacement: true });
const withKey = (stack: Stack) => ({ encryptionKey: new kms.Key(stack, 'Key') });

/** Policies of a role, by a part of its logical id, with intrinsics in IAM's words. */
function policiesOf(template: Template, role: RegExp) {
  const all = ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy'].flatMap((type) => Object.entries(template.findResources(type)));
  return all.filter(([, { Properties }]) => Properties.Roles.some(({ Ref }: { Ref: string }) => role.test(Ref)))
    .map(([name, { Properties }]) => ({ name, policy: rendered(Properties.PolicyDocument) }));
}

function rendered(value: any): any {
  if (Array.isArray(value)) {
    return value.map(rendered);
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  if (value.Ref) {
    return value.Ref === 'AWS::Partition' ? 'aws' : value.Ref;
  }
  if (value['Fn::GetAtt']) {
    return `arn:aws:s3:::${value['Fn::GetAtt'][0]}`;
  }
  if (value['Fn::Join']) {
    return value['Fn::Join'][1].map(rendered).join('');
  }
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, rendered(each)]));
}

type Policies = ReturnType<typeof policiesOf>;

/** Every action that the policies of a role name. */
function actionsOf(template: Template, role: RegExp): string[] {
  const statements: { Action: string | string[] }[] = policiesOf(template, role).flatMap(({ policy }) => policy.Statement);
  return [...new Set(statements.flatMap(({ Action }) => Action))].sort();
}

async function allows(policies: Policies, action: string, resource: string, context: Record<string, string> = {}): Promise<boolean> {
  const decision = await runSimulation({
    request: { principal: 'arn:aws:iam::111111111111:role/role', action, resource: { resource, accountId: '111111111111' }, contextVariables: context },
    identityPolicies: policies,
    serviceControlPolicies: [],
    resourceControlPolicies: [],
  }, {});
  if (decision.resultType === 'error') {
    throw new Error(JSON.stringify(decision.errors));
  }
  return decision.overallResult === 'Allowed';
}

const mayRoot = async (policies: ReturnType<typeof policiesOf>, task: string, accountId: string) => (
  allows(policies, 'sts:AssumeRoot', `arn:aws:iam::${accountId}:root`, { 'sts:TaskPolicyArn': `arn:aws:iam::aws:policy/root-task/${task}` }));

const TASKS = Object.values(TASK_POLICIES);
const FUNCTIONS: [role: string, task: string | undefined][] = [
  ['BucketUnlockFunctionRole', TASK_POLICIES.unlockBucket],
  ['BucketRestoreFunctionRole', TASK_POLICIES.unlockBucket],
  ['QueueUnlockFunctionRole', TASK_POLICIES.unlockQueue],
  ['QueueRestoreFunctionRole', TASK_POLICIES.unlockQueue],
  ['PasswordRecoveryAllowFunctionRole', TASK_POLICIES.createPassword],
  ['PasswordRecoveryCloseFunctionRole', TASK_POLICIES.deleteCredentials],
  ['PasswordRecoveryCloseAtEndRole', TASK_POLICIES.deleteCredentials],
  ['PasswordRecoveryExtendFunctionRole', undefined],
  ['PasswordRecoveryLookRole', undefined],
];

describe('root sessions', () => {
  const template = synthesized({ accounts: AccountSelection.accounts([MEMBER, PROTECTED]), protectedAccounts: [PROTECTED] });
  const whole = synthesized((stack) => ({
    protectedAccounts: [PROTECTED],
    features: OrgRootAccessFeatures.fromOrgRootAccessFeaturesAttributes(stack, 'Features', { organizationId: 'o-abcdefghij', managementAccountId: '111111111111' }),
  }));

  test.each(FUNCTIONS)('of %s are of one task, in selected accounts, never in protected ones', async (role, task) => {
    const policies = policiesOf(template, new RegExp(role));
    const wide = policiesOf(whole, new RegExp(role));
    expect(policies.length).toBeGreaterThan(0);
    for (const each of TASKS) {
      expectAbout(each, await mayRoot(policies, each, MEMBER)).toBe(each === task);
      expectAbout(each, await mayRoot(wide, each, LISTED)).toBe(each === task);
      for (const [those, accountId] of [[policies, PROTECTED], [policies, LISTED], [wide, PROTECTED], [wide, '111111111111']] as const) {
        expectAbout(`${each} ${accountId}`, await mayRoot(those, each, accountId)).toBe(false);
      }
    }
  });

  test('are for these roles and no other', () => {
    const holders = ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy'].flatMap((type) => Object.values(whole.findResources(type)))
      .filter(({ Properties }) => JSON.stringify(Properties.PolicyDocument).includes('sts:AssumeRoot'))
      .flatMap(({ Properties }) => Properties.Roles.map(({ Ref }: { Ref: string }) => /^Runbooks(\w+Role)/.exec(Ref)![1]));
    expect(new Set(holders)).toEqual(new Set(FUNCTIONS.filter(([, task]) => task).map(([role]) => role)));
  });
});

describe('permissions of a function', () => {
  const template = synthesized(withReplacement);
  const bucket = Object.keys(template.findResources('AWS::S3::Bucket'))[0];
  const file = (key: string) => `arn:aws:s3:::${bucket}/${key}`;
  const OWN = ['logs:CreateLogStream', 'logs:PutLogEvents', 's3:GetObject', 's3:ListBucket', 's3:PutObject', 'states:DescribeExecution', 'sts:AssumeRoot'];

  test.each(['BucketUnlock', 'BucketRestore', 'QueueUnlock', 'QueueRestore'])('of %s are these actions and no other', (name) => {
    expect(actionsOf(template, new RegExp(`${name}FunctionRole`))).toEqual(OWN);
  });

  test.each([
    ['BucketUnlock', 's3:PutObject', 'policies/2/buckets/r/b/x.json', true],
    ['BucketUnlock', 's3:PutObject', 'policies/2/queues/r/q/x.json', false],
    ['BucketUnlock', 's3:GetObject', 'policies/2/buckets/r/b/x.json', false],
    ['BucketUnlock', 's3:GetObject', 'replacements/x.json', true],
    ['BucketUnlock', 's3:PutObject', 'replacements/x.json', false],
    ['BucketUnlock', 's3:PutObject', 'recoveries/222222222222.json', false],
    ['BucketRestore', 's3:GetObject', 'policies/2/buckets/r/b/x.json', true],
    ['BucketRestore', 's3:GetObject', 'replacements/x.json', false],
    ['BucketUnlock', 's3:PutObject', 'control/x/x/go.json', false],
    ['BucketRestore', 's3:GetObject', 'policies/2/queues/r/q/x.json', false],
    ['QueueUnlock', 's3:PutObject', 'policies/2/queues/r/q/x.json', true],
    ['QueueUnlock', 's3:PutObject', 'policies/2/buckets/r/b/x.json', false],
    ['QueueRestore', 's3:GetObject', 'policies/2/queues/r/q/x.json', true],
    ['QueueRestore', 's3:DeleteObject', 'policies/2/queues/r/q/x.json', false],
  ])('of %s, %s on %s: %s', async (name, action, key, expected) => {
    expect(await allows(policiesOf(template, new RegExp(`${name}FunctionRole`)), action, file(key))).toBe(expected);
  });

  test('to write records are denied to everybody else', () => {
    const deny = (sid: string, prefix: string, count: number) => Match.objectLike({
      Sid: sid,
      Effect: 'Deny',
      Principal: { AWS: '*' },
      Action: Match.arrayWith(['s3:PutObject', 's3:DeleteObject', 's3:DeleteObjectVersion', 's3:ReplicateObject', 's3:ReplicateDelete', 's3:PutObjectAcl']),
      Resource: { 'Fn::Join': ['', [Match.anyValue(), `/${prefix}*`]] },
      Condition: { ArnNotEquals: { 'aws:PrincipalArn': Array(count).fill(Match.anyValue()) } },
    });
    template.hasResourceProperties('AWS::S3::BucketPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          deny('OnlyRunbooksWritePolicies', 'policies/', 4), deny('OnlyRunbooksWriteRecoveries', 'recoveries/', 4), deny('OnlyStateMachinesWriteControl', 'control/', 7),
        ]),
      },
    });
  });

  test('to say what is to be done have the state machines alone, each in a folder of its own that its function reads', async () => {
    const machines = ['BucketUnlock', 'BucketRestore', 'QueueUnlock', 'QueueRestore', 'PasswordRecoveryAllow', 'PasswordRecoveryExtend', 'PasswordRecoveryClose'];
    const folders = machines.map((name) => /control\/[\w-]+\//.exec(definitionOf(template, `${name}StateMachine`).States.WriteRun.Parameters['Key.$'])![0]);
    expect(new Set(folders).size).toBe(machines.length);
    for (const [i, name] of machines.entries()) {
      for (const folder of folders) {
        const go = file(`${folder}execution/go.json`);
        expect(await allows(policiesOf(template, new RegExp(`${name}StateMachineRole`)), 's3:PutObject', go)).toBe(folder === folders[i]);
        expect(await allows(policiesOf(template, new RegExp(`${name}FunctionRole`)), 's3:GetObject', go)).toBe(folder === folders[i]);
      }
    }
  });

  test.each([['kms:Decrypt', 10], ['kms:GenerateDataKey', 15]])('with a key are the two that S3 needs: %s by way of it for %i of them', (action, roles) => {
    const keyed = synthesized(withKey);
    keyed.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: { Statement: [Match.objectLike({ Action: action, Condition: { StringEquals: { 'kms:ViaService': 's3.us-east-1.amazonaws.com' } } })] },
      Roles: Array(roles).fill({ Ref: Match.stringLikeRegexp('^Runbooks') }),
    });
  });

  test('of the state machines to publish include the topic\'s key', () => {
    const keyed = synthesized((stack) => ({ approvers: { topic: new sns.Topic(stack, 'Topic', { masterKey: new kms.Key(stack, 'Key') }) } }));
    const policies = policiesOf(keyed, /BucketUnlockStateMachineRole/);
    expect(JSON.stringify(policies)).toContain('"kms:Decrypt","kms:GenerateDataKey"');
  });
});

describe('people', () => {
  const OPERATOR_ACTIONS = [
    'ssm:GetAutomationExecution', 'ssm:StartAutomationExecution', 'states:DescribeExecution', 'states:StartExecution', 'states:StopExecution',
  ];
  const everybody = (runbooks: RootSessionRunbooks, stack: Stack) => {
    runbooks.unlockBucket.grantStart(person(stack, 'Operator'));
    runbooks.grantStart(person(stack, 'Starter'));
    runbooks.grantApprove(person(stack, 'Approver'));
    runbooks.grantReadRecords(person(stack, 'Auditor'));
  };

  test('who may start one runbook may start that one, follow and stop it, and nothing else', async () => {
    const template = synthesized(withApprovers, everybody);
    const policies = policiesOf(template, /^Operator/);
    expect(actionsOf(template, /^Operator/)).toEqual(OPERATOR_ACTIONS);
    const [own] = Object.keys(template.findResources('AWS::StepFunctions::StateMachine')).filter((id) => id.includes('BucketUnlock'));
    const [document] = Object.keys(template.findResources('AWS::SSM::Document')).filter((id) => id.includes('BucketUnlock'));
    const start = policies.flatMap(({ policy }) => policy.Statement).filter(({ Action }) => [Action].flat().includes('states:StartExecution'));
    expect(start.map(({ Resource }) => Resource)).toEqual([own]);
    expect(await allows(policies, 'ssm:StartAutomationExecution', `arn:aws:ssm:us-east-1:111111111111:document/${document}`)).toBe(true);
    expect(await allows(policies, 'ssm:StartAutomationExecution', 'arn:aws:ssm:us-east-1:111111111111:document/AWS-Other')).toBe(false);
  });

  test('who may start may put a replacement only where it is allowed', () => {
    expect(actionsOf(synthesized(withApprovers, everybody), /^Starter/)).toEqual(OPERATOR_ACTIONS);
    expect(actionsOf(synthesized(withReplacement, everybody), /^Starter/)).toEqual(['s3:PutObject', ...OPERATOR_ACTIONS].sort());
  });

  test('who may approve may answer, and nothing else', () => {
    expect(actionsOf(synthesized(withApprovers, everybody), /^Approver/)).toEqual(['states:SendTaskFailure', 'states:SendTaskSuccess']);
  });

  test.each<[string, (runbooks: RootSessionRunbooks, role: iam.Role) => void]>([
    ['start and approve', (runbooks, role) => { runbooks.unlockBucket.grantStart(role); runbooks.unlockBucket.grantApprove(role); }],
    ['approve one runbook and start another', (runbooks, role) => { runbooks.unlockQueue.grantApprove(role); runbooks.unlockBucket.grantStart(role); }],
  ])('nobody can be let %s', (_what, grant) => {
    expect(() => synthesized(withApprovers, (runbooks, stack) => grant(runbooks, person(stack, 'Both')))).toThrow(/must not be given both grantStart and grantApprove/);
  });

  test('nobody can approve where nothing is approved', () => {
    expect(() => synthesized({}, (runbooks, stack) => runbooks.grantApprove(person(stack, 'Approver')))).toThrow('grantApprove needs approvers');
  });

  test('who may read records reads those, and nothing else of the bucket', () => {
    const [{ policy }] = policiesOf(synthesized(withApprovers, everybody), /^Auditor/);
    expect(policy.Statement).toMatchObject([
      { Action: 's3:GetObject', Resource: [expect.stringMatching(/\/policies\/\*$/), expect.stringMatching(/\/recoveries\/\*$/)] },
      { Action: 's3:ListBucket', Condition: { StringLike: { 's3:prefix': ['policies/*', 'recoveries/*'] } } },
    ]);
  });
});

/** Definition of a state machine, with `*` for what is known only when it is deployed. */
function definitionOf(template: Template, part: string) {
  const [, { Properties }] = Object.entries(template.findResources('AWS::StepFunctions::StateMachine')).find(([id]) => id.includes(part))!;
  return JSON.parse(Properties.DefinitionString['Fn::Join'][1].map((each: unknown) => typeof each === 'string' ? each : '*').join(''));
}

describe('the state machine', () => {
  test.each(['BucketUnlock', 'BucketRestore', 'QueueUnlock', 'QueueRestore', 'PasswordRecoveryAllow', 'PasswordRecoveryExtend'])('of %s has no way to act but by an approval, where there are approvers', (name) => {
    const { States: states } = definitionOf(synthesized(withApprovers), name);
    const targets = ({ Next, Default, Choices = [], Catch = [] }: any) => [Next, Default, ...[...Choices, ...Catch].map((each: any) => each.Next)];
    const leadsTo = (target: string) => Object.keys(states).filter((id) => targets(states[id]).includes(target));
    expect(leadsTo('Act')).toEqual(['WriteGo']);
    expect(leadsTo('WriteGo')).toEqual(['Approved']);
    expect(leadsTo('Approved')).toEqual(['Approved?']);
    expect(states['Approved?'].Choices).toEqual([{
      And: [{ Variable: '$.answer.approved', IsString: true }, { Variable: '$.answer.approved', StringEqualsPath: '$.approval.digest' }], Next: 'Approved',
    }]);
    expect(states['Approved?'].Default).toBe('ApprovalRefused');
  });

  test('asks again for an approval when SNS was in trouble for a moment, by the names under which Step Functions knows its errors', () => {
    const { States: { AskForApproval } } = definitionOf(synthesized(withApprovers), 'BucketUnlock');
    expect(AskForApproval.Retry[0].ErrorEquals).toEqual(expect.arrayContaining(['SNS.InternalErrorException', 'SNS.ThrottledException']));
  });

  test.each(['BucketUnlock', 'QueueRestore'])('of %s ends with the sentence of its function, and not with the JSON around it', (name) => {
    const { States: states } = definitionOf(synthesized(), name);
    expect([states.Prepare.Catch, states.Act.Catch]).toEqual([[expect.objectContaining({ Next: 'FailedInFunction?' })], [expect.objectContaining({ Next: 'FailedInFunction?' })]]);
    expect(states.Failed).toEqual({ Type: 'Fail', ErrorPath: '$.failure.Error', CausePath: '$.failure.message' });
  });

  test('takes nothing of a start but its input, and the settings from its definition', () => {
    const { StartAt, States: { WriteRun, WriteGo, Prepare, Act } } = definitionOf(synthesized({ protectedAccounts: [PROTECTED], protectedBuckets: ['mine'] }), 'BucketUnlock');
    expect(StartAt).toBe('WriteRun');
    expect(WriteRun.Parameters.Body).toMatchObject({
      'input.$': '$$.Execution.Input',
      'execution': { 'id.$': '$$.Execution.Id' },
      'settings': { protectedAccounts: [PROTECTED], protectedResources: ['mine'], allowReplacement: false },
    });
    expect(WriteGo.Parameters.Body).toMatchObject({ 'plan.$': '$.plan', 'digest.$': '$.approval.digest', 'startedBy.$': '$.startedBy' });
    expect(Prepare.Parameters).toEqual({ 'step': 'prepare', 'run.$': '$$.Execution.Name', 'automation.$': '$.automation' });
    expect(Act.Parameters).toEqual({ 'step': 'act', 'run.$': '$$.Execution.Name' });
  });

  test('looks for the units of the account again when the approval has come, and only then goes on', () => {
    const { States: states } = definitionOf(synthesized((stack) => ({ ...withApprovers(stack), accounts: AccountSelection.organizationalUnits(['ou-abcd-11111111']) })), 'BucketUnlock');
    expect([states.Approved.Next, states.AccountNow.Next, states.UnitOfAccountNow.Next]).toEqual(['AccountNow', 'UnitOfAccountNow', 'SelectedNow?']);
    expect(states['SelectedNow?'].Choices).toEqual(states['Selected?'].Choices.map((choice: any) => (
      { ...choice, Next: choice.Next === 'Prepare' ? 'WriteGo' : `${choice.Next}Now` })));
    expect(states['SelectedNow?'].Default).toBe('NotSelected');
  });

  test('logs what passes through it, but not where a task token passes', () => {
    const data = (template: Template) => Object.values(template.findResources('AWS::StepFunctions::StateMachine')).filter(({ Properties }) => JSON.stringify(Properties).includes('AskForApproval'))
      .map(({ Properties }) => Properties.LoggingConfiguration.IncludeExecutionData);
    expect(new Set(data(synthesized(withApprovers)))).toEqual(new Set([false]));
    expect(data(synthesized())).toEqual([]);
  });

  test('outlasts the wait for an approval, and its document outlasts it', () => {
    const template = synthesized((stack) => ({ approvers: { topic: new sns.Topic(stack, 'Topic'), timeout: Duration.days(7) } }));
    const { TimeoutSeconds, States } = definitionOf(template, 'BucketUnlock');
    expect(States.AskForApproval.TimeoutSeconds).toBe(7 * 24 * 3600);
    expect(TimeoutSeconds).toBe((7 * 24 + 1) * 3600);
    template.hasResourceProperties('AWS::SSM::Document', { Content: { mainSteps: [Match.objectLike({ timeoutSeconds: TimeoutSeconds + 60, maxAttempts: 1 })] } });
  });
});

describe('the documents', () => {
  test('have for every parameter a pattern that lets nothing out of a JSON text', () => {
    const documents = Object.values(synthesized(withReplacement).findResources('AWS::SSM::Document'));
    expect(documents).toHaveLength(7);
    for (const { Properties: { Content } } of documents) {
      expect(Object.keys(Content.parameters)).toEqual(expect.arrayContaining(['AccountId', 'Reason', 'DryRun']));
      for (const [name, { allowedPattern }] of Object.entries<{ allowedPattern: string }>(Content.parameters)) {
        expectAbout(name, allowedPattern).toMatch(/^\^.*\$$/);
        for (const character of ['"', '\\', '{', '}', '\n', '\r', '\t', '\u0000', '\u2028', '\u0085']) {
          expectAbout(`${name} ${JSON.stringify(character)}`, new RegExp(allowedPattern).test(`aaaa${character}aaaa`)).toBe(false);
        }
      }
    }
  });

  test('run as whoever starts them', () => {
    for (const { Properties } of Object.values(synthesized().findResources('AWS::SSM::Document'))) {
      expect(Properties.Content).not.toHaveProperty('assumeRole');
      expect(Properties.Content.mainSteps[0].inputs.name).toBe('{{ automation:EXECUTION_ID }}');
    }
  });
});

test('an alarm goes off when the execution that closes a recovery fails or is stopped, with the actions that it is given', () => {
  const template = synthesized((stack) => ({ alarms: { actions: [new SnsAction(new sns.Topic(stack, 'OnCall'))] } }));
  const [alarm, ...others] = Object.values(template.findResources('AWS::CloudWatch::Alarm')).map(({ Properties }) => Properties);
  expect(others).toEqual([]);
  expect(alarm).toMatchObject({
    AlarmName: 'Stack/Runbooks - password recovery not closed',
    AlarmActions: [{ Ref: expect.stringMatching(/^OnCall/) }],
    ComparisonOperator: 'GreaterThanOrEqualToThreshold',
    Threshold: 1,
    TreatMissingData: 'notBreaching',
  });
  const closer = [{ Name: 'StateMachineArn', Value: { Ref: expect.stringMatching(/PasswordRecoveryCloserStateMachine/) } }];
  expect(alarm.Metrics.slice(1).map(({ MetricStat }: any) => [MetricStat.Metric.MetricName, MetricStat.Metric.Dimensions])).toEqual([
    ['ExecutionsFailed', closer], ['ExecutionsAborted', closer],
  ]);
});

describe('what stays when the stack is deleted', () => {
  test('is the bucket of the records with its policy, and every log group', () => {
    for (const type of ['AWS::S3::Bucket', 'AWS::S3::BucketPolicy', 'AWS::Logs::LogGroup']) {
      const resources = Object.values(synthesized().findResources(type));
      expect(resources.length).toBeGreaterThan(0);
      expect(new Set(resources.flatMap(({ DeletionPolicy, UpdateReplacePolicy }) => [DeletionPolicy, UpdateReplacePolicy]))).toEqual(new Set(['Retain']));
    }
  });
});

describe('properties', () => {
  test.each<[Props, string]>([
    [{ protectedAccounts: ['1234'] }, "protectedAccounts[0] must be a 12-digit AWS account id, got '1234'"],
    [{ protectedBuckets: ['ok-bucket', 'not/ok'] }, "protectedBuckets[1] must be the name of an S3 bucket, got 'not/ok'"],
    [{ protectedQueues: ['arn:aws:sns:us-east-1:222222222222:x'] }, "protectedQueues[0] must be the name or the ARN of an SQS queue, got 'arn:aws:sns:us-east-1:222222222222:x'"],
    [{ allowReplacement: true }, 'allowReplacement must be given together with approvers'],
    [(stack) => ({ approvers: { topic: new sns.Topic(stack, 'Topic'), timeout: Duration.minutes(4) } }), 'approvers.timeout must be from 5 minutes to 7 days, in whole minutes, got 4 minutes'],
    [(stack) => ({ approvers: { topic: new sns.Topic(stack, 'Topic'), timeout: Duration.seconds(301) } }), 'approvers.timeout must be from 5 minutes to 7 days, in whole minutes'],
    [(stack) => ({ recordsBucket: new s3.Bucket(stack, 'Bucket'), encryptionKey: new kms.Key(stack, 'Key') }), 'encryptionKey must not be given together with recordsBucket'],
  ])('%j is refused', (props, message) => {
    expect(() => synthesized(props)).toThrow(message);
  });
});

describe('RootTaskPolicy', () => {
  const grant = (task: RootTaskPolicy, options?: Parameters<RootTaskPolicy['grantAssumeRoot']>[1]) => {
    const stack = new Stack(testApp(), 'Stack', { env: ENV });
    task.grantAssumeRoot(person(stack, 'Role'), options);
    return policiesOf(Template.fromStack(stack), /^Role/);
  };

  test.each([
    [RootTaskPolicy.AUDIT_CREDENTIALS, 'IAMAuditRootUserCredentials', RootAccessFeature.ROOT_CREDENTIALS_MANAGEMENT],
    [RootTaskPolicy.CREATE_PASSWORD, 'IAMCreateRootUserPassword', RootAccessFeature.ROOT_CREDENTIALS_MANAGEMENT],
    [RootTaskPolicy.DELETE_CREDENTIALS, 'IAMDeleteRootUserCredentials', RootAccessFeature.ROOT_CREDENTIALS_MANAGEMENT],
    [RootTaskPolicy.UNLOCK_BUCKET, 'S3UnlockBucketPolicy', RootAccessFeature.ROOT_SESSIONS],
    [RootTaskPolicy.UNLOCK_QUEUE, 'SQSUnlockQueuePolicy', RootAccessFeature.ROOT_SESSIONS],
    [RootTaskPolicy.custom('NewTask', RootAccessFeature.ROOT_SESSIONS), 'NewTask', RootAccessFeature.ROOT_SESSIONS],
  ])('%# has name, ARN in the partition, and feature of AWS, and grants that task alone', async (task, name, feature) => {
    expect([task.policyName, task.feature]).toEqual([name, feature]);
    const policies = grant(task, { protectedAccounts: [PROTECTED] });
    for (const each of [...TASKS, 'NewTask']) {
      expectAbout(each, await mayRoot(policies, each, MEMBER)).toBe(each === name);
      expectAbout(each, await mayRoot(policies, each, PROTECTED)).toBe(false);
    }
  });

  test('keeps to listed accounts and away from excluded ones', async () => {
    const listed = grant(RootTaskPolicy.UNLOCK_BUCKET, { accounts: AccountSelection.accounts([LISTED]) });
    const others = grant(RootTaskPolicy.UNLOCK_BUCKET, { accounts: AccountSelection.organization({ exclude: [LISTED] }) });
    const may = (policies: typeof listed, accountId: string) => mayRoot(policies, TASK_POLICIES.unlockBucket, accountId);
    expect(await Promise.all([may(listed, LISTED), may(listed, MEMBER)])).toEqual([true, false]);
    expect(await Promise.all([may(others, LISTED), may(others, MEMBER)])).toEqual([false, true]);
  });

  test.each(['', 'path/Name', 'a b', 'x'.repeat(129)])('has no custom policy %j', (name) => {
    expect(() => RootTaskPolicy.custom(name, RootAccessFeature.ROOT_SESSIONS)).toThrow('policyName must be the name of an AWS managed policy below root-task/');
  });

  test('refuses a protected account that is none', () => {
    expect(() => grant(RootTaskPolicy.UNLOCK_QUEUE, { protectedAccounts: ['x'] })).toThrow("protectedAccounts[0] must be a 12-digit AWS account id, got 'x'");
  });
});
