import { Annotations, Names, RemovalPolicy, Stack, Token } from 'aws-cdk-lib';
import * as organizations from 'aws-cdk-lib/aws-organizations';
import { Construct } from 'constructs';
import { BlockedRootSessionsToleration } from './blocked-root-sessions-toleration';
import { guardrailDescription, guardrailPolicy } from './guardrail-policy';
import { LongTermRootExemption } from './long-term-root-exemption';
import { PreflightHandler } from './preflight-handler';
import { HandlerOptions } from '../handler-options';
import { IOrgRootAccessFeatures } from '../organization/org-root-access-features';
import { warnOutsideOfAws } from '../private/partition';
import { aRemovalPolicy, aText, checkShape, listOf, oneOf, options, Shape } from '../private/shape';
import { aHandler, someFeatures, someTexts } from '../private/shapes';
import { checkPolicyId, checkPolicyTarget, checkUnitBelowRoot } from '../private/validate';

/** AWS doubled its quota in May 2026. This is what every organization has, and what CloudFormation's documentation still names. */
const LONGEST_POLICY = 5_120;
const LONGEST_NAME = 128;

/** What happens when a service control policy is found that blocks root sessions below the targets. */
export enum BlockedRootSessions {
  /** The deployment fails before the guardrail is attached: afterwards nobody could do there what needs the root user. */
  FAIL = 'FAIL',

  /** The guardrail is attached. What was found is in `findings` and in the function's log. */
  TOLERATE = 'TOLERATE',
}

/** Properties of RootUserGuardrail. */
export interface RootUserGuardrailProps {
  /**
   * Ids of what the policy is attached to: the root of the organization (`r-abcd`), organizational units (`ou-abcd-11111111`), accounts (12 digits).
   *
   * Service control policies never affect the management account, also when it is below a target. As a target of its own it is refused.
   */
  readonly targets: string[];

  /**
   * What the root user may still do with its own password or access keys. An action cannot be in an exemption for some accounts and in another one.
   *
   * @default - nothing
   */
  readonly exemptions?: LongTermRootExemption[];

  /**
   * Name of the policy, at most 128 characters. No other policy of the organization can have it.
   *
   * @default - made of the construct's path
   */
  readonly policyName?: string;

  /**
   * What happens when a service control policy is found that blocks root sessions below the targets.
   *
   * @default BlockedRootSessions.FAIL
   */
  readonly blockedRootSessions?: BlockedRootSessions;

  /**
   * Service control policies and organizational units by which root sessions may be blocked: a finding, with the reason, where the deployment would fail.
   * It cannot be given together with `BlockedRootSessions.TOLERATE`, which tolerates everything.
   *
   * Policies that deny everything to everybody, such as that of a unit for suspended accounts, need none: they are a finding anyway.
   *
   * @default - nothing
   */
  readonly tolerations?: BlockedRootSessionsToleration[];

  /**
   * Centralized root access of the organization. The policy is attached after it is switched on: before, what needs the root user can be done by nobody.
   *
   * @default - it is on already
   */
  readonly features?: IOrgRootAccessFeatures;

  /**
   * What happens to the policy when it leaves the stack.
   *
   * With `RemovalPolicy.DESTROY` it is detached and deleted. With `RemovalPolicy.RETAIN` it stays, attached to what it was; a later deployment under
   * the same name fails until it is imported into the stack or deleted.
   *
   * @default RemovalPolicy.DESTROY
   */
  readonly removalPolicy?: RemovalPolicy;

  /**
   * How the function runs that looks before the policy is attached. All guardrails in a stack share one, so this must be the same for all of them.
   *
   * @default - Node.js 22, logs kept for one year, no VPC
   */
  readonly handler?: HandlerOptions;
}

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
    handler: aHandler,
  },
};

/**
 * A service control policy that denies the root users of member accounts everything they do with a password or access key of their own, and leaves root
 * sessions (`sts:AssumeRoot`) as they are.
 *
 * Before the policy is made or its targets change, a function reads the organization and fails the deployment, with the remedy, when the policy type is not
 * enabled in the root, a target is not in the organization or is the management account, a target has no room for another policy, another policy has the
 * name, or a service or resource control policy at, above or below a target blocks root sessions: one without an exemption for `aws:AssumedRoot`, or the control
 * AWS-GR_RESTRICT_ROOT_USER of Control Tower without `ExemptAssumeRoot`. What it cannot decide, because it depends on the call, is in `findings`, and so is
 * what is among the `tolerations`, and a policy that denies everything to everybody. It does not look for accounts and units *below* a target from which FullAWSAccess was detached, and it looks again only when these properties change.
 *
 * It is deployed to the organization's management account. At most 5,120 characters of policy. Adds the permissions to read the organization and its
 * service and resource control policies (`organizations:DescribeOrganization`, `organizations:ListRoots`, `organizations:ListParents`, `organizations:ListPolicies`,
 * `organizations:ListPoliciesForTarget`, `organizations:ListTargetsForPolicy`, `organizations:DescribePolicy`) and the status of this stack
 * (`cloudformation:DescribeStacks`). CloudFormation makes the policy with the permissions of whoever deploys.
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
export class RootUserGuardrail extends Construct {
  /**
   * Id of the policy.
   *
   * @attribute
   */
  readonly policyId: string;

  /**
   * ARN of the policy.
   *
   * @attribute
   */
  readonly policyArn: string;

  /**
   * What was found before the policy was attached and does not stop it, a line each; `none` when nothing was. The function's log has all of it, this has
   * what fits into 2,000 bytes.
   *
   * @attribute
   */
  readonly findings: string;

  private readonly policyName: string;

  constructor(scope: Construct, id: string, props: RootUserGuardrailProps) {
    super(scope, id);
    checkShape(PROPS, props);
    warnOutsideOfAws(this);
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

    const preflight = PreflightHandler.of(this, props.handler).addPreflight(this, {
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
    this.policyId = policy.attrId;
    this.policyArn = policy.attrArn;
    this.findings = preflight.getAttString('Findings');
  }

  /** An organization has one policy of a name. Stacks of different accounts may be of different organizations. */
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

  /** As CloudFormation writes it: without white space. What is known only at the deployment counts as long as it stands in the template. */
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
