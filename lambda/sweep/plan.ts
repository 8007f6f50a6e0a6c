import { createHash } from 'crypto';
import type { AccountResult, Problem } from './results';
import { CREDENTIAL_KINDS, type CredentialKind } from '../../lib/private/contract';
import { PLAN_SCHEMA, type SweepWork } from '../../lib/sweep/contract';
import type { Credential } from '../root-user/credentials';

/** A credential of a plan: what identifies it, and what is to happen to it. */
export interface PlannedCredential extends Credential {
  readonly accountId: string;
  readonly accountName: string;
  readonly action: 'delete' | 'would-delete' | 'keep';
  /** Why it is kept. */
  readonly reason?: string;
  /** Of a deletion: that it was on the plan when the plan was made. */
  readonly mark?: string;
}

/** `plan.json`: what a sweep deletes, or would delete (`schema/plan-1.json`). */
export interface Plan {
  readonly $schema: string;
  readonly execution: string;
  /** ISO 8601. */
  readonly createdAt: string;
  readonly organizationId: string;
  readonly work: SweepWork;
  readonly dryRun: boolean;
  /** Of the organization and of what is deleted, and of nothing else: two plans that delete the same have the same. */
  readonly digest: string;
  readonly totals: PlanTotals;
  /** Why nothing of it is deleted, although the purge was to delete it. */
  readonly refused?: Problem;
  /** Accounts that could not be read. What they have is not on the plan. */
  readonly unread: { readonly accountId: string; readonly accountName: string; readonly code: string }[];
  /** The most recently used first. */
  readonly credentials: PlannedCredential[];
}

export interface PlanTotals {
  /** Accounts that lose a credential. */
  readonly accounts: number;
  readonly delete: Record<CredentialKind, number>;
  readonly keep: Record<CredentialKind, number>;
}

/** The decision of a sweep over everything that it has seen. */
export interface Decision {
  /** Each account as it is before anything is deleted: what a purge would delete is `would-delete`. */
  readonly accounts: AccountResult[];
  readonly plan: Plan;
}

/** A credential with its account, and the intent for it. */
export type Planned = Omit<PlannedCredential, 'mark'>;

export function planOf(about: Omit<Plan, '$schema' | 'digest' | 'totals' | 'credentials'>, planned: readonly Planned[]): Plan {
  const deletions = planned.filter(isDeletion);
  const digest = digestOf(about.organizationId, deletions);
  return {
    $schema: PLAN_SCHEMA,
    ...about,
    digest,
    totals: {
      accounts: new Set(deletions.map(({ accountId }) => accountId)).size,
      delete: countsOf(deletions),
      keep: countsOf(planned.filter((each) => !isDeletion(each))),
    },
    credentials: [...planned].sort(mostRecentlyUsedFirst).map((each) => isDeletion(each) ? { ...each, mark: markOf(digest, each) } : each),
  };
}

/** Whether it goes, or would go. */
export const isDeletion = ({ action }: Pick<PlannedCredential, 'action'>) => action !== 'keep';

/** Whether it goes: an audit and a dry run have a plan of which nothing does. */
export const isToGo = ({ action }: Pick<PlannedCredential, 'action'>) => action === 'delete';

export function digestOf(organizationId: string, deletions: readonly Planned[]): string {
  return sha256(JSON.stringify([PLAN_SCHEMA, organizationId, deletions.map(identityOf).sort()]));
}

/** Binds a line to the plan that it was made for: a line of another plan has another. */
export const markOf = (digest: string, planned: Planned) => sha256(`${digest} ${identityOf(planned)}`).slice(0, 16);

const identityOf = ({ accountId, kind, id = '', createdAt = '' }: Planned) => [accountId, kind, id, createdAt].join(' ');

/** Counts by kind. */
export function countsOf(credentials: readonly Credential[]): Record<CredentialKind, number> {
  const count = (kind: CredentialKind) => credentials.filter((each) => each.kind === kind).length;
  return Object.fromEntries(CREDENTIAL_KINDS.map((kind) => [kind, count(kind)])) as Record<CredentialKind, number>;
}

function mostRecentlyUsedFirst(one: Planned, other: Planned): number {
  return (other.lastUsedAt ?? '').localeCompare(one.lastUsedAt ?? '') || identityOf(one).localeCompare(identityOf(other));
}

/** One line for each credential, so that a review of the file shows, and strikes, one at a time. */
export function textOfPlan({ credentials, ...about }: Plan): string {
  const head = JSON.stringify(about, undefined, 2).replace(/\n\}$/, '');
  const lines = credentials.map((each) => `    ${JSON.stringify(each)}`);
  return `${head},\n  "credentials": [${lines.length === 0 ? '' : `\n${lines.join(',\n')}\n  `}]\n}\n`;
}

/** The accounts that lose something, each with all that is known of it. */
export interface PlannedAccount {
  readonly accountId: string;
  readonly accountName: string;
  /** In the order in which they are deleted: the password first, MFA last. */
  readonly credentials: PlannedCredential[];
}

/** The batches of a purge. They follow from the plan, so that whoever reads it finds the same. */
export function batchesOf({ credentials }: Pick<Plan, 'credentials'>, accountsPerBatch: number): PlannedAccount[][] {
  const byAccount = new Map<string, PlannedCredential[]>();
  for (const credential of credentials) {
    byAccount.set(credential.accountId, [...byAccount.get(credential.accountId) ?? [], credential]);
  }
  const accounts = [...byAccount.values()]
    .filter((all) => all.some(isToGo))
    .map((all): PlannedAccount => ({ accountId: all[0].accountId, accountName: all[0].accountName, credentials: inOrder(all) }))
    .sort((one, other) => one.accountId.localeCompare(other.accountId));
  const count = Math.ceil(accounts.length / accountsPerBatch);
  return Array.from({ length: count }, (_, i) => accounts.slice(i * accountsPerBatch, (i + 1) * accountsPerBatch));
}

export function inOrder<Each extends Credential>(credentials: readonly Each[]): Each[] {
  return CREDENTIAL_KINDS.flatMap((kind) => credentials.filter((credential) => credential.kind === kind));
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
