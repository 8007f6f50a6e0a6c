import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { CancelUpdateStackCommand, CloudFormationClient, DescribeStacksCommand, GetTemplateCommand, paginateListStackResources } from '@aws-sdk/client-cloudformation';
import { CloudWatchLogsClient, DescribeResourcePoliciesCommand, paginateDescribeLogGroups } from '@aws-sdk/client-cloudwatch-logs';
import { GetObjectCommand, ListBucketsCommand, paginateListObjectsV2, S3Client } from '@aws-sdk/client-s3';
import {
  DescribeExecutionCommand, type DescribeExecutionOutput, type ExecutionListItem, paginateListExecutions,
  SFNClient, StartExecutionCommand, StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { App, CfnOutput, Stack } from 'aws-cdk-lib';
import type { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { ChangeSets } from './change-sets';
import type { SweepReport } from '../../lambda/sweep/report/contents';
import { RootCredentialsAudit, type RootCredentialsAuditProps, RootCredentialsPurge, type RootCredentialsPurgeProps } from '../../lib';
import { type CdkResult, LocalAws, type LocalClock } from '../../local-aws/local-aws';
import { FakeOrganization, type Effect, type OrganizationOptions, type RecordedCall } from '../../local-aws/organization';
import { EVERYTHING } from '../lambda/sweep/testing';
import { eventually } from '../support/eventually';

export const MANAGEMENT = '111111111111';
export const SECURITY = '222222222222';
export const EXCLUDED = '333333333333';
export const INACTIVE = ['444444444441', '444444444442', '444444444443', '444444444444'];
/** Members without any of these roles; those with an odd number have root credentials. */
export const member = (n: number) => String(500_000_000_000 + n);
export const MEMBERS = Array.from({ length: 31 }, (_, i) => member(i + 1));

export const BOTH_FEATURES: OrganizationOptions = { trustedAccess: true, features: ['RootCredentialsManagement', 'RootSessions'] };

const REGION = 'us-east-1';
const STACK = 'RootAccess';

/**
 * With accounts of every kind and state.
 *
 * @param members how many of `MEMBERS` are there: all of them, with which both pages and batches are more than one, or as few as show a behaviour; those after the tenth are in a unit
 */
export function variedOrganization(options: OrganizationOptions = {}, members = MEMBERS.length): FakeOrganization {
  const organization = new FakeOrganization(options);
  organization.addAccount({ id: SECURITY, name: 'security', root: { mfaDevices: [{}] } });
  organization.addAccount({ id: EXCLUDED, name: 'break-glass', root: EVERYTHING });
  const states = ['SUSPENDED', 'PENDING_CLOSURE', 'CLOSED', 'PENDING_ACTIVATION'] as const;
  states.forEach((state, i) => organization.addAccount({ id: INACTIVE[i], name: state, state, root: EVERYTHING }));
  const unit = organization.addOrganizationalUnit({ name: 'workloads' });
  const credentials = [EVERYTHING, { password: true }, { accessKeys: [{ status: 'Inactive' as const }] }, { signingCertificates: [{}] }, { mfaDevices: [{}] }];
  for (let n = 1; n <= members; n++) {
    organization.addAccount({ id: member(n), name: `workload ${n}`, ou: n > 10 ? unit : undefined, root: n % 2 ? credentials[(n - 1) / 2 % credentials.length] : {} });
  }
  return organization;
}

/**
 * A deployment for the tests of one file. Each test begins with no recorded calls and no faults.
 *
 * @returns it, once the tests run
 */
export function deploymentInto(organization: FakeOrganization, clock?: LocalClock): () => Deployment {
  let deployment: Deployment;
  beforeAll(async () => {
    deployment = await Deployment.into(organization, clock);
  });
  afterAll(() => deployment?.stop());
  beforeEach(() => {
    organization.calls.length = 0;
    organization.faults.clear();
  });
  return () => deployment;
}

/** Describes the resources of a stack. */
export type Build = (stack: Stack) => void;

/** A purge whose bucket and state machine are the stack's outputs. */
export function purge(stack: Stack, props: RootCredentialsPurgeProps = {}): RootCredentialsPurge {
  return withOutputs(stack, new RootCredentialsPurge(stack, 'Purge', props));
}

/** An audit with the same outputs. */
export function audit(stack: Stack, props: RootCredentialsAuditProps = {}): RootCredentialsAudit {
  return withOutputs(stack, new RootCredentialsAudit(stack, 'Audit', props));
}

/** What the tests ask of the stack of a sweep. */
export function withOutputs<T extends RootCredentialsAudit | RootCredentialsPurge>(stack: Stack, construct: T): T {
  new CfnOutput(stack, 'Bucket', { value: construct.reportsBucket.bucketName });
  new CfnOutput(stack, 'Machine', { value: construct.stateMachine.stateMachineArn });
  new CfnOutput(stack, 'RootSessionRole', { value: construct.rootSessionRoles[0].roleArn });
  new CfnOutput(stack, 'Summary', { value: construct.deploymentSummary });
  new CfnOutput(stack, 'Report', { value: construct.deploymentReport });
  new CfnOutput(stack, 'Counts', { value: Object.values(construct.deploymentCounts).join(' ') });
  return construct;
}

/** One stack in one account and Region of a local AWS. */
export class Deployment {
  /** Starts an AWS and makes the account ready for the CDK. */
  static async into(organization: FakeOrganization, clock?: LocalClock): Promise<Deployment> {
    return new Deployment(await LocalAws.start({ organization, clock }), MANAGEMENT).bootstrapped();
  }

  private readonly changeSets: ChangeSets;
  private readonly cloudFormation: CloudFormationClient;
  private readonly stepFunctions: SFNClient;
  private readonly s3: S3Client;

  private constructor(readonly aws: LocalAws, readonly accountId: string, private readonly region = REGION, private readonly stackName = STACK) {
    const settings = this.clientSettings;
    this.changeSets = new ChangeSets(aws, accountId, region);
    this.cloudFormation = new CloudFormationClient(settings);
    this.stepFunctions = new SFNClient(settings);
    this.s3 = new S3Client({ ...settings, forcePathStyle: true });
  }

  /** The same AWS as another account sees it, made ready for the CDK; the accounts in `trust` may deploy there too. */
  in(accountId: string, region = REGION, trust: readonly string[] = []): Promise<Deployment> {
    return new Deployment(this.aws, accountId, region).bootstrapped(trust);
  }

  /** Another stack of this account and Region. */
  stack(name: string): Deployment {
    return new Deployment(this.aws, this.accountId, this.region, name);
  }

  get clientSettings() {
    return this.aws.clientSettings(this.accountId, this.region);
  }

  get organization(): FakeOrganization {
    return this.aws.organization;
  }

  async stop(): Promise<void> {
    await this.aws.stop();
  }

  // -- deployments --------------------------------------------------------------------------------------------------------

  deploy(build: Build): Promise<CdkResult> {
    return this.changeSets.deploy(this.synthesized(build), this.stackName);
  }

  /** The same of an app that was synthesized before. */
  deployAssembly(assembly: CloudAssembly): Promise<CdkResult> {
    return this.changeSets.deploy(assembly, this.stackName);
  }

  destroy(): Promise<CdkResult> {
    return this.changeSets.destroy(this.stackName);
  }

  /** The same by the CDK CLI, where its words and its ways matter. */
  deployByCli(build: Build): Promise<CdkResult> {
    return this.cdk(['deploy', '--require-approval=never', '--progress=events'], build);
  }

  destroyByCli(): Promise<CdkResult> {
    return this.cdk(['destroy', '--force'], () => undefined);
  }

  /** Status of the stack, which outlives a failed deployment. */
  async status(): Promise<string> {
    return (await this.describe()).StackStatus!;
  }

  async stackId(): Promise<string> {
    return (await this.describe()).StackId!;
  }

  /** Cancels the update that is under way. */
  async cancelUpdate(): Promise<void> {
    await this.cloudFormation.send(new CancelUpdateStackCommand({ StackName: this.stackName }));
  }

  /** Physical id of the one resource whose logical id is like that. */
  async resource(logicalId: RegExp): Promise<string> {
    const pages = paginateListStackResources({ client: this.cloudFormation }, { StackName: this.stackName });
    for await (const { StackResourceSummaries: resources } of pages) {
      const found = resources!.find(({ LogicalResourceId }) => logicalId.test(LogicalResourceId!));
      if (found) {
        return found.PhysicalResourceId!;
      }
    }
    throw new Error(`there is no resource ${logicalId}`);
  }

  /** An output of the stack. */
  async output(name: string): Promise<string> {
    return (await this.describe()).Outputs!.find(({ OutputKey }) => OutputKey === name)!.OutputValue!;
  }

  /** The template as it was deployed. */
  async template(): Promise<{ Resources: Record<string, { Type: string; Properties: any }> }> {
    const { TemplateBody } = await this.cloudFormation.send(new GetTemplateCommand({ StackName: this.stackName }));
    return JSON.parse(TemplateBody!);
  }

  // -- what a sweep leaves --------------------------------------------------------------------------------------------

  /** The report that `latest/` in the stack's bucket holds. */
  async latestReport(): Promise<SweepReport> {
    return JSON.parse(await this.read(`s3://${await this.output('Bucket')}/latest/report.json`)) as SweepReport;
  }

  /** The report of one sweep. */
  async reportOf({ name }: DescribeExecutionOutput): Promise<SweepReport> {
    const address = (await this.objects()).find((each) => each.endsWith(`-${name}/report.json`));
    return JSON.parse(await this.read(address!)) as SweepReport;
  }

  async read(address: string, encoding = 'utf8'): Promise<string> {
    const [, bucket, key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(address)!;
    const { Body } = await this.s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    return Body!.transformToString(encoding);
  }

  /** Addresses of every object in every bucket of the account. */
  async objects(): Promise<string[]> {
    const { Buckets } = await this.s3.send(new ListBucketsCommand({}));
    return (await Promise.all(Buckets!.map(({ Name: bucket }) => this.objectsIn(bucket!)))).flat();
  }

  /** Addresses of every object in one of them. */
  async objectsIn(bucket: string): Promise<string[]> {
    const addresses: string[] = [];
    for await (const { Contents } of paginateListObjectsV2({ client: this.s3 }, { Bucket: bucket })) {
      addresses.push(...(Contents ?? []).map(({ Key }) => `s3://${bucket}/${Key}`));
    }
    return addresses;
  }

  async logGroups(): Promise<string[]> {
    const client = new CloudWatchLogsClient(this.clientSettings);
    const names: string[] = [];
    for await (const { logGroups } of paginateDescribeLogGroups({ client }, {})) {
      names.push(...logGroups!.map(({ logGroupName }) => logGroupName!));
    }
    return names;
  }

  /** What the policy of the account for log delivery names: it holds 5,120 characters. */
  async logDeliveries(): Promise<string[]> {
    const { resourcePolicies } = await new CloudWatchLogsClient(this.clientSettings).send(new DescribeResourcePoliciesCommand({}));
    return resourcePolicies!.flatMap(({ policyDocument }) => JSON.parse(policyDocument!).Statement[0].Resource);
  }

  /** Executions of the stack's sweep, or of another state machine, the latest first. */
  async executions(machine?: string): Promise<ExecutionListItem[]> {
    const found: ExecutionListItem[] = [];
    for await (const { executions } of paginateListExecutions({ client: this.stepFunctions }, { stateMachineArn: machine ?? await this.output('Machine') })) {
      found.push(...executions!);
    }
    return found;
  }

  /** How each of them ended. */
  async sweeps(machine?: string): Promise<string[]> {
    return (await this.executions(machine)).map(({ status }) => status!);
  }

  /** An execution, once it has ended. */
  ended(executionArn: string): Promise<DescribeExecutionOutput> {
    return eventually(async () => {
      const execution = await this.stepFunctions.send(new DescribeExecutionCommand({ executionArn }));
      return execution.status !== 'RUNNING' && execution;
    });
  }

  /** Starts the sweep by hand. */
  async begin(input: unknown): Promise<string> {
    const { executionArn } = await this.stepFunctions.send(new StartExecutionCommand({ stateMachineArn: await this.output('Machine'), input: JSON.stringify(input) }));
    return executionArn!;
  }

  /** Starts the sweep by hand and waits for its end. */
  async start(input: unknown): Promise<DescribeExecutionOutput> {
    return this.ended(await this.begin(input));
  }

  /** Stops an execution, as somebody who has had enough of it. */
  async interrupt(executionArn: string, error?: string): Promise<void> {
    await this.stepFunctions.send(new StopExecutionCommand({ executionArn, error }));
  }

  /** The sweep of an account that joined, once it has ended. */
  async sweepOfJoined(accountId: string, machine?: string): Promise<DescribeExecutionOutput> {
    const found = await eventually(async () => (await this.executions(machine)).find(({ name }) => name!.startsWith(`joined-${accountId}-`)) ?? false);
    return this.ended(found.executionArn!);
  }

  /** A message in the queue whose address is that output of the stack. It stays there. */
  async received(queue: string, isWanted: (body: string) => boolean = () => true): Promise<any> {
    const client = new SQSClient(this.clientSettings);
    const QueueUrl = await this.output(queue);
    return eventually(async () => {
      const { Messages: messages = [] } = await client.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 0 }));
      const found = messages.find(({ Body }) => isWanted(Body!));
      return found !== undefined && JSON.parse(found.Body!);
    });
  }

  private async bootstrapped(trust: readonly string[] = []): Promise<this> {
    await this.changeSets.bootstrap(trust);
    return this;
  }

  private cdk(args: string[], build: Build): Promise<CdkResult> {
    return this.aws.cdk(args, { app: this.synthesized(build).directory, accountId: this.accountId });
  }

  private synthesized(build: Build): CloudAssembly {
    const app = new App({ treeMetadata: false, outdir: mkdtempSync(join(this.aws.workFolder, 'app-')) });
    build(new Stack(app, this.stackName, { env: { account: this.accountId, region: this.region } }));
    return app.synth();
  }

  private async describe() {
    const { Stacks } = await this.cloudFormation.send(new DescribeStacksCommand({ StackName: this.stackName }));
    return Stacks![0];
  }
}

/** Accounts in which somebody took, or tried to take, a root session; with the task if it is named. */
export function rootSessions(calls: readonly RecordedCall[], task = ''): Set<string> {
  return new Set(calls
    .filter(({ operation, input }) => operation === 'AssumeRoot' && input['TaskPolicyArn.arn']!.endsWith(task))
    .map(({ target }) => target!));
}

/** An effect on the sessions that can delete, and on no others. */
export const whereItDeletes = (effect: Effect): Effect => (call, answer) => (
  call.input['TaskPolicyArn.arn']?.endsWith('IAMDeleteRootUserCredentials') ? effect(call, answer) : answer());

/** Calls that changed something in the organization or in an account of it, in their order: `EnableAWSServiceAccess`. */
export function changes(calls: readonly RecordedCall[]): string[] {
  return calls
    .filter(({ operation, caller, forwarded }) => !forwarded && !caller.arn.endsWith('user/administrator')
      && /^(Enable|Disable|Register|Deregister|Delete|Deactivate|Create|Update|Put)/.test(operation))
    .map(({ operation }) => operation);
}
