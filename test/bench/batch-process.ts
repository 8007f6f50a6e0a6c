import { s3, sts } from '../../lambda/aws/clients';
import { RootSessions } from '../../lambda/aws/root-sessions';
import { sweepBatch } from '../../lambda/sweep/batch';
import { RunFolder, type RunReference } from '../../lambda/sweep/run-folder';

/** What one process spent: as on Lambda, one process works through one batch at a time. */
export interface Spent {
  readonly cpuMs: number;
  readonly memoryMb: number;
}

interface Work {
  readonly run: RunReference;
  readonly bucket: string;
  readonly batch: number;
  readonly accountsInFlight: number;
}

const client = s3();
const stsClient = sts(process.env.AWS_REGION!);
const idle = process.cpuUsage();

/** Runs in a process of its own, as a Lambda function does. */
async function work({ run, bucket, batch, accountsInFlight }: Work) {
  const folder = new RunFolder(client, bucket, run.prefix);
  const selection = await folder.selection(run.digest);
  await sweepBatch(batch, { folder, selection, accountsInFlight, sessions: new RootSessions(stsClient, 'aws', 0), beginUntil: Infinity });
}

process.on('message', (message: Work) => {
  void work(message).then(() => {
    const { user, system } = process.cpuUsage(idle);
    process.send!({ cpuMs: (user + system) / 1_000, memoryMb: process.memoryUsage().rss / 1e6 } satisfies Spent);
  });
});
process.send!('ready');
