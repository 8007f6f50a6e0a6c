import { GetLoginProfileCommand, IAMClient } from '@aws-sdk/client-iam';
import { AssumeRootCommand, type Credentials, STSClient } from '@aws-sdk/client-sts';
import { CfnOutput } from 'aws-cdk-lib';
import { type Build, Deployment, MANAGEMENT } from './testing';
import { BlockedRootSessions, OrgRootAccessFeatures, RootUserGuardrail, type RootUserGuardrailProps } from '../../lib';
import { FakeOrganization } from '../../local-aws/organization';

const MEMBER = '222222222222';
const OTHER = '333333333333';
const TASK = 'arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials';
const DENY_ROOT = {
  Version: '2012-10-17',
  Statement: [{ Sid: 'GRRESTRICTROOTUSER', Effect: 'Deny', Action: '*', Resource: '*', Condition: { ArnLike: { 'aws:PrincipalArn': ['arn:*:iam::*:root'] } } }],
};

const organization = new FakeOrganization();
const unit = organization.addOrganizationalUnit({ name: 'workloads' });
organization.addAccount({ id: MEMBER, ou: unit, root: { password: true } });
organization.addAccount({ id: OTHER, root: { password: true } });
let stack: Deployment;

beforeAll(async () => {
  stack = await Deployment.into(organization);
});
afterAll(() => stack?.stop());
beforeEach(() => {
  organization.calls.length = 0;
});

const guardrail = (props: Partial<RootUserGuardrailProps> = {}): Build => (scope) => {
  const features = new OrgRootAccessFeatures(scope, 'RootAccess');
  const { findings, policyId } = new RootUserGuardrail(scope, 'Guardrail', { features, targets: [unit], policyName: 'guardrail', ...props });
  new CfnOutput(scope, 'Findings', { value: findings });
  new CfnOutput(scope, 'PolicyId', { value: policyId });
};

/** What an account's root user reads of itself, or why it may not. */
async function reads(credentials: Pick<Credentials, 'AccessKeyId' | 'SecretAccessKey' | 'SessionToken'>): Promise<string> {
  const client = new IAMClient({
    ...stack.aws.clientSettings(),
    maxAttempts: 1,
    credentials: { accessKeyId: credentials.AccessKeyId!, secretAccessKey: credentials.SecretAccessKey!, sessionToken: credentials.SessionToken },
  });
  return client.send(new GetLoginProfileCommand({})).then(() => 'read', ({ message }: Error) => message);
}

async function sessionIn(accountId: string): Promise<string> {
  const client = new STSClient(stack.aws.clientSettings(MANAGEMENT));
  const answer = await client.send(new AssumeRootCommand({ TargetPrincipal: accountId, TaskPolicyArn: { arn: TASK } }));
  return reads(answer.Credentials!);
}

const longTermIn = (accountId: string) => reads(organization.longTermRoot(accountId));
const DENIED = expect.stringContaining('with an explicit deny in a service control policy');
const attached = (target: string) => organization.policies.attachedTo(target).map(({ name }) => name);

describe('a guardrail', () => {
  test('is not attached where a policy blocks root sessions: the deployment names it, and leaves nothing', async () => {
    const { id } = organization.policies.add('aws-guardrails-AbCdEf', DENY_ROOT, unit);
    const { code, output } = await stack.deploy(guardrail());
    expect(code).toBe(1);
    expect(output).toContain(`root sessions are blocked, so that nobody could act as root below the guardrail: the service control policy 'aws-guardrails-AbCdEf' (${id}) at the OU ${unit}`);
    expect(output).toContain('ExemptAssumeRoot');
    expect(attached(unit)).toEqual(['FullAWSAccess', 'aws-guardrails-AbCdEf']);
    organization.policies.detach(id, unit);
  });

  test('denies the root user below its target, and nobody else: root sessions work as before', async () => {
    expect(await longTermIn(MEMBER)).toBe('read');
    expect(await stack.deploy(guardrail())).toMatchObject({ code: 0 });
    const operations = organization.calls.map(({ operation }) => operation);
    expect(operations.indexOf('CreatePolicy')).toBeGreaterThan(operations.lastIndexOf('ListPolicies')); // looked at before it was made
    expect(operations).toContain('ListPolicies');
    expect(attached(unit)).toEqual(['FullAWSAccess', 'guardrail']);
    expect(await stack.output('Findings')).toBe('none');
    expect({ session: await sessionIn(MEMBER), longTerm: await longTermIn(MEMBER) }).toEqual({ session: 'read', longTerm: DENIED });
    expect({ session: await sessionIn(OTHER), longTerm: await longTermIn(OTHER) }).toEqual({ session: 'read', longTerm: 'read' });
  });

  test('moves with its targets, and spares what it is told', async () => {
    const exemptions = [{ reason: 'its owner signs in as root until March', accountIds: [OTHER] }];
    expect(await stack.deploy(guardrail({ targets: [organization.rootId], exemptions }))).toMatchObject({ code: 0 });
    expect([attached(unit), attached(organization.rootId)]).toEqual([['FullAWSAccess'], ['FullAWSAccess', 'guardrail']]);
    expect(await stack.output('Findings')).toContain(`the management account ${MANAGEMENT} is below the root`);
    expect({ member: await longTermIn(MEMBER), other: await longTermIn(OTHER), session: await sessionIn(MEMBER) }).toEqual({ member: DENIED, other: 'read', session: 'read' });
  });

  test('that cannot be changed stays as it was, and the stack can be deployed again', async () => {
    const { id } = organization.policies.add('old guardrail', DENY_ROOT, OTHER);
    expect(await stack.deploy(guardrail({ targets: [organization.rootId, OTHER] }))).toMatchObject({ code: 1, output: expect.stringContaining(`'old guardrail' (${id})`) });
    expect(await stack.status()).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(attached(organization.rootId)).toContain('guardrail');
    expect(await longTermIn(MEMBER)).toEqual(DENIED);

    const tolerant = guardrail({ targets: [organization.rootId, OTHER], blockedRootSessions: BlockedRootSessions.TOLERATE });
    expect(await stack.deploy(tolerant)).toMatchObject({ code: 0 });
    expect(await stack.output('Findings')).toMatch(new RegExp(`'old guardrail' \\(${id}\\) at the account ${OTHER} \\(.*\\) denies root sessions`));
    organization.policies.detach(id, OTHER);
  });

  test('goes with its stack', async () => {
    expect(await stack.destroy()).toMatchObject({ code: 0 });
    expect(organization.policies.all().map(({ name }) => name)).not.toContain('guardrail');
    expect(await longTermIn(MEMBER)).toBe('read');
  });
});
