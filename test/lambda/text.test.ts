import fc from 'fast-check';
import { shortened } from '../../lambda/guardrail/preflight/findings';
import { findingOf } from '../../lambda/monitor/activity/finding';
import { messageOf } from '../../lambda/monitor/activity/message';
import { approvalRequest } from '../../lambda/session/approval-request';
import { awake, begun } from '../../lambda/session/password-recovery/record';
import { describePolicy } from '../../lambda/session/resource-policy/change';
import type { SweepReport } from '../../lambda/sweep/report/contents';
import { messageFor, subjectOf } from '../../lambda/sweep/report/message';
import { verdictOf } from '../../lambda/sweep/report/verdict';
import { inert, inertName, inertPolicy, visible } from '../../lambda/text';

/** What somebody writes, and what is to be seen of it. */
const HOSTILE: [what: string, text: string, shown: string][] = [
  ['text that is read backwards', 'abc\u202edef', 'abc\\u202edef'],
  ['an isolated direction', '\u2067abc\u2069', '\\u2067abc\\u2069'],
  ['marks of direction', 'a\u200e\u200f\u061cb', 'a\\u200e\\u200f\\u061cb'],
  ['what has no width', 'a\u200bb\u200c\u200d\u2060\ufeff\u00ad', 'a\\u200bb\\u200c\\u200d\\u2060\\ufeff\\u00ad'],
  ['letters that are not seen', 'a\u3164\uffa0\u115f\u2800\u034fb', 'a\\u3164\\uffa0\\u115f\\u2800\\u034fb'],
  ['tags and selectors', 'a\u{e0041}\ufe0f', 'a\\udb40\\udc41\\ufe0f'],
  ['spaces that are no space', 'a\u00a0\u2003\u3000b', 'a\\u00a0\\u2003\\u3000b'],
  ['half a character', 'a\ud800', 'a\\ud800'],
  ['a new line', 'x\r\n\u2028\u0085Reason: y', 'x\\u000d\\u000a\\u2028\\u0085Reason: y'],
  ['colours of a terminal', '\u001b[31mred\u0007', '\\u001b[31mred\\u0007'],
  ['a link', 'https://evil.example/a', 'https:[//]evil[.]example/a'],
  ['a link without its scheme', 'see evil.example/login, v1.2 of Example Inc. EU', 'see evil[.]example/login, v1.2 of Example Inc. EU'],
  ['an address that is made a link', 'WWW.evil.example', 'WWW[.]evil[.]example'],
  ['a domain with another dot', 'evil\u3002example', 'evil[\u3002]example'],
  ['a bucket of somebody as a site', 'evil.s3.amazonaws.com', 'evil[.]s3[.]amazonaws[.]com'],
  ['an address of mail', 'jane.doe@evil.example', 'jane[.]doe[@]evil[.]example'],
  ['a mention', '@channel <!here> <@U1>', '[@]channel [<]!here[>] [<][@]U1[>]'],
  ['a tag', '<b onclick=x>', '[<]b onclick=x[>]'],
];

/** What is nothing of the kind, and stays as it is. */
const HARMLESS = [
  'Zahlungen_prod & Co., 支付', 'ticket 4711: the queue of team A (eu-1) is locked', 'arn:aws:iam::111111111111:role/Admin/jane', 'Boto3/1.34.5 md/Botocore#1.34.5 Python/3.11.6',
  'cloudtrail.amazonaws.com', '2026-11-26T10:00:00.000Z', '10.0.0.1', 'add "Null": {"aws:AssumedRoot": "true"} (`aws organizations enable-aws-service-access --service-principal iam.amazonaws.com`)',
  's3: latest/report.json', 'é😀',
];

