import { Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';

/** ARN of accounts or units: the organization and its management account stand in it, and the template does not know them. */
export function organizationsArn(scope: Construct, resource: 'account' | 'ou', id: string): string {
  return Stack.of(scope).formatArn({ service: 'organizations', region: '', account: '*', resource, resourceName: `o-*/${id}` });
}
