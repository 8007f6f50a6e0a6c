import { createHash } from 'node:crypto';
import { GetBucketPolicyCommand, S3Client } from '@aws-sdk/client-s3';
import { DENY_ALL, MACHINE, MEMBER, OTHER, PoliciesWorld, type RunbookName } from './world';
import type { PolicyRecord } from '../../../../lambda/session/resource-policy/records';
import type { Planned } from '../../../../lib/session/contract';
import { cutBody, endEarly, fail, loseAnswer, resetBefore, stale } from '../../../../local-aws/organization';
import { expectAbout } from '../../../support/expect-about';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const REASON = { reason: "ticket 4711: it's locked" };
const BUCKET = { accountId: MEMBER, bucket: 'locked', ...REASON };
const QUEUE = { accountId: MEMBER, queue: `arn:aws:sqs:eu-west-1:${MEMBER}:locked`, ...REASON };
const OTHER_POLICY = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::locked/*"}]}';

/** What is locked, by the runbook that unlocks it. */
const KINDS = [
  ['unlockBucket', 'restoreBucket', BUCKET, 'bucket', 'DeleteBucketPolicy', 'GetBucketPolicy'],
  ['unlockQueue', 'restoreQueue', QUEUE, 'queue', 'SetQueueAttributes', 'GetQueueAttributes'],
] as const;

/** What a runbook says of a denied call, by the reason that AWS names. */
const REASONS: [string, RegExp][] = [
  ['with an explicit deny in a resource control policy', /AWS says that a resource control policy denies it.*"aws:AssumedRoot"/],
  ['because no VPC endpoint policy allows the action', /AWS says that the policy of a VPC endpoint does not allow it/],
  ['because public policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access.', /S3 Block Public Access \(BlockPublicPolicy\) refuses it/],
  ['for a reason of its own', /1\. a service or resource control policy.*2\. the call goes through a VPC endpoint/],
];

