import { Annotations, App, CfnOutput, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { AccountSelection, JoinedAccounts, OrgRootAccessFeatures, RootAccessDelegation, RootCredentialsPurge } from 'cdk-root-access';
import { Settings } from './settings';

export const app = new App();

// `purge` is said by each deployment that is to delete; ids stand in cdk.json
const settings = new Settings(app, ['purge', 'exclude', 'delegate', 'joined']);
const purges = settings.flag('purge');
const exclude = settings.items('exclude', purges ? undefined : []); // before anything is deleted, say what is not

/** What happens to an account that joins: nothing, unless you choose. An account that is invited may run on its root user's access key. */
const joinedAccounts: Record<string, JoinedAccounts> = { audit: JoinedAccounts.AUDIT, purge: JoinedAccounts.PURGE };
const joined = settings.choice('joined', Object.keys(joinedAccounts));

const stack = new Stack(app, 'CentralizedRootAccess', {
  description: 'Centralized root access: no member account keeps a root credential',
  env: { account: process.env.CDK_DEFAULT_ACCOUNT, region: process.env.CDK_DEFAULT_REGION },
});

// the switches of the organization
const features = new OrgRootAccessFeatures(stack, 'RootAccess');

// the account of your security team, if there is one; it stays registered until you deregister it, also when it is left out here
for (const accountId of settings.items('delegate', [])) {
  new RootAccessDelegation(stack, `Delegation${accountId}`, { accountId, features, removalPolicy: RemovalPolicy.RETAIN });
}

// the sweep: a deployment ends when it has ended, and fails when an account could not be cleaned
const purge = new RootCredentialsPurge(stack, 'Purge', {
  features,
  accounts: AccountSelection.organization({ exclude }),
  dryRun: !purges,
  joinedAccounts: joined === undefined ? undefined : joinedAccounts[joined], // only in us-east-1: AWS sends the event to no other Region
});
if (purges) {
  Annotations.of(stack).addInfo(`this deployment DELETES the root credentials of every member account; excluded are: ${exclude.join(', ') || 'none'}`);
}

new CfnOutput(stack, 'Mode', { value: purges ? 'purge: root credentials are deleted' : 'dry run: nothing is deleted without -c purge=true' });
new CfnOutput(stack, 'Summary', { value: purge.deploymentSummary });
new CfnOutput(stack, 'Report', { value: purge.deploymentReport });
new CfnOutput(stack, 'Reports', { value: `s3://${purge.reportsBucket.bucketName}/latest/` });
new CfnOutput(stack, 'Sweep', { value: purge.stateMachine.stateMachineArn });
