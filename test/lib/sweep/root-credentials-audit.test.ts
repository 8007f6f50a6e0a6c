import { type App, NestedStack, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { CfnPolicy } from 'aws-cdk-lib/aws-iam';
import { AccountSelection, type IOrgRootAccessFeatures, OrgRootAccessFeatures, RootCredentialsAudit, type RootCredentialsAuditProps } from '../../../lib';
import { madeOnce, testApp } from '../../support/apps';

const synthesized = madeOnce((props?: RootCredentialsAuditProps) => {
  const stack = new Stack(testApp(), 'Stack', { env: { account: '111111111111', region: 'eu-west-1' } });
  new RootCredentialsAudit(stack, 'Audit', props);
  return Template.fromStack(stack);
});

const sweepOf = (props?: RootCredentialsAuditProps) => Object.values(synthesized(props).findResources('Custom::RootCredentialsSweep'))[0].Properties.Sweep;

/** The definition, in which what is known only when it is deployed is `*`. */
function definition(template: Template) {
  const [machine] = Object.entries(template.findResources('AWS::StepFunctions::StateMachine')).flatMap(([id, resource]) => id.includes('Sweep') ? [resource] : []);
  return JSON.parse(machine.Properties.DefinitionString['Fn::Join'][1].map((part: unknown) => typeof part === 'string' ? part : '*').join(''));
}

describe('an audit', () => {
  test('may take sessions that look, and none that delete', () => {
    const policies = JSON.stringify(['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy'].map((type) => synthesized().findResources(type)));
    expect([...policies.matchAll(/root-task\/(\w+)/g)].map(([, task]) => task)).toEqual(['IAMAuditRootUserCredentials']);
  });

  test('has nothing to delete in its settings, in whatever way one reads them', () => {
    const { settings } = definition(synthesized()).States.WriteRun.Parameters.Body;
    expect(settings).toMatchObject({ work: 'audit', credentials: [], dryRun: true, failOnFindings: false });
  });

  test('fails for findings when that is asked for, and no start can change it', () => {
    const { States: states } = definition(synthesized({ failOnFindings: true }));
    expect(states.WriteRun.Parameters.Body.settings).toMatchObject({ failOnFindings: true, tolerateFailedAccounts: false });
    expect(states.Report.Parameters).toEqual({ 'run.$': '$$.Execution.Name' });
  });

  describe('may read the policies of the organization', () => {
    const isOfPolicies = ({ Action }: { Action: unknown }) => /ListParents|ListPoliciesForTarget|DescribePolicy/.test(JSON.stringify(Action));

    test('when that is asked for, and then of those that deny calls alone', () => {
      const policies = Object.values(synthesized({ readServiceControlPolicies: true }).findResources('AWS::IAM::Policy'));
      const asked = policies.flatMap(({ Properties }) => Properties.PolicyDocument.Statement).filter(isOfPolicies);
      expect(asked.map(({ Action }) => Action)).toEqual([
        'organizations:ListParents', 'organizations:ListPoliciesForTarget', 'organizations:DescribePolicy', 'organizations:DescribePolicy',
      ]);
      const of = (types: string | string[]) => ({ StringEquals: { 'organizations:PolicyType': types } });
      const types = ['SERVICE_CONTROL_POLICY', 'RESOURCE_CONTROL_POLICY'];
      expect(asked.map(({ Condition }) => Condition)).toEqual([undefined, of(types), of(types[0]), of(types[1])]); // IAM knows no type of policy for parents
    });

    const policiesIn = (stack: Stack) => stack.node.findAll().filter((construct) => construct instanceof CfnPolicy);
    const statements = (stack: Stack) => policiesIn(stack)
      .flatMap(({ policyDocument }) => stack.resolve(policyDocument).Statement).filter(isOfPolicies);
    const MANAGEMENT = '111111111111';
    const stackIn = (app: App, id: string, account?: string) => new Stack(app, id, { env: { account, region: 'eu-west-1' } });
    const importedIn = (stack: Stack, managementAccountId: string) => OrgRootAccessFeatures.fromOrgRootAccessFeaturesAttributes(stack, 'RootAccess', { organizationId: 'o-abcdefghij', managementAccountId });

    test.each<[string, boolean, (app: App) => { scope: Stack; features?: IOrgRootAccessFeatures }]>([
      ['in the stack of the switches, whatever its account', true, (app) => {
        const scope = new Stack(app, 'Stack');
        return { scope, features: new OrgRootAccessFeatures(scope, 'RootAccess') };
      }],
      ['in a nested stack of the stack of the switches', true, (app) => {
        const parent = new Stack(app, 'Stack');
        const scope = new NestedStack(parent, 'Nested');
        return { scope, features: new OrgRootAccessFeatures(parent, 'RootAccess') };
      }],
      ['in another stack of the account of the switches', true, (app) => (
        { scope: stackIn(app, 'Stack', MANAGEMENT), features: new OrgRootAccessFeatures(stackIn(app, 'Switches', MANAGEMENT), 'RootAccess') })],
      ['in the management account that imported switches name', true, (app) => {
        const scope = stackIn(app, 'Stack', MANAGEMENT);
        return { scope, features: importedIn(scope, MANAGEMENT) };
      }],
      ['in another account than that of the switches', false, (app) => {
        const scope = stackIn(app, 'Stack', '222222222222');
        return { scope, features: importedIn(scope, MANAGEMENT) };
      }],
      ['in a stack without an account, beside one with the switches', false, (app) => (
        { scope: new Stack(app, 'Stack'), features: new OrgRootAccessFeatures(new Stack(app, 'Switches'), 'RootAccess') })],
      ['without switches', false, (app) => ({ scope: stackIn(app, 'Stack', MANAGEMENT) })],
    ])('by default %s: %s', (_where, expected, place) => {
      const { scope, features } = place(testApp());
      new RootCredentialsAudit(scope, 'Audit', { features });
      expect(statements(scope).length > 0).toBe(expected);
      const refusing = place(testApp());
      new RootCredentialsAudit(refusing.scope, 'Audit', { features: refusing.features, readServiceControlPolicies: false });
      expect(statements(refusing.scope)).toEqual([]);
    });
  });

  test('looks again when its selection or its gate changes', () => {
    expect(sweepOf({})).toEqual(sweepOf());
    expect(sweepOf({ failOnFindings: true })).not.toEqual(sweepOf());
    expect(sweepOf({ accounts: AccountSelection.accounts(['222222222222']) })).not.toEqual(sweepOf());
  });
});
