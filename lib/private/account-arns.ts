import { Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';

/** ARN of every account of the organization, whose id and management account the template does not know. */
export function anyAccountArn(scope: Construct): string {
  return Stack.of(scope).formatArn({ service: 'organizations', region: '', account: '*', resource: 'account', resourceName: 'o-*/*' });
}
