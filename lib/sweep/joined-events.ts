import * as events from 'aws-cdk-lib/aws-events';

export const ORGANIZATIONS_SOURCE = 'aws.organizations';

/**
 * An account was created in the organization or accepted an invitation. The pattern matches the name alone: AWS documents neither the detail type
 * nor the rest of the event.
 */
export const ACCOUNT_JOINED: events.EventPattern = { source: [ORGANIZATIONS_SOURCE], detail: { eventName: ['AccountJoinedOrganization'] } };
