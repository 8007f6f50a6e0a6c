import { App, CfnOutput, Stack } from 'aws-cdk-lib';
import { OrgRootAccessFeatures, RootUserGuardrail } from 'cdk-root-access';

export const app = new App();

/** A list in the context: `cdk deploy -c targets=ou-abcd-11111111,ou-abcd-22222222`. */
const list = (name: string): string[] => (app.node.tryGetContext(name) ?? '').split(',').filter(Boolean);

const stack = new Stack(app, 'RootGuardrails', {
  description: 'Root users of member accounts act in root sessions, and in no other way',
  env: { account: process.env.CDK_DEFAULT_ACCOUNT, region: process.env.CDK_DEFAULT_REGION },
});

// what takes the place of the root user's own credentials
const features = new OrgRootAccessFeatures(stack, 'RootAccess');

// begin with one unit; the root of the organization comes when nobody has missed anything
const targets = list('targets');
const guardrail = new RootUserGuardrail(stack, 'Guardrail', {
  features,
  targets: targets.length > 0 ? targets : ['ou-abcd-11111111'],
  policyName: 'deny-long-term-root',
  exemptions: [
    {
      // no root session can do it, and no role
      reason: 'MFA delete of the archive bucket is switched by the root user alone',
      actions: ['s3:PutBucketVersioning'],
      accountIds: ['444444444444'],
    },
  ],
});

new CfnOutput(stack, 'Findings', { value: guardrail.findings });
