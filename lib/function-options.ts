import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';

/** Options of the Lambda functions of a construct. */
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
   * How long to retain the logs of the functions. The log groups are retained when the stack is deleted.
   *
   * @default logs.RetentionDays.ONE_YEAR
   */
  readonly logRetention?: logs.RetentionDays;

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
