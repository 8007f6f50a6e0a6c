import { inert } from './text';
import type { ApprovalRequest } from '../lib/private/contract';

/** An intrinsic function of Step Functions takes 10,000 characters, of which the two task tokens need some. */
const LONGEST = 4_000;

/** Of an SNS subject. */
const LONGEST_SUBJECT = 100;

export interface RequestedApproval {
  /** The digest that an answer names. */
  readonly digest: string;
  /** The change to approve, as the end of a sentence. */
  readonly title: string;
  /** Everything that matters, without control characters. */
  readonly lines: readonly string[];
  readonly region: string;
  /** For how long an answer is waited for. */
  readonly hours?: number;
}

/** The request to approvers: everything that matters, and the commands that answer. The state machine adds the task token to each. */
export function requestForApproval({ digest, title, lines, region, hours }: RequestedApproval): ApprovalRequest {
  const until = hours === undefined ? '' : `Answer within ${Math.round(hours * 10) / 10} hours. `;
  return {
    digest,
    subject: `Approval needed: ${inert(title)}`.replaceAll(/[^ -~]/g, '?').slice(0, LONGEST_SUBJECT),
    approve: `${lines.join('\n').slice(0, LONGEST)}\n\n${until}To approve exactly this:\n\n`
      + `aws stepfunctions send-task-success --region ${region} --task-output '{"approved":"${digest}"}' --task-token `,
    refuse: `\n\nTo refuse it:\n\naws stepfunctions send-task-failure --region ${region} --error ApprovalRefused --cause 'an approver refused it' --task-token `,
  };
}
