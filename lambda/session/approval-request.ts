import { sha256 } from './digest';
import type { Intention, Start } from './start';
import type { Fields } from './start-input';
import type { ApprovalRequest } from '../../lib/private/contract';
import type { RunbookSettings } from '../../lib/session/contract';
import { requestForApproval } from '../approval';
import { inert } from '../text';

/** What approvers are sent: everything that matters, and the commands that answer. The state machine adds the task token to each. */
export function approvalRequest<F extends Fields, Plan>(
  { execution, input, settings, startedBy }: Start<F, RunbookSettings>, { plan, title, details }: Intention<Plan>,
): ApprovalRequest {
  const digest = sha256(JSON.stringify({ execution: execution.id, title, plan }));
  const lines = [
    `Somebody asks to ${title}.`,
    '',
    `Reason: ${input.reason}`,
    `Started by: ${startedBy ?? 'a direct start of the state machine; CloudTrail has it as StartExecution'}`,
    `Execution: ${execution.id}`,
    ...details,
  ].map((line) => inert(line));
  return requestForApproval({ digest, title, lines, region: execution.id.split(':')[3], hours: settings.approvalHours });
}
