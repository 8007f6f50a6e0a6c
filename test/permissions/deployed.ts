import { CloudFormationClient, paginateListStackResources } from '@aws-sdk/client-cloudformation';
import {
  AttachRolePolicyCommand, DeleteRolePolicyCommand, DetachRolePolicyCommand, GetPolicyCommand, GetPolicyVersionCommand, GetRolePolicyCommand,
  IAMClient, ListAttachedRolePoliciesCommand, ListRolePoliciesCommand, PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { DescribeStateMachineCommand, SFNClient } from '@aws-sdk/client-sfn';
import { Stage } from 'aws-cdk-lib';
import { allowedBy, type Grant, pathsOf, rolesOf, type Statement, without } from './grants';
import { everyStack } from './stacks';
import { Permissions } from '../../local-aws/front/permissions';
import type { FakeOrganization } from '../../local-aws/organization';
import type { Caller } from '../../local-aws/wire';
import { Deployment, MANAGEMENT } from '../deploy/testing';

/** What the local AWS decided. */
export interface Decision {
  readonly roleArn?: string;
  readonly action: string;
  readonly resource: string;
  /** The text of the denial. */
  readonly denial?: string;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

interface AttachedPolicy {
  readonly name: string;
  /** Of a managed policy. */
  readonly arn?: string;
  readonly statements: readonly Statement[];
}

/** Every decision from now on, in the order of the questions; one that is not made yet, or failed, has no denial. */
function recordedDecisions(): readonly Decision[] {
  const decisions: Writable<Decision>[] = [];
  const { decide } = Permissions.prototype;
  jest.spyOn(Permissions.prototype, 'decide').mockImplementation(async function (this: Permissions, question) {
    const { caller: { roleArn }, action, resource } = question;
    const decision: Writable<Decision> = { roleArn, action, resource };
    decisions.push(decision);
    return decision.denial = await decide.call(this, question);
  });
  return decisions;
}

/** The stack with every construct, deployed, and the ways to take permissions from its roles. */
export class Deployed {
  static async into(organization: FakeOrganization): Promise<Deployed> {
    const decisions = recordedDecisions();
    const deployment = await Deployment.into(organization);
    const { code, output } = await deployment.deployAssembly(Stage.of(everyStack())!.synth());
    if (code !== 0) {
      await deployment.stop();
      throw new Error(output);
    }
    const client = new CloudFormationClient(deployment.aws.clientSettings());
    return new Deployed(deployment, await deployment.stackId(), decisions, await physicalIds(client, everyStack().stackName));
  }

  private readonly iam: IAMClient;
  private readonly lambda: LambdaClient;
  private readonly stepFunctions: SFNClient;
  private readonly paths = pathsOf(everyStack());
  private readonly logicalIds: ReadonlyMap<string, string> = new Map([...this.paths].map(([id, path]) => [path, id]));
  private readonly policies = new Map<string, Promise<AttachedPolicy[]>>();
  private readonly definitions = new Map<string, string>();

  private constructor(
    readonly deployment: Deployment,
    readonly stackId: string,
    private readonly decided: readonly Decision[],
    private readonly physical: ReadonlyMap<string, string>,
  ) {
    this.iam = new IAMClient(deployment.aws.clientSettings());
    this.lambda = new LambdaClient(deployment.aws.clientSettings());
    this.stepFunctions = new SFNClient(deployment.aws.clientSettings());
  }

  /** Physical id of what is at a path of the construct tree. */
  readonly id = (path: string): string => this.physical.get(this.logicalIds.get(path)!)!;

  /** Logical id of what is at a path. */
  readonly logicalId = (path: string): string => this.logicalIds.get(path)!;

  /** ARN of the role that has a grant. */
  roleOf({ at }: Grant): string {
    return roleArn(this.physical.get(at.role)!);
  }

  /** Path of the role that has a grant. */
  pathOf({ at }: Grant): string {
    return this.paths.get(at.role)!;
  }

  /** The role at a path, in a session as Lambda or Step Functions begins it. */
  caller(path: string): Caller & { readonly roleArn: string } {
    const name = this.id(path);
    return { accountId: MANAGEMENT, roleArn: roleArn(name), arn: `arn:aws:sts::${MANAGEMENT}:assumed-role/${name}/session` };
  }

  /** Settings of an SDK client that signs as the role at a path. */
  settingsAs(path: string) {
    const { AccessKeyId, SecretAccessKey, SessionToken } = this.deployment.organization.issue(this.caller(path), 900);
    const credentials = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
    return { ...this.deployment.aws.clientSettings(), credentials };
  }

  /** Paths of every role in the stack. */
  roles(): string[] {
    return Object.keys(rolesOf(everyStack())).map((id) => this.paths.get(id)!);
  }

  /** Every decision so far, in the order of the questions. */
  decisions(): Decision[] {
    return [...this.decided];
  }

  /** The definition of the state machine at a path, as it was deployed. */
  async definition(path: string): Promise<string> {
    const known = this.definitions.get(path)
      ?? (await this.stepFunctions.send(new DescribeStateMachineCommand({ stateMachineArn: this.id(path) }))).definition!;
    this.definitions.set(path, known);
    return known;
  }

  /** Invokes a function as administrator. What it throws is in the answer, as Lambda sends it. */
  async invoke(path: string, event: object): Promise<string> {
    const { Payload } = await this.lambda.send(new InvokeCommand({ FunctionName: this.id(path), Payload: JSON.stringify(event) }));
    return Buffer.from(Payload!).toString();
  }

  /**
   * Takes one grant from a role, wherever the role has it.
   *
   * @returns how to give it back
   */
  async withdraw(grant: Grant): Promise<() => Promise<void>> {
    const role = this.physical.get(grant.at.role)!;
    const changed = (await this.policiesOf(role)).filter(({ statements }) => statements.some((statement) => allows(statement, grant.action)));
    for (const policy of changed) {
      await this.replace(role, policy, remainder(policy, grant, policy.name === this.policyName(grant)));
    }
    return async () => {
      for (const policy of changed) {
        await this.restore(role, policy);
      }
    };
  }

  /** The name of a grant's policy where it is attached: the CDK gives an inline policy its logical id, CloudFormation names a managed one. */
  private policyName({ at: { policy } }: Grant): string {
    const [, managed] = /^arn:.*:policy\/(.+)$/.exec(this.physical.get(policy)!) ?? [];
    return managed ?? policy;
  }

  private async replace(RoleName: string, { name, arn }: AttachedPolicy, statements: readonly Statement[]) {
    if (arn) {
      await this.iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn: arn }));
    }
    if (statements.length > 0) {
      await this.put(RoleName, name, statements);
    } else if (!arn) {
      await this.iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName: name }));
    }
  }

  private async restore(RoleName: string, { name, arn, statements }: AttachedPolicy) {
    if (!arn) {
      await this.put(RoleName, name, statements);
      return;
    }
    const { PolicyNames: inline = [] } = await this.iam.send(new ListRolePoliciesCommand({ RoleName }));
    if (inline.includes(name)) {
      await this.iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName: name }));
    }
    await this.iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn: arn }));
  }

  private async put(RoleName: string, PolicyName: string, Statement: readonly Statement[]) {
    await this.iam.send(new PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement }) }));
  }

  /** As they were deployed: whatever is taken from a role is given back. */
  private policiesOf(role: string): Promise<AttachedPolicy[]> {
    const known = this.policies.get(role) ?? this.readPolicies(role);
    this.policies.set(role, known);
    return known;
  }

  private async readPolicies(RoleName: string): Promise<AttachedPolicy[]> {
    const { PolicyNames: names } = await this.iam.send(new ListRolePoliciesCommand({ RoleName }));
    const { AttachedPolicies: attached } = await this.iam.send(new ListAttachedRolePoliciesCommand({ RoleName }));
    return Promise.all([
      ...names!.map((name) => this.inline(RoleName, name)),
      ...attached!.map(({ PolicyArn }) => this.managed(PolicyArn!)),
    ]);
  }

  private async inline(RoleName: string, name: string): Promise<AttachedPolicy> {
    const { PolicyDocument } = await this.iam.send(new GetRolePolicyCommand({ RoleName, PolicyName: name }));
    return { name, statements: statementsIn(PolicyDocument!) };
  }

  private async managed(arn: string): Promise<AttachedPolicy> {
    const { Policy } = await this.iam.send(new GetPolicyCommand({ PolicyArn: arn }));
    const { PolicyVersion } = await this.iam.send(new GetPolicyVersionCommand({ PolicyArn: arn, VersionId: Policy!.DefaultVersionId }));
    return { name: arn.split('/').pop()!, arn, statements: statementsIn(PolicyVersion!.Document!) };
  }
}

