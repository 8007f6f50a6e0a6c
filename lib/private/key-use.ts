import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as sns from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';

/** Use of a key by way of a service, which uses it in the name of who calls it: nobody can encrypt or decrypt anything else with it. */
export function byWayOf(scope: Construct, key: kms.IKey, service: 's3' | 'sns', actions: string[]): iam.PolicyStatement {
  return new iam.PolicyStatement({
    actions, resources: [key.keyArn], conditions: { StringEquals: { 'kms:ViaService': `${service}.${Stack.of(scope).region}.amazonaws.com` } },
  });
}

/** What it takes to publish to a topic with a key that is known; nothing if there is none. The CDK does not add it. */
export function useKeyOfTopic(scope: Construct, topic?: sns.ITopic): iam.PolicyStatement[] {
  return topic?.masterKey ? [byWayOf(scope, topic.masterKey, 'sns', ['kms:Decrypt', 'kms:GenerateDataKey'])] : [];
}
