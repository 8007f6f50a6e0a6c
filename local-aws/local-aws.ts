import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { CloudWatchLogsClient, paginateDescribeLogGroups, paginateFilterLogEvents } from '@aws-sdk/client-cloudwatch-logs';
import { Engine } from './engine/engine';
import { Front } from './front/front';
import type { FakeOrganization } from './organization';

const PROJECT = join(__dirname, '..');
const CDK = join(PROJECT, 'node_modules/aws-cdk/bin/cdk');
/** With the project's own commands, as under npm. */
const PATH = [join(PROJECT, 'node_modules/.bin'), process.env.PATH].join(delimiter);

export interface LocalAwsProps {
  readonly organization: FakeOrganization;
  /** @default us-east-1 */
  readonly region?: string;
  /** Invocations that may run at once in an account, as the quota of AWS Lambda; a new account of AWS has 10. 0 for no limit. @default 10 */
  readonly lambdaConcurrency?: number;
  /** Moves with `advance`; give the same to the organization, for its sessions to end by it. @default one of its own */
  readonly clock?: LocalClock;
}

/** The time of the local AWS: that of the machine, and ahead of it by what was advanced. */
export class LocalClock {
  private offset = 0;

  readonly now = () => Date.now() + this.offset;

  advance(milliseconds: number) {
    this.offset += milliseconds;
  }
}

/** An event as EventBridge's PutEvents takes it; the source may be one of AWS's own, `aws.organizations`. */
export interface AwsEvent {
  readonly source: string;
  readonly detailType: string;
  readonly detail: Readonly<Record<string, unknown>>;
  readonly resources?: readonly string[];
  /** @default the management account */
  readonly accountId?: string;
  /** @default the Region of the local AWS */
  readonly region?: string;
}

/** Where something is. @default the management account, the Region of the local AWS */
export interface Place {
  readonly accountId?: string;
  readonly region?: string;
}

export interface ScheduleName extends Place {
  readonly name: string;
  /** @default default */
  readonly group?: string;
}

export interface Delivery {
  readonly delivered: boolean;
  /** Why it was not delivered. */
  readonly error?: string;
  /** The execution that a state machine as target was started with. */
  readonly executionArn?: string | null;
}

export interface Metric {
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  /** In the order in which they came. */
  readonly values: readonly number[];
}

export interface Alarm {
  readonly name: string;
  readonly state: 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';
  readonly reason: string;
}

export interface PublishedMessage {
  readonly id: string;
  readonly subject: string | null;
  readonly message: string;
}

export interface CdkOptions {
  /** The command that synthesizes, or a folder of templates that was synthesized before; cdk.json's build step is left out. @default the one of cdk.json */
  readonly app?: string;
  /** Variables for the app, beside those of `LocalAws.environment()`. */
  readonly environment?: Readonly<Record<string, string>>;
  /** The account whose administrator runs the command. @default the management account */
  readonly accountId?: string;
  /** Folder in which it runs. @default the project's */
  readonly cwd?: string;
  readonly onLine?: (line: string) => void;
}

export interface CdkResult {
  readonly code: number;
  readonly output: string;
}

export interface ResourceUnderWay {
  readonly logicalId: string;
  readonly physicalId: string;
  readonly status: string;
}

/** An AWS that runs on this machine: one endpoint, an organization and a deployment engine behind it. */
export class LocalAws {
  static async start({ organization, region = 'us-east-1', lambdaConcurrency = 10, clock = new LocalClock() }: LocalAwsProps): Promise<LocalAws> {
    const secret = randomUUID();
    const workFolder = mkdtempSync(join(tmpdir(), 'local-aws-'));
    const front = await Front.listen(organization, secret);
    try {
      const accountId = organization.managementAccountId;
      const engine = await Engine.start({ endpoint: front.endpoint, secret, accountId, region, workFolder, lambdaConcurrency });
      front.connect(engine.port, region);
      return new LocalAws(organization, region, workFolder, front, engine, secret, clock);
    } catch (error) {
      await front.close();
      rmSync(workFolder, { recursive: true, force: true });
      throw error;
    }
  }

  private readonly accounts: Set<string>;

  private constructor(
    readonly organization: FakeOrganization,
    readonly region: string,
    readonly workFolder: string,
    private readonly front: Front,
    private readonly engine: Engine,
    private readonly secret: string,
    readonly clock: LocalClock,
  ) {
    this.accounts = new Set([organization.managementAccountId]);
  }

  get endpoint(): string {
    return this.front.endpoint;
  }

  /** The process that runs functions and deployments. */
  get engineProcessId(): number {
    return this.engine.processId;
  }

  /** Variables with which aws, cdk and every SDK talk to the local AWS as administrator of that account, and with nothing else. */
  environment(accountId = this.organization.managementAccountId): Record<string, string> {
    this.accounts.add(accountId);
    return {
      AWS_ENDPOINT_URL: this.endpoint,
      AWS_REGION: this.region,
      AWS_DEFAULT_REGION: this.region,
      AWS_ACCESS_KEY_ID: accountId,
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_CONFIG_FILE: join(this.workFolder, 'no-config'),
      AWS_SHARED_CREDENTIALS_FILE: join(this.workFolder, 'no-credentials'),
      CDK_HOME: join(this.workFolder, 'cdk'),
      CDK_DISABLE_CLI_TELEMETRY: 'true',
      CI: 'true',
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    };
  }

  /** The same for an SDK client of this process. */
  clientSettings(accountId = this.organization.managementAccountId, region = this.region) {
    this.accounts.add(accountId);
    return { endpoint: this.endpoint, region, credentials: { accessKeyId: accountId, secretAccessKey: 'local' } };
  }