/** What is left of a policy without a grant. Where the grant does not stand, its action goes altogether: no other policy may stand in for it. */
function remainder({ statements }: AttachedPolicy, grant: Grant, itsOwn: boolean): Statement[] {
  if (itsOwn) {
    const allowed = allowedBy(statements[grant.at.statement], grant);
    return statements.flatMap((statement) => statement.Effect === 'Allow' ? without(statement, allowed) : [statement]);
  }
  return statements.flatMap((statement) => {
    if (isOfControl(JSON.stringify(statement)) !== isOfControl(grant.resource)) {
      return [statement]; // what a state machine has written stands in for nothing else, and nothing can be done without
    }
    const actions = [statement.Action].flat().filter((action) => statement.Effect === 'Deny' || action !== grant.action);
    return actions.length > 0 ? [{ ...statement, Action: actions }] : [];
  });
}

const isOfControl = (text: string) => text.includes('/control/');

const roleArn = (name: string) => `arn:aws:iam::${MANAGEMENT}:role/${name}`;

const allows = ({ Effect, Action }: Statement, action: string) => Effect === 'Allow' && [Action].flat().includes(action);

/** IAM sends documents URL-encoded. */
const statementsIn = (document: string) => (JSON.parse(decodeURIComponent(document)) as { Statement: Statement[] }).Statement;

async function physicalIds(client: CloudFormationClient, StackName: string): Promise<Map<string, string>> {
  const ids = new Map<string, string>();
  for await (const page of paginateListStackResources({ client }, { StackName })) {
    page.StackResourceSummaries!.forEach(({ LogicalResourceId, PhysicalResourceId }) => ids.set(LogicalResourceId!, PhysicalResourceId!));
  }
  return ids;
}
