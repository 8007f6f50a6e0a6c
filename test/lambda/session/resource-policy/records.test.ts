import { createHash } from 'node:crypto';
import { Holder, MEMBER, serveRecords, startOf } from './testing';

const POLICY = '{ "Version": "2012-10-17",\n "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "*"}] }';
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const KEY = `policies/${MEMBER}/buckets/eu-central-1/locked/2026-11-23T01-02-03Z-4711-${sha256(POLICY)}.json`;
const HOLDER = new Holder(POLICY);
const START = startOf({});

const bucket = serveRecords();

describe('a policy is recorded', () => {
  test('byte for byte, with what it is of, why, by whom and by which execution', async () => {
    expect(await bucket.records.save(START, HOLDER, POLICY, 'f'.repeat(64))).toBe(KEY);
    expect(bucket.json(KEY)).toEqual({
      kind: 'bucket',
      accountId: MEMBER,
      region: 'eu-central-1',
      name: 'locked',
      arn: 'arn:aws:s3:::locked',
      policy: POLICY,
      sha256: sha256(POLICY),
      reason: 'ticket',
      startedBy: 'arn:aws:iam::111111111111:user/jane',
      execution: START.execution.id,
      startedAt: '2026-11-23T01:02:03.456Z',
      replacedBy: 'f'.repeat(64),
    });
  });

  test('for people to read, and once: nothing is overwritten', async () => {
    await bucket.records.save(START, HOLDER, POLICY);
    const first = bucket.objects.get(KEY)!;
    expect(first.split('\n').length).toBeGreaterThan(5);
    expect(await bucket.records.save({ ...START, startedBy: 'mallory' }, HOLDER, POLICY)).toBe(KEY);
    expect(bucket.objects.get(KEY)).toBe(first);
    expect(bucket.writes).toEqual([{ key: KEY, ifNoneMatch: '*', contentType: 'application/json' }, { key: KEY, ifNoneMatch: '*', contentType: 'application/json' }]);
  });

  test('or it is an error', async () => {
    bucket.denied = true;
    await expect(bucket.records.save(START, HOLDER, POLICY)).rejects.toThrow(expect.objectContaining({ name: 'AccessDenied' }));
  });

  test('so that its own execution knows it again, and no other', async () => {
    await bucket.records.save(START, HOLDER, POLICY);
    expect(await bucket.records.has(bucket.records.keyOf(START, HOLDER, sha256(POLICY)))).toBe(true);
    expect(await bucket.records.has(bucket.records.keyOf({ ...START, execution: { ...START.execution, name: '4712' } }, HOLDER, sha256(POLICY)))).toBe(false);
    expect(await bucket.records.has(bucket.records.keyOf(START, HOLDER, sha256('{}')))).toBe(false);
  });
});

describe('a record', () => {
  test('is read by its key', async () => {
    await bucket.records.save(START, HOLDER, POLICY);
    expect(await bucket.records.read(KEY)).toMatchObject({ policy: POLICY, name: 'locked' });
  });

  test('of a queue, too', async () => {
    const queue = Object.assign(new Holder(POLICY), { kind: 'queue', name: 'locked.fifo' } as const);
    const key = await bucket.records.save(START, queue, POLICY);
    expect(key).toContain('/queues/eu-central-1/locked.fifo/');
    expect(await bucket.records.read(key)).toMatchObject({ kind: 'queue', name: 'locked.fifo' });
  });

  test.each([
    ['that does not exist', KEY],
    ['outside of its folder', KEY.replace('policies/', 'replacements/')],
    ['in a folder above', `x/${KEY}`],
    ['with a longer name', `${KEY}.bak`],
    ['with a folder too many', KEY.replace('/locked/', '/locked/locked/')],
    ['of no account', KEY.replace(MEMBER, '2222')],
    ['of something else', KEY.replace('buckets', 'topics')],
    ['of a Region in capitals', KEY.replace('eu-central-1', 'EU_CENTRAL')],
    ['without a digest', KEY.replace(sha256(POLICY), 'latest')],
  ])('%s is none', async (_which, key) => {
    [key, KEY].filter((name) => name !== KEY).forEach((name) => bucket.objects.set(name, JSON.stringify({ policy: POLICY })));
    await expect(bucket.records.read(key)).rejects.toThrow(expect.objectContaining({
      name: 'NoSuchRecord', message: `there is no record ${key}: give the key that an unlock answered; nothing was changed`,
    }));
  });

  const whole = {
    kind: 'bucket', accountId: MEMBER, region: 'eu-central-1', name: 'locked', policy: POLICY, sha256: sha256(POLICY),
  };

  test('that somebody has changed is refused, in whatever', async () => {
    const changed = [
      { policy: '{}' }, { policy: '{}', sha256: sha256('{}') }, { sha256: sha256('{}') }, { accountId: '333333333333' }, { kind: 'queue' }, { region: 'us-east-1' }, { name: 'other' },
      { policy: undefined }, { policy: 42 },
    ].map((change) => JSON.stringify({ ...whole, ...change }));
    await Promise.all([...changed, 'null', '{'].map(async (text, i) => { // at once: what cannot be read is read again for a while
      const key = KEY.replace('4711', `${i}`);
      bucket.objects.set(key, text);
      await expect(bucket.records.read(key)).rejects.toThrow(expect.objectContaining({
        name: 'RecordTampered', message: `${key} is not what an unlock recorded: somebody has changed it; nothing was changed`,
      }));
    }));
  });

  test('that has not been changed is read, whoever wrote it', async () => {
    bucket.objects.set(KEY, JSON.stringify(whole));
    expect(await bucket.records.read(KEY)).toEqual(whole);
  });
});

describe('a replacement', () => {
  const digest = sha256(POLICY);
  const key = `replacements/${digest}.json`;

  test('is read by its digest, byte for byte', async () => {
    bucket.objects.set(key, POLICY);
    expect(await bucket.records.replacement(digest)).toBe(POLICY);
  });

  test('that is not there is named', async () => {
    await expect(bucket.records.replacement(digest)).rejects.toThrow(expect.objectContaining({
      name: 'NoSuchReplacement', message: `there is no policy ${key} in bucket records: put it there; nothing was changed`,
    }));
  });

  test('of another digest is refused', async () => {
    bucket.objects.set(key, '{}');
    await expect(bucket.records.replacement(digest)).rejects.toThrow(expect.objectContaining({
      name: 'ReplacementTampered', message: `the SHA-256 of ${key} is ${sha256('{}')}: it is not the policy that was named; nothing was changed`,
    }));
  });
});
