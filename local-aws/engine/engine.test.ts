import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { eventually } from '../../test/support/eventually';
import { LocalAws } from '../local-aws';
import { FakeOrganization } from '../organization';

interface Traces {
  readonly engine: number;
  readonly worker: number;
  readonly folder: string;
}

function isRunning(processId: number) {
  try {
    return process.kill(processId, 0);
  } catch {
    return false;
  }
}

/** A process with a local AWS in it. */
async function start() {
  const child = spawn(process.execPath, ['--import', 'tsx', join(__dirname, 'fixtures/lonely.ts')], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [line] = await once(createInterface({ input: child.stdout }), 'line') as [string];
  return { child, traces: JSON.parse(line) as Traces };
}

describe('the engine', () => {
  test.each(['SIGKILL', 'SIGINT'] as const)('leaves no process and no folder when its parent ends by %s in the middle of a deployment', async (signal) => {
    const { child, traces } = await start();
    const left = () => [isRunning(traces.engine), isRunning(traces.worker), existsSync(traces.folder)];
    expect(left()).toEqual([true, true, true]);

    child.kill(signal);
    await once(child, 'exit');

    await eventually(() => expect(left()).toEqual([false, false, false]));
  });

  test('leaves no process and no folder when it is stopped, which can be done twice', async () => {
    const aws = await LocalAws.start({ organization: new FakeOrganization() });
    const traces = { engine: aws.engineProcessId, folder: aws.workFolder };
    expect([isRunning(traces.engine), existsSync(traces.folder)]).toEqual([true, true]);

    await aws.stop();
    await aws.stop();

    expect([isRunning(traces.engine), existsSync(traces.folder)]).toEqual([false, false]);
  });
});
