import pLimit from 'p-limit';
import { TASK_POLICIES, type TaskPolicyName } from '../../lib/private/contract';
import { isDenied, nameOf, textOf } from '../aws/errors';
import { withTimeout } from '../aws/patience';
import { log } from '../log';
import { isDenialOfCall, isDeniedSession } from './remedies';
import type { AccountResult, CredentialResult, Problem } from './results';
import type { ResolvedSelection } from './selection';
import type { AuthorizationPolicies, KnownPlaces } from '../policies/authorization-policies';
import { assumeRootCauses, likelyCauses } from '../policies/causes';
import { actionIn } from '../policies/denials';

/** Where the accounts are in which calls were denied, and who called. */
export interface Denied {
  readonly organizationId: string;
  readonly managementAccountId: string;
  readonly callerAccountId: string;
}

export interface CausesSearch {
  readonly policies: AuthorizationPolicies;
  readonly partition: string;
  /** Of STS. */
  readonly region?: string;
  /** Results are written then, with what was found (milliseconds since the epoch). */
  readonly until: number;
}

/** A report is not kept waiting where Organizations does not answer, as in a VPC without a way to it. */
const LONGEST_MS = 60_000;
/** Accounts at once: they share what is above them, which is read once. */
const AT_ONCE = 5;
/** Of the policies that deny a call, these many are named. */
const MOST = 3;

/**
 * Names the policies of the organization that denied a root session, or a call in one, first among the remedies. It changes nothing else of a result. Where the
 * policies cannot be read, the last remedy says so. They are read after a denial only, and once for all accounts of a batch.
 */
export async function withCauses(results: readonly AccountResult[], denied: Denied, search: CausesSearch): Promise<AccountResult[]> {
  const limit = pLimit(AT_ONCE);
  const until = Math.min(search.until, Date.now() + LONGEST_MS);
  return Promise.all(results.map((result) => limit(() => new Explanation(result.accountId, denied, { ...search, until }).of(result))));
}

class Explanation {
  constructor(private readonly accountId: string, private readonly denied: Denied, private readonly search: CausesSearch) {}

  async of(result: AccountResult): Promise<AccountResult> {
    const credentials = result.credentials.map(async (each): Promise<CredentialResult> => (
      each.problem ? { ...each, problem: await this.explained(each.problem, TASK_POLICIES.deleteCredentials) } : each));
    const problem = result.problem && await this.explained(result.problem, TASK_POLICIES.auditCredentials);
    return { ...result, problem, credentials: await Promise.all(credentials) };
  }

  private async explained(problem: Problem, taskPolicy: TaskPolicyName): Promise<Problem> {
    const find = this.searchFor(problem, taskPolicy);
    if (find === undefined) {
      return problem;
    }
    try {
      const causes = await withTimeout(this.search.until - Date.now(), find);
      return { ...problem, remedies: [...causes.slice(0, MOST), ...problem.remedies] };
    } catch (error) {
      log.warn('policies of the organization not read', { accountId: this.accountId, reason: textOf(error) });
      return { ...problem, remedies: [...problem.remedies, notRead(error)] };
    }
  }

  /** How the cause of a problem is found, if policies can be its cause. */
  private searchFor(problem: Problem, taskPolicy: TaskPolicyName): (() => Promise<string[]>) | undefined {
    const { message } = problem;
    const { policies, partition, region } = this.search;
    const { organizationId, ...callers } = this.denied;
    const root = { partition, organizationId, accountId: this.accountId };
    if (isDeniedSession(problem)) {
      return () => assumeRootCauses(policies, { root, taskPolicy, region, ...callers, message });
    }
    const action = isDenialOfCall(problem) ? actionIn(message) : undefined;
    return action?.startsWith('iam:') ? () => likelyCauses(policies, root, action, message) : undefined; // others are no calls of root sessions
  }
}

/** A delegated administrator may read policies only where the organization lets it. */
function notRead(error: unknown): string {
  return isDenied(error)
    ? `the policies of the organization were not read (${nameOf(error)}), so that the one that denies it is not named: let the account of the sweep call organizations:ListParents, ListPoliciesForTarget and `
      + 'DescribePolicy (the delegation policy of the organization, in the management account), or set readServiceControlPolicies to false'
    : `the policies of the organization were not read (${nameOf(error)}), so that the one that denies it is not named: look at those above the account in AWS Organizations`;
}

/** The organization as the selection knows it, so that nobody asks for it again, account by account. */
export function placesIn({ placement, batches }: Pick<ResolvedSelection, 'placement' | 'batches'>): KnownPlaces {
  const units = placement?.units ?? [];
  return {
    parents: new Map([
      ...units.flatMap(({ id, parentId }): [string, string][] => parentId === undefined ? [] : [[id, parentId]]),
      ...Object.entries(placement?.parents ?? {}),
    ]),
    names: new Map([
      ...units.flatMap(({ id, name }): [string, string][] => name === undefined ? [] : [[id, name]]),
      ...batches.flat().map(({ accountId, accountName }): [string, string] => [accountId, accountName]),
    ]),
  };
}
