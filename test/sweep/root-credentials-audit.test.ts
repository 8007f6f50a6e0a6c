import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { AccountSelection, RootCredentialsAudit, type RootCredentialsAuditProps } from '../../lib';

function synthesized(props?: RootCredentialsAuditProps): Template {
  const stack = new Stack(new App(), 'Stack', { env: { account: '111111111111', region: 'eu-west-1' } });
  new RootCredentialsAudit(stack, 'Audit', props);
  return Template.fromStack(stack);
}

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

  test('may read service control policies when that is asked for, and then of them alone', () => {
    const statements = (template: Template) => Object.values(template.findResources('AWS::IAM::Policy')).flatMap(({ Properties }) => Properties.PolicyDocument.Statement)
      .filter(({ Action }) => /ListParents|ListPoliciesForTarget|DescribePolicy/.test(JSON.stringify(Action)));
    expect(statements(synthesized())).toEqual([]);
    const asked = statements(synthesized({ readServiceControlPolicies: true }));
    expect(asked.map(({ Action }) => Action)).toEqual(['organizations:ListParents', 'organizations:ListPoliciesForTarget', 'organizations:DescribePolicy']);
    const ofScps = { StringEquals: { 'organizations:PolicyType': 'SERVICE_CONTROL_POLICY' } };
    expect(asked.map(({ Condition }) => Condition)).toEqual([undefined, ofScps, ofScps]); // IAM knows no type of policy for parents
  });

  test('looks again when its selection or its gate changes', () => {
    expect(sweepOf()).toEqual(sweepOf());
    expect(sweepOf({ failOnFindings: true })).not.toEqual(sweepOf());
    expect(sweepOf({ accounts: AccountSelection.accounts(['222222222222']) })).not.toEqual(sweepOf());
  });
});
