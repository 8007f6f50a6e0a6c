import { runSimulation } from '@cloud-copilot/iam-simulate';
import { CfnParameter, type Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import { MANAGEMENT, stackOf } from './every-construct';
import { AccountSelection, CentralizedRootAccess, RootSessionRunbooks, type RootSessionRunbooksProps, RootTaskPolicy } from '../../lib';
import { madeOnce, testApp, warningsOf } from '../support/apps';
import { expectAbout } from '../support/expect-about';

/** AWS CloudFormation and IAM user guides, "Quotas". */
const LARGEST_TEMPLATE = 1_000_000;
const MOST_RESOURCES = 500;
const LONGEST_POLICY = 6_144;
const LONGEST_DEFINITION = 1_048_576;
const USUAL_POLICIES = 10;
const MOST_POLICIES = 17;

/** The longest name of a partition that is known. */
const PARTITION = 'aws-us-gov';

/** Accounts `from`, `from` + 1, … */
const accounts = (count: number, from = 0) => Array.from({ length: count }, (_, i) => String(400_000_000_000 + from + i));

type Json = Record<string, any>;
interface Policy { readonly name: string; readonly policy: Json }

/** With what is known only in a deployment filled in. */
function rendered(value: unknown, partition: string): any {
  if (Array.isArray(value)) {
    return value.map((each) => rendered(each, partition));
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  const { Ref, 'Fn::Join': join } = value as Json;
  if (Ref) {
    return Ref === 'AWS::Partition' ? partition : Ref;
  }
  return join ? join[1].map((each: unknown) => rendered(each, partition)).join('')
    : Object.fromEntries(Object.entries(value).map(([key, each]) => [key, rendered(each, partition)]));
}

const resourcesOf = (json: Json, type: string) => Object.entries(json.Resources as Json).filter(([, { Type }]) => Type === type) as [string, Json][];

/** Policies that are about root sessions, by the role that has them. */
function rootPoliciesOf(json: Json): Map<string, Policy[]> {
  const roles = new Map<string, Policy[]>();
  for (const [name, { Properties }] of [...resourcesOf(json, 'AWS::IAM::ManagedPolicy'), ...resourcesOf(json, 'AWS::IAM::Policy')]) {
    for (const { Ref: role } of JSON.stringify(Properties.PolicyDocument).includes('sts:AssumeRoot') ? Properties.Roles : []) {
      roles.set(role, [...roles.get(role) ?? [], { name, policy: rendered(Properties.PolicyDocument, 'aws') }]);
    }
  }
  return roles;
}

function expectToFit(json: Json, mostPolicies = USUAL_POLICIES) {
  expect(Buffer.byteLength(JSON.stringify(json, undefined, 1))).toBeLessThan(LARGEST_TEMPLATE);
  expect(Object.keys(json.Resources).length).toBeLessThan(MOST_RESOURCES);
  const managed = resourcesOf(json, 'AWS::IAM::ManagedPolicy');
  for (const [id, { Properties }] of managed) {
    expectAbout(id, JSON.stringify(rendered(Properties.PolicyDocument, PARTITION)).length).toBeLessThanOrEqual(LONGEST_POLICY);
  }
  const attachedTo = (id: string) => managed.filter(([, { Properties }]) => Properties.Roles.some(({ Ref }: Json) => Ref === id));
  for (const [id] of resourcesOf(json, 'AWS::IAM::Role')) {
    expectAbout(id, attachedTo(id).length).toBeLessThanOrEqual(mostPolicies);
  }
  for (const [id, { Properties }] of resourcesOf(json, 'AWS::StepFunctions::StateMachine')) {
    expectAbout(id, JSON.stringify(Properties.DefinitionString).length).toBeLessThan(LONGEST_DEFINITION);
  }
}

/** What IAM decides about a root session in an account with one of the tasks that the policies name. */
async function decide(policies: Policy[], accountId: string): Promise<string> {
  const decision = await runSimulation({
    request: {
      principal: `arn:aws:iam::${MANAGEMENT}:role/role`,
      action: 'sts:AssumeRoot',
      resource: { resource: `arn:aws:iam::${accountId}:root`, accountId: MANAGEMENT },
      contextVariables: { 'sts:TaskPolicyArn': /arn:aws:iam::aws:policy\/root-task\/\w+/.exec(JSON.stringify(policies))![0] },
    },
    identityPolicies: policies,
    serviceControlPolicies: [],
    resourceControlPolicies: [],
  }, {});
  return decision.resultType === 'error' ? JSON.stringify(decision.errors) : decision.overallResult;
}

const explicitlyDenied = (policies: Policy[]) => new Set(policies.flatMap(({ policy }) => policy.Statement as Json[]).filter(({ Effect }) => Effect === 'Deny')
  .flatMap(({ Resource }) => [Resource].flat() as string[]).map((arn) => /\d{12}/.exec(arn)![0]));

function synthesized(props: RootSessionRunbooksProps | ((stack: Stack) => RootSessionRunbooksProps)) {
  const stack = stackOf(testApp());
  new RootSessionRunbooks(stack, 'Runbooks', typeof props === 'function' ? props(stack) : props);
  const json = Template.fromStack(stack).toJSON();
  return { json, roles: rootPoliciesOf(json), warnings: warningsOf(stack) };
}

const LISTED = accounts(500);
const [FREE] = LISTED;
/** Four policies hold the list, and six the accounts that are denied. */
const IN_USUAL_QUOTA = 6 * 145;

/** Runbooks for these, of which the last 50 are protected. */
const listed = madeOnce((count: number) => synthesized({ accounts: AccountSelection.accounts(LISTED), protectedAccounts: accounts(count, 450) }));

describe('runbooks for 500 accounts, of which the last 50 are protected', () => {
  test.each([0, 100, 1_300, 5_000])('and %i protected accounts fit a template, and IAM denies each role every protected account', async (count) => {
    const protectedAccounts = accounts(count, 450);
    const { json, roles, warnings } = listed(count);
    expectToFit(json);
    expect(warnings).toEqual([]);
    expect(roles.size).toBe(7);
    const denied = count > IN_USUAL_QUOTA ? protectedAccounts.filter((id) => LISTED.includes(id)) : protectedAccounts; // nothing allows the others
    for (const [role, policies] of roles) {
      expectAbout(role, await decide(policies, FREE)).toBe('Allowed');
      expectAbout(role, explicitlyDenied(policies)).toEqual(new Set(denied));
      for (const accountId of protectedAccounts.filter((_, i) => [0, 50, count - 1].includes(i))) {
        expectAbout(`${role} ${accountId}`, await decide(policies, accountId)).toBe(denied.includes(accountId) ? 'ExplicitlyDenied' : 'ImplicitlyDenied');
      }
    }
  });

  test('as parameters, which may be any account, fit no role, and that is told', () => {
    const selected = (stack: Stack) => AccountSelection.accounts([...accounts(499), new CfnParameter(stack, 'Account').valueAsString]);
    expect(() => synthesized((stack) => ({ accounts: selected(stack), protectedAccounts: accounts(3_000, 450) })))
      .toThrow('protectedAccounts must list at most 870 accounts, those that the selection excludes and the management account included, got 3000');
  });
});

describe('runbooks for the organization', () => {
  test.each([100, 1_305])('and %i protected accounts fit a template and IAM\'s usual quota', async (count) => {
    const protectedAccounts = accounts(count);
    const { json, roles, warnings } = synthesized({ protectedAccounts });
    expectToFit(json);
    expect(warnings).toEqual([]);
    for (const [role, policies] of roles) {
      expectAbout(role, explicitlyDenied(policies)).toEqual(new Set(protectedAccounts));
      expectAbout(role, await decide(policies, '999999999999')).toBe('Allowed');
    }
  });

  test('and more need a higher quota, which is told at synth', () => {
    const selected = AccountSelection.organization({ exclude: accounts(500) });
    const { json, warnings } = synthesized({ accounts: selected, protectedAccounts: accounts(1_820, 500) });
    expectToFit(json, MOST_POLICIES);
    expect(warnings).toContainEqual(expect.stringContaining("protectedAccounts take 17 managed policies for each role of the runbooks, and IAM allows 10: before you deploy, raise the quota 'Managed policies attached to an IAM role'"));
  });

  test('and still more fit no role, which fails', () => {
    expect(() => synthesized({ accounts: AccountSelection.organization({ exclude: accounts(500) }), protectedAccounts: accounts(1_821, 500) }))
      .toThrow('protectedAccounts must list at most 2320 accounts, those that the selection excludes and the management account included, got 2321: the managed policies of a role hold no more. Name the accounts that remain by AccountSelection.accounts');
    expect(() => synthesized({ protectedAccounts: accounts(5_000) })).toThrow('got 5000');
  });

  test('count an account once that is excluded and protected', () => {
    const exclude = accounts(500);
    const { json } = synthesized({ accounts: AccountSelection.organization({ exclude }), protectedAccounts: [...exclude, ...exclude] });
    expectToFit(json, 1 + 4);
  });
});

test('roles with the same task share what allows it, and all what denies', () => {
  const { json } = listed(100);
  const shared = resourcesOf(json, 'AWS::IAM::ManagedPolicy').map(([, { Properties }]) => Properties.Roles.length);
  expect(shared.sort()).toEqual([...[2, 2, 2, 1].flatMap((roles) => Array<number>(4).fill(roles)), 7].sort());
});

test('a grant of a task to somebody is for at most as many accounts as a role can be denied', () => {
  const stack = stackOf(testApp());
  const auditor = new iam.Role(stack, 'Auditor', { assumedBy: new iam.AccountRootPrincipal() });
  expect(() => RootTaskPolicy.AUDIT_CREDENTIALS.grantAssumeRoot(auditor, { protectedAccounts: accounts(2_756) }))
    .toThrow('protectedAccounts must list at most 2755 accounts, those that the selection excludes and the management account included, got 2756');
});

test('everything with 500 excluded accounts fits a template', () => {
  const stack = stackOf(testApp());
  new CentralizedRootAccess(stack, 'Root', { accounts: AccountSelection.organization({ exclude: accounts(500) }), auditJoinedAccounts: true, purge: {} });
  expectToFit(Template.fromStack(stack).toJSON());
});