describe.each(KINDS)('%s', (unlock, restore, input, kind, removal, reading) => {
  const service = kind === 'bucket' ? 's3' : 'sqs';

  test('saves the policy byte for byte, removes it and says so when it is gone', async () => {
    const world = await PoliciesWorld.create();
    const result = await world.run(unlock, input);
    expect(result).toMatchObject({ status: 'Unlocked', accountId: MEMBER, policy: DENY_ALL, sha256: sha256(DENY_ALL), region: world[kind].region });
    expect(world[kind].policy).toBeUndefined();
    expect(world.changes()).toEqual([`${removal} ${MEMBER}`]);
    const record = world.records.json<Record<string, unknown>>(result.record);
    expect(record).toMatchObject({ kind, accountId: MEMBER, policy: DENY_ALL, sha256: sha256(DENY_ALL), reason: REASON.reason });
    expect(result.record).toContain(`policies/${MEMBER}/${kind}s/`);
  });

  test('neither saves nor removes a policy of which only a part arrives', async () => {
    const world = await PoliciesWorld.create();
    world.organization.faults.add({ operation: `${service}:${reading}`, effect: endEarly(0.9) });
    await expect(world.run(unlock, input)).rejects.toThrow(expect.objectContaining({ name: 'UnreadableAnswer', message: expect.stringContaining('run it again') }));
    expect([world.changes(), world.records.objects.size, world[kind].policy]).toEqual([[], 0, DENY_ALL]);
  });

  test('has it on record before it is removed, and does not remove what it could not save', async () => {
    const world = await PoliciesWorld.create();
    let saved: string[] = [];
    world.organization.faults.add({
      operation: `${service}:${removal}`,
      effect: async (_call, answer) => {
        saved = [...world.records.objects.values()];
        return answer();
      },
    });
    await world.run(unlock, input);
    expect(saved.map((text) => (JSON.parse(text) as { policy: string }).policy)).toEqual([DENY_ALL]);

    const another = await PoliciesWorld.create();
    const { records } = another;
    const answer = records.answer.bind(records);
    records.answer = (request) => request.method === 'PUT' ? { status: 403, headers: {}, body: '<Error><Code>AccessDenied</Code><Message>no</Message></Error>' } : answer(request);
    await expect(another.run(unlock, input)).rejects.toThrow();
    expect([another.changes(), another[kind].policy]).toEqual([[], DENY_ALL]);
  });

  test.each(REASONS)('that is denied its change %s says what to do about that', async (reason, remedy) => {
    const world = await PoliciesWorld.create();
    world.organization.faults.add({ operation: `${service}:${removal}`, effect: fail('AccessDenied', `User: arn:aws:iam::${MEMBER}:root is not authorized to perform: ${service}:${removal} ${reason}`) });
    await expect(world.run(unlock, input)).rejects.toThrow(remedy);
  });

  test('takes sessions with its own task policy in that account only', async () => {
    const world = await PoliciesWorld.create();
    await world.run(unlock, input);
    const sessions = world.organization.calls.filter(({ operation }) => operation === 'AssumeRoot').map(({ input: { 'TaskPolicyArn.arn': arn }, target }) => [arn, target]);
    expect(new Set(sessions.map(String))).toEqual(new Set([[`arn:aws:iam::aws:policy/root-task/${kind === 'bucket' ? 'S3UnlockBucketPolicy' : 'SQSUnlockQueuePolicy'}`, MEMBER].join()]));
  });

  test('shows, in a dry run, what it would remove, and changes nothing', async () => {
    const world = await PoliciesWorld.create();
    expect(await world.run(unlock, { ...input, dryRun: 'true' })).toMatchObject({ status: 'WouldUnlock', policy: DENY_ALL, sha256: sha256(DENY_ALL) });
    expect([world.changes(), [...world.records.objects.keys()], world[kind].policy]).toEqual([[], [], DENY_ALL]);
  });

  test('does nothing in a dry run even if it is told to act', async () => {
    const world = await PoliciesWorld.create();
    const { start, prepared } = await world.prepare(unlock, input);
    await expect(world.act(unlock, { ...start, input: { ...input, dryRun: true } }, prepared as Planned)).rejects.toThrow('a dry run does nothing');
    expect(world.changes()).toEqual([]);
  });

  test('of what is not locked succeeds, says so and records nothing', async () => {
    const world = await PoliciesWorld.create();
    world[kind].policy = undefined;
    expect(await world.run(unlock, input)).toMatchObject({ status: 'AlreadyUnlocked' });
    expect([world.changes(), world.records.objects.size]).toEqual([[], 0]);
  });

  test('of what somebody else unlocked meanwhile says that it was so already', async () => {
    const world = await PoliciesWorld.create();
    expect(await world.run(unlock, input, { meanwhile: () => { world[kind].policy = undefined; } })).toMatchObject({ status: 'AlreadyUnlocked' });
    expect(world.changes()).toEqual([]);
  });

  test('does not remove another policy than the one that was shown', async () => {
    const world = await PoliciesWorld.create();
    await expect(world.run(unlock, input, { meanwhile: () => { world[kind].policy = OTHER_POLICY; } })).rejects.toMatchObject({ name: 'PolicyChanged' });
    expect([world.changes(), world[kind].policy, world.records.objects.size]).toEqual([[], OTHER_POLICY, 0]);
  });

  test.each([['lost', loseAnswer], ['cut', cutBody], ['broken off before', resetBefore]])('is told right when the answer to the removal is %s', async (_how, effect) => {
    const world = await PoliciesWorld.create();
    world.organization.faults.add({ operation: `${service}:${removal}`, times: 1, effect });
    expect(await world.run(unlock, input)).toMatchObject({ status: 'Unlocked' });
    expect(world[kind].policy).toBeUndefined();
  });

  test('is told right when every answer to the removal is lost', async () => {
    const world = await PoliciesWorld.create();
    world.organization.faults.add({ operation: `${service}:${removal}`, effect: loseAnswer });
    expect(await world.run(unlock, input)).toMatchObject({ status: 'Unlocked' });
  });

  test('waits for reads that lag', async () => {
    const world = await PoliciesWorld.create();
    world.organization.faults.add({ operation: `${service}:${reading}`, effect: stale(3) });
    expect(await world.run(unlock, input)).toMatchObject({ status: 'Unlocked' });
  });

  test('never says unlocked of a policy that stays', async () => {
    const world = await PoliciesWorld.create();
    world.organization.faults.add({ operation: `${service}:${reading}`, effect: stale(1_000) });
    await expect(world.run(unlock, input)).rejects.toMatchObject({ name: 'NotVerified', message: expect.stringContaining('still another') });
  });

  test('never says unlocked when it could not read', async () => {
    const world = await PoliciesWorld.create();
    const { start, prepared } = await world.prepare(unlock, input);
    const remove = `${service}:${removal}`;
    world.organization.faults.add({
      operation: remove,
      effect: async (_call, answer) => {
        world.organization.faults.add({ operation: `${service}:${reading}`, effect: fail('AccessDenied') });
        return answer();
      },
    });
    await expect(world.act(unlock, start, prepared as Planned)).rejects.toMatchObject({ name: 'NotVerified', message: expect.stringContaining('could not be read') });
  });

  test('goes on where a function died that had removed it: the record tells whose work it was', async () => {
    const world = await PoliciesWorld.create();
    const { start, prepared } = await world.prepare(unlock, input);
    const first = await world.act(unlock, start, prepared as Planned);
    expect(await world.act(unlock, start, prepared as Planned)).toEqual(first);
    expect(world.changes()).toHaveLength(1);
  });

  test('goes on where a function died that had saved it and not yet removed it', async () => {
    const world = await PoliciesWorld.create();
    const { start, prepared } = await world.prepare(unlock, input);
    const remove = world.organization.faults.add({ operation: `${service}:${removal}`, effect: fail('AccessDenied') });
    await expect(world.act(unlock, start, prepared as Planned)).rejects.toMatchObject({ message: expect.stringContaining('service or resource control policy') });
    remove();
    expect(await world.act(unlock, start, prepared as Planned)).toMatchObject({ status: 'Unlocked' });
    expect(world.records.objects.size).toBe(1);
  });

  test.each([
    ['an account that is protected', { protectedAccounts: [MEMBER] }],
    ['an account that is excluded', { selection: { exclude: [MEMBER] } }],
    ['an account that is not listed', { selection: { accounts: [OTHER], exclude: [] } }],
    ['what is protected by its name', { protectedResources: ['locked'] }],
  ])('refuses %s in both steps, before AWS is asked for anything', async (_what, settings) => {
    const world = await PoliciesWorld.create();
    await expect(world.run(unlock, input, { settings })).rejects.toMatchObject({ name: 'TargetProtected' });
    const { start, prepared } = await world.prepare(unlock, input);
    world.organization.calls.length = 0;
    await expect(world.act(unlock, { ...start, settings: { ...start.settings, ...settings } }, prepared as Planned)).rejects.toMatchObject({ name: 'TargetProtected' });
    expect(world.organization.calls).toEqual([]);
  });

  test('does nothing for a call that no state machine has made, whatever it says', async () => {
    const world = await PoliciesWorld.create();
    const { start, prepared } = await world.prepare(unlock, input);
    const forged = { input, settings: start.settings, startedBy: 'arn:aws:iam::111111111111:role/nobody', plan: (prepared as Planned).plan };
    await expect(world.asked(unlock, start, forged)).rejects.toMatchObject({ name: 'RunUnknown', message: expect.stringContaining('go.json') }); // not approved yet
    await expect(world.asked(unlock, { execution: { ...start.execution, name: 'another' } }, forged)).rejects.toMatchObject({ name: 'RunUnknown' });
    expect([world.changes(), world.records.objects.size]).toEqual([[], 0]);
  });

  test.each([
    ['whose execution has ended', { name: 'RunEnded' }, 'ABORTED', {}],
    ['that was approved longer ago than it may take: the execution was redriven', { name: 'RunTooOld' }, 'RUNNING', { at: '2026-11-23T01:02:03Z', timeoutSeconds: 3_600 }],
  ])('does nothing for a run %s', async (_what, error, status, go) => {
    const world = await PoliciesWorld.create();
    const { start, prepared } = await world.prepare(unlock, input);
    world.status = status;
    await expect(world.act(unlock, start, prepared as Planned, go)).rejects.toMatchObject(error);
    expect([world.changes(), world.records.objects.size]).toEqual([[], 0]);
  });

  test('says which switch is off', async () => {
    const world = await PoliciesWorld.create();
    world.organization.features.current = new Set(['RootCredentialsManagement']);
    await expect(world.run(unlock, input)).rejects.toThrow(/likely causes: enable RootSessions for the organization \(OrgRootAccessFeatures/);
  });

  describe('replacement', () => {
    const withReplacement = { ...input, replacementSha256: sha256(OTHER_POLICY) };
    const settings = { allowReplacement: true };

    test('puts in the bytes that the digest names', async () => {
      const world = await PoliciesWorld.create();
      world.records.objects.set(`replacements/${sha256(OTHER_POLICY)}.json`, OTHER_POLICY);
      const result = await world.run(unlock, withReplacement, { settings });
      expect(result).toMatchObject({ status: 'Replaced', replacementSha256: sha256(OTHER_POLICY) });
      expect(world[kind].policy).toBe(OTHER_POLICY);
      expect(world.records.json(result.record)).toMatchObject({ policy: DENY_ALL, replacedBy: sha256(OTHER_POLICY) });
    });

    const tooLong = JSON.stringify({ Statement: [{ Sid: 'x'.repeat(20 * 1024) }] });
    test.each([
      ['that is not allowed', OTHER_POLICY, OTHER_POLICY, { allowReplacement: false }, 'InputRefused'],
      ['that is not there', OTHER_POLICY, undefined, settings, 'NoSuchReplacement'],
      ['that was changed', OTHER_POLICY, DENY_ALL, settings, 'ReplacementTampered'],
      ['that is not JSON', 'nonsense', 'nonsense', settings, 'NotAPolicy'],
      ['that is no policy', '[]', '[]', settings, 'NotAPolicy'],
      ['that is null', 'null', 'null', settings, 'NotAPolicy'],
      ['over 20 KB', tooLong, tooLong, settings, 'NotAPolicy'],
    ])('%s is refused, and changes nothing', async (_what, named, there, allowed, name) => {
      const world = await PoliciesWorld.create();
      if (there !== undefined) {
        world.records.objects.set(`replacements/${sha256(named)}.json`, there);
      }
      await expect(world.run(unlock, { ...input, replacementSha256: sha256(named) }, { settings: allowed })).rejects.toMatchObject({ name });
      expect([world.changes(), world[kind].policy]).toEqual([[], DENY_ALL]);
    });

    test('of what has no policy is refused', async () => {
      const world = await PoliciesWorld.create();
      world.records.objects.set(`replacements/${sha256(OTHER_POLICY)}.json`, OTHER_POLICY);
      world[kind].policy = undefined;
      await expect(world.run(unlock, withReplacement, { settings })).rejects.toMatchObject({ name: 'NothingToReplace' });
    });
  });

  describe(`${restore}`, () => {
    const unlocked = async () => {
      const world = await PoliciesWorld.create();
      const { record } = await world.run(unlock, input);
      world.organization.calls.length = 0;
      return { world, record: record as string };
    };

    test('puts back what was recorded, byte for byte', async () => {
      const { world, record } = await unlocked();
      expect(await world.run(restore, { ...input, record })).toMatchObject({ status: 'Restored', sha256: sha256(DENY_ALL), restored: record });
      expect(world[kind].policy).toBe(DENY_ALL);
    });

    test('records what it takes the place of', async () => {
      const { world, record } = await unlocked();
      world[kind].policy = OTHER_POLICY;
      const result = await world.run(restore, { ...input, record });
      expect(world.records.json(result.record)).toMatchObject({ policy: OTHER_POLICY, replacedBy: sha256(DENY_ALL) });
    });

    test('twice says that it is so already', async () => {
      const { world, record } = await unlocked();
      await world.run(restore, { ...input, record });
      expect(await world.run(restore, { ...input, record })).toMatchObject({ status: 'AlreadyRestored' });
    });

    test('in a dry run changes nothing', async () => {
      const { world, record } = await unlocked();
      expect(await world.run(restore, { ...input, record, dryRun: 'true' })).toMatchObject({ status: 'WouldRestore', policy: DENY_ALL });
      expect([world.changes(), world[kind].policy]).toEqual([[], undefined]);
    });

    test.each<[string, string, (record: Record<string, unknown>) => unknown]>([
      ['whose policy was changed', 'RecordTampered', (record) => ({ ...record, policy: OTHER_POLICY })],
      ['whose policy and digest were changed', 'RecordTampered', (record) => ({ ...record, policy: OTHER_POLICY, sha256: sha256(OTHER_POLICY) })],
      ['whose account was changed', 'RecordTampered', (record) => ({ ...record, accountId: OTHER })],
      ['that is no JSON', 'RecordTampered', () => undefined],
    ])('refuses a record %s', async (_what, name, change) => {
      const { world, record } = await unlocked();
      world.records.objects.set(record, JSON.stringify(change(world.records.json(record))) ?? 'nonsense');
      await expect(world.run(restore, { ...input, record })).rejects.toMatchObject({ name });
      expect([world.changes(), world[kind].policy]).toEqual([[], undefined]);
    });

    test.each([
      ['of that account and Region', (world: PoliciesWorld) => {
        const other = { name: 'locked-as-well', account: MEMBER, region: world[kind].region };
        kind === 'bucket' ? world.organization.addBucket(other) : world.organization.addQueue(other);
        return 'locked-as-well';
      }],
      ['of that account and name, in another Region', (world: PoliciesWorld) => {
        const { records, organization } = world;
        for (const [key, text] of records.objects) {
          records.objects.set(key, text.replaceAll(world[kind].region, 'ap-south-1'));
          records.objects.set(key.replace(world[kind].region, 'ap-south-1'), text.replaceAll(world[kind].region, 'ap-south-1'));
        }
        organization.calls.length = 0;
        return 'locked';
      }],
    ])('does not put it on another one %s', async (_what, other) => {
      const { world, record } = await unlocked();
      const name = other(world);
      const from = name === 'locked' ? record.replace(world[kind].region, 'ap-south-1') : record;
      const of = kind === 'bucket' ? { ...BUCKET, bucket: name } : { ...QUEUE, queue: `arn:aws:sqs:eu-west-1:${MEMBER}:${name}` };
      await expect(world.run(restore, { ...of, record: from })).rejects.toMatchObject({ name: 'OtherResource' });
      expect(world.changes()).toEqual([]);
    });

    test.each([
      ['that does not exist', (record: string) => record.replace(/[0-9a-f]{64}/, '0'.repeat(64)), 'NoSuchRecord'],
      ['of another account', (record: string) => record.replace(MEMBER, OTHER), 'OtherAccount'],
      ['outside of the policies', () => 'recoveries/222222222222.json', 'InputRefused'],
      ['that is a replacement', () => `replacements/${sha256(OTHER_POLICY)}.json`, 'InputRefused'],
    ])('refuses a record %s', async (_what, keyOf, name) => {
      const { world, record } = await unlocked();
      const key = keyOf(record);
      if (name === 'OtherAccount') {
        world.records.objects.set(key, JSON.stringify({ ...world.records.json<object>(record), accountId: OTHER }));
      }
      await expect(world.run(restore, { ...input, record: key })).rejects.toMatchObject({ name });
      expect(world.changes()).toEqual([]);
    });
  });
});

describe('a bucket', () => {
  test.each([['of another account', 'of-another'], ['that does not exist', 'no-such-bucket'], ['whose name another begins with', 'locke']])('%s is not found, and nothing is changed', async (_what, bucket) => {
    const world = await PoliciesWorld.create();
    await expect(world.run('unlockBucket', { ...BUCKET, bucket })).rejects.toMatchObject({ name: 'NoSuchBucket', message: expect.stringContaining(`account ${MEMBER} has no bucket ${bucket}`) });
    expect(world.changes()).toEqual([]);
  });

  test.each(['unlockBucket', 'restoreBucket'] as const)('that is protected by its ARN is safe from %s', async (name) => {
    const world = await PoliciesWorld.create();
    const { record } = await world.run('unlockBucket', BUCKET);
    world.organization.calls.length = 0;
    const settings = { protectedResources: ['arn:aws:s3:::locked'] };
    await expect(world.run(name, { ...BUCKET, ...name === 'restoreBucket' && { record } }, { settings })).rejects.toMatchObject({ name: 'TargetProtected', message: 'arn:aws:s3:::locked is protected; nothing was changed' });
    expect(world.organization.calls).toEqual([]);
  });

  test('is called as its owner\'s: one of the same name that another account has made meanwhile is not touched', async () => {
    const world = await PoliciesWorld.create();
    const { record } = await world.run('unlockBucket', BUCKET);
    await world.run('restoreBucket', { ...BUCKET, record });
    const calls = world.organization.calls.filter(({ operation }) => /BucketPolicy$/.test(operation));
    expect(new Set(calls.map(({ operation }) => operation))).toEqual(new Set(['GetBucketPolicy', 'DeleteBucketPolicy', 'PutBucketPolicy']));
    expect(new Set(calls.map(({ input }) => input.ExpectedBucketOwner))).toEqual(new Set([MEMBER]));
  });

  test('is found on the last of many pages', async () => {
    const world = await PoliciesWorld.create();
    world.organization.faults.add({ operation: 's3:ListBuckets', effect: async (call, answer) => { call.pages.size = 1; return answer(); } });
    expect(await world.run('unlockBucket', { ...BUCKET, bucket: 'locked-too' })).toMatchObject({ status: 'Unlocked', region: 'us-east-1' });
  });

  test('can be read again by its account afterwards', async () => {
    const world = await PoliciesWorld.create();
    const owner = new S3Client({ region: 'eu-central-1', credentials: { accessKeyId: MEMBER, secretAccessKey: 'local' } });
    const read = () => owner.send(new GetBucketPolicyCommand({ Bucket: 'locked' }));
    await expect(read()).rejects.toMatchObject({ name: 'AccessDenied' });
    await world.run('unlockBucket', BUCKET);
    await expect(read()).rejects.toMatchObject({ name: 'NoSuchBucketPolicy' });
  });
});

describe('a queue', () => {
  test.each([
    ['its ARN', { queue: `arn:aws:sqs:eu-west-1:${MEMBER}:locked` }],
    ['its URL', { queue: `https://sqs.eu-west-1.amazonaws.com/${MEMBER}/locked` }],
    ['its older URL', { queue: `https://eu-west-1.queue.amazonaws.com/${MEMBER}/locked` }],
    ['its name and Region', { queue: 'locked', region: 'eu-west-1' }],
  ])('is found by %s', async (_how, reference) => {
    const world = await PoliciesWorld.create();
    expect(await world.run('unlockQueue', { ...QUEUE, ...reference })).toMatchObject({ status: 'Unlocked', resource: `arn:aws:sqs:eu-west-1:${MEMBER}:locked` });
  });

  test.each([
    ['a name without a Region', { queue: 'locked' }, 'InputRefused', 'region must be given'],
    ['an ARN of another account', { queue: `arn:aws:sqs:eu-west-1:${OTHER}:locked` }, 'InputRefused', `of account ${OTHER}`],
    ['a URL of another account', { queue: `https://sqs.eu-west-1.amazonaws.com/${OTHER}/locked` }, 'InputRefused', `of account ${OTHER}`],
    ['a malformed ARN', { queue: 'arn:aws:sqs:eu-west-1:locked' }, 'InputRefused', 'must be the URL, the ARN or the name'],
    ['an ARN of another service', { queue: `arn:aws:sns:eu-west-1:${MEMBER}:locked` }, 'InputRefused', 'must be the URL, the ARN or the name'],
    ['a URL elsewhere', { queue: `https://sqs.eu-west-1.amazonaws.com.example.org/${MEMBER}/locked` }, 'InputRefused', 'must be the URL, the ARN or the name'],
    ['a Region that is not that of the ARN', { region: 'us-east-1' }, 'InputRefused', 'is in eu-west-1, and region is us-east-1'],
    ['a queue in another Region', { queue: 'locked', region: 'us-east-1' }, 'NoSuchQueue', `account ${MEMBER} has no queue locked in us-east-1`],
  ])('%s is an error that says so, and changes nothing', async (_what, reference, name, message) => {
    const world = await PoliciesWorld.create();
    await expect(world.run('unlockQueue', { ...QUEUE, ...reference })).rejects.toMatchObject({ name, message: expect.stringContaining(message) });
    expect(world.changes()).toEqual([]);
  });

  test('that is protected by its ARN is safe under its name too', async () => {
    const world = await PoliciesWorld.create();
    const settings = { protectedResources: [`arn:aws:sqs:eu-west-1:${MEMBER}:locked`] };
    await expect(world.run('unlockQueue', { ...QUEUE, queue: 'locked', region: 'eu-west-1' }, { settings })).rejects.toMatchObject({ name: 'TargetProtected' });
  });
});

describe('the input of a direct start', () => {
  const HOSTILE = ['"', "'\"", 'a\nb', 'a\r', '\u2028', '\\', '{"accountId":"333333333333"}', '{{ AccountId }}', '$(reboot)"', '`id`\n', '\u0000', '${x}'];

  test.each<[RunbookName, object, string[]]>([
    ['unlockBucket', BUCKET, ['accountId', 'bucket', 'reason', 'dryRun', 'replacementSha256']],
    ['restoreBucket', { ...BUCKET, record: 'policies/x.json' }, ['accountId', 'bucket', 'reason', 'dryRun', 'record']],
    ['unlockQueue', QUEUE, ['accountId', 'queue', 'region', 'reason', 'dryRun', 'replacementSha256']],
    ['restoreQueue', { ...QUEUE, record: 'policies/x.json' }, ['accountId', 'queue', 'region', 'reason', 'dryRun', 'record']],
  ])('of %s is refused with anything hostile in any key, and no call is made', async (name, input, keys) => {
    const world = await PoliciesWorld.create();
    for (const key of keys) {
      for (const value of HOSTILE) {
        await expectAbout(`${key} ${value}`, world.run(name, { ...input, [key]: value })).rejects.toMatchObject({ name: 'InputRefused', message: expect.stringContaining(`${key} must be`) });
      }
    }
    expect([world.organization.calls, world.records.objects.size]).toEqual([[], 0]);
  });

  test.each([
    ['nothing', undefined], ['a list', []], ['a text', 'x'], ['null', null],
    ['an unknown key', { ...BUCKET, force: true }], ['no reason', { accountId: MEMBER, bucket: 'locked' }], ['an empty reason', { ...BUCKET, reason: '' }],
    ['an id that is a number', { ...BUCKET, accountId: 222222222222 }], ['an id with something before it', { ...BUCKET, accountId: `x${MEMBER}` }],
    ['an id with something after it', { ...BUCKET, accountId: `${MEMBER}0` }], ['an id with a way out of the records', { ...BUCKET, accountId: `${MEMBER}/../x` }], ['a dry run that is neither', { ...BUCKET, dryRun: 'maybe' }], ['a list of buckets', { ...BUCKET, bucket: ['locked'] }],
  ])('is refused when it is %s', async (_what, input) => {
    const world = await PoliciesWorld.create();
    await expect(world.run('unlockBucket', input)).rejects.toMatchObject({ name: 'InputRefused' });
    expect(world.organization.calls).toEqual([]);
  });

  test('may hold a shell command as reason, which nothing runs', async () => {
    const world = await PoliciesWorld.create();
    const reason = "$(reboot); rm -rf / && echo 'x' | `id` <script> ${HOME".replace('{', '');
    const { record } = await world.run('unlockBucket', { ...BUCKET, reason });
    expect(world.records.json(record)).toMatchObject({ reason });
  });
});

describe('who started it', () => {
  const step = (change: object = {}, input: object = BUCKET) => ({
    StepStatus: 'InProgress', Inputs: { stateMachineArn: `"${MACHINE}"`, input: JSON.stringify(JSON.stringify(input)) }, ...change,
  });
  const automation = (change: object = {}) => ({
    status: 'InProgress', executedBy: 'arn:aws:sts::111111111111:assumed-role/Operators/ada', steps: [step()], ...change,
  });

  test('is in the record when the document was started', async () => {
    const world = await PoliciesWorld.create();
    const { record } = await world.run('unlockBucket', BUCKET, { automation: automation() });
    expect(world.records.json(record)).toMatchObject({ startedBy: 'arn:aws:sts::111111111111:assumed-role/Operators/ada' });
  });

  test('is in the record however Systems Manager shows the input of the step', async () => {
    const world = await PoliciesWorld.create();
    const plain = step({ Inputs: { stateMachineArn: MACHINE, input: JSON.stringify(BUCKET) } });
    const { record } = await world.run('unlockBucket', BUCKET, { automation: automation({ steps: [plain] }) });
    expect(world.records.json(record)).toHaveProperty('startedBy');
  });

  test.each([
    ['an automation that is over', automation({ status: 'Success' })],
    ['an automation of something else', automation({ steps: [step({ Inputs: { stateMachineArn: 'arn:aws:states:us-east-1:111111111111:stateMachine:Other' } })] })],
    ['an automation whose step has not begun', automation({ steps: [step({ StepStatus: 'Pending' })] })],
    ['an automation without a step yet', automation({ steps: [] })],
    ['an automation that asks for something else', automation({ steps: [step({}, { ...BUCKET, bucket: 'locked-too' })] })],
    ['no automation', { Error: 'Ssm.AutomationExecutionNotFoundException', Cause: 'none' } as object],
  ])('is not taken from %s', async (_what, other) => {
    const world = await PoliciesWorld.create();
    const { record } = await world.run('unlockBucket', BUCKET, { automation: other });
    expect(world.records.json(record)).not.toHaveProperty('startedBy');
  });
});

describe('the record of a policy', () => {
  test.each<[string, unknown, object]>([
    ['the name in the answer', 'jane', { approvedBy: 'jane' }],
    ['no name', undefined, {}],
    ['no text for a name', { name: 'jane' }, {}],
    ['a name that is too long', 'j'.repeat(1_000), { approvedBy: 'j'.repeat(256) }],
  ])('says when the change was approved, with %s', async (_what, by, approvedBy) => {
    const world = await PoliciesWorld.create();
    const { start, prepared } = await world.prepare('unlockBucket', BUCKET);
    const at = new Date().toISOString();
    const { record } = await world.act('unlockBucket', start, prepared as Planned, { at, approval: { approved: 'the digest', by } });
    const { approvedAt, approvedBy: name } = world.records.json<PolicyRecord>(record);
    expect({ approvedAt, approvedBy: name }).toEqual({ approvedAt: at, ...approvedBy });
  });
});

describe('a request for approval', () => {
  test('names what, why, by whom and the digest that approves it, in what an intrinsic function takes', async () => {
    const world = await PoliciesWorld.create();
    world.bucket.policy = JSON.stringify({ Statement: [{ Effect: 'Deny', Principal: '*', Action: '*', Resource: '*', Sid: 'x'.repeat(9_000) }] });
    const { prepared } = await world.prepare('unlockBucket', BUCKET, { settings: { approvalHours: 4 } });
    const { digest, subject, approve, refuse } = (prepared as Planned).approval;
    expect(subject).toMatch(/^Approval needed: remove the policy of bucket locked in 222222222222$/);
    expect(approve).toContain(`Reason: ${REASON.reason}`);
    expect(approve).toContain(sha256(world.bucket.policy));
    expect(approve).toContain(`aws stepfunctions send-task-success --region us-east-1 --task-output '{"approved":"${digest}"}' --task-token `);
    expect(approve.length + refuse.length + 2 * 2_048).toBeLessThan(10_000);
  });

  test('has another digest for another execution, policy or replacement', async () => {
    const world = await PoliciesWorld.create();
    const digest = async () => ((await world.prepare('unlockBucket', BUCKET)).prepared as Planned).approval.digest;
    const digests = [await digest(), await digest()];
    world.bucket.policy = OTHER_POLICY;
    digests.push(await digest());
    expect(new Set(digests).size).toBe(3);
  });
});
