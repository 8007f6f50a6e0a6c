import { GetPolicyCommand, GetPolicyVersionCommand, GetRoleCommand, GetRolePolicyCommand, IAMClient, paginateListAttachedRolePolicies, paginateListRolePolicies } from '@aws-sdk/client-iam';
import { GetBucketPolicyCommand, S3Client } from '@aws-sdk/client-s3';
import { unescapeXml } from './s3-actions';

export interface Policy {
  readonly name: string;
  readonly policy: unknown;
}

/** The policies of roles and of resources as the engine holds them; kept until something changes one. */
export class Policies {
  private readonly kept = new Map<string, Promise<unknown>>();
  private readonly clients = new Map<string, { readonly iam: IAMClient; readonly s3: S3Client }>();

  /** By the service in the ARN; undefined when the resource has none or does not exist. */
  private readonly readers: Readonly<Record<string, (arn: string) => Promise<string | undefined>>> = {
    sns: async (arn) => /<key>Policy<\/key>\s*<value>(.*?)<\/value>/s.exec(unescapeXml(await this.query(arn, { Action: 'GetTopicAttributes', TopicArn: arn })))?.[1],
    sqs: async (arn) => {
      const QueueUrl = `http://local/${accountOf(arn)}/${arn.split(':')[5]}`;
      return (await this.json(arn, 'AmazonSQS.GetQueueAttributes', { QueueUrl, AttributeNames: ['Policy'] }) as { Attributes?: { Policy?: string } }).Attributes?.Policy;
    },
    events: async (arn) => (await this.json(arn, 'AWSEvents.DescribeEventBus', { Name: arn.split('/').pop() }) as { Policy?: string }).Policy,
    lambda: async (arn) => (JSON.parse(await this.request(arn, { method: 'GET' }, `/2015-03-31/functions/${encodeURIComponent(arn)}/policy`)) as { Policy?: string }).Policy,
  };

  constructor(private readonly engine: string, private readonly region: string) {}

  /** Inline and attached policies; none when the role does not exist, since its sessions live longer. */
  ofRole(roleArn: string): Promise<Policy[]> {
    return this.keep(`role ${roleArn}`, async () => await unlessMissing(this.readRole(accountOf(roleArn), nameOf(roleArn)), 'NoSuchEntity') ?? []);
  }

  /** Undefined when the role does not exist. */
  trustOf(roleArn: string): Promise<unknown> {
    return this.keep(`trust ${roleArn}`, async () => {
      const { iam } = this.clientsOf(accountOf(roleArn));
      const answer = await unlessMissing(iam.send(new GetRoleCommand({ RoleName: nameOf(roleArn) })), 'NoSuchEntity');
      return answer && parse(answer.Role!.AssumeRolePolicyDocument!);
    });
  }

  /** Undefined when the bucket has none. */
  ofBucket(accountId: string, bucket: string): Promise<unknown> {
    return this.keep(`bucket ${accountId} ${bucket}`, async () => {
      const { s3 } = this.clientsOf(accountId);
      const answer = await unlessMissing(s3.send(new GetBucketPolicyCommand({ Bucket: bucket })), 'NoSuchBucketPolicy', 'NoSuchBucket');
      return answer && JSON.parse(answer.Policy!) as unknown;
    });
  }

  /** The policy of a topic, a queue, a bus or a function. */
  ofResource(arn: string): Promise<unknown> {
    return this.keep(`resource ${arn}`, async () => {
      const policy = await this.readers[arn.split(':')[2]]?.(arn);
      return policy && JSON.parse(policy) as unknown;
    });
  }

  /** Something changed: what is named so is read again. */
  forget(changed = /(?:)/) {
    [...this.kept.keys()].filter((name) => changed.test(name)).forEach((name) => this.kept.delete(name));
  }

  close() {
    this.clients.forEach(({ iam, s3 }) => {
      iam.destroy();
      s3.destroy();
    });
  }

