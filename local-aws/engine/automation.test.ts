import { DescribeExecutionCommand, ListExecutionsCommand, SFNClient } from '@aws-sdk/client-sfn';
import { DescribeDocumentCommand, GetAutomationExecutionCommand, SSMClient, StartAutomationExecutionCommand, StopAutomationExecutionCommand } from '@aws-sdk/client-ssm';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { LocalAws } from '../local-aws';
import { FakeOrganization } from '../organization';
import { automate } from './fixtures/automations';
import { att, document, ref, role, Stacks, stateMachine } from './fixtures/stacks';
import { eventually } from '../../test/support/eventually';

const PARAMETERS = {
  AccountId: { type: 'String', allowedPattern: '^\\d{12}$' },
  Reason: { type: 'String', minChars: 3, maxChars: 100 },
  Mode: { type: 'String', default: 'safe', allowedValues: ['safe', 'bold'] },
  DryRun: { type: 'Boolean', default: true },
};

const INPUT = '{"account":"{{ AccountId }}","reason":"{{Reason}}","dryRun":{{ DryRun }},"by":"{{ automation:EXECUTION_ID }}"}';
const OPERATOR = 'arn:aws:iam::111111111111:role/Operator';

function runbook(content: object = {}, properties: object = {}) {
  return {
    Type: 'AWS::SSM::Document',
    Properties: {
      DocumentType: 'Automation',
      ...properties,
      Content: {
        schemaVersion: '0.3',
        assumeRole: att('Automation'),
        parameters: PARAMETERS,
        mainSteps: [{ name: 'Run', action: 'aws:executeStateMachine', inputs: { stateMachineArn: ref('Machine'), input: INPUT } }],
        outputs: ['Run.output'],
        ...content,
      },
    },
  };
}