  /** Puts events on the default bus, those of AWS's own services too. */
  async putAwsEvents(events: readonly AwsEvent[]): Promise<void> {
    for (const { source, detailType, detail, resources, accountId = this.organization.managementAccountId, region = this.region } of events) {
      const entry = { Source: source, DetailType: detailType, Detail: JSON.stringify(detail), Resources: resources };
      await this.control('events', { account: accountId, region, entries: [entry] });
    }
  }

  /**
   * What AWS Organizations sends once an account has joined: to the management account's bus in us-east-1 and to no other.
   *
   * AWS documents the event's source and name; its detail type and where the id stands are as in its event of an account that was created.
   */
  async putAccountJoined(accountId: string): Promise<void> {
    const { managementAccountId } = this.organization;
    await this.putAwsEvents([{
      source: 'aws.organizations',
      detailType: 'AWS Service Event via CloudTrail',
      detail: {
        eventSource: 'organizations.amazonaws.com',
        eventName: 'AccountJoinedOrganization',
        recipientAccountId: managementAccountId,
        userIdentity: { accountId: managementAccountId, invokedBy: 'AWS Internal' },
        serviceEventDetails: { accountId, joinedMethod: 'INVITED' },
      },
      region: 'us-east-1',
    }]);
  }

  /**
   * Moves the clock of executions, functions, schedules and alarms: what waits for a time that has come then goes on at once. That is Wait states, retries,
   * timeouts of machines and of tasks with a token, `$$.State.EnteredTime`, and `Date` in functions; a schedule whose time has passed fires once.
   *
   * By itself it runs as that of the machine, but for pauses between two tries: those of functions (`timers/promises`) and retries of up to a minute are a tenth as long.
   */
  async advance(milliseconds: number): Promise<void> {
    await this.control('advance', { seconds: milliseconds / 1000 });
    this.clock.advance(milliseconds);
  }

  /** What was published to a topic, oldest first. */
  async published(topicArn: string): Promise<PublishedMessage[]> {
    return await this.control('published', { topic: topicArn }) as PublishedMessage[];
  }

  /** The topics to which something was published, by ARN. */
  async topics(): Promise<string[]> {
    return await this.control('topics', {}) as string[];
  }

  /** Fires a schedule as if its time had come: what it declares is delivered, with the permissions of its role. */
  async fireSchedule({ name, group = 'default', accountId = this.organization.managementAccountId, region = this.region }: ScheduleName): Promise<Delivery> {
    return await this.control('fire-schedule', { name, group, account: accountId, region }) as Delivery;
  }

  /** The metrics of a namespace. */
  async metrics(namespace: string, { accountId = this.organization.managementAccountId, region = this.region }: Place = {}): Promise<Metric[]> {
    return await this.control('metrics', { namespace, account: accountId, region }) as Metric[];
  }

  /** Every alarm as it is now. */
  async alarms({ accountId = this.organization.managementAccountId, region = this.region }: Place = {}): Promise<Alarm[]> {
    return await this.control('alarms', { account: accountId, region }) as Alarm[];
  }

  /**
   * Another resource of a stack fails, so that the custom resources that are under way in it are cancelled.
   *
   * @returns how many there were
   */
  async failSibling(stackId: string): Promise<number> {
    return await this.control('fail-sibling', { stackId }) as number;
  }

  /** Has CloudFormation report of a stack and of a resource in it what it does when it is about to send a request, for a test that sends it itself. */
  async underWay(stackId: string, stackStatus: string, resource: ResourceUnderWay): Promise<void> {
    await this.control('under-way', { stackId, stackStatus, ...resource });
  }

  /** Every line that any function logged, in every account that was used. */
  async logLines(): Promise<string[]> {
    const lines: string[] = [];
    for (const accountId of this.accounts) {
      const client = new CloudWatchLogsClient(this.clientSettings(accountId));
      for await (const { logGroups } of paginateDescribeLogGroups({ client }, {})) {
        for (const { logGroupName } of logGroups!) {
          for await (const { events } of paginateFilterLogEvents({ client }, { logGroupName })) {
            lines.push(...events!.map(({ message }) => message!));
          }
        }
      }
      client.destroy();
    }
    return lines;
  }

  /** Runs the project's own CDK CLI. */
  async cdk(args: readonly string[], { app, environment, accountId, cwd = PROJECT, onLine }: CdkOptions = {}): Promise<CdkResult> {
    const output = `--output=${join(this.workFolder, `cdk.out-${randomUUID()}`)}`;
    const child = spawn(process.execPath, [CDK, ...args, ...app ? ['--app', app, '--build='] : [], output, '--no-notices'], {
      cwd,
      env: { PATH, HOME: this.workFolder, ...this.environment(accountId), ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const lines: string[] = [];
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        lines.push(line);
        onLine?.(line);
      });
    }
    const code = await new Promise<number>((resolve, reject) => child.once('error', reject).once('close', (exit) => resolve(exit ?? 1)));
    return { code, output: lines.join('\n') };
  }

  /** What no user of AWS can do. */
  private async control(name: string, request: object): Promise<unknown> {
    const answer = await fetch(`http://127.0.0.1:${this.engine.port}/_local/${name}`, {
      method: 'POST',
      headers: { 'x-local-secret': this.secret },
      body: JSON.stringify(request),
    });
    const text = await answer.text();
    if (!answer.ok) {
      throw new Error(`the engine refused ${name}: HTTP ${answer.status} ${text}`);
    }
    return JSON.parse(text);
  }

  /** Ends every process and removes the work folder. */
  async stop(): Promise<void> {
    await this.engine.stop();
    await this.front.close();
    rmSync(this.workFolder, { recursive: true, force: true });
  }
}