describe('text of others', () => {
  test.each(HOSTILE)('%s is inert', (_what, text, shown) => {
    expect(inert(text)).toBe(shown);
    expect(inert(shown).replace(/\[\[(.*?)\]\]/g, '[$1]')).toBe(shown); // once more changes nothing but the brackets
  });

  test.each(HARMLESS)('%s stays as it is', (text) => {
    expect(inert(text)).toBe(text);
  });

  test('whatever it is, stays on its line, is bounded, and hides nothing', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 2_000 }), fc.integer({ min: 1, max: 500 }), (text, longest) => {
      const shown = inert(text, longest);
      expect(shown).toMatch(/^[^\p{C}\p{Zl}\p{Zp}]*$/u);
      expect(shown.length).toBeLessThanOrEqual(longest + 1);
    }), { numRuns: 1_000 });
  });

  test.each<[string, number, string]>([
    ['abc', 3, 'abc'], ['abcd', 3, 'abc…'], ['', 3, ''], ['ab\n', 3, 'ab\\…'], ['ab\n', 8, 'ab\\u000a'], ['ab\n', 7, 'ab\\u000…'], ['é😀x', 2, 'é…'], ['é😀x', 3, 'é😀…'], ['😀😀', 4, '😀😀'], ['a😀b', 3, 'a😀…'],
  ])('%j is cut after %s characters, and says so: %j', (text, longest, shown) => {
    expect(inert(text, longest)).toBe(shown);
  });

  test.each([
    'sqs.amazonaws.com', 'sqs.amazonaws.com.cn', 'docs.aws.amazon.com', 'aws.amazon.com', 'a.b-1.aws.amazon.com', 'report.json', 'a.b.csv', 'index.HTML', 'page.js',
  ])('the name %s is AWS\'s own or one of a file', (name) => {
    expect(inert(name)).toBe(name);
  });

  test.each([
    'sqs.amazonaws.com.evil', 'sqs.amazonaws.company', 'sqs.amazonaws.com.cnx', 'xaws.amazon.com', 'evil-aws.amazon.com', 'aws.amazon.com.evil', 'aws.amazon.community', '_x.aws.amazon.com', 'evil.jsonx', 'evil.json.example', 'js.evil',
  ])('the name %s may be anybody\'s', (name) => {
    expect(inert(name)).toContain('[.]');
  });

  test('is visible as a whole, and keeps its links', () => {
    expect(visible('a\u001b[31m\nb\u202ec\u200b https://example.com jane@example.com')).toBe('a\\u001b[31m\\u000ab\\u202ec\\u200b https://example.com jane@example.com');
  });

  test.each([
    ['[click](https://evil.example)', '·click··https:[//]evil[.]example·'],
    ['*a* _b_ `c` ~d~ |e| #f', '·a· ·b· ·c· ·d· ·e· ·f'],
    ['a_ _b', 'a· ·b'],
    ['Zahlungen_prod & Co. (EU-1), 支付', 'Zahlungen_prod & Co. ·EU-1·, 支付'],
  ])('in a name %s is no mark-up', (name, shown) => {
    expect(inertName(name)).toBe(shown);
  });
});

describe('a policy', () => {
  test.each(HOSTILE)('with %s is inert and still the same policy', (_what, text) => {
    const policy = JSON.stringify({ Statement: [{ Sid: text, Effect: 'Deny', Principal: { AWS: text }, Action: '*', Condition: { StringLike: { [text]: text } } }] });
    const shown = inertPolicy(policy);
    expect(JSON.parse(shown)).toEqual(JSON.parse(policy));
    expect(shown).toMatch(INERT);
  });

  test('is shown as it is, on one line', () => {
    const policy = '{\n  "Version": "2012-10-17",\r\n\t"Statement": [{"Principal": {"Service": "cloudtrail.amazonaws.com"}, "Resource": "arn:aws:s3:::logs/*", "Sid": "a  b\\n\\"c"}]\n}';
    expect(inertPolicy(policy)).toBe('{ "Version": "2012-10-17", "Statement": [{"Principal": {"Service": "cloudtrail.amazonaws.com"}, "Resource": "arn:aws:s3:::logs/*", "Sid": "a  b\\n\\"c"}] }');
  });
});

