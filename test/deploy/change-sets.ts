import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import {
  CloudFormationClient, CreateChangeSetCommand, CreateStackCommand, DeleteStackCommand, DescribeChangeSetCommand, DescribeStacksCommand,
  ExecuteChangeSetCommand, paginateDescribeStackEvents, type Stack,
} from '@aws-sdk/client-cloudformation';
import { HeadObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { CloudAssembly, CloudFormationStackArtifact } from 'aws-cdk-lib/cx-api';
import { zipSync } from 'fflate';
import type { CdkResult, LocalAws } from '../../local-aws/local-aws';
import { eventually } from '../support/eventually';

const PROJECT = join(__dirname, '..', '..');
const CAPABILITIES = ['CAPABILITY_IAM', 'CAPABILITY_NAMED_IAM', 'CAPABILITY_AUTO_EXPAND'] as const;
const ADMINISTRATOR = 'arn:aws:iam::aws:policy/AdministratorAccess';

/** Packed assets by their hash, for every test that deploys them. */
const PACKED = join(PROJECT, '.local-aws', 'assets');

interface AssetFile {
  readonly source: { readonly path: string; readonly packaging: 'file' | 'zip' };
  readonly destinations: Readonly<Record<string, { readonly bucketName: string; readonly objectKey: string }>>;
}

/**
 * Bootstraps, deploys and destroys as the CDK CLI does, in one account and Region: the same template, assets, roles and change sets, without its process, its pauses and its words.
 */
export class ChangeSets {
  private readonly cloudFormation: CloudFormationClient;
  private readonly s3: S3Client;

  constructor(aws: LocalAws, private readonly accountId: string, private readonly region: string) {
    const settings = aws.clientSettings(accountId, region);
    this.cloudFormation = new CloudFormationClient(settings);
    this.s3 = new S3Client({ ...settings, forcePathStyle: true });
  }

  /** Makes the account ready for the CDK by the template of its CLI. */
  async bootstrap(trust: readonly string[]): Promise<void> {
    const parameters = {
      TrustedAccounts: trust.join(), CloudFormationExecutionPolicies: ADMINISTRATOR, PublicAccessBlockConfiguration: 'true', FileAssetsBucketKmsKeyId: 'AWS_MANAGED_KEY',
    };
    await this.cloudFormation.send(new CreateStackCommand({
      StackName: 'CDKToolkit',
      TemplateBody: readFileSync(join(PROJECT, 'node_modules/aws-cdk/lib/api/bootstrap/bootstrap-template.yaml'), 'utf8'),
      Capabilities: [...CAPABILITIES],
      Parameters: Object.entries(parameters).map(([ParameterKey, ParameterValue]) => ({ ParameterKey, ParameterValue })),
    }));
    const { StackStatus, StackId } = await this.settled('CDKToolkit');
    if (StackStatus !== 'CREATE_COMPLETE') {
      throw new Error(`bootstrapping ${this.accountId} ended in ${StackStatus}: ${(await this.reasons(StackId!, new Date(0))).join('\n')}`);
    }
  }

  /** Deploys a stack of an app. What the change set, or the stack's events, say is the output. */
  async deploy(assembly: CloudAssembly, stackName: string): Promise<CdkResult> {
    const stack = assembly.getStackByName(stackName);
    await this.publish(assembly);
    let existing = await this.describe(stackName);
    if (existing?.StackStatus === 'ROLLBACK_COMPLETE') {
      await this.destroy(stackName); // as the CLI does: such a stack cannot be updated
      existing = undefined;
    }
    const since = new Date(Date.now() - 1);
    const { Id: changeSet, StackId: id } = await this.cloudFormation.send(new CreateChangeSetCommand({
      StackName: stackName,
      ChangeSetName: `change-${since.getTime()}`,
      ChangeSetType: existing === undefined ? 'CREATE' : 'UPDATE',
      TemplateURL: templateUrl(stack, this.region),
      RoleARN: `arn:aws:iam::${this.accountId}:role/cdk-hnb659fds-cfn-exec-role-${this.accountId}-${this.region}`,
      Capabilities: [...CAPABILITIES],
    }));
    const { Status, StatusReason = '' } = await eventually(async () => {
      const described = await this.cloudFormation.send(new DescribeChangeSetCommand({ ChangeSetName: changeSet, StackName: stackName }));
      return !/PENDING|IN_PROGRESS/.test(described.Status!) && described;
    });
    if (Status === 'FAILED') {
      return /didn't contain changes|No updates/.test(StatusReason) ? { code: 0, output: '(no changes)' } : { code: 1, output: StatusReason };
    }
    await this.cloudFormation.send(new ExecuteChangeSetCommand({ ChangeSetName: changeSet, StackName: stackName }));
    const { StackStatus } = await this.settled(id!);
    return { code: /^(CREATE|UPDATE)_COMPLETE$/.test(StackStatus!) ? 0 : 1, output: [StackStatus, ...await this.reasons(id!, since)].join('\n') };
  }

  /** Deletes a stack, if it is there. */
  async destroy(stackName: string): Promise<CdkResult> {
    const stack = await this.describe(stackName);
    if (stack === undefined) {
      return { code: 0, output: `${stackName} is not there` };
    }
    const since = new Date(Date.now() - 1);
    await this.cloudFormation.send(new DeleteStackCommand({ StackName: stackName, RoleARN: stack.RoleARN }));
    const { StackStatus } = await this.settled(stack.StackId!);
    return { code: StackStatus === 'DELETE_COMPLETE' ? 0 : 1, output: [StackStatus, ...await this.reasons(stack.StackId!, since)].join('\n') };
  }

  private async describe(stackName: string): Promise<Stack | undefined> {
    const { Stacks: [stack] = [] } = await this.cloudFormation.send(new DescribeStacksCommand({ StackName: stackName }))
      .catch((error: Error) => (/does not exist/.test(error.message) ? { Stacks: [] } : Promise.reject(error)));
    return stack?.StackStatus === 'DELETE_COMPLETE' ? undefined : stack;
  }

  private settled(stackName: string): Promise<Stack> {
    return eventually(async () => {
      const { Stacks: [stack] = [] } = await this.cloudFormation.send(new DescribeStacksCommand({ StackName: stackName }));
      return !stack.StackStatus!.endsWith('_IN_PROGRESS') && stack;
    }, { timeout: 280_000 });
  }

  /** What the stack's events say, oldest first. */
  private async reasons(stackId: string, since: Date): Promise<string[]> {
    const reasons: string[] = [];
    for await (const { StackEvents: events = [] } of paginateDescribeStackEvents({ client: this.cloudFormation }, { StackName: stackId })) {
      const said = events.filter(({ Timestamp, ResourceStatusReason }) => ResourceStatusReason && Timestamp! >= since);
      reasons.push(...said.map(({ LogicalResourceId, ResourceStatus, ResourceStatusReason }) => `${ResourceStatus} ${LogicalResourceId} ${ResourceStatusReason}`));
    }
    return reasons.reverse();
  }

  /** Puts what the templates refer to, and the templates, into the bucket of the bootstrap stack, unless they are there. */
  private async publish(assembly: CloudAssembly): Promise<void> {
    const manifests = readdirSync(assembly.directory).filter((name) => name.endsWith('.assets.json'));
    for (const name of manifests) {
      const { files = {} } = JSON.parse(readFileSync(join(assembly.directory, name), 'utf8')) as { files?: Record<string, AssetFile> };
      const copies = Object.values(files).map(({ source, destinations }) => ({ source, ...Object.values(destinations)[0] }));
      await Promise.all(copies.map(async ({ source, bucketName: Bucket, objectKey: Key }) => {
        const isThere = await this.s3.send(new HeadObjectCommand({ Bucket, Key })).then(() => true, () => false);
        if (!isThere) {
          const path = resolve(assembly.directory, source.path);
          await this.s3.send(new PutObjectCommand({ Bucket, Key, Body: source.packaging === 'zip' ? packed(path, Key) : readFileSync(path) }));
        }
      }));
    }
  }
}

function templateUrl({ stackTemplateAssetObjectUrl }: CloudFormationStackArtifact, region: string): string {
  const [, bucket, key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(stackTemplateAssetObjectUrl!.replaceAll('${AWS::Region}', region))!;
  return `https://s3.${region}.amazonaws.com/${bucket}/${key}`;
}

/** A folder as a zip; its name says what is in it. */
function packed(folder: string, name: string): Buffer {
  const file = join(PACKED, name);
  if (!existsSync(file)) {
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((each) => statSync(join(folder, each)).isFile());
    mkdirSync(dirname(file), { recursive: true });
    const draft = `${file}.${process.pid}`;
    const contents = Object.fromEntries(files.map((each) => [each.replaceAll('\\', '/'), readFileSync(join(folder, each))]));
    writeFileSync(draft, zipSync(contents, { level: 1 }));
    renameSync(draft, file);
  }
  return readFileSync(file);
}
