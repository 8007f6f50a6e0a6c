import { CustomResource, Duration, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { Sweep } from './sweep';
import { HandlerOptions } from '../handler-options';
import {
  MACHINE_VARIABLE, REPORT_ATTRIBUTE, SCHEDULE_FROM_ATTRIBUTE, SUMMARY_ATTRIBUTE, SWEEP_RESOURCE_TYPE, SweepProperties, SweepSettings,
  TIMEOUT_VARIABLE,
} from '../private/contract';
import { HandlerFunction } from '../private/handler-function';
import { handlerProvider } from '../private/handler-provider';

export interface SweepOnDeployProps {
  readonly sweep: Sweep;
  readonly settings: SweepSettings;
  /** The longest that a deployment waits for the sweep. */
  readonly timeout: Duration;
  /** A sweep runs when it changes. */
  readonly nonce?: string;
  /** Expression of a schedule that needs to know from when on it may start sweeps. */
  readonly schedule?: string;
  readonly options?: HandlerOptions;
}

const QUERY_INTERVAL = Duration.seconds(5);

/** The framework's own timeout says nothing of the sweep and does not stop it, so the function gives up a little earlier. */
const GIVE_UP_EARLIER = Duration.seconds(90);

/** What decides whether a deployment has anything to sweep. */
const sweepOf = ({ work, selection, credentials, dryRun, protection, failOnFindings }: SweepSettings) =>
  ({ work, selection, credentials, dryRun, protection, failOnFindings });

/** Starts a sweep in a deployment, and lets the deployment succeed or fail with it. */
export class SweepOnDeploy extends Construct {
  /** It exists when the deployment's own sweep has ended. */
  readonly resource: CustomResource;
  /** A time shortly after the last deployment's sweep, for the schedule that was given. */
  readonly scheduleFrom: string;
  /** What the latest sweep of a deployment did, and the address of its report. */
  readonly summary: string;
  readonly report: string;

  constructor(scope: Construct, id: string, { sweep, settings, timeout, nonce, schedule, options }: SweepOnDeployProps) {
    super(scope, id);
    const { stateMachine } = sweep;
    const stack = Stack.of(this);
    const handler = (name: string, entry: string, description: string, environment: Record<string, string>) => new HandlerFunction(this, name, {
      asset: 'sweep-deployment',
      handler: entry,
      description,
      timeout: Duration.minutes(2),
      memorySize: 256,
      environment,
      options,
    });

    const start = handler('Start', 'onEvent', 'Root credentials sweep: starts with a deployment', { [MACHINE_VARIABLE]: stateMachine.stateMachineArn });
    const startPolicy = new iam.Policy(this, 'StartPolicy', {
      roles: [start.role!],
      statements: [
        new iam.PolicyStatement({ actions: ['states:StartExecution'], resources: [stateMachine.stateMachineArn] }),
        new iam.PolicyStatement({ actions: ['cloudformation:DescribeStacks'], resources: [stack.stackId] }), // whether it is rolling back
      ],
    });

    const await_ = handler('Await', 'isComplete', 'Root credentials sweep: a deployment waits for its end', {
      [TIMEOUT_VARIABLE]: String(timeout.toSeconds() - GIVE_UP_EARLIER.toSeconds()),
    });
    const awaitPolicy = new iam.Policy(this, 'AwaitPolicy', {
      roles: [await_.role!],
      statements: [new iam.PolicyStatement({ actions: ['states:DescribeExecution', 'states:StopExecution'], resources: [sweep.executions] })],
    });

    const provider = handlerProvider(this, 'Provider', {
      onEventHandler: start,
      isCompleteHandler: await_,
      queryInterval: QUERY_INTERVAL,
      totalTimeout: timeout,
    }, options);
    this.resource = new CustomResource(this, 'Resource', {
      serviceToken: provider.serviceToken,
      serviceTimeout: timeout,
      resourceType: SWEEP_RESOURCE_TYPE,
      properties: { Sweep: sweepOf(settings), Nonce: nonce, Schedule: schedule } satisfies SweepProperties,
    });
    this.resource.node.addDependency(startPolicy, awaitPolicy, ...sweep.ready);
    this.scheduleFrom = this.resource.getAttString(SCHEDULE_FROM_ATTRIBUTE);
    this.summary = this.resource.getAttString(SUMMARY_ATTRIBUTE);
    this.report = this.resource.getAttString(REPORT_ATTRIBUTE);
  }
}
