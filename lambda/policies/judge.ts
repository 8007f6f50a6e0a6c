import { casesOf, type Context, hold, resolved, variablesOf } from './conditions';
import { type Named, type PolicyType, readDocument, type Statement } from './documents';
import { accountsIn, agreed, every, matches, not, ofOthers, some, type Truth } from './patterns';

/** A call, as far as policies ask for it. */
export interface Request {
  /** `iam:DeleteLoginProfile` */
  readonly action: string;
  readonly resource: string;
  readonly context: Context;
  /** Where the account is not known: the same call in one that is. */
  readonly inAccount?: (accountId: string) => Request;
}

/** `cannot tell` when it depends on what is not known beforehand, or on something that is not understood here. It is never a yes. */
export type Judgement = 'blocks' | 'allows' | 'cannot tell';

export type { PolicyType };

export interface Policy {
  readonly id: string;
  readonly name: string;
  /** A service control policy where it is absent. */
  readonly type?: PolicyType;
  readonly awsManaged: boolean;
  /** Its JSON text. */
  readonly content: string;
}

export interface Target {
  readonly id: string;
  readonly type: 'ROOT' | 'ORGANIZATIONAL_UNIT' | 'ACCOUNT';
  /** Absent where AWS has not told it. */
  readonly name?: string;
}

/** A root, unit or account with the policies of one type that are attached to it. */
export interface Level {
  readonly target: Target;
  readonly policies: readonly Policy[];
}

/** In which accounts a judgement holds, where the account of the call is not known and a statement names some. */
export type Accounts = { readonly except: readonly string[] } | { readonly only: readonly string[] };

/** Why a call is blocked, or may be. */
export interface Cause {
  readonly judgement: 'blocks' | 'cannot tell';
  readonly target: Target;
  /** The policy that denies it; absent where no policy of the target allows it. */
  readonly policy?: Policy;
  /** Of the policy that denies it: `Sid`, or its number from 1. */
  readonly statement?: string;
  /** Absent when it holds in every account. */
  readonly accounts?: Accounts;
  /** Why the statement cannot be understood. */
  readonly problem?: string;
}

export interface Verdict {
  readonly judgement: Judgement;
  /** Those that block first. */
  readonly causes: readonly Cause[];
}

/** Whether policies of one type let a call pass: each level must allow it, and none may deny it. */
export function judge(levels: readonly Level[], request: Request): Verdict {
  const causes = levels.flatMap((level) => causesAt(level, request)).sort((one, other) => rank(one) - rank(other));
  return { judgement: causes[0]?.judgement ?? 'allows', causes };
}

/** Why one policy denies a call, or may deny it. */
export function denialsOf(policy: Policy, target: Target, request: Request): Cause[] {
  return readDocument(policy.content, policy.type).flatMap(({ place, statement, problem }) => {
    const { truth, accounts }: Applies = !statement ? { truth: 'unknown' } : statement.effect === 'Allow' ? { truth: 'no' } : applies(statement, request);
    return truth === 'no' ? [] : [{ judgement: judged(truth), target, policy, statement: place, ...accounts && { accounts }, ...problem && { problem } }];
  });
}

const rank = ({ judgement }: Cause) => judgement === 'blocks' ? 0 : 1;
const judged = (truth: Truth) => truth === 'yes' ? 'blocks' as const : 'cannot tell' as const;

/** A target without any policy is one whose root has the policy type switched off: AWS keeps at least one elsewhere. */
function causesAt({ target, policies }: Level, request: Request): Cause[] {
  const denials = policies.flatMap((policy) => denialsOf(policy, target, request));
  const allowed = policies.length === 0 ? 'yes' : some(policies.flatMap(({ content, type }) => (
    readDocument(content, type).map(({ statement }) => !statement ? 'unknown' : statement.effect === 'Deny' ? 'no' : everywhere(applies(statement, request))))));
  return allowed === 'yes' ? denials : [...denials, { judgement: judged(not(allowed)), target }];
}

interface Applies {
  readonly truth: Truth;
  readonly accounts?: Accounts;
}

/** An allowance that leaves accounts out is none for an account that is not known. */
const everywhere = ({ truth, accounts }: Applies): Truth => accounts ? 'unknown' : truth;

/** Whether a statement applies to a call. An unknown account is another one than those that the statement names, or one of these. */
function applies(statement: Statement, request: Request): Applies {
  const { action, inAccount } = request;
  if (means(statement.actions, (pattern) => matches(pattern, action.toLowerCase())) === 'no') {
    return { truth: 'no' }; // as most are, so that the rest is not asked
  }
  const texts = textsOf(statement);
  const keys = [...new Set([...statement.conditions.map(({ key }) => key), ...texts.flatMap(variablesOf)])];
  const named = inAccount ? accountsIn(texts.join('\n')) : [];
  const elsewhere = appliesInOne(named.length > 0 ? elsewhereOf(statement) : statement, keys, request);
  const there = named.map((id) => ({ id, truth: appliesInOne(statement, keys, inAccount!(id)) }));
  const different = there.filter(({ truth }) => truth !== elsewhere).map(({ id }) => id);
  if (elsewhere === 'unknown' || different.length === 0) {
    return { truth: elsewhere };
  }
  return elsewhere === 'yes' ? { truth: 'yes', accounts: { except: different } } : { truth: 'unknown', accounts: { only: different } };
}

/** All texts of a statement in which ids of accounts can be, or variables. */
function textsOf({ resources, conditions }: Statement): string[] {
  return [...resources.patterns, ...conditions.flatMap(({ values }) => values)];
}

function elsewhereOf({ resources, conditions, ...others }: Statement): Statement {
  return {
    ...others,
    resources: { ...resources, patterns: resources.patterns.map(ofOthers) },
    conditions: conditions.map((condition) => ({ ...condition, values: condition.values.map(ofOthers) })),
  };
}

/** @param keys those that the statement asks for */
function appliesInOne(statement: Statement, keys: readonly string[], request: Request): Truth {
  const cases = casesOf(request.context, keys);
  return cases === undefined ? 'unknown' : agreed(cases.map((context) => appliesInCase(statement, { ...request, context })));
}

function appliesInCase({ actions, resources, conditions }: Statement, { action, resource, context }: Request): Truth {
  return every([
    means(actions, (pattern) => matches(pattern, action.toLowerCase())),
    means(resources, (text) => resolved(text, context, resources.not, (pattern) => matches(pattern, resource))),
    hold(conditions, context),
  ]);
}

function means({ not: others, patterns }: Named, test: (pattern: string) => Truth): Truth {
  const named = some(patterns.map(test));
  return others ? not(named) : named;
}
