import { App, Stack } from 'aws-cdk-lib';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { CentralizedRootAccess } from 'cdk-root-access';

const app = new App();
const stack = new Stack(app, 'RootAccess', {
  env: { account: '111111111111', region: 'us-east-1' },
});

const rootAccess = new CentralizedRootAccess(stack, 'RootAccess', {
  // your security account, if it is to manage root access too
  delegatedAdministratorAccountId: '222222222222',
});
rootAccess.notifications.addSubscription(
  new EmailSubscription('security@example.com'),
);

app.synth();
