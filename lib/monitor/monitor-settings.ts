import { Stack, Token } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { type MonitorSettings } from './contract';
import { RootActivityExemption, RootActivity, RootActivityMonitorAttributes, RootActivityMonitorProps } from './root-activity-monitor-props';
import { aGuardrail, aKey, ALARMS, anEventBus, aPrincipal, aTopic, someFunctionOptions } from '../private/cdk-shapes';
import { aText, having, listOf, oneOf, options, Shape } from '../private/shape';
import { checkAccountId, checkMetricNamespace, checkPrincipalArn } from '../private/validate';

/** Lambda limits the environment variables of a function to 4 KB in total; the others are short. */
const LONGEST_SETTINGS = 3_500;
const LONGEST_REASON = 200;
/** Assumed length of an ARN that is known at deployment only. */
const USUAL_ARN = 120;

export const METRIC_NAMESPACE = 'CdkRootAccess';

export const ACTIVITY = oneOf('RootActivity', RootActivity);

const EXEMPTION: Shape<RootActivityExemption> = { needed: { accountId: aText, activities: listOf(ACTIVITY), reason: aText }, optional: {} };

export const PROPS: Shape<RootActivityMonitorProps> = {
  needed: { trailLogGroup: having('logGroupArn', 'a log group, such as a logs.LogGroup') },
  optional: {
    topic: aTopic,
    encryptionKey: aKey,
    eventBus: anEventBus,
    allowedPrincipals: listOf(aPrincipal),
    guardrails: listOf(aGuardrail),
    exemptions: listOf(options(EXEMPTION)),
    metricNamespace: aText,
    alarms: options(ALARMS),
    functionOptions: someFunctionOptions,
  },
};

export const ATTRIBUTES: Shape<RootActivityMonitorAttributes> = {
  needed: { topic: aTopic },
  optional: { eventBus: anEventBus, metricNamespace: aText },
};

/** Settings of the function. */
export function settingsOf(props: RootActivityMonitorProps): MonitorSettings {
  const { allowedPrincipals = [], guardrails = [], exemptions = [] } = props;
  return {
    allowedPrincipals: allowedPrincipals.map((principal, i) => principalArn(`allowedPrincipals[${i}]`, principal)),
    guardrailPolicies: guardrails.map(({ policyId }) => policyId),
    exemptions: exemptions.map(({ accountId, activities, reason }) => ({ accountId, activities, reason })),
  };
}

export function checkProps(scope: Construct, props: RootActivityMonitorProps, settings: MonitorSettings) {
  const { exemptions = [], metricNamespace, topic, encryptionKey, trailLogGroup } = props;
  exemptions.forEach((each, i) => checkExemption(`exemptions[${i}]`, each));
  checkMetricNamespace('metricNamespace', metricNamespace ?? METRIC_NAMESPACE);
  if (topic && encryptionKey) {
    throw new Error('encryptionKey is for the new topic: give topic or encryptionKey, not both');
  }
  checkSamePlace(scope, trailLogGroup);
  const { length } = JSON.stringify(settings, (_key, value) => Token.isUnresolved(value) ? 'x'.repeat(USUAL_ARN) : value);
  if (length > LONGEST_SETTINGS) {
    throw new Error(`allowedPrincipals, guardrails and exemptions may have ${LONGEST_SETTINGS} characters together, got ${length}: the environment of a function has no more room`);
  }
}

/** The ARN of a role or user of the app, of one that is imported, or of an `iam.ArnPrincipal`. */
function principalArn(property: string, principal: iam.IPrincipal): string {
  const { roleArn, userArn, arn } = principal as Partial<iam.IRole & iam.IUser & iam.ArnPrincipal>;
  const found = roleArn ?? userArn ?? arn;
  if (found === undefined) {
    throw new Error(`${property} must be a role, a user or an iam.ArnPrincipal, got ${principal}`);
  }
  checkPrincipalArn(property, found);
  return found;
}

function checkExemption(property: string, { accountId, activities, reason }: RootActivityExemption) {
  checkAccountId(`${property}.accountId`, accountId);
  if (activities.length === 0) {
    throw new Error(`${property}.activities must name at least one activity, got none`);
  }
  if (!Token.isUnresolved(reason) && (reason.trim() === '' || reason.length > LONGEST_REASON)) {
    throw new Error(`${property}.reason must have 1 to ${LONGEST_REASON} characters, got '${reason}'`);
  }
}

/** A log group can invoke functions of its own account and Region only. */
function checkSamePlace(scope: Construct, { env: group }: logs.ILogGroup) {
  const stack = Stack.of(scope);
  const differ = (one: string, other: string) => !Token.isUnresolved(one) && !Token.isUnresolved(other) && one !== other;
  if (differ(group.account, stack.account) || differ(group.region, stack.region)) {
    throw new Error(`trailLogGroup must be in the account and Region of the stack (${stack.account}, ${stack.region}), got one of ${group.account}, ${group.region}: deploy the monitor there`);
  }
}
