import { App, CfnOutput, Stack } from 'aws-cdk-lib';
import { LongTermRootExemption, OrgRootAccessFeatures, RootUserGuardrail } from 'cdk-root-access';
import { Settings } from './settings';

export const app = new App();

const settings = new Settings(app, ['targets', 'archiveAccounts']);

const stack = new Stack(app, 'RootGuardrails', {
  description: 'Root users of member accounts act in root sessions, and in no other way',
  env: { account: process.env.CDK_DEFAULT_ACCOUNT, region: process.env.CDK_DEFAULT_REGION },
});

// what takes the place of the root user's own credentials
const features = new OrgRootAccessFeatures(stack, 'RootAccess');

// what no root session can do, and no role
const archiveAccounts = settings.items('archiveAccounts');
const mfaDelete: LongTermRootExemption = {
  reason: 'MFA delete of the archive bucket is switched by the root user alone',
  actions: ['s3:PutBucketVersioning'],
  accountIds: archiveAccounts,
};

const guardrail = new RootUserGuardrail(stack, 'Guardrail', {
  features,
  targets: settings.items('targets'), // begin with one unit; the root of the organization comes when nobody has missed anything
  policyName: 'deny-long-term-root',
  exemptions: archiveAccounts.length > 0 ? [mfaDelete] : [],
});

new CfnOutput(stack, 'Findings', { value: guardrail.findings });
