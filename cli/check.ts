import { ListOrganizationsFeaturesCommand } from '@aws-sdk/client-iam';
import type { Organization } from '@aws-sdk/client-organizations';
import { caller, type Caller, type ConnectionOptions } from './caller';
import { isNamed, textOf } from '../lambda/aws/errors';
import { organizationOf } from '../lambda/aws/organization';
import { seconds } from '../lambda/aws/patience';
import { blockedActions } from '../lambda/guardrail/preflight/blocked-actions';
import { atMost } from '../lambda/guardrail/preflight/findings';
import { delegatedAdministrators } from '../lambda/organization/switches/organization';
import { AuthorizationPolicies } from '../lambda/policies/authorization-policies';
import { textOf as textOfCause } from '../lambda/policies/causes';
import type { PolicyType } from '../lambda/policies/judge';
import { IAM_SERVICE_PRINCIPAL } from '../lib/organization/contract';

/** Something that root sessions need: it is there, it is missing, it blocks them or may, or this caller cannot tell. */
export interface Finding {
  readonly state: 'ok' | 'missing' | 'blocks' | 'may block' | 'unknown';
  readonly what: string;
  /** The commands and the construct that change it: one of them is enough. */
  readonly remedies?: readonly string[];
}

const FEATURES = {
  RootCredentialsManagement: 'aws iam enable-organizations-root-credentials-management',
  RootSessions: 'aws iam enable-organizations-root-sessions',
};
const ENABLE = ['npx cdk-root-access enable', 'deploy OrgRootAccessFeatures to the management account'];
const MOST_ACTIONS = 3;

/** Nothing was changed just now: a denial is reported at once. */
const AT_ONCE = seconds(0);

/** Whether an organization is ready for centralized root access. It reads, and changes nothing. */
export async function check(options: ConnectionOptions): Promise<Finding[]> {
  const aws = await caller(options);
  const organization = await organizationOf(aws.organizations);
  if (organization === undefined) {
    return [{ state: 'missing', what: `account ${aws.accountId} is in no organization`, remedies: ['aws organizations create-organization --feature-set ALL'] }];
  }
  return [
    isManagement(aws, organization),
    allFeatures(organization),
    ...await features(aws),
    ...await delegates(aws),
    ...await blockingPolicies(aws, organization, 'SERVICE_CONTROL_POLICY'),
    ...await blockingPolicies(aws, organization, 'RESOURCE_CONTROL_POLICY'),
  ];
}

function isManagement({ accountId, arn }: Caller, { Id, MasterAccountId }: Organization): Finding {
  return accountId === MasterAccountId
    ? { state: 'ok', what: `${arn} is in the management account of ${Id}` }
    : { state: 'ok', what: `${arn} is in a member account of ${Id}, whose management account is ${MasterAccountId}` };
}

function allFeatures({ Id, FeatureSet }: Organization): Finding {
  return FeatureSet === 'ALL'
    ? { state: 'ok', what: `${Id} has all features` }
    : { state: 'missing', what: `${Id} has the feature set ${FeatureSet}`, remedies: ['aws organizations enable-all-features'] };
}

async function features({ iam }: Caller): Promise<Finding[]> {
  try {
    const { EnabledFeatures = [] } = await iam.send(new ListOrganizationsFeaturesCommand({}));
    const trusted: Finding = { state: 'ok', what: `trusted access for ${IAM_SERVICE_PRINCIPAL} is on` };
    return [trusted, ...Object.entries(FEATURES).map(([name, command]): Finding => (
      (EnabledFeatures as string[]).includes(name)
        ? { state: 'ok', what: `feature ${name} is on` }
        : { state: 'missing', what: `feature ${name} is off`, remedies: [command, ...ENABLE] }))];
  } catch (error) {
    return [featuresUnread(error)];
  }
}

function featuresUnread(error: unknown): Finding {
  if (isNamed(error, 'ServiceAccessNotEnabledException')) {
    return {
      state: 'missing',
      what: `trusted access for ${IAM_SERVICE_PRINCIPAL} is off, and with it both features`,
      remedies: [`aws organizations enable-aws-service-access --service-principal ${IAM_SERVICE_PRINCIPAL}`, ...ENABLE],
    };
  }
  const remedies = ['use credentials of the management account or of the delegated administrator for IAM'];
  return { state: 'unknown', what: `trusted access and features: ${textOf(error)}`, remedies };
}

async function delegates({ organizations }: Caller): Promise<Finding[]> {
  try {
    const found = await delegatedAdministrators({ organizations, patience: AT_ONCE });
    return found.length === 0
      ? [{ state: 'ok', what: `no delegated administrator for ${IAM_SERVICE_PRINCIPAL}: the management account alone takes root sessions` }]
      : found.map((id): Finding => ({ state: 'ok', what: `${id} is delegated administrator for ${IAM_SERVICE_PRINCIPAL}` }));
  } catch (error) {
    return [{ state: 'unknown', what: `delegated administrators: ${textOf(error)}`, remedies: ['use credentials of the management account'] }];
  }
}

const KINDS: Record<PolicyType, string> = { SERVICE_CONTROL_POLICY: 'service control policy', RESOURCE_CONTROL_POLICY: 'resource control policy' };

/** Every policy that denies root sessions something, or may, at each place where it is attached. */
async function blockingPolicies({ organizations, partition }: Caller, { Id, MasterAccountId }: Organization, type: PolicyType): Promise<Finding[]> {
  const policies = new AuthorizationPolicies(organizations);
  const found: Finding[] = [];
  try {
    for (const policy of await policies.all(type)) {
      const blocked = blockedActions.byPolicy(policy, { partition, organizationId: Id });
      const targets = blocked.length === 0 ? [] : (await policies.targetsOf(policy.id)).filter(({ id }) => id !== MasterAccountId);
      found.push(...targets.flatMap((target) => blocked.map(({ cause, actions }): Finding => ({
        state: cause.judgement === 'blocks' ? 'blocks' : 'may block', what: textOfCause({ ...cause, target }, atMost(MOST_ACTIONS, actions).join(', ')),
      }))));
    }
  } catch (error) {
    return [...found, { state: 'unknown', what: `${KINDS[type]} of the organization: ${textOf(error)}`, remedies: ['use credentials of the management account'] }];
  }
  return found.length > 0 ? found : [{ state: 'ok', what: `no ${KINDS[type]} denies root sessions anything` }];
}
