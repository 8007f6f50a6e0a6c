import { DENY_ALL, Folder, MEMBER, OTHER } from './folder';
import { HURRIED } from './terminal';
import type { Effect, FakeResource } from '../../local-aws/organization';

const ARN = `arn:aws:sqs:eu-west-1:${MEMBER}:orders`;
const URL = `https://sqs.eu-west-1.amazonaws.com/${MEMBER}/orders`;

let folder: Folder;
let queue: FakeResource;

beforeEach(async () => {
  folder = await Folder.create();
  queue = folder.organization.addQueue({ name: 'orders', account: MEMBER, region: 'eu-west-1', policy: DENY_ALL });
});
afterEach(() => folder.close());

const unlock = (name: string, ...more: string[]) => ['unlock-queue', MEMBER, name, '--out', 'before.json', '--yes', MEMBER, ...more];

describe('unlock-queue', () => {
  test.each([ARN, URL])('of %s shows the policy, saves it, and removes it in a root session of its account', async (name) => {
    const { code, stdout, stderr } = await folder.run(unlock(name));
    expect({ code, policy: queue.policy }).toEqual({ code: 0, policy: undefined });
    expect(stderr).toContain(`Saves the policy of ${ARN} in ${MEMBER} (payments) to before.json, and removes it.`);
    expect(stdout).toContain(`${ARN} has no policy any more.`);
    expect(JSON.parse(folder.read('before.json'))).toMatchObject({ policy: DENY_ALL, kind: 'queue', region: 'eu-west-1', name: 'orders' });
    expect([folder.changes(), folder.tasks()]).toEqual([[`SetQueueAttributes arn:aws:iam::${MEMBER}:root`], ['SQSUnlockQueuePolicy']]);
  });

  test('names the file after the queue', async () => {
    await folder.run(['unlock-queue', MEMBER, URL, '--yes', MEMBER]);
    expect(folder.files()).toEqual([expect.stringMatching(/^policy-of-queue-orders-222222222222-.*\.json$/)]);
  });

  test('asks for the ID of the account in a terminal', async () => {
    const { code } = await folder.type(`${MEMBER}\r`, ['unlock-queue', MEMBER, ARN]);
    expect({ code, policy: queue.policy }).toEqual({ code: 0, policy: undefined });
  });

  test.each([
    ['a name, which may be in any Region', 'orders', "Give the ARN or the URL of an SQS queue; got 'orders'."],
    ['the ARN of another account', ARN.replace(MEMBER, OTHER), `is of account ${OTHER}, and accountId is ${MEMBER}; nothing was changed`],
    ['the URL of another host', URL.replace('amazonaws.com', 'evil.example'), 'must be the URL, the ARN or the name of an SQS queue'],
  ])('with %s changes nothing, and ends with 64', async (_what, name, message) => {
    const { code, stderr } = await folder.run(unlock(name));
    expect([code, folder.changes(), folder.tasks(), folder.files()]).toEqual([64, [], [], []]);
    expect(stderr).toContain(message);
  });

  test('of a queue that is not there changes nothing, and ends with 2', async () => {
    const { code, stderr } = await folder.run(unlock(`${ARN}-2`));
    expect({ code, changes: folder.changes() }).toEqual({ code: 2, changes: [] });
    expect(stderr).toContain(`account ${MEMBER} has no queue orders-2 in eu-west-1`);
  });

  test('that is said to be done and is not names the saved policy, and ends with 2', async () => {
    const effect: Effect = async () => ({ status: 200, headers: { 'content-type': 'application/x-amz-json-1.0' }, body: '{}' });
    folder.organization.faults.add({ operation: 'sqs:SetQueueAttributes', effect });
    const { code, stderr } = await folder.run(unlock(ARN), HURRIED);
    expect({ code, policy: queue.policy }).toEqual({ code: 2, policy: DENY_ALL });
    expect(stderr).toMatch(/is still another: run it again\nWhat it was is saved in before\.json; to put it back:\n {2}npx cdk-root-access restore-policy --file before\.json\n$/);
  });
});
