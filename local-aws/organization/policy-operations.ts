import { Call } from './call';
import { AwsError } from './errors';
import { Operations, Result, Value } from './operation';
import { Organization } from './organization';
import { constraint, describeRoot, forAdministrators, forManagement, invalidInput, list, policyArn } from './organizations';
import { OrganizationPolicy, RCP_FULL_AWS_ACCESS, RESOURCE_CONTROL_POLICY, SERVICE_CONTROL_POLICY } from './policies';

/** Policies of AWS Organizations: service and resource control policies. Errors as in the AWS API reference. */
export const POLICY_OPERATIONS: Operations = {
  EnablePolicyType: forManagement((call, organization) => {
    const { enabledTypes } = organization.policies;
    const type = typeOf(call.input.PolicyType);
    rootOf(call, organization);
    if (enabledTypes.has(type)) throw new AwsError('PolicyTypeAlreadyEnabledException', 'The specified policy type is already enabled.');
    enabledTypes.add(type);
    return { Root: describeRoot(organization) };
  }),
  DisablePolicyType: forManagement((call, organization) => {
    const type = typeOf(call.input.PolicyType);
    rootOf(call, organization);
    if (!organization.policies.enabledTypes.delete(type)) throw notEnabled();
    return { Root: describeRoot(organization) };
  }),
  CreatePolicy: forManagement((call, organization) => {
    const { Name: name = '', Description: description = '', Content: content = '', Tags: tags } = call.input;
    const policy = { name, description, content, type: typeOf(call.input.Type), tags: tagsOf(tags) };
    check(organization, policy);
    return describe(organization, organization.policies.create(policy));
  }),
  UpdatePolicy: forManagement((call, organization) => {
    const before = ownPolicyOf(call, organization);
    const { Name: name = before.name, Description: description = before.description, Content: content = before.content } = call.input;
    const policy = { ...before, name, description, content };
    check(organization, policy);
    organization.policies.put(policy);
    return describe(organization, policy);
  }),
  DescribePolicy: forAdministrators((call, organization) => describe(organization, policyOf(call, organization))),
  DeletePolicy: forManagement((call, organization) => {
    const { id } = ownPolicyOf(call, organization);
    if (targetsOf(organization, id).length > 0) {
      throw new AwsError('PolicyInUseException', 'The policy is attached to one or more entities. You must detach it from all roots, OUs, and accounts before performing this operation.');
    }
    organization.policies.remove(id);
    return undefined;
  }),
  AttachPolicy: forManagement((call, organization) => {
    const { policies } = organization;
    const { id, type } = policyOf(call, organization);
    const target = targetOf(call, organization);
    if (!policies.enabledTypes.has(type)) throw notEnabled();
    if (policies.isAttached(id, target)) {
      throw new AwsError('DuplicatePolicyAttachmentException', 'The selected policy is already attached to the specified target.');
    }
    if (policies.attachedTo(target, type).length >= policies.quotas.attachments) {
      throw constraint('MAX_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED', 'You have attached the maximum number of policies to the specified target.');
    }
    policies.attach(id, target);
    return undefined;
  }),
  DetachPolicy: forManagement((call, organization) => {
    const { policies } = organization;
    const { id, type } = policyOf(call, organization);
    const target = targetOf(call, organization);
    if (id === RCP_FULL_AWS_ACCESS) throw invalidInput('IMMUTABLE_POLICY', 'You specified a policy that is managed by AWS and cannot be modified.');
    if (!policies.isAttached(id, target)) {
      throw new AwsError('PolicyNotAttachedException', "The policy isn't attached to the specified target in the specified root.");
    }
    if (policies.attachedTo(target, type).length === 1) {
      throw constraint('MIN_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED', 'You cannot remove the last policy attached to the specified target. You must have at least one attached at all times.');
    }
    policies.detach(id, target);
    return undefined;
  }),
  ListPolicies: forAdministrators((call, organization) => (
    list(call, 'Policies', organization.policies.all(call.view).filter(({ type }) => type === typeOf(call.input.Filter)), (policy) => summary(organization, policy)))),
  ListPoliciesForTarget: forAdministrators((call, organization) => {
    const attached = organization.policies.attachedTo(targetOf(call, organization), typeOf(call.input.Filter), call.view);
    return list(call, 'Policies', attached, (policy) => summary(organization, policy));
  }),
  ListTargetsForPolicy: forAdministrators((call, organization) => (
    list(call, 'Targets', targetsOf(organization, policyOf(call, organization).id), (target) => target))),
  TagResource: forManagement((call, organization) => tag(call, organization, (tags) => new Map([...tags, ...tagsOf(call.input.Tags)]))),
  UntagResource: forManagement((call, organization) => (
    tag(call, organization, (tags) => new Map([...tags].filter(([key]) => !(JSON.parse(call.input.TagKeys ?? '[]') as string[]).includes(key)))))),
  ListTagsForResource: forAdministrators((call, organization) => (
    list(call, 'Tags', [...taggedPolicy(call, organization).tags], ([key, value]) => ({ Key: key, Value: value })))),
};

