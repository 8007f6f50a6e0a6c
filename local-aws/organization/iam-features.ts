import { Call } from './call';
import { AwsError } from './errors';
import { Operation, Operations, permit, Result } from './operation';
import { Feature, FEATURES, IAM_SERVICE, Organization } from './organization';

/** The switches of centralized root access: who may turn them is recorded from AWS, September 2026. */
export const IAM_FEATURE_OPERATIONS: Operations = {
  ListOrganizationsFeatures: guarded((call, organization) => enabledFeatures(organization, call.view(organization.features))),
  EnableOrganizationsRootCredentialsManagement: enable('RootCredentialsManagement'),
  EnableOrganizationsRootSessions: enable('RootSessions'),
  DisableOrganizationsRootCredentialsManagement: disable('RootCredentialsManagement'),
  DisableOrganizationsRootSessions: disable('RootSessions'),
};

function enable(feature: Feature): Operation {
  return guarded((call, organization) => {
    const { accountId } = call.caller;
    if (accountId !== organization.managementAccountId) {
      throw new AwsError('CallerIsNotManagementAccountException',
        `Caller account ${accountId} is not management account of the organization and cannot enable IAM features.`);
    }
    const before = organization.features.current;
    if (before.has(feature) && !organization.switches.enableIsIdempotent) {
      throw new AwsError('EntityAlreadyExists', `${feature} is already enabled.`, 409);
    }
    return change(organization, new Set([...before, feature]));
  });
}

/** Unlike enabling, this is the delegated administrator's to do as well, and it may be repeated. */
function disable(feature: Feature): Operation {
  return guarded((_call, organization) => change(organization, new Set([...organization.features.current].filter((other) => other !== feature))));
}

function change(organization: Organization, features: ReadonlySet<string>): Result {
  organization.features.current = features;
  return enabledFeatures(organization, features);
}

/** AWS lists the features against the order of its own model. */
function enabledFeatures({ organizationId, switches }: Organization, enabled: ReadonlySet<string>): Result {
  const features = [...FEATURES].reverse().filter((feature) => enabled.has(feature));
  return { OrganizationId: organizationId, EnabledFeatures: features.length > 0 || switches.emptyFeaturesSent ? features : undefined };
}

/** The caller's policies come before everything else; without trusted access the features are kept, but nobody can see or turn them. */
function guarded(operation: Operation): Operation {
  return async (call, organization) => {
    await permit(call, organization);
    refuseStrangers(call, organization);
    if (!organization.isTrusted(IAM_SERVICE, call.view)) {
      throw new AwsError('ServiceAccessNotEnabledException',
        `Trusted Access for IAM not enabled by organization of input account ${call.caller.accountId}.`);
    }
    return operation(call, organization);
  };
}

function refuseStrangers({ caller: { accountId }, view }: Call, organization: Organization): void {
  if (!organization.findAccount(accountId)) {
    throw new AwsError('OrganizationNotFoundException', `No organization found for input account ${accountId}.`);
  }
  if (organization.featureSet !== 'ALL') {
    throw new AwsError('OrganizationNotInAllFeaturesModeException', `Organization of input account ${accountId} is not in all features mode.`);
  }
  if (accountId !== organization.managementAccountId && !organization.isDelegatedAdministrator(accountId, IAM_SERVICE, view)) {
    throw new AwsError('AccountNotManagementOrDelegatedAdministratorException',
      `Input account ${accountId} is neither management account nor delegated admin.`);
  }
}
