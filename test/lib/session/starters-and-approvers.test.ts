import { Aws, CfnParameter, Fn, Stack, Stage } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sns from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { RootSessionRunbooks } from '../../../lib';
import { Approvals } from '../../../lib/private/approvals';
import { testApp, warningsOf } from '../../support/apps';

const ENV = { account: '111111111111', region: 'us-east-1' };
const ARN = 'arn:aws:iam::111111111111:role/Ops';
const REFUSED = 'must not be given both grantStart and grantApprove: who starts a runbook does not approve it';

interface World {
  readonly one: Stack;
  readonly two: Stack;
  /** Lets it start what is in the first stack. */
  readonly start: (starter: iam.IGrantable) => unknown;
  /** Lets it approve what is in the second one. */
  readonly approve: (approver: iam.IGrantable) => unknown;
}

const stacksIn = (scope: Construct, env: { account?: string; region?: string } = ENV) => ['One', 'Two'].map((id) => new Stack(scope, id, { env }));
const approvers = (stack: Stack) => ({ topic: new sns.Topic(stack, 'Topic') });

/** The approvals that every runbook has, without the runbooks. */
function world(scope: Construct = testApp(), env = {}): World {
  const [one, two] = stacksIn(scope, { ...ENV, ...env });
  const [starts, approves] = [one, two].map((stack) => new Approvals(approvers(stack)));
  const approve = (approver: iam.IGrantable) => approves.grantApprove(two, approver, 'approvers');
  return { one, two, start: (starter) => starts.addStarter(one, starter), approve };
}

/** Runbooks of two stacks. */
function runbooks() {
  const [one, two] = stacksIn(testApp());
  const [starts, approves] = [one, two].map((stack) => new RootSessionRunbooks(stack, 'Runbooks', { approvers: approvers(stack) }));
  return { one, two, starts, approves };
}

type Principals = (stacks: Pick<World, 'one' | 'two'>) => [starter: iam.IGrantable, approver: iam.IGrantable];

const role = (stack: Stack, props: Partial<iam.RoleProps> = {}) => new iam.Role(stack, 'Role', { assumedBy: new iam.AccountRootPrincipal(), ...props });
const parameter = (stack: Stack) => new CfnParameter(stack, 'Arn').valueAsString;
const twice = (principal: iam.IPrincipal): ReturnType<Principals> => [principal, principal];

