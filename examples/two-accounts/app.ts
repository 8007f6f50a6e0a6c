import { App, CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { AccountJoinedForwarder, AccountSelection, CentralizedRootAccess, JoinedAccounts, OrgRootAccessFeatures, RootCredentialsPurge } from 'cdk-root-access';

export const app = new App();

/**
 * `cdk deploy --all -c management=111111111111 -c security=222222222222 -c organization=o-abcdefghij`, with credentials of the management account;
 * for that the security account is bootstrapped with `--trust 111111111111`.
 */
const context = (name: string): string => app.node.tryGetContext(name) ?? missing(name);
const missing = (name: string): never => { throw new Error(`give the context '${name}'`); };

const managementAccountId = context('management');
const securityAccountId = context('security');

// the management account: the switches, the delegation, and a daily audit that tells of what it finds
const management = new Stack(app, 'Management', {
  description: 'Centralized root access: the switches of the organization, and a daily audit',
  env: { account: managementAccountId, region: 'us-east-1' },
});
const rootAccess = new CentralizedRootAccess(management, 'RootAccess', { delegatedAdministrator: securityAccountId });

// the security account: the purge, every week and of each account that joins
const security = new Stack(app, 'Security', {
  description: 'Centralized root access: no member account keeps a root credential',
  env: { account: securityAccountId, region: 'eu-west-1' },
});
const purge = new RootCredentialsPurge(security, 'Purge', {
  features: OrgRootAccessFeatures.fromOrgRootAccessFeaturesAttributes(security, 'RootAccess', {
    organizationId: context('organization'),
    managementAccountId,
  }),
  accounts: AccountSelection.organization({ exclude: [securityAccountId] }), // swept from the management account, if at all
  schedule: ScheduleExpression.rate(Duration.days(7)),
  joinedAccounts: JoinedAccounts.AUDIT,
  joinedAccountsForwardedFrom: managementAccountId,
});
security.addDependency(management);

// AWS sends the event of an account that joins to the management account in us-east-1 only
const forwarding = new Stack(app, 'Forwarding', {
  description: 'Centralized root access: carries the event of an account that joins to the security account',
  env: { account: managementAccountId, region: 'us-east-1' },
});
new AccountJoinedForwarder(forwarding, 'JoinedAccounts', { bus: purge.joinedAccountsBus! });

new CfnOutput(management, 'Notifications', { value: rootAccess.notifications.topicArn });
new CfnOutput(security, 'Reports', { value: `s3://${purge.reportsBucket.bucketName}/latest/` });
new CfnOutput(security, 'Sweep', { value: purge.stateMachine.stateMachineArn });
