import { type Accounts, type Cause, denialsOf, judge, type Level, type Policy, type Request, type Target } from '../../policies/judge';
import { denialsBy } from '../../policies/resource-control-policies';
import { rootRequest, type RootUser, TASK_ACTIONS, unnamedRequest } from '../../policies/root-requests';

/** Actions that one cause denies, or may deny, to root sessions. */
export interface Blocked {
  readonly cause: Cause;
  readonly actions: readonly string[];
  /** Whether it denies everything to all principals, except what it names: neither a root session nor the password of the root user works. */
  readonly closes: boolean;
}

const ACTIONS = [...new Set(Object.values(TASK_ACTIONS).flat())];

/** Target of a policy that is judged without one. */
const NOWHERE: Target = { id: '', type: 'ROOT' };

export const blockedActions = {
  /** Denied by the statements of one policy: in any account, or in these. */
  byPolicy: (policy: Policy, root: RootUser, accountIds?: readonly string[]): Blocked[] => {
    // denials to all principals, whether or not policies of its type apply to each service
    const toEverybody = (one: RootUser) => denialsOf(policy, NOWHERE, unnamedRequest(one));
    const by = (one: RootUser) => blocked(one, (request) => denialsBy(policy, NOWHERE, request), toEverybody(one));
    return accountIds === undefined ? by(root) : inAccounts(accountIds, root, by);
  },

  /** Denied because no policy allows it. */
  byLack: (level: Level, root: RootUser): Blocked[] => (
    blocked(root, (request) => judge([level], request).causes.filter(({ policy }) => policy === undefined))
      .map((one) => ({ ...one, closes: one.closes && one.actions.length === ACTIONS.length }))),
};

function blocked(root: RootUser, causes: (request: Request) => readonly Cause[], toEverybody = causes(unnamedRequest(root))): Blocked[] {
  const groups = grouped(ACTIONS.flatMap((action) => causes(rootRequest(root, 'session', action)).map((cause) => ({ cause, actions: [action] }))));
  return groups.map(({ cause, actions }) => {
    const isAlike = (others: readonly Cause[]) => others.some((other) => keyOf(other) === keyOf(cause));
    const closes = cause.judgement === 'blocks' && isAlike(toEverybody) && actions.every((action) => isAlike(causes(rootRequest(root, 'long-term', action))));
    return { cause, actions, closes };
  });
}

/** Joins what is the same in several accounts. */
function inAccounts(accountIds: readonly string[], root: RootUser, by: (root: RootUser) => Blocked[]): Blocked[] {
  const each = accountIds.map((accountId) => ({ accountId, found: by({ ...root, accountId }) }));
  const groups = new Map<string, Blocked>();
  for (const { accountId, found } of each) {
    for (const { cause, actions, closes } of found) {
      const key = JSON.stringify([keyOf(cause), actions, closes]);
      const only = [...onlyOf(groups.get(key)?.cause.accounts), accountId];
      groups.set(key, { cause: { ...cause, accounts: { only } }, actions, closes });
    }
  }
  return [...groups.values()];
}

const onlyOf = (accounts: Accounts | undefined) => accounts && 'only' in accounts ? accounts.only : [];

function keyOf({ judgement, target, policy, statement, accounts }: Cause): string {
  return JSON.stringify([judgement, target.id, policy?.id, statement, accounts]);
}

function grouped(single: readonly Omit<Blocked, 'closes'>[]): Omit<Blocked, 'closes'>[] {
  const groups = new Map<string, Omit<Blocked, 'closes'>>();
  for (const { cause, actions } of single) {
    const key = keyOf(cause);
    groups.set(key, { cause, actions: [...groups.get(key)?.actions ?? [], ...actions] });
  }
  return [...groups.values()];
}
