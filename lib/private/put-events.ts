import * as iam from 'aws-cdk-lib/aws-iam';

/** Lets a role put events onto a bus that say they are of this source, and no others: rules go by it. */
export function putEvents(busArn: string, source: string): iam.PolicyStatement {
  return new iam.PolicyStatement({
    actions: ['events:PutEvents'],
    resources: [busArn],
    conditions: { 'ForAllValues:StringEquals': { 'events:source': source } }, // a call may have many entries; there is always one
  });
}
