import { Stack, Token } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import { Construct } from 'constructs';

export const ORGANIZATIONS_SOURCE = 'aws.organizations';

/**
 * An account was created in the organization or accepted an invitation. By name alone: AWS documents neither the detail type
 * nor the rest of the event.
 */
export const ACCOUNT_JOINED: events.EventPattern = { source: [ORGANIZATIONS_SOURCE], detail: { eventName: ['AccountJoinedOrganization'] } };

/** Where AWS Organizations is, one Region for each partition: it sends its events to the management account's bus there and nowhere else. */
const ORGANIZATIONS_REGIONS = ['us-east-1', 'us-gov-west-1', 'cn-northwest-1'];

/** Whether events of AWS Organizations can reach this stack's account; `undefined` when its Region is not known yet. */
export function isInRegionOfOrganizations(scope: Construct): boolean | undefined {
  const { region } = Stack.of(scope);
  return Token.isUnresolved(region) ? undefined : ORGANIZATIONS_REGIONS.includes(region);
}
