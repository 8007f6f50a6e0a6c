import pLimit from 'p-limit';
import { isDenialOfCall } from './remedies';
import type { AccountResult, CredentialResult, Problem } from './results';
import { textOf } from '../aws/errors';
import { within } from '../aws/patience';
import { log } from '../log';
import { likelyCauses } from '../policies/causes';
import type { AuthorizationPolicies } from '../policies/service-control-policies';

export interface CausesSearch {
  readonly policies: AuthorizationPolicies;
  readonly partition: string;
  readonly organizationId: string;
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
 * Names the service control policies that denied calls of root sessions, first among the remedies. It changes nothing else of a result, and nothing at
 * all where the policies cannot be read.
 */
export async function withCauses(results: readonly AccountResult[], search: CausesSearch): Promise<AccountResult[]> {
  const limit = pLimit(AT_ONCE);
  const until = Math.min(search.until, Date.now() + LONGEST_MS);
  return Promise.all(results.map((result) => limit(() => explained(result, { ...search, until }))));
}

async function explained(result: AccountResult, search: CausesSearch): Promise<AccountResult> {
  const explain = (problem: Problem | undefined) => problem && explainedProblem(problem, result.accountId, search);
  const credentials = result.credentials.map(async (each): Promise<CredentialResult> => (
    each.problem ? { ...each, problem: await explain(each.problem) } : each));
  return { ...result, problem: await explain(result.problem), credentials: await Promise.all(credentials) };
}

async function explainedProblem(problem: Problem, accountId: string, { policies, partition, organizationId, until }: CausesSearch): Promise<Problem> {
  const action = isDenialOfCall(problem) ? deniedAction(problem) : undefined;
  if (action === undefined) {
    return problem;
  }
  try {
    const causes = await within(until - Date.now(), () => likelyCauses(policies, { partition, accountId, organizationId }, action));
    return { ...problem, remedies: [...causes.slice(0, MOST), ...problem.remedies] };
  } catch (error) {
    log.warn('service control policies not read', { accountId, reason: textOf(error) });
    return problem;
  }
}

/** AWS names it in the message. Of a sweep's calls, those of root sessions alone are to IAM. */
const deniedAction = ({ message }: Problem) => /not authorized to perform: (iam:\w+)/.exec(message)?.[1];
