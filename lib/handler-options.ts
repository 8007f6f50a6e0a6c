import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';

/** How the Lambda functions of a construct run. */
export interface HandlerOptions {
  /**
   * Runtime of the functions: Node.js 22 or newer.
   *
   * It is pinned rather than the latest, so that an upgrade of the CDK does not change your functions.
   *
   * @default lambda.Runtime.NODEJS_22_X
   */
  readonly runtime?: lambda.Runtime;

  /**
   * How long the functions' logs are kept. The log groups stay when the stack is deleted.
   *
   * @default logs.RetentionDays.ONE_YEAR
   */
  readonly logRetention?: logs.RetentionDays;

  /**
   * VPC in which the functions run, those of the CDK's Provider framework included.
   *
   * They need to reach IAM, STS, Organizations, S3, SQS, SNS, EventBridge, Step Functions, Lambda and CloudFormation. IAM and
   * Organizations have endpoints for a VPC in us-east-1 alone; elsewhere a route to the internet is needed. In isolated
   * subnets, synth warns of each service for which the app makes no endpoint in the VPC.
   * Adds the permissions to manage network interfaces (`ec2:CreateNetworkInterface`, `ec2:DescribeNetworkInterfaces`,
   * `ec2:DescribeSubnets`, `ec2:DeleteNetworkInterface`, `ec2:AssignPrivateIpAddresses`, `ec2:UnassignPrivateIpAddresses`)
   * to the functions' roles.
   *
   * @default - the functions do not run in a VPC
   */
  readonly vpc?: ec2.IVpc;

  /**
   * Subnets of the VPC.
   *
   * @default - private subnets with a route to the internet
   */
  readonly vpcSubnets?: ec2.SubnetSelection;

  /**
   * Security groups of the functions.
   *
   * @default - one new security group for each function; the Provider framework uses that of the function that it calls
   */
  readonly securityGroups?: ec2.ISecurityGroup[];
}
