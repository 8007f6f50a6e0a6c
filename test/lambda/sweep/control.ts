import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { RUN_FILE, type MachineExecution, type RunFile } from '../../../lib/private/contract';
import { END_FILE, GO_FILE, LOOKED_FILE, type EndFile, type GoFile, type LookedFile, type SweepSettings } from '../../../lib/sweep/contract';

const PREFIX = 'control/sweep/';

/** Of the functions of a sweep. */
export const CONTROL_ENVIRONMENT = { CONTROL_PREFIX: PREFIX };

interface Written {
  readonly input?: unknown;
  readonly looked?: LookedFile;
  readonly go?: GoFile;
  readonly end?: EndFile['run'];
}

/** What the state machine of a sweep writes, by key. */
export function controlFiles(
  execution: MachineExecution, settings: SweepSettings, { input = {}, looked, go, end }: Written = {},
): Map<string, string> {
  const run: RunFile<SweepSettings> = { execution, input, settings, timeoutSeconds: (Date.now() - Date.parse(execution.startTime)) / 1_000 + 3_600 };
  const files = {
    [RUN_FILE]: run,
    ...looked && { [LOOKED_FILE]: looked },
    ...go && { [GO_FILE]: go },
    ...end && { [END_FILE]: { run: end } satisfies EndFile },
  };
  return new Map(Object.entries(files).map(([file, content]) => [`${PREFIX}${execution.name}/${file}`, JSON.stringify(content)]));
}

/** Writes them, as the state machine does. */
export async function putControlFiles(s3: S3Client, Bucket: string, files: Map<string, string>): Promise<void> {
  await Promise.all([...files].map(([Key, Body]) => s3.send(new PutObjectCommand({ Bucket, Key, Body }))));
}