/** No line of somebody else's, nothing hidden, nothing to click, nobody called. */
const INERT = /^(?!.*:\/\/)(?!.*evil[.\u3002])(?!.*www\.)(?!.*(?<!\[)[@<])[^\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800\u00a0\u2003\u3000]*$/iu;

const EXECUTION = 'arn:aws:states:us-east-1:111111111111:execution:Runbook:4711';

const approval = (reason: string, startedBy: string, title: string, policy: string) => approvalRequest(
  { execution: { id: EXECUTION }, input: { reason }, settings: { approvalHours: 4 }, startedBy } as Parameters<typeof approvalRequest>[0],
  { plan: { policy }, title, details: describePolicy('It is now', policy) },
);

const reminder = (reason: string, startedBy: string) => {
  const record = begun(undefined, { accountId: '222222222222', hours: 2, id: EXECUTION, reason, startedBy }, 0);
  const closer = { accountId: '222222222222', recoveryId: EXECUTION, wakeAt: '', atOnce: false, remindedUntil: '1970-01-01T00:00:00Z', recordsBucket: 'records', record };
  return awake(record, closer, record.remindedBy, [60], 3_600_000 + 1);
};

const sweep = (accountName: string, message: string, remedy: string) => {
  const account = {
    accountId: '222222222222', accountName, parentId: 'ou-1', outcome: 'failed', credentials: [], problem: { code: 'AccessDenied', message, remedies: [remedy, remedy] },
  };
  const report = { work: 'purge', execution: accountName, counts: { failed: 1 }, organizationalUnits: [{ id: 'ou-1', name: accountName }], exceptions: [], findings: {}, accounts: [account] } as unknown as SweepReport;
  const addresses = { json: 's3:bucket/report.json', csv: '', html: 's3:bucket/report.html' };
  const verdict = verdictOf(report, addresses.json, { tolerateFailedAccounts: false, failOnFindings: false });
  return { subject: subjectOf(report), message: messageFor('Stack/Purge', report, verdict, addresses) };
};

const activity = (text: string) => findingOf({
  eventSource: 'signin.amazonaws.com',
  eventName: text,
  eventID: text,
  eventTime: text,
  recipientAccountId: text,
  awsRegion: text,
  userAgent: text,
  sourceIPAddress: text,
  errorCode: text,
  errorMessage: text,
  userIdentity: { type: text, arn: text, accessKeyId: text },
  requestParameters: { targetPrincipal: text },
} as never, ['RootSignIn']);

const MESSAGES: [what: string, texts: (hostile: string) => (string | undefined)[]][] = [
  ['a request for approval: reason', (text) => [approval(text, 'x', 'y', '{}').approve]],
  ['a request for approval: starter', (text) => [approval('x', `arn:aws:sts::111111111111:assumed-role/A/${text}`, 'y', '{}').approve]],
  ['a request for approval: target', (text) => [approval('x', 'y', `remove the policy of ${text}`, '{}').approve, approval('x', 'y', `of ${text}`, '{}').subject]],
  ['a request for approval: policy', (text) => [approval('x', 'y', 'z', JSON.stringify({ Sid: text })).approve]],
  ['a reminder: reason and starter', (text) => [reminder(text, text).message, reminder(text, text).subject]],
  ['a message of a sweep: names of an account and its unit', (text) => [sweep(text, 'x', 'y').message, sweep(text, 'x', 'y').subject]],
  ['a message of a sweep: error and remedy', (text) => [sweep('x', text, text).message]],
  ['findings of a guardrail', (text) => [shortened([`the service control policy '${text}' (p-abcdefgh) at the root r-abcd`])]],
  ['a message of the monitor', (text) => [messageOf(activity(text)).body.split('What to do')[0], messageOf(activity(text)).subject]],
];

describe('is inert in', () => {
  test.each(MESSAGES.flatMap(([message, texts]) => HOSTILE.map(([what, hostile]) => [message, what, texts, hostile] as const)))('%s: %s', (_message, _what, texts, hostile) => {
    const lines = (text: string) => texts(text).join('\n').split('\n');
    texts(hostile).forEach((each) => expect(each).toEqual(expect.stringMatching(/\w/)));
    expect(hostile).not.toMatch(INERT);
    lines(hostile).forEach((line) => expect(line).toMatch(INERT));
    expect(lines(hostile)).toHaveLength(lines('harmless').length);
  });
});
