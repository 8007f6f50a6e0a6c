import { ArnFormat, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sns from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';

/** A topic that takes messages by TLS only, and those of alarms. */
export function topicForAlarms(scope: Construct, id: string, props: sns.TopicProps = {}): sns.Topic {
  const topic = new sns.Topic(scope, id, { enforceSSL: true, ...props });
  letAlarmsPublish(scope, topic);
  return topic;
}

/**
 * Lets the alarms of the stack's account and Region publish to a topic that has a policy: any policy replaces SNS's own, which
 * would have let them. An imported topic is left as it is.
 */
export function letAlarmsPublish(scope: Construct, topic: sns.ITopic) {
  const stack = Stack.of(scope);
  const alarms = stack.formatArn({ service: 'cloudwatch', resource: 'alarm', resourceName: '*', arnFormat: ArnFormat.COLON_RESOURCE_NAME });
  topic.grantPublish(new iam.ServicePrincipal('cloudwatch.amazonaws.com', {
    conditions: { StringEquals: { 'aws:SourceAccount': stack.account }, ArnLike: { 'aws:SourceArn': alarms } },
  }));
}
