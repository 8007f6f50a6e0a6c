import {
  allowed, awake, begun, checkOpenable, closed, closerName, closing, extended, isDue, isSettled, known, refused, type Closer, type RecoveryRecord,
} from '../../../../lambda/session/password-recovery/record';

const MEMBER = '222222222222';
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const ID = 'arn:aws:states:us-east-1:111111111111:execution:Allow:1';
const START = Date.parse('2026-11-23T10:00:00.000Z');
const at = (time: number) => new Date(time).toISOString();

const OPENING = { accountId: MEMBER, hours: 24, id: ID, reason: 'ticket 4711', startedBy: 'arn:aws:iam::111111111111:user/jane' };
const BEGUN = begun(undefined, OPENING, START);
const OPEN = allowed(BEGUN, START + 1_000);
const END = START + 24 * HOUR;

/** How it ended, or is about to. */
const UNUSABLE: Record<string, RecoveryRecord> = {
  'closed': { ...OPEN, closedAt: at(START + HOUR) },
  'being closed': closing(OPEN, START + HOUR),
  'refused': refused(BEGUN, 'AccessDenied: no', START + HOUR),
};

describe('a recovery that begins', () => {
  test('is recorded with its account, reason, starter and end', () => {
    expect(BEGUN).toEqual({
      accountId: MEMBER,
      reason: 'ticket 4711',
      startedBy: OPENING.startedBy,
      openedAt: '2026-11-23T10:00:00.000Z',
      endsAt: '2026-11-24T10:00:00.000Z',
      openBy: '2026-11-23T10:15:00.000Z',
      recoveryId: ID,
      remindedBy: closerName(MEMBER, { id: ID }),
      extensions: [],
    });
  });

  test('is the same when its execution begins it again', () => {
    expect(begun(OPEN, OPENING, START + HOUR)).toBe(OPEN);
    expect(begun(UNUSABLE.closed, OPENING, START + HOUR)).toBe(UNUSABLE.closed);
  });

  test('is another one after one that was closed', () => {
    expect(begun(UNUSABLE.closed, { ...OPENING, id: 'another' }, START + 2 * HOUR)).toMatchObject({ recoveryId: 'another', openedAt: at(START + 2 * HOUR), extensions: [] });
  });

  test('does not while another one is open: that one can be extended', () => {
    expect(() => begun(OPEN, { ...OPENING, id: 'another' }, START + HOUR)).toThrow(expect.objectContaining({
      name: 'RecoveryOpen',
      message: `a password recovery of account ${MEMBER} is open until ${at(END)} (ticket 4711): to make it longer, run the runbook that extends it`,
    }));
  });

  test.each<[string, RecoveryRecord, number]>([
    ['has ended', OPEN, END],
    ['is being closed', UNUSABLE['being closed'], START + 2 * HOUR],
  ])('does not while another one %s and is not closed: that one must be', (_how, before, now) => {
    expect(() => begun(before, { ...OPENING, id: 'another' }, now)).toThrow(expect.objectContaining({
      name: 'RecoveryNotClosed',
      message: `the password recovery of account ${MEMBER} ended at ${before.endsAt} and is not closed yet: run the runbook that closes it, then this one again`,
    }));
  });
});

describe('a closer', () => {
  test('has a name with its account in it, for each request one that Step Functions takes', () => {
    expect(closerName(MEMBER, { id: ID })).toMatch(/^222222222222-[0-9a-f]{32}$/);
    expect(closerName(MEMBER, { id: ID })).toBe(closerName(MEMBER, { id: ID }));
    expect(closerName(MEMBER, { id: `${ID}2` })).not.toBe(closerName(MEMBER, { id: ID }));
  });
});

