import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { runSimulation } from '@cloud-copilot/iam-simulate';
import { Duration, Lazy, Stack, Token } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import * as sns from 'aws-cdk-lib/aws-sns';
import {
  AccountSelection, FailedAccounts, JoinedAccounts, type KeepRule, OrgRootAccessFeatures, PasswordRecoveries, PurgeLimits, PurgePlan,
  RootCredential, RootCredentialsPurge, type RootCredentialsPurgeProps,
} from '../../../lib';
import { PLAN_SCHEMA } from '../../../lib/sweep/contract';
import { madeOnce, testApp, warningsOf } from '../../support/apps';
import { onTestFinished } from '../../support/on-test-finished';

const member = (n: number) => String(200_000_000_000 + n);
const members = (count: number) => Array.from({ length: count }, (_, n) => member(n));

type Props = RootCredentialsPurgeProps | ((stack: Stack) => RootCredentialsPurgeProps);

const synthesized = madeOnce((props: Props = {}, more?: (purge: RootCredentialsPurge, stack: Stack) => void) => {
  const stack = new Stack(testApp(), 'Stack', { env: { account: '111111111111', region: 'eu-west-1' } });
  const purge = new RootCredentialsPurge(stack, 'Purge', typeof props === 'function' ? props(stack) : props);
  more?.(purge, stack);
  return { stack, purge, template: Template.fromStack(stack) };
});

/** Every statement about an action, in whatever policy it stands. */
function statements(template: Template, action: string) {
  const policies = ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy'].flatMap((type) => Object.values(template.findResources(type)));
  return policies
    .flatMap(({ Properties: { PolicyDocument, Roles } }) => PolicyDocument.Statement.map((statement: object) => ({ ...statement, roles: Roles })))
    .filter(({ Action }) => [Action].flat().includes(action));
}

/** Account ids in the ARNs of a statement about root users. */
const rootsOf = ({ Resource }: { Resource: unknown }) => [...JSON.stringify(Resource).matchAll(/:iam::([^:]+):root/g)].map(([, id]) => id);
const tasksOf = (statement: Record<string, unknown>) => [...JSON.stringify(statement.Condition).matchAll(/root-task\/(\w+)/g)].map(([, task]) => task);

function definition(template: Template): string {
  const machines = Object.entries(template.findResources('AWS::StepFunctions::StateMachine')).filter(([id]) => id.includes('Sweep'));
  return machines[0][1].Properties.DefinitionString['Fn::Join'][1].map((part: unknown) => typeof part === 'string' ? part : '*').join('');
}

const settingsOf = (props?: Props) => JSON.parse(definition(synthesized(props).template)).States.WriteRun.Parameters.Body.settings;

