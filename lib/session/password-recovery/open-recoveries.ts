import { CustomResource, Duration } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct, IDependable } from 'constructs';
import { PasswordRecovery } from './password-recovery-runbooks';
import { RootAccessFunctionOptions } from '../../function-options';
import { RECOVERIES_PREFIX } from '../../private/contract';
import { Handler } from '../../private/handler';
import { handlerProvider, ownStackEnvironment } from '../../private/handler-provider';
import { executionsOf } from '../../private/state-machine';
import { listBelow, readOwnStack } from '../../private/statements';
import { OPEN_RECOVERIES, OPEN_RECOVERIES_RESOURCE_TYPE } from '../contract';

/** It reads a record for each account that ever had a recovery. */
const HANDLER_TIMEOUT = Duration.minutes(5);
const SERVICE_TIMEOUT = Duration.minutes(7);

export interface OpenRecoveriesProps {
  readonly recoveries: PasswordRecovery;
  readonly bucket: s3.IBucket;
  readonly options?: RootAccessFunctionOptions;
}

/**
 * Refuses to be deleted while a password recovery is open: without the closer, nothing deletes the password. CloudFormation deletes it before everything that
 * it depends on, so a stack whose deletion is refused still has its runbooks. Its function only reads.
 */
export class OpenRecoveries extends Construct {
  public readonly role: iam.IRole;
  private readonly resource: CustomResource;

  constructor(scope: Construct, id: string, { recoveries: { allow, close, closer }, bucket, options }: OpenRecoveriesProps) {
    super(scope, id);
    const handler = new Handler(this, 'Handler', {
      contract: OPEN_RECOVERIES,
      description: 'Password recovery: refuses the deletion of the runbooks while one is open',
      timeout: HANDLER_TIMEOUT,
      memorySize: 256,
      environment: {
        ...ownStackEnvironment(this),
        RECORDS_BUCKET: bucket.bucketName,
        CLOSER_STATE_MACHINE_ARN: closer.stateMachineArn,
        ALLOW_STATE_MACHINE_ARN: allow.stateMachine.stateMachineArn,
        CLOSE_DOCUMENT: close.documentName,
      },
      calls: ['cloudformation', 's3', 'states'],
      options,
    });
    this.role = handler.role;
    handler.allow(
      new iam.PolicyStatement({ actions: ['s3:GetObject'], resources: [bucket.arnForObjects(`${RECOVERIES_PREFIX}*`)] }),
      listBelow(bucket, RECOVERIES_PREFIX),
      new iam.PolicyStatement({ actions: ['states:ListExecutions'], resources: [closer.stateMachineArn] }),
      new iam.PolicyStatement({ actions: ['states:DescribeExecution'], resources: [executionsOf(closer)] }),
      ...readOwnStack(this),
    );
    this.resource = new CustomResource(this, 'Resource', {
      serviceToken: handlerProvider(this, 'Provider', { onEvent: handler, options }).serviceToken,
      serviceTimeout: SERVICE_TIMEOUT,
      resourceType: OPEN_RECOVERIES_RESOURCE_TYPE,
    });
  }

  /** Keeps things for as long as a recovery is open. */
  public keep(...things: IDependable[]) {
    this.resource.node.addDependency(...things);
  }
}
