import { closeByHand, describeClosing, type ClosingAws } from './closing';
import type { RunbookSettings } from '../../../../lib/session/contract';
import { explained } from '../../remedies';
import type { AwsOf, Task } from '../../runbook';
import type { RecoveryClosers } from '../closer-executions';
import { requestOf } from '../record';

/** Closes a recovery before its end. */
export function closePasswordRecovery(awsOf: AwsOf<ClosingAws & { readonly closers: RecoveryClosers }>): Task<{}, RunbookSettings, object> {
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
