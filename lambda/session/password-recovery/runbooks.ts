import { allowRecovery, checkOpening, type OpeningAws } from './allow/opening';
import { closeByHand, describeClosing, type ClosingAws } from './close/closing';
import { checkExtension, extendRecovery, type ExtendingAws } from './extend/extending';
import { HOURS, hoursOf } from './hours';
import type { RecoveryRecord, Request } from './record';
import type { RecoverySettings, RunbookSettings } from '../../../lib/session/contract';
import type { RootOfAccount } from '../../policies/causes';
import { explained } from '../remedies';
import type { Task } from '../runbook';
import type { Start } from '../start';

/** What a run works with, made for each of them: a denial is waited for as long as the run is young. */
type AwsOf<Aws> = (start: Start<{}, RunbookSettings>) => Aws;

export interface HoursPlan {
  readonly hours: number;
}

export interface OpeningPlan extends HoursPlan {
  /** What people should know beforehand. */
  readonly notes: readonly string[];
}

const FIELDS = { hours: HOURS };
type Fields = typeof FIELDS;

const requestOf = ({ execution, input, startedBy }: Start<{}, RunbookSettings>): Request => ({ id: execution.id, reason: input.reason, startedBy });

/**
 * Which service control policies stop the root user of an account even when it signs in with a password, a line each; undefined when they could
 * not be read.
 */
export type BlockersOf = (root: RootOfAccount) => Promise<readonly string[] | undefined>;

const NOT_READ = 'service control policies were not read: one that denies the root user without an exception for this account still stops whoever signs in with the new password';

/** The partition is that of the execution, which is an ARN. */
async function notesOn({ execution, input: { accountId } }: Start<{}, RunbookSettings>, blockersOf: BlockersOf): Promise<readonly string[]> {
  return await blockersOf({ accountId, partition: execution.id.split(':')[1] }) ?? [NOT_READ];
}

export function allowPasswordRecovery(awsOf: AwsOf<OpeningAws>, blockersOf: BlockersOf): Task<Fields, RecoverySettings, OpeningPlan> {
  const openingOf = (start: Start<Fields, RecoverySettings>, { hours }: HoursPlan) => (
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
          `Whoever reads the mail of the account's root user can set its password, until it is deleted ${plan.hours} hours later.`,
          ...plan.notes.map((note) => `Note: ${note}.`),
        ],
      };
    },
    preview: ({ input: { accountId } }, { hours, notes }) => ({ accountId, state: 'would-open', hours, notes }),
    async act(start, plan) {
      const record = await explained(() => allowRecovery(openingOf(start, plan), awsOf(start)));
      return { ...described(record), state: 'open', notes: plan.notes };
    },
  };
}

export function extendPasswordRecovery(awsOf: AwsOf<ExtendingAws>): Task<Fields, RecoverySettings, HoursPlan> {
  const extensionOf = (start: Start<Fields, RecoverySettings>, { hours }: HoursPlan) => (
    { ...requestOf(start), accountId: start.input.accountId, hours, longestHours: start.settings.longestHours });
  return {
    fields: FIELDS,
    async prepare(start) {
      const plan = { hours: hoursOf(start.input.hours, start.settings) };
      const { endsAt, openedAt, reason } = await checkExtension(extensionOf(start, plan), awsOf(start));
      return {
        plan,
        title: `extend recovery of the root password of ${start.input.accountId} by ${plan.hours} hours`,
        details: [`It is open since ${openedAt} (${reason}), and would end at ${endsAt}.`],
      };
    },
    preview: ({ input: { accountId } }, { hours }) => ({ accountId, state: 'would-extend', hours }),
    act: async (start, plan) => ({ ...described(await extendRecovery(extensionOf(start, plan), awsOf(start))), state: 'open' }),
  };
}

export function closePasswordRecovery(awsOf: AwsOf<ClosingAws & Pick<OpeningAws, 'closers'>>): Task<{}, RunbookSettings, object> {
  return {
    fields: {},
    async prepare(start) {
      const { accountId, dryRun } = start.input;
      const closing = await explained(() => describeClosing(accountId, awsOf(start)));
      return dryRun || closing.state === 'closed'
        ? { result: closing }
        : { plan: {}, title: `close the password recovery of ${accountId}`, details: [] };
    },
    preview: ({ input: { accountId } }) => ({ accountId }),
    act: (start) => explained(() => closeByHand(start.input.accountId, requestOf(start), awsOf(start))),
  };
}

const described = ({ accountId, openedAt, endsAt }: RecoveryRecord) => ({ accountId, openedAt, endsAt });
