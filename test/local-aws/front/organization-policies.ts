import { operationOf } from './actions';
import { failure } from './errors';
import type { FakeOrganization } from '../organization';
import type { WireRequest, WireResponse } from '../wire';

interface Policy {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly type: string;
  readonly content: string;
  readonly targets: Set<string>;
}

type Input = Readonly<Record<string, string>>;

/** Policies of AWS Organizations: they are kept and attached, so that a stack can own them. They do not restrict anybody here. */
export class OrganizationPolicies {
  private readonly policies = new Map<string, Policy>();

  private readonly operations: Readonly<Record<string, (input: Input) => object>> = {
    CreatePolicy: (input) => this.write({
      id: `p-${(this.policies.size + 1).toString(36).padStart(8, '0')}`,
      name: input.Name,
      description: input.Description,
      type: input.Type,
      content: input.Content,
      targets: new Set(),
    }),
    UpdatePolicy: (input) => {
      const policy = this.find(input);
      const { Name: name = policy.name, Description: description = policy.description, Content: content = policy.content } = input;
      return this.write({ ...policy, name, description, content });
    },
    DescribePolicy: (input) => this.described(this.find(input)),
    DeletePolicy: (input) => {
      if (this.find(input).targets.size > 0) {
        throw new Refusal('PolicyInUseException', 'The policy is attached to one or more entities. You must detach it from all roots, OUs, and accounts before performing this operation.');
      }
      return { deleted: this.policies.delete(input.PolicyId) };
    },
    AttachPolicy: (input) => {
      if (this.find(input).targets.has(input.TargetId)) {
        throw new Refusal('DuplicatePolicyAttachmentException', 'The selected policy is already attached to the specified target.');
      }
      return this.find(input).targets.add(input.TargetId);
    },
    DetachPolicy: (input) => {
      if (!this.find(input).targets.delete(input.TargetId)) {
        throw new Refusal('PolicyNotAttachedException', "The policy isn't attached to the specified target in the specified root.");
      }
      return {};
    },
    ListPolicies: ({ Filter }) => ({ Policies: this.summaries((policy) => policy.type === Filter) }),
    ListPoliciesForTarget: ({ Filter, TargetId }) => (
      { Policies: this.summaries((policy) => policy.type === Filter && policy.targets.has(TargetId)) }),
    ListTargetsForPolicy: (input) => ({ Targets: [...this.find(input).targets].map((id) => ({ TargetId: id })) }),
  };

  constructor(private readonly organization: FakeOrganization) {}

  owns(request: WireRequest): boolean {
    return Object.hasOwn(this.operations, operationOf(request) ?? '');
  }

  answer(request: WireRequest): WireResponse {
    try {
      const answer = this.operations[operationOf(request)!](JSON.parse(request.body.toString()) as Input);
      return { status: 200, headers: { 'content-type': 'application/x-amz-json-1.1' }, body: JSON.stringify(answer) };
    } catch (error) {
      if (error instanceof Refusal) {
        return failure('organizations', error.code, error.message, 400);
      }
      throw error;
    }
  }

  private find({ PolicyId }: Input): Policy {
    const policy = this.policies.get(PolicyId);
    if (!policy) {
      throw new Refusal('PolicyNotFoundException', "We can't find a policy with the PolicyId that you specified.");
    }
    return policy;
  }

  private write(policy: Policy) {
    if ([...this.policies.values()].some(({ id, name, type }) => id !== policy.id && name === policy.name && type === policy.type)) {
      throw new Refusal('DuplicatePolicyException', 'A policy with the same name already exists.');
    }
    this.policies.set(policy.id, policy);
    return this.described(policy);
  }

  private described(policy: Policy) {
    return { Policy: { PolicySummary: this.summary(policy), Content: policy.content } };
  }

  private summaries(wanted: (policy: Policy) => boolean) {
    return [...this.policies.values()].filter(wanted).map((policy) => this.summary(policy));
  }

  private summary({ id, name, description, type }: Policy) {
    const { managementAccountId, organizationId } = this.organization;
    const arn = `arn:aws:organizations::${managementAccountId}:policy/${organizationId}/${type.toLowerCase()}/${id}`;
    return { Id: id, Arn: arn, Name: name, Description: description, Type: type, AwsManaged: false };
  }
}

class Refusal extends Error {
  constructor(readonly code: string, message: string) {
    super(message);
  }
}
