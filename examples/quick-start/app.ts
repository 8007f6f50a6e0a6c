import { App, CfnOutput, Stack } from 'aws-cdk-lib';
import { AccountSelection, JoinedAccounts, OrgRootAccessFeatures, RootAccessDelegation, RootCredentialsPurge } from 'cdk-root-access';

export const app = new App();

/** A list in the context: `cdk deploy -c exclude=333333333333,444444444444`. */
const list = (name: string): string[] => (app.node.tryGetContext(name) ?? '').split(',').filter(Boolean);

/** What happens to an account that joins: nothing, unless you choose. An account that is invited may run on its root user's access key. */
const joinedAccounts: Record<string, JoinedAccounts> = { audit: JoinedAccounts.AUDIT, purge: JoinedAccounts.PURGE };
const joined: string | undefined = app.node.tryGetContext('joined');
if (joined !== undefined && !Object.hasOwn(joinedAccounts, joined)) {
  throw new Error(`the context 'joined' must be audit or purge, got '${joined}'`);
}

const stack = new Stack(app, 'CentralizedRootAccess', {
  description: 'Centralized root access: no member account keeps a root credential',
  env: { account: process.env.CDK_DEFAULT_ACCOUNT, region: process.env.CDK_DEFAULT_REGION },
});

// the switches of the organization
const features = new OrgRootAccessFeatures(stack, 'RootAccess');

// the account of your security team, if there is one
for (const accountId of list('delegate')) {
  new RootAccessDelegation(stack, `Delegation${accountId}`, { accountId, features });
}

// the sweep: a deployment ends when it has ended, and fails when an account could not be cleaned
const purge = new RootCredentialsPurge(stack, 'Purge', {
  features,
  accounts: AccountSelection.organization({ exclude: list('exclude') }),
  dryRun: app.node.tryGetContext('dryRun') === 'true',
  joinedAccounts: joined === undefined ? undefined : joinedAccounts[joined], // only in us-east-1: AWS sends the event to no other Region
});

new CfnOutput(stack, 'Reports', { value: `s3://${purge.reportsBucket.bucketName}/latest/` });
new CfnOutput(stack, 'Sweep', { value: purge.stateMachine.stateMachineArn });
