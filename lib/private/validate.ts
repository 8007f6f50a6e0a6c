import { Stack, Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { Selection } from './contract';
import { checkValue } from './shape';

/** Fails for an id that no AWS account can have. A token is a value that is known only when the stack is deployed. */
export function checkAccountId(property: string, value: string) {
  check(property, value, /^\d{12}$/, 'a 12-digit AWS account id');
}

/** Fails for an id that no organizational unit or root of an organization can have. */
export function checkOrganizationalUnitId(property: string, value: string) {
  check(property, value, /^(ou-[a-z0-9]{4,32}-[a-z0-9]{8,32}|r-[a-z0-9]{4,32})$/, "the id of an organizational unit ('ou-abcd-11111111') or of the root ('r-abcd')");
}

/** Fails for an id that no organizational unit can have: the root is none. */
export function checkUnitBelowRoot(property: string, value: string) {
  check(property, value, /^ou-[a-z0-9]{4,32}-[a-z0-9]{8,32}$/, "the id of an organizational unit ('ou-abcd-11111111')");
}

/** Fails for an id to which no policy of an organization can be attached. */
export function checkPolicyTarget(property: string, value: string) {
  check(property, value, /^(\d{12}|ou-[a-z0-9]{4,32}-[a-z0-9]{8,32}|r-[a-z0-9]{4,32})$/, "the id of the root ('r-abcd'), of an organizational unit ('ou-abcd-11111111') or of an account (12 digits)");
}

/** Fails for an id that no organization can have. */
export function checkOrganizationId(property: string, value: string) {
  check(property, value, /^o-[a-z0-9]{10,32}$/, "the id of an organization ('o-abcdefghij')");
}

/** Fails for what is not the ARN of one role or one user. */
export function checkPrincipalArn(property: string, value: string) {
  check(property, value, /^arn:[a-z-]+:iam::\d{12}:(role|user)\/[\w+=,.@/-]+$/, 'the ARN of one role or user, without wildcards');
}

/** Fails for an id that no policy of an organization can have. */
export function checkPolicyId(property: string, value: string) {
  check(property, value, /^p-[0-9a-zA-Z_]{8,128}$/, "the id of a policy ('p-abcdefgh')");
}

/** Fails for a namespace that CloudWatch does not take, and for one of AWS's own. */
export function checkMetricNamespace(property: string, value: string) {
  check(property, value, /^(?!AWS\/)[\w.\-/#]{1,255}$/, "1 to 255 letters, digits or . - _ / #, not beginning with 'AWS/'");
}

/** Fails for a name that no S3 bucket can have. Old buckets have names that new ones cannot. */
export function checkBucketName(property: string, value: string) {
  check(property, value, /^[A-Za-z0-9][\w.-]{2,254}$/, 'the name of an S3 bucket');
}

/** Fails for what can be neither name nor ARN of an SQS queue. */
export function checkQueue(property: string, value: string) {
  check(property, value, /^(arn:aws[a-z-]*:sqs:[a-z0-9-]+:\d{12}:)?[\w-]{1,80}(\.fifo)?$/, 'the name or the ARN of an SQS queue');
}

const MOST_DOMAINS = 100;

/** Fails for what cannot be the domain of an email address, and for a list of none, in which no address could be. */
export function checkDomains(property: string, domains?: string[]) {
  if (domains === undefined) {
    return;
  }
  if (Token.isUnresolved(domains) || domains.length < 1 || domains.length > MOST_DOMAINS) {
    throw new Error(`${property} must list 1 to ${MOST_DOMAINS} domains that are known at synth, got ${Token.isUnresolved(domains) ? 'a token' : domains.length}`);
  }
  domains.forEach((domain, i) => check(`${property}[${i}]`, domain, /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}$/i, "a domain such as 'example.com', without '@' and wildcards"));
}

/** Fails for a whole number out of its bounds. */
export function checkWholeNumber(property: string, value: number, least: number, most: number) {
  checkValue(property, value, {
    allowed: `a whole number from ${least} to ${most}`, accepts: () => Token.isUnresolved(value) || (Number.isInteger(value) && value >= least && value <= most),
  });
}

/** Fails when all of the selected accounts are left out: a mistake, which would do nothing and say that all is well. */
export function checkSomeAccountIsLeft({ accounts, exclude }: Selection, never: string[]) {
  const left = accounts?.filter((id) => Token.isUnresolved(id) || ![...exclude, ...never].includes(id));
  if (left?.length === 0) {
    throw new Error(`accounts must select an account that is neither excluded, nor protected, nor the management account, got ${accounts!.join(', ')}: no account is left`);
  }
}

/** Fails for the management account: that of the stack, to which switches and delegations are deployed, and that of `features`. */
export function checkMemberAccount(property: string, accountId: string, scope: Construct, managementAccountId?: string) {
  const { account } = Stack.of(scope);
  if ([account, managementAccountId].includes(accountId)) {
    const which = accountId === account ? 'the account of this stack, and a delegation is deployed to the management account' : 'the management account';
    throw new Error(`${property} must be a member account: '${accountId}' is ${which}, which has root access without delegation`);
  }
}

function check(property: string, value: string, pattern: RegExp, allowed: string) {
  checkValue(property, value, { allowed, accepts: (text) => typeof text === 'string' && (Token.isUnresolved(text) || pattern.test(text)) });
}
