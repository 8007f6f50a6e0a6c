import { SFNClient } from '@aws-sdk/client-sfn';
import { checkNoneOpen } from '../../../../../lambda/session/password-recovery/open-recoveries/check';
import { allow, close, Functions, HOUR, MANAGEMENT, MEMBER, newWorld, opening, OTHER, serveWorlds, type World } from '../world';

serveWorlds();

let world: World;
beforeEach(() => { world = newWorld(); });

const STATES = `arn:aws:states:us-east-1:${MANAGEMENT}`;
const RUNBOOKS = { closer: `${STATES}:stateMachine:closer`, opener: `${STATES}:stateMachine:allow`, closeDocument: 'Close-1A2B' };
const OPENER = `${STATES}:execution:allow:one`;

const deleteRunbooks = (bucket?: string) => (
  checkNoneOpen(RUNBOOKS, { store: new Functions(bucket).store, stepFunctions: new SFNClient({ maxAttempts: 4 }) }));
const refused = (...words: string[]) => {
  const inOrder = new RegExp(words.map((word) => word.replace(/[()]/g, '\\$&')).join('.*'));
  return expect.objectContaining({ name: 'RecoveryOpen', message: expect.stringMatching(inOrder) });
};

/** A record that nobody's closer waits for. */
const recorded = (accountId: string, change: object = {}) => world.bucket.objects.set(`recoveries/${accountId}.json`, JSON.stringify({
  accountId, recoveryId: OPENER, reason: 'x', openedAt: '2026-01-01T00:00:00.000Z', endsAt: '2026-01-02T00:00:00.000Z', extensions: [], ...change,
}));

describe('runbooks that are deleted', () => {
  test('go when there never was a recovery', async () => {
    await expect(deleteRunbooks()).resolves.toBeUndefined();
  });

  test('stay while a recovery is open, with the account, its end, its record and the command that closes it', async () => {
    await allow({ id: OPENER });
    await expect(deleteRunbooks()).rejects.toMatchObject({
      name: 'RecoveryOpen',
      message: 'a password recovery is not closed, and without these runbooks nothing deletes the password: '
        + `account ${MEMBER} until ${world.record!.endsAt} (s3://records/recoveries/${MEMBER}.json). Close each, then delete again: `
        + `aws ssm start-automation-execution --document-name Close-1A2B --parameters "AccountId=${MEMBER},Reason=the runbooks are deleted".`,
    });
    expect(world.account.root.password).toBe(true);
  });

  test('go when it is closed by hand, although its closer sleeps until its end', async () => {
    const closer = await allow({ id: OPENER });
    await close();
    expect(closer.status).toBe('RUNNING');
    await expect(deleteRunbooks()).resolves.toBeUndefined();
  });

  test('stay when the end has come and the password could not be deleted: the closer has given up', async () => {
    const closer = await allow({ id: OPENER });
    world.advance(48 * HOUR);
    closer.status = 'FAILED';
    await expect(deleteRunbooks()).rejects.toEqual(refused(`account ${MEMBER}`));
  });

  test('go when the closer ends while it is asked', async () => {
    const closer = await allow({ id: OPENER });
    world.bucket.objects.clear();
    const statuses = ['RUNNING', 'RUNNING', 'SUCCEEDED']; // in the list, twice, and of itself
    Object.defineProperty(closer, 'status', { get: () => statuses.shift() });
    await expect(deleteRunbooks()).resolves.toBeUndefined();
  });

  test('stay when the recovery is recorded in a bucket that they had before', async () => {
    await allow({ id: OPENER });
    const { endsAt } = world.record!;
    world.bucket.objects.clear(); // the new one
    await expect(deleteRunbooks('new-records')).rejects.toEqual(refused(
      `account ${MEMBER} until ${endsAt} (s3://records/recoveries/${MEMBER}.json)`, 'To close one whose record is not in new-records, deploy with its bucket as recordsBucket before, or wait for its end'));
  });

  test('stay and name the bucket that they have now when the records have moved to it', async () => {
    await allow({ id: OPENER });
    await expect(deleteRunbooks('new-records')).rejects.toMatchObject({ message: expect.stringMatching(/\(s3:\/\/new-records\/[^)]*\)\. .*Reason=the runbooks are deleted"\.$/) });
  });

  test('go when an account of which a closer still sleeps has a later recovery, of others', async () => {
    await allow({ id: OPENER });
    recorded(MEMBER, { recoveryId: `${STATES}:execution:allow-of-others:two` });
    await expect(deleteRunbooks()).resolves.toBeUndefined();
  });

  test('go in spite of recoveries of other runbooks on the same records', async () => {
    recorded(OTHER, { recoveryId: `${STATES}:execution:allow-of-others:one` });
    await expect(deleteRunbooks()).resolves.toBeUndefined();
  });

  test.each([[5, '. Close each'], [7, ' and 2 more. Close each']])('name five at most: of %s', async (count, end) => {
    const digits = ['1', '2', '3', '4', '5', '6', '7'].slice(0, count);
    digits.forEach((digit) => recorded(digit.repeat(12), { recoveryId: `${OPENER}${digit}` }));
    recorded('8'.repeat(12), { closedAt: '2026-01-02T00:00:00.000Z' });
    const named = digits.slice(0, 5).map((digit) => `account ${digit.repeat(12)} until 2026-01-02T00:00:00.000Z (s3://records/recoveries/${digit.repeat(12)}.json)`).join(', ');
    await expect(deleteRunbooks()).rejects.toMatchObject({ message: expect.stringContaining(`${count} password recoveries are not closed, and without these runbooks nothing deletes the password: ${named}${end}`) });
  });

  test('stay when what is open is not known', async () => {
    world.bucketFaults.add({ operation: 's3:ListObjectsV2' as never, effect: async () => ({ status: 403, headers: {}, body: '<Error><Code>AccessDenied</Code><Message>no</Message></Error>' }) });
    await expect(deleteRunbooks()).rejects.toEqual(expect.objectContaining({ name: 'AccessDenied' }));
  });

  test('stay when it is not known for what a closer waits', async () => {
    const closer = await allow({ id: OPENER });
    world.bucket.objects.clear();
    world.closers.clear();
    world.closers.set('listed, and not to be described', closer);
    await expect(deleteRunbooks()).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });
});

test('a recovery that is only being opened counts, too', async () => {
  recorded(opening().accountId, { openBy: '2999-01-01T00:00:00.000Z' });
  await expect(deleteRunbooks()).rejects.toEqual(refused(`account ${MEMBER}`));
});
