/** Runs around each request, which `send` sends. */
export type AroundRequest = (send: () => Promise<unknown>) => Promise<unknown>;

type Send = (args: any) => Promise<any>;

/** The part that all commands of the SDK have in common. */
interface Command {
  readonly middlewareStack: {
    addRelativeTo(middleware: (next: Send) => Send, options: { readonly relation: 'before'; readonly toMiddleware: string }): void;
  };
}

/**
 * Puts something around each request of a command. The SDK repeats a request on its own when its answer was lost, and what was true before the first request
 * need not be true before the second.
 */
export function aroundEachRequest<C extends Command>(command: C, around: AroundRequest): C {
  command.middlewareStack.addRelativeTo((next) => (args) => around(() => next(args)), { relation: 'before', toMiddleware: 'httpSigningMiddleware' });
  return command;
}