const SAME: [string, Principals][] = [
  ['the same role', ({ one }) => twice(role(one))],
  ['one ARN imported twice', ({ one, two }) => [iam.Role.fromRoleArn(one, 'A', ARN), iam.Role.fromRoleArn(two, 'B', ARN)]],
  ['one ARN, once without updates', ({ one, two }) => [iam.Role.fromRoleArn(one, 'A', ARN, { mutable: false }), iam.Role.fromRoleArn(two, 'B', ARN)]],
  ['one role by its ARN and by its name', ({ one, two }) => [iam.Role.fromRoleArn(one, 'A', ARN), iam.Role.fromRoleName(two, 'B', 'Ops')]],
  ['one name in two cases', ({ one, two }) => [iam.Role.fromRoleName(one, 'A', 'OPS'), iam.Role.fromRoleName(two, 'B', 'Ops')]],
  ['a role with a path, which its name alone imports', ({ one, two }) => [iam.Role.fromRoleArn(one, 'A', 'arn:aws:iam::111111111111:role/teams/Ops'), iam.Role.fromRoleName(two, 'B', 'Ops')]],
  ['a role of the app and its ARN', ({ one, two }) => { const own = role(one); return [own, iam.Role.fromRoleArn(two, 'B', own.roleArn)]; }],
  ['a role of the app and its name', ({ one, two }) => { const own = role(one); return [own, iam.Role.fromRoleName(two, 'B', own.roleName)]; }],
  ['a role of the app that is named, and its name', ({ one, two }) => [role(one, { roleName: 'Ops' }), iam.Role.fromRoleName(two, 'B', 'Ops')]],
  ['a role and a session of it', ({ one }) => [iam.Role.fromRoleArn(one, 'A', ARN), new iam.ArnPrincipal('arn:aws:sts::111111111111:assumed-role/Ops/ada')]],
  ['a user by name and by ARN', ({ one, two }) => [iam.User.fromUserName(one, 'A', 'ada'), iam.User.fromUserArn(two, 'B', 'arn:aws:iam::111111111111:user/ada')]],
  ['a user and its group', ({ one }) => { const user = new iam.User(one, 'User'); const group = new iam.Group(one, 'Group'); user.addToGroup(group); return [user, group]; }],
  ['a group twice', ({ one, two }) => [iam.Group.fromGroupName(one, 'A', 'Ops'), iam.Group.fromGroupName(two, 'B', 'Ops')]],
  ['a role with conditions', ({ one }) => { const own = role(one); return [new iam.PrincipalWithConditions(own, { Bool: { 'aws:MultiFactorAuthPresent': 'true' } }), own]; }],
  ['a role with session tags', ({ one }) => { const own = role(one); return [new iam.SessionTagsPrincipal(own), own]; }],
  ['one of several', ({ two }) => [new iam.CompositePrincipal(new iam.ArnPrincipal('arn:aws:iam::111111111111:role/Other'), new iam.ArnPrincipal(ARN)), iam.Role.fromRoleArn(two, 'B', ARN)]],
  ['one of several with conditions', ({ two }) => [
    new iam.CompositePrincipal(new iam.ArnPrincipal(ARN).withConditions({ Bool: { 'aws:SecureTransport': 'true' } }), new iam.ServicePrincipal('lambda.amazonaws.com')), iam.Role.fromRoleArn(two, 'B', ARN),
  ]],
  ['an account and a role in it', ({ one }) => [new iam.AccountPrincipal('111111111111'), role(one)]],
  ['the account itself and a role in it', ({ two }) => [role(two), new iam.AccountRootPrincipal()]],
  ['everybody and a role', ({ one }) => [new iam.AnyPrincipal(), role(one)]],
  ['one parameter twice', ({ one }) => { const arn = parameter(one); return [iam.Role.fromRoleArn(one, 'A', arn), iam.Role.fromRoleArn(one, 'B', arn)]; }],
];

const DIFFERENT: [string, Principals][] = [
  ['two roles of the app', ({ one, two }) => [role(one), role(two)]],
  ['two imported roles', ({ one, two }) => [iam.Role.fromRoleArn(one, 'A', ARN), iam.Role.fromRoleName(two, 'B', 'Approvers')]],
  ['roles of one name in two accounts', ({ one, two }) => [iam.Role.fromRoleArn(one, 'A', ARN), iam.Role.fromRoleArn(two, 'B', 'arn:aws:iam::222222222222:role/Ops')]],
  ['a role and a user of one name', ({ one, two }) => [iam.Role.fromRoleName(one, 'A', 'Ops'), iam.User.fromUserName(two, 'B', 'Ops')]],
  ['a role of the app and an imported one', ({ one, two }) => [role(one), iam.Role.fromRoleArn(two, 'B', ARN)]],
  ['another account and a role', ({ one }) => [new iam.AccountPrincipal('222222222222'), role(one)]],
];

const UNKNOWN: [string, Principals][] = [
  ['a parameter', ({ one, two }) => [iam.Role.fromRoleArn(one, 'A', parameter(one)), role(two)]],
  ['what another stack exports', ({ one, two }) => [iam.Role.fromRoleArn(one, 'A', Fn.importValue('ops')), iam.Role.fromRoleArn(two, 'B', ARN)]],
  ['a parameter in an ARN', ({ one, two }) => [iam.Role.fromRoleArn(one, 'A', `arn:aws:iam::${parameter(one)}:role/Ops`), iam.Role.fromRoleArn(two, 'B', ARN)]],
  ['a group and a user that is imported', ({ one, two }) => [iam.Group.fromGroupName(one, 'A', 'Ops'), iam.User.fromUserName(two, 'B', 'ada')]],
  ['an organization and a role', ({ one }) => [new iam.OrganizationPrincipal('o-abcdefghij'), role(one)]],
  ['a principal that nobody knows', ({ one, two }) => [new iam.UnknownPrincipal({ resource: one }), role(two)]],
];

