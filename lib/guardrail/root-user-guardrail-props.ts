import { RemovalPolicy } from 'aws-cdk-lib';
import { RootAccessFunctionOptions } from '../function-options';
import { IOrgRootAccessFeatures } from '../organization/org-root-access-features';

/** Properties of RootUserGuardrail. */
export interface RootUserGuardrailProps {
  /**
   * IDs of the targets of the policy: the organization root (`r-abcd`), organizational units (`ou-abcd-11111111`)
   * or accounts (12 digits).
   *
   * Service control policies never affect the management account, even if it is below a target. A management
   * account as a target is rejected.
   *
   * @see https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html
   */
  readonly targets: string[];

  /**
   * Actions that root users may still perform with their own password or access keys.
   *
   * An action cannot be both in an exemption for some accounts and in another exemption.
   *
   * @default - no exemptions
   */
  readonly exemptions?: LongTermRootExemption[];

  /**
   * Name of the policy, at most 128 characters. It must be unique in the organization.
   *
   * @default - generated from the path of the construct
   */
  readonly policyName?: string;

  /**
   * How to handle a service control policy that blocks root sessions below the targets.
   *
   * @default BlockedRootSessions.FAIL
   */
  readonly blockedRootSessions?: BlockedRootSessions;

  /**
   * Service control policies and organizational units that may block root sessions.
   *
   * Each is a finding with its reason, instead of failing the deployment. Cannot be combined with
   * `BlockedRootSessions.TOLERATE`, which tolerates all policies. A policy that denies everything to all
   * principals, such as the policy of a unit for suspended accounts, is always a finding and needs no toleration.
   *
   * @default - no tolerations
   */
  readonly tolerations?: BlockedRootSessionsToleration[];

  /**
   * Centralized root access of the organization.
   *
   * The policy is attached after centralized root access is enabled. Without it, no principal can perform root
   * tasks in the targets.
   *
   * @default - centralized root access is already enabled
   */
  readonly features?: IOrgRootAccessFeatures;

  /**
   * What happens to the policy when it is removed from the stack.
   *
   * With `RemovalPolicy.DESTROY`, it is detached and deleted. With `RemovalPolicy.RETAIN`, it stays attached to its
   * targets; a later deployment with the same name fails until you import the policy into the stack or delete it.
   *
   * @default RemovalPolicy.DESTROY
   */
  readonly removalPolicy?: RemovalPolicy;

  /**
   * Options of the Lambda function that checks the organization. All guardrails in a stack share one function, so
   * they must have the same options.
   *
   * @default - Node.js 22, logs kept for one year, no VPC
   */
  readonly functionOptions?: RootAccessFunctionOptions;
}

/**
 * Allows the root users of member accounts to perform actions with their own password or access keys, with the
 * reason.
 */
export interface LongTermRootExemption {
  /**
   * Reason for the exemption.
   *
   * The description of the policy shows it as far as space permits (512 characters). The metadata of the template
   * contains it in full.
   */
  readonly reason: string;

  /**
   * Actions to exempt, such as `s3:PutBucketVersioning`, `s3:PutBucket*` or `s3:*`. A wildcard is allowed at the
   * end only.
   *
   * @default - every action, in the accounts of `accountIds`
   */
  readonly actions?: string[];

  /**
   * IDs of the accounts in which the actions are exempt.
   *
   * @default - every account below the targets, for the actions of `actions`
   */
  readonly accountIds?: string[];
}

/** How a guardrail handles service control policies that block root sessions below its targets. */
export enum BlockedRootSessions {
  /**
   * The deployment fails before the policy is attached. Otherwise, no principal could perform root tasks in the
   * affected accounts.
   */
  FAIL = 'FAIL',

  /** The policy is attached. The `findings` and the log of the function list what was found. */
  TOLERATE = 'TOLERATE',
}

/**
 * Tolerates that root sessions are blocked by a service control policy, in an organizational unit, or by that
 * policy in that unit.
 *
 * An organizational unit includes the units below it.
 */
export interface BlockedRootSessionsToleration {
  /** Reason for the toleration. The finding shows it. */
  readonly reason: string;

  /**
   * ID of the service control policy, such as `p-abcd1234`.
   *
   * @default - every policy in `organizationalUnitId`
   */
  readonly policyId?: string;

  /**
   * ID of the organizational unit, such as `ou-abcd-11111111`.
   *
   * A policy that is attached above the unit also blocks root sessions in other units, and is not tolerated.
   *
   * @default - every target of the policy in `policyId`
   */
  readonly organizationalUnitId?: string;
}
