import { ASKED_FILE, GO_FILE, type AskedFile, type GoFile } from '../../lib/sweep/contract';
import type { ControlFiles } from '../aws/control-files';

/**
 * The record of the approval of a plan. AWS Step Functions does not pass on which principal answered: any principal can that has the task token and the
 * permission, so no name is on record here.
 */
export interface PlanApproval {
  /** Digest of the plan: an approval names it. */
  readonly digest: string;
  /** Whether an answer has named it. Else the sweep was refused, has timed out or still waits, which its error tells. */
  readonly approved: boolean;
  /** ISO 8601. */
  readonly askedAt?: string;
  /** ISO 8601: when the answer came. */
  readonly approvedAt?: string;
}

/** By the files that the state machine alone can write; nothing where an execution has not asked for an approval. */
export async function approvalOf(control: ControlFiles, run: string): Promise<PlanApproval | undefined> {
  const asked = await control.find<AskedFile>(run, ASKED_FILE);
  if (asked === undefined) {
    return undefined;
  }
  const go = await control.find<GoFile>(run, GO_FILE);
  return { digest: asked.plan, approved: go !== undefined, askedAt: asked.at, approvedAt: go?.at };
}
