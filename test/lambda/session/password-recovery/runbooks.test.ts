import { SFNClient } from '@aws-sdk/client-sfn';
import { allow, close, closerOf, extend, failedCloserOf, Functions, HOUR, MEMBER, MINUTE, newWorld, opening, serveWorlds, type World } from './world';
import { checkOpening, open, recordOpening } from '../../../../lambda/session/password-recovery/allow/opening';
import { describeClosing } from '../../../../lambda/session/password-recovery/close/closing';
import { runningCloser } from '../../../../lambda/session/password-recovery/closer/running-closer';
import { cutBody, delay, endEarly, fail, loseAnswer, stale, type Effect } from '../../../../local-aws/organization';

serveWorlds();

let world: World;
beforeEach(() => { world = newWorld(); });

const named = (name: string, message?: string) => expect.objectContaining({ name, ...message && { message: expect.stringContaining(message) } });
const DENIED_BY_S3 = { status: 403, headers: { 'content-type': 'application/xml' }, body: '<Error><Code>AccessDenied</Code><Message>no</Message></Error>' };
const iso = (time: number) => new Date(time).toISOString();

describe('allowing password recovery', () => {
  test('lets the root user have a password, and records it with its reason and its end', async () => {
    const before = world.clock();
    await allow({ hours: 24 });
    expect(world.account.root.password).toBe(true);
    expect(world.record).toMatchObject({ accountId: MEMBER, reason: 'lost the root mailbox', startedBy: 'alice', recoveryId: 'opener' });
    const { openedAt, endsAt, allowedAt, closedAt } = world.record!;
    expect(Date.parse(openedAt)).toBeGreaterThanOrEqual(before);
    expect(Date.parse(endsAt) - Date.parse(openedAt)).toBe(24 * HOUR);
    expect(Date.parse(allowedAt!)).toBeGreaterThanOrEqual(Date.parse(openedAt));
    expect(closedAt).toBeUndefined();
    expect(world.isOpen).toBe(true);
  });

  test('is recorded before anything is opened', async () => {
    let recorded: unknown;
    world.organization.faults.add({
      operation: 'iam:CreateLoginProfile',
      effect: async (_call, answer) => {
        recorded = world.record;
        return answer();
      },
    });
    await allow();
    expect(recorded).toMatchObject({ recoveryId: 'opener', endsAt: expect.any(String) });
  });

  test('takes sessions for that one task only', async () => {
    await allow();
    const tasks = world.organization.calls.filter(({ operation }) => operation === 'AssumeRoot').map(({ input }) => input['TaskPolicyArn.arn']);
    expect(new Set(tasks)).toEqual(new Set(['arn:aws:iam::aws:policy/root-task/IAMCreateRootUserPassword']));
    expect(world.changes()).toEqual([`CreateLoginProfile ${MEMBER}`]);
  });

  test('sends no password', async () => {
    await allow();
    const [create] = world.organization.calls.filter(({ operation }) => operation === 'CreateLoginProfile');
    expect(Object.keys(create.input)).not.toContain('Password');
  });

  test('while one is open names the runbook that extends it, and changes nothing', async () => {
    await allow();
    const before = world.record;
    await expect(recordOpening(opening({ id: 'second' }), new Functions())).rejects.toEqual(named('RecoveryOpen', 'run the runbook that extends it'));
    await expect(checkOpening(opening({ id: 'second' }), new Functions())).rejects.toEqual(named('RecoveryOpen', 'lost the root mailbox'));
    expect(world.record).toEqual(before);
  });

  test('while the last one is not closed names the runbook that closes it', async () => {
    await allow({ hours: 1 });
    world.advance(2 * HOUR);
    await expect(recordOpening(opening({ id: 'second' }), new Functions())).rejects.toEqual(named('RecoveryNotClosed', 'run the runbook that closes it'));
  });

  test('is possible again when the last one was closed', async () => {
    await allow();
    await close();
    await allow({ id: 'second', reason: 'again' });
    expect(world.record).toMatchObject({ recoveryId: 'second', reason: 'again' });
    expect(world.record!.closing).toBeUndefined();
    expect(world.account.root.password).toBe(true);
  });

  test('of an account that has a password is refused, and leaves no record', async () => {
    world.account.root.password = true;
    await expect(checkOpening(opening(), new Functions())).rejects.toEqual(named('PasswordExists', 'nothing to recover'));
    await expect(recordOpening(opening(), new Functions())).rejects.toEqual(named('PasswordExists'));
    expect(world.record).toBeUndefined();
    expect(world.changes()).toEqual([]);
  });

  test('of an account that has MFA left over works, and closing it reports the device', async () => {
    world.account.root.mfaDevices = [{ serial: 'LEFTOVER', enableDate: 0 }];
    await allow();
    expect(await close()).toMatchObject({ state: 'closed', left: [{ kind: 'MfaDevice', id: 'LEFTOVER' }] });
    expect(world.account.root.mfaDevices).toHaveLength(1);
  });

  test('of two at once is won by one of them, whose record it is', async () => {
    world.bucketFaults.add({ operation: 's3:PutObject', effect: delay(20) });
    const both = await Promise.allSettled(['one', 'two'].map((id) => recordOpening(opening({ id }), new Functions())));
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const winner = both[0].status === 'fulfilled' ? 'one' : 'two';
    expect(world.record).toMatchObject({ recoveryId: winner });
    await expect(open(MEMBER, winner === 'one' ? 'two' : 'one', new Functions())).rejects.toEqual(named('RecoveryReplaced', 'nothing was opened'));
    expect(world.account.root.password).toBe(false);
  });

  test.each(['s3:PutObject', 's3:GetObject'])('is one recovery although an answer to %s is lost', async (operation) => {
    world.bucketFaults.add({ operation, times: 1, effect: loseAnswer });
    await allow();
    expect(world.record).toMatchObject({ recoveryId: 'opener', allowedAt: expect.any(String) });
  });

  test('is allowed although the answer to its creation is lost', async () => {
    world.organization.faults.add({ operation: 'iam:CreateLoginProfile', times: 1, effect: loseAnswer });
    await allow();
    expect(world.record).toMatchObject({ allowedAt: expect.any(String) });
    expect(world.changes()).toEqual([`CreateLoginProfile ${MEMBER}`]);
  });

  test('that may have had its effect, although no answer came, is not called refused: its closer waits for what may still come', async () => {
    world.organization.faults.add({ operation: 'iam:CreateLoginProfile', effect: loseAnswer });
    await expect(allow()).rejects.toThrow();
    expect(world.account.root.password).toBe(true);
    expect(world.record).not.toHaveProperty('refused');
    await expect(failedCloserOf('opener').wake()).rejects.toEqual(named('OpeningUnsettled'));
    expect(world.account.root.password).toBe(false);
  });

  test('again by the same execution is not refused for the password that it has allowed, and allows no other', async () => {
    await allow();
    const before = world.record;
    await allow();
    expect(world.record).toEqual(before);
    expect(world.changes()).toEqual([`CreateLoginProfile ${MEMBER}`]);
  });

  test('waits for reads that lag', async () => {
    world.organization.faults.add({ operation: 'iam:GetLoginProfile', effect: stale(3) });
    await allow();
    expect(world.record).toMatchObject({ allowedAt: expect.any(String) });
  });

  test('is not called allowed when no password is seen', async () => {
    const settle = world.organization.faults.add({ operation: 'iam:GetLoginProfile', effect: stale(10_000) });
    await expect(allow()).rejects.toEqual(named('NotVerified', 'taken back'));
    expect(world.record).not.toHaveProperty('allowedAt');
    expect(world.record).not.toHaveProperty('refused');
    settle();
    await expect(failedCloserOf('opener').wake()).rejects.toEqual(named('OpeningUnsettled'));
    expect(world.account.root.password).toBe(false);
    world.advance(16 * MINUTE);
    expect(await failedCloserOf('opener').wake()).toMatchObject({ state: 'closed' });
  });

  test('that a policy of the organization denies says which kind, records that it was refused, and opens nothing when it is run again', async () => {
    world.organization.faults.add({
      operation: 'iam:CreateLoginProfile',
      effect: async (_call, answer) => {
        world.organization.assumedRootDenied.add(MEMBER);
        return answer();
      },
    });
    await expect(allow()).rejects.toEqual(named('AccessDenied'));
    expect(world.record).toMatchObject({ refused: { message: expect.stringContaining('AccessDenied') } });
    world.organization.assumedRootDenied.clear();
    await expect(open(MEMBER, 'opener', new Functions())).rejects.toEqual(named('RecoveryRefused'));
    expect(world.account.root.password).toBe(false);
    expect(await failedCloserOf('opener').wake()).toMatchObject({ state: 'closed' });
  });

  test('leaves a password alone whose age AWS does not say: it may be somebody else\'s', async () => {
    const closer = await allow();
    world.organization.faults.add({
      operation: 'iam:GetLoginProfile',
      effect: async (_call, answer) => {
        const answered = await answer();
        return { ...answered, body: String(answered.body).replace(/<CreateDate>.*?<\/CreateDate>/, '') };
      },
    });
    world.advance(24 * HOUR);
    await expect(closer.wake()).rejects.toEqual(named('PasswordNotOfRecovery', 'since an unknown time'));
    expect(world.account.root.password).toBe(true);
    expect(world.record).not.toHaveProperty('closedAt');
  });

  test('does not take a password for its own that somebody else had set before', async () => {
    world.organization.faults.add({
      operation: 'iam:CreateLoginProfile',
      effect: async (_call, answer) => {
        world.account.root.credentials.current = { ...world.account.root.credentials.current, loginProfile: { createDate: world.clock() - HOUR } };
        return answer();
      },
    });
    await expect(allow()).rejects.toEqual(named('PasswordExists'));
    expect(world.record).toMatchObject({ refused: { message: expect.stringContaining('PasswordExists') } });
    await expect(failedCloserOf('opener').wake()).rejects.toEqual(named('PasswordNotOfRecovery', 'it is left alone'));
    expect(world.account.root.password).toBe(true);
    expect(world.record).not.toHaveProperty('closedAt');
    expect(world.isOpen).toBe(false);
  });

  test('comes too late when its opener slept until its time was over', async () => {
    await recordOpening(opening(), new Functions());
    world.advance(11 * MINUTE);
    await expect(open(MEMBER, 'opener', new Functions())).rejects.toEqual(named('OpeningTooLate', 'run the runbook again'));
    expect(world.changes()).toEqual([]);
  });

  test('opens nothing after somebody has closed it', async () => {
    await recordOpening(opening(), new Functions());
    await expect(close()).rejects.toEqual(named('OpeningUnsettled', 'has no password now'));
    await expect(open(MEMBER, 'opener', new Functions())).rejects.toEqual(named('RecoveryClosedMeanwhile'));
    expect(world.account.root.password).toBe(false);
    world.advance(16 * MINUTE);
    expect(await close()).toMatchObject({ state: 'closed' });
  });

  test('that was closed between its last look and its opening is not called allowed, and the password goes', async () => {
    await recordOpening(opening(), new Functions());
    world.organization.faults.add({
      operation: 'iam:CreateLoginProfile',
      times: 1,
      effect: async (_call, answer) => {
        await expect(close()).rejects.toEqual(named('OpeningUnsettled'));
        return answer();
      },
    });
    await expect(open(MEMBER, 'opener', new Functions())).rejects.toEqual(named('RecoveryClosedMeanwhile'));
    expect(world.account.root.password).toBe(true);
    expect(world.record).not.toHaveProperty('closedAt');
    await expect(close()).rejects.toEqual(named('OpeningUnsettled'));
    world.advance(16 * MINUTE);
    expect(await close()).toMatchObject({ state: 'closed' });
    expect(world.account.root.password).toBe(false);
  });
});

