import { sha256 } from './digest';
import type { Intention, Start } from './start';
import type { Fields } from './start-input';
import type { ApprovalRequest } from '../../lib/private/contract';
import type { RunbookAccount, RunbookSettings } from '../../lib/session/contract';
import { requestForApproval } from '../approval';
import { inert, inertName } from '../text';

/** The request to approvers: everything that matters, and the commands that answer. The state machine adds the task token to each. */
export function approvalRequest<F extends Fields, Plan>(
  { execution, input, settings, startedBy, account }: Start<F, RunbookSettings>, { plan, title, details }: Intention<Plan>,
): ApprovalRequest {
  const digest = sha256(JSON.stringify({ execution: execution.id, title, plan }));
  const lines = [
    `Somebody asks to ${title}.`,
    '',
    ...accountLines(account),
    `Reason: ${input.reason}`,
    `Started by: ${startedBy ?? 'a direct start of the state machine; CloudTrail has it as StartExecution'}`,
    `Execution: ${execution.id}`,
    ...details,
  ].map((line) => inert(line));
  return requestForApproval({ digest, title, lines, region: execution.id.split(':')[3], hours: settings.approvalHours });
}

/** Name, place and root mailbox of the account, as far as AWS tells. */
function accountLines({ Account: account = {} }: RunbookAccount = {}): string[] {
  const { Name: name, Email: mailbox, Paths: paths = [] } = account;
  const units = paths[0]?.split('/').slice(1, -2).join(' / '); // o-…/r-…/ou-…/222222222222/
  return [
    ...name === undefined ? [] : [`Account: ${inertName(name)}`],
    ...units ? [`Unit: ${units}`] : [],
    ...mailbox === undefined ? [] : [`Root mailbox: ${mailbox}`],
  ];
}
