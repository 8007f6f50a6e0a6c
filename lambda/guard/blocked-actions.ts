import { type Cause, denialsOf, judge, type Level, type Policy, type Target } from '../policies/judge';
import { rootRequest, type RootUser, TASK_ACTIONS } from '../policies/root-requests';

/** What root sessions are denied, or may be, by one cause. */
export interface Blocked {
  readonly cause: Cause;
  readonly actions: readonly string[];
}

const ACTIONS = [...new Set(Object.values(TASK_ACTIONS).flat())];

/** The place of a policy that is judged by itself. */
const NOWHERE: Target = { id: '', type: 'ROOT' };

export const blockedActions = {
  /** By the statements of one policy. */
  byPolicy: (policy: Policy, root: RootUser): Blocked[] => (
    grouped(ACTIONS.flatMap((action) => denialsOf(policy, NOWHERE, rootRequest(root, 'session', action)).map((cause) => ({ cause, action }))))),

  /** By the lack of a policy that allows it. */
  byLack: (level: Level, root: RootUser): Blocked[] => (
    grouped(ACTIONS.flatMap((action) => (
      judge([level], rootRequest(root, 'session', action)).causes.filter(({ policy }) => policy === undefined).map((cause) => ({ cause, action })))))),
};

function grouped(single: readonly { readonly cause: Cause; readonly action: string }[]): Blocked[] {
  const groups = new Map<string, Blocked>();
  for (const { cause, action } of single) {
    const key = JSON.stringify([cause.judgement, cause.target.id, cause.policy?.id, cause.statement]);
    groups.set(key, { cause, actions: [...groups.get(key)?.actions ?? [], action] });
  }
  return [...groups.values()];
}
