import { checkExtension, extendRecovery, type ExtendingAws } from './extending';
import type { RecoverySettings } from '../../../../lib/session/contract';
import type { AwsOf, Task } from '../../runbook';
import type { Start } from '../../start';
import { HOURS, hoursOf, type HoursPlan } from '../hours';
import { requestOf, summaryOf } from '../record';

const FIELDS = { hours: HOURS };

/** Extends a recovery by some hours. */
export function extendPasswordRecovery(awsOf: AwsOf<ExtendingAws>): Task<typeof FIELDS, RecoverySettings, HoursPlan> {
  const extensionOf = (start: Start<typeof FIELDS, RecoverySettings>, { hours }: HoursPlan) => (
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
    act: async (start, plan) => ({ ...summaryOf(await extendRecovery(extensionOf(start, plan), awsOf(start))), state: 'open' }),
  };
}
