import type { Approval } from './start';
import type { GoFile } from '../../lib/session/contract';

const LONGEST_NAME = 256;

/** The record of the approval of a run; nothing where there are no approvers. */
export function approvedIn({ approval, at }: Pick<GoFile, 'approval' | 'at'>): Approval | undefined {
  const by = approval?.by;
  return approval === undefined ? undefined : { approvedAt: at, ...typeof by === 'string' && by !== '' && { approvedBy: by.slice(0, LONGEST_NAME) } };
}
