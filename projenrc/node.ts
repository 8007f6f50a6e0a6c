/** For Node where it runs tests. With room for what a synthesis makes and drops: collecting it in the usual 16 MB costs a tenth of their time. */
export const NODE_FLAGS = ['--max-semi-space-size=64'];

/** Runs a module in TypeScript. Not by tsx's own command, which kills what does not answer a signal within 30 ms: Ctrl-C would leave things behind. */
export const RUN_TYPESCRIPT = 'node --import tsx';
