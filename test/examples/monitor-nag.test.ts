import { App, Stack } from 'aws-cdk-lib';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as logs from 'aws-cdk-lib/aws-logs';
import { AwsSolutionsChecks } from 'cdk-nag';
import { RootActivityMonitor } from '../../lib';

/** Findings of cdk-nag's AwsSolutions that stay, and why. */
const ACKNOWLEDGED: Record<string, string> = {
  'AwsSolutions-SQS3 Stack/Monitor/Undelivered': 'it is the queue for what fails, by way of a destination of the function',
  'AwsSolutions-L1 Stack/Monitor/Tell': 'the runtime is pinned so that an upgrade of the CDK changes no function',
};

test('cdk-nag finds nothing in a monitor that has no reason, and no reason is too many', () => {
  const app = new App();
  const stack = new Stack(app, 'Stack', { env: { account: '111111111111', region: 'eu-west-1' } });
  new RootActivityMonitor(stack, 'Monitor', { trailLogGroup: logs.LogGroup.fromLogGroupName(stack, 'Trail', 'organization-trail'), encryptionKey: new kms.Key(stack, 'Key', { enableKeyRotation: true }) });
  const { violations } = new AwsSolutionsChecks(app).validateScope(app);
  const findings = violations.flatMap(({ ruleName, violatingResources }) => violatingResources.map(({ constructPath }) => `${ruleName} ${constructPath}`));
  expect(findings.map((finding) => finding.replace(/\/Resource$/, '')).sort()).toEqual(Object.keys(ACKNOWLEDGED).sort());
});
