import {
  DescribeExecutionCommand, type DescribeExecutionOutput, type ExecutionListItem, paginateListExecutions, type SFNClient, StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { COUNT_ATTRIBUTES, REPORT_ATTRIBUTE, SUMMARY_ATTRIBUTE, type SweepSummary } from '../../../lib/sweep/contract';
import { failure, isDenied, isNamed } from '../../aws/errors';
import { everyItem } from '../../aws/pages';
import { readUntil, retryWhile, seconds, type Patience } from '../../aws/patience';
import { OF_DEPLOYMENTS } from '../run-folder';
import { messageOfCause } from '../state-error';

/** A policy made seconds ago takes effect late. */
const PERMISSIONS = seconds(60);

/** Step Functions stops an execution at once, and may show it as running some moments longer. */
const STOPPING = seconds(60);

/** The sweeps of one state machine, as a deployment deals with them. */
export class Sweeps {
  constructor(private readonly client: SFNClient, private readonly stateMachineArn: string) {}

  /**
   * The execution that sweeps for a request of CloudFormation: asked twice, it is still one sweep. A request that comes again after its sweep has failed
   * begins another one, under a name that is free.
   */
  async executionFor(requestId: string): Promise<string> {
    const first = `${OF_DEPLOYMENTS}${requestId}`;
    for (let attempt = 1; ; attempt++) {
      const name = attempt === 1 ? first : `${first}-${attempt}`;
      const status = await this.statusOf(name);
      if (status === undefined || status === 'RUNNING' || status === 'SUCCEEDED') {
        return name;
      }
    }
  }

  /** Starts it unless it is there. */
  async start(name: string): Promise<void> {
    try {
      await this.patiently(() => this.client.send(new StartExecutionCommand({ stateMachineArn: this.stateMachineArn, name, input: '{}' })));
    } catch (error) {
      if (!isNamed(error, 'ExecutionAlreadyExists')) {
        throw error;
      }
    }
  }

  /** Stops what runs, and waits until nothing does. */
  async stopAll(cause: string, which: (name: string) => boolean = () => true, patience: Patience = STOPPING): Promise<void> {
    const running = async () => (await this.running()).filter(({ name }) => which(name!));
    const stopped = new Set<string>();
    const left = await readUntil(({ length }) => length === 0, patience, async () => {
      const found = await running();
      for (const { executionArn } of found.filter((each) => !stopped.has(each.executionArn!))) {
        await this.stop(executionArn!, 'DeploymentOver', cause);
        stopped.add(executionArn!);
      }
      return found;
    });
    if (left.length > 0) {
      throw new Error(`these sweeps could not be stopped: ${left.map(({ name }) => name).join(', ')}; stop them in Step Functions, then deploy again`);
    }
  }

  async stop(executionArn: string, error: string, cause: string): Promise<void> {
    await this.patiently(() => this.client.send(new StopExecutionCommand({ executionArn, error, cause })));
  }

  arnOf(name: string): string {
    return `${this.stateMachineArn.replace(':stateMachine:', ':execution:')}:${name}`;
  }

  /** The name of an execution, if a request started it: nobody may have another one stopped. */
  nameOf(executionArn: string, requestId: string): string {
    const name = executionArn.split(':').at(-1)!;
    if (executionArn !== this.arnOf(name) || !isFor(requestId, name)) {
      throw failure('RequestRefused', `the request did not start the execution ${executionArn}`);
    }
    return name;
  }

  describe(executionArn: string): Promise<DescribeExecutionOutput> {
    return this.patiently(() => this.client.send(new DescribeExecutionCommand({ executionArn })));
  }

  private async statusOf(name: string): Promise<string | undefined> {
    try {
      return (await this.describe(this.arnOf(name))).status;
    } catch (error) {
      if (isNamed(error, 'ExecutionDoesNotExist')) {
        return undefined;
      }
      throw error;
    }
  }

  private running(): Promise<ExecutionListItem[]> {
    const pages = () => paginateListExecutions({ client: this.client }, { stateMachineArn: this.stateMachineArn, statusFilter: 'RUNNING' });
    return this.patiently(() => everyItem('states:ListExecutions', pages(), ({ executions }) => executions));
  }

  private patiently<T>(call: () => Promise<T>): Promise<T> {
    return retryWhile(isDenied, PERMISSIONS, call);
  }
}

/** Whether an execution sweeps for a request of CloudFormation. */
export function isFor(requestId: string, name: string): boolean {
  const first = `${OF_DEPLOYMENTS}${requestId}`;
  return name === first || (name.startsWith(`${first}-`) && /^\d+$/.test(name.slice(first.length + 1)));
}

/** The summary of a deployment's sweep that has succeeded; throws when it has failed, or takes longer than the deployment may. */
export async function summaryOf(sweeps: Sweeps, executionArn: string, timeoutSeconds: number): Promise<SweepSummary | undefined> {
  const execution = await sweeps.describe(executionArn);
  switch (execution.status) {
    case 'SUCCEEDED':
      return (JSON.parse(execution.output!) as { summary: SweepSummary }).summary;
    case 'RUNNING':
    case 'PENDING_REDRIVE':
      return giveUpAfter(timeoutSeconds, sweeps, execution);
    case 'FAILED':
      throw new Error(execution.cause ? messageOfCause(execution.cause) : `the sweep failed: ${execution.error ?? 'no reason was given'} (${executionArn})`);
    case 'ABORTED':
      throw new Error(`the sweep was stopped by somebody (${execution.error ?? 'no reason was given'}): ${executionArn}; deploy again to sweep again`);
    default: // TIMED_OUT
      throw new Error(`the sweep ran longer than its state machine may: ${executionArn}; select fewer accounts, or raise concurrency`);
  }
}

async function giveUpAfter(timeoutSeconds: number, sweeps: Sweeps, { executionArn, startDate }: DescribeExecutionOutput): Promise<undefined> {
  if (Date.now() < startDate!.getTime() + timeoutSeconds * 1_000) {
    return undefined;
  }
  await sweeps.stop(executionArn!, 'DeploymentTimedOut', `the deployment waits ${timeoutSeconds} s for it`);
  throw new Error(
    `the sweep did not end within ${timeoutSeconds} s and was stopped: ${executionArn}; what it deleted stays deleted, and accounts under way are brought to their end. `
    + 'Raise deploymentTimeout (at most 1 hour) or concurrency, or select fewer accounts',
  );
}

/** The attributes of the custom resource. Every answer has them: an output that asks for one that is missing fails the deployment. */
export function attributesOf(summary: SweepSummary | undefined): Record<string, string> {
  return {
    [SUMMARY_ATTRIBUTE]: summary === undefined ? 'no sweep of a deployment has succeeded yet' : lineOf(summary),
    [REPORT_ATTRIBUTE]: summary?.report ?? NONE,
    ...countsOf(summary),
  };
}

const NONE = 'none';

function countsOf(summary: SweepSummary | undefined): Record<string, string> {
  const text = (count: number | undefined) => String(count ?? NONE);
  return {
    [COUNT_ATTRIBUTES.accountsSwept]: text(summary && sweptOf(summary)),
    [COUNT_ATTRIBUTES.accountsFailed]: text(summary?.accounts.failed),
    [COUNT_ATTRIBUTES.credentialsFound]: text(summary?.credentials.found),
    [COUNT_ATTRIBUTES.credentialsDeleted]: text(summary?.credentials.deleted),
    [COUNT_ATTRIBUTES.credentialsKept]: text(summary?.credentials.kept),
  };
}

const sweptOf = ({ accounts: { skipped = 0, ...swept } }: SweepSummary) => Object.values(swept).reduce((sum, count) => sum + count, 0);

function lineOf({ accounts, credentials: { found, deleted, kept } }: SweepSummary): string {
  const outcomes = Object.entries(accounts).filter(([, count]) => count > 0).map(([outcome, count]) => `${count} ${outcome}`);
  return `accounts: ${outcomes.join(', ') || 'none'}; root credentials: ${found} found, ${deleted} deleted, ${kept} kept`;
}
