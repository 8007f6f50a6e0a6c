import { createHash } from 'node:crypto';
import { Holder, MEMBER, serveRecords, startOf } from './testing';
import { describePolicy, isSame, put } from '../../../../lambda/session/resource-policy/change';

const DENY = '{ "Version": "2012-10-17",\n "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "*"}] }';
const ALLOW = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject"}]}';
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const KEY = `policies/${MEMBER}/buckets/eu-central-1/locked/2026-11-23T01-02-03Z-4711-${sha256(DENY)}.json`;
const START = startOf({});

const log: string[] = [];
const bucket = serveRecords(log);

const refusal = (name: string) => Object.assign(new Error('no'), { name, $metadata: { httpStatusCode: 403, attempts: 1 } });
const lost = Object.assign(new Error('socket hang up'), { name: 'ECONNRESET' });

describe('a policy is changed', () => {
  test('after it was saved, and is read back', async () => {
    const holder = new Holder(DENY, log);
    expect(await put(START, holder, bucket.records, { before: DENY })).toEqual({ record: KEY, was: 'changed' });
    expect(holder.policy).toBeUndefined();
    expect(log).toEqual(['read', 'save', 'remove', 'read']);
    expect(bucket.json(KEY)).toMatchObject({ policy: DENY, sha256: sha256(DENY) });
  });

  test('to another one, which the record names', async () => {
    const holder = new Holder(DENY, log);
    expect(await put(START, holder, bucket.records, { before: DENY, wanted: ALLOW, replacedBy: sha256(ALLOW) })).toEqual({ record: KEY, was: 'changed' });
    expect(holder.policy).toBe(ALLOW);
    expect(log).toEqual(['read', 'save', 'write', 'read']);
    expect(bucket.json(KEY)).toMatchObject({ policy: DENY, replacedBy: sha256(ALLOW) });
  });

  test('from none to one without a record: there is nothing to save', async () => {
    const holder = new Holder(undefined, log);
    expect(await put(START, holder, bucket.records, { wanted: ALLOW })).toEqual({ record: undefined, was: 'changed' });
    expect(holder.policy).toBe(ALLOW);
    expect(log).toEqual(['read', 'write', 'read']);
  });

  test('not when it could not be saved', async () => {
    bucket.denied = true;
    const holder = new Holder(DENY, log);
    await expect(put(START, holder, bucket.records, { before: DENY })).rejects.toThrow(expect.objectContaining({ name: 'AccessDenied' }));
    expect(holder.policy).toBe(DENY);
    expect(log).not.toContain('remove');
  });

  test.each([ALLOW, undefined, `${DENY} `])('not when it is no longer the one that was shown: %j', async (now) => {
    const holder = new Holder(now, log);
    await expect(put(START, holder, bucket.records, { before: DENY, wanted: '{"Statement":[]}' })).rejects.toThrow(expect.objectContaining({
      name: 'PolicyChanged',
      message: 'the policy of arn:aws:s3:::locked is not the one that was shown: somebody has changed it meanwhile; run it again. Nothing was changed',
    }));
    expect(holder.policy).toBe(now);
    expect(log).toEqual(['read']);
  });

  test('by this execution when an attempt that died had saved it', async () => {
    await put(START, new Holder(DENY), bucket.records, { before: DENY });
    const holder = new Holder(undefined, log);
    log.length = 0;
    expect(await put(START, holder, bucket.records, { before: DENY })).toEqual({ record: KEY, was: 'changed' });
    expect(log).toEqual(['read']);
  });

  test('by somebody else when it is as wanted and nothing was saved', async () => {
    expect(await put(START, new Holder(undefined), bucket.records, { before: DENY })).toEqual({ was: 'as wanted' });
    expect(await put(START, new Holder(ALLOW), bucket.records, { wanted: ALLOW })).toEqual({ was: 'as wanted' });
    expect(bucket.writes).toEqual([]);
  });

  test('and waits for reads that lag', async () => {
    const holder = new Holder(DENY, log);
    holder.lag = 2;
    expect(await put(START, holder, bucket.records, { before: DENY, wanted: ALLOW })).toMatchObject({ was: 'changed' });
    expect(log).toEqual(['read', 'save', 'write', 'read', 'read', 'read']);
  });

  test('as the reads say, although the answer to the change was lost', async () => {
    const holder = new Holder(DENY, log);
    holder.failure = { error: lost, hasEffect: true };
    expect(await put(START, holder, bucket.records, { before: DENY })).toEqual({ record: KEY, was: 'changed' });
  });

  test('in no way when AWS refuses it, which is the error', async () => {
    const holder = new Holder(DENY, log);
    holder.failure = { error: refusal('AccessDenied'), hasEffect: false };
    await expect(put(START, holder, bucket.records, { before: DENY })).rejects.toThrow(expect.objectContaining({ name: 'AccessDenied', message: 'no' }));
    expect(log).toEqual(['read', 'save', 'remove']);
  });

  test.each<[string, { error: Error; hasEffect: boolean } | undefined, string]>([
    ['AWS accepted', undefined, 'AWS accepted the change, and the policy of arn:aws:s3:::locked is still another: run it again'],
    ['failed', { error: lost, hasEffect: false }, 'the change failed (socket hang up), and the policy of arn:aws:s3:::locked is still another: run it again'],
  ])('or is still there: a change that %s is not believed', async (_how, failure, message) => {
    const holder = new Holder(DENY, log);
    holder.failure = failure;
    const { remove } = holder;
    holder.remove = async () => {
      try {
        await remove.call(holder);
      } finally {
        holder.policy = DENY;
      }
    };
    await expect(put(START, holder, bucket.records, { before: DENY })).rejects.toThrow(expect.objectContaining({ name: 'NotVerified', message }));
  });

  test('or not: one that cannot be read afterwards is not called changed', async () => {
    const holder = new Holder(DENY, log);
    holder.unreadable = new Error('timeout');
    await expect(put(START, holder, bucket.records, { before: DENY })).rejects.toThrow(expect.objectContaining({
      name: 'NotVerified', message: 'AWS accepted the change, and the policy of arn:aws:s3:::locked could not be read afterwards (timeout): a dry run shows what it is',
    }));
  });
});

describe('two policies are the same', () => {
  test.each<[string | undefined, string | undefined, boolean]>([
    [undefined, undefined, true],
    [DENY, DENY, true],
    [DENY, JSON.stringify(JSON.parse(DENY)), true],
    ['{"a":1,"b":2}', '{"b":2,"a":1}', true],
    [DENY, ALLOW, false],
    [DENY, undefined, false],
    [undefined, DENY, false],
    [undefined, 'null', false],
    ['no JSON', 'no JSON', true],
    ['no JSON', 'other text', false],
    ['{"a":1}', '{"a":"1"}', false],
  ])('%j and %j: %s', (one, other, same) => {
    expect(isSame(one, other)).toBe(same);
  });
});

describe('a policy for approvers', () => {
  test('is shown with its length and digest', () => {
    expect(describePolicy('It is now', '{"Sid":"ü"}')).toEqual(['', `It is now (12 bytes, SHA-256 ${sha256('{"Sid":"ü"}')}):`, '{"Sid":"ü"}']);
  });

  test('that is long is cut, and says so', () => {
    const exact = `{"Sid":"${'x'.repeat(1_190)}"}`;
    expect(describePolicy('It is now', exact)[2]).toBe(exact);
    expect(describePolicy('It is now', `${exact} `)[2]).toBe(`${exact} ...`);
  });
});
