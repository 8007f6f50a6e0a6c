import { Annotations, App, CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { AccountJoinedForwarder, AccountSelection, CentralizedRootAccess, JoinedAccounts, OrgRootAccessFeatures, RootCredentialsPurge } from 'cdk-root-access';
import { Settings } from './settings';

export const app = new App();

// `cdk deploy --all`, with credentials of the management account; for that the security account is bootstrapped with `--trust 111111111111`.
// `purge` is said by each deployment that is to delete; ids stand in cdk.json
const settings = new Settings(app, ['purge', 'exclude', 'management', 'security', 'organization']);
const purges = settings.flag('purge');
const exclude = settings.items('exclude', purges ? undefined : []); // before anything is deleted, say what is not
const managementAccountId = settings.text('management', /^\d{12}$/, '111111111111');
const securityAccountId = settings.text('security', /^\d{12}$/, '222222222222');

// the management account: the switches, the delegation, and a daily audit that tells of what it finds
const management = new Stack(app, 'Management', {
  description: 'Centralized root access: the switches of the organization, and a daily audit',
  env: { account: managementAccountId, region: 'us-east-1' },
});
const rootAccess = new CentralizedRootAccess(management, 'RootAccess', { delegatedAdministratorAccountId: securityAccountId });

// the security account: the purge, every week and of each account that joins
const security = new Stack(app, 'Security', {
  description: 'Centralized root access: no member account keeps a root credential',
  env: { account: securityAccountId, region: 'eu-west-1' },
});
const purge = new RootCredentialsPurge(security, 'Purge', {
  features: OrgRootAccessFeatures.fromOrgRootAccessFeaturesAttributes(security, 'RootAccess', {
    organizationId: settings.text('organization', /^o-[a-z0-9]{10,32}$/, 'o-abcdefghij'),
    managementAccountId,
  }),
  accounts: AccountSelection.organization({ exclude: [securityAccountId, ...exclude] }), // its own account is swept from the management account, if at all
  dryRun: !purges,
  schedule: ScheduleExpression.rate(Duration.days(7)),
  joinedAccounts: JoinedAccounts.AUDIT,
  joinedAccountsForwarderAccountId: managementAccountId,
});
security.addDependency(management);
if (purges) {
  Annotations.of(security).addInfo(`this deployment DELETES the root credentials of every member account; excluded are: ${[securityAccountId, ...exclude].join(', ')}`);
}

// AWS sends the event of an account that joins to the management account in us-east-1 only
const forwarding = new Stack(app, 'Forwarding', {
  description: 'Centralized root access: carries the event of an account that joins to the security account',
  env: { account: managementAccountId, region: 'us-east-1' },
});
new AccountJoinedForwarder(forwarding, 'JoinedAccounts', { bus: purge.joinedAccountsBus! });

new CfnOutput(management, 'Notifications', { value: rootAccess.notifications.topicArn });
new CfnOutput(security, 'Mode', { value: purges ? 'purge: root credentials are deleted' : 'dry run: nothing is deleted without -c purge=true' });
new CfnOutput(security, 'Summary', { value: purge.deploymentSummary });
new CfnOutput(security, 'Report', { value: purge.deploymentReport });
new CfnOutput(security, 'Reports', { value: `s3://${purge.reportsBucket.bucketName}/latest/` });
new CfnOutput(security, 'Sweep', { value: purge.stateMachine.stateMachineArn });
