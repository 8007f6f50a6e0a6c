import { Annotations, Names, RemovalPolicy, Stack, Token } from 'aws-cdk-lib';
import * as organizations from 'aws-cdk-lib/aws-organizations';
import { Construct, IConstruct } from 'constructs';
import { guardrailDescription, guardrailPolicy } from './guardrail-policy';
import { PreflightHandler } from './preflight-handler';
import { BlockedRootSessions, BlockedRootSessionsToleration, LongTermRootExemption, RootUserGuardrailProps } from './root-user-guardrail-props';
import { IOrgRootAccessFeatures } from '../organization/org-root-access-features';
import { someFeatures, someFunctionOptions, someTexts } from '../private/cdk-shapes';
import { aRemovalPolicy, aText, checkShape, listOf, oneOf, options, Shape } from '../private/shape';
import { warnOfPartition } from '../private/stack-region';
import { checkPolicyId, checkPolicyTarget, checkUnitBelowRoot } from '../private/validate';

/** The quota in every organization, and in CloudFormation's documentation. AWS doubled it in May 2026. */
const LONGEST_POLICY = 5_120;
const LONGEST_NAME = 128;

const EXEMPTION: Shape<LongTermRootExemption> = { needed: { reason: aText }, optional: { actions: someTexts, accountIds: someTexts } };

const TOLERATION: Shape<BlockedRootSessionsToleration> = { needed: { reason: aText }, optional: { policyId: aText, organizationalUnitId: aText } };

const PROPS: Shape<RootUserGuardrailProps> = {
  needed: { targets: someTexts },
  optional: {
    exemptions: listOf(options(EXEMPTION)),
    policyName: aText,
    blockedRootSessions: oneOf('BlockedRootSessions', BlockedRootSessions),
    tolerations: listOf(options(TOLERATION)),
    features: someFeatures,
    removalPolicy: aRemovalPolicy,
    functionOptions: someFunctionOptions,
  },
};

/** A policy of the organization that restricts root users, created in this app or imported. */
export interface IRootUserGuardrail extends IConstruct {
  /**
   * ID of the policy, such as `p-abcd1234`.
   *
   * @attribute
   */
  readonly policyId: string;
}

/**
 * A service control policy that denies the long-term credentials of root users in member accounts.
 *
 * It denies every action with a password or access key of the root user, and does not affect root sessions
 * (`sts:AssumeRoot`).
 *
 * Before the policy is created or its targets change, a function reads the organization. The deployment fails, with
 * the remedy, if the policy type is not enabled in the root, a target is not in the organization or is the
 * management account, a target has no room for another policy, another policy has the name, or a service or
 * resource control policy at, above or below a target blocks root sessions. Such a policy has no exemption for
 * `aws:AssumedRoot`, or is the Control Tower control AWS-GR_RESTRICT_ROOT_USER without `ExemptAssumeRoot`.
 *
 * The `findings` list policies whose effect depends on the call, policies in `tolerations`, and policies that deny
 * everything to all principals. The function does not search for accounts and units *below* a target from which
 * FullAWSAccess was detached, and it runs again only when these properties change.
 *
 * Deploy it to the management account. The policy has at most 5,120 characters. Adds the permissions to read the
 * organization and its service and resource control policies (`organizations:DescribeOrganization`,
 * `organizations:ListRoots`, `organizations:ListParents`, `organizations:ListPolicies`,
 * `organizations:ListPoliciesForTarget`, `organizations:ListTargetsForPolicy`, `organizations:DescribePolicy`) and
 * the status of this stack (`cloudformation:DescribeStacks`). CloudFormation creates the policy with the
 * permissions of the deployment.
 *
 * @see https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-assumedroot
 *
 * @example
 * const features = new OrgRootAccessFeatures(this, 'RootAccess');
 * new RootUserGuardrail(this, 'Guardrail', {
 *   features,
 *   targets: ['ou-abcd-11111111'],
 *   exemptions: [{
 *     reason: 'MFA delete of the archive bucket needs the root user',
 *     actions: ['s3:PutBucketVersioning'],
 *     accountIds: ['333333333333'],
 *   }],
 * });
 */
export class RootUserGuardrail extends Construct implements IRootUserGuardrail {
  /**
   * Imports a policy that is managed elsewhere: in another stack, by Terraform, by Control Tower or in the console.
   *
   * It can be any service control policy or resource control policy of the organization. Adds nothing to the
   * template.
   *
   * @param policyId ID of the policy, such as `p-abcd1234`
   *
   * @example
   * const guardrail = RootUserGuardrail.fromPolicyId(this, 'Guardrail', 'p-abcd1234');
   */
  public static fromPolicyId(scope: Construct, id: string, policyId: string): IRootUserGuardrail {
    checkPolicyId('policyId', policyId);
    class Import extends Construct implements IRootUserGuardrail {
      public readonly policyId = policyId;
    }
    return new Import(scope, id);
  }

  /**
   * ID of the policy.
   *
   * @attribute
   */
  public readonly policyId: string;

  /**
   * ARN of the policy.
   *
   * @attribute
   */
  public readonly policyArn: string;

  /**
   * Findings of the check before the policy was attached, one per line, or `none`.
   *
   * Findings do not fail the deployment. This attribute contains up to 2,000 bytes; the log of the function
   * contains all findings.
   *
   * @attribute
   */
  public readonly findings: string;

  private readonly policyName: string;

