import { S3Client } from '@aws-sdk/client-s3';
import { recoveriesIn } from '../../../../lambda/sweep/decide/recoveries';
import { serveObjects, type ObjectStore } from '../object-store';
import { EVERYTHING, MEMBER, memberWith } from '../testing';

const KEY = `records/recoveries/${MEMBER}.json`;
const RECORD = { accountId: MEMBER, reason: 'TICKET-1', startedBy: 'somebody', openedAt: '2026-01-01T00:00:00.000Z', endsAt: '2999-01-01T00:00:00.000Z' };

let store: ObjectStore;
beforeAll(async () => {
  store = await serveObjects();
});
afterAll(() => store.close());
beforeEach(() => store.objects.clear());

const put = (content: unknown, key = KEY) => store.objects.set(key, Buffer.from(typeof content === 'string' ? content : JSON.stringify(content)));

function recoveries() {
  const credentials = { accessKeyId: 'id', secretAccessKey: 'secret' };
  return recoveriesIn(new S3Client({ endpoint: store.endpoint, forcePathStyle: true, region: 'us-east-1', credentials }), 'records');
}

describe('the record of a recovery', () => {
  test('is read', async () => {
    put(RECORD);
    expect(await recoveries().of(MEMBER)).toMatchObject({ reason: 'TICKET-1', endsAt: RECORD.endsAt });
  });

  test('of another account is none of this one', async () => {
    put({ ...RECORD, accountId: '999999999999' }, 'records/recoveries/999999999999.json');
    put(RECORD, `${KEY}.bak`);
    expect(await recoveries().of(MEMBER)).toBeUndefined();
  });

  test('is found beside objects whose names begin alike', async () => {
    put('not a record', `${KEY}.bak`);
    put(RECORD);
    expect(await recoveries().of(MEMBER)).toMatchObject({ reason: 'TICKET-1' });
  });

  test('is not looked for where there is no bucket for it', async () => {
    expect(await recoveriesIn(new S3Client({ region: 'us-east-1' }), undefined).of(MEMBER)).toBeUndefined();
  });

  test('is open although its closing is no time', async () => {
    put({ ...RECORD, closedAt: null });
    expect((await recoveries().of(MEMBER))?.closedAt).toBeUndefined();
  });

  test('is cut where it would fill a report', async () => {
    put({ ...RECORD, reason: 'x'.repeat(10_000) });
    expect((await recoveries().of(MEMBER))?.reason).toHaveLength(500);
  });

  test.each<[string, unknown]>([
    ['is empty', ''],
    ['is no JSON', '{"accountId"'],
    ['is no object', 'null'],
    ['is of another account', { ...RECORD, accountId: '999999999999' }],
    ['has no reason', { ...RECORD, reason: undefined }],
    ['has no end', { ...RECORD, endsAt: undefined }],
    ['has an end that is no time', { ...RECORD, endsAt: 'tomorrow' }],
    ['has a beginning that is no time', { ...RECORD, openedAt: 0 }],
  ])('that %s is an error, and not taken for none', async (_what, content) => {
    put(content);
    await expect(recoveries().of(MEMBER)).rejects.toMatchObject({
      name: 'RecoveryUnknown', message: expect.stringMatching(/^whether a password recovery is open in the account could not be read: ./),
    });
  });
});

describe('an account with an open recovery', () => {
  test('keeps password and MFA with the reason, and loses keys and certificates', async () => {
    put(RECORD);
    const member = await memberWith(EVERYTHING);
    const result = await member.sweep({ recoveries: recoveries() });
    expect(result.outcome).toBe('kept');
    expect(result.credentials.map(({ kind, status }) => `${kind} ${status}`)).toEqual([
      'Password kept', 'AccessKey deleted', 'AccessKey deleted', 'SigningCertificate deleted', 'SigningCertificate deleted', 'MfaDevice kept', 'MfaDevice kept',
    ]);
    expect(result.credentials[0].reason).toBe(`recovery until ${RECORD.endsAt}: TICKET-1`);
    expect([member.account.root.password, member.account.root.mfaDevices.length]).toEqual([true, 2]);
  });

  test('is not touched at all when its record cannot be read', async () => {
    put('?');
    const member = await memberWith(EVERYTHING);
    const result = await member.sweep({ recoveries: recoveries() });
    expect(result).toMatchObject({ outcome: 'failed', problem: { code: 'RecoveryUnknown', message: expect.stringContaining('could not be read') } });
    expect(result.problem!.remedies[0]).toContain('nothing was deleted');
    expect(member.operations().filter((operation) => /^(Delete|Deactivate)/.test(operation))).toEqual([]);
    expect(member.operations().filter((operation) => operation === 'AssumeRoot')).toHaveLength(1);
  });

  test('is asked for right before the first deletion, when last use was read: one that was opened during the sweep is seen', async () => {
    const member = await memberWith(EVERYTHING);
    let before: string[] = [];
    await member.sweep({
      recoveries: {
        of: async (accountId) => {
          before = member.operations();
          return { ...RECORD, accountId };
        },
      },
    });
    expect(before).toContain('GetAccessKeyLastUsed');
    expect(before).not.toContain('DeleteAccessKey');
  });

  test('is told by a dry run, too: it would keep what the purge keeps', async () => {
    put(RECORD);
    const member = await memberWith({ password: true, accessKeys: [{}] });
    const { credentials } = await member.sweep({ dryRun: true, recoveries: recoveries() });
    expect(credentials.map(({ kind, status }) => `${kind} ${status}`)).toEqual(['Password kept', 'AccessKey would-delete']);
  });

  test.each([
    ['nothing is there', {}, {}],
    ['nothing would be deleted', EVERYTHING, { credentials: [] }],
    ['it is an audit', EVERYTHING, { work: 'audit' as const }],
  ])('is not asked for when %s', async (_what, root, options) => {
    const member = await memberWith(root);
    let asked = 0;
    await member.sweep({ ...options, recoveries: { of: async () => void asked++ as undefined } });
    expect(asked).toBe(0);
  });
});
