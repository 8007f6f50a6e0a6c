import { Reference, Stack, Token, Tokenization } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct, IConstruct } from 'constructs';

/** Whether two principals are one: sure, or not sure because something is known only when it is deployed. */
export type Sameness = 'same' | 'different' | 'unknown';

/** A principal as far as it is known at synth. An unknown part is absent. */
export interface Identity {
  /** As it was given: two that are alike are the same, tokens included. */
  readonly arn: string;
  /** A role, user or group of the app. */
  readonly resource?: IConstruct;
  /** `ACCOUNT` is that of a stack whose account is not known. */
  readonly account?: string;
  /** `role`, `user`, `group`, or `root`, which is everything in the account; `*` is everybody. */
  readonly kind?: string;
  /** Without its path, since IAM knows no two of a kind that differ in it alone. */
  readonly name?: string;
}

const ACCOUNT = '<account>';
/** In a text: what is known only when it is deployed. */
const UNKNOWN = '?';

/** All that a principal stands for; undefined when it does not say. */
export function identitiesOf(scope: Construct, principal: iam.IPrincipal): Identity[] | undefined {
  if (principal instanceof iam.CompositePrincipal) {
    const parts = principal.principals.map((part) => identitiesOf(scope, part));
    return parts.includes(undefined) ? undefined : parts.flatMap((part) => part!);
  }
  try {
    const { principalJson, conditions } = principal.policyFragment;
    const isLimited = Object.keys(conditions).length > 0;
    return Object.values(principalJson).flat().map((arn) => identityOf(Stack.of(scope), arn, isLimited));
  } catch {
    return undefined; // such as the principal of something that was imported without its role
  }
}

export function compare(one: Identity, other: Identity): Sameness {
  if (one.arn === other.arn) {
    return 'same';
  }
  if (one.resource && other.resource) {
    return one.resource === other.resource || isMember(one.resource, other.resource) || isMember(other.resource, one.resource) ? 'same' : 'different';
  }
  const kinds = [one.kind, other.kind];
  if (kinds.includes('*')) {
    return 'same';
  }
  if (kinds.includes(undefined)) {
    return 'unknown';
  }
  const sameAccount = compareAccounts(one.account, other.account);
  if (sameAccount === 'different' || kinds.includes('root')) {
    return sameAccount; // an account is everybody in it
  }
  if (one.kind !== other.kind) {
    return kinds.includes('group') && kinds.includes('user') ? 'unknown' : 'different'; // who is in a group is decided elsewhere, too
  }
  return sameName(one, other) === 'same' ? sameAccount : sameName(one, other);
}

function identityOf(stack: Stack, arn: string, isLimited: boolean): Identity {
  const resource = resourceOf(arn);
  if (resource) {
    return { arn, ...ofResource(resource) };
  }
  const text = textOf(stack.resolve(arn));
  if (text === '*') {
    return { arn, kind: isLimited ? undefined : '*' };
  }
  if (/^\d{12}$/.test(text)) {
    return { arn, account: text, kind: 'root' };
  }
  const [, account, path] = /^arn:[^:]*:(?:iam|sts):[^:]*:([^:]*):(.+)$/.exec(text) ?? [];
  if (path === undefined) {
    return text.includes(UNKNOWN) ? { arn } : { arn, kind: 'other', name: text }; // a service, or an identity provider
  }
  const [kind, ...names] = path.split('/');
  const named = resourceOf(arn.split('/').pop()!);
  return kind === 'assumed-role'
    ? { arn, account, kind: 'role', name: names[0] }
    : { arn, account, kind, name: names.pop(), ...named && ofResource(named) };
}

/** The role, user or group of the app to which a token refers. */
function resourceOf(token: string): IConstruct | undefined {
  const { firstToken, length } = Tokenization.reverseString(token);
  const target = length === 1 && Reference.isReference(firstToken) ? firstToken.target : undefined;
  return target instanceof iam.CfnRole || target instanceof iam.CfnUser || target instanceof iam.CfnGroup ? target : undefined;
}

function ofResource(resource: IConstruct): Omit<Identity, 'arn'> {
  const { account } = Stack.of(resource);
  const [kind, name] = resource instanceof iam.CfnRole ? ['role', resource.roleName]
    : resource instanceof iam.CfnUser ? ['user', resource.userName] : ['group', (resource as iam.CfnGroup).groupName];
  return { resource, account: Token.isUnresolved(account) ? ACCOUNT : account, kind, name: Token.isUnresolved(name) ? undefined : name };
}

/** An ARN without what of it is known only when it is deployed. */
function textOf(resolved: unknown): string {
  if (typeof resolved === 'string') {
    return resolved;
  }
  const { Ref: ref = '', 'Fn::Join': [separator, parts] = ['', [UNKNOWN]] } = resolved as { readonly 'Ref'?: string; readonly 'Fn::Join'?: [string, unknown[]] };
  const pseudo: Record<string, string> = { 'AWS::Partition': 'aws', 'AWS::AccountId': ACCOUNT };
  return pseudo[ref] ?? parts.map(textOf).join(separator);
}

function compareAccounts(one = UNKNOWN, other = UNKNOWN): Sameness {
  if ([one, other].some((account) => account.includes(UNKNOWN))) {
    return 'unknown';
  }
  return one === other ? 'same' : [one, other].includes(ACCOUNT) ? 'unknown' : 'different';
}

/** One of the app without a name of its own gets it when it is deployed, and nobody has imported it by that. */
function sameName({ name: one }: Identity, { name: other }: Identity): Sameness {
  if (one === undefined || other === undefined) {
    return 'different';
  }
  return one.includes(UNKNOWN) || other.includes(UNKNOWN) ? 'unknown' : one.toLowerCase() === other.toLowerCase() ? 'same' : 'different';
}

function isMember(user: IConstruct, group: IConstruct): boolean {
  if (!(user instanceof iam.CfnUser && group instanceof iam.CfnGroup)) {
    return false;
  }
  const groups = Stack.of(user).resolve(user.groups) as unknown[] | undefined;
  return groups?.some((each) => JSON.stringify(each) === JSON.stringify(Stack.of(user).resolve(group.ref))) ?? false;
}
