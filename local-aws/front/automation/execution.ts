import { randomUUID } from 'node:crypto';
import type { SFNClient } from '@aws-sdk/client-sfn';
import type { Value } from './parameters';
import { asText, substitute } from './references';
import type { Runbook, Step } from './runbook';
import { executeStateMachine } from './state-machine-step';

export interface ExecutionProps {
  readonly documentName: string;
  readonly documentVersion: string;
  readonly runbook: Runbook;
  readonly parameters: Readonly<Record<string, Value>>;
  readonly accountId: string;
  readonly region: string;
  /** Who started it. */
  readonly executedBy: string;
  /** Signs as the role that the runbook assumes, or as whoever started it. */
  readonly client: SFNClient;
}

type Status = 'InProgress' | 'Success' | 'Failed' | 'Cancelling' | 'Cancelled' | 'TimedOut';

interface StepExecution {
  readonly step: Step;
  readonly id: string;
  readonly startTime: number;
  readonly inputs: Readonly<Record<string, Value>>;
  endTime?: number;
  status: Status;
  outputs: Readonly<Record<string, string>>;
  failure?: string;
}

/** One run of a runbook. */
export class AutomationExecution {
  readonly id = randomUUID();
  private readonly startTime = now();
  private readonly cancellation = new AbortController();
  private readonly steps: StepExecution[] = [];
  private status: Status = 'InProgress';
  private endTime?: number;
  private failure?: string;
  /** The step that runs now is the last one. */
  private completing = false;

  constructor(private readonly props: ExecutionProps) {}

  get isOver() {
    return this.endTime !== undefined;
  }

  async run(): Promise<void> {
    let step: Step | undefined = this.props.runbook.mainSteps[0];
    while (step && !this.completing) {
      step = this.following(await this.perform(step));
    }
    this.status = this.cancellation.signal.aborted ? 'Cancelled' : this.failure === undefined ? 'Success' : 'Failed';
    this.endTime = now();
    this.props.client.destroy();
  }

  /** Cancels the step that runs now, unless the type is `Complete`. */
  stop(type: string) {
    this.completing = true;
    if (type !== 'Complete') {
      this.status = 'Cancelling';
      this.cancellation.abort();
    }
  }

  describe() {
    const { documentName, documentVersion, parameters, executedBy, runbook } = this.props;
    const current = this.isOver ? undefined : this.steps.at(-1)?.step;
    return {
      ...this.summary(),
      DocumentName: documentName,
      DocumentVersion: documentVersion,
      ExecutedBy: executedBy,
      Mode: 'Auto',
      Parameters: Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, asTexts(value)])),
      StepExecutions: this.steps.map(describeStep),
      StepExecutionsTruncated: false,
      Outputs: Object.fromEntries((runbook.outputs ?? []).filter((name) => this.find(name) !== undefined)
        .map((name) => [name, asTexts(this.lookUp(name))])),
      FailureMessage: this.failure,
      CurrentStepName: current?.name,
      CurrentAction: current?.action,
    };
  }

  summary() {
    const { documentName, documentVersion, executedBy } = this.props;
    return {
      AutomationExecutionId: this.id,
      AutomationExecutionStatus: this.status,
      DocumentName: documentName,
      DocumentVersion: documentVersion,
      ExecutedBy: executedBy,
      ExecutionStartTime: this.startTime,
      ExecutionEndTime: this.endTime,
      FailureMessage: this.failure,
    };
  }

  private async perform(step: Step): Promise<StepExecution> {
    const inputs = substitute(step.inputs, (name) => this.lookUp(name)) as Record<string, Value>;
    const execution: StepExecution = { step, id: randomUUID(), startTime: now(), inputs, status: 'InProgress', outputs: {} };
    this.steps.push(execution);
    const timeout = AbortSignal.timeout((step.timeoutSeconds ?? 3600 * 24 * 20) * 1000);
    for (let attempt = 1; attempt <= (step.maxAttempts ?? 1) && execution.status !== 'Success' && !this.completing; attempt++) {
      try {
        execution.outputs = await executeStateMachine(this.props.client, inputs, AbortSignal.any([this.cancellation.signal, timeout]));
        execution.status = 'Success';
      } catch (error) {
        execution.failure = `${(error as Error).name}: ${(error as Error).message}`;
        execution.status = this.cancellation.signal.aborted ? 'Cancelled' : timeout.aborted ? 'TimedOut' : 'Failed';
      }
    }
    execution.endTime = now();
    return execution;
  }

  private following({ step, status, failure }: StepExecution): Step | undefined {
    const steps = this.props.runbook.mainSteps;
    const next = step.isEnd ? undefined : step.nextStep ?? steps[steps.indexOf(step) + 1]?.name;
    const target = status === 'Success' || step.onFailure === 'Continue' ? next : /^step:(.*)$/.exec(step.onFailure ?? '')?.[1];
    if (status !== 'Success' && target === undefined) {
      this.failure = `Step fails when it is Execute/Cancelling action. ${failure}`;
    }
    return steps.find(({ name }) => name === target);
  }

  private lookUp(name: string): Value {
    const value = this.find(name);
    if (value === undefined) {
      throw new Error(`${name} has no value`);
    }
    return value;
  }

  private find(name: string): Value | undefined {
    const [step, output] = name.split('.');
    const outputs = this.steps.find((execution) => execution.step.name === step)?.outputs;
    return this.props.parameters[name] ?? this.systemVariables()[name] ?? outputs?.[output];
  }

  private systemVariables(): Readonly<Record<string, string>> {
    const time = new Date(this.startTime * 1000).toISOString();
    return {
      'global:ACCOUNT_ID': this.props.accountId,
      'global:DATE': time.slice(0, 10),
      'global:DATE_TIME': time.slice(0, 19).replace('T', '_').replace(/:/g, '.'),
      'global:REGION': this.props.region,
      'automation:EXECUTION_ID': this.id,
    };
  }
}

function describeStep({ step, id, startTime, endTime, inputs, outputs, status, failure }: StepExecution) {
  return {
    StepExecutionId: id,
    StepName: step.name,
    Action: step.action,
    StepStatus: status,
    ExecutionStartTime: startTime,
    ExecutionEndTime: endTime,
    Inputs: Object.fromEntries(Object.entries(inputs).map(([name, value]) => [name, asText(value)])),
    Outputs: Object.fromEntries(Object.entries(outputs).map(([name, value]) => [name, [value]])),
    FailureMessage: failure,
  };
}

function asTexts(value: Value): string[] {
  return (Array.isArray(value) ? value : [value]).map((item) => asText(item as Value));
}

/** Seconds, as the JSON protocol of AWS writes time. */
function now() {
  return Date.now() / 1000;
}