describe('an Automation document of the local AWS', () => {
  let aws: LocalAws;
  let ssm: SSMClient;
  let names: Readonly<Record<string, string>>;

  beforeAll(async () => {
    aws = await LocalAws.start({ organization: new FakeOrganization() });
    ssm = new SSMClient(aws.clientSettings());
    const run = { Effect: 'Allow', Action: ['states:StartExecution', 'states:DescribeExecution', 'states:StopExecution'], Resource: '*' };
    const start = { Effect: 'Allow', Action: ['ssm:GetAutomationExecution', 'ssm:StartAutomationExecution'], Resource: '*' };
    const trust = document({ Effect: 'Allow', Principal: { AWS: '111111111111' }, Action: 'sts:AssumeRole' });
    const operator = role('ssm', start);
    Object.assign(operator.Properties, { RoleName: 'Operator', AssumeRolePolicyDocument: trust });
    const step = (name: string, Machine: string, rest: object = {}) => ({ name, action: 'aws:executeStateMachine', inputs: { stateMachineArn: ref(Machine), input: '{}' }, ...rest });
    const documents = {
      Runbook: runbook(),
      AsCaller: runbook({ assumeRole: '' }),
      Weak: runbook({ assumeRole: att('Nobody') }),
      Distrusted: runbook({ assumeRole: att('Machines') }),
      Failing: runbook({ mainSteps: [step('Fail', 'Broken')], outputs: [] }),
      Recovering: runbook({ mainSteps: [step('Fail', 'Broken', { onFailure: 'step:Mend' }), step('Skipped', 'Broken'), step('Mend', 'Machine', { isEnd: true }), step('Never', 'Broken')], outputs: [] }),
      Waiting: runbook({ mainSteps: [step('Wait', 'Waiter')], outputs: [] }),
    };
    const { outputs, status, events } = await new Stacks(aws).create('automation', {
      Machines: role('states'),
      Automation: role('ssm', run),
      Nobody: role('ssm'),
      Operator: operator,
      Machine: stateMachine('Machines', { StartAt: 'Echo', States: { Echo: { Type: 'Pass', End: true } } }),
      Broken: stateMachine('Machines', { StartAt: 'Fail', States: { Fail: { Type: 'Fail', Error: 'NotSo', Cause: 'it is locked' } } }),
      Waiter: stateMachine('Machines', { StartAt: 'Wait', States: { Wait: { Type: 'Wait', Seconds: 600, End: true } } }),
      ...documents,
    }, Object.fromEntries(['Machine', 'Waiter', 'Automation', ...Object.keys(documents)].map((name) => [name, ref(name)])));
    expect(events.map(({ ResourceStatusReason }) => ResourceStatusReason).filter(Boolean).concat(status)).toContain('CREATE_COMPLETE');
    names = outputs;
  });
  afterAll(() => aws?.stop());

  const PARAMS = { AccountId: ['222222222222'], Reason: ['lost keys'] };

  test('runs its state machine with the parameters in its input, and answers its output', async () => {
    const execution = await automate(aws, names.Runbook, { ...PARAMS, DryRun: ['false'] });

    const input = { account: '222222222222', reason: 'lost keys', dryRun: false, by: execution.AutomationExecutionId };
    expect(execution).toMatchObject({
      AutomationExecutionStatus: 'Success',
      ExecutedBy: 'arn:aws:iam::111111111111:user/administrator',
      Parameters: { AccountId: ['222222222222'], Mode: ['safe'], DryRun: ['false'] },
      StepExecutions: [{ StepName: 'Run', Action: 'aws:executeStateMachine', StepStatus: 'Success', Inputs: { input: JSON.stringify(input) } }],
    });
    expect(JSON.parse(execution.Outputs!['Run.output'][0])).toEqual(input);
  });

  test('puts a parameter into its input as text, so that what quotes do there shows', async () => {
    const { Outputs } = await automate(aws, names.Runbook, { ...PARAMS, Reason: ['x","dryRun":false,"account":"999999999999","y":"'] });

    expect(JSON.parse(Outputs!['Run.output'][0])).toMatchObject({ account: '999999999999' });
  });

  test.each([
    ['an unknown parameter', { ...PARAMS, Account: ['1'] }, 'extra parameter(s): [Account]'],
    ['a missing parameter', { AccountId: PARAMS.AccountId }, 'Required parameter(s) missing: [Reason]'],
    ['a value that does not match', { ...PARAMS, AccountId: ['12'] }, 'Parameter AccountId does not match the allowed pattern'],
    ['a value that is not listed', { ...PARAMS, Mode: ['wild'] }, 'Allowed values: [safe, bold]'],
    ['a value that is too short', { ...PARAMS, Reason: ['x'] }, 'Parameter Reason has 1 characters'],
    ['two values', { ...PARAMS, AccountId: ['222222222222', '333333333333'] }, 'takes one value'],
    ['another type', { ...PARAMS, DryRun: ['maybe'] }, 'The value of parameter DryRun cannot be read'],
  ])('is not started with %s', async (_what, Parameters: Record<string, string[]>, message) => {
    const before = await executions();
    await expect(ssm.send(new StartAutomationExecutionCommand({ DocumentName: names.Runbook, Parameters })))
      .rejects.toMatchObject({ name: 'InvalidAutomationExecutionParametersException', message: expect.stringContaining(message) });
    expect(await executions()).toBe(before);
  });

  test('lets a line break at the end pass a pattern that ends in $, as Java does', async () => {
    const { AutomationExecutionStatus } = await automate(aws, names.Runbook, { ...PARAMS, AccountId: ['222222222222\n'] });
    expect(AutomationExecutionStatus).toBe('Failed'); // a line break in JSON text
  });

  async function executions() {
    const { executions: list } = await new SFNClient(aws.clientSettings()).send(new ListExecutionsCommand({ stateMachineArn: names.Machine }));
    return list!.length;
  }

  test('is not started when it does not exist', async () => {
    await expect(ssm.send(new StartAutomationExecutionCommand({ DocumentName: 'nothing' }))).rejects.toMatchObject({ name: 'AutomationDefinitionNotFoundException' });
    await expect(ssm.send(new StartAutomationExecutionCommand({ DocumentName: names.Runbook, DocumentVersion: '7' }))).rejects.toMatchObject({ name: 'AutomationDefinitionVersionNotFoundException' });
  });

  test('fails with the cause of its state machine', async () => {
    expect(await automate(aws, names.Failing, PARAMS)).toMatchObject({ AutomationExecutionStatus: 'Failed', FailureMessage: expect.stringContaining('ended with status FAILED. NotSo: it is locked') });
  });

  test('goes on where onFailure leads, and ends where a step says so', async () => {
    const { AutomationExecutionStatus, StepExecutions } = await automate(aws, names.Recovering, PARAMS);

    expect(AutomationExecutionStatus).toBe('Success');
    expect(StepExecutions!.map(({ StepName, StepStatus }) => [StepName, StepStatus])).toEqual([['Fail', 'Failed'], ['Mend', 'Success']]);
  });

  test('acts with the permissions of the role that it assumes', async () => {
    expect(await automate(aws, names.Weak, PARAMS)).toMatchObject({ AutomationExecutionStatus: 'Failed', FailureMessage: expect.stringContaining('not authorized to perform: states:StartExecution') });
    await expect(automate(aws, names.Distrusted, PARAMS)).rejects.toMatchObject({ name: 'InvalidAutomationExecutionParametersException', message: 'The defined assume role is unable to be assumed.' });
  });

  test('needs a caller who may pass that role, and acts with the caller\'s own permissions without one', async () => {
    const { Credentials } = await new STSClient(aws.clientSettings()).send(new AssumeRoleCommand({ RoleArn: OPERATOR, RoleSessionName: 'test' }));
    const { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey, SessionToken: sessionToken } = Credentials!;
    const settings = { ...aws.clientSettings(), credentials: { accessKeyId: accessKeyId!, secretAccessKey: secretAccessKey!, sessionToken } };

    await expect(automate(aws, names.Runbook, PARAMS, settings)).rejects.toMatchObject({ name: 'AccessDeniedException', message: expect.stringContaining('iam:PassRole') });
    expect(await automate(aws, names.AsCaller, PARAMS, settings)).toMatchObject({ AutomationExecutionStatus: 'Failed', FailureMessage: expect.stringContaining('assumed-role/Operator/test is not authorized to perform: states:StartExecution') });
    expect(await automate(aws, names.AsCaller, PARAMS)).toMatchObject({ AutomationExecutionStatus: 'Success' });
  });

  test('that is cancelled stops its state machine', async () => {
    const { AutomationExecutionId } = await ssm.send(new StartAutomationExecutionCommand({ DocumentName: names.Waiting, Parameters: PARAMS }));
    const sfn = new SFNClient(aws.clientSettings());
    const started = async () => (await sfn.send(new ListExecutionsCommand({ stateMachineArn: names.Waiter }))).executions![0].executionArn;
    const executionArn = await eventually(started);
    await ssm.send(new StopAutomationExecutionCommand({ AutomationExecutionId }));

    await eventually(async () => {
      const { AutomationExecution } = await ssm.send(new GetAutomationExecutionCommand({ AutomationExecutionId }));
      expect(AutomationExecution!.AutomationExecutionStatus).toBe('Cancelled');
    });
    expect((await sfn.send(new DescribeExecutionCommand({ executionArn }))).status).toBe('ABORTED');
    await expect(ssm.send(new StopAutomationExecutionCommand({ AutomationExecutionId }))).rejects.toMatchObject({ name: 'InvalidAutomationStatusUpdateException' });
  });

  test('describes its parameters', async () => {
    const { Document } = await ssm.send(new DescribeDocumentCommand({ Name: names.Runbook }));
    expect(Document!.Parameters).toContainEqual({ Name: 'DryRun', Type: 'Boolean', DefaultValue: 'true' });
  });

  const step = { name: 'Run', action: 'aws:executeStateMachine', inputs: { stateMachineArn: 'arn' } };
  test.each([
    ['another schema version', { schemaVersion: '2.2' }, 'schemaVersion is "2.2"'],
    ['no step', { mainSteps: [] }, 'mainSteps has no step'],
    ['an unknown action', { mainSteps: [{ ...step, action: 'aws:doMagic' }] }, 'has the action aws:doMagic'],
    ['a missing input', { mainSteps: [{ ...step, inputs: {} }] }, 'lacks the input stateMachineArn'],
    ['an unknown input', { mainSteps: [{ ...step, inputs: { ...step.inputs, Input: '{}' } }] }, 'has the unknown field Input'],
    ['a reference to nothing', { mainSteps: [{ ...step, inputs: { ...step.inputs, input: '{{ Acount }}' } }] }, 'refers to Acount'],
    ['an output of no step', { outputs: ['Stop.output'] }, 'refers to Stop.output'],
    ['a way to no step', { mainSteps: [{ ...step, nextStep: 'Stop' }] }, 'leads to Stop'],
    ['an unknown type of a parameter', { parameters: { A: { type: 'Text' } } }, 'unknown type Text'],
    ['an unknown field of a parameter', { parameters: { A: { type: 'String', pattern: 'x' } } }, 'unknown field pattern'],
    ['a default that is not allowed', { parameters: { A: { type: 'String', default: 'x', allowedValues: ['y'] } } }, 'has a value that is not allowed: x'],
    ['a pattern that is none', { parameters: { A: { type: 'String', allowedPattern: '[' } } }, 'is no regular expression'],
  ])('is refused with %s', async (_what, content, message) => {
    const stack = await new Stacks(aws).create(`refused-${Date.now()}`, { Document: runbook({ assumeRole: '', parameters: {}, mainSteps: [step], outputs: [], ...content }) });

    expect(stack.status).toBe('ROLLBACK_COMPLETE');
    expect(stack.events.map(({ ResourceStatusReason }) => ResourceStatusReason)).toContainEqual(expect.stringContaining(message));
  });
});
