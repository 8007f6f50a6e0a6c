import type { Selection } from '../../../lib/private/contract';
import type { KeptCredentials, Protection } from '../../../lib/sweep/contract';
import { reasonOfRule } from '../decide/protection';
import type { AccountResult, CredentialResult } from '../results';
import { reasonOfExclusion } from '../selection';

/** Accounts or credentials that a sweep leaves alone on purpose: of these accounts and kinds, or of all where a list is missing. */
export interface ReportedException extends Partial<KeptCredentials> {
  /** The property that makes it. */
  readonly by: 'exclude' | 'keep';
  /** Absent while its end is far away, or it has none. What has ended protects like before. */
  readonly state?: 'ends-soon' | 'ended';
}

/** Of the construct's settings. An audit keeps nothing. */
export interface Exceptions {
  readonly selection?: Selection;
  readonly protection?: Protection;
}

const DAY_MS = 86_400_000;
const SOON_DAYS = 14;

/** Every exception, also one of which nobody has said why: an exclusion without a note. */
export function exceptionsAt(time: string, { selection, protection }: Exceptions): ReportedException[] {
  const { exclude = [], exclusions = [] } = selection ?? {};
  const noted = new Set(exclusions.flatMap(({ accounts }) => accounts));
  const others = exclude.filter((account) => !noted.has(account));
  return [
    ...exclusions.map((exclusion) => ({ by: 'exclude' as const, ...exclusion, state: stateAt(time, exclusion.until) })),
    ...others.length > 0 ? [{ by: 'exclude' as const, accounts: others }] : [],
    ...(protection?.keep ?? []).map((rule) => ({ by: 'keep' as const, ...rule, state: stateAt(time, rule.until) })),
  ];
}

/** Its last day counts to its end, in UTC. */
function stateAt(time: string, until: string | undefined): ReportedException['state'] {
  if (until === undefined) {
    return undefined;
  }
  const left = Date.parse(`${until}T00:00:00Z`) + DAY_MS - Date.parse(time);
  return left > SOON_DAYS * DAY_MS ? undefined : left > 0 ? 'ends-soon' : 'ended';
}

/** Which of the exceptions left an account, or a credential in it, alone: an index, or nothing. */
export class ExceptionIndex {
  constructor(private readonly exceptions: readonly ReportedException[]) {}

  ofAccount({ accountId, outcome, reason }: AccountResult): number | undefined {
    return outcome !== 'skipped' ? undefined : this.indexOf((exception) => (
      exception.by === 'exclude' && reason === reasonOfExclusion(exception) && exception.accounts!.includes(accountId)));
  }

  ofCredential({ accountId }: AccountResult, { kind, status, reason }: CredentialResult): number | undefined {
    return status !== 'kept' ? undefined : this.indexOf((exception) => exception.by === 'keep' && reason === reasonOfRule(exception)
      && (exception.accounts?.includes(accountId) ?? true) && (exception.credentials?.includes(kind) ?? true));
  }

  private indexOf(applies: (exception: ReportedException) => boolean): number | undefined {
    const index = this.exceptions.findIndex(applies);
    return index < 0 ? undefined : index;
  }
}
