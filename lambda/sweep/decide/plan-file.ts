import { createHash } from 'crypto';
import { PLAN_SCHEMA, type PlanAsset } from '../../../lib/sweep/contract';
import { failure } from '../../aws/errors';
import type { Credential } from '../../root-user/credentials';
import { isDeletion, markOf, type Plan, type PlannedCredential } from '../plan';
import { CODES, problem } from '../remedies';
import type { Problem } from '../results';

/** A plan from code review: lines may have been struck out of it, and none added. */
export class PlanFile {
  /** @throws if the text is not what was deployed, or no plan */
  static deployed(text: string, asset: PlanAsset): PlanFile {
    if (createHash('sha256').update(text).digest('hex') !== asset.digest) {
      throw refused(`s3://${asset.bucket}/${asset.key} is not the file that was deployed`, 'deploy again');
    }
    return new PlanFile(text, Number(asset.maxAgeSeconds));
  }

  private readonly plan: Plan;
  private readonly lines: Set<string>;

  /** @throws if the text is no plan */
  constructor(text: string, private readonly maxAgeSeconds: number) {
    this.plan = parse(text);
    this.lines = new Set(this.plan.credentials.filter(isDeletion).map((line) => lineOf(line.accountId, line)));
  }

  /** Whether a credential is on it. One of which AWS does not say when it was created is not known to be the same. */
  has(accountId: string, credential: Credential): boolean {
    return credential.createdAt !== undefined && this.lines.has(lineOf(accountId, credential));
  }

  /** Why nothing of it may be deleted, or nothing. */
  reasonToRefuse(organizationId: string, now: Date): Problem | undefined {
    const { organizationId: planned, createdAt, digest, credentials } = this.plan;
    const days = (ms: number) => `${Math.floor(ms / 86_400_000)} days`;
    const maxAgeMs = this.maxAgeSeconds * 1_000;
    const age = now.getTime() - Date.parse(createdAt);
    const strange = credentials.find((line) => isDeletion(line) && line.mark !== markOf(digest, line));
    if (planned !== organizationId) {
      return refusal(`it is of the organization ${planned}, and this is ${organizationId}`, MAKE_ANOTHER);
    }
    if (age < -CLOCKS_MS) { // it would not grow old for a long time
      return refusal(`it says that it was made on ${createdAt.slice(0, 10)}, which is in the future`, MAKE_ANOTHER);
    }
    if (!(age <= maxAgeMs)) {
      return refusal(`it was made on ${createdAt.slice(0, 10)}, ${days(age)} ago, and may be at most ${days(maxAgeMs)} old`, MAKE_ANOTHER, 'or raise maxAge of PurgePlan.fromFile');
    }
    return strange && refusal(
      `the line of ${strange.kind} ${strange.id ?? ''} in account ${strange.accountId} was not on it when it was made: lines may be struck out, and none added or changed`, MAKE_ANOTHER,
    );
  }
}

/** Clocks of two machines may differ by as much. */
const CLOCKS_MS = 5 * 60_000;

const MAKE_ANOTHER = 'take plan.json of the latest audit or dry run, review it, and deploy it in place of this file';

const refusal = (reason: string, ...remedies: string[]): Problem => problem(CODES.planRefused, `nothing was deleted: the plan is refused, since ${reason}`, ...remedies);

const refused = (reason: string, remedy: string) => failure(CODES.planRefused, `nothing was deleted: ${reason}: ${remedy}`);

function parse(text: string): Plan {
  let plan: Partial<Plan> | null;
  try {
    plan = JSON.parse(text) as Partial<Plan> | null;
  } catch (error) {
    throw refused(`the plan is not JSON (${(error as Error).message})`, 'a line that was struck out may have left a comma behind');
  }
  if (plan?.$schema !== PLAN_SCHEMA) {
    throw refused(`the plan is not of the schema ${PLAN_SCHEMA}`, MAKE_ANOTHER);
  }
  const wrong = wrongIn(plan);
  if (wrong !== undefined) {
    throw refused(`the plan was changed by hand, and ${wrong}`, MAKE_ANOTHER);
  }
  return plan as Plan;
}

/** The first defect of a plan that people have edited. */
function wrongIn(plan: Partial<Plan>): string | undefined {
  const texts = ['organizationId', 'createdAt', 'digest'] as const;
  const credentials: unknown = plan.credentials;
  const missing = texts.find((name) => typeof plan[name] !== 'string');
  if (missing !== undefined) {
    return `${missing} must be a text`;
  }
  if (!Array.isArray(credentials)) {
    return 'credentials must be a list';
  }
  const odd = credentials.findIndex((each: unknown) => typeof each !== 'object' || each === null);
  return odd < 0 ? undefined : `credentials[${odd}] must be a credential`;
}

const lineOf = (accountId: string, { kind, id = '', createdAt = '' }: Pick<PlannedCredential, 'kind' | 'id' | 'createdAt'>) => [accountId, kind, id, createdAt].join(' ');
