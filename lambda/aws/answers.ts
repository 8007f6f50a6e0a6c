import { messageOf } from './errors';

/**
 * AWS answered, and the answer cannot be read: its body ended early, or something on the way has put another one in its place.
 * The SDK tries again only when the connection broke; a body that is too short, with a `Content-Length` that fits, is an error of its parser and final.
 */
export class UnreadableAnswer extends Error {
  readonly name = 'UnreadableAnswer';
  /** By this the SDK knows that it may send the request again. Whatever the request changes must bear that, as it must bear a lost answer. */
  readonly $retryable = {};
  /** The SDK notes here how often it has tried. No status: that of an answer nobody can read proves nothing. */
  readonly $metadata: { attempts?: number } = {};

  constructor(operation: string, why: string) {
    super(`the answer of AWS to ${operation} could not be read: ${why}`);
  }
}

type Handler = (args: any) => Promise<{ response: unknown; output: any }>;
type Middleware = (next: Handler, context: { readonly commandName?: string }) => Handler;

/** The part that all clients of the SDK have in common. */
interface Stack {
  addRelativeTo(middleware: Middleware, options: { readonly name: string; readonly relation: 'before'; readonly toMiddleware: string }): void;
}

/** Lets a client try again when it cannot read an answer, as often as it does when a connection broke. */
export function retryingUnreadable<Client extends { readonly middlewareStack: Stack }>(client: Client): Client {
  client.middlewareStack.addRelativeTo(unreadableAnswers, { name: 'unreadableAnswers', relation: 'before', toMiddleware: 'deserializerMiddleware' });
  return client;
}

const unreadableAnswers: Middleware = (next, { commandName = '' }) => async (args) => {
  const operation = commandName.replace(/Command$/, '');
  const answer = await next(args).catch((error: unknown) => {
    const why = reasonUnread(error);
    throw why === undefined ? error : new UnreadableAnswer(operation, why);
  });
  if (isEmpty(answer.response) && ANSWERS_SOMETHING.test(operation)) {
    throw new UnreadableAnswer(operation, EMPTY);
  }
  return answer;
};

const EMPTY = 'it is empty';

/** The SDK hides the response in an error of reading it. One that AWS has sent and that was read has a fault, too; without a body nobody knows which it is. */
function reasonUnread(error: unknown): string | undefined {
  if (!(error instanceof Error && '$response' in error)) {
    return undefined;
  }
  return isEmpty(error.$response) ? EMPTY : '$fault' in error ? undefined : messageOf(error).split('\n')[0];
}

/** Parsers take an empty body for an answer without members, which would say that nothing is there. An object of S3 may well be empty. */
const ANSWERS_SOMETHING = /^(Assume|Describe|Get(?!Object$)|List)/;

const isEmpty = (response: unknown) => (response as { headers?: Record<string, string> }).headers?.['content-length'] === '0';
