import { runSimulation } from '@cloud-copilot/iam-simulate';
import type { Policies, Policy } from './policies';
import { type FakeOrganization, isRoot, rootDenial, serviceControlLevels } from '../organization';
import type { Action, Caller } from '../wire';

const ADMINISTRATOR: Policy = {
  name: 'AdministratorAccess',
  policy: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] },
};

/** What the policy of a topic, a queue, a bus or a function decides too. */
const POLICED = [/^sns:Publish$/, /^sqs:(?:Send|Receive|Delete)Message$/, /^events:PutEvents$/, /^lambda:InvokeFunction$/];

const isPoliced = (action: string) => POLICED.some((policed) => policed.test(action));

const NOBODY = { Version: '2012-10-17', Statement: [] };

/** Decides from the policies that the engine holds, with the words in which AWS denies. */
export class Permissions {
  constructor(
    private readonly policies: Policies,
    private readonly organization: FakeOrganization,
  ) {}

  /** The text of the denial, or undefined when the action is allowed. */
  async decide({ caller, action, resource, context }: Action): Promise<string | undefined> {
    if (isRoot(caller)) {
      return rootDenial(this.organization, caller, action, resource, context);
    }
    const resourcePolicy = await this.resourcePolicy(caller, action, resource);
    if (resourcePolicy === undefined && isAdministrator(caller)) {
      return undefined;
    }
    const accountId = action === 'sts:AssumeRole' || isPoliced(action) ? resource.split(':')[4] || caller.accountId : caller.accountId;
    const decision = await runSimulation({
      request: {
        principal: caller.service ?? caller.arn,
        action,
        resource: { resource, accountId },
        contextVariables: { ...this.contextOf(caller, accountId), ...context as Record<string, string> },
      },
      identityPolicies: await this.identityPolicies(caller),
      serviceControlPolicies: serviceControlLevels(this.organization, caller.accountId),
      resourceControlPolicies: [],
      ...(resourcePolicy !== undefined && { resourcePolicy }),
    }, {});
    if (decision.resultType === 'error') {
      throw new Error(`${action} on ${resource} cannot be evaluated: ${JSON.stringify(decision.errors)}`);
    }
    if (decision.overallResult === 'Allowed') {
      return undefined;
    }
    const analyses = decision.resultType === 'single' ? [decision.result.analysis] : decision.results.map(({ analysis }) => analysis);
    const byScp = analyses.some(({ scpAnalysis }) => scpAnalysis && scpAnalysis.result !== 'Allowed');
    const denier = byScp ? 'a service control' : analyses.some(({ resourceAnalysis }) => resourceAnalysis?.result === 'ExplicitlyDenied') ? 'a resource-based' : 'an identity-based';
    return words(caller, action, resource, decision.overallResult === 'ExplicitlyDenied'
      ? `with an explicit deny in ${denier} policy`
      : `because no ${byScp ? 'service control' : accountId === caller.accountId ? 'identity-based' : 'resource-based'} policy allows the ${action} action`);
  }

  private async identityPolicies(caller: Caller): Promise<Policy[]> {
    return caller.roleArn ? this.policies.ofRole(caller.roleArn) : isAdministrator(caller) ? [ADMINISTRATOR] : [];
  }

  /** The policy of a bucket, and of a role that is to be assumed: who is not in it may not. */
  private async resourcePolicy(caller: Caller, action: string, resource: string): Promise<unknown> {
    if (action === 'sts:AssumeRole') {
      return await this.policies.trustOf(resource) ?? NOBODY;
    }
    const [, bucket] = /^arn:aws:s3:::([^/]+)/.exec(resource) ?? [];
    if (bucket) {
      return action.startsWith('s3:CreateBucket') ? undefined : this.policies.ofBucket(caller.accountId, bucket);
    }
    if (!isPoliced(action)) {
      return undefined;
    }
    const foreign = resource.split(':')[4] !== caller.accountId;
    return await this.policies.ofResource(resource) ?? (foreign ? NOBODY : undefined);
  }

  private contextOf(caller: Caller, accountId: string) {
    return {
      'aws:PrincipalArn': caller.roleArn ?? caller.arn,
      'aws:PrincipalAccount': caller.accountId,
      'aws:PrincipalOrgID': this.organization.organizationId,
      'aws:ResourceAccount': accountId,
      'aws:ResourceOrgID': this.organization.organizationId,
      'aws:SecureTransport': 'true', // loopback stands for AWS's TLS
      'aws:CurrentTime': new Date().toISOString(),
    };
  }
}

/** Whoever is neither a role nor a service. */
function isAdministrator({ roleArn, service }: Caller) {
  return !roleArn && !service;
}

/** As AWS writes it; Amazon S3 quotes the resource. */
function words(caller: Caller, action: string, resource: string, reason: string) {
  const quoted = action.startsWith('s3:') ? `"${resource}"` : resource;
  return `User: ${caller.arn} is not authorized to perform: ${action} on resource: ${quoted} ${reason}`;
}