describe('root sessions', () => {
  test('are for the function that looks, which cannot delete, and for the one that purges', () => {
    const [look, purge, ...others] = statements(synthesized().template, 'sts:AssumeRoot');
    expect(others).toEqual([]);
    expect([look, purge].map(tasksOf)).toEqual([['IAMAuditRootUserCredentials'], ['IAMAuditRootUserCredentials', 'IAMDeleteRootUserCredentials']]);
    expect([look, purge].map(rootsOf)).toEqual([['*'], ['*']]);
    expect([look, purge].map(({ roles }) => roles)).toEqual([[{ Ref: expect.stringContaining('LookRole') }], [{ Ref: expect.stringContaining('PurgeRole') }]]);
  });

  test('are told by the roles that take them', () => {
    const { purge: { lookRole, purgeRole, rootSessionRoles } } = synthesized();
    expect(rootSessionRoles).toEqual([lookRole, purgeRole]);
    expect([lookRole, purgeRole].map((role) => role!.node.id)).toEqual(['LookRole', 'PurgeRole']);
  });

  test('of a dry run cannot delete, and no function could', () => {
    const { template } = synthesized({ dryRun: true }, ({ purgeRole }) => expect(purgeRole).toBeUndefined());
    expect(statements(template, 'sts:AssumeRoot').map(tasksOf)).toEqual([['IAMAuditRootUserCredentials']]);
    expect(definition(template)).not.toContain('Purge?');
  });

  test('are limited to the accounts where the selection lists them', () => {
    const [statement] = statements(synthesized({ accounts: AccountSelection.accounts([member(1), member(2)]) }).template, 'sts:AssumeRoot');
    expect(rootsOf(statement)).toEqual([member(1), member(2)]);
  });

  test.each([AccountSelection.organization, (options: object) => AccountSelection.organizationalUnits(['ou-abcd-11111111'], options)])(
    'are denied in excluded accounts', (select) => {
      const exclusions = [{ accounts: [member(4), member(3)], reason: 'it has ended, and still protects', until: '2020-01-31' }];
      const [deny, ...others] = statements(synthesized({ accounts: select({ exclude: [member(3)], exclusions }) }).template, 'sts:AssumeRoot').sort((one) => one.Effect === 'Deny' ? -1 : 1);
      expect([deny, ...others].map(({ Effect }) => Effect)).toEqual(['Deny', 'Allow', 'Allow']);
      expect(rootsOf(deny)).toEqual([member(3), member(4)]);
      expect(deny.roles).toEqual([{ Ref: expect.stringContaining('LookRole') }, { Ref: expect.stringContaining('PurgeRole') }]);
      expect(deny.Condition).toBeUndefined();
    });

  test('are denied in the management account when the features are given', () => {
    const deny = (stack: Stack) => ({
      features: OrgRootAccessFeatures.fromOrgRootAccessFeaturesAttributes(stack, 'Features', { organizationId: 'o-abcdefghij', managementAccountId: '111111111111' }),
    });
    expect(statements(synthesized(deny).template, 'sts:AssumeRoot').filter(({ Effect }) => Effect === 'Deny').map(rootsOf)).toEqual([['111111111111']]);
  });

  test('in 500 listed accounts stand in policies that IAM takes', () => {
    const { template } = synthesized({ accounts: AccountSelection.accounts(members(500)) });
    const policies = Object.values(template.findResources('AWS::IAM::ManagedPolicy'));
    expect(statements(template, 'sts:AssumeRoot').flatMap(rootsOf)).toEqual([...members(500), ...members(500)]);
    for (const { Properties } of policies) {
      const text = JSON.stringify(Properties.PolicyDocument).replaceAll(/\{"Fn::Join":\["",\["arn:",\{"Ref":"AWS::Partition"\},"([^"]+)"\]\]\}/g, '"arn:aws-us-gov$1"');
      expect(text.length).toBeLessThan(6_144);
    }
    const ofRole = (role: string) => policies.filter(({ Properties }) => JSON.stringify(Properties.Roles).includes(role));
    expect([ofRole('LookRole').length, ofRole('PurgeRole').length].every((count) => count > 1 && count <= 10)).toBe(true);
  });

  test('come from the Region of the stack, or from us-east-1 where that one may be disabled in a member account', () => {
    const regionOf = (region: string | undefined, props: RootCredentialsPurgeProps = {}) => {
      const stack = new Stack(testApp(), 'Stack', { env: { region } });
      new RootCredentialsPurge(stack, 'Purge', props);
      const functions = stack.node.findAll().filter((construct) => construct instanceof lambda.CfnFunction);
      return functions.map(({ environment }) => stack.resolve(environment)?.variables.STS_REGION).find(Boolean);
    };
    expect(regionOf('eu-west-1')).toBe('eu-west-1');
    expect(regionOf('af-south-1')).toBe('us-east-1');
    expect(regionOf(undefined)).toBe('us-east-1');
    expect(regionOf('eu-west-1', { stsRegion: 'us-west-2' })).toBe('us-west-2');
  });
});

describe('permissions', () => {
  const withKey = (stack: Stack) => ({ encryptionKey: new kms.Key(stack, 'Key') });
  const inVpc = (stack: Stack) => ({ functionOptions: { vpc: new ec2.Vpc(stack, 'Vpc') } });

  test.each([
    [AccountSelection.organization({ exclude: [member(1)] }), ['organizations:ListAccounts'], []],
    [AccountSelection.organizationalUnits(['r-abcd']), ['organizations:ListAccountsForParent', 'organizations:ListOrganizationalUnitsForParent'], ['organizations:DescribeAccount', 'organizations:ListParents']],
    [AccountSelection.organizationalUnits(['r-abcd'], { exclude: [member(1)] }), [
      'organizations:ListAccountsForParent', 'organizations:ListOrganizationalUnitsForParent', 'organizations:DescribeAccount',
    ], ['organizations:DescribeAccount', 'organizations:ListParents']],
  ])('to read the organization are those that the selection needs, before and after the plan', (accounts, ofSelect, ofPurge) => {
    const { template } = synthesized({ accounts });
    const listing = ['ListAccounts', 'ListAccountsForParent', 'ListOrganizationalUnitsForParent', 'DescribeAccount', 'ListParents'].map((name) => `organizations:${name}`);
    const actionsOf = (role: string) => {
      const text = JSON.stringify(template.findResources('AWS::IAM::Policy', { Properties: { Roles: [{ Ref: Match.stringLikeRegexp(role) }] } }));
      return listing.filter((action) => text.includes(`"${action}"`));
    };
    expect([actionsOf('SelectRole'), actionsOf('PurgeRole')]).toEqual([ofSelect, ofPurge]);
  });

  test.each([
    ['OnlySweepsWriteRuns', 'runs/', ['Select', 'Look', 'Decide', 'Purge', 'Report']],
    ['OnlySweepsWriteLatest', 'latest/', ['Decide', 'Report']],
  ])('to write are denied by %s below %s to everybody but %j', (sid, prefix, writers) => {
    synthesized().template.hasResourceProperties('AWS::S3::BucketPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([Match.objectLike({
          Sid: sid,
          Effect: 'Deny',
          Principal: { AWS: '*' },
          Action: Match.arrayWith(['s3:PutObject', 's3:DeleteObject', 's3:DeleteObjectVersion', 's3:ReplicateObject', 's3:ReplicateDelete', 's3:PutObjectAcl']),
          Resource: { 'Fn::Join': ['', [Match.anyValue(), `/${prefix}*`]] },
          Condition: { ArnNotEquals: { 'aws:PrincipalArn': writers.map((writer) => ({ 'Fn::GetAtt': [Match.stringLikeRegexp(`${writer}Role`), 'Arn'] })) } },
        })]),
      },
    });
  });

  test('of no policy reach every resource, but for what cannot be limited', () => {
    const { template } = synthesized();
    const wide = ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy'].flatMap((type) => Object.values(template.findResources(type)))
      .flatMap(({ Properties }) => Properties.PolicyDocument.Statement)
      .filter(({ Resource }) => Resource === '*')
      .map(({ Action }) => [Action].flat().map((action: string) => action.split(':')[0]));
    expect(new Set(wide.flat())).toEqual(new Set(['organizations', 'iam', 'logs', 'xray'].filter((service) => wide.flat().includes(service))));
  });

  test('to start by hand are the start and a look at the execution', () => {
    const { template } = synthesized({}, (purge, stack) => purge.grantStart(new iam.Role(stack, 'Operator', { assumedBy: new iam.AccountRootPrincipal() })));
    template.hasResourceProperties('AWS::IAM::Policy', {
      Roles: [{ Ref: Match.stringLikeRegexp('^Operator') }],
      PolicyDocument: {
        Statement: [
          Match.objectLike({ Action: 'states:StartExecution' }),
          Match.objectLike({ Action: ['states:DescribeExecution', 'states:GetExecutionHistory'] }),
        ],
      },
    });
  });

  test('to read reports reach nothing but reports', () => {
    const { template } = synthesized({}, (purge, stack) => purge.grantReadReports(new iam.Role(stack, 'Auditor', { assumedBy: new iam.AccountRootPrincipal() })));
    const [{ Properties }] = Object.values(template.findResources('AWS::IAM::Policy', { Properties: { Roles: [{ Ref: Match.stringLikeRegexp('^Auditor') }] } }));
    expect(Properties.PolicyDocument.Statement).toMatchObject([
      { Action: 's3:GetObject', Resource: [{ 'Fn::Join': ['', [expect.anything(), '/latest/*']] }, { 'Fn::Join': ['', [expect.anything(), '/runs/*']] }] },
      { Action: 's3:ListBucket', Condition: { StringLike: { 's3:prefix': ['latest/*', 'runs/*'] } } },
    ]);
  });

  test.each<[string, (stack: Stack, arn: string) => iam.IGrantable]>([
    ['whose own policies are not part of the app', (_stack, arn) => new iam.ArnPrincipal(arn)],
    ['of another account', (stack, arn) => iam.Role.fromRoleArn(stack, 'Auditor', arn)],
  ])('to read reports are given by the policy of the bucket to somebody %s', (_who, grantee) => {
    const auditor = 'arn:aws:iam::222222222222:role/Auditor';
    const { template } = synthesized({}, (purge, stack) => purge.grantReadReports(grantee(stack, auditor)));
    template.hasResourceProperties('AWS::S3::BucketPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({ Effect: 'Allow', Action: 's3:GetObject', Principal: { AWS: auditor } }),
          Match.objectLike({ Effect: 'Allow', Action: 's3:ListBucket', Principal: { AWS: auditor }, Condition: { StringLike: { 's3:prefix': ['latest/*', 'runs/*'] } } }),
        ]),
      },
    });
  });

  test.each([
    ['kms:Decrypt', ['Select', 'Look', 'Decide', 'Purge', 'Report']],
    ['kms:GenerateDataKey', ['Select', 'Look', 'Decide', 'Purge', 'Report', 'StateMachine']],
  ])('with a key are, by way of S3, %s for %j', (action, expected) => {
    const [statement] = statements(synthesized(withKey).template, action);
    const holders = statement.roles.map(({ Ref }: { Ref: string }) => /(Select|Look|Decide|Purge|Report|StateMachine)Role/.exec(Ref)?.[1]);
    expect(holders).toEqual(expected);
    expect(statement).toMatchObject({ Action: action, Condition: { StringEquals: { 'kms:ViaService': expect.anything() } } });
  });

  test('in a VPC are those of network interfaces', () => {
    const { template } = synthesized(inVpc);
    const [allowing, denying] = ['Allow', 'Deny'].map((effect) => statements(template, 'ec2:CreateNetworkInterface').filter(({ Effect }) => Effect === effect));
    expect(allowing).toHaveLength(8); // six functions, and two roles of the framework
    expect(denying).toHaveLength(8);
  });

  test('in a VPC are those of Lambda itself, and not of the code of the function', async () => {
    const { template } = synthesized(inVpc);
    const text = JSON.stringify(statements(template, 'ec2:DeleteNetworkInterface').map(({ roles: _roles, ...statement }) => statement)).replaceAll(/\{"Fn::Join":\["",\["arn:",\{"Ref":"AWS::Partition"\},"([^"]*)"\]\]\}/g, '"arn:aws$1"');
    const policies = [{ name: 'role', policy: { Version: '2012-10-17', Statement: JSON.parse(text) } }];
    const decide = async (contextVariables: Record<string, string>) => {
      const decision = await runSimulation({
        request: {
          principal: 'arn:aws:iam::111111111111:role/Batch',
          action: 'ec2:DeleteNetworkInterface',
          resource: { resource: 'arn:aws:ec2:eu-west-1:111111111111:network-interface/eni-1', accountId: '111111111111' },
          contextVariables,
        },
        identityPolicies: policies,
        serviceControlPolicies: [],
        resourceControlPolicies: [],
      }, {});
      return decision.resultType === 'error' ? decision.errors : decision.overallResult;
    };
    expect(await decide({})).toBe('Allowed');
    expect(await decide({ 'lambda:SourceFunctionArn': 'arn:aws:lambda:eu-west-1:111111111111:function:Stack-Batch' })).toBe('ExplicitlyDenied');
  });
});

