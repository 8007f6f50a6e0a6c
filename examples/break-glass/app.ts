import { App, CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as sns from 'aws-cdk-lib/aws-sns';
import { AccountSelection, OrgRootAccessFeatures, RootSessionRunbooks } from 'cdk-root-access';
import { Settings } from './settings';

export const app = new App();

const settings = new Settings(app, ['exclude', 'protectedBuckets']);

const stack = new Stack(app, 'BreakGlass', {
  description: 'Break glass: what people else log in as root for, with a reason, an approval and a record',
  env: { account: process.env.CDK_DEFAULT_ACCOUNT, region: process.env.CDK_DEFAULT_REGION },
});

const features = new OrgRootAccessFeatures(stack, 'RootAccess');

// who is asked: subscribe the approvers, by mail or in your chat
const key = new kms.Key(stack, 'Key', { enableKeyRotation: true });
const topic = new sns.Topic(stack, 'Approvers', { masterKey: key, enforceSSL: true });

const runbooks = new RootSessionRunbooks(stack, 'Runbooks', {
  features,
  accounts: AccountSelection.organization({ exclude: settings.items('exclude') }),
  protectedBuckets: settings.items('protectedBuckets'),
  approvers: { topic, timeout: Duration.hours(2) },
  allowReplacement: true,
  passwordRecovery: { duration: Duration.hours(8), topic, reminders: [Duration.hours(1)] },
  alarms: { actions: [new SnsAction(topic)] },
  encryptionKey: key,
});

// alarms publish with no role: the topic and its key must let them
const alarms = new iam.ServicePrincipal('cloudwatch.amazonaws.com', { conditions: { StringEquals: { 'aws:SourceAccount': stack.account } } });
topic.grantPublish(alarms);
key.grant(alarms, 'kms:Decrypt', 'kms:GenerateDataKey*');

// two roles, and nobody may hold both: who starts does not approve
const person = (id: string) => new iam.Role(stack, id, { assumedBy: new iam.AccountRootPrincipal() });
const operators = person('Operators');
runbooks.grantStart(operators);
runbooks.grantReadRecords(operators);
const approvers = person('ApproversRole');
runbooks.grantApprove(approvers);

new CfnOutput(stack, 'UnlockBucket', { value: runbooks.unlockBucket.documentName });
new CfnOutput(stack, 'UnlockQueue', { value: runbooks.unlockQueue.documentName });
new CfnOutput(stack, 'RestoreBucketPolicy', { value: runbooks.restoreBucketPolicy.documentName });
new CfnOutput(stack, 'RestoreQueuePolicy', { value: runbooks.restoreQueuePolicy.documentName });
new CfnOutput(stack, 'AllowPasswordRecovery', { value: runbooks.allowPasswordRecovery.documentName });
new CfnOutput(stack, 'ExtendPasswordRecovery', { value: runbooks.extendPasswordRecovery.documentName });
new CfnOutput(stack, 'ClosePasswordRecovery', { value: runbooks.closePasswordRecovery.documentName });
new CfnOutput(stack, 'OperatorsRole', { value: operators.roleArn });
new CfnOutput(stack, 'ApproversRoleArn', { value: approvers.roleArn });
new CfnOutput(stack, 'Records', { value: `s3://${runbooks.recordsBucket.bucketName}/` });
