/** Errors are told apart by name: most of what AWS answers here is not modelled, and two copies of a class are two classes. */

/** The code that AWS gave, or the name of the error. */
export function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : 'Error';
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The message, after the code if AWS gave one. */
export function textOf(error: unknown): string {
  return nameOf(error) === 'Error' ? messageOf(error) : `${nameOf(error)}: ${messageOf(error)}`;
}

export function isNamed(error: unknown, ...names: string[]): boolean {
  return names.includes(nameOf(error));
}

/** STS says AccessDenied, IAM's and Organizations' JSON and query errors add the suffix. */
export function isDenied(error: unknown): boolean {
  return isDeniedName(nameOf(error));
}

export function isDeniedName(name: string): boolean {
  return ['AccessDenied', 'AccessDeniedException'].includes(name);
}

/** The SDK maps `NoSuchEntity` to its modelled class, whose name has the suffix. */
export function isNoSuchEntity(error: unknown): boolean {
  return isNamed(error, 'NoSuchEntity', 'NoSuchEntityException');
}

/** IAM says so of a login profile, and of other things, that were changed a moment ago. */
export function isTemporarilyUnmodifiable(error: unknown): boolean {
  return isNamed(error, 'EntityTemporarilyUnmodifiable', 'EntityTemporarilyUnmodifiableException', 'ConcurrentModification', 'ConcurrentModificationException');
}

/** An error that state machines, reports and people tell from others by its name. */
export function failure(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}

/** AWS answered, and left out what its answer must have: it was lost on the way, and is not known to be nothing. */
export function incompleteAnswer(operation: string, missing: string): Error {
  return failure('IncompleteAnswer', `AWS answered ${operation} without ${missing}`);
}

/** How often the SDK sent the request: an answer may have been lost after the effect. */
export function attemptsOf(error: unknown): number {
  const metadata = (error as { $metadata?: { attempts?: number } } | undefined)?.$metadata;
  return metadata?.attempts ?? 1;
}

/** AWS answered no, at once: the request had no effect. */
export function isRefusal(error: unknown): boolean {
  const { httpStatusCode = 0 } = (error as { $metadata?: { httpStatusCode?: number } } | undefined)?.$metadata ?? {};
  return httpStatusCode >= 400 && httpStatusCode < 500 && attemptsOf(error) === 1;
}

/** CloudFormation takes an answer of 4,096 bytes; ids and the framework's own words need the rest. */
const LONGEST_REASON = 3_200;

/**
 * An error for the CDK's Provider, which answers CloudFormation with the message and every line of the stack but the first,
 * untruncated: a longer answer is lost, and with it the reason.
 */
export function withoutStack(error: unknown): Error {
  const short = new Error(Buffer.from(textOf(error)).subarray(0, LONGEST_REASON).toString());
  short.stack = short.message.split('\n')[0];
  return short;
}