describe('the opener', () => {
  test.each([START, START + 10 * MINUTE])('may open in the first ten minutes', (now) => {
    expect(() => checkOpenable(BEGUN, MEMBER, ID, now)).not.toThrow();
  });

  test('that has opened it may say so later', () => {
    expect(() => checkOpenable(OPEN, MEMBER, ID, START + HOUR)).not.toThrow();
  });

  test.each<[string, RecoveryRecord | undefined, number, string, string]>([
    ['of which the record is gone', undefined, START, 'RecoveryReplaced', 'is gone: nothing was opened'],
    ['of which the record is another one\'s', { ...BEGUN, recoveryId: 'another' }, START, 'RecoveryReplaced', 'is gone: nothing was opened'],
    ['that was refused', UNUSABLE.refused, START + MINUTE, 'RecoveryRefused', 'AccessDenied: no'],
    ['that was closed', UNUSABLE.closed, START + MINUTE, 'RecoveryClosedMeanwhile', 'was closed while it was being opened'],
    ['that is being closed', UNUSABLE['being closed'], START + MINUTE, 'RecoveryClosedMeanwhile', 'was closed while it was being opened'],
    ['that is over', OPEN, END, 'RecoveryClosedMeanwhile', 'was closed while it was being opened'],
    ['that began too long ago', BEGUN, START + 10 * MINUTE + 1, 'OpeningTooLate', `was recorded at ${at(START)}, too long ago to open it now: run the runbook again`],
  ])('opens none %s', (_which, record, now, name, message) => {
    expect(() => checkOpenable(record, MEMBER, ID, now)).toThrow(expect.objectContaining({ name, message: expect.stringContaining(message) }));
  });

  test('records that it was allowed, or why not', () => {
    expect(OPEN).toEqual({ ...BEGUN, allowedAt: at(START + 1_000) });
    expect(UNUSABLE.refused).toEqual({ ...BEGUN, refused: { at: at(START + HOUR), message: 'AccessDenied: no' } });
  });
});

describe('a recovery that is extended', () => {
  const EXTENSION = { accountId: MEMBER, hours: 48, longestHours: 168, id: 'extension', reason: 'still at it', startedBy: 'bob' };

  test('ends later than it would have, and says who wanted that and why', () => {
    const now = START + 2 * HOUR;
    expect(extended(OPEN, EXTENSION, now)).toEqual({
      ...OPEN,
      endsAt: at(END + 48 * HOUR),
      remindedBy: closerName(MEMBER, { id: 'extension' }),
      extensions: [{ id: 'extension', at: at(now), endsAt: at(END + 48 * HOUR), reason: 'still at it', startedBy: 'bob' }],
    });
  });

  test('again by the same execution ends no later; by another one it does', () => {
    const once = extended(OPEN, EXTENSION, START + HOUR);
    expect(extended(once, EXTENSION, START + 2 * HOUR)).toBe(once);
    expect(extended(once, { ...EXTENSION, id: 'another' }, START + 2 * HOUR)).toMatchObject({ endsAt: at(END + 96 * HOUR), extensions: [{ id: 'extension' }, { id: 'another' }] });
  });

  test('may last the longest time and no hour more', () => {
    expect(extended(OPEN, { ...EXTENSION, hours: 144 }, START).endsAt).toBe(at(START + 168 * HOUR));
    expect(() => extended(OPEN, { ...EXTENSION, hours: 145 }, START)).toThrow(expect.objectContaining({
      name: 'RecoveryTooLong',
      message: `a password recovery may last 168 hours: this one, open since ${at(START)}, can be extended by at most 144 hours, not 145`,
    }));
  });

  test.each<[string, RecoveryRecord, number, number]>([
    ['was closed', UNUSABLE.closed, START + 2 * HOUR, START + HOUR],
    ['is being closed', UNUSABLE['being closed'], START + 2 * HOUR, START + HOUR],
    ['was refused', UNUSABLE.refused, START + 2 * HOUR, START + HOUR],
    ['is over', OPEN, END, END],
  ])('is none that %s', (_how, record, now, since) => {
    expect(() => extended(record, EXTENSION, now)).toThrow(expect.objectContaining({
      name: 'RecoveryEnded', message: `the password recovery of account ${MEMBER} ended at ${at(since)}: run the runbook that allows one`,
    }));
  });

  test('must have begun', () => {
    expect(() => extended(undefined, EXTENSION, START)).toThrow(expect.objectContaining({
      name: 'RecoveryUnknown', message: `there is no password recovery of account ${MEMBER}: none was allowed by these runbooks`,
    }));
    expect(known(OPEN, MEMBER)).toBe(OPEN);
  });
});

