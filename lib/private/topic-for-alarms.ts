import { Annotations, ArnFormat, Aspects, Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sns from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { AlarmOptions } from '../alarm-options';

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

/**
 * Says that alarms and events never reach a topic that AWS's own key encrypts: its policy lets nobody but principals of the account use it. Functions
 * and state machines have such a principal.
 */
export function warnOfKeyOfAws(scope: Construct, property: string, topic: sns.ITopic | undefined) {
  const resource = topic?.node.defaultChild as Partial<sns.CfnTopic> | undefined;
  const keys = [topic?.masterKey?.keyArn, topic?.masterKey?.keyId, resource?.kmsMasterKeyId];
  if (keys.some((key) => typeof key === 'string' && key.endsWith('alias/aws/sns'))) {
    Annotations.of(scope).addWarningV2(`cdk-root-access:topicKey:${property}`,
      `${property} is encrypted with alias/aws/sns, so alarms and events never reach the topic, and nobody is told: encrypt it with a key of yours whose policy lets cloudwatch.amazonaws.com and events.amazonaws.com use it, or with none`);
  }
}

/** The same for topics to which alarms publish. */
export function warnOfKeysOfAws(scope: Construct, property: string, actions: cloudwatch.IAlarmAction[] = []) {
  actions.forEach((action, i) => warnOfKeyOfAws(scope, `${property}[${i}]`, topicOf(action)));
}

/** Gives alarms for what a topic has a message for the actions of `alarms`, except those that would publish to this topic when they are triggered. */
export function addActionsBeyond(topic: sns.ITopic | undefined, alarms: cloudwatch.Alarm[], { actions = [], okActions }: AlarmOptions = {}) {
  const isOfTopic = (action: cloudwatch.IAlarmAction) => topic !== undefined && topicOf(action)?.topicArn === topic.topicArn;
  addActions(alarms, { actions: actions.filter((action) => !isOfTopic(action)), okActions });
}

/** An SnsAction has it. */
const topicOf = (action: cloudwatch.IAlarmAction) => (action as { topic?: sns.ITopic }).topic;

/** Gives every alarm of a construct the actions of its `alarms`. */
export function addActions(alarms: cloudwatch.Alarm[], { actions = [], okActions = [] }: AlarmOptions = {}) {
  for (const alarm of alarms) {
    alarm.addAlarmAction(...actions);
    alarm.addOkAction(...okActions);
  }
}

/** Says at synthesis that alarms do nothing, since their actions may come later. */
export function warnOfSilentAlarms(scope: Construct, property: string, alarms: cloudwatch.Alarm[]) {
  const actsOf = (alarm: cloudwatch.Alarm): string[] => Stack.of(alarm).resolve((alarm.node.defaultChild as cloudwatch.CfnAlarm).alarmActions) ?? [];
  Aspects.of(scope).add({
    visit(node) {
      if (node === scope && alarms.every((alarm) => actsOf(alarm).length === 0)) {
        Annotations.of(scope).addWarningV2(`cdk-root-access:${property}`,
          `${property} has no actions: the alarms change their state and tell nobody. Give it actions, such as new SnsAction(topic)`);
      }
    },
  });
}
