import { CfnElement, type Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { IMPORTED_BUCKET } from './stacks';
import { madeOnce } from '../support/apps';

/** One thing that one role is allowed: an action on a resource, under one condition. */
export interface Grant {
  /** Who has it, in the words of the table. */
  readonly holder: string;
  readonly action: string;
  readonly resource: string;
  /** `organizations:ServicePrincipal StringEquals iam.amazonaws.com` */
  readonly condition?: string;
  readonly at: Place;
}

/** Where a grant stands in a template, and so in what is deployed from it. */
export interface Place {
  /** Id of the construct at the top. */
  readonly construct: string;
  /** Logical ids. */
  readonly role: string;
  readonly policy: string;
  readonly statement: number;
  readonly resource: number;
  /** Position in the list of the condition's values. */
  readonly value: number;
}

export interface Statement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** Holders by the path of the role; the switches share one, so that what each of them needs shows in the path of its policy. */
const HOLDERS: readonly (readonly [RegExp, string])[] = [
  [/^(RootAccess|Root\/Features)\/Permissions/, 'switches function, for OrgRootAccessFeatures'],
  [/^(\w+Account|Root\/Delegation)\/Permissions/, 'switches function, for RootAccessDelegation'],
  [/^RootAccessSwitches\/HandlerRole/, 'switches function'],
  [/^RootAccessSwitches\/ProviderRole/, 'Provider of the switches'],
  [/^RootUserGuardrailPreflight\/HandlerRole/, 'guardrail preflight function'],
  [/^RootUserGuardrailPreflight\/ProviderRole/, 'Provider of the guardrail preflight'],
  [/\/Functions\/SelectRole/, 'select function'],
  [/\/Functions\/LookRole/, 'look function of the sweep'],
  [/\/Functions\/DecideRole/, 'decide function of the sweep'],
  [/\/Functions\/PurgeRole/, 'purge function of the sweep'],
  [/\/Functions\/ReportRole/, 'report function'],
  [/\/Sweep\/StateMachine\/Role/, 'sweep state machine'],
  [/\/TellRole/, 'monitor function'],
  [/\/Schedule\/Role/, 'schedule'],
  [/\/OnJoin\/FindRole/, 'joined function'],
  [/\/OnJoin\/StateMachine\/Role/, 'joined state machine'],
  [/\/OnJoin\/StateMachine\/EventsRole/, 'joined rule'],
  [/^Forwarder\/Role/, 'forwarder rule'],
  [/\/OnDeploy\/HandlerRole/, 'deployment function'],
  [/\/OnDeploy\/ProviderRole/, 'Provider of the sweep'],
  [/\/OnDeploy\/ProviderWaiterRole/, 'waiter of the Provider'],
  [/\/OnDeploy\/Provider\/waiter-state-machine\/Role/, 'waiting state machine'],
  [/^Runbooks\/Bucket\/UnlockFunctionRole/, 'bucket unlock function'],
  [/^Runbooks\/Bucket\/RestoreFunctionRole/, 'bucket restore function'],
  [/^Runbooks\/Queue\/UnlockFunctionRole/, 'queue unlock function'],
  [/^Runbooks\/Queue\/RestoreFunctionRole/, 'queue restore function'],
  [/^Runbooks\/PasswordRecovery\/AllowFunctionRole/, 'allow function'],
  [/^Runbooks\/PasswordRecovery\/ExtendFunctionRole/, 'extend function'],
  [/^Runbooks\/PasswordRecovery\/CloseFunctionRole/, 'close function'],
  [/^Runbooks\/PasswordRecovery\/LookRole/, 'look function'],
  [/^Runbooks\/PasswordRecovery\/CloseAtEndRole/, 'close-at-end function'],
  [/^Runbooks\/OpenRecoveries\/HandlerRole/, 'open-recoveries function'],
  [/^Runbooks\/OpenRecoveries\/ProviderRole/, 'Provider of the open recoveries'],
  [/^Runbooks\/PasswordRecovery\/Closer\/StateMachine\/Role/, 'closer state machine'],
  [/^Runbooks\/\w+\/\w+\/StateMachine\/Role/, 'runbook state machine'],
  [/^People\/Operator/, 'who may start a runbook'],
  [/^People\/Approver/, 'who may approve'],
  [/^People\/RecordsReader/, 'who may read records'],
  [/^People\/Sweeper/, 'who may start a sweep'],
  [/^People\/ReportsReader/, 'who may read reports'],
  [/^People\/Auditor/, 'who may audit'],
];

/** Everything that the roles of a stack are allowed. */
export function grantsOf(stack: Stack): Grant[] {
  const paths = pathsOf(stack);
  const shown = ({ key, operator }: Condition, value: unknown) => `${key} ${operator} ${rendered(value, paths)}`;
  return policiesOf(stack).flatMap(({ id, path, Roles: roles = [], PolicyDocument }) => roles.flatMap(({ Ref: role }) => (
    PolicyDocument.Statement.flatMap((statement, i) => grantsIn(statement).map(({ action, pattern, allowed, ...at }) => ({
      holder: holderOf(path, paths.get(role)!),
      action,
      resource: rendered(pattern, paths),
      condition: allowed === undefined ? undefined : shown(conditionOf(statement)!, allowed),
      at: { construct: path.split('/')[0], role, policy: id, statement: i, ...at },
    })))
  )));
}

interface PolicyResource {
  readonly id: string;
  readonly path: string;
  /** Undefined for a resource's own policy. */
  readonly Roles?: readonly { readonly Ref: string }[];
  /** Of the policy of a queue. */
  readonly Queues?: unknown;
  readonly PolicyDocument: { readonly Statement: readonly Statement[] };
}

const templateOf = madeOnce((stack: Stack) => Template.fromStack(stack));

/** Policies of roles and of resources. */
export const policiesOf = madeOnce((stack: Stack): PolicyResource[] => {
  const paths = pathsOf(stack);
  return Object.entries(templateOf(stack).toJSON().Resources as Record<string, { Properties?: Omit<PolicyResource, 'id' | 'path'> }>)
    .filter(([, { Properties }]) => Properties?.PolicyDocument)
    .map(([id, { Properties }]) => ({ id, path: paths.get(id)!, ...Properties! }));
});

/** The roles of a stack, as its template has them. */
export function rolesOf(stack: Stack): Record<string, { readonly Properties: any }> {
  return templateOf(stack).findResources('AWS::IAM::Role') as Record<string, { Properties: any }>;
}

/** Path of a construct by its logical id, without the stack and the CDK's own last part. */
export const pathsOf = madeOnce((stack: Stack): ReadonlyMap<string, string> => (
  new Map(stack.node.findAll().filter(CfnElement.isCfnElement)
    .map((element) => [stack.getLogicalId(element), element.node.path.replace(`${stack.node.path}/`, '').replace(/\/Resource$/, '')]))));

/** What one grant allows, as it stands in a policy. */
export interface Allowed {
  readonly action: string;
  readonly resource: unknown;
  /** The condition's value. */
  readonly value: unknown;
}

/** What the statement at that place of a template allows, in the words of what was deployed. */
export function allowedBy(statement: Statement, { action, at }: Grant): Allowed {
  return { action, resource: list(statement.Resource)[at.resource], value: valuesOf(statement)[at.value] };
}

/** What is left of a statement: it stands in up to three. */
export function without(statement: Statement, { action, resource, value }: Allowed): Statement[] {
  const [actions, resources, values] = [list(statement.Action), list(statement.Resource), valuesOf(statement)];
  if (!(actions.includes(action) && resources.includes(resource) && values.includes(value))) {
    return [statement];
  }
  const [otherActions, otherResources, otherValues] = [except(actions, action), except(resources, resource), except(values, value)];
  return [
    ...otherActions.length > 0 ? [{ ...statement, Action: otherActions }] : [],
    ...otherResources.length > 0 ? [{ ...statement, Action: action, Resource: otherResources }] : [],
    ...otherValues.length > 0 ? [{ ...statement, Action: action, Resource: resource, Condition: narrowed(statement, otherValues) }] : [],
  ];
}

function narrowed(statement: Statement, values: readonly unknown[]): Statement['Condition'] {
  const { operator, key } = conditionOf(statement)!;
  return { [operator]: { [key]: values } };
}

function grantsIn(statement: Statement) {
  if (statement.Effect === 'Deny') {
    return [];
  }
  return list(statement.Action).flatMap((action) => list(statement.Resource).flatMap((pattern, resource) => (
    valuesOf(statement).map((allowed, value) => ({ action, pattern, allowed, resource, value })))));
}

interface Condition {
  readonly operator: string;
  readonly key: string;
  readonly values: readonly unknown[];
}

/** The condition of a statement, of which there is one at most. */
function conditionOf({ Condition: condition }: Statement): Condition | undefined {
  const [found, ...others] = Object.entries(condition ?? {}).flatMap(([operator, keys]) => (
    Object.entries(keys).map(([key, values]) => ({ operator, key, values: list(values) }))));
  if (others.length > 0) {
    throw new Error(`a table of single conditions cannot show ${JSON.stringify(condition)}`);
  }
  return found;
}

/** One that is undefined where there is no condition. */
const valuesOf = (statement: Statement): readonly unknown[] => conditionOf(statement)?.values ?? [undefined];

function holderOf(policy: string, role: string): string {
  const [, holder] = HOLDERS.find(([pattern]) => pattern.test(policy) || pattern.test(role)) ?? [];
  if (!holder) {
    throw new Error(`the table has no holder for the role ${role}`);
  }
  return holder;
}

/** The part of the imported bucket that is its sweep's: the rows are about what is in it. */
const PART_OF_IMPORTED = /\d{12}\/\w+\/Units\/(?=runs\/|latest\/|control\/|accepted\/)/;

type Intrinsic = Readonly<Record<string, any>>;

/** A value of a template as one reads it: `<Reports>/runs/*`. The bucket of a purge is `<Reports>`, whichever it is, and the folder of a state machine its own. */
function rendered(value: unknown, paths: ReadonlyMap<string, string>): string {
  const pathOf = (id: string) => paths.get(id)!.replace(/^(Root\/)?(Purge|Listed|Units|DryRun|Protected|Explained|Audit|Monitor|Runbooks)\//, '');
  const pseudo: Readonly<Record<string, string>> = { 'AWS::Partition': 'aws', 'AWS::StackId': '<this stack>' };
  const intrinsics: Intrinsic = {
    'Ref': (id: string) => pseudo[id] ?? `<${pathOf(id)}>`,
    'Fn::GetAtt': ([id]: [string]) => `<${pathOf(id)}>`,
    'Fn::Join': ([separator, parts]: [string, unknown[]]) => parts.map(render).join(separator),
    'Fn::Select': ([, from]: [number, unknown]) => render(from),
    'Fn::Split': ([, text]: [string, unknown]) => render(text),
  };
  function render(part: unknown): string {
    if (typeof part === 'string') {
      return part.replace(/\bcontrol\/[\w-]+\//, 'control/<own>/');
    }
    const [[intrinsic, parameters]] = Object.entries(part as Intrinsic);
    return intrinsics[intrinsic](parameters);
  }
  return render(value).replace(`arn:aws:s3:::${IMPORTED_BUCKET}`, '<Reports>').replace('arn:aws:s3:::<Reports>', '<Reports>')
    .replace(PART_OF_IMPORTED, '').replace(/accepted\/\w{42}\.json/, 'accepted/*');
}

const except = <T>(items: readonly T[], item: T): T[] => items.filter((other) => other !== item);
const list = <T>(value: T | readonly T[]): T[] => [value].flat() as T[];
