import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { App } from 'aws-cdk-lib';
import type { Case } from './app-runs';

/**
 * Runs the app of an example for each case of the list on stdin, and prints the error of each, or null: in one process, since it takes seconds to load the CDK.
 * An app that is not exported synthesizes itself.
 */
function errorOf({ app: file, context, out }: Case): string | null {
  process.env.CDK_CONTEXT_JSON = JSON.stringify(context);
  process.env.CDK_OUTDIR = out;
  Object.keys(require.cache).filter((module) => module.startsWith(dirname(file))).forEach((module) => delete require.cache[module]);
  try {
    (require(file) as { app?: App }).app?.synth(); // eslint-disable-line @typescript-eslint/no-require-imports
    return null;
  } catch (error) {
    return String(error);
  }
}

const cases: Case[] = JSON.parse(readFileSync(0, 'utf8'));
process.stdout.write(JSON.stringify(cases.map(errorOf)), () => process.exit()); // before the apps are synthesized once more, as at the end of a process
