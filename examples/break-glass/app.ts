import { App, CfnOutput, Duration, Stack } from 'aws-cdk-lib';
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
  encryptionKey: key,
});

// two roles, and nobody may hold both: who starts does not approve
const person = (id: string) => new iam.Role(stack, id, { assumedBy: new iam.AccountRootPrincipal() });
const operators = person('Operators');
runbooks.grantStart(operators);
runbooks.grantReadRecords(operators);
runbooks.grantApprove(person('ApproversRole'));

new CfnOutput(stack, 'UnlockBucket', { value: runbooks.unlockBucket.documentName });
new CfnOutput(stack, 'UnlockQueue', { value: runbooks.unlockQueue.documentName });
new CfnOutput(stack, 'RestoreBucketPolicy', { value: runbooks.restoreBucketPolicy.documentName });
new CfnOutput(stack, 'RestoreQueuePolicy', { value: runbooks.restoreQueuePolicy.documentName });
new CfnOutput(stack, 'AllowPasswordRecovery', { value: runbooks.allowPasswordRecovery.documentName });
new CfnOutput(stack, 'Records', { value: `s3://${runbooks.recordsBucket.bucketName}/` });
