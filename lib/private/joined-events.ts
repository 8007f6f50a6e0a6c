import { Stack, Token } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import { Construct } from 'constructs';
import { partitionOfRegion } from './partitions';

export const ORGANIZATIONS_SOURCE = 'aws.organizations';

/**
 * An account was created in the organization or accepted an invitation. By name alone: AWS documents neither the detail type
 * nor the rest of the event.
 */
export const ACCOUNT_JOINED: events.EventPattern = { source: [ORGANIZATIONS_SOURCE], detail: { eventName: ['AccountJoinedOrganization'] } };

/**
 * Whether events of AWS Organizations can reach this stack's account: they come to the management account's bus in one Region of each partition,
 * and to no other. `undefined` when the stack's Region is not known yet.
 */
export function isInRegionOfOrganizations(scope: Construct): boolean | undefined {
  const { region } = Stack.of(scope);
  return Token.isUnresolved(region) ? undefined : partitionOfRegion(region).globalRegion === region;
}