const notEnabled = () => new AwsError('PolicyTypeNotEnabledException', 'This operation can be performed only for enabled policy types.');

function check({ policies }: Organization, policy: Omit<OrganizationPolicy, 'id' | 'awsManaged'> & { readonly id?: string }): void {
  if (policies.all().some(({ id, name, type }) => id !== policy.id && name === policy.name && type === policy.type)) {
    throw new AwsError('DuplicatePolicyException', 'A policy with the same name already exists.');
  }
  if (policy.content.length > policies.quotas.characters) {
    throw constraint('POLICY_CONTENT_LIMIT_EXCEEDED', 'You attempted to create a policy that is larger than the maximum size.');
  }
  if (!isDocument(policy.content, policy.type)) {
    throw new AwsError('MalformedPolicyDocumentException', 'The provided policy document does not meet the requirements of the specified policy type.');
  }
}

/** A resource control policy only denies, and to every principal (Organizations user guide, "RCP syntax"). */
function isDocument(content: string, type: string): boolean {
  try {
    const { Statement: statements } = JSON.parse(content) as { Statement?: { Effect?: string; Principal?: unknown }[] };
    return Array.isArray(statements) && (type !== RESOURCE_CONTROL_POLICY || statements.every(({ Effect, Principal }) => Effect === 'Deny' && Principal === '*'));
  } catch {
    return false;
  }
}

/** The fake knows no other types. */
function typeOf(type: string | undefined): string {
  if (type !== SERVICE_CONTROL_POLICY && type !== RESOURCE_CONTROL_POLICY) throw invalidInput('INVALID_ENUM_POLICY_TYPE', 'You specified an invalid policy type.');
  return type;
}

function rootOf({ input: { RootId: id } }: Call, { rootId }: Organization): void {
  if (id !== rootId) throw new AwsError('RootNotFoundException', "You specified a root that doesn't exist.");
}

function policyOf({ input: { PolicyId: id = '' } }: Call, { policies }: Organization): OrganizationPolicy {
  const policy = policies.find(id);
  if (!policy) throw new AwsError('PolicyNotFoundException', "We can't find a policy with the PolicyId that you specified.");
  return policy;
}

function ownPolicyOf(call: Call, organization: Organization): OrganizationPolicy {
  const policy = policyOf(call, organization);
  if (policy.awsManaged) throw invalidInput('IMMUTABLE_POLICY', 'You specified a policy that is managed by AWS and cannot be modified.');
  return policy;
}

function targetOf({ input: { TargetId: id = '' } }: Call, organization: Organization): string {
  if (!organization.entities.some((entity) => entity.id === id)) {
    throw new AwsError('TargetNotFoundException', "We can't find a root, OU, account, or policy with the TargetId that you specified.");
  }
  return id;
}

function targetsOf({ entities, policies }: Organization, id: string): { TargetId: string; Name: string; Type: string }[] {
  const attached = entities.filter((entity) => policies.isAttached(id, entity.id));
  return attached.map((entity) => ({ TargetId: entity.id, Name: entity.name, Type: entity.type }));
}

function tag(call: Call, organization: Organization, change: (tags: ReadonlyMap<string, string>) => Map<string, string>): Result {
  const policy = taggedPolicy(call, organization);
  organization.policies.put({ ...policy, tags: change(policy.tags) });
  return undefined;
}

function taggedPolicy(call: Call, organization: Organization): OrganizationPolicy {
  const policy = organization.policies.find(call.input.ResourceId ?? '');
  if (!policy) throw new AwsError('TargetNotFoundException', "We can't find a root, OU, account, or policy with the TargetId that you specified.");
  return policy;
}

const tagsOf = (tags = '[]') => new Map((JSON.parse(tags) as { Key: string; Value: string }[]).map((each) => [each.Key, each.Value]));

function describe(organization: Organization, policy: OrganizationPolicy): Result {
  return { Policy: { PolicySummary: summary(organization, policy), Content: policy.content } };
}

function summary(organization: Organization, { id, name, description, type, awsManaged }: OrganizationPolicy): Value {
  return { Id: id, Arn: policyArn(organization, id), Name: name, Description: description, Type: type, AwsManaged: awsManaged };
}
