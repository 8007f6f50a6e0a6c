import type { Flag } from '../private/contract';

/** What the guardrail in templates and the handler of its preflight agree on. */

export const GUARDRAIL_PREFLIGHT_RESOURCE_TYPE = 'Custom::RootUserGuardrailPreflight';

export interface GuardrailPreflightProperties {
  readonly PolicyName: string;
  /** Ids of roots, organizational units and accounts. */
  readonly Targets: string[];
  readonly TolerateBlockedRootSessions: Flag;
  /** Absent in templates of older versions. */
  readonly Tolerations?: Toleration[];
}

/** A policy, a unit, or a policy in a unit by which root sessions may be blocked. */
export interface Toleration {
  readonly PolicyId?: string;
  readonly OrganizationalUnitId?: string;
  readonly Reason: string;
}
