import { Token } from 'aws-cdk-lib';
import { LongTermRootExemption } from './root-user-guardrail-props';
import { checkAccountId } from '../private/validate';

interface Statement {
  readonly Sid: string;
  readonly Effect: 'Deny';
  readonly Action?: string | string[];
  readonly NotAction?: string[];
  readonly Resource: '*';
  readonly Condition: Record<string, Record<string, unknown>>;
}

/**
 * The service control policy, which denies every action to the root user of an account, except in root sessions and for exemptions. Only requests of root
 * sessions have `aws:AssumedRoot`.
 */
export function guardrailPolicy(exemptions: LongTermRootExemption[]): object {
  exemptions.forEach(checkExemption);
  const spared = exemptions.filter(({ actions }) => actions === undefined).flatMap(({ accountIds = [] }) => accountIds);
  const everywhere = exemptions.filter(({ accountIds }) => accountIds === undefined).flatMap(({ actions = [] }) => actions);
  const somewhere = exemptions.filter(({ actions, accountIds }) => actions && accountIds);
  checkOverlaps(somewhere, everywhere);
  const exempt = [...everywhere, ...somewhere.flatMap(({ actions = [] }) => actions)];
  return {
    Version: '2012-10-17',
    Statement: [
      denial('DenyLongTermRoot', exempt.length > 0 ? { NotAction: exempt } : { Action: '*' }, spared),
      ...somewhere.map(({ actions, accountIds = [] }, i) => denial(`DenyLongTermRootElsewhere${i + 1}`, { Action: actions }, [...spared, ...accountIds])),
    ],
  };
}

function denial(Sid: string, actions: Pick<Statement, 'Action' | 'NotAction'>, spared: string[]): Statement {
  return {
    Sid,
    Effect: 'Deny',
    ...actions,
    Resource: '*', // the condition limits it to root users
    Condition: {
      ArnLike: { 'aws:PrincipalArn': 'arn:*:iam::*:root' },
      Null: { 'aws:AssumedRoot': 'true' },
      ...spared.length > 0 && { StringNotEquals: { 'aws:PrincipalAccount': [...new Set(spared)] } },
    },
  };
}

const LONGEST_DESCRIPTION = 512;

/** The description of the policy, with the reason of each exemption as far as space permits. */
export function guardrailDescription(exemptions: LongTermRootExemption[]): string {
  const exempt = exemptions.map(({ reason, actions = ['everything'], accountIds }) => (
    `${actions.join(', ')}${accountIds ? ` in ${accountIds.join(', ')}` : ''} (${reason})`));
  const text = ['Denies the root user of member accounts everything but root sessions', ...exempt.length > 0 ? [`exempt: ${exempt.join('; ')}`] : []].join('; ');
  return text.length > LONGEST_DESCRIPTION ? `${text.slice(0, LONGEST_DESCRIPTION - 3)}...` : text;
}

function checkExemption({ reason, actions, accountIds }: LongTermRootExemption) {
  if (reason.trim() === '') {
    throw new Error(`exemptions: each needs a reason, got '${reason}' for ${JSON.stringify({ actions, accountIds })}`);
  }
  if (actions === undefined && accountIds === undefined) {
    throw new Error(`exemptions: '${reason}' must name actions, accountIds or both: without them it would exempt everything`);
  }
  for (const [name, values] of Object.entries({ actions, accountIds })) {
    if (values?.length === 0) {
      throw new Error(`exemptions: ${name} of '${reason}' must name at least one, got an empty list`);
    }
  }
  actions?.forEach((action) => checkAction(reason, action));
  accountIds?.forEach((accountId) => checkAccountId(`exemptions: accountIds of '${reason}'`, accountId));
}

function checkAction(reason: string, action: string) {
  if (!Token.isUnresolved(action) && !/^[a-z0-9-]+:(\*|[A-Za-z0-9]+\*?)$/.test(action)) {
    throw new Error(`exemptions: actions of '${reason}' must be 'service:Action', 'service:Prefix*' or 'service:*', got '${action}'`);
  }
}

/** The denial of an action outside of some accounts would also deny it where another exemption allows it. */
function checkOverlaps(somewhere: LongTermRootExemption[], everywhere: string[]) {
  somewhere.forEach(({ actions = [] }, i) => {
    const others = [...everywhere, ...somewhere.slice(i + 1).flatMap((other) => other.actions ?? [])];
    for (const action of actions) {
      const other = others.find((candidate) => overlap(action, candidate));
      if (other !== undefined) {
        throw new Error(`exemptions: '${action}' and '${other}' overlap: name an action in one exemption, with all its accountIds`);
      }
    }
  });
}

/** Wildcards are at the end, so that a prefix decides. */
function overlap(one: string, other: string): boolean {
  const [a, b] = [one.toLowerCase(), other.toLowerCase()];
  const covers = (pattern: string, action: string) => pattern.endsWith('*') ? action.startsWith(pattern.slice(0, -1)) : pattern === action;
  return covers(a, b) || covers(b, a);
}