describe('what stays when the stack is deleted', () => {
  test('is the bucket of the reports with its policy, and every log group', () => {
    const { template } = synthesized();
    for (const type of ['AWS::S3::Bucket', 'AWS::S3::BucketPolicy', 'AWS::Logs::LogGroup']) {
      const resources = Object.values(template.findResources(type));
      expect(resources.length).toBeGreaterThan(0);
      expect(resources.map(({ DeletionPolicy, UpdateReplacePolicy }) => [DeletionPolicy, UpdateReplacePolicy])).toEqual(resources.map(() => ['Retain', 'Retain']));
    }
  });
});

describe('the state machine', () => {
  test('holds the settings in its definition, where no start can change them', () => {
    const { template } = synthesized({
      dryRun: true,
      failedAccounts: FailedAccounts.TOLERATE,
      deploymentTimeout: Duration.minutes(20),
      concurrency: { batchesAtOnce: 7, accountsInFlight: 3, accountsPerBatch: 50 },
    });
    const machine = JSON.parse(definition(template));
    expect(machine.StartAt).toBe('WriteRun');
    expect(machine.States.WriteRun.Parameters.Body.settings).toMatchObject({
      dryRun: true,
      tolerateFailedAccounts: true,
      accountsPerBatch: 50,
      accountsInFlight: 3,
      batchesAtOnce: 7,
      deploymentSeconds: 20 * 60 - 90, // when the function that waits gives up
    });
    expect(machine.States.LookAccounts).toMatchObject({ MaxConcurrency: 7 });
  });

  test('leads every failure to the report', () => {
    const { States: states } = JSON.parse(definition(synthesized().template));
    const catchesAll = (state: { Catch: { ErrorEquals: string[]; Next: string }[] }) => state.Catch.find(({ ErrorEquals }) => ErrorEquals.includes('States.ALL'))!.Next;
    expect(states[catchesAll(states.SelectAccounts)].Next).toBe('WriteEnd');
    expect([states.LookAccounts, states.Decide, states.PurgeAccounts].map(catchesAll)).toEqual(['WriteEnd', 'WriteEnd', 'WriteEnd']);
    expect(states.WriteEnd.Next).toBe('Report');
    expect([catchesAll(states.Report), states.NotReported]).toEqual(['FailedInFunction?', { Type: 'Fail', ErrorPath: '$.error.Error', CausePath: '$.error.message' }]);
    expect(catchesAll(states.LookAccounts.ItemProcessor.States.LookBatch)).toBe('LookBatchFailed');
    expect(catchesAll(states.PurgeAccounts.ItemProcessor.States.PurgeBatch)).toBe('PurgeBatchFailed');
  });

  test('tells its functions the name of the execution, and what they check', () => {
    const { States: { SelectAccounts, Decide, Report, LookAccounts, PurgeAccounts } } = JSON.parse(definition(synthesized().template));
    const run = { 'run.$': '$$.Execution.Name' };
    expect([SelectAccounts, Decide, Report].map(({ Parameters }) => Parameters)).toEqual([run, run, run]);
    expect([LookAccounts, PurgeAccounts].map(({ ItemSelector }) => ItemSelector)).toEqual(Array(2).fill({ ...run, 'digest.$': '$.digest', 'batch.$': '$$.Map.Item.Value' }));
  });

  test('lets a plan go after the decision alone, by its digest', () => {
    const { States: states } = JSON.parse(definition(synthesized().template));
    expect([states.LookAccounts.Next, states.WriteLooked.Next, states.Decide.Next]).toEqual(['WriteLooked', 'Decide', 'Purges?']);
    expect(states['Purges?']).toMatchObject({ Choices: [{ Variable: '$.decision.batches[0]', IsPresent: true, Next: 'WriteGo' }], Default: 'WriteEnd' });
    expect(states.WriteGo).toMatchObject({ Parameters: { Body: { 'plan.$': '$.decision.plan' } }, Next: 'PurgeAccounts' });
    expect(Object.values<{ Next?: string }>(states).filter(({ Next }) => Next === 'PurgeAccounts')).toHaveLength(1);
  });

  test('alone may write what its functions believe', () => {
    const { template } = synthesized();
    const [put] = statements(template, 's3:PutObject').filter(({ Resource }) => JSON.stringify(Resource).includes('control/'));
    const machineRole = { Ref: expect.stringContaining('StateMachineRole') };
    expect(put.roles).toEqual([machineRole]);
    const prefix = JSON.stringify(put.Resource).match(/control\/[\w-]+\//)![0];
    const { Parameters } = JSON.parse(definition(template)).States.WriteRun;
    expect(Parameters).toMatchObject({ 'Key.$': `States.Format('${prefix}{}/run.json', $$.Execution.Name)`, 'Body': { 'execution': { 'id.$': '$$.Execution.Id' }, 'input.$': '$$.Execution.Input' } });
    template.hasResourceProperties('AWS::S3::BucketPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([Match.objectLike({
          Effect: 'Deny',
          Principal: { AWS: '*' },
          Resource: { 'Fn::Join': ['', Match.arrayWith(['/control/*'])] },
          Condition: { ArnNotEquals: { 'aws:PrincipalArn': [{ 'Fn::GetAtt': [Match.stringLikeRegexp('StateMachineRole'), 'Arn'] }] } },
        })]),
      },
    });
  });

  test("survives Lambda's own throttling in every task", () => {
    const text = definition(synthesized().template);
    expect(text.match(/Lambda\.TooManyRequestsException/g)).toHaveLength(5);
  });
});

