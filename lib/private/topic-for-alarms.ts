import { ArnFormat, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sns from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';

/** A topic that takes messages by TLS only. A policy replaces SNS's own, which would have let the alarms publish. */
export function topicForAlarms(scope: Construct, id: string, props: sns.TopicProps = {}): sns.Topic {
  const topic = new sns.Topic(scope, id, { enforceSSL: true, ...props });
  const stack = Stack.of(scope);
  const alarms = stack.formatArn({ service: 'cloudwatch', resource: 'alarm', resourceName: '*', arnFormat: ArnFormat.COLON_RESOURCE_NAME });
  const cloudWatch = new iam.ServicePrincipal('cloudwatch.amazonaws.com', {
    conditions: { StringEquals: { 'aws:SourceAccount': stack.account }, ArnLike: { 'aws:SourceArn': alarms } },
  });
  topic.grantPublish(cloudWatch);
  return topic;
}
