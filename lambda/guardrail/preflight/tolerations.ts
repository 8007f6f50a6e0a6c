import type { Blocked } from './blocked-actions';
import type { Guardrail } from './guardrail';
import type { Toleration } from '../../../lib/guardrail/contract';

/** A policy that blocks root sessions, with the toleration that accepts it. */
export interface Judged extends Blocked {
  readonly toleration?: Toleration;
}

/** Adds to each the first toleration that is about its policy and its unit. */
export async function withTolerations({ properties: { Tolerations = [] }, policies }: Guardrail, blocked: readonly Blocked[]): Promise<Judged[]> {
  return Promise.all(blocked.map(async (each) => {
    const { policy, target } = each.cause;
    const path = Tolerations.length > 0 ? (await policies.pathTo(target.id)).map(({ id }) => id) : [];
    const toleration = Tolerations.find(({ PolicyId, OrganizationalUnitId }) => (
      (PolicyId === undefined || PolicyId === policy?.id) && (OrganizationalUnitId === undefined || path.includes(OrganizationalUnitId))));
    return { ...each, toleration };
  }));
}

/** Tolerations that accept nothing. They would hide a policy that is attached later. */
export function needlessTolerations({ properties: { Tolerations = [] } }: Guardrail, blocked: readonly Judged[]): string[] {
  const needed = new Set(blocked.map(({ toleration }) => toleration));
  return Tolerations.filter((toleration) => !needed.has(toleration)).map(({ PolicyId, OrganizationalUnitId, Reason }) => {
    const about = [...PolicyId ? [`policy ${PolicyId}`] : [], ...OrganizationalUnitId ? [`OU ${OrganizationalUnitId}`] : []].join(' in ');
    return `nothing is blocked that the toleration of ${about} is about ('${Reason}'): take it from tolerations`;
  });
}
