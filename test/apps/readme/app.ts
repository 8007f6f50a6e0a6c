import {
  App, Stack, aws_sns_subscriptions as subscriptions,
} from 'aws-cdk-lib';
import { CentralizedRootAccess } from 'cdk-root-access';

const app = new App();
const stack = new Stack(app, 'RootAccess', {
  env: { account: '111111111111', region: 'us-east-1' },
});

const root = new CentralizedRootAccess(stack, 'Root', {
  // optional: your security account
  delegatedAdministratorAccountId: '222222222222',
});
root.notifications.addSubscription(
  new subscriptions.EmailSubscription('sec@example.com'),
);

app.synth();
