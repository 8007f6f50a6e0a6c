import type { Flag, HandlerContract, OwnStackEnvironment } from '../private/contract';

/** Properties on which the guardrail and the handler of its preflight agree. */

export const GUARDRAIL_PREFLIGHT_RESOURCE_TYPE = 'Custom::RootUserGuardrailPreflight';

export interface GuardrailPreflightProperties {
  readonly PolicyName: string;
  /** IDs of roots, organizational units and accounts. */
  readonly Targets: string[];
  readonly TolerateBlockedRootSessions: Flag;
  /** Absent in templates of older versions. */
  readonly Tolerations?: Toleration[];
}

/** A policy, a unit, or a policy in a unit, that may block root sessions. */
export interface Toleration {
  readonly PolicyId?: string;
  readonly OrganizationalUnitId?: string;
  readonly Reason: string;
}

export const PREFLIGHT: HandlerContract<OwnStackEnvironment> = { asset: 'guardrail-preflight', entry: 'handler' };