describe('what is kept', () => {
  const protection = (props?: RootCredentialsPurgeProps) => settingsOf(props).protection;

  test('stands in the definition, where no start can change it', () => {
    const keep = [{ accounts: [member(1)], credentials: [RootCredential.ACCESS_KEY], reason: 'a "quoted" reason, $.with ${braces} and <tags>' }];
    expect(protection({ keep, keepIfUsedWithin: Duration.days(90) })).toEqual({ keep, usedWithinSeconds: 90 * 86_400, keepCertificates: true });
    expect(protection()).toEqual({ keep: [], keepCertificates: false });
  });

  test('are certificates beside a window of use, unless they are named', () => {
    const keepIfUsedWithin = Duration.days(90);
    expect(protection({ keepIfUsedWithin, credentials: [RootCredential.PASSWORD] }).keepCertificates).toBe(true);
    expect(protection({ keepIfUsedWithin, credentials: Object.values(RootCredential) }).keepCertificates).toBe(false);
  });

  test('makes another sweep of a deployment when it changes', () => {
    const sweepOf = (props?: RootCredentialsPurgeProps) =>
      Object.values(synthesized(props).template.findResources('Custom::RootCredentialsSweep'))[0].Properties.Sweep;
    expect(sweepOf({ keepIfUsedWithin: Duration.days(1) })).not.toEqual(sweepOf());
    expect(sweepOf({ keep: [{ accounts: [member(1)], reason: 'why' }] })).not.toEqual(sweepOf());
  });

  test('has an owner and an end for the reports, of which a deployment knows nothing', () => {
    const note = { reason: 'why', owner: 'payments', until: '2020-01-31' };
    const withNotes = {
      keep: [{ accounts: [member(1)], ...note }],
      accounts: AccountSelection.organization({ exclude: [member(2)], exclusions: [{ accounts: [member(3)], ...note }] }),
    };
    const { protection: kept, selection } = settingsOf(withNotes);
    expect(kept.keep).toEqual(withNotes.keep);
    expect(selection).toEqual({ exclude: [member(2), member(3)], exclusions: [{ accounts: [member(3)], ...note }] });
    const without = { keep: [{ accounts: [member(1)], reason: 'why' }], accounts: AccountSelection.organization({ exclude: [member(2), member(3)] }) };
    const [resource, same] = [withNotes, without].map((props) => synthesized(props).template.findResources('Custom::RootCredentialsSweep'));
    expect(resource).toEqual(same);
  });

  test('in an account by its id is checked in the organization, which needs a permission where units are selected', () => {
    const actions = (rule: Omit<KeepRule, 'reason'>) => statements(
      synthesized({ accounts: AccountSelection.organizationalUnits(['r-abcd']), keep: [{ ...rule, reason: 'why' }] }).template, 'organizations:DescribeAccount',
    ).filter(({ roles }) => JSON.stringify(roles).includes('SelectRole'));
    expect(actions({ accounts: [member(1)] })).toHaveLength(1);
    expect(actions({ credentials: [RootCredential.PASSWORD] })).toEqual([]);
  });

  test('for a password recovery is read by the functions that decide and that purge, and the sweep waits for the permissions', () => {
    const { template } = synthesized((stack) => ({ passwordRecoveries: PasswordRecoveries.fromBucket(stack, 'Recoveries', new s3.Bucket(stack, 'Records')) }));
    const readers = statements(template, 's3:GetObject').filter(({ Resource }) => JSON.stringify(Resource).includes('recoveries/'));
    expect(readers.map(({ roles }) => roles)).toEqual([[{ Ref: expect.stringContaining('DecideRole') }], [{ Ref: expect.stringContaining('PurgeRole') }]]);
    expect(JSON.parse(definition(template)).States.WriteRun.Parameters.Body.settings.protection.recoveriesBucket).toBe('*');
    const policies = Object.keys(template.findResources('AWS::IAM::Policy')).filter((id) => /(Decide|Purge)RoleDefaultPolicy/.test(id));
    const [{ DependsOn: dependencies }] = Object.values(template.findResources('Custom::RootCredentialsSweep'));
    expect(policies).toHaveLength(2);
    expect(dependencies).toEqual(expect.arrayContaining(policies));
  });

  test('fits the definition of a state machine at its most', () => {
    const keep = Array.from({ length: 100 }, (_, n) => (
      { accounts: members(500).slice(n * 5, n * 5 + 5), credentials: Object.values(RootCredential), reason: '"'.repeat(200), owner: '"'.repeat(100), until: '2027-01-31' }));
    const exclusions = keep.map(({ credentials, ...exclusion }) => exclusion);
    const { template } = synthesized({ keep, accounts: AccountSelection.organization({ exclusions }) });
    expect(definition(template).length).toBeLessThan(200_000); // of 1 MB; and 256 KiB of an input
  });

  const rule = (changes: Partial<KeepRule>) => ({ keep: [{ accounts: [member(1)], reason: 'why', ...changes }] });
  test.each<[string, RootCredentialsPurgeProps, string]>([
    ['an id that is none', rule({ accounts: [member(1), '12'] }), "keep[0].accounts[1] must be a 12-digit AWS account id, got '12'"],
    ['no accounts', rule({ accounts: [] }), 'keep[0].accounts must not be an empty list'],
    ['no kinds', rule({ credentials: [] }), 'keep[0].credentials must not be an empty list'],
    ['neither accounts nor kinds', rule({ accounts: undefined }), 'keep[0] must name accounts or credentials, got neither'],
    ['no reason', rule({ reason: ' ' }), 'keep[0].reason must be 1 to 200 characters without line breaks or other control characters, got " "'],
    ['a reason of 201 characters', rule({ reason: 'x'.repeat(201) }), 'keep[0].reason must be 1 to 200 characters'],
    ['a reason of two lines', rule({ reason: 'one\ntwo' }), 'got "one\\ntwo"'],
    ['a reason with a line separator', rule({ reason: 'one\u2028two' }), 'keep[0].reason must be'],
    ['an owner of two lines', rule({ owner: 'one\ntwo' }), 'keep[0].owner must be 1 to 100 characters without line breaks'],
    ['an end that is no day', rule({ until: '2027-02-30' }), "keep[0].until must be a day in the form '2027-01-31', got '2027-02-30'"],
    ['an end in another form', rule({ until: '31.1.2027' }), "keep[0].until must be a day in the form '2027-01-31', got '31.1.2027'"],
    ['an end with a time', rule({ until: '2027-01-31T00:00:00Z' }), 'keep[0].until must be a day'],
    ['an end that nobody knows', rule({ until: Lazy.string({ produce: () => '2027-01-31' }) }), 'keep[0].until must be a day'],
    ['an account that a list does not have', { ...rule({}), accounts: AccountSelection.accounts([member(2)]) }, `keep[0].accounts[0] must be one of the accounts that AccountSelection.accounts lists, got '${member(1)}'`],
    ['501 accounts', { keep: [rule({ accounts: members(500) }).keep[0], rule({}).keep[0]] }, 'keep must name at most 500 accounts in all rules together, got 501'],
    ['101 rules', { keep: Array.from({ length: 101 }, () => rule({}).keep[0]) }, 'keep must have at most 100 rules, got 101'],
    ['an account that is excluded and released', { accounts: AccountSelection.organization({ exclude: [member(1)] }), release: [member(1)] }, `release[0] must not name an account that is excluded, got '${member(1)}'`],
    ['a release of nothing', { release: [' '] }, "release[0] must be the id of an account, the reason of a rule of keep, 'keepIfUsedWithin', 'passwordRecoveries', 'limits', 'plan' or 'approval', got \" \""],
    ['a window of an hour', { keepIfUsedWithin: Duration.hours(1) }, 'keepIfUsedWithin must be from 1 day to 3,650 days, got 1 hour'],
    ['a window of eleven years', { keepIfUsedWithin: Duration.days(4_015) }, 'keepIfUsedWithin must be from 1 day to 3,650 days'],
  ])('fails at synth with %s', (_what, props, message) => {
    expect(() => synthesized(props)).toThrow(message);
  });

  test('may be known only when the stack is deployed', () => {
    const [accountId, reason] = [member(1), 'why'].map((value) => Lazy.string({ produce: () => value }));
    expect(protection({ keep: [{ accounts: [accountId], reason }] }).keep).toEqual([{ accounts: [member(1)], reason: 'why' }]);
  });
});

