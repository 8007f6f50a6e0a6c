import { Stack, Token } from 'aws-cdk-lib';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { type MonitorSettings } from './contract';
import { RootActivity } from './root-activity';
import { IgnoredRootActivity, RootActivityMonitorProps } from './root-activity-monitor-props';
import { aKey, anAlarmAction, anEventBus, aRole, aTopic, someFunctionOptions, someTexts } from '../private/cdk-shapes';
import { aText, having, listOf, oneOf, options, Shape } from '../private/shape';
import { checkAccountId, checkMetricNamespace, checkPolicyId, checkPrincipalArn } from '../private/validate';

/** Lambda's limit for all environment variables of a function is 4 KB; the others need little. */
const LONGEST_SETTINGS = 3_500;
const LONGEST_REASON = 200;
/** What stands for an ARN that is known only when the stack is deployed. */
const USUAL_ARN = 120;

export const ACTIVITY = oneOf('RootActivity', RootActivity);

const IGNORED: Shape<IgnoredRootActivity> = { needed: { accountId: aText, activities: listOf(ACTIVITY), reason: aText }, optional: {} };

export const PROPS: Shape<RootActivityMonitorProps> = {
  needed: { trailLogGroup: having('logGroupArn', 'a log group, such as a logs.LogGroup') },
  optional: {
    topic: aTopic,
    encryptionKey: aKey,
    eventBus: anEventBus,
    allowedPrincipals: listOf(aRole),
    allowedPrincipalArns: someTexts,
    guardrailPolicyIds: someTexts,
    ignore: listOf(options(IGNORED)),
    metricNamespace: aText,
    alarmActions: listOf(anAlarmAction),
    functionOptions: someFunctionOptions,
  },
};

/** What the function goes by. */
export function settingsOf(props: RootActivityMonitorProps): MonitorSettings {
  const { allowedPrincipals = [], allowedPrincipalArns = [], guardrailPolicyIds = [], ignore = [] } = props;
  return {
    allowedPrincipals: [...allowedPrincipals.map(({ roleArn }) => roleArn), ...allowedPrincipalArns],
    guardrailPolicies: guardrailPolicyIds,
    ignored: ignore.map(({ accountId, activities, reason }) => ({ accountId, activities, reason })),
  };
}

export function checkProps(scope: Construct, props: RootActivityMonitorProps, settings: MonitorSettings) {
  const { allowedPrincipalArns = [], guardrailPolicyIds = [], ignore = [], metricNamespace, topic, encryptionKey, trailLogGroup } = props;
  allowedPrincipalArns.forEach((arn, i) => checkPrincipalArn(`allowedPrincipalArns[${i}]`, arn));
  guardrailPolicyIds.forEach((id, i) => checkPolicyId(`guardrailPolicyIds[${i}]`, id));
  ignore.forEach((rule, i) => checkIgnored(`ignore[${i}]`, rule));
  checkMetricNamespace('metricNamespace', metricNamespace ?? 'CdkRootAccess');
  if (topic && encryptionKey) {
    throw new Error('encryptionKey is for the new topic: give topic or encryptionKey, not both');
  }
  checkSamePlace(scope, trailLogGroup);
  const { length } = JSON.stringify(settings, (_key, value) => Token.isUnresolved(value) ? 'x'.repeat(USUAL_ARN) : value);
  if (length > LONGEST_SETTINGS) {
    throw new Error(`allowedPrincipals, allowedPrincipalArns, guardrailPolicyIds and ignore may have ${LONGEST_SETTINGS} characters together, got ${length}: a function's environment holds no more`);
  }
}

function checkIgnored(property: string, { accountId, activities, reason }: IgnoredRootActivity) {
  checkAccountId(`${property}.accountId`, accountId);
  if (activities.length === 0) {
    throw new Error(`${property}.activities must name at least one activity, got none`);
  }
  if (!Token.isUnresolved(reason) && (reason.trim() === '' || reason.length > LONGEST_REASON)) {
    throw new Error(`${property}.reason must have 1 to ${LONGEST_REASON} characters, got '${reason}'`);
  }
}

/** A log group calls functions of its own account and Region only. */
function checkSamePlace(scope: Construct, { env: group }: logs.ILogGroup) {
  const stack = Stack.of(scope);
  const differ = (one: string, other: string) => !Token.isUnresolved(one) && !Token.isUnresolved(other) && one !== other;
  if (differ(group.account, stack.account) || differ(group.region, stack.region)) {
    throw new Error(`trailLogGroup must be in the account and Region of the stack (${stack.account}, ${stack.region}), got one of ${group.account}, ${group.region}: deploy the monitor there`);
  }
}
