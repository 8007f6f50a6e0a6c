import type { BlockersOf } from './blockers';
import { allowRecovery, checkOpening, type OpeningAws } from './opening';
import { partitionIdOf } from '../../../../lib/private/partitions';
import type { RecoverySettings, RunbookSettings } from '../../../../lib/session/contract';
import { explained } from '../../remedies';
import type { AwsOf, Task } from '../../runbook';
import type { Start } from '../../start';
import { HOURS, hoursOf, type HoursPlan } from '../hours';
import { requestOf, summaryOf } from '../record';

export interface OpeningPlan extends HoursPlan {
  /** Notes to read before the recovery is opened. */
  readonly notes: readonly string[];
}

const FIELDS = { hours: HOURS };

const NOT_READ = 'service control policies were not read: one that denies the root user without an exception for this account still stops a sign-in with the new password';

/** The partition is that of the execution, which is an ARN. */
async function notesOn({ execution, input: { accountId } }: Start<{}, RunbookSettings>, blockersOf: BlockersOf): Promise<readonly string[]> {
  return await blockersOf({ accountId, partition: partitionIdOf(execution.id) }) ?? [NOT_READ];
}

/** Allows the recovery of a root password for some hours. */
export function allowPasswordRecovery(awsOf: AwsOf<OpeningAws>, blockersOf: BlockersOf): Task<typeof FIELDS, RecoverySettings, OpeningPlan> {
  const openingOf = (start: Start<typeof FIELDS, RecoverySettings>, { hours }: HoursPlan) => (
    { ...requestOf(start), accountId: start.input.accountId, hours });
  return {
    fields: FIELDS,
    async prepare(start) {
      const { accountId } = start.input;
      const plan = { hours: hoursOf(start.input.hours, start.settings), notes: await notesOn(start, blockersOf) };
      await explained(() => checkOpening(openingOf(start, plan), awsOf(start)));
      return {
        plan,
        title: `allow recovery of the root password of ${accountId} for ${plan.hours} hours`,
        details: [
          `Any person who reads the mail of the account's root user can set its password, until it is deleted ${plan.hours} hours later.`,
          ...plan.notes.map((note) => `Note: ${note}.`),
        ],
      };
    },
    preview: ({ input: { accountId } }, { hours, notes }) => ({ accountId, state: 'would-open', hours, notes }),
    async act(start, plan) {
      const record = await explained(() => allowRecovery(openingOf(start, plan), awsOf(start)));
      return { ...summaryOf(record), state: 'open', notes: plan.notes };
    },
  };
}