describe('the closer', () => {
  test('is there before anything is opened', async () => {
    let started: unknown;
    world.organization.faults.add({
      operation: 'iam:CreateLoginProfile',
      effect: async (_call, answer) => {
        started = closerOf('opener');
        return answer();
      },
    });
    await allow();
    expect(started).toMatchObject({ input: { accountId: MEMBER, recoveryId: 'opener', atOnce: false } });
  });

  test('sleeps until the reminder, reminds once, sleeps until the end, and closes', async () => {
    const closer = await allow({ hours: 24 });
    const end = Date.parse(world.record!.endsAt);
    expect(await closer.wake()).toMatchObject({ step: 'sleep', wakeAt: iso(end - HOUR) });
    world.advance(23 * HOUR);
    expect(await closer.wake()).toMatchObject({ step: 'sleep', wakeAt: iso(end) });
    expect(closer.reminders).toEqual([expect.stringContaining(`will be deleted at ${iso(end)}`)]);
    expect(closer.reminders[0]).toContain('lost the root mailbox');
    world.advance(HOUR);
    expect(await closer.wake()).toMatchObject({ state: 'closed', closedAt: expect.any(String), left: [] });
    expect(closer.reminders).toHaveLength(1);
    expect(world.account.root.password).toBe(false);
    expect(world.isOpen).toBe(false);
  });

  test('reminds at each of several times, and not at one that a short recovery has behind it', async () => {
    const closer = await allow({ hours: 2 });
    closer.remindsAt = [24 * 60, 60, 15];
    for (const minutes of [0, 60, 45]) {
      world.advance(minutes * MINUTE);
      await closer.wake();
    }
    expect(closer.reminders).toHaveLength(2);
  });

  test('that wakes up after the end closes and reminds of nothing', async () => {
    const closer = await allow({ hours: 24 });
    world.advance(30 * HOUR);
    expect(await closer.wake()).toMatchObject({ state: 'closed' });
    expect(closer.reminders).toEqual([]);
  });

  test('ends when somebody has closed the recovery, also when another one has begun since', async () => {
    const closer = await allow();
    await close();
    const other = await allow({ id: 'second' });
    world.advance(24 * HOUR);
    expect(await closer.wake()).toMatchObject({ step: 'end' });
    expect(await closerOf('by-hand').wake()).toMatchObject({ step: 'end' });
    expect(await closer.close()).toMatchObject({ state: 'open' });
    expect(world.account.root.password).toBe(true);
    expect(await other.wake()).toMatchObject({ state: 'closed' });
  });

  test('stays with a recovery that was extended in the last moment', async () => {
    const closer = await allow({ hours: 1 });
    world.advance(HOUR);
    expect(await closer.look()).toMatchObject({ step: 'close' });
    world.advance(-MINUTE);
    await extend(2);
    world.advance(MINUTE);
    expect(await closer.close()).toMatchObject({ state: 'open' });
    expect(world.account.root.password).toBe(true);
    expect(await closer.wake()).toMatchObject({ step: 'sleep' });
  });

  test('closes by what it was started with when the record is gone, no earlier than at the end, and records it', async () => {
    const closer = await allow();
    world.bucket.objects.clear();
    expect(await closer.wake()).toMatchObject({ step: 'sleep' });
    world.advance(23 * HOUR);
    expect(await closer.wake()).toMatchObject({ step: 'sleep' });
    expect(world.account.root.password).toBe(true);
    world.advance(HOUR);
    expect(await closer.wake()).toMatchObject({ state: 'closed' });
    expect(world.account.root.password).toBe(false);
    expect(world.record).toMatchObject({ recoveryId: 'opener', reason: 'lost the root mailbox', closedAt: expect.any(String) });
  });

  test('closes when it may not even ask the bucket that has taken the place of its own', async () => {
    const closer = await allow();
    closer.bucket = 'another';
    world.bucketFaults.add({ operation: '*', effect: async () => DENIED_BY_S3 });
    world.advance(24 * HOUR);
    expect(await closer.wake()).toMatchObject({ state: 'closed' });
    expect(world.account.root.password).toBe(false);
  });

  test('tries on when its own bucket refuses it, and nothing is deleted meanwhile', async () => {
    const closer = await allow();
    const mend = world.bucketFaults.add({ operation: '*', effect: async () => DENIED_BY_S3 });
    world.advance(24 * HOUR);
    await expect(closer.wake()).rejects.toEqual(named('AccessDenied'));
    expect(world.account.root.password).toBe(true);
    mend();
    expect(await closer.wake()).toMatchObject({ state: 'closed' });
  });

  test('that has ended, or is none, closes nothing, whoever asks its functions', async () => {
    const closer = await allow();
    world.advance(24 * HOUR);
    closer.status = 'ABORTED';
    await expect(closer.close()).rejects.toEqual(named('RunEnded'));
    await expect(runningCloser(new SFNClient({}), 'arn:aws:states:us-east-1:111111111111:execution:other:one')).rejects.toEqual(named('AccessDeniedException'));
    expect(world.account.root.password).toBe(true);
  });

  test('closes although closing by hand has failed, soon after', async () => {
    await allow();
    const allowAgain = world.organization.faults.add({ operation: 'iam:DeleteLoginProfile', effect: fail('AccessDenied') });
    await expect(close()).rejects.toEqual(named('AccessDenied'));
    const standBy = closerOf('by-hand');
    expect(await standBy.wake()).toMatchObject({ step: 'sleep' });
    world.advance(10 * MINUTE);
    await expect(standBy.wake()).rejects.toEqual(named('AccessDenied'));
    allowAgain();
    expect(await standBy.wake()).toMatchObject({ state: 'closed' });
  });
});