  private keep<T>(name: string, read: () => Promise<T>): Promise<T> {
    const known = this.kept.get(name) as Promise<T> | undefined;
    if (known) {
      return known;
    }
    const reading = read();
    this.kept.set(name, reading);
    reading.catch(() => this.kept.delete(name));
    return reading;
  }

  private async readRole(accountId: string, role: string): Promise<Policy[]> {
    const { iam } = this.clientsOf(accountId);
    const inline: string[] = [];
    for await (const page of paginateListRolePolicies({ client: iam }, { RoleName: role })) {
      inline.push(...page.PolicyNames!);
    }
    const managed: string[] = [];
    for await (const page of paginateListAttachedRolePolicies({ client: iam }, { RoleName: role })) {
      managed.push(...page.AttachedPolicies!.map(({ PolicyArn }) => PolicyArn!));
    }
    // all names are known before the first policy is read: a role that is deleted meanwhile ends the lists, and leaves no reading behind that nothing waits for
    const policies = await Promise.all([...inline.map((name) => readInline(iam, role, name)), ...managed.map((arn) => readManaged(iam, arn))]
      .map((policy) => unlessMissing(policy, 'NoSuchEntity')));
    return policies.filter((policy) => policy !== undefined);
  }

  private query(arn: string, parameters: Readonly<Record<string, string>>) {
    return this.request(arn, { method: 'POST', body: new URLSearchParams(parameters).toString(), headers: { 'content-type': 'application/x-www-form-urlencoded' } });
  }

  private async json(arn: string, target: string, input: object): Promise<unknown> {
    return JSON.parse(await this.request(arn, { method: 'POST', body: JSON.stringify(input), headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': target } }));
  }

  /** In the account and the Region of the ARN; the engine looks at nothing but the scope of the signature. */
  private async request(arn: string, { headers, ...request }: RequestInit & { headers?: Record<string, string> }, path = '/') {
    const [, , service, region, accountId] = arn.split(':');
    const authorization = `AWS4-HMAC-SHA256 Credential=${accountId}/20260101/${region}/${service}/aws4_request, SignedHeaders=host, Signature=local`;
    return (await fetch(`${this.engine}${path}`, { ...request, headers: { ...headers, authorization } })).text();
  }

  private clientsOf(accountId: string) {
    const settings = { endpoint: this.engine, region: this.region, credentials: { accessKeyId: accountId, secretAccessKey: 'local' } };
    const known = this.clients.get(accountId) ?? {
      iam: new IAMClient(settings),
      s3: new S3Client({ ...settings, forcePathStyle: true, followRegionRedirects: true }),
    };
    this.clients.set(accountId, known);
    return known;
  }
}

async function readInline(iam: IAMClient, role: string, name: string): Promise<Policy> {
  const { PolicyDocument } = await iam.send(new GetRolePolicyCommand({ RoleName: role, PolicyName: name }));
  return { name, policy: parse(PolicyDocument!) };
}

async function readManaged(iam: IAMClient, arn: string): Promise<Policy> {
  const { Policy: policy } = await iam.send(new GetPolicyCommand({ PolicyArn: arn }));
  const { PolicyVersion } = await iam.send(new GetPolicyVersionCommand({ PolicyArn: arn, VersionId: policy!.DefaultVersionId }));
  return { name: arn, policy: parse(PolicyVersion!.Document!) };
}

/** IAM sends documents URL-encoded. */
function parse(document: string): unknown {
  return JSON.parse(decodeURIComponent(document));
}

async function unlessMissing<T>(answer: Promise<T>, ...codes: string[]): Promise<T | undefined> {
  return answer.catch((error: Error) => {
    if (codes.some((code) => error.name.startsWith(code))) {
      return undefined;
    }
    throw error;
  });
}

const accountOf = (arn: string) => arn.split(':')[4];
const nameOf = (roleArn: string) => roleArn.split('/').pop()!;
