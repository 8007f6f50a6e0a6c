import { Holder, MEMBER, serveRecords, startOf } from './testing';
import { restore, RESTORE_FIELDS } from '../../../../lambda/session/resource-policy/restore';

const POLICY = '{ "Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject"}] }';
const OTHER = '{"Version":"2012-10-17","Statement":[]}';

const bucket = serveRecords();

const runbookOn = (holder: Holder) => restore(RESTORE_FIELDS, async () => holder, bucket.records);
const recordOf = (holder = new Holder(POLICY), policy = POLICY) => bucket.records.save(startOf({}), holder, policy);

describe('restoring', () => {
  test('shows what there is and what it will be', async () => {
    const record = await recordOf();
    expect(await runbookOn(new Holder(OTHER)).prepare(startOf({ record }))).toEqual({
      plan: { region: 'eu-central-1', resource: 'arn:aws:s3:::locked', restored: record, policy: POLICY, sha256: expect.stringMatching(/^[0-9a-f]{64}$/), before: OTHER },
      title: `restore the policy of bucket locked in ${MEMBER}`,
      details: ['', expect.stringMatching(/^It is now \(39 bytes, SHA-256 /), OTHER, '', expect.stringMatching(/^It will be \(\d+ bytes, SHA-256 /), POLICY],
    });
  });

  test('says that there is none now', async () => {
    const record = await recordOf();
    expect(await runbookOn(new Holder(undefined)).prepare(startOf({ record }))).toMatchObject({
      plan: { before: undefined }, details: ['It has none now.', '', expect.stringMatching(/^It will be/), POLICY],
    });
  });

  test('in a dry run says what it would do', async () => {
    const plan = { region: 'eu-central-1', resource: 'arn:aws:s3:::locked', restored: 'key', policy: POLICY, sha256: 'f' };
    expect(runbookOn(new Holder(OTHER)).preview(startOf({ record: 'key' }), plan)).toEqual({ status: 'WouldRestore', accountId: MEMBER, ...plan });
  });

  test('puts it back byte for byte, and records what it takes the place of', async () => {
    const record = await recordOf();
    const holder = new Holder(OTHER);
    const start = startOf({ record });
    const { plan } = await runbookOn(holder).prepare(start) as { plan: any };
    const result = await runbookOn(holder).act(start, plan) as { record: string };
    expect(result).toEqual({ status: 'Restored', accountId: MEMBER, ...plan, record: expect.stringMatching(/^policies\//) });
    expect(holder.policy).toBe(POLICY);
    expect(bucket.json(result.record)).toMatchObject({ policy: OTHER, replacedBy: plan.sha256 });
  });

  test('is done when it is so already', async () => {
    const record = await recordOf();
    const holder = new Holder(JSON.stringify(JSON.parse(POLICY)));
    expect(await runbookOn(holder).prepare(startOf({ record }))).toMatchObject({ result: { status: 'AlreadyRestored', accountId: MEMBER, restored: record } });
  });

  test('says when somebody else has done it', async () => {
    const record = await recordOf();
    const holder = new Holder(OTHER);
    const start = startOf({ record });
    const { plan } = await runbookOn(holder).prepare(start) as { plan: any };
    holder.policy = POLICY;
    expect(await runbookOn(holder).act(start, plan)).toMatchObject({ status: 'AlreadyRestored' });
  });

  test('does not put the record of another account in place', async () => {
    const record = await recordOf(Object.assign(new Holder(POLICY), { accountId: '333333333333' }));
    await expect(runbookOn(new Holder(OTHER)).prepare(startOf({ record }))).rejects.toThrow(expect.objectContaining({
      name: 'OtherAccount', message: `${record} is of account 333333333333, and accountId is ${MEMBER}; nothing was changed`,
    }));
  });

  test.each<[string, Partial<Holder>, string]>([
    ['name', { name: 'other' }, 'bucket other in eu-central-1'],
    ['Region', { region: 'us-east-1' }, 'bucket locked in us-east-1'],
    ['kind', { kind: 'queue' }, 'queue locked in eu-central-1'],
  ])('does not put a policy on another bucket: of another %s', async (_what, change, shown) => {
    const record = await recordOf();
    const other = Object.assign(new Holder(OTHER), change);
    const plan = { region: other.region, resource: other.arn, restored: record, policy: POLICY, sha256: 'f', before: OTHER };
    const refusal = expect.objectContaining({ name: 'OtherResource', message: `${record} is of bucket locked in eu-central-1, not of ${shown}; nothing was changed` });
    await expect(runbookOn(other).prepare(startOf({ record }))).rejects.toThrow(refusal);
    await expect(runbookOn(other).act(startOf({ record }), plan)).rejects.toThrow(refusal);
    expect(other.policy).toBe(OTHER);
  });

  test.each([
    ['policies/222222222222/buckets/eu-central-1/a/b.json', true], ['replacements/a.json', false], ['x/policies/a.json', false], ['policies/a.json\n', false], ['policies/.json', false],
    ['policies/a', false], ['policies/a.json.txt', false], [`policies/${'a'.repeat(901)}.json`, false], ['policies/a b.json', false],
  ])('names its record by a key: %j is one: %s', (text, isOne) => {
    expect(RESTORE_FIELDS.record.pattern.test(text)).toBe(isOne);
  });
});