describe('a deployment', () => {
  test('sweeps again when its properties change, and only then', () => {
    const properties = (props?: RootCredentialsPurgeProps) => Object.values(synthesized(props).template.findResources('Custom::RootCredentialsSweep'))[0].Properties;
    const plain = properties();
    expect(properties({})).toEqual(plain);
    expect(properties({ accounts: AccountSelection.accounts([member(1)]) })).not.toEqual(plain);
    expect(properties({ credentials: [RootCredential.PASSWORD] })).not.toEqual(plain);
  });

  test('is no other sweep when only its timeout, its tolerance or its concurrency changes', () => {
    const sweepOf = (props?: RootCredentialsPurgeProps) =>
      Object.values(synthesized(props).template.findResources('Custom::RootCredentialsSweep'))[0].Properties.Sweep;
    const other = sweepOf({ deploymentTimeout: Duration.minutes(20), failedAccounts: FailedAccounts.TOLERATE, concurrency: { accountsPerBatch: 5 } });
    expect(other).toEqual(sweepOf());
  });

  test('sweeps every time when that is asked for', async () => {
    const nonce = () => Object.values(synthesized({ runOnEveryDeploy: true }).template.findResources('Custom::RootCredentialsSweep'))[0].Properties.Nonce;
    const first = nonce();
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(nonce()).not.toBe(first);
  });

  test('waits for the features and for every permission of the sweep', () => {
    const { template } = synthesized((stack) => ({ features: new OrgRootAccessFeatures(stack, 'RootAccess') }));
    const [{ DependsOn: dependencies }] = Object.values(template.findResources('Custom::RootCredentialsSweep'));
    const needed = [
      ...Object.keys(template.findResources('Custom::OrgRootAccessFeatures')),
      ...Object.keys(template.findResources('AWS::IAM::ManagedPolicy')),
      ...Object.keys(template.findResources('AWS::S3::BucketPolicy')),
      ...Object.keys(template.findResources('AWS::IAM::Policy')).filter((id) => /Sweep(Functions|StateMachine)/.test(id) || /OnDeployHandlerRole/.test(id)),
    ];
    expect(dependencies).toEqual(expect.arrayContaining(needed));
  });
});

