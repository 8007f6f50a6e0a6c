import type { Fields, InputOf } from './start-input';
import type { MachineExecution } from '../../lib/private/contract';
import type { RunbookAccount } from '../../lib/session/contract';

/** One run of a runbook, its input checked. */
export interface Start<F extends Fields, Settings> {
  readonly execution: MachineExecution;
  readonly input: InputOf<F>;
  readonly settings: Settings;
  /** ARN of whoever started the document; undefined for a direct start, which CloudTrail knows. */
  readonly startedBy?: string;
  /** Shown to approvers. */
  readonly account?: RunbookAccount;
  /** Where it was approved. */
  readonly approval?: Approval;
}

/** The record of an approval. AWS Step Functions does not pass on which principal answered; CloudTrail has it as SendTaskSuccess at this time. */
export interface Approval {
  /** ISO 8601: when the answer came. */
  readonly approvedAt: string;
  /** The person that the answer names, if any. Nobody has checked it. */
  readonly approvedBy?: string;
}

/** The change that is going to be made. */
export interface Intention<Plan> {
  /** Given to `act` as it is: JSON, and small. */
  readonly plan: Plan;
  /** `unlock bucket x in 222222222222`: one line. */
  readonly title: string;
  /** Facts for an approver beside title, reason and starter, a line each. */
  readonly details: string[];
}
