import { randomUUID } from 'node:crypto';
import { DENY_ALL, MACHINE, MEMBER, PoliciesWorld } from './world';
import { RUN_FILE } from '../../../../lib/private/contract';
import { GO_FILE } from '../../../../lib/session/contract';

type Handler = (event: any) => Promise<any>;

/** As Lambda loads them: by what is in the environment. */
async function handlers(): Promise<Record<'unlockBucket' | 'restoreBucket' | 'unlockQueue' | 'restoreQueue', Handler>> {
  process.env.STS_REGION = 'us-east-1';
  const bucket = await import('../../../../lambda/session/resource-policy/bucket/handler');
  const queue = await import('../../../../lambda/session/resource-policy/queue/handler');
  return {
    unlockBucket: bucket.unlockHandler, restoreBucket: bucket.restoreHandler, unlockQueue: queue.unlockHandler, restoreQueue: queue.restoreHandler,
  };
}

/** Both steps, as the state machine asks for them. */
async function run(world: PoliciesWorld, handler: Handler, input: object): Promise<any> {
  const name = randomUUID();
  const write = (file: string, content: object) => world.records.control.objects.set(`control/unlock/${name}/${file}`, JSON.stringify(content));
  write(RUN_FILE, {
    execution: { id: `arn:aws:states:us-east-1:111111111111:execution:Unlock:${name}`, name, startTime: new Date().toISOString(), machine: MACHINE },
    input: { accountId: MEMBER, reason: 'ticket', ...input },
    settings: { selection: { exclude: [] }, protectedAccounts: [], protectedResources: [], allowReplacement: false },
    timeoutSeconds: 3_600,
  });
  const { plan, startedBy, approval: { digest } } = await handler({ step: 'prepare', run: name });
  write(GO_FILE, { plan, startedBy, digest, at: new Date().toISOString(), timeoutSeconds: 600 });
  return handler({ step: 'act', run: name });
}

test('the functions unlock and restore a bucket and a queue, by the records bucket and the Region of STS in their environment', async () => {
  const world = await PoliciesWorld.create();
  const { unlockBucket, restoreBucket, unlockQueue, restoreQueue } = await handlers();
  const { status, record } = await run(world, unlockBucket, { bucket: 'locked' });
  expect(status).toBe('Unlocked');
  expect(world.bucket.policy).toBeUndefined();
  expect(world.records.json(record)).toMatchObject({ policy: DENY_ALL });
  expect(await run(world, restoreBucket, { bucket: 'locked', record })).toMatchObject({ status: 'Restored' });
  expect(world.bucket.policy).toBe(DENY_ALL);
  const unlocked = await run(world, unlockQueue, { queue: 'locked', region: 'eu-west-1' });
  expect(unlocked.status).toBe('Unlocked');
  expect(world.queue.policy).toBeFalsy();
  expect(await run(world, restoreQueue, { queue: 'locked', region: 'eu-west-1', record: unlocked.record })).toMatchObject({ status: 'Restored' });
  expect(world.queue.policy).toBe(DENY_ALL);
});
