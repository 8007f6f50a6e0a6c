import type { OrganizationsClient } from '@aws-sdk/client-organizations';
import { textOf } from '../../../aws/errors';
import { withTimeout } from '../../../aws/patience';
import { log } from '../../../log';
import { AuthorizationPolicies } from '../../../policies/authorization-policies';
import { stopsRecoveredRoot, textOfStop, type RootOfAccount } from '../../../policies/causes';

/**
 * Which service control policies stop the root user of an account even when it signs in with a password, a line each; undefined when they could
 * not be read.
 */
export type BlockersOf = (root: RootOfAccount) => Promise<readonly string[] | undefined>;

/** A recovery is worth more than a note about it: where Organizations does not answer, as in a VPC without a way to it, nobody waits longer. */
const LONGEST_MS = 30_000;

/** Notes go into a mail to approvers. Those that stop everything come first. */
const MOST = 5;

/** Reads the policies as they are now. Whatever fails here leaves a note unwritten, and never a recovery undone. */
export function policiesThatStop(organizations: OrganizationsClient, longestMs = LONGEST_MS): BlockersOf {
  return async (root) => {
    try {
      const causes = await withTimeout(longestMs, () => stopsRecoveredRoot(new AuthorizationPolicies(organizations), root));
      return atMost(MOST, causes.map(textOfStop));
    } catch (error) {
      log.warn('service control policies not read', { accountId: root.accountId, reason: textOf(error) });
      return undefined;
    }
  };
}

function atMost(count: number, lines: readonly string[]): string[] {
  return lines.length <= count ? [...lines] : [...lines.slice(0, count), `${lines.length - count} more statements of service control policies that may stop the root user`];
}
