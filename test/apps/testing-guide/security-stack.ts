import { Stack, type StackProps } from 'aws-cdk-lib';
import { AccountSelection, OrgRootAccessFeatures, RootCredentialsPurge } from 'cdk-root-access';
import type { Construct } from 'constructs';

export const BREAK_GLASS = '333333333333';

export class SecurityStack extends Stack {
  constructor(scope: Construct, id: string, props: StackProps & { readonly purge?: boolean } = {}) {
    super(scope, id, props);
    const features = new OrgRootAccessFeatures(this, 'RootAccess');
    new RootCredentialsPurge(this, 'Purge', {
      features,
      accounts: AccountSelection.organization({ exclude: [BREAK_GLASS] }),
      dryRun: !props.purge,
    });
  }
}
