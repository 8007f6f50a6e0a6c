import { RemovalPolicy } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';

/** Options of all Lambda functions of a construct, including the functions of the CDK's Provider framework. */
export interface RootAccessFunctionOptions {
  /**
   * Runtime of the functions, Node.js 22 or later.
   *
   * The default is a fixed version, so that an upgrade of the CDK does not change your functions.
   *
   * @default lambda.Runtime.NODEJS_22_X
   */
  readonly runtime?: lambda.Runtime;

  /**
   * Amount of memory of each function, in MiB, from 512 to 10,240.
   *
   * Lambda allocates CPU in proportion to memory.
   *
   * @default - what each function needs, at most 1,024 MiB
   */
  readonly memorySize?: number;

  /**
   * Architecture of the functions.
   *
   * @default - ARM_64, and X86_64 for the functions of the Provider framework
   */
  readonly architecture?: lambda.Architecture;

  /**
   * KMS key that encrypts the environment variables of the functions.
   *
   * Adds `kms:Decrypt` on the key, through Lambda only, to the roles of the functions. The variables contain names,
   * ARNs and settings, and no secrets.
   *
   * @default - a key that AWS manages
   */
  readonly environmentEncryption?: kms.IKey;

  /**
   * Log group for the functions.
   *
   * The state machines of the construct have log groups of their own.
   *
   * @default - a new log group for each function; the functions of the Provider framework share one
   */
  readonly logGroup?: logs.ILogGroup;

  /**
   * How long to retain the logs in the log groups that the construct creates.
   *
   * @default logs.RetentionDays.ONE_YEAR
   */
  readonly logRetention?: logs.RetentionDays;

  /**
   * What happens to the log groups that the construct creates when they are removed from the stack or the stack is
   * deleted: RETAIN or DESTROY.
   *
   * @default RemovalPolicy.RETAIN
   */
  readonly logRemovalPolicy?: RemovalPolicy;

  /**
   * VPC for the functions, including the functions of the CDK's Provider framework.
   *
   * The functions must reach IAM, STS, Organizations, S3, SQS, SNS, EventBridge, Step Functions, Lambda and
   * CloudFormation. IAM and Organizations offer VPC endpoints in us-east-1 only; in other Regions the subnets need
   * a route to the internet. For isolated subnets, synthesis warns about each service for which the app creates no
   * endpoint in the VPC.
   *
   * Adds the permissions to manage network interfaces (`ec2:CreateNetworkInterface`,
   * `ec2:DescribeNetworkInterfaces`, `ec2:DescribeSubnets`, `ec2:DeleteNetworkInterface`,
   * `ec2:AssignPrivateIpAddresses`, `ec2:UnassignPrivateIpAddresses`) to the roles of the functions.
   *
   * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
   *
   * @default - the functions do not run in a VPC
   */
  readonly vpc?: ec2.IVpc;

  /**
   * Subnets of the VPC in which to place the functions.
   *
   * @default - private subnets with a route to the internet
   */
  readonly vpcSubnets?: ec2.SubnetSelection;

  /**
   * Security groups to associate with the functions.
   *
   * @default - a new security group for each function; a function of the Provider framework shares that of the
   * function that it invokes
   */
  readonly securityGroups?: ec2.ISecurityGroup[];
}
