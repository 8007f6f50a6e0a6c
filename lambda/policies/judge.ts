import { type Conditions, type Context, hold, resolve } from './conditions';
import { every, matches, not, some, type Truth } from './patterns';

/** A call, as far as policies ask for it. */
export interface Request {
  /** `iam:DeleteLoginProfile` */
  readonly action: string;
  readonly resource: string;
  readonly context: Context;
}

/** `cannot tell` when it depends on what is not known beforehand, or on something that is not understood here. It is never a yes. */
export type Judgement = 'blocks' | 'allows' | 'cannot tell';

/** The two kinds of policies of AWS Organizations that deny calls: of an account's principals, and on an account's resources. */
export type PolicyType = 'SERVICE_CONTROL_POLICY' | 'RESOURCE_CONTROL_POLICY';

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

/** Why a call is blocked, or may be. */
export interface Cause {
  readonly judgement: 'blocks' | 'cannot tell';
  readonly target: Target;
  /** The policy that denies it; absent where no policy of the target allows it. */
  readonly policy?: Policy;
  /** Of the policy that denies it: `Sid`, or its number from 1. */
  readonly statement?: string;
}

export interface Verdict {
  readonly judgement: Judgement;
  /** Those that block first. */
  readonly causes: readonly Cause[];
}

/** Whether service control policies let a call pass: each level must allow it, and none may deny it. */
export function judge(levels: readonly Level[], request: Request): Verdict {
  const causes = levels.flatMap((level) => causesAt(level, request)).sort((one, other) => rank(one) - rank(other));
  return { judgement: causes[0]?.judgement ?? 'allows', causes };
}

/** Why one policy denies a call, or may deny it. */
export function denialsOf(policy: Policy, target: Target, request: Request): Cause[] {
  return statementsOf(policy).flatMap((statement, i) => {
    const truth = statement.Effect === 'Allow' ? 'no' : applies(statement, request);
    return truth === 'no' ? [] : [{ judgement: judged(truth), target, policy, statement: statement.Sid ?? `statement ${i + 1}` }];
  });
}

const rank = ({ judgement }: Cause) => judgement === 'blocks' ? 0 : 1;
const judged = (truth: Truth) => truth === 'yes' ? 'blocks' as const : 'cannot tell' as const;

/** A target without any policy is one whose root has the policy type switched off: AWS keeps at least one elsewhere. */
function causesAt({ target, policies }: Level, request: Request): Cause[] {
  const denials = policies.flatMap((policy) => denialsOf(policy, target, request));
  const allowed = policies.length === 0 ? 'yes' : some(policies.flatMap((policy) => (
    statementsOf(policy).map((statement) => statement.Effect === 'Deny' ? 'no' : applies(statement, request)))));
  return allowed === 'yes' ? denials : [...denials, { judgement: judged(not(allowed)), target }];
}

interface Statement {
  readonly Sid?: string;
  readonly Effect?: string;
  readonly Action?: string | string[];
  readonly NotAction?: string | string[];
  readonly Resource?: string | string[];
  readonly NotResource?: string | string[];
  readonly Condition?: Conditions;
}

/** What cannot be read is one statement of no known effect. */
function statementsOf({ content }: Policy): Statement[] {
  try {
    const { Statement } = JSON.parse(content) as { Statement: Statement | Statement[] };
    return [Statement].flat();
  } catch {
    return [{ Sid: 'a document that is not JSON' }];
  }
}

/** What a statement of a service control policy can consist of; with anything else it is not understood. */
const ELEMENTS = ['Sid', 'Effect', 'Action', 'NotAction', 'Resource', 'NotResource', 'Condition'];

function applies(statement: Statement, { action, resource, context }: Request): Truth {
  const { Effect, Action, NotAction, Resource, NotResource, Condition = {} } = statement;
  const understood = (Effect === 'Allow' || Effect === 'Deny') && Object.keys(statement).every((element) => ELEMENTS.includes(element))
    && (Action ?? NotAction) !== undefined && (Resource ?? NotResource) !== undefined;
  if (!understood) {
    return 'unknown';
  }
  const named = (patterns: string | string[]) => some([patterns].flat().map((pattern) => matches(pattern.toLowerCase(), action.toLowerCase())));
  const meant = (patterns: string | string[]) => some([patterns].flat().map((pattern) => matchesResource(pattern, resource, context)));
  return every([
    Action === undefined ? not(named(NotAction!)) : named(Action),
    Resource === undefined ? not(meant(NotResource!)) : meant(Resource),
    hold(Condition, context),
  ]);
}

function matchesResource(pattern: string, resource: string, context: Context): Truth {
  const resolved = resolve(pattern, context);
  return resolved === undefined ? 'unknown' : matches(resolved, resource);
}
