import { Aspects, CfnResource, Stack, Stage } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import { everyPart, stackOf } from './every-construct';
import { RootCredentialsAudit } from '../../lib';
import { testApp } from '../support/apps';
import { expectAbout } from '../support/expect-about';

type Resources = Record<string, { Type: string; Properties: any; DeletionPolicy?: string; UpdateReplacePolicy?: string }>;

const GUID = { 'Fn::Select': [2, { 'Fn::Split': ['/', { Ref: 'AWS::StackId' }] }] };

/** The log group of each state machine that has one, by the logical id of the machine. */
function logsOf({ Resources: resources }: { Resources: Resources }) {
  const machines = Object.entries(resources).filter(([, { Type, Properties }]) => Type === 'AWS::StepFunctions::StateMachine' && Properties.LoggingConfiguration);
  return machines.map(([id, { Properties: { RoleArn, LoggingConfiguration: { Destinations: [{ CloudWatchLogsLogGroup: { LogGroupArn } }] } } }]) => (
    { id, role: RoleArn['Fn::GetAtt'][0], logGroup: resources[LogGroupArn['Fn::GetAtt'][0]] }));
}

const templateOf = (stack: Stack) => Template.fromStack(stack).toJSON() as { Resources: Resources };

describe('the log group of a state machine', () => {
  const stack = stackOf(testApp());
  everyPart(stack);
  const machines = logsOf(templateOf(stack));

  test('is below /aws/vendedlogs/states/, so that the policy of the account for log delivery does not grow', () => {
    expect(machines).toHaveLength(11); // two sweeps, accounts that join, seven runbooks and the closer of recoveries
    for (const { id, role, logGroup } of machines) {
      const [separator, [name, ...unique]] = logGroup.Properties.LogGroupName['Fn::Join'];
      expectAbout(id, [separator, name]).toEqual(['', expect.stringMatching(/^\/aws\/vendedlogs\/states\/Stack-[\w-]{5,128}-$/)]);
      expectAbout(id, unique).toEqual([{ 'Fn::GetAtt': [role, 'RoleId'] }, '-', GUID]);
    }
    expect(new Set(machines.map(({ logGroup }) => JSON.stringify(logGroup.Properties.LogGroupName))).size).toBe(machines.length);
  });

  test('stays, as that of a function does', () => {
    for (const { id, logGroup } of machines) {
      expectAbout(id, logGroup).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain', Properties: { RetentionInDays: 365 } });
    }
  });

  test('is named in a Stage, too, and by paths of any length', () => {
    const stage = new Stage(testApp(), 'Stage', { env: { account: '111111111111', region: 'us-east-1' } });
    const deep = new Stack(stage, 'S'.repeat(100));
    new RootCredentialsAudit(deep, 'A'.repeat(200));
    const [{ logGroup }] = logsOf(templateOf(deep));
    expect(logGroup.Properties.LogGroupName['Fn::Join'][1][0]).toMatch(/^\/aws\/vendedlogs\/states\/[\w-]{1,128}-$/);
  });

  test('ends with the id of the stack where the app makes no roles', () => {
    const app = testApp();
    iam.Role.customizeRoles(app, { usePrecreatedRoles: {}, preventSynthesis: false } as iam.CustomizeRolesOptions);
    const other = stackOf(app);
    new RootCredentialsAudit(other, 'Audit');
    const names = other.node.findAll().filter(CfnResource.isCfnResource).filter(({ cfnResourceType }) => cfnResourceType === 'AWS::Logs::LogGroup')
      .map((group) => other.resolve((group as any).logGroupName)).filter((name) => name !== undefined);
    expect(names).toHaveLength(1);
    expect(names[0]['Fn::Join'][1].at(-1)).toEqual(GUID);
  });

  test('has the name also where an Aspect names the roles', () => {
    const other = stackOf(testApp());
    new RootCredentialsAudit(other, 'Audit');
    Aspects.of(other).add({
      visit: (node) => {
        if (node instanceof iam.CfnRole) {
          node.roleName = `corp+${node.node.addr}`;
        }
      },
    });
    const [{ logGroup, role }] = logsOf(templateOf(other));
    expect(logGroup.Properties.LogGroupName['Fn::Join'][1]).toEqual([expect.any(String), { 'Fn::GetAtt': [role, 'RoleId'] }, '-', GUID]);
  });
});