describe('what can be known at synth fails at synth', () => {
  test.each<[string, () => RootCredentialsPurgeProps, string]>([
    ['an account id that is none', () => ({ accounts: AccountSelection.accounts(['12345']) }), "accountIds[0] must be a 12-digit AWS account id, got '12345'"],
    ['an excluded id that is none', () => ({ accounts: AccountSelection.organization({ exclude: [member(1), 'x1234567890123'] }) }), "exclude[1] must be a 12-digit AWS account id, got 'x1234567890123'"],
    ['501 listed accounts', () => ({ accounts: AccountSelection.accounts(members(501)) }), 'accountIds must list at most 500 accounts, got 501: use AccountSelection.organizationalUnits instead'],
    ['an exclusion of no account', () => ({ accounts: AccountSelection.organization({ exclusions: [{ accounts: [], reason: 'why' }] }) }), 'exclusions[0].accounts must name at least one account, got an empty list'],
    ['an exclusion without a reason', () => ({ accounts: AccountSelection.organization({ exclusions: [{ accounts: [member(1)], reason: '' }] }) }), 'exclusions[0].reason must be 1 to 200 characters'],
    ['an exclusion that ends on no day', () => ({ accounts: AccountSelection.organization({ exclusions: [{ accounts: [member(1)], reason: 'why', until: 'soon' }] }) }), "exclusions[0].until must be a day in the form '2027-01-31', got 'soon'"],
    ['101 exclusions', () => ({ accounts: AccountSelection.organization({ exclusions: members(101).map((id) => ({ accounts: [id], reason: 'why' })) }) }), 'exclusions must be a list of at most 100 entries'],
    ['501 accounts that are excluded in two ways', () => ({ accounts: AccountSelection.organization({ exclude: members(500), exclusions: [{ accounts: [member(500)], reason: 'why' }] }) }), 'exclude and exclusions must list at most 500 accounts together, got 501'],
    ['a domain with a wildcard', () => ({ allowedEmailDomains: ['example.com', '*.example.com'] }), "allowedEmailDomains[1] must be a domain such as 'example.com', without '@' and wildcards, got '*.example.com'"],
    ['an address as a domain', () => ({ allowedEmailDomains: ['root@example.com'] }), "allowedEmailDomains[0] must be a domain such as 'example.com'"],
    ['no domains', () => ({ allowedEmailDomains: [] }), 'allowedEmailDomains must list 1 to 100 domains that are known at synth, got 0'],
    ['501 excluded accounts', () => ({ accounts: AccountSelection.organization({ exclude: members(501) }) }), 'exclude must list at most 500 accounts, got 501'],
    ['no accounts', () => ({ accounts: AccountSelection.accounts([]) }), 'accountIds must name at least one account'],
    ['no units', () => ({ accounts: AccountSelection.organizationalUnits([]) }), 'organizationalUnitIds must name at least one'],
    ['a unit id that is none', () => ({ accounts: AccountSelection.organizationalUnits(['production']) }), "organizationalUnitIds[0] must be the id of an organizational unit ('ou-abcd-11111111') or of the root ('r-abcd'), got 'production'"],
    ['no kinds of credentials', () => ({ credentials: [] }), 'credentials must name at least one RootCredential'],
    ['a batch of none', () => ({ concurrency: { accountsPerBatch: 0 } }), 'concurrency.accountsPerBatch must be a whole number from 1 to 100, got 0'],
    ['a part of a batch', () => ({ concurrency: { batchesAtOnce: 1.5 } }), 'concurrency.batchesAtOnce must be a whole number from 1 to 1000, got 1.5'],
    ['too many in flight', () => ({ concurrency: { accountsInFlight: 101 } }), 'concurrency.accountsInFlight must be a whole number from 1 to 100, got 101'],
    ['a deployment of two hours', () => ({ deploymentTimeout: Duration.hours(2) }), 'deploymentTimeout must be from 10 minutes to 1 hour'],
    ['a deployment of 7 seconds over', () => ({ deploymentTimeout: Duration.seconds(607) }), 'in whole multiples of 5 seconds'],
    ['an old runtime', () => ({ functionOptions: { runtime: lambda.Runtime.NODEJS_20_X } }), "runtime must be nodejs22.x or newer, got 'nodejs20.x'"],
    ['Python as runtime', () => ({ functionOptions: { runtime: lambda.Runtime.PYTHON_3_13 } }), "runtime must be nodejs22.x or newer, got 'python3.13'"],
  ])('%s', (_what, props, message) => {
    expect(() => synthesized(props())).toThrow(message);
  });

  test('a key beside a bucket that has its own', () => {
    expect(() => synthesized((stack) => ({ reportsBucket: new s3.Bucket(stack, 'Mine'), encryptionKey: new kms.Key(stack, 'Key') }))).toThrow('encryptionKey must not be given together with reportsBucket');
  });

  test('values that are known only when the stack is deployed do not', () => {
    const token = Lazy.string({ produce: () => member(1) });
    expect(Token.isUnresolved(token)).toBe(true);
    const { template } = synthesized({ accounts: AccountSelection.accounts([token]) });
    expect(rootsOf(statements(template, 'sts:AssumeRoot')[0])).toEqual([member(1)]);
  });
});

