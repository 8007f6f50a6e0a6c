import { sha256 } from './digest';
import type { Intention, Start } from './start';
import type { Fields } from './start-input';
import type { ApprovalRequest, RunbookSettings } from '../../lib/session/contract';
import { inert } from '../text';

/** An intrinsic function of Step Functions takes 10,000 characters, of which the two task tokens need some. */
const LONGEST = 4_000;

/** Of an SNS subject. */
const LONGEST_SUBJECT = 100;

/** What approvers are sent: everything that matters, and the commands that answer. The state machine adds the task token to each. */
export function approvalRequest<F extends Fields, Plan>(
  { execution, input, settings, startedBy }: Start<F, RunbookSettings>, { plan, title, details }: Intention<Plan>,
): ApprovalRequest {
  const digest = sha256(JSON.stringify({ execution: execution.id, title, plan }));
  const region = execution.id.split(':')[3];
  const until = settings.approvalHours === undefined ? '' : `It is waited for ${Math.round(settings.approvalHours * 10) / 10} hours. `;
  const lines = [
    `Somebody asks to ${title}.`,
    '',
    `Reason: ${input.reason}`,
    `Started by: ${startedBy ?? 'a direct start of the state machine; CloudTrail has it as StartExecution'}`,
    `Execution: ${execution.id}`,
    ...details,
  ].map((line) => inert(line));
  return {
    digest,
    subject: `Approval needed: ${inert(title)}`.replaceAll(/[^ -~]/g, '?').slice(0, LONGEST_SUBJECT),
    approve: `${lines.join('\n').slice(0, LONGEST)}\n\n${until}To approve exactly this:\n\n`
      + `aws stepfunctions send-task-success --region ${region} --task-output '{"approved":"${digest}"}' --task-token `,
    refuse: `\n\nTo refuse it:\n\naws stepfunctions send-task-failure --region ${region} --error ApprovalRefused --cause 'an approver refused it' --task-token `,
  };
}
