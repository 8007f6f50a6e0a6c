import { parseArgs } from 'node:util';
import { demo } from './demo';
import { ancestors, endDescendants, isAlive } from './processes';
import { Terminal } from './terminal';

const HELP = `npm run demo [-- --keep --runbooks --open]

Deploys examples/quick-start with the AWS CDK CLI to an organization that lives on this machine,
lets another account join it, and shows the root credentials of every account before and after.
No AWS account is touched.

  --keep      leave the local AWS up for your own commands, until Ctrl-C
  --runbooks  deploy examples/break-glass too, and leave the local AWS up: shows the commands
              that unlock a bucket and a queue, and the mails that they send
  --open      open the report in your browser
  --help      show this text`;

/** What a shell reports for a program that Ctrl-C ended. */
const INTERRUPTED = 130;
/** Whatever does not end by then is left to end by itself: the engine does when this process is gone. */
const PATIENCE_MILLISECONDS = 15_000;
const PARENT_CHECK_MILLISECONDS = 500;

async function main(): Promise<number> {
  const { help, ...options } = readArguments();
  if (help) {
    console.log(HELP);
    return 0;
  }
  forgetAwsSettings();
  const terminal = new Terminal(process.stdout);
  const { signal } = interruption();
  try {
    return await demo({ terminal, ...options, signal }) ? 0 : 1;
  } catch (error) {
    if (signal.aborted) {
      terminal.print('Interrupted. The local AWS has ended, and nothing is left of it.');
      return INTERRUPTED;
    }
    throw error;
  }
}

function readArguments() {
  const flag = { type: 'boolean', default: false } as const;
  try {
    return parseArgs({ options: { keep: flag, runbooks: flag, open: flag, help: flag } }).values;
  } catch (error) {
    const [reason] = (error as Error).message.split('. ');
    throw new Error(`${reason}: allowed are --keep, --runbooks, --open and --help`);
  }
}

/** Nothing here may meet the user's own AWS: no key, profile or endpoint of theirs is read. */
function forgetAwsSettings() {
  Object.keys(process.env).filter((name) => name.startsWith('AWS_')).forEach((name) => delete process.env[name]);
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';
}

/** Aborts on Ctrl-C, on a request to end, and when npm, the task runner above or the reader of the output is gone. */
function interruption(): AbortController {
  const controller = new AbortController();
  const interrupt = () => {
    if (controller.signal.aborted) {
      return;
    }
    controller.abort();
    endDescendants();
    setTimeout(() => process.exit(INTERRUPTED), PATIENCE_MILLISECONDS).unref();
  };
  (['SIGINT', 'SIGTERM', 'SIGHUP'] as const).forEach((name) => process.on(name, interrupt));
  process.stdout.on('error', interrupt); // nobody reads any more
  const above = ancestors();
  setInterval(() => above.every((id) => isAlive(id)) || interrupt(), PARENT_CHECK_MILLISECONDS).unref();
  return controller;
}

main().then((code) => process.exit(code), (error: Error) => {
  console.error(`\n${error.message}`);
  process.exit(1);
});