describe('closing', () => {
  test('deletes the password and nothing else, and reports what was made meanwhile', async () => {
    const closer = await allow();
    world.account.root.mfaDevices = [{ serial: 'NEW', enableDate: 0 }];
    world.account.root.accessKeys = [{ id: 'AKIANEW', status: 'Active', createDate: 0 }];
    world.account.root.signingCertificates = [{ id: 'CERTIFICATE', status: 'Active', uploadDate: 0 }];
    world.advance(24 * HOUR);
    const left = [{ kind: 'AccessKey', id: 'AKIANEW' }, { kind: 'SigningCertificate', id: 'CERTIFICATE' }, { kind: 'MfaDevice', id: 'NEW' }];
    expect(await closer.wake()).toMatchObject({ state: 'closed', left });
    expect(world.record).toMatchObject({ left });
    expect(world.changes()).toEqual([`CreateLoginProfile ${MEMBER}`, `DeleteLoginProfile ${MEMBER}`]);
  });

  test('by hand records who and why, and ends the recovery for sweeps at once', async () => {
    await allow();
    world.organization.faults.add({ operation: 'iam:DeleteLoginProfile', effect: fail('AccessDenied') });
    await expect(close()).rejects.toEqual(named('AccessDenied'));
    expect(world.isOpen).toBe(false);
    expect(world.record).toMatchObject({ closing: { id: 'by-hand', reason: 'done', startedBy: 'alice' } });
    expect(world.record).not.toHaveProperty('closedAt');
    world.organization.faults.clear();
    expect(await close()).toMatchObject({ state: 'closed' });
  });

  test('twice says when it was closed, and does nothing', async () => {
    await allow();
    const first = await close();
    const changes = world.changes();
    expect(await close('again')).toEqual(first);
    expect(world.changes()).toEqual(changes);
  });

  test('twice at the same time succeeds twice', async () => {
    await allow();
    world.organization.faults.add({ operation: 'iam:*', effect: delay(20) });
    const [one, other] = await Promise.all([close('one'), close('two')]);
    expect(one.closedAt).toBe(other.closedAt);
    expect(world.account.root.password).toBe(false);
  });

  test('again does not pass over a password that came after it', async () => {
    await allow();
    await close();
    world.account.root.password = true;
    await expect(close()).rejects.toEqual(named('PasswordAfterRecovery', 'find out who set it'));
    expect(world.account.root.password).toBe(true);
  });

  test('of an account without a recovery changes nothing', async () => {
    world.account.root.password = true;
    await expect(close()).rejects.toEqual(named('RecoveryUnknown', 'none was allowed by these runbooks'));
    expect(world.changes()).toEqual([]);
  });

  test('is success when somebody else has deleted the password', async () => {
    await allow();
    world.account.root.password = false;
    expect(await close()).toMatchObject({ state: 'closed' });
  });

  test.each([
    ['pretended', async () => ({ status: 200, headers: { 'content-type': 'text/xml' }, body: '<DeleteLoginProfileResponse><ResponseMetadata/></DeleteLoginProfileResponse>' })],
  ])('that AWS %s is not called closed', async (_what, effect) => {
    await allow();
    world.organization.faults.add({ operation: 'iam:DeleteLoginProfile', effect });
    await expect(close()).rejects.toEqual(named('PasswordStays'));
    expect(world.record).not.toHaveProperty('closedAt');
  });

  test('waits for what IAM will not change just now, for lost answers and for reads that lag', async () => {
    await allow();
    world.organization.faults.add({ operation: 'iam:DeleteLoginProfile', times: 2, effect: fail('EntityTemporarilyUnmodifiable') });
    world.organization.faults.add({ operation: 'iam:DeleteLoginProfile', times: 1, effect: loseAnswer });
    world.organization.faults.add({ operation: 'iam:GetLoginProfile', effect: stale(2) });
    expect(await close()).toMatchObject({ state: 'closed' });
    expect(world.account.root.password).toBe(false);
  });

  test('deletes a password that is not seen yet', async () => {
    await allow();
    world.organization.faults.add({ operation: 'iam:GetLoginProfile', times: 1, effect: fail('NoSuchEntity', 'Login Profile for User null cannot be found.', 404) });
    expect(await close()).toMatchObject({ state: 'closed' });
    expect(world.account.root.password).toBe(false);
  });

  test('is done although the other credentials could not be read, and does not call them none', async () => {
    await allow();
    world.organization.faults.add({ operation: 'iam:ListMFADevices', effect: fail('AccessDenied') });
    const closing = await close();
    expect(closing.state).toBe('closed');
    expect(closing.left).toBeUndefined();
    expect(world.record).not.toHaveProperty('left');
  });

  test.each(['ListAccessKeys', 'ListSigningCertificates', 'ListMFADevices'])('is done although %s has lost its list, and does not call the other credentials none', async (operation) => {
    await allow();
    const hollow: Effect = async () => ({ status: 200, headers: { 'content-type': 'text/xml' }, body: `<${operation}Response><${operation}Result/></${operation}Response>` });
    world.organization.faults.add({ operation: `iam:${operation}`, effect: hollow });
    await expect(describeClosing(MEMBER, new Functions())).rejects.toEqual(named('IncompleteAnswer', `iam:${operation}`));
    expect((await close()).left).toBeUndefined();
    expect(world.record).not.toHaveProperty('left');
  });

  test.each<[string, Effect]>([['breaks off', cutBody], ['ends early', endEarly()]])('reads the record again when its body %s', async (_what, effect) => {
    await allow();
    world.bucketFaults.add({ operation: 's3:GetObject', times: 2, effect });
    expect(await close()).toMatchObject({ state: 'closed' });
  });

  test('deletes nothing in a session that was renewed and is of another account', async () => {
    await allow();
    world.organization.faults.add({ operation: 'iam:DeleteLoginProfile', times: 1, effect: fail('ExpiredToken') });
    let asked = 0;
    world.organization.faults.add({
      operation: 'iam:GetUser',
      effect: async (_call, answer) => {
        const answered = await answer();
        return ++asked === 1 ? answered : { ...answered, body: String(answered.body).replaceAll(MEMBER, '111111111111') };
      },
    });
    await expect(close()).rejects.toEqual(named('WrongIdentity'));
    expect([asked, world.account.root.password]).toEqual([2, true]);
  });

  test('deletes nothing in a session of another account', async () => {
    await allow();
    world.organization.faults.add({
      operation: 'iam:GetUser',
      effect: async (_call, answer) => {
        const answered = await answer();
        return { ...answered, body: String(answered.body).replaceAll(MEMBER, '111111111111') };
      },
    });
    await expect(close()).rejects.toEqual(named('WrongIdentity'));
    expect(world.account.root.password).toBe(true);
  });

  test('as a dry run says what is there and changes nothing', async () => {
    await allow();
    world.account.root.mfaDevices = [{ serial: 'NEW', enableDate: 0 }];
    const before = world.record;
    expect(await describeClosing(MEMBER, new Functions())).toMatchObject({ state: 'would-close', left: [{ kind: 'MfaDevice', id: 'NEW' }] });
    expect(world.record).toEqual(before);
    expect(world.account.root.password).toBe(true);
  });

  test('works again and again until it can', async () => {
    const closer = await allow({ hours: 1 });
    world.organization.assumedRootDenied.add(MEMBER);
    world.advance(HOUR);
    for (let attempt = 0; attempt < 3; attempt++) {
      await expect(closer.close()).rejects.toEqual(named('AccessDenied'));
      world.advance(HOUR);
    }
    world.organization.assumedRootDenied.clear();
    expect(await closer.close()).toMatchObject({ state: 'closed' });
  });

});

