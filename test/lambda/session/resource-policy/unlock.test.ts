import { createHash } from 'node:crypto';
import { Holder, MEMBER, serveRecords, startOf } from './testing';
import { unlock, UNLOCK_FIELDS } from '../../../../lambda/session/resource-policy/unlock';
import type { PolicySettings } from '../../../../lib/session/contract';

const DENY = '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*"}]}';
const ALLOW = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"*"}}';
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const RESOURCE = { region: 'eu-central-1', resource: 'arn:aws:s3:::locked' };
const REPLACING = { allowReplacement: true };

const bucket = serveRecords();

/** The runbook on one holder. */
const runbookOn = (holder: Holder) => unlock(UNLOCK_FIELDS, async () => holder, bucket.records);
const start = (replacementSha256?: string, settings: Partial<PolicySettings> = REPLACING) => startOf({ replacementSha256 }, settings);
const prepare = (holder: Holder, replacementSha256?: string, settings?: Partial<PolicySettings>): Promise<any> => (
  runbookOn(holder).prepare(start(replacementSha256, settings)));

/** The policy is in the bucket of replacements. */
function offered(policy: string): string {
  bucket.objects.set(`replacements/${sha256(policy)}.json`, policy);
  return sha256(policy);
}

describe('unlocking', () => {
  test('shows what is there, and says that it removes it', async () => {
    expect(await prepare(new Holder(DENY))).toEqual({
      plan: { ...RESOURCE, policy: DENY, sha256: sha256(DENY), replacementSha256: undefined },
      title: `remove the policy of bucket locked in ${MEMBER}`,
      details: ['', `It is now (${DENY.length} bytes, SHA-256 ${sha256(DENY)}):`, DENY],
    });
  });

  test('in a dry run says what it would do', () => {
    const plan = { ...RESOURCE, policy: DENY, sha256: sha256(DENY) };
    const { preview } = runbookOn(new Holder(DENY));
    expect(preview(start(), plan)).toEqual({ status: 'WouldUnlock', accountId: MEMBER, ...plan });
    expect(preview(start('f'), { ...plan, replacementSha256: 'f' })).toEqual({ status: 'WouldReplace', accountId: MEMBER, ...plan, replacementSha256: 'f' });
  });

  test('removes it, and answers the record of it', async () => {
    const holder = new Holder(DENY);
    const { plan } = await prepare(holder);
    expect(await runbookOn(holder).act(start(), plan)).toEqual({ status: 'Unlocked', accountId: MEMBER, ...plan, record: expect.stringMatching(/^policies\//) });
    expect(holder.policy).toBeUndefined();
  });

  test('is done when there is no policy', async () => {
    expect(await prepare(new Holder(undefined))).toEqual({ result: { status: 'AlreadyUnlocked', accountId: MEMBER, ...RESOURCE } });
  });

  test('says when somebody else has done it', async () => {
    const holder = new Holder(DENY);
    const { plan } = await prepare(holder);
    holder.policy = undefined;
    expect(await runbookOn(holder).act(start(), plan)).toMatchObject({ status: 'AlreadyUnlocked', record: undefined });
  });
});

describe('replacing', () => {
  test('shows both, and says that it replaces it', async () => {
    const digest = offered(ALLOW);
    expect(await prepare(new Holder(DENY), digest)).toEqual({
      plan: { ...RESOURCE, policy: DENY, sha256: sha256(DENY), replacementSha256: digest },
      title: `replace the policy of bucket locked in ${MEMBER}`,
      details: ['', expect.stringMatching(/^It is now/), DENY, '', `It will be (${ALLOW.length} bytes, SHA-256 ${digest}):`, ALLOW],
    });
  });

  test('puts it there, and records what was there and what replaced it', async () => {
    const digest = offered(ALLOW);
    const holder = new Holder(DENY);
    const { plan } = await prepare(holder, digest);
    const { record, ...result } = await runbookOn(holder).act(start(digest), plan) as { record: string };
    expect(result).toEqual({ status: 'Replaced', accountId: MEMBER, ...plan });
    expect(holder.policy).toBe(ALLOW);
    expect(bucket.json(record)).toMatchObject({ policy: DENY, replacedBy: digest });
  });

  test('says when somebody else has done it', async () => {
    const digest = offered(ALLOW);
    const { plan } = await prepare(new Holder(DENY), digest);
    expect(await runbookOn(new Holder(ALLOW)).act(start(digest), plan)).toMatchObject({ status: 'AlreadyReplaced' });
  });

  test('is refused by runbooks that do not allow it, in both steps', async () => {
    const digest = offered(ALLOW);
    const refusal = expect.objectContaining({ name: 'InputRefused', message: expect.stringContaining('replacementSha256 is given, and these runbooks do not replace policies (allowReplacement)') });
    const holder = new Holder(DENY);
    await expect(prepare(holder, digest, {})).rejects.toThrow(refusal);
    const plan = { ...RESOURCE, policy: DENY, sha256: sha256(DENY), replacementSha256: digest };
    await expect(runbookOn(holder).act(start(digest, {}), plan)).rejects.toThrow(refusal);
    expect(holder.policy).toBe(DENY);
  });

  test('is refused where there is no policy: that would be no unlocking', async () => {
    await expect(prepare(new Holder(undefined), offered(ALLOW))).rejects.toThrow(expect.objectContaining({
      name: 'NothingToReplace', message: 'arn:aws:s3:::locked has no policy: whoever may use it can put one there; nothing was changed',
    }));
  });

  const ofBytes = (bytes: number) => `{"Statement":[{"Sid":"${'ü'.repeat((bytes - 30) / 2)}"}]}`.padEnd(bytes - (bytes - 30) / 2, ' ');

  test.each<[string, string]>([
    ['no JSON', 'Statement'], ['null', 'null'], ['a text', '"Statement"'], ['without a statement', '{"Version":"2012-10-17"}'], ['with a text as statement', '{"Statement":"Allow"}'],
    ['that is too long', ofBytes(20 * 1024 + 2)],
  ])('does not put in place what is no policy: %s', async (_what, text) => {
    const holder = new Holder(DENY);
    await expect(prepare(holder, offered(text))).rejects.toThrow(expect.objectContaining({
      name: 'NotAPolicy', message: `the replacement ${sha256(text)} must be a policy in JSON of at most 20480 bytes, with a Statement; nothing was changed`,
    }));
    expect(holder.policy).toBe(DENY);
  });

  test('takes a policy as long as S3 does', async () => {
    const longest = ofBytes(20 * 1024);
    expect(Buffer.byteLength(longest)).toBe(20_480);
    expect(await prepare(new Holder(DENY), offered(longest))).toMatchObject({ plan: { replacementSha256: sha256(longest) } });
  });

  test.each([['f'.repeat(64), true], ['f'.repeat(63), false], ['f'.repeat(65), false], ['F'.repeat(64), false], [`${'f'.repeat(64)}\n`, false]])('names it by its digest: %j is one: %s', (text, isOne) => {
    expect(UNLOCK_FIELDS.replacementSha256.pattern.test(text)).toBe(isOne);
  });
});