const synth = ({ one }: Pick<World, 'one'>) => Stage.of(one)!.synth();
const UNSURE = /it is not known before the deployment whether .*, who may start runbooks, and .*, who may approve them, can be the same/;

/** How many warnings of it a synthesis has. */
const unsure = ({ one }: World) => warningsOf(one).filter((text) => UNSURE.test(text)).length;

test.each(SAME)('to start and to approve is refused to %s', (_what, principals) => {
  const stacks = world();
  const [starter, approver] = principals(stacks);
  stacks.start(starter);
  stacks.approve(approver);
  expect(() => synth(stacks)).toThrow(REFUSED);
});

test.each(SAME.filter((_same, i) => i % 5 === 0))('to start and to approve is refused to %s in the other order, the other way round', (_what, principals) => {
  const stacks = world();
  const [approver, starter] = principals(stacks);
  stacks.approve(approver);
  stacks.start(starter);
  expect(() => synth(stacks)).toThrow(REFUSED);
});

test.each(DIFFERENT)('to start and to approve is for %s', (_what, principals) => {
  const stacks = world();
  const [starter, approver] = principals(stacks);
  stacks.start(starter);
  stacks.approve(approver);
  expect(unsure(stacks)).toBe(0);
});

test.each(UNKNOWN)('to start and to approve is for %s, with a warning', (_what, principals) => {
  const stacks = world();
  const [starter, approver] = principals(stacks);
  stacks.approve(approver);
  stacks.start(starter);
  expect(unsure(stacks)).toBe(1);
});

test('a name in a stack whose account is not known is that of another such stack, and perhaps that of an account', () => {
  const unknown = { account: undefined, region: undefined };
  const stacks = world(testApp(), unknown);
  stacks.start(iam.Role.fromRoleName(stacks.one, 'A', 'Ops'));
  stacks.approve(iam.Role.fromRoleArn(stacks.two, 'B', ARN));
  expect(unsure(stacks)).toBe(1);
  const same = world(testApp(), unknown);
  same.start(iam.Role.fromRoleName(same.one, 'A', 'Ops'));
  same.approve(iam.Role.fromRoleArn(same.two, 'B', `arn:aws:iam::${Aws.ACCOUNT_ID}:role/Ops`));
  expect(() => synth(same)).toThrow(REFUSED);
});

test('the error names both, once for all runbooks', () => {
  const stacks = runbooks();
  stacks.starts.grantStart(iam.Role.fromRoleArn(stacks.one, 'A', ARN));
  stacks.approves.grantApprove(iam.Role.fromRoleArn(stacks.two, 'B', ARN));
  let message = '';
  try {
    synth(stacks);
  } catch (error) {
    ({ message } = error as Error);
  }
  expect(message.split(REFUSED)).toHaveLength(2);
  expect(message).toContain(`'One/A' and 'Two/B' are one principal, which ${REFUSED}`);
});

test('the stacks of a stage are checked with it', () => {
  const stacks = world(new Stage(testApp(), 'Stage'));
  const both = role(stacks.one);
  stacks.start(both);
  stacks.approve(both);
  expect(() => synth(stacks)).toThrow(REFUSED);
});

test('who may approve may start what nobody has to approve', () => {
  const stacks = runbooks();
  const plain = new RootSessionRunbooks(stacks.one, 'Plain');
  const both = role(stacks.one);
  plain.grantStart(both);
  stacks.starts.closePasswordRecovery.grantStart(both);
  stacks.approves.grantApprove(both);
  synth(stacks);
});

test('another app in the process is another matter', () => {
  const [here, there] = [world(), world()];
  here.start(iam.Role.fromRoleArn(here.one, 'A', ARN));
  there.approve(iam.Role.fromRoleArn(there.two, 'B', ARN));
  synth(here);
  synth(there);
});
