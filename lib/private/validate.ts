import { Token } from 'aws-cdk-lib';

/** Fails for an id that no AWS account can have. A token is a value that is known only when the stack is deployed. */
export function checkAccountId(property: string, value: string) {
  check(property, value, /^\d{12}$/, 'a 12-digit AWS account id');
}

/** Fails for an id that no organizational unit or root of an organization can have. */
export function checkOrganizationalUnitId(property: string, value: string) {
  check(property, value, /^(ou-[a-z0-9]{4,32}-[a-z0-9]{8,32}|r-[a-z0-9]{4,32})$/, "the id of an organizational unit ('ou-abcd-11111111') or of the root ('r-abcd')");
}

/** Fails for an id that no organization can have. */
export function checkOrganizationId(property: string, value: string) {
  check(property, value, /^o-[a-z0-9]{10,32}$/, "the id of an organization ('o-abcdefghij')");
}

/** Fails for a name that no S3 bucket can have. Old buckets have names that new ones cannot. */
export function checkBucketName(property: string, value: string) {
  check(property, value, /^[A-Za-z0-9][\w.-]{2,254}$/, 'the name of an S3 bucket');
}

/** Fails for what can be neither name nor ARN of an SQS queue. */
export function checkQueue(property: string, value: string) {
  check(property, value, /^(arn:aws[a-z-]*:sqs:[a-z0-9-]+:\d{12}:)?[\w-]{1,80}(\.fifo)?$/, 'the name or the ARN of an SQS queue');
}

/** Fails for a whole number out of its bounds. */
export function checkWholeNumber(property: string, value: number, least: number, most: number) {
  if (!Token.isUnresolved(value) && !(Number.isInteger(value) && value >= least && value <= most)) {
    throw new Error(`${property} must be a whole number from ${least} to ${most}, got ${value}`);
  }
}

function check(property: string, value: string, pattern: RegExp, allowed: string) {
  if (!Token.isUnresolved(value) && !pattern.test(value)) {
    throw new Error(`${property} must be ${allowed}, got '${value}'`);
  }
}
