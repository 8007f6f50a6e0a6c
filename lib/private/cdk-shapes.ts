import { Token } from 'aws-cdk-lib';
import * as logs from 'aws-cdk-lib/aws-logs';
import { aNumber, aRemovalPolicy, aText, Check, having, listOf, options, Shape } from './shape';
import { AlarmOptions } from '../alarm-options';
import { RootAccessFunctionOptions } from '../function-options';

export const aTopic = having('topicArn', 'a topic, such as an sns.Topic');
export const aBucket = having('bucketArn', 'a bucket, such as an s3.Bucket');
export const aKey = having('keyArn', 'a key, such as a kms.Key');
export const aPrincipal = having('policyFragment', 'a principal, such as an iam.Role or an iam.ArnPrincipal');
export const aGuardrail = having('policyId', 'a RootUserGuardrail, or one that is imported');
export const anAlarmAction = having('bind', 'an alarm action, such as an SnsAction');
export const anEventBus = having('eventBusArn', 'an event bus, such as an events.EventBus');
export const aSchedule = having('expressionString', 'a ScheduleExpression, such as ScheduleExpression.rate(Duration.days(1))');
export const someFeatures = having('managementAccountId', 'an OrgRootAccessFeatures, or one that is imported');
export const anAccountSelection = having('_selection', 'an AccountSelection, such as AccountSelection.organization()');
export const ALARMS: Shape<AlarmOptions> = { needed: {}, optional: { actions: listOf(anAlarmAction), okActions: listOf(anAlarmAction) } };
export const someTexts = listOf(aText);

const aRetention: Check = {
  allowed: 'a logs.RetentionDays', accepts: (value) => typeof value === 'number' && (Token.isUnresolved(value) || logs.RetentionDays[value] !== undefined),
};

const FUNCTION_OPTIONS: Shape<RootAccessFunctionOptions> = {
  needed: {},
  optional: {
    runtime: having('family', 'a lambda.Runtime'),
    memorySize: aNumber,
    architecture: having('dockerPlatform', 'a lambda.Architecture'),
    environmentEncryption: aKey,
    logGroup: having('logGroupArn', 'a log group, such as a logs.LogGroup'),
    logRetention: aRetention,
    logRemovalPolicy: aRemovalPolicy,
    vpc: having('vpcId', 'a VPC, such as an ec2.Vpc'),
    vpcSubnets: options({ needed: {}, optional: {} }),
    securityGroups: listOf(having('securityGroupId', 'a security group, such as an ec2.SecurityGroup')),
  },
};

export const someFunctionOptions = options(FUNCTION_OPTIONS);
