import { closeByHand, describeClosing, type ClosingAws } from './password-recovery-closing';
import { checkExtension, extendRecovery, type ExtendingAws } from './password-recovery-extending';
import { HOURS, hoursOf } from './password-recovery-hours';
import { allowRecovery, checkOpening, type OpeningAws } from './password-recovery-opening';
import type { RecoveryRecord, Request } from './password-recovery-record';
import type { Task } from './runbook';
import type { Start } from './start';
import type { RecoverySettings, RunbookSettings } from '../../lib/private/contract';

/** What a run works with, made for each of them: a denial is waited for as long as the run is young. */
type AwsOf<Aws> = (start: Start<{}, RunbookSettings>) => Aws;

export interface HoursPlan {
  readonly hours: number;
}

const FIELDS = { hours: HOURS };
type Fields = typeof FIELDS;

const requestOf = ({ execution, input, startedBy }: Start<{}, RunbookSettings>): Request => ({ id: execution.id, reason: input.reason, startedBy });

/** What can still stop a root user whose password was recovered. */
const STILL_STOPPED_BY = 'service control policies that deny the root user were not read: one without an exception for this account still stops whoever signs in '
  + '(the password can be set all the same)';

export function allowPasswordRecovery(awsOf: AwsOf<OpeningAws>): Task<Fields, RecoverySettings, HoursPlan> {
  const openingOf = (start: Start<Fields, RecoverySettings>, { hours }: HoursPlan) => (
    { ...requestOf(start), accountId: start.input.accountId, hours });
  return {
    fields: FIELDS,
    async prepare(start) {
      const plan = { hours: hoursOf(start.input.hours, start.settings) };
      await checkOpening(openingOf(start, plan), awsOf(start));
      return {
        plan,
        title: `allow recovery of the root password of ${start.input.accountId} for ${plan.hours} hours`,
        details: [
          `Whoever reads the mail of the account's root user can set its password, until it is deleted ${plan.hours} hours later.`,
          `Note: ${STILL_STOPPED_BY}.`,
        ],
      };
    },
    preview: ({ input: { accountId } }, { hours }) => ({ accountId, state: 'would-open', hours, notes: [STILL_STOPPED_BY] }),
    async act(start, plan) {
      const record = await allowRecovery(openingOf(start, plan), awsOf(start));
      return { ...described(record), state: 'open', notes: [STILL_STOPPED_BY] };
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
      const closing = await describeClosing(accountId, awsOf(start));
      return dryRun || closing.state === 'closed' ? { result: closing } : { plan: {}, title: `close the password recovery of ${accountId}`, details: [] };
    },
    preview: ({ input: { accountId } }) => ({ accountId }),
    act: (start) => closeByHand(start.input.accountId, requestOf(start), awsOf(start)),
  };
}

const described = ({ accountId, openedAt, endsAt }: RecoveryRecord) => ({ accountId, openedAt, endsAt });