describe('extending', () => {
  test('moves the end, and records who and why', async () => {
    await allow({ hours: 24 });
    const { endsAt } = world.record!;
    const record = await extend(12);
    expect(Date.parse(record.endsAt) - Date.parse(endsAt)).toBe(12 * HOUR);
    expect(world.record).toMatchObject({ endsAt: record.endsAt, extensions: [{ id: 'extension', reason: 'still at it', startedBy: 'bob', endsAt: record.endsAt }] });
  });

  test('twice by two people adds up, twice by the same execution counts once', async () => {
    await allow({ hours: 24 });
    const end = Date.parse(world.record!.endsAt);
    await extend(2, 'one');
    await extend(3, 'two');
    await extend(3, 'two');
    expect(Date.parse(world.record!.endsAt) - end).toBe(5 * HOUR);
  });

  test('at the same time loses none of the two', async () => {
    await allow({ hours: 24 });
    const end = Date.parse(world.record!.endsAt);
    world.bucketFaults.add({ operation: 's3:PutObject', effect: delay(20) });
    await Promise.all([extend(2, 'one'), extend(3, 'two')]);
    expect(Date.parse(world.record!.endsAt) - end).toBe(5 * HOUR);
  });

  test('whose answer is lost extends once', async () => {
    await allow({ hours: 24 });
    const end = Date.parse(world.record!.endsAt);
    world.bucketFaults.add({ operation: 's3:PutObject', times: 1, effect: loseAnswer });
    await extend(2);
    expect(Date.parse(world.record!.endsAt) - end).toBe(2 * HOUR);
  });

  test('is bounded from the opening on, and says how much is left', async () => {
    await allow({ hours: 24 });
    await expect(extend(145)).rejects.toEqual(named('RecoveryTooLong', 'at most 144 hours, not 145'));
    await extend(144);
    await expect(extend(1, 'more')).rejects.toEqual(named('RecoveryTooLong', 'at most 0 hours'));
  });

  test.each([
    ['after the end', async () => { world.advance(25 * HOUR); }],
    ['after it was closed', async () => { await close(); }],
    ['while it is being closed', async () => {
      world.organization.faults.add({ operation: 'iam:DeleteLoginProfile', effect: fail('AccessDenied') });
      await close().catch(() => undefined);
    }],
  ])('%s names the runbook that allows one, and changes nothing', async (_when, end) => {
    await allow({ hours: 24 });
    await end();
    const before = world.record;
    await expect(extend(1)).rejects.toEqual(named('RecoveryEnded', 'run the runbook that allows one'));
    expect(world.record).toEqual(before);
  });

  test('of an account without a recovery is an error', async () => {
    await expect(extend(1)).rejects.toEqual(named('RecoveryUnknown'));
    expect(world.record).toBeUndefined();
  });

  test('gives the reminding to the closer that it starts; the older one still closes', async () => {
    const older = await allow({ hours: 24 });
    await extend(24, 'extension');
    const newer = closerOf('extension');
    world.advance(47 * HOUR);
    await older.wake();
    await newer.wake();
    expect([older.reminders.length, newer.reminders.length]).toEqual([0, 1]);
    world.advance(HOUR);
    expect(await older.wake()).toMatchObject({ state: 'closed' });
    expect(await newer.wake()).toMatchObject({ step: 'end' });
  });
});