  constructor(scope: Construct, id: string, props: RootUserGuardrailProps) {
    super(scope, id);
    checkShape(PROPS, props);
    warnOfPartition(this);
    const { targets, exemptions = [], blockedRootSessions = BlockedRootSessions.FAIL, tolerations = [], features } = props;
    const { removalPolicy = RemovalPolicy.DESTROY } = props;
    const policyName = props.policyName ?? Names.uniqueResourceName(this, { maxLength: LONGEST_NAME });
    checkTargets(targets, features);
    checkName(policyName);
    checkTolerations(tolerations, blockedRootSessions);
    this.policyName = policyName;
    this.checkOthers();
    const content = guardrailPolicy(exemptions);
    this.checkLength(content);

    const preflight = PreflightHandler.of(this, props.functionOptions).addPreflight(this, {
      PolicyName: policyName,
      Targets: targets,
      TolerateBlockedRootSessions: `${blockedRootSessions === BlockedRootSessions.TOLERATE}`,
      ...tolerations.length > 0 && {
        Tolerations: tolerations.map(({ policyId, organizationalUnitId, reason }) => (
          { PolicyId: policyId, OrganizationalUnitId: organizationalUnitId, Reason: reason })),
      },
    });
    if (features) {
      preflight.node.addDependency(features);
    }
    const policy = new organizations.CfnPolicy(this, 'Policy', {
      name: policyName,
      description: guardrailDescription(exemptions),
      type: 'SERVICE_CONTROL_POLICY',
      content,
      targetIds: targets,
    });
    policy.node.addDependency(preflight);
    policy.applyRemovalPolicy(removalPolicy);
    if (exemptions.length > 0) {
      policy.addMetadata('Exemptions', exemptions);
    }
    this.node.defaultChild = policy;
    this.policyId = policy.attrId;
    this.policyArn = policy.attrArn;
    this.findings = preflight.getAttString('Findings');
  }

  /** Names of policies are unique in an organization. Stacks of different accounts may belong to different organizations. */
  private checkOthers() {
    const others = this.node.root.node.findAll().filter((node): node is RootUserGuardrail => node instanceof RootUserGuardrail && node !== this);
    for (const other of others.filter(({ policyName }) => !Token.isUnresolved(policyName) && policyName === this.policyName)) {
      const same = `policyName '${this.policyName}' is that of ${other.node.path}, too, and an organization takes one policy of a name`;
      const [account, another] = [this, other].map((each) => Stack.of(each).account);
      if (Stack.of(this) === Stack.of(other) || (account === another && !Token.isUnresolved(account))) {
        throw new Error(`${same}: give each guardrail another policyName, or name the targets of both in one`);
      }
      if (Token.isUnresolved(account) || Token.isUnresolved(another)) {
        Annotations.of(this).addWarningV2('cdk-root-access:policyName', `${same}: unless the stacks are of different organizations, give each another policyName`);
      }
    }
  }

  /** Counts the policy without white space, as CloudFormation writes it. A token counts with its length in the template. */
  private checkLength(content: object) {
    const { length } = JSON.stringify(Stack.of(this).resolve(content));
    if (length > LONGEST_POLICY) {
      throw new Error(`exemptions make a policy of ${length} characters, and a service control policy can have ${LONGEST_POLICY}: name fewer actions and accounts, or split the targets over two guardrails`);
    }
  }
}

function checkTargets(targets: string[], features?: IOrgRootAccessFeatures) {
  if (Token.isUnresolved(targets)) {
    return;
  }
  if (targets.length === 0) {
    throw new Error('targets must name at least one root, organizational unit or account, got an empty list');
  }
  if (new Set(targets).size < targets.length) {
    throw new Error(`targets must name each target once, got '${targets.join("', '")}'`);
  }
  targets.forEach((target) => checkPolicyTarget('targets', target));
  const managementAccount = targets.find((target) => target === features?.managementAccountId);
  if (managementAccount !== undefined) {
    throw new Error(`targets must not name the management account '${managementAccount}': service control policies never affect it`);
  }
}

function checkTolerations(tolerations: BlockedRootSessionsToleration[], blockedRootSessions: BlockedRootSessions) {
  if (tolerations.length > 0 && blockedRootSessions === BlockedRootSessions.TOLERATE) {
    throw new Error('tolerations must not be given together with BlockedRootSessions.TOLERATE, which tolerates everything: leave one of them out');
  }
  tolerations.forEach(({ reason, policyId, organizationalUnitId }, i) => {
    const name = `tolerations[${i}]`;
    if (reason.trim() === '') {
      throw new Error(`${name}.reason must say why, got '${reason}'`);
    }
    if (policyId === undefined && organizationalUnitId === undefined) {
      throw new Error(`${name} must have a policyId, an organizationalUnitId or both, got neither: to tolerate everything use BlockedRootSessions.TOLERATE`);
    }
    if (policyId !== undefined) {
      checkPolicyId(`${name}.policyId`, policyId);
    }
    if (organizationalUnitId !== undefined) {
      checkUnitBelowRoot(`${name}.organizationalUnitId`, organizationalUnitId);
    }
    const same = tolerations.findIndex((other) => other.policyId === policyId && other.organizationalUnitId === organizationalUnitId);
    if (same < i) {
      throw new Error(`${name} is about the same as tolerations[${same}]: give one reason for both`);
    }
  });
}

function checkName(name: string) {
  if (!Token.isUnresolved(name) && !(name.length >= 1 && name.length <= LONGEST_NAME)) {
    throw new Error(`policyName must have 1 to ${LONGEST_NAME} characters, got ${name.length}: '${name}'`);
  }
}
