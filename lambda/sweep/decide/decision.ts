import pLimit from 'p-limit';
import { deletes, intentsFor, type Intent, type IntentSettings } from './intents';
import { reasonToRefuse, type Reasons } from './limits';
import type { Recoveries } from './recoveries';
import { CREDENTIAL_KINDS } from '../../../lib/private/contract';
import { credentialOf, type Credential } from '../../root-user/credentials';
import { planOf, type Decision, type Planned } from '../plan';
import { problemOf } from '../remedies';
import { resultOf, type AccountResult, type CredentialResult } from '../results';
import type { ResolvedSelection } from '../selection';

export interface Deciding extends Reasons {
  readonly execution: string;
  readonly selection: ResolvedSelection;
  readonly looks: readonly AccountResult[];
  readonly recoveries: Recoveries;
}

/** Records that are read at once. */
const AT_ONCE = 20;

/** Judges the whole of what was seen once, before anything is deleted. */
export async function decide(deciding: Deciding): Promise<Decision> {
  const { execution, selection, looks, now } = deciding;
  const limit = pLimit(AT_ONCE);
  const judged = await Promise.all(looks.map((look) => limit(() => judge(look, deciding))));
  const accounts = judged.map(({ account }) => account);
  const plan = planOf({
    execution,
    createdAt: now.toISOString(),
    organizationId: selection.organizationId,
    work: selection.work,
    dryRun: selection.dryRun,
    unread: accounts.flatMap(({ accountId, accountName, problem }) => problem === undefined ? [] : [{ accountId, accountName, code: problem.code }]),
  }, judged.flatMap(({ planned }) => planned));
  const refused = selection.work === 'purge' && !selection.dryRun ? reasonToRefuse(plan, deciding) : undefined;
  return { accounts, plan: { ...plan, refused } };
}

interface Judged {
  readonly account: AccountResult;
  readonly planned: Planned[];
}

/** An audit deletes nothing. Its plan is that of a purge of all kinds. */
const OF_AUDIT: IntentSettings = { credentials: [...CREDENTIAL_KINDS], dryRun: true, protection: { keep: [], keepCertificates: false } };

async function judge(look: AccountResult, deciding: Deciding): Promise<Judged> {
  const { accountId, accountName, problem } = look;
  try {
    const intents = await intentsOf(look, deciding);
    return {
      account: deciding.selection.work === 'audit' || look.outcome === 'skipped' ? look : resultOf(look, intents.map(asResult), problem),
      planned: intents.map(({ credential, action, reason }) => ({ accountId, accountName, ...credential, action, reason })),
    };
  } catch (error) { // whether a password recovery is open could not be read
    const why = problemOf(error);
    return { account: resultOf(look, look.credentials.map((credential) => ({ ...credential, status: 'failed', problem: why })), why), planned: [] };
  }
}

/** Whether a recovery is open is read only for what would be deleted otherwise. */
async function intentsOf({ accountId, credentials }: AccountResult, { selection, recoveries, file, now }: Deciding): Promise<Intent[]> {
  const isAudit = selection.work === 'audit';
  const settings = isAudit ? OF_AUDIT : selection;
  const found = credentials.map(credentialOf);
  const circumstances = { accountId, now: now.getTime(), isOnPlan: file && ((credential: Credential) => file.has(accountId, credential)) };
  const intents = intentsFor(found, settings, circumstances);
  return deletes(intents) && !isAudit ? intentsFor(found, settings, { ...circumstances, recovery: await recoveries.of(accountId) }) : intents;
}

const asResult = ({ credential, action, reason }: Intent): CredentialResult => ({ ...credential, status: action === 'keep' ? 'kept' : 'would-delete', reason });