test('the policy of an imported bucket is not managed, and that is said', () => {
  const { stack } = synthesized((scope) => ({ reportsBucket: s3.Bucket.fromBucketName(scope, 'Imported', 'mine') }));
  expect(warningsOf(stack)).toContainEqual(expect.stringContaining("deny everybody but the sweep's roles to write below 111111111111/Stack/Purge/runs/ and 111111111111/Stack/Purge/latest/"));
});

test('two purges in one stack do not get into each other’s way', () => {
  const { template } = synthesized({}, (_purge, stack) => new RootCredentialsPurge(stack, 'Other', { accounts: AccountSelection.accounts([member(1)]) }));
  template.resourceCountIs('Custom::RootCredentialsSweep', 2);
});

describe('limits', () => {
  const limitsOf = (props?: RootCredentialsPurgeProps) => settingsOf(props).limits;

  test('stand in the definition, where no start can change them', () => {
    expect(limitsOf({ limits: PurgeLimits.of({ credentials: 20, accounts: 5 }) })).toEqual({ credentials: 20, accounts: 5 });
    expect(limitsOf({ limits: PurgeLimits.none() })).toEqual({ none: true });
    expect(limitsOf()).toBeUndefined();
  });

  test('are part of what a deployment sweeps, and one that has none has the template that it had', () => {
    const sweepOf = (props?: RootCredentialsPurgeProps) => Object.values(synthesized(props).template.findResources('Custom::RootCredentialsSweep'))[0].Properties.Sweep;
    expect(sweepOf({ limits: PurgeLimits.of({ accounts: 5 }) }).limits).toEqual({ accounts: 5 });
    expect(Object.keys(sweepOf())).toEqual(['work', 'selection', 'credentials', 'dryRun', 'protection', 'failOnFindings']);
  });

  test.each<[() => PurgeLimits, string]>([
    [() => PurgeLimits.of({}), 'PurgeLimits.of must be given credentials or accounts, got neither'],
    [() => PurgeLimits.of({ credentials: 0 }), 'limits.credentials must be a whole number from 1 to 100000, got 0'],
    [() => PurgeLimits.of({ accounts: 1.5 }), 'limits.accounts must be a whole number from 1 to 10000, got 1.5'],
    [() => PurgeLimits.of({ accounts: '5' as unknown as number }), "accounts must be a number, got '5'"],
  ])('that limit nothing fail at synth: %s', (limits, message) => {
    expect(limits).toThrow(message);
  });
});

describe('a plan from code review', () => {
  const planFile = (text: string): string => {
    const path = join(mkdtempSync(join(tmpdir(), 'plan-')), 'root-purge-plan.json');
    writeFileSync(path, text);
    onTestFinished(() => rmSync(dirname(path), { recursive: true }));
    return path;
  };
  const PLAN = JSON.stringify({ $schema: PLAN_SCHEMA, createdAt: '2020-01-01T00:00:00.000Z', credentials: [] });

  test('travels as an asset with its digest, and the function that decides may read it', () => {
    const { template } = synthesized({ plan: PurgePlan.fromFile(planFile(PLAN), { maxAge: Duration.days(3) }) });
    const { plan } = JSON.parse(definition(template)).States.WriteRun.Parameters.Body.settings;
    expect(plan).toMatchObject({ digest: createHash('sha256').update(PLAN).digest('hex'), maxAgeSeconds: 3 * 86_400, key: expect.stringMatching(/\.json$/) });
    const reads = statements(template, 's3:GetObject').filter(({ Resource }) => JSON.stringify(Resource).includes('cdk-hnb659fds-assets'));
    expect(reads.map(({ roles, Resource }) => [roles, JSON.stringify(Resource)])).toEqual([
      [[{ Ref: expect.stringContaining('DecideRole') }], expect.stringMatching(/\/[0-9a-f]{64}\.json/)],
    ]);
  });

  test('may be as old as it will: only a sweep judges that', () => {
    expect(() => synthesized({ plan: PurgePlan.fromFile(planFile(PLAN)) })).not.toThrow();
  });

  test('makes the sweeps of the schedule and of accounts that join dry runs', () => {
    const { template } = synthesized({
      plan: PurgePlan.fromFile(planFile(PLAN)),
      schedule: ScheduleExpression.cron({ hour: '3', minute: '0' }),
      joinedAccounts: JoinedAccounts.PURGE,
      joinedAccountsForwarderAccountId: '111111111111',
    });
    template.hasResourceProperties('AWS::Scheduler::Schedule', { Target: { Input: '{"unlessRunning":true,"dryRun":true}' } });
    template.hasResourceProperties('AWS::Lambda::Function', { Environment: { Variables: { PURGE_JOINED_ACCOUNTS: 'false' } } });
  });

  test.each<[string, () => PurgePlan, string]>([
    ['does not exist', () => PurgePlan.fromFile('nowhere.json'), "PurgePlan.fromFile must be given the path of a plan.json, got 'nowhere.json', which does not exist"],
    ['is not JSON', () => PurgePlan.fromFile(planFile('{"credentials": [1,]}')), 'a line that was removed may have left a comma behind'],
    ['is another document', () => PurgePlan.fromFile(planFile('{"$schema":"report"}')), 'with "report"'],
    ['may be too old', () => PurgePlan.fromFile(planFile(PLAN), { maxAge: Duration.days(400) }), 'maxAge must be from 1 hour to 365 days, got 400 days'],
  ])('that %s fails at synth', (_what, plan, message) => {
    expect(plan).toThrow(message);
  });
});