describe('a recovery that is closed', () => {
  test('ends at once, so that sweeps honour it no more, and says who closed it', () => {
    expect(closing(OPEN, START + HOUR, { id: 'by-hand', reason: 'done', startedBy: 'alice' })).toEqual({
      ...OPEN, endsAt: at(START + HOUR), closing: { at: at(START + HOUR), id: 'by-hand', reason: 'done', startedBy: 'alice' },
    });
  });

  test('after its end keeps that end', () => {
    expect(closing(OPEN, END + HOUR)).toEqual({ ...OPEN, closing: { at: at(END + HOUR) } });
  });

  test('twice was closed the first time', () => {
    expect(closing(UNUSABLE['being closed'], START + 2 * HOUR, { id: 'second' })).toBe(UNUSABLE['being closed']);
    const once = closed(OPEN, [{ kind: 'MfaDevice', id: 'arn:mfa' }], END);
    expect(once).toEqual({ ...OPEN, closedAt: at(END), left: [{ kind: 'MfaDevice', id: 'arn:mfa' }] });
    expect(closed(once, [], END + HOUR)).toEqual(once);
  });

  test('does not say that nothing is left when that could not be read', () => {
    expect(closed(OPEN, undefined, END).left).toBeUndefined();
  });

  test('is due at its end, or when somebody has begun', () => {
    expect(isDue(OPEN, END - 1)).toBe(false);
    expect(isDue(OPEN, END)).toBe(true);
    expect(isDue(UNUSABLE['being closed'], START)).toBe(true);
  });

  test('is settled when its opener has said how it went, or cannot open it any more', () => {
    const openBy = START + 15 * MINUTE;
    expect(isSettled(BEGUN, openBy)).toBe(false);
    expect(isSettled(BEGUN, openBy + 1)).toBe(true);
    expect(isSettled(OPEN, START)).toBe(true);
    expect(isSettled(UNUSABLE.refused, START)).toBe(true);
  });
});

describe('a closer that wakes up', () => {
  const NAME = OPEN.remindedBy;
  const CLOSER: Closer = { accountId: MEMBER, recoveryId: ID, wakeAt: at(START), atOnce: false, remindedUntil: at(START), recordsBucket: 'records', record: BEGUN };

  test('sleeps until the first reminder', () => {
    expect(awake(OPEN, CLOSER, NAME, [60, 240], START + HOUR)).toEqual({ ...CLOSER, step: 'sleep', wakeAt: at(END - 4 * HOUR) });
  });

  test('reminds, of each time once', () => {
    const now = END - 4 * HOUR;
    const reminder = awake(OPEN, CLOSER, NAME, [60, 240], now);
    expect(reminder).toMatchObject({ step: 'remind', remindedUntil: at(now), subject: `Root password recovery of ${MEMBER} ends soon` });
    expect(reminder.message!.split('\n')).toEqual([
      `The password of the root user of account ${MEMBER} will be deleted at ${at(END)}.`,
      `Recovery was allowed at ${at(START)} by ${OPENING.startedBy}: ticket 4711`,
      'To keep it longer, run the runbook that extends the recovery; if it is not needed any more, run the one that closes it.',
    ]);
    const reminded = { ...CLOSER, remindedUntil: at(now) };
    expect(awake(OPEN, reminded, NAME, [60, 240], now)).toEqual({ ...reminded, step: 'sleep', wakeAt: at(END - HOUR) });
    expect(awake(OPEN, { ...CLOSER, remindedUntil: at(END - HOUR) }, NAME, [60, 240], END - 30 * MINUTE)).toMatchObject({ step: 'sleep', wakeAt: at(END) });
  });

  test('reminds of one whose starter nobody knows without a name', () => {
    expect(awake({ ...OPEN, startedBy: undefined }, CLOSER, NAME, [60], END - HOUR).message).toContain(`\nRecovery was allowed at ${at(START)}: ticket 4711\n`);
  });

  test('leaves reminders to the closer that the last extension brought', () => {
    expect(awake({ ...OPEN, remindedBy: 'another' }, CLOSER, NAME, [60], END - HOUR)).toEqual({ ...CLOSER, step: 'sleep', wakeAt: at(END) });
  });

  test('sleeps longer when the end has moved', () => {
    expect(awake({ ...OPEN, endsAt: at(END + HOUR), remindedBy: 'another' }, CLOSER, NAME, [], END)).toMatchObject({ step: 'sleep', wakeAt: at(END + HOUR) });
  });

  test.each<[string, RecoveryRecord, Partial<Closer>, number]>([
    ['at the end', OPEN, {}, END],
    ['at the end, and reminds of nothing', OPEN, {}, END + HOUR],
    ['when somebody has begun to', UNUSABLE['being closed'], {}, START + HOUR],
    ['at once when it stands by', OPEN, { atOnce: true }, START + HOUR],
  ])('closes %s', (_when, record, more, now) => {
    expect(awake(record, { ...CLOSER, ...more }, NAME, [60], now)).toEqual({ ...CLOSER, ...more, step: 'close' });
  });

  test.each<[string, RecoveryRecord]>([
    ['was closed', UNUSABLE.closed],
    ['was followed by another one', { ...OPEN, recoveryId: 'another' }],
  ])('ends when its recovery %s', (_how, record) => {
    expect(awake(record, CLOSER, NAME, [60], END)).toEqual({ ...CLOSER, step: 'end' });
  });

  test('has a record to read', () => {
    expect(() => awake(undefined, CLOSER, NAME, [60], END)).toThrow(expect.objectContaining({ name: 'RecoveryUnknown' }));
  });
});
