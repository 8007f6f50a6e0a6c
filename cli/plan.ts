import { readFileSync } from 'node:fs';
import { caller } from './caller';
import { confirm, expectConfirmable } from './confirm';
import { expectNew, writeNew } from './new-file';
import { planText } from './plan-text';
import { settingsOf, TerminalSweep, type SelectionOptions } from './sweep';
import { plural } from './table';
import { UsageError } from './usage';
import { messageOf, nameOf } from '../lambda/aws/errors';
import { PlanFile } from '../lambda/sweep/decide/plan-file';
import { isToGo, textOfPlan, type Plan } from '../lambda/sweep/plan';
import { CODES, problem, problemOfSweep } from '../lambda/sweep/remedies';
import type { SweepReport } from '../lambda/sweep/report/contents';
import type { Problem } from '../lambda/sweep/results';
import { CREDENTIAL_KINDS, type CredentialKind } from '../lib/private/contract';
import type { KeptCredentials, SweepSettings } from '../lib/sweep/contract';

/** Deletions and protections of a purge, as the properties of `RootCredentialsPurge` have it. */
export interface RuleOptions extends SelectionOptions {
  readonly credentials?: CredentialKind[];
  readonly keep?: KeptCredentials[];
  /** Days. */
  readonly keepIfUsedWithin?: number;
  readonly deleteAccessKeysInUse?: true;
  readonly recoveriesBucket?: string;
}

export interface PlanOptions extends RuleOptions {
  readonly out: string;
}

export interface PurgeOptions extends RuleOptions {
  /** File with a plan that was reviewed. */
  readonly plan?: string;
  /** Days. */
  readonly maxAge: number;
  readonly maxCredentials?: number;
  readonly maxAccounts?: number;
  readonly tolerateFailedAccounts?: true;
  /** The ID of the organization, instead of typing it. */
  readonly yes?: string;
  readonly planOut?: string;
}

const DAY_SECONDS = 86_400;

/** Of a purge, or of what one would delete. */
export function purgeSettings(options: RuleOptions, work: Partial<SweepSettings>): SweepSettings {
  const { credentials, keep = [], keepIfUsedWithin, deleteAccessKeysInUse, recoveriesBucket } = options;
  return settingsOf(options, {
    work: 'purge',
    credentials: credentials ?? [...CREDENTIAL_KINDS],
    protection: {
      keep,
      usedWithinSeconds: keepIfUsedWithin && keepIfUsedWithin * DAY_SECONDS,
      deleteAccessKeysInUse,
      keepCertificates: keepIfUsedWithin !== undefined && !credentials?.includes('SigningCertificate'),
      recoveriesBucket,
    },
    ...work,
  });
}

/** Writes what a purge would delete, and what it would keep, to a new file that people can review. It changes nothing else. */
export async function plan(options: PlanOptions): Promise<Plan> {
  const file = { what: 'the plan', option: '--out' };
  expectNew(options.out, file);
  const sweep = await TerminalSweep.begin(await caller(options), purgeSettings(options, { dryRun: true }), options.stop);
  const { plan: made } = await sweep.plan();
  writeNew(options.out, textOfPlan(made), file);
  return made;
}

/** Looks everywhere, plans, asks, deletes what is on the plan, and looks again. */
export async function purge(options: PurgeOptions): Promise<SweepReport> {
  const { yes, stop, maxCredentials, maxAccounts, tolerateFailedAccounts = false } = options;
  expectConfirmable(yes ?? 'o-…', yes);
  const reviewed = options.plan === undefined ? undefined : planIn(options.plan, options.maxAge);
  const limits = { credentials: maxCredentials, accounts: maxAccounts };
  const sweep = await TerminalSweep.begin(await caller(options), purgeSettings(options, { limits, tolerateFailedAccounts }), stop);
  expectConfirmable(sweep.organizationId, yes);
  const decision = await sweep.plan(reviewed);
  const { plan: made } = decision;
  if (stop?.aborted) {
    return sweep.report(INTERRUPTED);
  }
  if (made.refused !== undefined || !made.credentials.some(isToGo)) {
    return sweep.report(made.refused && refusedHere(made.refused));
  }
  await confirm(sweep.organizationId, whatIsDeleted(made), yes, stop);
  save(made, options.planOut ?? `root-purge-${made.organizationId}-${made.createdAt.replaceAll(':', '-')}.plan.json`);
  return sweep.report(await problemIn(() => sweep.carryOut(decision)));
}

const INTERRUPTED = problem(CODES.interrupted, 'nothing was deleted: the purge was interrupted before it had looked at all accounts', 'run it again');

const whatIsDeleted = (made: Plan) => [
  planText(made),
  '',
  `This deletes ${plural(made.credentials.filter(isToGo).length, 'credential', 'credentials')} in ${plural(made.totals.accounts, 'account', 'accounts')}. `
    + 'There is no undo: a deleted access key, certificate or MFA device cannot be restored.',
].join('\n');

/** Before anything is deleted: whatever becomes of this process, the plan tells which accounts to look at. */
function save(made: Plan, path: string) {
  writeNew(path, textOfPlan(made), { what: 'the plan', option: '--plan-out' });
  process.stderr.write(`Saved the plan to ${path}. Deleting …\n`);
}

/** Something may have been deleted, so there is a report in any case. */
async function problemIn(work: () => Promise<void>): Promise<Problem | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    return problemOfSweep(nameOf(error), messageOf(error));
  }
}

function planIn(path: string, maxAgeDays: number): PlanFile {
  try {
    return new PlanFile(readFileSync(path, 'utf8'), maxAgeDays * DAY_SECONDS);
  } catch (error) {
    throw new UsageError(`${path} cannot be carried out: ${messageOf(error)}`);
  }
}

/** Why a plan is not carried out is the same everywhere, what to do about it is not. */
const REMEDIES: Readonly<Record<string, string[]>> = {
  [CODES.unread]: ['follow the remedies of these accounts, then run it again', 'leave them out with --exclude, or purge the others with --tolerate-failed-accounts'],
  [CODES.limitExceeded]: ['if that is right, raise --max-credentials or --max-accounts', 'select fewer accounts or keep more, if it is not'],
  [CODES.planRefused]: ['make another with the command plan and review it, or raise --max-age if only its age is wrong'],
};

const refusedHere = ({ code, message, remedies }: Problem): Problem => ({ code, message, remedies: REMEDIES[code] ?? remedies });