describe('an approval', () => {
  const approved = (stack: Stack) => ({ approval: { topic: new sns.Topic(stack, 'Approvers') } });
  const person = (stack: Stack, id: string) => new iam.Role(stack, id, { assumedBy: new iam.AccountRootPrincipal() });

  test('stands between the decision and what lets the plan go, and what is not approved is reported', () => {
    const { States: states } = JSON.parse(definition(synthesized(approved).template));
    expect(states['Purges?'].Choices[0].Next).toBe('WriteAsked');
    expect([states.WriteAsked.Next, states.WriteLatestAsked.Next, states.AskForApproval.Next]).toEqual(['WriteLatestAsked', 'AskForApproval', 'Approved?']);
    expect(states['Approved?'].Choices[0].Next).toBe('Approved');
    expect([states.Approved.Next, states['Approved?'].Default]).toEqual(['WriteGo', 'ApprovalRefused']);
    expect([states.ApprovalRefused.Next, states.ApprovalTimedOut.Next]).toEqual(['WriteEnd', 'WriteEnd']);
    expect(states.AskForApproval.Catch.map(({ Next }: { Next: string }) => Next)).toEqual(['ApprovalTimedOut', 'WriteEnd']);
    expect(states.AskForApproval.TimeoutSeconds).toBe(4 * 3_600);
    expect(states.WriteRun.Parameters.Body).toMatchObject({ timeoutSeconds: 10 * 3_600, settings: { approvalHours: 4 } });
    expect(states.WriteRun.Parameters.Body.settings).not.toHaveProperty('deploymentSeconds'); // a deployment does not wait for people
  });

  test('is on record with the times of request and answer, for the execution and as the latest of all, under keys of plain characters', () => {
    const { States: states } = JSON.parse(definition(synthesized(approved).template));
    const at = { 'at.$': '$$.State.EnteredTime' };
    expect([states.WriteAsked, states.WriteLatestAsked, states.WriteGo].map(({ Parameters: { Body } }) => Body)).toEqual([
      { 'execution.$': '$$.Execution.Id', 'plan.$': '$.decision.plan', ...at },
      { 'execution.$': '$$.Execution.Id', 'plan.$': '$.decision.plan', ...at },
      { 'plan.$': '$.decision.plan', ...at },
    ]);
    expect(states.WriteAsked.Parameters['Key.$']).toMatch(/^States\.Format\('control\/[\w-]+\/\{\}\/asked\.json', \$\$\.Execution\.Name\)$/);
    expect(states.WriteLatestAsked.Parameters.Key).toMatch(/^control\/[\w-]+\/latest-asked\.json$/); // in no folder of an execution, whatever its name
  });

  test('is not logged, and its token is in no history that a starter may read', () => {
    const { template } = synthesized(approved, (purge, stack) => purge.grantStart(person(stack, 'Operator')));
    const machines = Object.entries(template.findResources('AWS::StepFunctions::StateMachine')).filter(([id]) => id.includes('SweepStateMachine'));
    expect(machines[0][1].Properties.LoggingConfiguration.IncludeExecutionData).toBe(false);
    expect(statements(template, 'states:GetExecutionHistory')).toEqual([]);
    expect(statements(template, 'states:DescribeExecution').some(({ roles }) => JSON.stringify(roles).includes('Operator'))).toBe(true);
  });

  test('is given by nobody who starts', () => {
    expect(() => synthesized(approved, (purge, stack) => {
      const both = person(stack, 'Both');
      purge.grantStart(both);
      purge.grantApprove(both);
    })).toThrow('must not be given both grantStart and grantApprove');
  });

  test('is not to be granted where none is needed', () => {
    expect(() => synthesized({}, (purge, stack) => purge.grantApprove(person(stack, 'Approver')))).toThrow(
      'grantApprove needs approvers: give RootCredentialsPurge the property approval, or leave the grant out',
    );
  });

  test('waits from 5 minutes to 7 days', () => {
    expect(() => synthesized((stack) => ({ approval: { ...approved(stack).approval, timeout: Duration.days(8) } }))).toThrow('approval.timeout must be from 5 minutes to 7 days, in whole minutes, got 8 days');
  });
});

test('keys in use are deleted only where that is said', () => {
  const protection = (props?: RootCredentialsPurgeProps) => settingsOf(props).protection;
  expect(protection({ deleteAccessKeysInUse: true })).toEqual({ keep: [], keepCertificates: false, deleteAccessKeysInUse: true });
  expect(protection({ deleteAccessKeysInUse: false })).toEqual(protection());
});
